#include "src/store/model_json.h"

#include <gtest/gtest.h>

#include <string>

#include "src/store/sqlite_store.h"
#include "tests/store/recording_testing.h"
#include "tests/store/sqlite_testing.h"
#include "tests/support/errors.h"

namespace gatetest::internal {
namespace {

using testing_support::AnswerOf;
using testing_support::ErrorOf;
using testing_support::QuestionOf;
using testing_support::RecordingOf;
using testing_support::TemporaryFolder;

RecordedModel Found() {
  return {.identity = R"({"name":"tiny"})",
          .info = {.name = "tiny"},
          .capabilities = {.generate = true,
                           .context_window = 4096,
                           .bos_token = 0,
                           .why_no_score = "it is llama-server, \"as is\""}};
}

std::string ErrorOfJson(const std::string& json) {
  return ErrorOf([&] { ModelFromJson(json); }, ErrorCode::kStoreFailed);
}

TEST(ModelJson, HasWhatWasFound) {
  EXPECT_EQ(ModelToJson(Found()),
            R"({"can":["generate"],"found":{"bos_token":0,"context_window":4096,)"
            R"("why_no_score":"it is llama-server, \"as is\""},)"
            R"("identity":{"name":"tiny"},"info":{"name":"tiny"}})");
  EXPECT_EQ(ModelFromJson(ModelToJson(Found())).capabilities, Found().capabilities);
}

TEST(ModelJson, LeavesOutWhatWasNotFound) {
  RecordedModel model = Found();
  model.capabilities = {.score = true, .tokenize = true};
  EXPECT_EQ(ModelToJson(model),
            R"({"can":["score","tokenize"],"identity":{"name":"tiny"},"info":{"name":"tiny"}})");
  EXPECT_EQ(ModelFromJson(ModelToJson(model)).capabilities, model.capabilities);
  model.capabilities.bos_token = -7;
  EXPECT_EQ(ModelFromJson(ModelToJson(model)).capabilities, model.capabilities);
}

TEST(ModelJson, HidesCredentialsInWhatWasFound) {
  RecordedModel model = Found();
  model.capabilities.why_no_score = "HTTP 404 of https://me:hunter2hunter2@host/v1";
  EXPECT_EQ(ModelToJson(model).find("hunter2"), std::string::npos) << ModelToJson(model);
}

TEST(ModelJson, ErrorsNameTheField) {
  const auto with = [](const std::string& found) {
    return R"({"can":[],"found":)" + found + R"(,"identity":{},"info":{}})";
  };
  EXPECT_EQ(ErrorOfJson(with("[]")),
            "not a recorded model: field \"found\" should be an object, but is \"[]\"");
  EXPECT_EQ(ErrorOfJson(with(R"({"context":1})")),
            "not a recorded model: unknown field \"context\" in \"found\"");
  EXPECT_EQ(ErrorOfJson(with(R"({"context_window":"4096"})")),
            "not a recorded model: field \"context_window\" should be a whole number of 32 bits, "
            "but is \"4096\"");
  EXPECT_EQ(ErrorOfJson(with(R"({"bos_token":1.5})")),
            "not a recorded model: field \"bos_token\" should be a whole number of 32 bits, but is "
            "\"1.5\"");
  EXPECT_EQ(ErrorOfJson(with(R"({"why_no_score":7})")),
            "not a recorded model: field \"why_no_score\" should be text, but is \"7\"");
}

class FoundTraitsTest : public ::testing::Test {
 protected:
  const TemporaryFolder folder_;
};

TEST_F(FoundTraitsTest, ComeBackFromSqlite) {
  const std::filesystem::path file = folder_ / "answers.sqlite";
  { OpenSqlite(file)->Open(Found(), "skills", 0)->Put(QuestionOf(1), AnswerOf(1)); }
  const auto found = OpenSqlite(file)->FindModel(Found().identity);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->capabilities, Found().capabilities);
}

TEST_F(FoundTraitsTest, ComeBackFromARecording) {
  const std::filesystem::path folder = folder_ / "recording";
  { RecordingOf(folder, Found())->Put(QuestionOf(1), AnswerOf(1)); }
  const auto found = OpenRecording(folder)->FindModel(Found().identity);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->capabilities, Found().capabilities);
}

}  // namespace
}  // namespace gatetest::internal
