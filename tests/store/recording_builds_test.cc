// A new build of a model takes the file of the one before it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "src/model/request_key.h"
#include "src/store/copy_store.h"
#include "src/store/recording_store.h"
#include "tests/store/recording_testing.h"

namespace gatetest::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;
using testing_support::AnswerOf;
using testing_support::FileNames;
using testing_support::Finds;
using testing_support::KeyOf;
using testing_support::LinesOf;
using testing_support::ModelNamed;
using testing_support::QuestionOf;
using testing_support::ReadText;
using testing_support::Record;
using testing_support::RecordingOf;
using testing_support::TemporaryFolder;
using testing_support::TextOf;
using testing_support::WriteText;

RecordedModel Build(const std::string& build, const std::string& options = "") {
  RecordedModel model = ModelNamed("tiny");
  model.identity =
      R"({"build":{"executable":")" + build + R"("},"name":"tiny","options":")" + options + R"("})";
  return model;
}

class RecordingBuildsTest : public ::testing::Test {
 protected:
  bool Holds(const RecordedModel& model, std::uint64_t number) const {
    return Finds(*RecordingOf(folder_.path(), model).shelf, number);
  }

  const TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "tiny.skills.jsonl";
};

TEST_F(RecordingBuildsTest, TheHeaderAloneChanges) {
  const auto record = [&](const RecordedModel& model) {
    const RecordingOf recording(folder_.path(), model);
    for (std::uint64_t i = 1; i <= 2; ++i) {
      Question question = QuestionOf(i);
      question.key = WithModel(question.key, ModelKey(model.identity));
      recording->Put(question, AnswerOf(i));
    }
  };
  record(Build("1"));
  const std::vector<std::string> before = LinesOf(ReadText(file_));
  record(Build("2"));
  EXPECT_THAT(FileNames(folder_.path()), ElementsAre("tiny.skills.jsonl"));
  const std::vector<std::string> after = LinesOf(ReadText(file_));
  ASSERT_THAT(after, SizeIs(3));
  EXPECT_NE(after[0], before[0]);
  EXPECT_EQ(after[1], before[1]);
  EXPECT_EQ(after[2], before[2]);
  EXPECT_NE(after[0].find(R"("executable":"2")"), std::string::npos);
}

TEST_F(RecordingBuildsTest, ACodeIdIsCodeToo) {
  RecordedModel one = ModelNamed("tiny");
  one.identity = R"({"code":"v1","name":"tiny"})";
  RecordedModel two = ModelNamed("tiny");
  two.identity = R"({"code":"v2","name":"tiny"})";
  Record(folder_.path(), {1}, one);
  std::filesystem::rename(file_, folder_ / "mine.jsonl");
  Record(folder_.path(), {1, 2}, two);
  EXPECT_THAT(FileNames(folder_.path()), ElementsAre("mine.jsonl"));
  EXPECT_TRUE(Holds(two, 2));
}

TEST_F(RecordingBuildsTest, AnInterruptedRunLosesNothing) {
  Record(folder_.path(), {1, 2, 3}, Build("1"));
  Record(folder_.path(), {1, 3, 4}, Build("2"));
  EXPECT_THAT(FileNames(folder_.path()), SizeIs(2));
  for (std::uint64_t i = 1; i <= 3; ++i) EXPECT_TRUE(Holds(Build("1"), i)) << i;
  Record(folder_.path(), {2}, Build("2"));
  EXPECT_THAT(FileNames(folder_.path()), ElementsAre("tiny.skills.jsonl"));
  for (std::uint64_t i = 1; i <= 4; ++i) EXPECT_TRUE(Holds(Build("2"), i)) << i;
}

TEST_F(RecordingBuildsTest, EveryTurnCounts) {
  Question second_turn = QuestionOf(7);
  second_turn.sample = "1";
  second_turn.turn = 1;
  {
    const RecordingOf recording(folder_.path(), Build("1"));
    recording->Put(QuestionOf(1), AnswerOf(1));
    recording->Put(second_turn, AnswerOf(7));
  }
  Record(folder_.path(), {1}, Build("2"));
  EXPECT_THAT(FileNames(folder_.path()), SizeIs(2));
  second_turn.key = KeyOf(8);  // Asked in another way.
  RecordingOf(folder_.path(), Build("2"))->Put(second_turn, AnswerOf(8));
  EXPECT_THAT(FileNames(folder_.path()), ElementsAre("tiny.skills.jsonl"));
}

TEST_F(RecordingBuildsTest, OnlyWhatWasWrittenToTakesAPlace) {
  Record(folder_.path(), {1, 2}, Build("1"));
  const std::string old = ReadText(file_);
  Record(folder_.path(), {1, 2}, Build("2"));
  WriteText(folder_ / "old.jsonl", old);
  Record(folder_.path(), {1, 2}, Build("2"));
  EXPECT_THAT(FileNames(folder_.path()), SizeIs(2)) << "nothing was new";
  Record(folder_.path(), {3}, Build("2"));
  EXPECT_THAT(FileNames(folder_.path()), ElementsAre("old.jsonl"));
}

TEST_F(RecordingBuildsTest, OthersKeepFilesOfTheirOwn) {
  Record(folder_.path(), {1}, Build("1", "cuda"));
  Record(folder_.path(), {1}, Build("1"), "other task");
  RecordedModel no_json = ModelNamed("tiny");
  no_json.identity = "no JSON";
  Record(folder_.path(), {1}, no_json);
  Record(folder_.path(), {1, 2}, Build("2"));
  EXPECT_THAT(FileNames(folder_.path()), SizeIs(4));
  EXPECT_TRUE(Holds(Build("1", "cuda"), 1));
  EXPECT_TRUE(Holds(no_json, 1));
  EXPECT_TRUE(Holds(Build("2"), 1));
}

TEST_F(RecordingBuildsTest, SeveralPredecessorsLeaveTheNameOfTheFirst) {
  Record(folder_.path(), {1, 2}, Build("1"));
  Record(folder_.path(), {1}, Build("2"));
  Record(folder_.path(), {3}, Build("3"));
  ASSERT_THAT(FileNames(folder_.path()), SizeIs(3));
  Record(folder_.path(), {1, 2}, Build("4"));
  EXPECT_THAT(FileNames(folder_.path()), SizeIs(2));
  EXPECT_NE(ReadText(file_).find(R"("executable":"4")"), std::string::npos);
  EXPECT_TRUE(Holds(Build("3"), 3)) << "that it has no answer for";
}

TEST_F(RecordingBuildsTest, BuildsThatOneGateComparesBothStay) {
  {
    const auto store = OpenRecording(folder_.path());
    const auto baseline = store->Open(Build("1"), "skills", 0);
    const auto candidate = store->Open(Build("2"), "skills", 0);
    for (const auto* shelf : {&baseline, &candidate}) (*shelf)->Put(QuestionOf(1), AnswerOf(1));
  }
  EXPECT_THAT(FileNames(folder_.path()), SizeIs(2));
  EXPECT_TRUE(Holds(Build("1"), 1));
  EXPECT_TRUE(Holds(Build("2"), 1));
}

TEST_F(RecordingBuildsTest, ADamagedPredecessorStays) {
  Record(folder_.path(), {1, 2}, Build("1"));
  const std::vector<std::string> lines = LinesOf(ReadText(file_));
  const std::string damaged = TextOf({lines[0], lines[1]});
  WriteText(file_, damaged);
  Record(folder_.path(), {1, 2}, Build("2"));
  EXPECT_THAT(FileNames(folder_.path()), SizeIs(2));
  EXPECT_EQ(ReadText(file_), damaged);
  EXPECT_TRUE(Holds(Build("2"), 2));
}

TEST_F(RecordingBuildsTest, AShelfGoesOnWhenItsFileWasReplaced) {
  const RecordingOf old(folder_.path(), Build("1"));
  old->Put(QuestionOf(1), AnswerOf(1));
  Record(folder_.path(), {1, 2}, Build("2"));
  EXPECT_FALSE(Finds(*old.shelf, 1));
  old->Put(QuestionOf(1), AnswerOf(1));
  EXPECT_TRUE(Finds(*old.shelf, 1));
  EXPECT_TRUE(Holds(Build("2"), 2));
}

TEST_F(RecordingBuildsTest, AnExportTakesThePlaceOfTheLast) {
  Record(folder_.path(), {1, 2}, Build("1"));
  const TemporaryFolder elsewhere;
  const auto from = OpenSqlite(elsewhere / "answers.sqlite");
  for (std::uint64_t i = 1; i <= 2; ++i) {
    from->Open(Build("2"), "skills", 0)->Put(QuestionOf(i), AnswerOf(i));
  }
  CopyStore(*from, *OpenRecording(folder_.path()), CopiedBuilds::kNewest);
  EXPECT_THAT(FileNames(folder_.path()), ElementsAre("tiny.skills.jsonl"));
  EXPECT_TRUE(Holds(Build("2"), 2));
}

}  // namespace
}  // namespace gatetest::internal
