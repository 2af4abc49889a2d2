// Several answers at once (Shelf::PutAll), in all kinds of stores.

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gatetest/error.h"
#include "src/store/sqlite_database.h"
#include "tests/store/recording_testing.h"
#include "tests/store/sqlite_testing.h"
#include "tests/support/errors.h"
#include "tests/support/memory_store.h"

namespace gatetest::internal {
namespace {

using testing_support::AnswerOf;
using testing_support::ClaimOne;
using testing_support::ErrorOf;
using testing_support::Finds;
using testing_support::KeyOf;
using testing_support::KeysOf;
using testing_support::MemoryStore;
using testing_support::ModelNamed;
using testing_support::OpenShelf;
using testing_support::QuestionOf;
using testing_support::RecordingOf;
using testing_support::TemporaryFolder;

std::vector<Shelf::Filing> FilingsOf(const std::vector<std::uint64_t>& numbers) {
  std::vector<Shelf::Filing> filings;
  for (const std::uint64_t number : numbers) {
    filings.push_back({.question = QuestionOf(number), .answer = AnswerOf(number)});
  }
  return filings;
}

class PutAllTest : public ::testing::Test {
 protected:
  /// As another program would.
  void RunSql(const std::string& sql) const {
    SqliteDatabase(file_, SqliteAccess::kCreate).RunAll(sql.c_str());
  }

  const TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "answers.sqlite";
};

/// `other`: another shelf on the same place.
void ExpectRecordedAndNotClaimed(Shelf& shelf, Shelf& other) {
  ASSERT_EQ(shelf.Claim(KeysOf(4)), std::vector(4, ClaimResult::kMine));
  shelf.PutAll(FilingsOf({2, 0, 1}));
  for (std::uint64_t i = 0; i < 3; ++i) EXPECT_TRUE(Finds(other, i)) << i;
  EXPECT_EQ(other.Claim(KeysOf(4)), (std::vector{ClaimResult::kRecorded, ClaimResult::kRecorded,
                                                 ClaimResult::kRecorded, ClaimResult::kTaken}));
  shelf.PutAll({});
  EXPECT_EQ(ClaimOne(other, 3), ClaimResult::kTaken);
}

TEST_F(PutAllTest, RecordsInSqlite) {
  const OpenShelf shelf(file_);
  const OpenShelf other(file_);
  ExpectRecordedAndNotClaimed(*shelf.shelf, *other.shelf);
}

TEST_F(PutAllTest, RecordsInARecording) {
  const RecordingOf recording(folder_ / "recording");
  const auto other = recording.store->Open(ModelNamed("tiny"), "skills", 0);
  ExpectRecordedAndNotClaimed(*recording.shelf, *other);
}

TEST_F(PutAllTest, TheLastOfOneKeyCounts) {
  const OpenShelf shelf(file_);
  std::vector<Shelf::Filing> filings = FilingsOf({1, 1});
  filings[0].answer.response.text = "an earlier one";
  shelf->PutAll(filings);
  EXPECT_TRUE(Finds(*shelf.shelf, 1));
}

TEST_F(PutAllTest, ThatFailsInSqliteRecordsNoneAndEndsTheirClaims) {
  const OpenShelf waiting(file_);
  const OpenShelf shelf(file_);
  shelf->Put(QuestionOf(9), AnswerOf(9));
  ASSERT_EQ(shelf->Claim(KeysOf(4)), std::vector(4, ClaimResult::kMine));
  // An index that the second of them cannot be in.
  RunSql(
      "CREATE INDEX refuse ON answers "
      "(abs(CASE sample WHEN '1' THEN -9223372036854775808 ELSE 0 END))");
  EXPECT_NE(ErrorOf(
                [&] {
                  shelf->PutAll(FilingsOf({0, 1, 2}));
                },
                ErrorCode::kStoreFailed)
                .find("integer overflow"),
            std::string::npos);
  for (std::uint64_t i = 0; i < 3; ++i) {
    EXPECT_FALSE(Finds(*waiting.shelf, i)) << i;
    EXPECT_EQ(ClaimOne(*waiting.shelf, i), ClaimResult::kMine) << i;
  }
  EXPECT_EQ(ClaimOne(*waiting.shelf, 3), ClaimResult::kTaken) << "what is yet to be put";
  RunSql("DROP INDEX refuse");
  shelf->PutAll(FilingsOf({3, 4}));
  EXPECT_TRUE(Finds(*waiting.shelf, 3)) << "and it goes on";
}

TEST_F(PutAllTest, ThatFailsAndCannotEndItsClaimsIsNotWaitedFor) {
  const OpenShelf waiting(file_);
  const OpenShelf shelf(file_);
  ASSERT_EQ(shelf->Claim(KeysOf(3)), std::vector(3, ClaimResult::kMine));
  RunSql("ALTER TABLE claims RENAME TO elsewhere");
  EXPECT_THROW(shelf->PutAll(FilingsOf({0, 1})), Error);
  RunSql("ALTER TABLE elsewhere RENAME TO claims");
  EXPECT_EQ(waiting->Claim(KeysOf(3)), std::vector(3, ClaimResult::kMine));
}

TEST_F(PutAllTest, ThatFailsByDefaultKeepsWhatWentBeforeAndEndsAllTheirClaims) {
  MemoryStore store;
  const auto shelf = store.Open(ModelNamed("tiny"), "skills", 0);
  ASSERT_EQ(shelf->Claim(KeysOf(5)), std::vector(5, ClaimResult::kMine));
  store.on_put = [](const Question& question) {
    if (question.sample == "2") throw Error(ErrorCode::kStoreFailed, "the disk is full");
  };
  EXPECT_EQ(ErrorOf(
                [&] {
                  shelf->PutAll(FilingsOf({1, 2, 3}));
                },
                ErrorCode::kStoreFailed),
            "the disk is full");
  ASSERT_EQ(store.records.size(), 1U);
  EXPECT_EQ(store.records[0].question.sample, "1");
  ASSERT_EQ(store.claims.size(), 2U);
  EXPECT_TRUE(store.claims.contains(KeyOf(0)) && store.claims.contains(KeyOf(4)));
}

}  // namespace
}  // namespace gatetest::internal
