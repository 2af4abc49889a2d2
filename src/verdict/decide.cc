#include "src/verdict/decide.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "gatetest/planning.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

const char* Relation(const Decidable& question) { return question.above ? "above" : "below"; }

/// Strictly.
bool Clears(const Decidable& question, const Measurement& measurement) {
  return question.above ? measurement.distance > 0.0 : measurement.distance < 0.0;
}

double PassP(const Decidable& question, const Measurement& measurement) {
  return question.above ? measurement.p.above : measurement.p.below;
}

double FailP(const Decidable& question, const Measurement& measurement) {
  return question.above ? measurement.p.below : measurement.p.above;
}

/// What decides beyond the samples: the bound that is nearer to the limit, or a test's p-value.
/// "the interval's lower bound 0.9127 is", "p is 0.0002 (exact McNemar test)".
std::string BoundText(const Decidable& question, const Measurement& measurement, bool passed) {
  if (!measurement.test.empty()) {
    const double p = passed ? PassP(question, measurement) : FailP(question, measurement);
    return fmt::format("p = {:.2g} ({})", p, measurement.test);
  }
  const Interval& interval = *measurement.estimate.interval;
  const bool lower = question.above == passed;
  return fmt::format("the interval's {} bound {}", lower ? "lower" : "upper",
                     ShowBeside(lower ? interval.lower : interval.upper, question.limit));
}

/// Whether the bound on the generous side clears the limit: else the model fails by its interval.
bool BoundClears(const Decidable& question, const Interval& interval) {
  return question.above ? interval.upper >= question.limit : interval.lower <= question.limit;
}

/// z by the p-value of the side on which the estimate is, for where the standard error of the
/// method promises more than its exact interval keeps.
double CautiousZ(const Measurement& measurement) {
  const double p = std::min(measurement.p.above, measurement.p.below);
  return p > 0.0 && p < 0.5 ? -NormalQuantile(p) : 0.0;
}

/// "about 400 more samples would decide", at the level of the side on which the estimate is.
std::string MoreToDecide(const Decidable& question, const Measurement& measurement) {
  constexpr double kHopeless = 20.0;
  const Estimate& estimate = measurement.estimate;
  const auto n = static_cast<double>(estimate.n);
  const auto fewest = static_cast<double>(measurement.fewest);
  const double alpha = Clears(question, measurement) ? question.alpha : question.failure_alpha;
  double total = fewest;
  if (estimate.interval) {
    double by_rate = std::isnan(measurement.z) ? n : ObservationsToDecide(n, measurement.z, alpha);
    if (by_rate <= n && estimate.too_few.empty()) {
      by_rate = ObservationsToDecide(n, CautiousZ(measurement), alpha);
    }
    if (by_rate > kHopeless * std::max(n, fewest)) return "too close to the threshold to decide";
    total = std::max(total, by_rate);
  }
  if (!(total > n)) return "how many more would decide cannot be told";
  return fmt::format("about {} would decide",
                     ShowCount(total - n, "more " + estimate.observations));
}

/// What the interval adds to a verdict about these very samples.
std::string BeyondTheseSamples(const Decidable& question, const Measurement& measurement,
                               bool passed) {
  const Estimate& estimate = measurement.estimate;
  if (!estimate.interval && estimate.too_few.empty()) {
    return fmt::format(" (no interval: {})", estimate.no_interval);
  }
  const double p = passed ? PassP(question, measurement) : FailP(question, measurement);
  if (estimate.too_few.empty() && p < question.alpha) {
    return fmt::format(", and {} {}", BoundText(question, measurement, passed),
                       !measurement.test.empty() ? "says so too"
                       : passed                  ? "is too"
                                                 : "is not either");
  }
  return fmt::format("; that holds on these {}, and is not yet evidence beyond them: {}",
                     ShowCount(static_cast<double>(estimate.n), estimate.observations),
                     MoreToDecide(question, measurement));
}

Decision DecideDataset(const Decidable& question, const Measurement& measurement) {
  const double value = measurement.estimate.value;
  const bool passed = Clears(question, measurement);
  std::string reason =
      fmt::format("{} is {}{} {}", ShowBeside(value, question.limit), passed ? "" : "not ",
                  Relation(question), ShowNumber(question.limit));
  if (question.claim != Claim::kPointEstimate) {
    reason += BeyondTheseSamples(question, measurement, passed);
  }
  if (measurement.sampled) reason += kDrawnAtRandom;
  return {passed ? Verdict::kPassed : Verdict::kFailed, std::move(reason)};
}

std::string Undecided(const Decidable& question, const Measurement& measurement) {
  const Interval& interval = *measurement.estimate.interval;
  if (!measurement.test.empty()) {
    return fmt::format(
        "the {} does not show that it is below {} (p = {:.2g}), or above (p = {:.2g})",
        measurement.test, ShowNumber(question.limit), measurement.p.below, measurement.p.above);
  }
  return fmt::format("the interval [{}, {}] reaches over the limit {}",
                     ShowBeside(interval.lower, question.limit),
                     ShowBeside(interval.upper, question.limit), ShowNumber(question.limit));
}

/// "the interval's lower bound 0.9127 is above 0.9000".
std::string WhatDecides(const Decidable& question, const Measurement& measurement, bool passed) {
  const std::string limit = ShowNumber(question.limit);
  if (measurement.test.empty()) {
    return fmt::format("{} is {}{} {}", BoundText(question, measurement, passed),
                       passed ? "" : "not ", Relation(question), limit);
  }
  return fmt::format("the {} shows that it is {} {} (p = {:.2g})", measurement.test,
                     question.above == passed ? "above" : "below", limit,
                     passed ? PassP(question, measurement) : FailP(question, measurement));
}

Decision DecidePopulation(const Decidable& question, const Measurement& measurement) {
  const Estimate& estimate = measurement.estimate;
  Decision decision{Verdict::kInconclusive};
  if (!estimate.too_few.empty()) {
    decision.reason =
        fmt::format("a claim beyond these samples needs more of them: there are {}; {}",
                    estimate.too_few, MoreToDecide(question, measurement));
    return decision;
  }
  if (!estimate.interval) {
    decision.reason = fmt::format("there is no interval: {}; {}", estimate.no_interval,
                                  MoreToDecide(question, measurement));
    return decision;
  }
  const double pass_p = PassP(question, measurement);
  const double fail_p = FailP(question, measurement);
  decision.failure_p = fail_p;
  decision.pass_p = pass_p;
  const bool passed = pass_p < question.alpha;
  // By the bound that the message shows: under Holm's procedure p is made for a smaller alpha.
  const bool fails_alone = measurement.test.empty() ? !BoundClears(question, *estimate.interval)
                                                    : fail_p < question.alpha;
  if (passed || fails_alone) {
    decision.reason = WhatDecides(question, measurement, passed);
    if (!passed) decision.reason += HolmText(question, fail_p);
    if (passed || fail_p < question.failure_alpha) {
      decision.verdict = passed ? Verdict::kPassed : Verdict::kFailed;
    } else {
      decision.reason += "; " + MoreToDecide(question, measurement);
    }
    return decision;
  }
  decision.reason =
      fmt::format("{}; {}", Undecided(question, measurement), MoreToDecide(question, measurement));
  return decision;
}

}  // namespace

Decidable QuestionOf(const Requirement& requirement, const JudgeDefaults& defaults) {
  const Limit& limit = requirement.limit;
  return {.metric = requirement.metric,
          .limit = limit.threshold(),
          .claim = limit.claim().value_or(defaults.claim),
          .alpha = limit.alpha().value_or(defaults.alpha),
          .stop = limit.stop().value_or(defaults.stop),
          .samples = defaults.samples,
          .upper = limit.upper()};
}

std::string HolmText(const Decidable& question, double p) {
  if (question.family < 2) return "";
  return fmt::format(" (p = {:.2g}, and Holm's level for this one of {} tasks is {:.2g})", p,
                     question.family, question.failure_alpha);
}

Decision Decide(const Decidable& question, const Measurement& measurement) {
  if (measurement.impossible) {
    return {Verdict::kFailed,
            fmt::format("infinite is not {} {}: a token has probability 0, whatever other texts "
                        "may say",
                        Relation(question), ShowNumber(question.limit)),
            0.0};
  }
  return question.claim == Claim::kPopulation ? DecidePopulation(question, measurement)
                                              : DecideDataset(question, measurement);
}

}  // namespace gatetest::internal
