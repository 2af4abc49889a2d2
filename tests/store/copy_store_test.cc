#include "src/store/copy_store.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "src/store/recording_store.h"
#include "tests/store/recording_testing.h"

namespace gatetest::internal {
namespace {

using testing_support::AnswerOf;
using testing_support::Finds;
using testing_support::kDay;
using testing_support::QuestionOf;
using testing_support::ReadText;
using testing_support::TemporaryFolder;
using testing_support::WriteText;

RecordedModel Build(const std::string& build, const std::string& options = "") {
  return {.identity = R"({"build":{"executable":")" + build + R"("},"name":"tiny","options":")" +
                      options + R"("})",
          .info = {.name = "tiny"},
          .capabilities = {.generate = true}};
}

class CopyStoreTest : public ::testing::Test {
 protected:
  static void Put(Store& store, const RecordedModel& model, std::uint64_t number,
                  std::int64_t recorded = 1000) {
    store.Open(model, "skills", 0)->Put(QuestionOf(number), AnswerOf(number, recorded));
  }

  const TemporaryFolder folder_;
  const std::unique_ptr<Store> from_ = OpenSqlite(folder_ / "from.sqlite");
  const std::unique_ptr<Store> to_ = OpenSqlite(folder_ / "to.sqlite");
};

TEST_F(CopyStoreTest, WritesAllAndThenNothing) {
  for (std::uint64_t i = 0; i < 20; ++i) Put(*from_, Build("1"), i);
  const std::vector<CopiedHolding> first = CopyStore(*from_, *to_, CopiedBuilds::kAll);
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].written, 20U);
  EXPECT_EQ(first[0].there, 0U);
  const auto shelf = to_->Open(Build("1"), "skills", 0);
  for (std::uint64_t i = 0; i < 20; ++i) EXPECT_TRUE(Finds(*shelf, i)) << i;
  const std::vector<CopiedHolding> second = CopyStore(*from_, *to_, CopiedBuilds::kAll);
  EXPECT_EQ(second[0].written, 0U);
  EXPECT_EQ(second[0].there, 20U);
}

TEST_F(CopyStoreTest, KeepsWhatIsLaterThere) {
  Put(*from_, Build("1"), 1);
  to_->Open(Build("1"), "skills", 0)->Put(QuestionOf(1), AnswerOf(2, 2000));
  EXPECT_EQ(CopyStore(*from_, *to_, CopiedBuilds::kAll)[0].there, 1U);
  EXPECT_FALSE(Finds(*to_->Open(Build("1"), "skills", 0), 1)) << "still that of 2";
  Put(*from_, Build("1"), 1, 3000);
  EXPECT_EQ(CopyStore(*from_, *to_, CopiedBuilds::kAll)[0].written, 1U);
  EXPECT_TRUE(Finds(*to_->Open(Build("1"), "skills", 0), 1));
}

TEST_F(CopyStoreTest, OfTheSameDayTheRecordingThatIsImportedWins) {
  const auto recording = OpenRecording(folder_ / "recorded");
  Put(*recording, Build("1"), 1, 5 * kDay + 80'000);  // Refreshed in the evening.
  Put(*recording, Build("1"), 2, 5 * kDay + 80'000);
  const auto shelf = to_->Open(Build("1"), "skills", 0);
  shelf->Put(QuestionOf(1), AnswerOf(7, 5 * kDay + 40'000));
  shelf->Put(QuestionOf(2), AnswerOf(8, 6 * kDay));
  // Another task's of that day is later than the beginning of the day.
  to_->Open(Build("1"), "choices", 0)->Put(QuestionOf(1), AnswerOf(7, 5 * kDay + 40'000));
  const CopiedHolding copied = CopyStore(*recording, *to_, CopiedBuilds::kAll).at(0);
  EXPECT_EQ(copied.written, 1U);
  EXPECT_EQ(copied.there, 1U);
  EXPECT_TRUE(Finds(*shelf, 1));
  EXPECT_FALSE(Finds(*shelf, 2)) << "what was recorded on a later day stays";
  EXPECT_EQ(CopyStore(*recording, *to_, CopiedBuilds::kAll).at(0).there, 2U);
}

TEST_F(CopyStoreTest, OfTheSameDayWhatIsExportedWins) {
  const auto recording = OpenRecording(folder_ / "recorded");
  Put(*recording, Build("1"), 1, 5 * kDay);
  from_->Open(Build("1"), "skills", 0)->Put(QuestionOf(1), AnswerOf(7, 5 * kDay + 3));
  EXPECT_EQ(CopyStore(*from_, *recording, CopiedBuilds::kAll).at(0).written, 1U);
  EXPECT_FALSE(Finds(*recording->Open(Build("1"), "skills", 0), 1));
  from_->Open(Build("1"), "skills", 0)->Put(QuestionOf(1), AnswerOf(1, 4 * kDay + 3));
  EXPECT_EQ(CopyStore(*from_, *recording, CopiedBuilds::kAll).at(0).there, 1U);
}

TEST_F(CopyStoreTest, OfOneSecondWhatIsThereStays) {
  Put(*from_, Build("1"), 1, 1000);
  to_->Open(Build("1"), "skills", 0)->Put(QuestionOf(1), AnswerOf(2, 1000));
  EXPECT_EQ(CopyStore(*from_, *to_, CopiedBuilds::kAll)[0].there, 1U);
  to_->Open(Build("1"), "skills", 0)->Put(QuestionOf(1), AnswerOf(2, 1001));
  EXPECT_EQ(CopyStore(*from_, *to_, CopiedBuilds::kAll)[0].there, 1U) << "of one day, but later";
}

TEST_F(CopyStoreTest, LeavesOutOlderBuildsOfTheSameModelAlone) {
  Put(*from_, Build("old"), 1, 1000);
  Put(*from_, Build("new"), 2, 2000);
  Put(*from_, Build("old", "cuda"), 3, 500);
  const std::vector<CopiedHolding> copied = CopyStore(*from_, *to_, CopiedBuilds::kNewest);
  ASSERT_EQ(copied.size(), 3U);
  std::size_t older = 0;
  for (const CopiedHolding& one : copied) older += one.older_build ? 1 : 0;
  EXPECT_EQ(older, 1U);
  EXPECT_EQ(to_->Holdings().size(), 2U);
  EXPECT_FALSE(to_->FindModel(Build("old").identity));
  EXPECT_TRUE(to_->FindModel(Build("old", "cuda").identity)) << "other options: another model";
  EXPECT_EQ(CopyStore(*from_, *to_, CopiedBuilds::kAll).size(), 3U);
  EXPECT_EQ(to_->Holdings().size(), 3U);
}

TEST_F(CopyStoreTest, SaysWhichAnswerWasEdited) {
  const auto recording = OpenRecording(folder_ / "recorded");
  for (std::uint64_t i = 0; i < 3; ++i) Put(*recording, Build("1"), i, kDay);
  const auto file = folder_ / "recorded/tiny.skills.jsonl";
  std::string text = ReadText(file);
  text.replace(text.find("answer 1"), 8, "answer 7");
  WriteText(file, text);
  const std::vector<CopiedHolding> copied = CopyStore(*recording, *to_, CopiedBuilds::kAll);
  EXPECT_EQ(copied[0].written, 2U);
  EXPECT_TRUE(
      copied[0].damaged.starts_with("sample \"1\": its recorded answer was edited by hand ("))
      << copied[0].damaged;
}

}  // namespace
}  // namespace gatetest::internal
