#include "src/model/identity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "src/model/build_id.h"
#include "tests/support/fake_model.h"

namespace gatetest::internal {
namespace {

using testing::HasSubstr;
using testing::Not;

const ModelInfo kInfo = {
    .name = "tinylm", .quantization = "int4", .weights = "sha256:9f2c", .code_id = "commit 1"};

std::string IdentityOf(ModelInfo info) {
  return ModelIdentity(testing_support::FakeModel(testing_support::Echo, std::move(info)));
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
  EXPECT_EQ(ModelIdentity(model), ModelIdentity(model));
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
  EXPECT_EQ(IdentityWith([](ModelInfo& info) { info.api_key_variable = "KEY"; }),
            IdentityOf(kInfo));
}

TEST(ModelIdentity, InThisProcessTheCodeIsThisExecutable) {
  const std::string identity = IdentityWith([](ModelInfo& info) { info.code_id.clear(); });
  EXPECT_THAT(identity, HasSubstr(ExecutableBuildId()));
  EXPECT_THAT(IdentityOf(kInfo), Not(HasSubstr(ExecutableBuildId())));
  EXPECT_THAT(IdentityOf({.name = "gpt", .provider = "openai", .weights = "2026-01"}),
              Not(HasSubstr(ExecutableBuildId())));
}

TEST(ModelIdentity, TellsNamesThatAreNoUtf8Apart) {
  EXPECT_NE(IdentityOf({.name = "\xFF", .weights = "w"}),
            IdentityOf({.name = "\xFE", .weights = "w"}));
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
}

// ------------------------------------------------------------------------------------ RequestKey

Request Generate() {
  Request request;
  request.prompt = "47+93=";
  request.stop = {"\n"};
  request.max_tokens = 24;
  return request;
}

Request Score() {
  Request request;
  request.kind = RequestKind::kScore;
  request.prompt = "47+93=";
  request.continuation = "140";
  return request;
}

std::string KeyWith(Request request, const std::function<void(Request&)>& change) {
  change(request);
  return RequestKey("model", request);
}

// From Python and libxxhash: XXH3_128bits of the length (8 bytes, little-endian) and the canonical
// JSON.
TEST(RequestKey, Golden) {
  EXPECT_EQ(RequestKey("model", Generate()), "101e61a9812893d1492d45f6163ed86b");
  EXPECT_EQ(RequestKey("model", Score()), "556552d260a0f9bc619df40bd6a230a0");
  EXPECT_EQ(RequestKey("model", Score(), 1), "3aa0988091896498f71bd1587208ba84");
  Request tokens;
  tokens.kind = RequestKind::kScore;
  tokens.prompt_tokens = {1, 5};
  tokens.continuation_tokens = {6, 7};
  EXPECT_EQ(RequestKey("model", tokens), "0aa91ea5fbc52609f71bd88888e09e68");
  Request sampled = Generate();
  sampled.temperature = 0.7;
  sampled.seed = 17;
  EXPECT_EQ(RequestKey("model", sampled), "5d63ee1fdac691a6b3f78da5c5dd2f01");
  EXPECT_EQ(KeyWith(Generate(), [](Request& r) { r.prompt = "\xFF"; }),
            "46f24406ae6278382f8e03bec4a6e653");
}

TEST(RequestKey, ChangesWithEveryFieldOfGeneration) {
  const auto with = [](const std::function<void(Request&)>& change) {
    return KeyWith(Generate(), change);
  };
  const std::set<std::string> keys = {
      RequestKey("model", Generate()),
      RequestKey("other model", Generate()),
      RequestKey("model", Generate(), 1),
      RequestKey("model", Generate(), 2),
      with([](Request& r) { r.kind = RequestKind::kTokenize; }),
      with([](Request& r) { r.kind = RequestKind::kScore; }),
      with([](Request& r) { r.prompt = "47+94="; }),
      with([](Request& r) { r.prompt.clear(); }),
      with([](Request& r) { r.stop.clear(); }),
      with([](Request& r) {
        r.stop = {"\n", "."};
      }),
      with([](Request& r) {
        r.stop = {".", "\n"};
      }),
      with([](Request& r) { r.stop = {"\n."}; }),
      with([](Request& r) { r.max_tokens = 25; }),
      with([](Request& r) { r.max_tokens = 256; }),
      with([](Request& r) { r.temperature = 0.7; }),
      with([](Request& r) { r.seed = 0; }),
      with([](Request& r) { r.seed = 17; }),
  };
  EXPECT_EQ(keys.size(), 17U);
}

TEST(RequestKey, ChangesWithEveryFieldOfScoring) {
  const auto with = [](const std::function<void(Request&)>& change) {
    return KeyWith(Score(), change);
  };
  const std::set<std::string> keys = {
      RequestKey("model", Score()),
      with([](Request& r) { r.prompt = "47+94="; }),
      with([](Request& r) { r.continuation = "141"; }),
      with([](Request& r) {
        r.prompt = "47+93";
        r.continuation = "=140";
      }),
      with([](Request& r) {
        r.continuation_tokens = {1, 2};
      }),
      with([](Request& r) {
        r.continuation_tokens = {1, 3};
      }),
      with([](Request& r) {
        r.prompt_tokens = {1};
        r.continuation_tokens = {2};
      }),
      with([](Request& r) {
        r.prompt_tokens = {1, 2};
        r.continuation_tokens = {3};
      }),
      with([](Request& r) {
        r.prompt_tokens = {1};
        r.continuation_tokens = {2, 3};
      }),
  };
  EXPECT_EQ(keys.size(), 9U);
}

TEST(RequestKey, LeavesOutWhatDoesNotCountForItsKind) {
  const std::string score = RequestKey("model", Score());
  EXPECT_EQ(KeyWith(Score(), [](Request& r) { r.max_tokens = 1; }), score);
  EXPECT_EQ(KeyWith(Score(), [](Request& r) { r.stop = {"\n"}; }), score);
  EXPECT_EQ(KeyWith(Score(), [](Request& r) { r.temperature = 1.0; }), score);
}

TEST(RequestKey, FieldsAtTheirDefaultDoNotCount) {
  Request plain;
  plain.prompt = "p";
  Request spelled_out = plain;
  spelled_out.kind = RequestKind::kGenerate;
  spelled_out.stop = {};
  spelled_out.max_tokens = 256;
  spelled_out.temperature = 0.0;
  spelled_out.seed = std::nullopt;
  EXPECT_EQ(RequestKey("model", plain), RequestKey("model", spelled_out));
  EXPECT_EQ(RequestKey("model", plain), RequestKey("model", plain, 0));
}

TEST(RequestKey, TellsPromptsThatAreNoUtf8Apart) {
  const auto key = [](std::string prompt) {
    return KeyWith(Generate(), [&](Request& r) { r.prompt = std::move(prompt); });
  };
  const std::set<std::string> keys = {key("\xFF"),     key("\xFE"),
                                      key("\xFF\xFE"), key("\uFFFD"),
                                      key("\xC3"),     key(R"({"bytes":[255]})"),
                                      key("[255]"),    key(std::string("a\0b", 3)),
                                      key("a"),        key("ab")};
  EXPECT_EQ(keys.size(), 10U);
  const auto stop = [](std::string text) {
    return KeyWith(Generate(), [&](Request& r) { r.stop = {std::move(text)}; });
  };
  EXPECT_NE(stop("\xFF"), stop("\xFE"));
}

}  // namespace
}  // namespace gatetest::internal
