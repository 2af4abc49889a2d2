// From an estimate to a verdict: does it clear the limit, and in what words.
#ifndef GATETEST_SRC_VERDICT_DECIDE_H_
#define GATETEST_SRC_VERDICT_DECIDE_H_

#include <cstddef>
#include <limits>
#include <optional>
#include <string>

#include "gatetest/limit.h"
#include "gatetest/metrics.h"
#include "gatetest/verdict.h"
#include "src/verdict/measure.h"
#include "src/verdict/metric_traits.h"

namespace gatetest::internal {

/// One limit with everything that decides it.
struct Decidable {
  Metric metric;
  double limit;
  Claim claim;
  double alpha;
  /// Of how many tasks a wrong FAILED counts: Holm's procedure (1979). 1: only this one.
  std::size_t family = 1;
  /// The level that the procedure asks of this task's FAILED; alpha for a family of 1.
  double failure_alpha = alpha;
  Stop stop = Stop::kNever;
  /// How many of each task's samples a population claim rests on.
  std::size_t samples = std::numeric_limits<std::size_t>::max();
  /// Strictly above the limit is cleared; else strictly below.
  bool above = MoreIsBetter(metric);
  /// Of a metric with two ends: what it has to be below, beside above `limit`.
  std::optional<double> upper = {};
};

/// What a claim about samples adds where answers were drawn at random.
inline constexpr char kDrawnAtRandom[] =
    "\nanswers were drawn at random (temperature above 0); others may be worth something else";

struct Decision {
  Verdict verdict = Verdict::kNotMeasured;
  std::string reason = {};
  double failure_p = 1.0;  ///< Against "the true value clears the limit".
  double pass_p = 1.0;     ///< Against "it does not".
};

/// What Judge asks by this requirement.
Decidable QuestionOf(const Requirement& requirement, const JudgeDefaults& defaults);

/// What Holm's procedure asked of a FAILED among several; empty for one task alone.
std::string HolmText(const Decidable& question, double p);

/// About one end: `upper` is another question. Never kNotMeasured: that is for those who could not
/// measure.
Decision Decide(const Decidable& question, const Measurement& measurement);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_DECIDE_H_
