#include "src/verdict/choose_tasks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "gatetest/error.h"

namespace gatetest::internal {
namespace {

std::string_view Name(Measures measures) {
  return measures == Measures::kAccuracy ? "accuracy" : "perplexity";
}

std::string ListOf(const std::vector<TaskPtr>& tasks) {
  std::vector<std::string> names;
  for (const TaskPtr& task : tasks) {
    names.push_back(fmt::format("\"{}\" (measures {})", task->name(), Name(task->measures())));
  }
  return names.empty() ? "none" : fmt::format("{}", fmt::join(names, ", "));
}

[[noreturn]] void Reject(const std::string& why) { throw Error(ErrorCode::kInvalidArgument, why); }

std::size_t Find(const std::vector<TaskPtr>& tasks, const std::string& name) {
  const auto named = [&](const TaskPtr& task) { return task->name() == name; };
  return static_cast<std::size_t>(std::find_if(tasks.begin(), tasks.end(), named) - tasks.begin());
}

void CheckGroup(const Task& task, const std::string& group) {
  std::set<std::string> groups;
  for (const Sample& sample : task.dataset().samples()) {
    if (sample.group == group) return;
    if (!sample.group.empty()) groups.insert(sample.group);
  }
  Reject(groups.empty() ? fmt::format("task \"{}\" has no groups, so no \"{}\"; give its samples a "
                                      "field \"group\"",
                                      task.name(), group)
                        : fmt::format("task \"{}\" has no group \"{}\"; its groups are {}",
                                      task.name(), group, fmt::join(groups, ", ")));
}

ChosenTask FindNamed(const std::string& name, const std::vector<TaskPtr>& tasks) {
  ChosenTask chosen{.index = Find(tasks, name)};
  const std::size_t slash = name.rfind('/');
  if (chosen.index == tasks.size() && slash != std::string::npos) {
    chosen = {.index = Find(tasks, name.substr(0, slash)), .group = name.substr(slash + 1)};
  }
  if (chosen.index == tasks.size()) {
    Reject(fmt::format("there is no task \"{}\"; there is: {}", name, ListOf(tasks)));
  }
  return chosen;
}

}  // namespace

std::vector<ChosenTask> ChooseTasks(const Requirement& requirement,
                                    const std::vector<TaskPtr>& tasks) {
  const Measures wanted = MeasuredBy(requirement.metric);
  const std::string& name = requirement.limit.task();
  std::vector<ChosenTask> chosen;
  if (!name.empty()) {
    chosen.push_back(FindNamed(name, tasks));
    const Task& task = *tasks[chosen.front().index];
    if (task.measures() != wanted) {
      Reject(fmt::format("task \"{}\" measures {} and has no {}; there is: {}", task.name(),
                         Name(task.measures()), gatetest::Name(requirement.metric), ListOf(tasks)));
    }
    if (!chosen.front().group.empty()) CheckGroup(task, chosen.front().group);
    return chosen;
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i]->measures() == wanted) chosen.push_back({.index = i});
  }
  if (chosen.empty()) {
    Reject(fmt::format("no task has a {}; there is: {}", gatetest::Name(requirement.metric),
                       ListOf(tasks)));
  }
  return chosen;
}

}  // namespace gatetest::internal
