#include "gatetest/internal/plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iostream>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gatetest/planning.h"
#include "matchers/evidence.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

constexpr std::string_view kTag = "[   PLAN   ] ";
constexpr std::string_view kIndent = "             ";

/// What assertions take together.
struct Total {
  std::size_t expectations = 0;  ///< Macros.
  std::size_t for_matchers = 0;  ///< Evaluations that tests asked for themselves.
  std::size_t evaluations = 0;   ///< Of both, each model and task once.
  EvaluationPlan sum = {};       ///< Of those evaluations.
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

std::string Many(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", ShowGrouped(static_cast<std::int64_t>(count)), what,
                     count == 1 ? "" : "s");
}

std::string Describe(const EvaluationPlan& plan) {
  std::string text = fmt::format("{}, {}, about {} tokens in", Many(plan.samples, "sample"),
                                 Many(plan.requests, "request"), ShowGrouped(plan.prompt_tokens));
  if (plan.completion_tokens > 0) {
    text += fmt::format(", at most {} out", ShowGrouped(plan.completion_tokens));
  }
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
    run.total.evaluations += total_.evaluations;
    run.total.sum.samples += total_.sum.samples;
    run.total.sum.requests += total_.sum.requests;
    run.total.sum.prompt_tokens += total_.sum.prompt_tokens;
    run.total.sum.completion_tokens += total_.sum.completion_tokens;
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

  void SayEvaluation(const ModelPtr& model, const TaskPtr& task, Evaluator& evaluator,
                     StoreMode mode) {
    try {
      const EvaluationPlan plan = evaluator.Plan(model, task, mode);
      Count(plan);
      Say(fmt::format("{} on \"{}\": {}{}", ToString(model->info()), task->name(), Describe(plan),
                      plan.shared ? " (shared with an expectation above)" : ""));
    } catch (const std::exception& error) {
      Say(fmt::format("cannot be evaluated: {}", error.what()));
    }
  }

  /// The runs beyond the first.
  void SayNoiseFloor(const ModelPtr& model, const TaskPtr& task, int runs, Evaluator& evaluator,
                     StoreMode mode) {
    if (runs < 2 || model == nullptr || model->recording() != nullptr) return;
    try {
      const EvaluationPlan plan = evaluator.PlanNoiseFloor(model, task, runs, mode);
      Count(plan, static_cast<std::size_t>(runs - 1));
      Say(fmt::format("{} of {} on \"{}\", for its noise floor: {}{}",
                      Many(static_cast<std::size_t>(runs - 1), "more run"), ToString(model->info()),
                      task->name(), Describe(plan),
                      plan.shared ? " (shared with an expectation above)" : ""));
    } catch (const std::exception& error) {
      Say(fmt::format("cannot be evaluated: {}", error.what()));
    }
  }

  void CountExpectation() { ++total_.expectations; }
  void CountForMatcher() { ++total_.for_matchers; }

 private:
  void Count(const EvaluationPlan& plan, std::size_t evaluations = 1) {
    if (plan.shared) return;
    total_.evaluations += evaluations;
    total_.sum.samples += plan.samples;
    total_.sum.requests += plan.requests;
    total_.sum.prompt_tokens += plan.prompt_tokens;
    total_.sum.completion_tokens += plan.completion_tokens;
  }

  Total total_ = {};
  std::string text_ = {};
};

/// The value nearest to the limit, on one side of it, which `samples` decide with power 0.8; none
/// where no value does. `plan` gives the samples that a value needs.
template <typename Plan>
std::optional<double> NearestDecided(double limit, double end, std::size_t samples,
                                     const Plan& plan) {
  const auto decided = [&](double value) { return plan(value) <= static_cast<double>(samples); };
  double undecided = limit;
  double far = end;
  if (!decided(far)) return std::nullopt;
  for (int i = 0; i < 50; ++i) {
    const double middle = (undecided + far) / 2.0;
    (decided(middle) ? far : undecided) = middle;
  }
  return far;
}

/// The samples that one verdict is about.
struct Observed {
  std::size_t samples = 0;
  std::size_t clusters = 0;  ///< A sample without one is one of its own.
  bool clustered = false;    ///< Whether any sample carries a cluster.
};

Observed ObservedIn(std::span<const Subject> subjects) {
  Observed observed;
  for (const Subject& subject : subjects) {
    std::set<std::string> known;  // Clusters are within a task.
    for (const Sample& sample : subject.candidate->task->dataset().samples()) {
      if (!subject.group.empty() && sample.group != subject.group) continue;
      ++observed.samples;
      observed.clustered = observed.clustered || !sample.cluster.empty();
      if (sample.cluster.empty() || known.insert(sample.cluster).second) ++observed.clusters;
    }
  }
  return observed;
}

/// The error that a verdict may have, one-sided.
struct Levels {
  double pass = 0.0;
  double fail = 0.0;  ///< Of the first of several tasks that fails (Holm).
};

std::string SharePower(const Requirement& requirement, std::size_t samples, const Levels& levels) {
  constexpr double kEdge = 1e-6;
  const double limit = requirement.limit.threshold();
  const auto nearest = [&](double end, double alpha) {
    return NearestDecided(limit, end, samples, [&](double share) {
      return static_cast<double>(
          PlanShare({.share = share, .limit = limit, .alpha = alpha}).samples);
    });
  };
  const bool above_passes = requirement.metric == Metric::kAccuracy;
  std::optional<double> above;
  std::optional<double> below;
  if (limit < 1.0 - kEdge) above = nearest(1.0 - kEdge, above_passes ? levels.pass : levels.fail);
  if (limit > kEdge) below = nearest(kEdge, above_passes ? levels.fail : levels.pass);
  return fmt::format("{} samples decide (with power 0.8) where the true {} is{}{}{}{}", samples,
                     Name(requirement.metric), above ? fmt::format(" above {:.4f}", *above) : "",
                     above && below ? " or" : "", below ? fmt::format(" below {:.4f}", *below) : "",
                     above || below ? "" : " nowhere");
}

/// Empty where nothing sensible can be planned for.
std::string RetentionPower(double limit, std::size_t samples, double alpha) {
  constexpr double kBaseline = 0.75;
  constexpr double kGained = 0.025;
  const double true_retention = limit + (1.0 - limit) / 2.0;
  constexpr double kEdge = 1e-6;
  if (!(limit > kEdge && limit < 1.0) || true_retention * kBaseline <= kGained) return "";
  const std::int64_t needed = PlanRetention({.baseline_accuracy = kBaseline,
                                             .retention = true_retention,
                                             .gained = kGained,
                                             .limit = limit,
                                             .alpha = alpha})
                                  .samples;
  return fmt::format(
      "there are {} samples; a true retention of {:.4f} would need about {} (power "
      "0.8, for a baseline accuracy of {} with {} gained)",
      samples, true_retention, std::max(needed, static_cast<std::int64_t>(kFewestForScore)),
      kBaseline, kGained);
}

/// What the samples of one verdict can decide under a population claim; empty: that cannot be told.
std::string Power(const Requirement& requirement, const Observed& observed, const Levels& levels) {
  if (observed.clustered) {
    return fmt::format("there are {} in {}; how much they decide depends on how alike those are{}",
                       Many(observed.samples, "sample"), Many(observed.clusters, "cluster"),
                       observed.clusters < kFewestClusters
                           ? fmt::format(", and a claim beyond them needs {}", kFewestClusters)
                           : "");
  }
  const Metric metric = requirement.metric;
  if (MeasuredBy(metric) != Measures::kAccuracy) return "";
  const bool share = metric == Metric::kAccuracy || metric == Metric::kFlips;
  const std::size_t fewest = share ? kFewestForShare : kFewestForScore;
  if (observed.samples < fewest) {
    return fmt::format("there {} {}; a claim beyond {} needs at least {}",
                       observed.samples == 1 ? "is" : "are", Many(observed.samples, "sample"),
                       observed.samples == 1 ? "it" : "them", fewest);
  }
  const double limit = requirement.limit.threshold();
  if (share) {
    return limit > 0.0 && limit < 1.0 ? SharePower(requirement, observed.samples, levels) : "";
  }
  return metric == Metric::kRetention ? RetentionPower(limit, observed.samples, levels.pass) : "";
}

void SayPower(const Requirement& requirement, std::span<const Subject> subjects,
              const Levels& levels, Block& block) {
  try {
    const std::string power = Power(requirement, ObservedIn(subjects), levels);
    if (!power.empty()) block.Say(power);
  } catch (const std::exception&) {
    // Data that cannot be read were named above, and what cannot be planned is no fault of a gate.
  }
}

}  // namespace

void PlanRequirement(const Requirement& requirement, const ModelPtr& model,
                     const GateScope& scope) {
  Block block;
  block.CountExpectation();
  std::vector<Subject> subjects;
  try {
    Evaluator asks_nothing({.plan_only = true});
    subjects = EvaluateFor(requirement, model, scope.gate(), asks_nothing);
  } catch (const std::exception& error) {
    block.SayWhat(Expectation(Judgement{.requirement = requirement}));
    block.Say(fmt::format("cannot be evaluated: {}", error.what()));
    return;
  }
  const JudgeDefaults defaults = DefaultsOf(GateInTest());
  block.SayWhat(Expectation(Judge(requirement, subjects, defaults)));
  const Limit& limit = requirement.limit;
  const bool population = limit.claim().value_or(defaults.claim) == Claim::kPopulation;
  const double alpha = limit.alpha().value_or(defaults.alpha);
  const Levels levels{
      .pass = alpha, .fail = limit.pooled() ? alpha : alpha / static_cast<double>(subjects.size())};
  for (const Subject& subject : subjects) {
    if (NeedsBaseline(requirement.metric)) {
      block.SayEvaluation(scope.gate().baseline, subject.candidate->task, scope.evaluator(),
                          scope.gate().mode);
      block.SayNoiseFloor(scope.gate().baseline, subject.candidate->task, scope.gate().noise_runs,
                          scope.evaluator(), scope.gate().mode);
    }
    block.SayEvaluation(model, subject.candidate->task, scope.evaluator(), scope.gate().mode);
    if (population && !limit.pooled()) SayPower(requirement, {&subject, 1}, levels, block);
  }
  if (population && limit.pooled()) SayPower(requirement, subjects, levels, block);
}

void PlanEvaluation(const ModelPtr& model, const TaskPtr& task, const GateScope& scope) {
  Block block;
  block.CountForMatcher();
  block.SayWhat("a matcher's evaluation");
  block.SayEvaluation(model, task, scope.evaluator(), scope.gate().mode);
}

void PlanNoiseFloor(const ModelPtr& model, const TaskPtr& task, int runs, const GateScope& scope) {
  Block block;
  block.CountForMatcher();
  block.SayWhat("a noise floor");
  block.SayEvaluation(model, task, scope.evaluator(), scope.gate().mode);
  block.SayNoiseFloor(model, task, runs, scope.evaluator(), scope.gate().mode);
}

std::string PlanSummary() {
  Run& run = TheRun();
  const std::lock_guard lock(run.mutex);
  const Total& total = run.total;
  return fmt::format(
      "{}{} and {} for matchers would take {} in all: {}.\n"
      "{}Nothing was gated: a plan evaluates nothing.\n",
      kTag, Many(total.expectations, "expectation"), Many(total.for_matchers, "evaluation"),
      Many(total.evaluations, "evaluation"), Describe(total.sum), kTag);
}

}  // namespace gatetest::internal
