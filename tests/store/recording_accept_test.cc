#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "src/store/recording_store.h"
#include "tests/store/recording_testing.h"
#include "tests/support/errors.h"

namespace gatetest::internal {
namespace {

using ::testing::ElementsAre;
using testing_support::AnswerOf;
using testing_support::ErrorOf;
using testing_support::FileNames;
using testing_support::Finds;
using testing_support::kDay;
using testing_support::LinesOf;
using testing_support::ModelNamed;
using testing_support::QuestionOf;
using testing_support::ReadText;
using testing_support::Record;
using testing_support::RecordingOf;
using testing_support::TemporaryFolder;
using testing_support::TextOf;
using testing_support::WithoutSeal;
using testing_support::WriteText;

RecordedModel Build(const std::string& build, const std::string& quantization = "") {
  RecordedModel model = ModelNamed("tiny");
  model.identity = R"({"build":")" + build + R"(","name":"tiny"})";
  model.info.quantization = quantization;
  return model;
}

class AcceptRecordingTest : public ::testing::Test {
 protected:
  void Replace(const RecordedModel& model, const std::vector<std::uint64_t>& numbers,
               std::int64_t recorded = 1000, const std::string& task = "skills") const {
    std::vector<std::pair<Question, RecordedAnswer>> answers;
    for (const std::uint64_t number : numbers) {
      answers.emplace_back(QuestionOf(number), AnswerOf(number, recorded));
    }
    AcceptRecording(folder_, model, task, answers);
  }
  std::string Text() const { return ReadText(folder_ / "tiny.skills.jsonl"); }

  const TemporaryFolder test_folder_;
  const std::filesystem::path folder_ = test_folder_ / "a/baseline";
};

TEST_F(AcceptRecordingTest, WritesWhatPutsWrite) {
  Record(test_folder_ / "put", {1, 2, 10, 3}, Build("1"), "skills", 5 * kDay + 3);
  Replace(Build("1"), {10, 3, 2, 1, 2}, 5 * kDay + 3);
  std::string text = Text();
  const std::string mark = "\"accepted\": true, ";
  text.erase(text.find(mark), mark.size());
  EXPECT_EQ(text, ReadText(test_folder_ / "put/tiny.skills.jsonl"));
  EXPECT_THAT(FileNames(folder_), ElementsAre("tiny.skills.jsonl"));
}

TEST_F(AcceptRecordingTest, TheOldestAnswerGivesTheDayAndTheLaterOfOneKeyCounts) {
  const std::vector<std::pair<Question, RecordedAnswer>> answers = {
      {QuestionOf(1), AnswerOf(7, 9 * kDay)},
      {QuestionOf(2), AnswerOf(2, 6 * kDay)},
      {QuestionOf(1), AnswerOf(1, 8 * kDay)}};
  AcceptRecording(folder_, Build("1"), "skills", answers);
  EXPECT_NE(Text().find(R"("recorded": "1970-01-07")"), std::string::npos) << Text();
  EXPECT_TRUE(Finds(*RecordingOf(folder_, Build("1")).shelf, 1));
  EXPECT_EQ(LinesOf(Text()).size(), 3U);
}

TEST_F(AcceptRecordingTest, TheSameAnswersLeaveItAsItIs) {
  Replace(Build("1"), {1, 2, 10}, 5 * kDay);
  const std::string text = Text();
  Replace(Build("1"), {10, 2, 1}, 50 * kDay);
  EXPECT_EQ(Text(), text);
  std::vector<std::string> lines = LinesOf(text);
  std::swap(lines[1], lines[2]);
  WriteText(folder_ / "tiny.skills.jsonl", TextOf(lines));
  Replace(Build("1"), {10, 2, 1}, 50 * kDay);
  EXPECT_EQ(Text(), TextOf(lines)) << "in whatever order";
}

TEST_F(AcceptRecordingTest, WhatDiffersIsWrittenAnew) {
  Replace(Build("1"), {1, 2}, 5 * kDay);
  const std::string text = Text();
  Replace(Build("1"), {1}, 50 * kDay);
  EXPECT_FALSE(Finds(*RecordingOf(folder_, Build("1")).shelf, 2)) << "what is not in it is gone";
  EXPECT_NE(Text().find("1970-02-20"), std::string::npos) << Text();
  Replace(Build("1"), {1, 2}, 5 * kDay);
  EXPECT_EQ(Text(), text);
  RecordedModel described = Build("1");
  described.info.bytes = 7;
  Replace(described, {1, 2}, 50 * kDay);
  EXPECT_NE(Text(), text) << "the model is described in another way";
  // Even a damaged file is replaced.
  WriteText(folder_ / "tiny.skills.jsonl", text + "damaged");
  Replace(Build("1"), {1, 2}, 5 * kDay);
  EXPECT_EQ(Text(), text);
}

TEST_F(AcceptRecordingTest, OtherBuildsOfTheModelAreReplaced) {
  Record(folder_, {1, 2}, Build("1"));
  Record(folder_, {3}, Build("2"));
  Record(folder_, {1}, Build("1"), "other task");
  Record(folder_, {1}, Build("4", "int4"));
  ASSERT_EQ(FileNames(folder_).size(), 4U);
  Replace(Build("3"), {4, 5});
  EXPECT_THAT(FileNames(folder_), ElementsAre("tiny-int4.skills.jsonl", "tiny.other_task.jsonl",
                                              ::testing::StartsWith("tiny.skills.")));
  for (const auto& holding : OpenRecording(folder_)->Holdings()) {
    if (holding.task != "skills" || !holding.model.info.quantization.empty()) continue;
    EXPECT_EQ(holding.model.identity, Build("3").identity);
    EXPECT_EQ(holding.answers, 2U);
  }
}

TEST_F(AcceptRecordingTest, OneThatIsOpenIsSealedAndKeepsItsDay) {
  Replace(Build("1"), {1, 2}, 5 * kDay);
  const std::string text = Text();
  std::vector<std::string> lines = LinesOf(text);
  lines[0] = WithoutSeal(lines[0]);
  WriteText(folder_ / "tiny.skills.jsonl", TextOf(lines));
  Replace(Build("1"), {1, 2}, 50 * kDay);
  EXPECT_EQ(Text(), text);
}

TEST_F(AcceptRecordingTest, ASealThatDoesNotFitIsPutRight) {
  Replace(Build("1"), {1, 2}, 5 * kDay);
  const std::string text = Text();
  std::vector<std::string> lines = LinesOf(text);
  lines[0].replace(lines[0].find("2:"), 4, "2:00");
  WriteText(folder_ / "tiny.skills.jsonl", TextOf(lines));
  Replace(Build("1"), {1, 2}, 50 * kDay);
  EXPECT_EQ(Text(), text);
}

class FindAcceptedTest : public AcceptRecordingTest {
 protected:
  std::optional<std::filesystem::path> Find(const RecordedModel& model) const {
    return FindAccepted(folder_, model.info, "skills");
  }
};

TEST_F(FindAcceptedTest, TheOnlyOneOfItsNameQuantizationAndTask) {
  EXPECT_FALSE(Find(Build("1")));
  Replace(Build("1"), {1});
  Replace(Build("1"), {1}, 1000, "other task");
  Replace(Build("1", "int4"), {1});
  EXPECT_EQ(Find(Build("1")), folder_ / "tiny.skills.jsonl");
  EXPECT_EQ(Find(Build("2")), folder_ / "tiny.skills.jsonl") << "whatever built it";
  EXPECT_EQ(Find(Build("1", "int4")), folder_ / "tiny-int4.skills.jsonl");
  EXPECT_FALSE(Find(Build("1", "int8")));
}

TEST_F(FindAcceptedTest, WhatElseIsRecordedThereDoesNotCount) {
  Record(folder_, {1}, Build("1"));
  EXPECT_FALSE(Find(Build("1"))) << "nobody accepted it";
  Replace(Build("1"), {1, 2});
  const std::string release = Text();
  EXPECT_NE(release.find("\"accepted\": true, "), std::string::npos);
  // Sorted first, it would be compared with itself: by the same build, by one that covers all of
  // the release and would take its predecessor's place, and by one that does not.
  Record(folder_, {1, 2, 3}, Build("1"));
  Record(folder_, {1, 2, 3}, Build("2"));
  Record(folder_, {1}, Build("3"));
  EXPECT_EQ(Text(), release);
  EXPECT_EQ(Find(Build("2")), folder_ / "tiny.skills.jsonl");
  EXPECT_TRUE(Finds(*RecordingOf(folder_, Build("2")).shelf, 3)) << "it is recorded, elsewhere";
  Replace(Build("2"), {1, 2, 3});
  ASSERT_EQ(FileNames(folder_).size(), 1U);
  EXPECT_EQ(Find(Build("2")), folder_ / FileNames(folder_)[0]);
}

TEST_F(FindAcceptedTest, OfSeveralNobodyKnowsWhichWasAcceptedLast) {
  Replace(Build("1"), {1, 2});
  std::filesystem::copy(folder_ / "tiny.skills.jsonl", folder_ / "copy.jsonl");
  EXPECT_EQ(ErrorOf([&] { Find(Build("2")); }, ErrorCode::kStoreFailed),
            folder_.string() +
                " holds 2 accepted releases of tiny on \"skills\": copy.jsonl, tiny.skills.jsonl; "
                "delete the other, or accept anew with --gatetest_accept");
  std::filesystem::copy(folder_ / "copy.jsonl", folder_ / "third.jsonl");
  EXPECT_NE(ErrorOf([&] { Find(Build("1")); }, ErrorCode::kStoreFailed).find("delete the others"),
            std::string::npos);
}

TEST_F(AcceptRecordingTest, AFileThatWasRenamedKeepsItsName) {
  Record(folder_, {1, 2}, Build("1"));
  std::filesystem::rename(folder_ / "tiny.skills.jsonl", folder_ / "mine.jsonl");
  Replace(Build("2"), {3});
  EXPECT_THAT(FileNames(folder_), ElementsAre("mine.jsonl"));
  EXPECT_TRUE(Finds(*RecordingOf(folder_, Build("2")).shelf, 3));
}

}  // namespace
}  // namespace gatetest::internal
