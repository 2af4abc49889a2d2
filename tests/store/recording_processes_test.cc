// Many processes on one recording, and processes that are killed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "src/store/recording_store.h"
#include "tests/store/recording_testing.h"

namespace gatetest::internal {
namespace {

using ::testing::ElementsAre;
using testing_support::AnswerOf;
using testing_support::FileNames;
using testing_support::Finds;
using testing_support::Fork;
using testing_support::QuestionOf;
using testing_support::ReadText;
using testing_support::Record;
using testing_support::RecordingOf;
using testing_support::TemporaryFolder;
using testing_support::Wait;

class RecordingProcessesTest : public ::testing::Test {
 protected:
  /// The text it has when all of these answers are recorded one after the other.
  static std::string Expected(std::uint64_t count) {
    const TemporaryFolder folder;
    std::vector<std::uint64_t> numbers;
    for (std::uint64_t i = 0; i < count; ++i) numbers.push_back(i);
    Record(folder.path(), numbers);
    return ReadText(folder / "tiny.skills.jsonl");
  }

  const TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "tiny.skills.jsonl";
};

TEST_F(RecordingProcessesTest, NothingIsLostAndAllEndsInOrder) {
  constexpr std::uint64_t kProcesses = 8;
  constexpr std::uint64_t kEach = 50;
  std::vector<pid_t> children;
  for (std::uint64_t process = 0; process < kProcesses; ++process) {
    children.push_back(Fork([&] {
      for (std::uint64_t i = 0; i < kEach;) {
        // Some of the shelves are closed, and their file put in order, while others write.
        const RecordingOf recording(folder_.path());
        do {
          const std::uint64_t number = i * kProcesses + process;
          recording->Put(QuestionOf(number), AnswerOf(number));
          if (!Finds(*recording.shelf, number)) return 1;
        } while (++i % (process + 10) != 0 && i < kEach);
      }
      return 0;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(Wait(child), 0);
  EXPECT_EQ(ReadText(file_), Expected(kProcesses * kEach));
  EXPECT_THAT(FileNames(folder_.path()), ElementsAre("tiny.skills.jsonl"));
}

TEST_F(RecordingProcessesTest, ReadersSeeWholeAnswersWhateverIsWritten) {
  Record(folder_.path(), {0});
  const pid_t writer = Fork([&] {
    for (std::uint64_t i = 1; i < 100; ++i) Record(folder_.path(), {i});
    return 0;
  });
  const RecordingOf recording(folder_.path());
  for (std::uint64_t i = 1; i < 100;) {
    ASSERT_TRUE(Finds(*recording.shelf, 0));
    if (Finds(*recording.shelf, i)) ++i;
  }
  EXPECT_EQ(Wait(writer), 0);
}

/// A number that outlives the process that writes it.
class SharedNumber {
 public:
  SharedNumber()
      : memory_(::mmap(nullptr, sizeof(Number), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                       -1, 0)) {
    if (memory_ == MAP_FAILED) throw std::bad_alloc();
    new (memory_) Number(0);
  }
  ~SharedNumber() { ::munmap(memory_, sizeof(Number)); }
  SharedNumber(const SharedNumber&) = delete;
  SharedNumber& operator=(const SharedNumber&) = delete;

  std::atomic<std::uint64_t>& operator*() const { return *static_cast<Number*>(memory_); }

 private:
  using Number = std::atomic<std::uint64_t>;
  void* const memory_;
};

TEST_F(RecordingProcessesTest, WhatIsKilledLosesNothingThatWasAcknowledged) {
  const SharedNumber acknowledged;
  for (std::uint64_t round = 0; round < 20; ++round) {
    const std::uint64_t start = *acknowledged;
    const pid_t child = Fork([&] {
      while (true) {
        // Sometimes it is killed while it puts the file in order.
        const RecordingOf recording(folder_.path());
        for (int i = 0; i < 7; ++i) {
          recording->Put(QuestionOf(*acknowledged), AnswerOf(*acknowledged));
          ++*acknowledged;
        }
      }
      return 0;
    });
    while (*acknowledged < start + 3) std::this_thread::yield();
    std::this_thread::sleep_for(std::chrono::microseconds(round * 150));
    ::kill(child, SIGKILL);
    EXPECT_EQ(Wait(child), 128 + SIGKILL);
    const RecordingOf reader(folder_.path());
    for (std::uint64_t i = 0; i < *acknowledged; ++i) {
      ASSERT_TRUE(Finds(*reader.shelf, i)) << "round " << round << ", answer " << i;
    }
  }
  // The one that it was killed in may be there too.
  const std::uint64_t count = *acknowledged + 1;
  Record(folder_.path(), {count - 1});
  // Nothing has to be put in order if all is there: one more makes sure that it is.
  Record(folder_.path(), {count});
  EXPECT_EQ(ReadText(file_), Expected(count + 1));
  EXPECT_THAT(FileNames(folder_.path()), ElementsAre("tiny.skills.jsonl"))
      << "what the killed have left is gone";
}

}  // namespace
}  // namespace gatetest::internal
