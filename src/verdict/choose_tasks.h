// Which tasks a requirement is about.
#ifndef GATETEST_SRC_VERDICT_CHOOSE_TASKS_H_
#define GATETEST_SRC_VERDICT_CHOOSE_TASKS_H_

#include <cstddef>
#include <string>
#include <vector>

#include "gatetest/task.h"
#include "gatetest/verdict.h"

namespace gatetest::internal {

struct ChosenTask {
  std::size_t index = 0;   ///< In the tasks given.
  std::string group = {};  ///< Only this group; empty: the whole task.
};

/// The task or "task/group" that the limit names, else every task that has the metric. Throws
/// Error(kInvalidArgument) that lists what there is when that is none.
std::vector<ChosenTask> ChooseTasks(const Requirement& requirement,
                                    const std::vector<TaskPtr>& tasks);

/// "task", or "task/group"; both may have slashes of their own, and the longest task's name wins.
/// More than one where tasks share the name. Throws Error(kInvalidArgument) that lists what there
/// is.
std::vector<ChosenTask> FindNamed(const std::string& name, const std::vector<TaskPtr>& tasks);

/// Throws Error(kInvalidArgument) when no sample is of that group; its text lists the groups.
void CheckGroup(const Task& task, const std::string& group);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_CHOOSE_TASKS_H_
