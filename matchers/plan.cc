#include "gatetest/internal/plan.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <exception>
#include <iostream>
#include <optional>
#include <string_view>
#include <vector>

#include "gatetest/planning.h"
#include "matchers/evidence.h"

namespace gatetest::internal {
namespace {

constexpr std::string_view kTag = "[   PLAN   ] ";
constexpr std::string_view kIndent = "             ";

/// What all assertions of the run take together.
struct Total {
  std::size_t expectations = 0;
  std::size_t evaluations = 0;
  EvaluationPlan sum = {};
};

Total& TheTotal() {
  static Total total;
  return total;
}

/// 1234567 as "1,234,567".
template <typename Number>
std::string Grouped(Number number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string Describe(const EvaluationPlan& plan) {
  std::string text =
      fmt::format("{} samples, {} requests, about {} tokens in", Grouped(plan.samples),
                  Grouped(plan.requests), Grouped(plan.prompt_tokens));
  if (plan.completion_tokens > 0) {
    text += fmt::format(", at most {} out", Grouped(plan.completion_tokens));
  }
  return text;
}

void Say(std::string_view text) { std::cout << kIndent << text << "\n"; }

void SayWhat(const std::string& what) {
  const ::testing::TestInfo* const test = ::testing::UnitTest::GetInstance()->current_test_info();
  std::cout << kTag
            << (test == nullptr ? ""
                                : fmt::format("{}.{}: ", test->test_suite_name(), test->name()))
            << what << std::endl;
}

void Count(const EvaluationPlan& plan) {
  if (plan.shared) return;
  Total& total = TheTotal();
  ++total.evaluations;
  total.sum.samples += plan.samples;
  total.sum.requests += plan.requests;
  total.sum.prompt_tokens += plan.prompt_tokens;
  total.sum.completion_tokens += plan.completion_tokens;
}

void SayEvaluation(const ModelPtr& model, const TaskPtr& task, Evaluator& evaluator) {
  try {
    const EvaluationPlan plan = evaluator.Plan(model, task);
    Count(plan);
    Say(fmt::format("{} on \"{}\": {}{}", ToString(model->info()), task->name(), Describe(plan),
                    plan.shared ? " (shared with an expectation above)" : ""));
  } catch (const std::exception& error) {
    Say(fmt::format("cannot be evaluated: {}", error.what()));
  }
}

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

/// What the samples of a task can decide under a population claim.
void SayPower(const Requirement& requirement, const Subject& subject, double alpha) {
  std::size_t samples = 0;
  for (const Sample& sample : subject.candidate->task->dataset().samples()) {
    if (subject.group.empty() || sample.group == subject.group) ++samples;
  }
  const double limit = requirement.limit.threshold();
  if (requirement.metric == Metric::kAccuracy || requirement.metric == Metric::kFlips) {
    const auto needs = [&](double share) {
      return static_cast<double>(
          PlanShare({.share = share, .limit = limit, .alpha = alpha}).samples);
    };
    constexpr double kEdge = 1e-6;
    const auto above = NearestDecided(limit, 1.0 - kEdge, samples, needs);
    const auto below = NearestDecided(limit, kEdge, samples, needs);
    Say(fmt::format("{} samples decide (with power 0.8) where the true {} is{}{}{}{}", samples,
                    Name(requirement.metric), above ? fmt::format(" above {:.4f}", *above) : "",
                    above && below ? " or" : "", below ? fmt::format(" below {:.4f}", *below) : "",
                    above || below ? "" : " nowhere"));
  } else if (requirement.metric == Metric::kRetention && limit > 0.0) {
    constexpr double kBaseline = 0.75;
    constexpr double kGained = 0.025;
    const double true_retention = limit + (1.0 - limit) / 2.0;
    if (!(limit < 1.0) || true_retention * kBaseline <= kGained) return;
    const std::int64_t needed = PlanRetention({.baseline_accuracy = kBaseline,
                                               .retention = true_retention,
                                               .gained = kGained,
                                               .limit = limit,
                                               .alpha = alpha})
                                    .samples;
    Say(
        fmt::format("there are {} samples; a true retention of {:.4f} would need about {} (power "
                    "0.8, for a baseline accuracy of {} with {} gained)",
                    samples, true_retention, needed, kBaseline, kGained));
  }
}

}  // namespace

void PlanRequirement(const Requirement& requirement, const ModelPtr& model,
                     const GateScope& scope) {
  ++TheTotal().expectations;
  std::vector<Subject> subjects;
  try {
    Evaluator asks_nothing({.plan_only = true});
    subjects = EvaluateFor(requirement, model, scope.gate(), asks_nothing);
  } catch (const std::exception& error) {
    SayWhat(Expectation(Judgement{.requirement = requirement}));
    Say(fmt::format("cannot be evaluated: {}", error.what()));
    return;
  }
  const JudgeDefaults defaults = DefaultsInTest();
  const Judgement judgement = Judge(requirement, subjects, defaults);
  SayWhat(Expectation(judgement));
  const Limit& limit = requirement.limit;
  for (const Subject& subject : subjects) {
    if (NeedsBaseline(requirement.metric)) {
      SayEvaluation(scope.gate().baseline, subject.candidate->task, scope.evaluator());
    }
    SayEvaluation(model, subject.candidate->task, scope.evaluator());
    if (limit.claim().value_or(defaults.claim) != Claim::kPopulation) continue;
    try {
      SayPower(requirement, subject, limit.alpha().value_or(defaults.alpha));
    } catch (const std::exception& error) {
      Say(error.what());
    }
  }
}

void PlanEvaluation(const ModelPtr& model, const TaskPtr& task, Evaluator& evaluator) {
  ++TheTotal().expectations;
  SayWhat("a matcher's evaluation");
  SayEvaluation(model, task, evaluator);
}

std::string PlanSummary() {
  const Total& total = TheTotal();
  return fmt::format(
      "{}{} expectations would take {} evaluations: {}.\n"
      "{}Nothing was gated: a plan evaluates nothing.\n",
      kTag, total.expectations, total.evaluations, Describe(total.sum), kTag);
}

}  // namespace gatetest::internal
