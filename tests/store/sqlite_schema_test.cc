#include "src/store/sqlite_schema.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "tests/store/sqlite_testing.h"
#include "tests/support/errors.h"

namespace gatetest::internal {
namespace {

using testing_support::ErrorOf;
using testing_support::TemporaryFolder;

constexpr std::array kThreeSteps = {
    "CREATE TABLE log (step INTEGER)",
    "INSERT INTO log VALUES (2)",
    "INSERT INTO log VALUES (3)",
};

std::vector<std::int64_t> LogOf(SqliteDatabase& database) {
  std::vector<std::int64_t> log;
  SqliteRows rows = database.Query("SELECT step FROM log ORDER BY rowid");
  while (rows.Next()) log.push_back(rows.Integer(0));
  return log;
}

TEST(SqliteSchemaTest, TakesTheStepsThatAreMissingInTheirOrder) {
  const TemporaryFolder folder;
  for (std::size_t from = 0; from <= kThreeSteps.size(); ++from) {
    SqliteDatabase database(folder / ("from" + std::to_string(from)), SqliteAccess::kCreate);
    EXPECT_TRUE(IsNewSqliteFile(database));
    if (from > 0) MigrateSqlite(database, std::span(kThreeSteps).first(from));
    EXPECT_EQ(IsNewSqliteFile(database, kThreeSteps), from == 0);
    MigrateSqlite(database, kThreeSteps);
    EXPECT_EQ(LogOf(database), (std::vector<std::int64_t>{2, 3})) << from;
    EXPECT_EQ(database.Number("PRAGMA user_version"), 3);
    EXPECT_EQ(database.Number("PRAGMA application_id"), kSqliteApplication);
    MigrateSqlite(database, kThreeSteps);
    EXPECT_EQ(LogOf(database), (std::vector<std::int64_t>{2, 3}));
  }
}

TEST(SqliteSchemaTest, TakesAllStepsOrNone) {
  const TemporaryFolder folder;
  constexpr std::array kBrokenSteps = {"CREATE TABLE log (step INTEGER)",
                                       "INSERT INTO log VALUES (2)",
                                       "INSERT INTO nowhere VALUES (3)"};
  SqliteDatabase database(folder / "file", SqliteAccess::kCreate);
  MigrateSqlite(database, std::span(kThreeSteps).first(1));
  EXPECT_NE(ErrorOf([&] { MigrateSqlite(database, kBrokenSteps); }, ErrorCode::kStoreFailed)
                .find("nowhere"),
            std::string::npos);
  EXPECT_EQ(LogOf(database), (std::vector<std::int64_t>{}));
  EXPECT_EQ(database.Number("PRAGMA user_version"), 1);
  MigrateSqlite(database, kThreeSteps);
  EXPECT_EQ(LogOf(database), (std::vector<std::int64_t>{2, 3}));
}

TEST(SqliteSchemaTest, RefusesANewerVersion) {
  const TemporaryFolder folder;
  SqliteDatabase database(folder / "file", SqliteAccess::kCreate);
  MigrateSqlite(database, kThreeSteps);
  const std::string expected =
      "the store " + (folder / "file").string() +
      " cannot be read: it was written by a newer GateTest (schema 3; this one reads up to 2); use "
      "that, or choose another place with --gatetest_store";
  const auto two = std::span(kThreeSteps).first(2);
  EXPECT_EQ(ErrorOf([&] { IsNewSqliteFile(database, two); }, ErrorCode::kStoreFailed), expected);
  EXPECT_EQ(ErrorOf([&] { MigrateSqlite(database, two); }, ErrorCode::kStoreFailed), expected);
}

TEST(SqliteSchemaTest, RefusesWhatIsNotOurs) {
  const TemporaryFolder folder;
  const std::array<const char*, 4> foreign = {
      "CREATE TABLE theirs (x)", "PRAGMA application_id = 7", "PRAGMA user_version = 1",
      "PRAGMA application_id = 1198805876; PRAGMA user_version = -1"};
  for (std::size_t i = 0; i < foreign.size(); ++i) {
    SqliteDatabase database(folder / std::to_string(i), SqliteAccess::kCreate);
    database.RunAll(foreign[i]);
    EXPECT_NE(ErrorOf([&] { IsNewSqliteFile(database); }, ErrorCode::kStoreFailed)
                  .find("it is a SQLite database of another program"),
              std::string::npos)
        << foreign[i];
    EXPECT_NE(ErrorOf([&] { MigrateSqlite(database); }, ErrorCode::kStoreFailed), "no error");
  }
}

}  // namespace
}  // namespace gatetest::internal
