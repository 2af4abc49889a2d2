#include "gatetest/recorded.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/store.h"
#include "tests/store/recording_testing.h"
#include "tests/support/errors.h"

namespace gatetest::internal {
namespace {

using ::testing::ElementsAre;
using testing_support::AnswerOf;
using testing_support::ErrorOf;
using testing_support::Finds;
using testing_support::ModelNamed;
using testing_support::QuestionOf;
using testing_support::ReadText;
using testing_support::Record;
using testing_support::TemporaryFolder;
using testing_support::WriteText;

const std::string kNext =
    "; record it where the model is: --gatetest_store_export=FOLDER on a gate program, or accept "
    "one with --gatetest_accept";

RecordedModel Model() {
  return {.identity = R"({"build":"1","name":"tinylm"})",
          .info = {.name = "tinylm",
                   .quantization = "f16",
                   .provider = "somebody",
                   .weights_file = "/nowhere",
                   .max_age = std::chrono::hours(1),
                   .context_window = 77},
          .capabilities = {.score = true, .tokenize = true}};
}

class RecordedTest : public ::testing::Test {
 protected:
  /// All that is asked of it says the same.
  static std::string ErrorOfModel(gatetest::Model& model, ErrorCode code) {
    std::string error = ErrorOf([&] { model.identity(); }, code);
    EXPECT_EQ(ErrorOf([&] { model.capabilities(); }, code), error);
    EXPECT_EQ(ErrorOf([&] { model.recording(); }, code), error);
    return error;
  }

  const TemporaryFolder test_folder_;
  const std::filesystem::path folder_ = test_folder_ / "tinylm-baseline";
};

void ExpectModel(gatetest::Model& model) {
  EXPECT_EQ(ToString(model.info()), "tinylm f16");
  EXPECT_EQ(model.info().provider, "somebody");
  EXPECT_EQ(model.info().context_window, 77);
  EXPECT_EQ(model.info().weights_file, "") << "it is nowhere to be hashed";
  EXPECT_EQ(model.info().max_age.count(), 0) << "it does not get old";
  EXPECT_EQ(model.info().api_key_variable, "");
  EXPECT_EQ(model.identity(), Model().identity);
  EXPECT_TRUE(model.capabilities().score);
  EXPECT_FALSE(model.capabilities().generate);
  EXPECT_TRUE(model.capabilities().tokenize);
  ASSERT_NE(model.recording(), nullptr);
  EXPECT_EQ(model.recording(), model.recording());
}

TEST_F(RecordedTest, AFolder) {
  Record(folder_, {1, 2}, Model());
  Record(folder_, {3}, Model(), "choices");
  const ModelPtr model = Recorded(folder_ / "");
  ExpectModel(*model);
  const auto shelf = model->recording()->Open(
      {.identity = model->identity(), .info = model->info(), .capabilities = {}}, "skills", 0);
  for (std::uint64_t i = 1; i <= 3; ++i) EXPECT_TRUE(Finds(*shelf, i)) << i;
}

TEST_F(RecordedTest, OneFile) {
  Record(folder_, {1}, Model());
  Record(folder_, {2}, Model(), "choices");
  Record(folder_, {1}, ModelNamed("other"));
  const std::filesystem::path file = folder_ / "tinylm-f16.skills.jsonl";
  const std::string text = ReadText(file);
  const ModelPtr model = Recorded(file);
  ExpectModel(*model);
  const auto shelf = model->recording()->Open(Model(), "skills", 0);
  EXPECT_TRUE(Finds(*shelf, 1));
  EXPECT_FALSE(Finds(*shelf, 2)) << "that is in another file";
  EXPECT_EQ(ErrorOf([&] { shelf->Put(QuestionOf(3), AnswerOf(3)); }, ErrorCode::kStoreFailed),
            "the store " + file.string() +
                " cannot be written: it is one file of a recording; name its folder to record "
                "into it");
  EXPECT_EQ(ReadText(file), text);
}

TEST_F(RecordedTest, OfSeveralModels) {
  Record(folder_, {1}, Model());
  Record(folder_, {1}, ModelNamed("other"));
  RecordedModel build = Model();
  build.identity = R"({"build":"2","name":"tinylm"})";
  Record(folder_, {1}, build, "z");
  const ModelPtr model = Recorded(folder_);
  EXPECT_EQ(ToString(model->info()), "tinylm-baseline");
  EXPECT_EQ(ErrorOfModel(*model, ErrorCode::kInvalidArgument),
            "the recording " + folder_.string() +
                " is of 3 models: other (other.skills.jsonl), tinylm f16 "
                "(tinylm-f16.skills.jsonl), tinylm f16 (tinylm-f16.z.jsonl); those of tinylm f16 "
                "differ in build; delete the files that are not wanted, or name one");
}

TEST_F(RecordedTest, OfSeveralModelsWhoseNamesSayWhichIsWhich) {
  Record(folder_, {1}, Model());
  Record(folder_, {1}, ModelNamed("other"));
  EXPECT_EQ(ErrorOfModel(*Recorded(folder_), ErrorCode::kInvalidArgument),
            "the recording " + folder_.string() +
                " is of 2 models: other (other.skills.jsonl), tinylm f16 "
                "(tinylm-f16.skills.jsonl); delete the files that are not wanted, or name one");
}

TEST_F(RecordedTest, OfSeveralModelsThatDifferInSeveralParts) {
  RecordedModel other = Model();
  other.identity = R"({"build":"2","name":"tinylm","options":"cuda"})";
  RecordedModel no_json = ModelNamed("x");
  for (const std::string identity : {"a", "b"}) {
    no_json.identity = identity;
    Record(folder_, {1}, no_json);
  }
  Record(folder_, {1}, Model());
  Record(folder_, {1}, other, "z");
  EXPECT_THAT(ErrorOfModel(*Recorded(folder_), ErrorCode::kInvalidArgument),
              ::testing::HasSubstr("; those of tinylm f16 differ in build, options; those of x "
                                   "differ in identity; delete"));
}

TEST_F(RecordedTest, WhatIsNotThereMayComeYet) {
  const ModelPtr model = Recorded(folder_);
  EXPECT_EQ(ToString(model->info()), "tinylm-baseline");
  EXPECT_EQ(ErrorOfModel(*model, ErrorCode::kNotFound),
            "there is no recording " + folder_.string() + kNext);
  std::filesystem::create_directory(folder_);
  EXPECT_EQ(ErrorOfModel(*model, ErrorCode::kNotFound),
            "there is no recording " + folder_.string() + " (no .jsonl file is in it)" + kNext);
  Record(folder_, {1}, Model());
  ExpectModel(*model);
}

TEST_F(RecordedTest, ARelativePathSaysWhereItWasLookedFor) {
  const ModelPtr model = Recorded("no/such/");
  EXPECT_EQ(ToString(model->info()), "such");
  EXPECT_EQ(ErrorOfModel(*model, ErrorCode::kNotFound),
            "there is no recording no/such/ (looked for " +
                (std::filesystem::current_path() / "no/such/").string() + ")" + kNext);
  EXPECT_EQ(ErrorOfModel(*Recorded(""), ErrorCode::kNotFound),
            "there is no recording \"\"" + kNext);
  EXPECT_FALSE(Recorded("")->info().name.empty());
}

TEST_F(RecordedTest, WhatCannotBeReadSaysSo) {
  Record(folder_, {1}, Model());
  const std::filesystem::path file = folder_ / "tinylm-f16.skills.jsonl";
  WriteText(file, "<<<<<<< HEAD\n" + ReadText(file));
  const ModelPtr model = Recorded(folder_);
  EXPECT_EQ(ToString(model->info()), "tinylm-baseline");
  EXPECT_EQ(ErrorOfModel(*model, ErrorCode::kStoreFailed).substr(0, file.string().size() + 13),
            file.string() + ":1: git left ");
}

class Sink final : public ResponseSink {
 public:
  void Receive(std::size_t index, Response response) override {
    failures.push_back(std::to_string(index) + ": " + response.failure);
  }
  std::vector<std::string> failures;
};

TEST_F(RecordedTest, AnswersNothing) {
  Sink sink;
  const Cancel cancel;
  const std::vector<Request> requests(2);
  Recorded("x")->Run(requests, sink, cancel);
  const std::string why =
      "x is a recording, which answers nothing that it does not hold; use the model itself where "
      "it must be asked";
  EXPECT_THAT(sink.failures, ElementsAre("0: " + why, "1: " + why));
}

}  // namespace
}  // namespace gatetest::internal
