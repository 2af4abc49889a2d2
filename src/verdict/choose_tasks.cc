#include "src/verdict/choose_tasks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "gatetest/error.h"
#include "src/task/asks_for_text.h"
#include "src/verdict/metric_traits.h"

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

/// All tasks of that name: evaluations of several models on one task have one each.
std::vector<ChosenTask> Find(const std::vector<TaskPtr>& tasks, const std::string& name,
                             const std::string& group) {
  std::vector<ChosenTask> found;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i]->name() == name) found.push_back({.index = i, .group = group});
  }
  return found;
}

/// What a model costs is what it is asked for in production, text; scores only where a gate has
/// nothing else.
void KeepTextsWhereThereAreAny(const std::vector<TaskPtr>& tasks, std::vector<ChosenTask>& chosen) {
  const auto asks_for_text = [&](const ChosenTask& one) { return AsksForText(*tasks[one.index]); };
  if (std::none_of(chosen.begin(), chosen.end(), asks_for_text)) return;
  std::erase_if(chosen, [&](const ChosenTask& one) { return !asks_for_text(one); });
}

}  // namespace

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

std::vector<ChosenTask> FindNamed(const std::string& name, const std::vector<TaskPtr>& tasks) {
  std::vector<ChosenTask> found = Find(tasks, name, "");
  for (std::size_t slash = name.rfind('/'); found.empty() && slash != std::string::npos;
       slash = slash == 0 ? std::string::npos : name.rfind('/', slash - 1)) {
    found = Find(tasks, name.substr(0, slash), name.substr(slash + 1));
  }
  if (found.empty()) {
    Reject(fmt::format("there is no task \"{}\"; there is: {}", name, ListOf(tasks)));
  }
  return found;
}

std::vector<ChosenTask> ChooseTasks(const Requirement& requirement,
                                    const std::vector<TaskPtr>& tasks) {
  const std::string& name = requirement.limit.task();
  std::vector<ChosenTask> chosen;
  if (!name.empty()) {
    chosen = FindNamed(name, tasks);
    for (const ChosenTask& one : chosen) {
      const Task& task = *tasks[one.index];
      if (!HasMetric(task, requirement.metric)) {
        Reject(fmt::format("task \"{}\" {} and has no {}; there is: {}", task.name(),
                           IsOfWriting(requirement.metric)
                               ? "asks for no text"
                               : fmt::format("measures {}", Name(task.measures())),
                           gatetest::Name(requirement.metric), ListOf(tasks)));
      }
      if (!one.group.empty()) CheckGroup(task, one.group);
    }
    return chosen;
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (HasMetric(*tasks[i], requirement.metric)) chosen.push_back({.index = i});
  }
  if (chosen.empty()) {
    Reject(fmt::format(
        "no task {}; there is: {}",
        IsOfWriting(requirement.metric)
            ? fmt::format("asks for text, so that none has {}", gatetest::Name(requirement.metric))
            : fmt::format("has a {}", gatetest::Name(requirement.metric)),
        ListOf(tasks)));
  }
  if (IsOfCost(requirement.metric)) KeepTextsWhereThereAreAny(tasks, chosen);
  return chosen;
}

}  // namespace gatetest::internal
