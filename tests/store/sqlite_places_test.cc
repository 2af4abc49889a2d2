// Places that cannot be written: no permission, a file system that is read-only, a disk that is
// full. Each in a child process, which gives up what it must not have, or mounts what it needs.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/mount.h>
#endif

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>
#include <tuple>
#include <utility>

#include "src/store/sqlite_database.h"
#include "src/store/sqlite_store.h"
#include "tests/store/places_testing.h"
#include "tests/store/sqlite_testing.h"
#include "tests/support/errors.h"

namespace gatetest::internal {
namespace {

using testing_support::AnswerOf;
using testing_support::ClaimOne;
using testing_support::ErrorOf;
using testing_support::ErrorOfPut;
using testing_support::Finds;
using testing_support::GiveUpRoot;
using testing_support::InChild;
using testing_support::MissingBelow;
using testing_support::OpenShelf;
using testing_support::Path;
using testing_support::PutUntilItFails;
using testing_support::QuestionOf;
using testing_support::SetMode;
using testing_support::TemporaryFolder;

/// What a store in which answer 1 is recorded says where it cannot be written; "as it should" when
/// all but Put works.
std::string UseReadOnly(const Path& file) {
  const OpenShelf shelf(file);
  if (!Finds(*shelf.shelf, 1)) return "the recorded answer is not found";
  if (Finds(*shelf.shelf, 2)) return "an answer is found that nobody recorded";
  if (ClaimOne(*shelf.shelf, 1) != ClaimResult::kRecorded) return "the recorded one is claimed";
  if (ClaimOne(*shelf.shelf, 2) != ClaimResult::kMine) return "the missing one is not mine";
  if (shelf.store->Holdings().size() != 1) return "the holding is missing";
  shelf->GiveBack(testing_support::KeysOf(3));
  const auto other_task = shelf.store->Open(testing_support::ModelNamed("tiny"), "choices", 0);
  if (!Finds(*other_task, 1)) return "another task does not find it";
  const std::string pruning = ErrorOf([&] { shelf.store->Prune(2000); }, ErrorCode::kStoreFailed);
  const std::string error = ErrorOfPut(*shelf.shelf, 2);
  return pruning == error ? error : "Prune: " + pruning + "; Put: " + error;
}

std::string ReadOnlyError(const Path& store, const Path& culprit, const std::string& why) {
  return "the store " + store.string() + " cannot be written: " + culprit.string() +
         " is read-only (" + why + "); choose another place with --gatetest_store";
}

class SqlitePlacesTest : public ::testing::Test {
 protected:
  void Record() const {
    OpenShelf(file_)->Put(QuestionOf(1), AnswerOf(1));
    // For anybody, so that only what a test takes away is missing.
    for (const auto& entry : std::filesystem::directory_iterator(inner_)) {
      SetMode(entry.path(), 0666);
    }
  }
  ~SqlitePlacesTest() override { ::chmod(inner_.c_str(), 0777); }

  const TemporaryFolder folder_;
  const Path inner_ = [this] {
    std::filesystem::create_directory(folder_ / "inner");
    SetMode(folder_ / "inner", 0777);
    return folder_ / "inner";
  }();
  const Path file_ = inner_ / "answers%20?.sqlite";
};

TEST_F(SqlitePlacesTest, AReadOnlyFolderIsRead) {
  Record();
  SetMode(inner_, 0555);
  EXPECT_EQ(InChild([&] {
              GiveUpRoot();
              return UseReadOnly(file_);
            }),
            ReadOnlyError(file_, inner_, "Permission denied"));
}

TEST_F(SqlitePlacesTest, AReadOnlyFileIsRead) {
  Record();
  SetMode(file_, 0444);
  EXPECT_EQ(InChild([&] {
              GiveUpRoot();
              return UseReadOnly(file_);
            }),
            ReadOnlyError(file_, file_, "Permission denied"));
}

TEST_F(SqlitePlacesTest, AReadOnlyFolderThatAnotherProcessWritesIsRead) {
  // Its last answers are in the WAL only, which SQLite reads by the index that the writer has made.
  const OpenShelf writer(file_);
  writer->Put(QuestionOf(1), AnswerOf(1));
  for (const auto& entry : std::filesystem::directory_iterator(inner_)) {
    SetMode(entry.path(), 0444);
  }
  SetMode(inner_, 0555);
  EXPECT_EQ(InChild([&] {
              GiveUpRoot();
              return UseReadOnly(file_);
            }),
            ReadOnlyError(file_, file_, "Permission denied"));
}

TEST_F(SqlitePlacesTest, AnswersThatAreOnlyInTheWalAreNotPassedOver) {
  {
    const OpenShelf shelf(file_);
    shelf->Put(QuestionOf(1), AnswerOf(1));
    // As after a power failure: the index, which is made anew, is gone.
    for (const std::string suffix : {"", "-wal"}) {
      std::filesystem::copy_file(file_.string() + suffix, folder_ / ("copy" + suffix));
    }
  }
  for (const std::string suffix : {"", "-wal"}) {
    std::filesystem::rename(folder_ / ("copy" + suffix), file_.string() + suffix);
    SetMode(file_.string() + suffix, 0666);
  }
  ASSERT_GT(std::filesystem::file_size(file_.string() + "-wal"), 0U);
  SetMode(inner_, 0555);
  EXPECT_EQ(InChild([&] {
              GiveUpRoot();
              return UseReadOnly(file_);
            }),
            "the store " + file_.string() + " cannot be read: " + inner_.string() +
                " is read-only (Permission denied), and its last answers are still in " +
                file_.string() +
                "-wal; open it once where it can be written, or copy both files "
                "to such a place");
  SetMode(inner_, 0777);
  EXPECT_TRUE(Finds(*OpenShelf(file_).shelf, 1)) << "and there it is found";
}

TEST_F(SqlitePlacesTest, ClaimsInAFolderWhereNothingCanBeMade) {
  SetMode(inner_, 0555);
  const Path store = inner_ / "a/b/answers.sqlite";
  EXPECT_EQ(InChild([&] {
              GiveUpRoot();
              const OpenShelf shelf(store);
              if (Finds(*shelf.shelf, 1)) return std::string("found");
              if (ClaimOne(*shelf.shelf, 1) != ClaimResult::kMine) return std::string("not mine");
              shelf->GiveBack(testing_support::KeysOf(2));
              return ErrorOfPut(*shelf.shelf, 1);
            }),
            ReadOnlyError(store, inner_, "Permission denied"));
  EXPECT_TRUE(std::filesystem::is_empty(inner_));
}

TEST_F(SqlitePlacesTest, AFileThatMayNotBeReadIsAnError) {
  Record();
  SetMode(file_, 0000);
  EXPECT_EQ(InChild([&] {
              GiveUpRoot();
              return ErrorOf([&] { OpenSqlite(file_); }, ErrorCode::kStoreFailed);
            }),
            "the store " + file_.string() +
                " cannot be opened: Permission denied; choose another place with --gatetest_store");
}

TEST_F(SqlitePlacesTest, AnOlderVersionThatCannotBeMigratedIsAnError) {
  Record();
  SqliteDatabase(file_, SqliteAccess::kReadWrite).RunAll("PRAGMA user_version = 0");
  SetMode(inner_, 0555);
  EXPECT_EQ(InChild([&] {
              GiveUpRoot();
              return ErrorOf([&] { OpenSqlite(file_); }, ErrorCode::kStoreFailed);
            }),
            "the store " + file_.string() +
                " cannot be read: it was written by an older GateTest (schema 0), and " +
                inner_.string() +
                " is read-only (Permission denied); open it once where it can be written");
}

TEST_F(SqlitePlacesTest, AFileThatMayNotGrowSaysSo) {
  EXPECT_EQ(InChild([&] {
              ::signal(SIGXFSZ, SIG_IGN);
              const OpenShelf shelf(file_);
              shelf->Put(QuestionOf(0), AnswerOf(0));
              rlimit limit = {};
              ::getrlimit(RLIMIT_FSIZE, &limit);
              limit.rlim_cur = 200'000;
              ::setrlimit(RLIMIT_FSIZE, &limit);
              const auto [failed, error] = PutUntilItFails(*shelf.shelf, 1);
              if (failed < 10) return "failed too early: " + error;
              std::string missing = MissingBelow(*shelf.shelf, failed);
              if (!missing.empty()) return missing;
              limit.rlim_cur = limit.rlim_max;
              ::setrlimit(RLIMIT_FSIZE, &limit);
              shelf->Put(QuestionOf(failed), AnswerOf(failed));
              const OpenShelf reader(file_);
              return MissingBelow(*reader.shelf, failed + 1) + error;
            }),
            "the store " + file_.string() +
                " cannot be written: it would be larger than this process may make a file (ulimit "
                "-f); raise that limit, or choose another place with --gatetest_store");
}

#ifdef __linux__

class MountsTest : public SqlitePlacesTest {
 protected:
  void SetUp() override {
    const std::string problem = InChild([&] {
      const std::string entering = testing_support::EnterMounts();
      return entering.empty() ? testing_support::MountTmpfs(inner_, "size=1m") : entering;
    });
    if (!problem.empty()) GTEST_SKIP() << "no mounts here: " << problem;
  }
};

TEST_F(MountsTest, AReadOnlyFileSystemIsRead) {
  EXPECT_EQ(InChild([&] {
              testing_support::EnterMounts();
              testing_support::MountTmpfs(inner_, "size=1m");
              Record();
              if (::mount("none", inner_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0) {
                return std::string("remount: ") + std::strerror(errno);
              }
              return UseReadOnly(file_);
            }),
            ReadOnlyError(file_, file_, "Read-only file system"));
}

TEST_F(MountsTest, NothingIsMadeInAReadOnlyFileSystem) {
  EXPECT_EQ(InChild([&] {
              testing_support::EnterMounts();
              testing_support::MountTmpfs(inner_, "size=1m,ro");
              const OpenShelf shelf(file_);
              if (Finds(*shelf.shelf, 1)) return std::string("found");
              if (ClaimOne(*shelf.shelf, 1) != ClaimResult::kMine) return std::string("not mine");
              return ErrorOfPut(*shelf.shelf, 1);
            }),
            ReadOnlyError(file_, inner_, "Read-only file system"));
}

TEST_F(MountsTest, AFullDiskSaysSoAndLosesNothing) {
  const std::string said = InChild([&] {
    testing_support::EnterMounts();
    testing_support::MountTmpfs(inner_, "size=1m");
    std::ofstream(inner_ / "filler") << std::string(400'000, 'x');
    std::uint64_t failed = 0;
    std::string error;
    {
      const OpenShelf shelf(file_);
      if (ClaimOne(*shelf.shelf, 99'999) != ClaimResult::kMine) return std::string("not mine");
      std::tie(failed, error) = PutUntilItFails(*shelf.shelf, 0);
      if (failed < 10) return "failed too early: " + error;
      std::string missing = MissingBelow(*shelf.shelf, failed);
      if (!missing.empty()) return missing;
    }
    std::filesystem::remove(inner_ / "filler");
    const OpenShelf shelf(file_);
    if (ClaimOne(*shelf.shelf, 99'999) != ClaimResult::kMine) return std::string("claims stay");
    shelf->Put(QuestionOf(failed), AnswerOf(failed));
    return MissingBelow(*shelf.shelf, failed + 1) + error;
  });
  const std::string expected = "the store " + file_.string() +
                               " cannot be written: disk full (the file system of " +
                               inner_.string() + " has ";
  EXPECT_EQ(said.substr(0, expected.size()), expected);
  EXPECT_TRUE(said.ends_with(
      " bytes left); free some space, or choose another place with --gatetest_store"))
      << said;
}

TEST_F(MountsTest, TheSameStoreGoesOnWhenThereIsSpaceAgain) {
  EXPECT_EQ(InChild([&] {
              testing_support::EnterMounts();
              testing_support::MountTmpfs(inner_, "size=1m");
              std::ofstream(inner_ / "filler") << std::string(400'000, 'x');
              const OpenShelf shelf(file_);
              const auto [failed, error] = PutUntilItFails(*shelf.shelf, 0);
              std::filesystem::remove(inner_ / "filler");
              shelf->Put(QuestionOf(failed), AnswerOf(failed));
              std::string missing = MissingBelow(*shelf.shelf, failed + 1);
              return missing.empty() && failed > 10 ? "goes on" : missing + error;
            }),
            "goes on");
}

/// What is wrong with a store of which answers 0 to `count` are recorded, and in which nothing else
/// may be, however full the disk is; "" when all but Put works.
std::string UseFull(const OpenShelf& shelf, std::uint64_t count) {
  std::string missing = MissingBelow(*shelf.shelf, count);
  if (!missing.empty()) return missing;
  if (Finds(*shelf.shelf, count)) return "an answer is found that nobody recorded";
  const ClaimResult recorded = count > 0 ? ClaimResult::kRecorded : ClaimResult::kMine;
  if (ClaimOne(*shelf.shelf, 0) != recorded) return "the claim of 0 is wrong";
  if (ClaimOne(*shelf.shelf, count) != ClaimResult::kMine) return "the missing one is not mine";
  shelf->GiveBack(testing_support::KeysOf(count + 1));
  if (shelf->Filed("0", 0).has_value() != (count > 0)) return "it is not filed as it should be";
  if (shelf.store->Holdings().size() != (count > 0 ? 1U : 0U)) return "the holdings are wrong";
  std::uint64_t visited = 0;
  shelf.store->ForEach(testing_support::ModelNamed("tiny").identity, "skills",
                       [&](const Question&, const RecordedAnswer&) { ++visited; });
  return visited == count ? "" : "not all are visited";
}

/// The same on a disk with so many pages left, before and after a Put, and once there is space.
std::string UseAsDiskFills(const Path& file, std::uint64_t count, std::uintmax_t pages) {
  const Path folder = file.parent_path();
  testing_support::FillDisk(folder, pages);
  const OpenShelf shelf(file);
  std::string problem = UseFull(shelf, count);
  if (!problem.empty()) return problem;
  const auto [failed, error] = PutUntilItFails(*shelf.shelf, count);
  const std::string full = "the store " + file.string() + " cannot be ";
  if (!error.starts_with(full) ||
      error.find(": disk full (the file system of ") == std::string::npos ||
      !error.ends_with("free some space, or choose another place with --gatetest_store")) {
    return "Put says: " + error;
  }
  // This one, another of the same process, and another process find the same.
  problem = UseFull(shelf, failed) + UseFull(OpenShelf(file), failed) +
            InChild([&, last = failed] { return UseFull(OpenShelf(file), last); });
  if (!problem.empty()) return problem + " after a Put that failed";
  std::filesystem::remove(folder / "filler");
  shelf->Put(QuestionOf(failed), AnswerOf(failed));
  return UseFull(shelf, failed + 1) + UseFull(OpenShelf(file), failed + 1);
}

TEST_F(MountsTest, AStoreIsUsedHoweverLittleSpaceIsLeftToMakeIt) {
  for (std::uintmax_t pages = 0; pages <= 32; ++pages) {
    EXPECT_EQ(InChild([&] {
                testing_support::EnterMounts();
                testing_support::MountTmpfs(inner_, "size=512k");
                return UseAsDiskFills(file_, 0, pages);
              }),
              "")
        << pages;
  }
}

TEST_F(MountsTest, AStoreIsReadHoweverLittleSpaceIsLeft) {
  for (std::uintmax_t pages = 0; pages <= 24; ++pages) {
    EXPECT_EQ(InChild([&] {
                testing_support::EnterMounts();
                testing_support::MountTmpfs(inner_, "size=512k");
                for (std::uint64_t i = 0; i < 3; ++i)
                  OpenShelf(file_)->Put(QuestionOf(i), AnswerOf(i));
                return UseAsDiskFills(file_, 3, pages);
              }),
              "")
        << pages;
  }
}

TEST_F(MountsTest, WhatAKilledProcessRecordedIsReadOnAFullDisk) {
  for (std::uintmax_t pages = 0; pages <= 8; ++pages) {
    EXPECT_EQ(InChild([&] {
                testing_support::EnterMounts();
                testing_support::MountTmpfs(inner_, "size=512k");
                testing_support::Wait(testing_support::Fork([&] {
                  const OpenShelf shelf(file_);
                  for (std::uint64_t i = 0; i < 3; ++i) shelf->Put(QuestionOf(i), AnswerOf(i));
                  ::raise(SIGKILL);
                  return 0;
                }));
                return UseAsDiskFills(file_, 3, pages);
              }),
              "")
        << pages;
  }
}

TEST_F(MountsTest, AnOlderVersionOnAFullDiskSaysWhatToDo) {
  const std::string said = InChild([&] {
    testing_support::EnterMounts();
    testing_support::MountTmpfs(inner_, "size=512k");
    OpenShelf(file_)->Put(QuestionOf(1), AnswerOf(1));
    SqliteDatabase(file_, SqliteAccess::kReadWrite).RunAll("PRAGMA user_version = 0");
    testing_support::FillDisk(inner_, 0);
    return ErrorOf([&] { OpenSqlite(file_); }, ErrorCode::kStoreFailed);
  });
  EXPECT_EQ(said, "the store " + file_.string() +
                      " cannot be read: it was written by an older GateTest (schema 0), and the "
                      "file system of " +
                      inner_.string() + " is full (0 bytes left); free some space");
}

TEST_F(MountsTest, AStoreThatCannotBeMadeOnAFullDiskSaysSo) {
  const std::string said = InChild([&] {
    testing_support::EnterMounts();
    testing_support::MountTmpfs(inner_, "size=1m");
    std::ofstream filler(inner_ / "filler");
    while (filler << std::string(4096, 'x') << std::flush) continue;
    const OpenShelf shelf(file_);
    if (Finds(*shelf.shelf, 1)) return std::string("found");
    return ErrorOfPut(*shelf.shelf, 1);
  });
  EXPECT_NE(said.find("disk full (the file system of " + inner_.string() + " has 0 bytes left)"),
            std::string::npos)
      << said;
}

#endif  // __linux__

}  // namespace
}  // namespace gatetest::internal
