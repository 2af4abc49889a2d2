// Recordings that cannot be written: no permission, a disk that is full.
#include <gmock/gmock.h>
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
#include <stdexcept>
#include <string>
#include <utility>

#include "src/store/recording_store.h"
#include "tests/store/places_testing.h"
#include "tests/store/recording_testing.h"
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
using testing_support::Path;
using testing_support::PutUntilItFails;
using testing_support::QuestionOf;
using testing_support::ReadText;
using testing_support::Record;
using testing_support::RecordingOf;
using testing_support::SetMode;
using testing_support::TemporaryFolder;

class RecordingPlacesTest : public ::testing::Test {
 protected:
  RecordingPlacesTest() {
    std::filesystem::create_directory(inner_);
    SetMode(inner_, 0777);
  }
  ~RecordingPlacesTest() override { ::chmod(inner_.c_str(), 0777); }

  const TemporaryFolder folder_;
  const Path inner_ = folder_ / "inner";
  const Path file_ = inner_ / "tiny.skills.jsonl";
};

TEST_F(RecordingPlacesTest, AReadOnlyFolderIsRead) {
  Record(inner_, {1});
  SetMode(file_, 0444);
  SetMode(inner_, 0555);
  const std::string before = ReadText(file_);
  EXPECT_EQ(InChild([&] {
              GiveUpRoot();
              const RecordingOf recording(inner_);
              if (!Finds(*recording.shelf, 1)) return std::string("the answer is not found");
              if (ClaimOne(*recording.shelf, 2) != ClaimResult::kMine) return std::string("taken");
              recording->Put(QuestionOf(1), AnswerOf(1));  // It is there.
              const std::string error = ErrorOfPut(*recording.shelf, 2);
              const auto other = recording.store->Open(testing_support::ModelNamed("b"), "x", 0);
              return error + "\n" + ErrorOfPut(*other, 1);
            }),
            "the store " + file_.string() +
                " cannot be written: Permission denied; choose another folder\nthe store " +
                (inner_ / "b.x.jsonl").string() +
                " cannot be written: Permission denied; choose another folder");
  EXPECT_EQ(ReadText(file_), before);
}

TEST_F(RecordingPlacesTest, AFolderThatCannotBeMade) {
  SetMode(inner_, 0555);
  EXPECT_EQ(InChild([&] {
              GiveUpRoot();
              const RecordingOf recording(inner_ / "a/b");
              if (Finds(*recording.shelf, 1)) return std::string("found");
              return ErrorOfPut(*recording.shelf, 1);
            }),
            "the store " + (inner_ / "a/b").string() +
                " cannot be made: Permission denied; choose another folder");
}

TEST_F(RecordingPlacesTest, WhatMayNotBeReadIsAnError) {
  Record(inner_, {1});
  SetMode(file_, 0000);
  const auto error = [&] {
    return InChild([&] {
      GiveUpRoot();
      return ErrorOf([&] { OpenRecording(inner_); }, ErrorCode::kStoreFailed);
    });
  };
  const std::string why = " cannot be read: Permission denied; choose another folder";
  EXPECT_EQ(error(), "the store " + file_.string() + why);
  SetMode(inner_, 0000);
  EXPECT_EQ(error(), "the store " + inner_.string() + why);
}

TEST_F(RecordingPlacesTest, AFileThatMayGrowInAFolderThatMayNot) {
  {
    const RecordingOf interrupted(inner_);
    interrupted->Put(QuestionOf(2), AnswerOf(2));
    std::filesystem::copy_file(file_, folder_ / "open");
  }
  std::filesystem::rename(folder_ / "open", file_);
  SetMode(file_, 0666);
  SetMode(inner_, 0555);
  EXPECT_EQ(InChild([&] {
              GiveUpRoot();
              Record(inner_, {1});
              return std::string("as it should");
            }),
            "as it should");
  EXPECT_TRUE(Finds(*RecordingOf(inner_).shelf, 1)) << "though it could not be put in order";
}

TEST_F(RecordingPlacesTest, AFileThatMayNotGrowSaysSoAndStaysWhole) {
  EXPECT_EQ(InChild([&] {
              ::signal(SIGXFSZ, SIG_IGN);
              rlimit limit = {};
              ::getrlimit(RLIMIT_FSIZE, &limit);
              limit.rlim_cur = 50'000;
              ::setrlimit(RLIMIT_FSIZE, &limit);
              std::string error;
              std::uint64_t failed = 0;
              {
                const RecordingOf recording(inner_);
                std::tie(failed, error) = PutUntilItFails(*recording.shelf, 0);
                if (failed < 10) return "failed too early: " + error;
                if (!ReadText(file_).ends_with("}\n")) return std::string("a part is left");
                std::string missing = MissingBelow(*recording.shelf, failed);
                if (!missing.empty()) return missing;
              }
              limit.rlim_cur = limit.rlim_max;
              ::setrlimit(RLIMIT_FSIZE, &limit);
              const RecordingOf recording(inner_);
              recording->Put(QuestionOf(failed), AnswerOf(failed));
              return MissingBelow(*recording.shelf, failed + 1) + error;
            }),
            "the store " + file_.string() +
                " cannot be written: it would be larger than this process may make a file (ulimit "
                "-f); raise that limit, or choose another folder");
}

#ifdef __linux__

/// Why this process can mount nothing, or empty. It then has a small disk of its own.
std::string EnterSmallDisk(const Path& path) {
  const std::string problem = testing_support::EnterMounts();
  return problem.empty() ? testing_support::MountTmpfs(path, "size=256k") : problem;
}

TEST_F(RecordingPlacesTest, AFullDiskSaysSoAndLosesNothing) {
  const std::string problem = InChild([&] { return EnterSmallDisk(inner_); });
  if (!problem.empty()) GTEST_SKIP() << "no mounts here: " << problem;
  const std::string said = InChild([&] {
    EnterSmallDisk(inner_);
    std::ofstream(inner_ / "filler") << std::string(150'000, 'x');
    std::uint64_t failed = 0;
    std::string error;
    {
      const RecordingOf recording(inner_);
      std::tie(failed, error) = PutUntilItFails(*recording.shelf, 0);
      if (failed < 10) return "failed too early: " + error;
      if (!ReadText(file_).ends_with("}\n")) return std::string("a part is left");
    }
    if (testing_support::FileNames(inner_).size() != 2) return std::string("something is left");
    std::filesystem::remove(inner_ / "filler");
    const RecordingOf recording(inner_);
    recording->Put(QuestionOf(failed), AnswerOf(failed));
    return MissingBelow(*recording.shelf, failed + 1) + error;
  });
  const std::string expected = "the store " + file_.string() +
                               " cannot be written: disk full (the file system of " +
                               inner_.string() + " has ";
  EXPECT_EQ(said.substr(0, expected.size()), expected);
  EXPECT_TRUE(said.ends_with(" bytes left); free some space, or choose another folder")) << said;
}

TEST_F(RecordingPlacesTest, AFirstAnswerOnAFullDiskLeavesNothing) {
  const std::string problem = InChild([&] { return EnterSmallDisk(inner_); });
  if (!problem.empty()) GTEST_SKIP() << "no mounts here: " << problem;
  const std::string said = InChild([&] {
    EnterSmallDisk(inner_);
    std::ofstream filler(inner_ / "filler");
    while (filler << std::string(4096, 'x') << std::flush) continue;
    const RecordingOf recording(inner_);
    std::string error = ErrorOfPut(*recording.shelf, 1);
    if (testing_support::FileNames(inner_).size() != 1) return std::string("something is left");
    return error;
  });
  EXPECT_NE(said.find("disk full (the file system of " + inner_.string() + " has 0 bytes left)"),
            std::string::npos)
      << said;
}

#endif  // __linux__

}  // namespace
}  // namespace gatetest::internal
