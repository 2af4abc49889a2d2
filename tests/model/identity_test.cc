#include "src/model/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <utility>

#include "gatetest/error.h"
#include "gatetest/fingerprints.h"
#include "src/model/build_id.h"
#include "tests/support/errors.h"
#include "tests/support/fake_model.h"
#include "tests/support/temporary_folder.h"

namespace gatetest::internal {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing_support::ErrorOf;
using testing_support::TemporaryFolder;

const ModelInfo kInfo = {
    .name = "tinylm", .quantization = "int4", .weights = "sha256:9f2c", .code_id = "commit 1"};

std::string IdentityOf(ModelInfo info) {
  return testing_support::FakeModel(testing_support::Echo, std::move(info)).identity();
}

std::string IdentityWith(const std::function<void(ModelInfo&)>& change) {
  ModelInfo info = kInfo;
  change(info);
  return IdentityOf(info);
}

TEST(ModelIdentity, IsThatOfTheWeightsNotOfTheObject) {
  EXPECT_EQ(IdentityOf(kInfo), IdentityOf(kInfo));
}

TEST(ModelIdentity, WithoutWeightsIsTheObject) {
  ModelInfo info = kInfo;
  info.weights.clear();
  EXPECT_NE(IdentityOf(info), IdentityOf(info));
  const testing_support::FakeModel model(testing_support::Echo, info);
  EXPECT_EQ(model.identity(), model.identity());
}

TEST(ModelIdentity, OfAProviderWithoutARevisionIsTheObjectUnlessAnswersHoldForAWhile) {
  ModelInfo info = {.name = "gpt", .provider = "openai"};
  EXPECT_NE(IdentityOf(info), IdentityOf(info));
  info.max_age = std::chrono::hours(1);
  EXPECT_EQ(IdentityOf(info), IdentityOf(info));
  info.provider.clear();
  EXPECT_NE(IdentityOf(info), IdentityOf(info)) << "max_age is for providers";
}

TEST(ModelIdentity, ChangesWithWhateverChangesAnswers) {
  const std::set<std::string> identities = {
      IdentityOf(kInfo),
      IdentityWith([](ModelInfo& info) { info.name = "other"; }),
      IdentityWith([](ModelInfo& info) { info.quantization = "int8"; }),
      IdentityWith([](ModelInfo& info) { info.quantization.clear(); }),
      IdentityWith([](ModelInfo& info) { info.provider = "openai"; }),
      IdentityWith([](ModelInfo& info) { info.weights = "sha256:0000"; }),
      IdentityWith([](ModelInfo& info) { info.weights.clear(); }),
      IdentityWith([](ModelInfo& info) { info.code_id = "commit 2"; }),
      IdentityWith([](ModelInfo& info) { info.code_id.clear(); }),
      IdentityWith([](ModelInfo& info) { info.options = "cuda"; })};
  EXPECT_EQ(identities.size(), 10U);
}

TEST(ModelIdentity, DoesNotMixFieldsUp) {
  const ModelInfo one = {.name = "ab", .quantization = "c", .weights = "w"};
  const ModelInfo other = {.name = "a", .quantization = "bc", .weights = "w"};
  EXPECT_NE(IdentityOf(one), IdentityOf(other));
  const ModelInfo injected = {.name = R"(a","weights":"w)", .weights = "x"};
  EXPECT_NE(IdentityOf(injected), IdentityOf({.name = "a", .weights = "w"}));
}

TEST(ModelIdentity, IsNotTouchedByWhatChangesNoAnswer) {
  EXPECT_EQ(IdentityWith([](ModelInfo& info) { info.bytes = 1; }), IdentityOf(kInfo));
  EXPECT_EQ(IdentityWith([](ModelInfo& info) { info.context_window = 8; }), IdentityOf(kInfo));
  EXPECT_EQ(IdentityWith([](ModelInfo& info) { info.bos_token = 1; }), IdentityOf(kInfo));
  EXPECT_EQ(IdentityWith([](ModelInfo& info) { info.api_key_variable = "KEY"; }),
            IdentityOf(kInfo));
  EXPECT_EQ(IdentityWith([](ModelInfo& info) { info.max_age = std::chrono::hours(1); }),
            IdentityOf(kInfo));
  EXPECT_EQ(IdentityWith([](ModelInfo& info) { info.libraries = {"not looked at"}; }),
            IdentityOf(kInfo));
}

// ------------------------------------------------------------------------------------------ code

TEST(ModelIdentity, InThisProcessTheCodeIsAllThatIsLinked) {
  const std::string identity = IdentityWith([](ModelInfo& info) { info.code_id.clear(); });
  const nlohmann::json build = nlohmann::json::parse(identity).at("build");
  EXPECT_EQ(build.size(), LinkedBuildIds().size());
  for (const auto& [file, id] : LinkedBuildIds()) EXPECT_EQ(build.at(file), id) << file;
  EXPECT_THAT(IdentityOf(kInfo), Not(HasSubstr("build")));
  EXPECT_THAT(IdentityOf({.name = "gpt", .provider = "openai", .weights = "2026-01"}),
              Not(HasSubstr("build")));
}

TEST(ModelIdentity, TheCodeIsTheLibrariesToo) {
  const TemporaryFolder folder;
  const std::string one = folder.Write("one/kernel.so", "one");
  const std::string same = folder.Write("same/kernel.so", "one");
  const std::string other = folder.Write("other/kernel.so", "other");
  const auto with = [](std::vector<std::string> libraries) {
    return IdentityOf({.name = "m", .weights = "w", .libraries = std::move(libraries)});
  };
  EXPECT_THAT(with({one}), HasSubstr("\"kernel.so\":\"" + FileHash(one) + "\""));
  EXPECT_EQ(with({one}), with({same}));
  EXPECT_NE(with({one}), with({other}));
  EXPECT_NE(with({one}), with({}));
  // Of two of one name neither hides the other.
  EXPECT_NE(with({one, other}), with({other, other}));
  EXPECT_NE(with({one, other}), with({one, one}));
  EXPECT_NE(with({one, other}), with({one}));
}

TEST(ModelIdentity, ALibraryThatIsNotThereIsAnError) {
  EXPECT_THAT(
      ErrorOf(
          [] { IdentityOf({.name = "m", .weights = "w", .libraries = {"/no/such/kernel.so"}}); },
          ErrorCode::kNotFound),
      HasSubstr("/no/such/kernel.so"));
}

// --------------------------------------------------------------------------------------- weights

TEST(ModelIdentity, TheWeightsMayBeAFile) {
  const TemporaryFolder folder;
  const std::string one = folder.Write("one.gguf", "one");
  const std::string same = folder.Write("same.gguf", "one");
  const std::string other = folder.Write("other.gguf", "other");
  const auto with = [](const std::string& file) {
    return IdentityOf({.name = "m", .weights_file = file, .code_id = "c"});
  };
  EXPECT_EQ(with(one), R"({"code":"c","name":"m","weights":")" + FileHash(one) + "\"}");
  EXPECT_EQ(with(one), with(same));
  EXPECT_NE(with(one), with(other));
}

TEST(ModelIdentity, AWeightsFileThatIsNotThereIsAnError) {
  EXPECT_THAT(ErrorOf([] { IdentityOf({.name = "m", .weights_file = "/no/such/file.gguf"}); },
                      ErrorCode::kNotFound),
              AllOf(HasSubstr("/no/such/file.gguf"), HasSubstr("No such file")));
}

TEST(ModelIdentity, WeightsAndAFileOfThemAreAnError) {
  EXPECT_EQ(ErrorOf([] { IdentityOf({.name = "m", .weights = "w", .weights_file = "f"}); },
                    ErrorCode::kInvalidArgument),
            "ModelInfo of \"m\" has weights and a weights_file; give one");
}

// ---------------------------------------------------------------------------------- recordability

TEST(WhyNotRecordable, SaysWhatIsMissing) {
  EXPECT_EQ(WhyNotRecordable(kInfo), "");
  EXPECT_EQ(WhyNotRecordable({.name = "m"}),
            "it declares no weights (ModelInfo::weights or weights_file)");
  EXPECT_EQ(WhyNotRecordable({.name = "m", .weights_file = "not looked at", .code_id = "c"}), "");
  EXPECT_EQ(WhyNotRecordable({.name = "gpt", .provider = "openai"}),
            "it may be replaced at any time: it declares neither a revision (ModelInfo::weights) "
            "nor how long answers hold (max_age)");
  EXPECT_EQ(WhyNotRecordable({.name = "gpt", .provider = "openai", .weights = "2026-01"}), "");
  EXPECT_EQ(
      WhyNotRecordable({.name = "gpt", .provider = "openai", .max_age = std::chrono::seconds(1)}),
      "");
}

// ------------------------------------------------------------------------------------------ text

TEST(ModelIdentity, TellsNamesThatAreNoUtf8Apart) {
  EXPECT_NE(IdentityOf({.name = "\xFF", .weights = "w"}),
            IdentityOf({.name = "\xFE", .weights = "w"}));
}

TEST(ModelIdentity, HidesCredentialsInAddressesAndTellsThemApart) {
  const auto with = [](const std::string& provider) {
    return IdentityOf({.name = "m", .provider = provider, .weights = "w"});
  };
  EXPECT_THAT(with("https://me:hunter2hunter2@host/v1?key=abcdef"),
              AllOf(HasSubstr("@host/v1?key="), Not(HasSubstr("hunter2")), Not(HasSubstr("abc"))));
  EXPECT_NE(with("https://me:one@host"), with("https://me:two@host"));
}

// These must never change by accident: every recorded answer would be lost.
TEST(ModelIdentity, Golden) {
  EXPECT_EQ(IdentityOf(kInfo),
            R"({"code":"commit 1","name":"tinylm","quantization":"int4","weights":"sha256:9f2c"})");
  EXPECT_EQ(IdentityOf({.name = "gpt",
                        .provider = "openai",
                        .weights = "2026-01",
                        .options = "fp8",
                        .context_window = 4096}),
            R"({"name":"gpt","options":"fp8","provider":"openai","weights":"2026-01"})");
  EXPECT_EQ(IdentityOf({.name = "\xFF", .weights = "w", .code_id = "c"}),
            R"({"code":"c","name":{"bytes":[255]},"weights":"w"})");
}

}  // namespace
}  // namespace gatetest::internal
