#include "gatetest/gate.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "gatetest/error.h"
#include "src/verdict/choose_tasks.h"

namespace gatetest {
namespace {

thread_local GateScope* current_scope = nullptr;

[[noreturn]] void Reject(const std::string& why) {
  throw Error(ErrorCode::kInvalidArgument, "the gate " + why);
}

}  // namespace

void CheckGate(const Gate& gate) {
  std::set<std::string> names;
  for (const TaskPtr& task : gate.tasks) {
    if (task == nullptr) Reject("has a task that is a null pointer");
    if (!names.insert(task->name()).second) {
      Reject(
          fmt::format("has two tasks named \"{}\"; give one of them another .name", task->name()));
    }
  }
  if (!(gate.alpha > 0.0 && gate.alpha < 0.5)) {
    Reject(fmt::format("has alpha {}; it must be above 0 and below 0.5", gate.alpha));
  }
  if (gate.noise_runs < 0 || gate.noise_runs == 1) {
    Reject(
        fmt::format("has noise_runs {}; it must be 0, which measures no noise floor, or at least 2",
                    gate.noise_runs));
  }
}

std::vector<Subject> EvaluateFor(const Requirement& requirement, const ModelPtr& model,
                                 const Gate& gate, Evaluator& evaluator) {
  CheckGate(gate);
  CheckRequirement(requirement);
  if (model == nullptr) throw Error(ErrorCode::kInvalidArgument, "there is no model: null pointer");
  const bool compares = NeedsBaseline(requirement.metric);
  if (compares && gate.baseline == nullptr) {
    Reject(fmt::format("has no baseline, and {} compares with one; set Gate::baseline",
                       Name(requirement.metric)));
  }
  std::vector<Subject> subjects;
  for (const internal::ChosenTask& chosen : internal::ChooseTasks(requirement, gate.tasks)) {
    Subject subject;
    const TaskPtr& task = gate.tasks[chosen.index];
    if (compares && gate.noise_runs > 0) {  // First: its first run is the baseline's evaluation.
      subject.noise = evaluator.MeasureNoiseFloor(gate.baseline, task, gate.noise_runs, gate.mode);
    }
    if (compares) subject.baseline = evaluator.Evaluate(gate.baseline, task, nullptr, gate.mode);
    subject.candidate = evaluator.Evaluate(model, task, nullptr, gate.mode);
    subject.group = chosen.group;
    subjects.push_back(std::move(subject));
  }
  return subjects;
}

GateScope::GateScope(Gate gate, Evaluator& evaluator)
    : gate_(std::move(gate)), evaluator_(evaluator), outer_(current_scope) {
  current_scope = this;
}

GateScope::~GateScope() { current_scope = outer_; }

GateScope* GateScope::current() { return current_scope; }

}  // namespace gatetest
