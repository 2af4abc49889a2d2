#include "src/verdict/decide.h"

#include <fmt/format.h>

#include <cmath>

#include "gatetest/intervals.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

/// The interval's bounds by what they decide: a pass needs `cautious` beyond the limit, a failure
/// needs `generous` short of it.
struct Bounds {
  std::string_view cautious_name;
  double cautious;
  std::string_view generous_name;
  double generous;
};

bool MoreIsBetter(Metric metric) {
  return metric == Metric::kAccuracy || metric == Metric::kRetention;
}

bool Clears(const Question& question, double value) {
  return MoreIsBetter(question.metric) ? value > question.limit : value < question.limit;
}

Bounds BoundsOf(const Question& question, const Interval& interval) {
  if (MoreIsBetter(question.metric)) return {"lower", interval.lower, "upper", interval.upper};
  return {"upper", interval.upper, "lower", interval.lower};
}

std::string ShowCount(const Estimate& estimate) {
  return fmt::format("{} {}", estimate.n, estimate.observations);
}

/// How many more observations would decide; empty where nobody can say.
std::string MoreToDecide(const Question& question, const Measurement& measurement) {
  constexpr double kHopeless = 20.0;
  const auto n = static_cast<double>(measurement.estimate.n);
  if (!std::isfinite(measurement.z)) return "";
  const double total = ObservationsToDecide(n, measurement.z, question.alpha);
  if (total > kHopeless * n) return "too close to the limit to decide";
  return total <= n ? ""
                    : fmt::format("about {:.0f} more {} would decide", total - n,
                                  measurement.estimate.observations);
}

/// What the interval adds to a verdict about these very samples.
std::string BeyondTheseSamples(const Question& question, const Measurement& measurement,
                               bool passed) {
  const Estimate& estimate = measurement.estimate;
  if (!estimate.interval) {
    return estimate.no_interval.empty() ? ""
                                        : fmt::format(" (no interval: {})", estimate.no_interval);
  }
  const Bounds bounds = BoundsOf(question, *estimate.interval);
  if (estimate.too_few.empty()) {
    if (passed && Clears(question, bounds.cautious)) {
      return fmt::format(", and the interval's {} bound {} is too", bounds.cautious_name,
                         ShowBeside(bounds.cautious, question.limit));
    }
    if (!passed && !Clears(question, bounds.generous)) {
      return fmt::format(", and the interval's {} bound {} is not either", bounds.generous_name,
                         ShowBeside(bounds.generous, question.limit));
    }
  }
  const std::string more =
      estimate.too_few.empty() ? MoreToDecide(question, measurement) : estimate.too_few;
  return fmt::format("; that holds on these {}, and is not yet evidence beyond them{}",
                     ShowCount(estimate), more.empty() ? "" : ": " + more);
}

Decision DecideDataset(const Question& question, const Measurement& measurement) {
  const double value = measurement.estimate.value;
  const bool passed = Clears(question, value);
  return {passed ? Verdict::kPassed : Verdict::kFailed,
          fmt::format("{} is {}{} {}{}", ShowBeside(value, question.limit), passed ? "" : "not ",
                      RelationOf(question.metric), ShowNumber(question.limit),
                      BeyondTheseSamples(question, measurement, passed))};
}

Decision DecidePopulation(const Question& question, const Measurement& measurement) {
  const Estimate& estimate = measurement.estimate;
  if (!estimate.too_few.empty()) {
    return {Verdict::kInconclusive,
            "a claim beyond these samples needs more of them: there are " + estimate.too_few};
  }
  if (!estimate.interval) {
    return {Verdict::kInconclusive, "there is no interval: " + estimate.no_interval};
  }
  const Bounds bounds = BoundsOf(question, *estimate.interval);
  const auto bound_is = [&](std::string_view name, double bound, std::string_view is) {
    return fmt::format("the interval's {} bound {} {} {} {}", name,
                       ShowBeside(bound, question.limit), is, RelationOf(question.metric),
                       ShowNumber(question.limit));
  };
  if (Clears(question, bounds.cautious)) {
    return {Verdict::kPassed, bound_is(bounds.cautious_name, bounds.cautious, "is")};
  }
  if (!Clears(question, bounds.generous)) {
    return {Verdict::kFailed, bound_is(bounds.generous_name, bounds.generous, "is not")};
  }
  const std::string more = MoreToDecide(question, measurement);
  return {Verdict::kInconclusive,
          fmt::format("the interval [{}, {}] reaches over the limit {}{}",
                      ShowBeside(estimate.interval->lower, question.limit),
                      ShowBeside(estimate.interval->upper, question.limit),
                      ShowNumber(question.limit), more.empty() ? "" : "; " + more)};
}

}  // namespace

std::string_view RelationOf(Metric metric) { return MoreIsBetter(metric) ? "above" : "below"; }

Decision Decide(const Question& question, const Measurement& measurement) {
  // An infinite perplexity is infinite whatever other texts may say.
  const bool certain = std::isinf(measurement.estimate.value);
  return question.claim == Claim::kDataset || certain ? DecideDataset(question, measurement)
                                                      : DecidePopulation(question, measurement);
}

}  // namespace gatetest::internal
