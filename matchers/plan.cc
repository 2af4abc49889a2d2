#include "gatetest/internal/plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gatetest/internal/run_settings.h"
#include "matchers/evidence.h"
#include "matchers/plan_power.h"
#include "src/text/show.h"
#include "src/verdict/expected_samples.h"
#include "src/verdict/pairs.h"
#include "src/verdict/sequence.h"

namespace gatetest::internal {
namespace {

constexpr std::string_view kTag = "[   PLAN   ] ";
constexpr std::string_view kIndent = "             ";

/// One model on one task, or the runs of a noise floor beyond the first.
struct Planned {
  EvaluationPlan plan = {};
  std::size_t evaluations = 1;
  double share = 0.0;  ///< Of its samples that are expected to be asked, by all who share it.
};

/// Of which only a share is asked.
void Add(const EvaluationPlan& plan, double share, EvaluationPlan& sum) {
  const auto part = [&](auto count) {
    return static_cast<decltype(count)>(std::llround(share * static_cast<double>(count)));
  };
  sum.samples += part(plan.samples);
  sum.requests += part(plan.requests);
  sum.prompt_tokens += part(plan.prompt_tokens);
  sum.completion_tokens += part(plan.completion_tokens);
  sum.usd += share * plan.usd;
}

void Merge(const Planned& other, Planned& planned) {
  planned.evaluations = std::max(planned.evaluations, other.evaluations);
  planned.share = std::max(planned.share, other.share);
}

/// What assertions take together.
struct Total {
  std::size_t expectations = 0;  ///< Macros.
  std::size_t for_matchers = 0;  ///< Evaluations that tests asked for themselves.
  std::map<std::string, Planned> evaluations = {};  ///< By EvaluationPlan::key.
  bool ends_early = false;                          ///< Some of them may.
};

/// Of the whole run.
struct Run {
  std::mutex mutex;  ///< For the total and for standard output; nothing else is locked under it.
  Total total = {};
};

Run& TheRun() {
  static Run run;
  return run;
}

std::string Describe(const EvaluationPlan& plan) {
  std::string text =
      fmt::format("{}, {}, about {} tokens in", ShowMany(plan.samples, "sample"),
                  ShowMany(plan.requests, "request"), ShowGrouped(plan.prompt_tokens));
  if (plan.completion_tokens > 0) {
    text += fmt::format(", at most {} out", ShowGrouped(plan.completion_tokens));
  }
  if (plan.usd > 0.0) text += fmt::format(", at most ${:.4f}", plan.usd);
  return text;
}

/// The text on one assertion, and what it takes: shown and counted in one piece, at its end, so
/// that those of two threads do not mix and no lock is held while an evaluator takes its own.
class Block {
 public:
  Block() = default;
  ~Block() {
    Run& run = TheRun();
    const std::lock_guard lock(run.mutex);
    run.total.expectations += total_.expectations;
    run.total.for_matchers += total_.for_matchers;
    run.total.ends_early = run.total.ends_early || total_.ends_early;
    for (const auto& [key, planned] : total_.evaluations) {
      const auto [at, is_new] = run.total.evaluations.try_emplace(key, planned);
      if (!is_new) Merge(planned, at->second);
    }
    std::cout << text_ << std::flush;
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  /// The first line.
  void SayWhat(const std::string& what) {
    const ::testing::TestInfo* const test = ::testing::UnitTest::GetInstance()->current_test_info();
    text_ += fmt::format(
        "{}{}{}\n", kTag,
        test == nullptr ? "" : fmt::format("{}.{}: ", test->test_suite_name(), test->name()), what);
  }
  void Say(std::string_view text) { text_ += fmt::format("{}{}\n", kIndent, text); }

  /// `share`: of its samples that are expected to be asked.
  void SayEvaluation(const ModelPtr& model, const TaskPtr& task, const GateScope& scope,
                     double share = 1.0) {
    try {
      const EvaluationPlan plan = scope.evaluator().Plan(model, task, scope.gate().mode);
      Count(plan, share);
      Say(fmt::format("{} on \"{}\": {}{}", ToString(model->info()), task->name(), Describe(plan),
                      plan.shared ? " (shared with an expectation above)" : ""));
    } catch (const std::exception& error) {
      Say(fmt::format("cannot be evaluated: {}", error.what()));
    }
  }

  /// The runs beyond the first.
  void SayNoiseFloor(const ModelPtr& model, const TaskPtr& task, int runs, const GateScope& scope) {
    if (runs < 2 || model == nullptr || model->recording() != nullptr) return;
    try {
      const EvaluationPlan plan =
          scope.evaluator().PlanNoiseFloor(model, task, runs, scope.gate().mode);
      Count(plan, 1.0, static_cast<std::size_t>(runs - 1));
      Say(fmt::format("{} of {} on \"{}\", for its noise floor: {}{}",
                      ShowMany(static_cast<std::size_t>(runs - 1), "more run"),
                      ToString(model->info()), task->name(), Describe(plan),
                      plan.shared ? " (shared with an expectation above)" : ""));
    } catch (const std::exception& error) {
      Say(fmt::format("cannot be evaluated: {}", error.what()));
    }
  }

  void CountEarlyEnd() { total_.ends_early = true; }
  void CountExpectation() { ++total_.expectations; }
  void CountForMatcher() { ++total_.for_matchers; }

 private:
  void Count(const EvaluationPlan& plan, double share, std::size_t evaluations = 1) {
    // What is shared with something that was evaluated before takes nothing more.
    Planned planned{.plan = plan, .evaluations = evaluations, .share = share};
    if (plan.shared) planned.evaluations = 0;
    const auto [at, is_new] = total_.evaluations.try_emplace(plan.key, planned);
    if (!is_new) Merge(planned, at->second);
  }

  Total total_ = {};
  std::string text_ = {};
};

void SayPower(const Requirement& requirement, std::span<const Subject> subjects,
              const Levels& levels, Block& block) {
  try {
    const std::string power = PowerText(requirement, subjects, levels);
    if (!power.empty()) block.Say(power);
  } catch (const std::exception&) {
    // Data that cannot be read were named above, and what cannot be planned is no fault of a gate.
  }
}

/// "may end early (confident): after about 390 of 2,000 samples where the true retention is 0.9500,
/// 470 where it is 0.8500".
std::string EarlyEndText(const Decidable& question, std::size_t samples,
                         const EarlyOutlook& outlook) {
  const auto rounded = [](double count) { return ShowGrouped(std::llround(count)); };
  return fmt::format(
      "may end early ({}): after about {} of {} where the true {} {} {}, {} where it is {}{}",
      gatetest::Name(question.stop), rounded(outlook.cleared.samples), ShowMany(samples, "sample"),
      Name(question.metric), question.metric == Metric::kFlips ? "are" : "is",
      ShowNumber(outlook.cleared.value), rounded(outlook.missed.samples),
      ShowNumber(outlook.missed.value),
      question.metric == Metric::kRetention || question.metric == Metric::kAccuracyLoss
          ? fmt::format(" (for a baseline accuracy of {} with {} gained)", kAssumedBaseline,
                        kAssumedGained)
          : "");
}

/// The share of its samples that a verdict is expected to need; says where that is not all of them.
double SayEarlyEnd(const Decidable& question, std::span<const Subject> subjects, Block& block) {
  try {
    const std::size_t samples = CountSamples(subjects);
    if (samples == 0) return 1.0;
    std::vector<TaskPtr> tasks;
    std::size_t most = 0;
    for (const Subject& subject : subjects) {
      tasks.push_back(subject.candidate->task);
      most += std::min(CountSamples(tasks.back()->dataset(), subject.group), question.samples);
    }
    double expected = static_cast<double>(most);
    if (most < samples) {
      block.Say(fmt::format("the budget is {} of each task", ShowMany(question.samples, "sample")));
      block.CountEarlyEnd();
    }
    if (CanBeSafeEarly(question, tasks)) {
      Decidable together = question;
      together.samples = most;
      const EarlyOutlook outlook = OutlookOf(together, samples);
      expected = outlook.cleared.samples;
      block.Say(EarlyEndText(question, samples, outlook));
      block.CountEarlyEnd();
    }
    return expected / static_cast<double>(samples);
  } catch (const std::exception&) {
    return 1.0;  // Data that cannot be read are named beside the evaluation.
  }
}

}  // namespace

void PlanRequirement(const Requirement& requirement, const ModelPtr& model,
                     const GateScope& scope) {
  if (TheRunSettings().only_loads) return;
  Block block;
  block.CountExpectation();
  std::vector<Subject> subjects;
  Gate gate = GateInTest();
  gate.baseline = scope.gate().baseline;
  gate.tasks = scope.gate().tasks;
  try {
    Evaluator asks_nothing({.plan_only = true});
    subjects = EvaluateFor(requirement, model, gate, asks_nothing);
  } catch (const std::exception& error) {
    block.SayWhat(Expectation(Judgement{.requirement = requirement}));
    block.Say(fmt::format("cannot be evaluated: {}", error.what()));
    return;
  }
  const JudgeDefaults defaults = DefaultsOf(gate);
  block.SayWhat(Expectation(Judge(requirement, subjects, defaults)));
  const bool pooled = requirement.limit.pooled();
  Decidable question = QuestionOf(requirement, defaults);
  if (!pooled) question.failure_alpha = question.alpha / static_cast<double>(subjects.size());
  const bool population = question.claim == Claim::kPopulation;
  const Levels levels{.pass = question.alpha, .fail = question.failure_alpha};
  if (const std::string budget = ToString(gate.budget); !budget.empty()) {
    block.Say("the budget of its test is " + budget);
  }
  double share = pooled ? SayEarlyEnd(question, subjects, block) : 1.0;
  for (const Subject& subject : subjects) {
    const TaskPtr& task = subject.candidate->task;
    if (!pooled) share = SayEarlyEnd(question, {&subject, 1}, block);
    if (NeedsBaseline(requirement.metric)) {
      // A noise floor takes the baseline's evaluation in full.
      block.SayEvaluation(gate.baseline, task, scope, gate.noise_runs > 0 ? 1.0 : share);
      block.SayNoiseFloor(gate.baseline, task, gate.noise_runs, scope);
    }
    block.SayEvaluation(model, task, scope, share);
    if (population && !pooled) SayPower(requirement, {&subject, 1}, levels, block);
  }
  if (population && pooled) SayPower(requirement, subjects, levels, block);
}

void PlanEvaluation(const ModelPtr& model, const TaskPtr& task, const GateScope& scope) {
  if (TheRunSettings().only_loads) return;
  Block block;
  block.CountForMatcher();
  block.SayWhat("a matcher's evaluation");
  block.SayEvaluation(model, task, scope);
}

void PlanLadder(const std::string& expectation, const std::vector<ModelPtr>& rungs,
                const LadderOptions& options, const GateScope& scope) {
  if (TheRunSettings().only_loads) return;
  Block block;
  if (expectation.empty()) {
    block.CountForMatcher();
    block.SayWhat("a ladder");
  } else {
    block.CountExpectation();
    block.SayWhat(expectation);
  }
  const Gate& gate = scope.gate();
  if (const std::string budget = ToString(gate.budget); !budget.empty()) {
    block.Say("the budget of its test is " + budget);
  }
  if (gate.budget.samples) {
    block.Say(
        fmt::format("the budget is {} of each task", ShowMany(*gate.budget.samples, "sample")));
  }
  std::vector<ModelPtr> models = {gate.baseline};
  models.insert(models.end(), rungs.begin(), rungs.end());
  for (const ModelPtr& model : models) {
    for (const TaskPtr& task : gate.tasks) block.SayEvaluation(model, task, scope);
  }
  for (const TaskPtr& task : gate.tasks) {
    block.SayNoiseFloor(gate.baseline, task, gate.noise_runs, scope);
  }
  if (options.speed_runs > 0) {
    block.Say(fmt::format("and for tokens per second {} of the workload on each model, live",
                          ShowMany(static_cast<std::size_t>(options.speed_runs), "run")));
  }
}

void PlanNoiseFloor(const ModelPtr& model, const TaskPtr& task, int runs, const GateScope& scope) {
  if (TheRunSettings().only_loads) return;
  Block block;
  block.CountForMatcher();
  block.SayWhat("a noise floor");
  block.SayEvaluation(model, task, scope);
  block.SayNoiseFloor(model, task, runs, scope);
}

void PlanMeasurement(const std::string& expectation, const std::vector<std::string>& lines) {
  if (TheRunSettings().only_loads) return;
  Block block;
  block.CountExpectation();
  block.SayWhat(expectation);
  for (const std::string& line : lines) block.Say(line);
}

std::string PlanSummary() {
  Run& run = TheRun();
  const std::lock_guard lock(run.mutex);
  const Total& total = run.total;
  EvaluationPlan all;
  EvaluationPlan expected;
  std::size_t evaluations = 0;
  for (const auto& [key, planned] : total.evaluations) {
    if (planned.evaluations == 0) continue;
    evaluations += planned.evaluations;
    Add(planned.plan, 1.0, all);
    Add(planned.plan, planned.share, expected);
  }
  std::string text = fmt::format("{}{} and {} for matchers would take {} in all: {}.\n", kTag,
                                 ShowMany(total.expectations, "expectation"),
                                 ShowMany(total.for_matchers, "evaluation"),
                                 ShowMany(evaluations, "evaluation"), Describe(all));
  if (total.ends_early) {
    text += fmt::format(
        "{}Ending early and within budgets of samples, with every limit cleared halfway to the "
        "best "
        "value: about {}.\n",
        kTag, Describe(expected));
  }
  return text + fmt::format("{}Nothing was gated: a plan evaluates nothing.\n", kTag);
}

}  // namespace gatetest::internal
