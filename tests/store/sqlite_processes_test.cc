// Many processes on one file, and processes that are killed. None of it depends on who is faster:
// what is checked holds in every order of events.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "src/store/sqlite_database.h"
#include "src/store/sqlite_store.h"
#include "tests/store/sqlite_testing.h"

namespace gatetest::internal {
namespace {

using testing_support::AnswerOf;
using testing_support::ClaimOne;
using testing_support::Finds;
using testing_support::Fork;
using testing_support::KeysOf;
using testing_support::OpenShelf;
using testing_support::QuestionOf;
using testing_support::TemporaryFolder;
using testing_support::Wait;

constexpr std::uint64_t kKeys = 500;
constexpr int kProcesses = 16;

/// Numbers that processes append to one file, each by one write.
class SharedLog {
 public:
  explicit SharedLog(const std::filesystem::path& file)
      : descriptor_(::open(file.c_str(), O_RDWR | O_APPEND | O_CREAT, 0666)) {}
  ~SharedLog() { ::close(descriptor_); }
  SharedLog(const SharedLog&) = delete;
  SharedLog& operator=(const SharedLog&) = delete;

  void Append(std::uint64_t number) const {
    if (::write(descriptor_, &number, sizeof(number)) != sizeof(number)) ::_exit(98);
  }
  std::map<std::uint64_t, int> Counts() const {
    std::map<std::uint64_t, int> counts;
    std::uint64_t number = 0;
    for (off_t at = 0; ::pread(descriptor_, &number, sizeof(number), at) == sizeof(number);
         at += static_cast<off_t>(sizeof(number))) {
      ++counts[number];
    }
    return counts;
  }

 private:
  const int descriptor_;
};

/// Asks what is missing, and waits for what others ask, until all is there: as an evaluation does.
int AskAll(Shelf& shelf, const SharedLog& asked, std::uint64_t start) {
  const std::vector<AnswerKey> keys = KeysOf(kKeys);
  while (true) {
    const auto found = shelf.Find(keys);
    std::vector<std::uint64_t> missing;
    for (std::uint64_t i = 0; i < kKeys; ++i) {
      const std::uint64_t number = (i + start) % kKeys;
      if (!found[number]) {
        missing.push_back(number);
      } else if (found[number]->response.text != AnswerOf(number).response.text) {
        return 1;
      }
    }
    if (missing.empty()) return 0;
    missing.resize(std::min<std::size_t>(missing.size(), 8));
    std::vector<AnswerKey> wanted;
    for (const std::uint64_t number : missing) wanted.push_back(keys[number]);
    const std::vector<ClaimResult> claims = shelf.Claim(wanted);
    for (std::size_t i = 0; i < missing.size(); ++i) {
      if (claims[i] != ClaimResult::kMine) continue;
      asked.Append(missing[i]);
      shelf.Put(QuestionOf(missing[i]), AnswerOf(missing[i]));
    }
    if (std::count(claims.begin(), claims.end(), ClaimResult::kTaken) > 0) {
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
  }
}

class SqliteProcessesTest : public ::testing::Test {
 protected:
  std::vector<pid_t> StartAskers(const SharedLog& asked) const {
    std::vector<pid_t> children;
    for (int i = 0; i < kProcesses; ++i) {
      // Half of them want the same in the same order, the others begin elsewhere.
      const std::uint64_t start = i % 2 == 0 ? 0 : static_cast<std::uint64_t>(i) * 31;
      children.push_back(Fork([this, &asked, start] {
        const OpenShelf shelf(file_);
        return AskAll(*shelf.shelf, asked, start);
      }));
    }
    return children;
  }

  const TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "build/answers.sqlite";
};

TEST_F(SqliteProcessesTest, SixteenAskEachQuestionOnce) {
  const SharedLog asked(folder_ / "asked");
  for (const pid_t child : StartAskers(asked)) EXPECT_EQ(Wait(child), 0);
  const std::map<std::uint64_t, int> counts = asked.Counts();
  EXPECT_EQ(counts.size(), kKeys);
  for (const auto& [number, count] : counts) EXPECT_EQ(count, 1) << number;
}

TEST_F(SqliteProcessesTest, OthersTakeOverFromOneThatIsKilled) {
  const SharedLog asked(folder_ / "asked");
  const SharedLog put(folder_ / "put");
  std::array<int, 2> ready = {};
  ASSERT_EQ(::pipe(ready.data()), 0);
  const pid_t doomed = Fork([&] {
    const OpenShelf shelf(file_);
    const std::vector<ClaimResult> claims = shelf->Claim(KeysOf(kKeys));
    if (std::count(claims.begin(), claims.end(), ClaimResult::kMine) != kKeys) return 1;
    if (::write(ready[1], "x", 1) != 1) return 1;
    for (std::uint64_t number = 0; number < kKeys / 2; ++number) {
      asked.Append(number);
      shelf->Put(QuestionOf(number), AnswerOf(number));
      put.Append(number);
    }
    if (::write(ready[1], "x", 1) != 1) return 1;
    while (true) ::pause();
  });
  char byte = 0;
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  const std::vector<pid_t> children = StartAskers(asked);
  ASSERT_EQ(::read(ready[0], &byte, 1), 1);
  {
    const OpenShelf shelf(file_);
    EXPECT_EQ(ClaimOne(*shelf.shelf, kKeys - 1), ClaimResult::kTaken) << "while it lives";
    EXPECT_EQ(asked.Counts().size(), kKeys / 2);
  }
  ::kill(doomed, SIGKILL);
  EXPECT_EQ(Wait(doomed), 128 + SIGKILL);
  for (const pid_t child : children) EXPECT_EQ(Wait(child), 0);
  EXPECT_EQ(put.Counts().size(), kKeys / 2);
  const std::map<std::uint64_t, int> counts = asked.Counts();
  EXPECT_EQ(counts.size(), kKeys);
  for (const auto& [number, count] : counts) EXPECT_EQ(count, 1) << number;
  ::close(ready[0]);
  ::close(ready[1]);
}

/// Puts answers from `first` on, and tells each when it is recorded, until it is killed.
int PutForever(const std::filesystem::path& file, std::uint64_t first, int told) {
  const OpenShelf shelf(file);
  for (std::uint64_t number = first;; ++number) {
    if (ClaimOne(*shelf.shelf, number) != ClaimResult::kMine) return 1;
    shelf->Put(QuestionOf(number), AnswerOf(number));
    if (::write(told, &number, sizeof(number)) != sizeof(number)) return 2;
  }
}

TEST_F(SqliteProcessesTest, WhatWasPutOutlivesAHundredKills) {
  std::mt19937 random(17);
  std::vector<std::uint64_t> recorded;
  for (std::uint64_t round = 0; round < 100; ++round) {
    std::array<int, 2> pipe = {};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const std::uint64_t first = round * 1'000'000;
    const pid_t child = Fork([&] { return PutForever(file_, first, pipe[1]); });
    ::close(pipe[1]);
    const std::uint64_t wanted = random() % 40;
    std::uint64_t number = 0;
    for (std::uint64_t i = 0; i < wanted; ++i) {
      ASSERT_EQ(::read(pipe[0], &number, sizeof(number)), static_cast<ssize_t>(sizeof(number)));
      recorded.push_back(number);
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 1000));
    ::kill(child, SIGKILL);
    EXPECT_EQ(Wait(child), 128 + SIGKILL);
    while (::read(pipe[0], &number, sizeof(number)) == sizeof(number)) recorded.push_back(number);
    ::close(pipe[0]);
    // Opened here in every other round, so that some children recover after a kill themselves.
    if (round % 2 == 1) continue;
    const OpenShelf shelf(file_);
    for (const std::uint64_t key : recorded) ASSERT_TRUE(Finds(*shelf.shelf, key)) << key;
  }
  EXPECT_GT(recorded.size(), 1000U);
  const OpenShelf shelf(file_);
  for (const std::uint64_t key : recorded) ASSERT_TRUE(Finds(*shelf.shelf, key)) << key;
  SqliteDatabase database(file_, SqliteAccess::kReadWrite);
  SqliteRows check = database.Query("PRAGMA integrity_check");
  ASSERT_TRUE(check.Next());
  EXPECT_EQ(check.Text(0), "ok");
}

TEST_F(SqliteProcessesTest, SixteenWritersNeverFail) {
  std::vector<pid_t> children;
  for (std::uint64_t i = 0; i < kProcesses; ++i) {
    children.push_back(Fork([this, i] {
      const OpenShelf shelf(file_);
      for (std::uint64_t number = 0; number < 100; ++number) {
        shelf->Put(QuestionOf(i * 100 + number), AnswerOf(i * 100 + number));
      }
      return 0;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(Wait(child), 0);
  const OpenShelf shelf(file_);
  EXPECT_EQ(shelf.store->Holdings().at(0).answers, 1600U);
}

TEST_F(SqliteProcessesTest, SixteenFirstStartsAtOnceNeverFail) {
  for (int round = 0; round < 10; ++round) {
    const std::filesystem::path file = folder_ / ("round" + std::to_string(round) + ".sqlite");
    std::array<int, 2> gate = {};
    ASSERT_EQ(::pipe(gate.data()), 0);
    std::vector<pid_t> children;
    for (std::uint64_t i = 0; i < kProcesses; ++i) {
      children.push_back(Fork([&, i] {
        ::close(gate[1]);
        char byte = 0;
        if (::read(gate[0], &byte, 1) != 0) return 1;  // Until the parent closes its end.
        const OpenShelf shelf(file);
        if (i % 4 == 0) return Finds(*shelf.shelf, 99) ? 1 : 0;
        if (ClaimOne(*shelf.shelf, i) != ClaimResult::kMine) return 2;
        shelf->Put(QuestionOf(i), AnswerOf(i));
        return 0;
      }));
    }
    ::close(gate[0]);
    ::close(gate[1]);
    for (const pid_t child : children) EXPECT_EQ(Wait(child), 0);
    EXPECT_EQ(OpenSqlite(file)->Holdings().at(0).answers, 12U);
  }
}

TEST_F(SqliteProcessesTest, AClaimEndsWithTheProcess) {
  const OpenShelf shelf(file_);
  EXPECT_EQ(Wait(Fork([this] {
              auto* const leaked = new OpenShelf(file_);
              return ClaimOne(*leaked->shelf, 1) == ClaimResult::kMine ? 0 : 1;
            })),
            0);
  EXPECT_EQ(ClaimOne(*shelf.shelf, 1), ClaimResult::kMine);
}

TEST_F(SqliteProcessesTest, AProgramThatItStartsHoldsNoClaim) {
  std::array<int, 2> pipe = {};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  pid_t sleeping = 0;
  const pid_t child = Fork([&] {
    const OpenShelf other(file_);
    if (ClaimOne(*other.shelf, 1) != ClaimResult::kMine) return 1;
    std::array<int, 2> started = {};
    if (::pipe(started.data()) != 0) return 1;
    for (const int end : started) ::fcntl(end, F_SETFD, FD_CLOEXEC);
    const pid_t program = Fork([] { return ::execlp("sleep", "sleep", "1000", nullptr); });
    ::close(started[1]);
    char byte = 0;
    if (::read(started[0], &byte, 1) != 0) return 1;  // It is another program now.
    if (::write(pipe[1], &program, sizeof(program)) != sizeof(program)) return 1;
    ::_exit(0);
  });
  EXPECT_EQ(Wait(child), 0);
  ASSERT_EQ(::read(pipe[0], &sleeping, sizeof(sleeping)), static_cast<ssize_t>(sizeof(sleeping)));
  EXPECT_EQ(::kill(sleeping, 0), 0) << "it runs while the claim is looked at";
  EXPECT_EQ(ClaimOne(*OpenShelf(file_).shelf, 1), ClaimResult::kMine);
  ::kill(sleeping, SIGKILL);
  ::close(pipe[0]);
  ::close(pipe[1]);
}

}  // namespace
}  // namespace gatetest::internal
