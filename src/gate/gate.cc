#include "gatetest/gate.h"

#include <fmt/format.h>

#include <set>
#include <utility>

#include "gatetest/error.h"

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
  for (const Requirement& requirement : gate.requirements) CheckRequirement(requirement);
  CheckBudget(gate.budget);
  if (gate.noise_runs < 0 || gate.noise_runs == 1) {
    Reject(
        fmt::format("has noise_runs {}; it must be 0, which measures no noise floor, or at least 2",
                    gate.noise_runs));
  }
  const Workload& workload = gate.workload;
  if (workload.warm_up < 0 || workload.concurrency < 1 || workload.prompts_of_run < 1) {
    Reject("has a workload with warm_up below 0, or concurrency or prompts_of_run below 1");
  }
}

JudgeDefaults DefaultsOf(const Gate& gate) {
  JudgeDefaults defaults{.claim = gate.claim, .alpha = gate.alpha, .stop = gate.stop};
  if (gate.budget.samples) defaults.samples = *gate.budget.samples;
  return defaults;
}

GateScope::GateScope(Gate gate, Evaluator& evaluator)
    : gate_(std::move(gate)),
      evaluator_(evaluator),
      spending_(gate_.budget),
      outer_(current_scope) {
  current_scope = this;
}

GateScope::~GateScope() { current_scope = outer_; }

GateScope* GateScope::current() { return current_scope; }

}  // namespace gatetest
