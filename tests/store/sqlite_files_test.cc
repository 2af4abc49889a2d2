#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "src/store/sqlite_database.h"
#include "src/store/sqlite_store.h"
#include "tests/store/sqlite_testing.h"
#include "tests/support/errors.h"

namespace gatetest::internal {
namespace {

using testing_support::AnswerOf;
using testing_support::ErrorOf;
using testing_support::Finds;
using testing_support::KeyOf;
using testing_support::KeysOf;
using testing_support::ModelNamed;
using testing_support::OpenShelf;
using testing_support::QuestionOf;
using testing_support::TemporaryFolder;

class SqliteFilesTest : public ::testing::Test {
 protected:
  std::string ErrorOfOpening() const {
    return ErrorOf([&] { OpenSqlite(file_); }, ErrorCode::kStoreFailed);
  }
  void Write(const std::string& content) const { std::ofstream(file_) << content; }
  /// As another program would.
  void RunSql(const std::string& sql) const {
    SqliteDatabase(file_, SqliteAccess::kCreate).RunAll(sql.c_str());
  }
  std::vector<std::string> FilesThere() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.push_back(entry.path().filename().string());
    }
    return names;
  }

  const TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "answers.sqlite";
};

TEST_F(SqliteFilesTest, OpeningAndReadingMakeNothing) {
  const auto store = OpenSqlite(folder_ / "a/b/answers.sqlite");
  const auto shelf = store->Open(ModelNamed("tiny"), "skills", 0);
  EXPECT_FALSE(Finds(*shelf, 1));
  EXPECT_FALSE(shelf->Filed("1", 0));
  EXPECT_FALSE(store->FindModel(ModelNamed("tiny").identity));
  EXPECT_TRUE(store->Holdings().empty());
  store->ForEach(ModelNamed("tiny").identity, "skills",
                 [](const Question&, const RecordedAnswer&) { FAIL(); });
  EXPECT_EQ(store->Prune(1), 0U);
  shelf->GiveBack(KeysOf(1));
  EXPECT_TRUE(FilesThere().empty());
  shelf->Put(QuestionOf(1), AnswerOf(1));
  EXPECT_TRUE(Finds(*shelf, 1));
}

TEST_F(SqliteFilesTest, SeesWhatAnotherStoreMadeMeanwhile) {
  const OpenShelf early(file_);
  EXPECT_FALSE(Finds(*early.shelf, 1));
  OpenShelf(file_)->Put(QuestionOf(1), AnswerOf(1));
  EXPECT_TRUE(Finds(*early.shelf, 1));
}

TEST_F(SqliteFilesTest, AnEmptyFileIsAStoreToBeMade) {
  Write("");
  const OpenShelf shelf(file_);
  EXPECT_FALSE(Finds(*shelf.shelf, 1));
  EXPECT_EQ(std::filesystem::file_size(file_), 0U);
  shelf->Put(QuestionOf(1), AnswerOf(1));
  EXPECT_TRUE(Finds(*shelf.shelf, 1));
}

TEST_F(SqliteFilesTest, LeavesNoJournalBehind) {
  { OpenShelf(file_)->Put(QuestionOf(1), AnswerOf(1)); }
  for (const std::string& name : FilesThere()) {
    EXPECT_TRUE(name == "answers.sqlite" || name == "answers.sqlite.lock") << name;
  }
  EXPECT_EQ(FilesThere().size(), 2U);
  // The mark of a file in WAL mode: bytes 18 and 19 of its header.
  std::ifstream stream(file_);
  std::string header(20, '\0');
  stream.read(header.data(), 20);
  EXPECT_EQ(header.substr(18), "\2\2");
}

TEST_F(SqliteFilesTest, DamagedAnswersNameTheSample) {
  const std::vector<std::string> blobs = {"x''",       "x'00'",     "x'6A'",
                                          "x'6A7B7B'", "x'7A0102'", "x'7A00000000000000FF00'"};
  for (const std::string& blob : blobs) {
    const OpenShelf shelf(file_);
    shelf->Put({.key = KeyOf(1), .sample = "Ada's"}, AnswerOf(1));
    RunSql("UPDATE answers SET response = " + blob);
    const std::string error = ErrorOf([&] { Finds(*shelf.shelf, 1); }, ErrorCode::kStoreFailed);
    EXPECT_TRUE(error.starts_with("the store " + file_.string() +
                                  " cannot be read: its answer to sample \"Ada's\" is damaged ("))
        << error;
    EXPECT_TRUE(
        error.ends_with("; record it anew with --gatetest_mode=refresh, or choose another "
                        "place with --gatetest_store"))
        << error;
    EXPECT_EQ(ErrorOf(
                  [&] {
                    shelf.store->ForEach(ModelNamed("tiny").identity, "skills",
                                         [](const Question&, const RecordedAnswer&) {});
                  },
                  ErrorCode::kStoreFailed),
              error);
    shelf->Put(QuestionOf(1), AnswerOf(1));
    EXPECT_TRUE(Finds(*shelf.shelf, 1));
  }
}

TEST_F(SqliteFilesTest, ADamagedFileIsAnError) {
  {
    const OpenShelf shelf(file_);
    for (std::uint64_t i = 0; i < 500; ++i) shelf->Put(QuestionOf(i), AnswerOf(i));
  }
  const auto size = std::filesystem::file_size(file_);
  std::fstream stream(file_, std::ios::in | std::ios::out);
  stream.seekp(4096);
  stream << std::string(size - 4096, '\x5A');
  stream.close();
  const std::string error =
      ErrorOf([&] { OpenShelf(file_)->Find(KeysOf(500)); }, ErrorCode::kStoreFailed);
  EXPECT_TRUE(error.starts_with("the store " + file_.string() + " cannot be read: it is damaged"))
      << error;
}

TEST_F(SqliteFilesTest, RefusesWhatIsNoStore) {
  for (const std::string& content : {std::string("{}"), std::string(5000, 'x')}) {
    Write(content);
    EXPECT_EQ(ErrorOfOpening(), "the store " + file_.string() +
                                    " cannot be read: it is no SQLite database; choose another "
                                    "place with --gatetest_store");
  }
  std::filesystem::remove(file_);
  RunSql("CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)");
  EXPECT_NE(ErrorOfOpening().find("it is a SQLite database of another program"), std::string::npos);
  SqliteDatabase theirs(file_, SqliteAccess::kReadWrite);
  EXPECT_EQ(theirs.Number("SELECT count(*) FROM sqlite_master"), 1) << "left as it was";
}

TEST_F(SqliteFilesTest, RefusesAFolderAndAFileInPlaceOfOne) {
  std::filesystem::create_directory(file_);
  EXPECT_NE(ErrorOfOpening().find("it is a folder"), std::string::npos);
  std::filesystem::remove(file_);
  Write("x");
  const auto put = [&] { OpenShelf(file_ / "answers.sqlite")->Put(QuestionOf(1), AnswerOf(1)); };
  EXPECT_NE(ErrorOf(put, ErrorCode::kStoreFailed).find("Not a directory"), std::string::npos)
      << ErrorOf(put, ErrorCode::kStoreFailed);
}

TEST_F(SqliteFilesTest, RefusesANewerVersion) {
  { OpenShelf(file_)->Put(QuestionOf(1), AnswerOf(1)); }
  RunSql("PRAGMA user_version = 2");
  EXPECT_EQ(ErrorOfOpening(),
            "the store " + file_.string() +
                " cannot be read: it was written by a newer GateTest (schema 2; this one reads up "
                "to 1); use that, or choose another place with --gatetest_store");
}

TEST_F(SqliteFilesTest, TriggersOfAFileFromElsewhereDoNotRun) {
  { OpenShelf(file_)->Put(QuestionOf(1), AnswerOf(1)); }
  RunSql("CREATE TRIGGER t AFTER INSERT ON answers BEGIN DELETE FROM answers; END");
  const OpenShelf shelf(file_);
  shelf->Put(QuestionOf(2), AnswerOf(2));
  EXPECT_TRUE(Finds(*shelf.shelf, 1));
  EXPECT_TRUE(Finds(*shelf.shelf, 2));
}

TEST_F(SqliteFilesTest, APlaceIsAnAbsolutePath) {
  EXPECT_EQ(OpenSqlite(folder_ / "x/../y%20?#.sqlite")->place(),
            "sqlite:" + (folder_ / "y%20?#.sqlite").string());
  EXPECT_EQ(OpenSqlite("answers.sqlite")->place(),
            "sqlite:" + (std::filesystem::current_path() / "answers.sqlite").string());
}

}  // namespace
}  // namespace gatetest::internal
