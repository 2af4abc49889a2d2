#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gatetest/error.h"
#include "src/store/sqlite_database.h"
#include "src/store/sqlite_store.h"
#include "tests/store/sqlite_testing.h"

namespace gatetest::internal {
namespace {

using testing_support::AnswerOf;
using testing_support::ClaimOne;
using testing_support::Finds;
using testing_support::KeyOf;
using testing_support::KeysOf;
using testing_support::ModelNamed;
using testing_support::OpenShelf;
using testing_support::QuestionOf;
using testing_support::TemporaryFolder;

class SqliteClaimsTest : public ::testing::Test {
 protected:
  /// As another program would.
  void RunSql(const std::string& sql) const {
    SqliteDatabase(file_, SqliteAccess::kCreate).RunAll(sql.c_str());
  }

  const TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "answers.sqlite";
};

TEST_F(SqliteClaimsTest, ClaimsEndWithPutGiveBackAndTheShelf) {
  const auto store = OpenSqlite(file_);
  const auto other_store = OpenSqlite(file_);
  const auto same_store = store->Open(ModelNamed("tiny"), "skills", 0);
  const auto other = other_store->Open(ModelNamed("tiny"), "skills", 0);
  {
    const auto shelf = store->Open(ModelNamed("tiny"), "skills", 0);
    EXPECT_EQ(shelf->Claim(KeysOf(4)), std::vector(4, ClaimResult::kMine));
    EXPECT_EQ(shelf->Claim(KeysOf(4)), std::vector(4, ClaimResult::kMine));
    EXPECT_EQ(same_store->Claim(KeysOf(4)), std::vector(4, ClaimResult::kTaken));
    EXPECT_EQ(other->Claim(KeysOf(4)), std::vector(4, ClaimResult::kTaken));
    other->GiveBack(KeysOf(4));
    same_store->GiveBack(KeysOf(4));
    EXPECT_EQ(other->Claim(KeysOf(4)), std::vector(4, ClaimResult::kTaken));
    shelf->Put(QuestionOf(0), AnswerOf(0));
    shelf->GiveBack(std::vector{KeyOf(1)});
    EXPECT_EQ(other->Claim(KeysOf(4)), (std::vector{ClaimResult::kRecorded, ClaimResult::kMine,
                                                    ClaimResult::kTaken, ClaimResult::kTaken}));
    EXPECT_EQ(ClaimOne(*shelf, 1), ClaimResult::kTaken);
    SqliteDatabase database(file_, SqliteAccess::kReadWrite);
    EXPECT_EQ(database.Number("SELECT count(*) FROM claims"), 3);
  }
  EXPECT_EQ(ClaimOne(*same_store, 2), ClaimResult::kMine);
  EXPECT_EQ(ClaimOne(*other, 3), ClaimResult::kMine);
  EXPECT_EQ(ClaimOne(*same_store, 1), ClaimResult::kTaken);
}

TEST_F(SqliteClaimsTest, ClaimsEndWithTheStore) {
  const OpenShelf shelf(file_);
  {
    const OpenShelf other(file_);
    EXPECT_EQ(ClaimOne(*other.shelf, 1), ClaimResult::kMine);
    EXPECT_EQ(ClaimOne(*shelf.shelf, 1), ClaimResult::kTaken);
  }
  EXPECT_EQ(ClaimOne(*shelf.shelf, 1), ClaimResult::kMine);
}

TEST_F(SqliteClaimsTest, AShelfThatCannotGiveItsClaimsBackIsNotWaitedFor) {
  const OpenShelf waiting(file_);
  const auto store = OpenSqlite(file_);
  auto shelf = store->Open(ModelNamed("tiny"), "skills", 0);
  EXPECT_EQ(ClaimOne(*shelf, 1), ClaimResult::kMine);
  RunSql("ALTER TABLE claims RENAME TO elsewhere");
  shelf.reset();
  RunSql("ALTER TABLE elsewhere RENAME TO claims");
  EXPECT_EQ(ClaimOne(*waiting.shelf, 1), ClaimResult::kMine);
  EXPECT_EQ(ClaimOne(*store->Open(ModelNamed("tiny"), "skills", 0), 1), ClaimResult::kTaken);
}

TEST_F(SqliteClaimsTest, APutThatFailsEndsItsClaimAtOnce) {
  const OpenShelf waiting(file_);
  const OpenShelf shelf(file_);
  EXPECT_EQ(shelf->Claim(KeysOf(3)), std::vector(3, ClaimResult::kMine));
  EXPECT_EQ(ClaimOne(*waiting.shelf, 1), ClaimResult::kTaken);
  RunSql("ALTER TABLE answers RENAME TO elsewhere");
  EXPECT_THROW(shelf->Put(QuestionOf(1), AnswerOf(1)), Error);
  RunSql("ALTER TABLE elsewhere RENAME TO answers");
  EXPECT_EQ(ClaimOne(*waiting.shelf, 2), ClaimResult::kTaken) << "what is yet to be put";
  EXPECT_EQ(ClaimOne(*waiting.shelf, 1), ClaimResult::kMine);
}

TEST_F(SqliteClaimsTest, APutThatFailsAndCannotEndItsClaimIsNotWaitedFor) {
  const OpenShelf waiting(file_);
  const OpenShelf shelf(file_);
  EXPECT_EQ(ClaimOne(*shelf.shelf, 1), ClaimResult::kMine);
  RunSql("ALTER TABLE claims RENAME TO elsewhere");
  EXPECT_THROW(shelf->Put(QuestionOf(1), AnswerOf(1)), Error);
  RunSql("ALTER TABLE elsewhere RENAME TO claims");
  EXPECT_EQ(ClaimOne(*waiting.shelf, 1), ClaimResult::kMine);
  EXPECT_EQ(ClaimOne(*shelf.shelf, 1), ClaimResult::kTaken);
  shelf->Put(QuestionOf(2), AnswerOf(2));
  EXPECT_TRUE(Finds(*waiting.shelf, 2)) << "and it goes on";
}

TEST_F(SqliteClaimsTest, APutWithoutAClaimEndsNoClaimOfOthers) {
  const OpenShelf claiming(file_, 2000);
  EXPECT_EQ(ClaimOne(*claiming.shelf, 1), ClaimResult::kMine);
  const OpenShelf other(file_, 2000);
  other->Put(QuestionOf(1), AnswerOf(1, 1000));
  EXPECT_EQ(ClaimOne(*other.shelf, 1), ClaimResult::kTaken);
}

TEST_F(SqliteClaimsTest, PruneForgetsClaimsOfTheDead) {
  const OpenShelf living(file_);
  EXPECT_EQ(ClaimOne(*living.shelf, 1), ClaimResult::kMine);
  RunSql("INSERT INTO claims VALUES (x'00', 12345, 1)");
  SqliteDatabase database(file_, SqliteAccess::kReadWrite);
  EXPECT_EQ(database.Number("SELECT count(*) FROM claims"), 2);
  living.store->Prune(0);
  EXPECT_EQ(database.Number("SELECT count(*) FROM claims"), 1);
}

TEST_F(SqliteClaimsTest, ALinkIsTheSameStore) {
  std::filesystem::create_directory(folder_ / "links");
  std::filesystem::create_symlink(file_, folder_ / "links/link");
  const OpenShelf shelf(file_);
  EXPECT_EQ(ClaimOne(*shelf.shelf, 1), ClaimResult::kMine);
  const OpenShelf linked(folder_ / "links/link");
  EXPECT_EQ(ClaimOne(*linked.shelf, 1), ClaimResult::kTaken);
  shelf->Put(QuestionOf(1), AnswerOf(1));
  EXPECT_TRUE(Finds(*linked.shelf, 1));
}

}  // namespace
}  // namespace gatetest::internal
