#include "gatetest/task.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "gatetest/tasks.h"
#include "tests/support/errors.h"
#include "tests/support/outcomes.h"

namespace gatetest {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing_support::ErrorOf;

/// A file of one test.
class TaskFileTest : public testing::Test {
 protected:
  TaskFileTest() {
    const auto* const info = testing::UnitTest::GetInstance()->current_test_info();
    path_ = fs::temp_directory_path() /
            ("gatetest-task-" + std::to_string(getpid()) + "-" + info->name() + ".jsonl");
  }
  ~TaskFileTest() override { fs::remove(path_); }

  void Write(const std::string& text) const { std::ofstream(path_) << text; }

  fs::path path_;
};

TEST_F(TaskFileTest, DeclaringATaskReadsNothing) {
  const TaskPtr task = ExactMatch(path_);
  EXPECT_EQ(task->name(), path_.stem().string());
  EXPECT_EQ(ExactMatch(path_, {.name = "mine"})->name(), "mine");
  EXPECT_THAT(ErrorOf([&] { task->dataset(); }, ErrorCode::kNotFound), HasSubstr("no such file"));
}

TEST_F(TaskFileTest, AFailedLoadIsTriedAgain) {
  const TaskPtr task = ExactMatch(path_);
  ErrorOf([&] { task->dataset(); }, ErrorCode::kNotFound);
  Write(R"({"input": "a", "answer": "b"})");
  EXPECT_EQ(task->dataset().size(), 1U);
}

TEST_F(TaskFileTest, TasksOfOneFileShareWhatWasRead) {
  Write(R"({"input": "a", "answer": "b"})");
  EXPECT_EQ(&ExactMatch(path_)->dataset().samples(), &Contains(path_)->dataset().samples());
}

TEST_F(TaskFileTest, OtherFieldsAreOtherData) {
  Write(R"({"input": "a", "question": "q", "answer": "b"})");
  const TaskPtr one = ExactMatch(path_);
  const TaskPtr other = ExactMatch({path_, {.input = "question"}});
  EXPECT_EQ(one->dataset().samples()[0].input, "a");
  EXPECT_EQ(other->dataset().samples()[0].input, "q");
}

TEST_F(TaskFileTest, AChangedFileIsReadAgainButNotByATaskThatHasItsData) {
  Write(R"({"input": "a", "answer": "b"})");
  const TaskPtr before = ExactMatch(path_);
  EXPECT_EQ(before->dataset().samples()[0].input, "a");
  Write(R"({"input": "x", "answer": "b"})");
  fs::last_write_time(path_, fs::last_write_time(path_) + std::chrono::seconds(2));
  EXPECT_EQ(ExactMatch(path_)->dataset().samples()[0].input, "x");
  EXPECT_EQ(before->dataset().samples()[0].input, "a");
}

TEST_F(TaskFileTest, ManyThreadsMayAskForTheData) {
  Write(R"({"input": "a", "answer": "b"})");
  const TaskPtr task = ExactMatch(path_);
  std::vector<const Sample*> seen(8);
  std::vector<std::thread> threads;
  for (const Sample*& sample : seen) {
    threads.emplace_back([&] { sample = task->dataset().samples().data(); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(seen, testing::Each(seen[0]));
}

TEST(Outcome, UnmeasuredAlwaysHasAReason) {
  EXPECT_EQ(Outcome::Unmeasured("x").unmeasured, "x");
  EXPECT_NE(Outcome::Unmeasured("").unmeasured, "");
}

TEST(Task, PrintsAsItsName) {
  const TaskPtr task = ExactMatch(testing_support::OneSample({.id = "a", .input = "x"}));
  EXPECT_EQ(testing::PrintToString(task), "one");
  EXPECT_EQ(testing::PrintToString(TaskPtr()), "no task");
}

}  // namespace
}  // namespace gatetest
