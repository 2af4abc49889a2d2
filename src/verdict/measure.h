// From outcomes to an estimate: the one place that knows how each metric is computed.
#ifndef GATETEST_SRC_VERDICT_MEASURE_H_
#define GATETEST_SRC_VERDICT_MEASURE_H_

#include <cstddef>
#include <limits>
#include <span>
#include <string>

#include "gatetest/estimate.h"
#include "gatetest/metrics.h"
#include "gatetest/verdict.h"
#include "src/statistics/p_values.h"
#include "src/verdict/pairs.h"

namespace gatetest::internal {

/// How samples that could not be measured count.
enum class CountMissing { kNot, kFor, kAgainst };

struct MeasureOptions {
  double alpha = 0.05;     ///< Of the interval.
  double p_alpha = alpha;  ///< What p-values will be compared with.
  CountMissing missing = CountMissing::kNot;
  /// Samples that were not asked are left out, not missing.
  bool only_asked = false;
  /// What the value is compared with; NaN: nothing.
  double limit = std::numeric_limits<double>::quiet_NaN();
};

struct Measurement {
  Estimate estimate = {};
  /// A token has probability 0: the value is infinite, whatever other texts may say.
  bool impossible = false;
  /// The value less the limit, on the scale on which the value was computed (a quotient, or the
  /// mean of logarithms): above, exactly at or below the limit, whatever rounding follows.
  double distance = std::numeric_limits<double>::quiet_NaN();
  /// What the observations say against the limit.
  PValues p = {};
  /// `distance` in standard errors of the method; NaN: not known.
  double z = std::numeric_limits<double>::quiet_NaN();
  /// Observations without which there is no claim beyond them.
  std::size_t fewest = 0;
  /// The test behind `p`, where that is not the interval's: "exact McNemar test".
  std::string test = {};
  /// Some answers were drawn at random.
  bool sampled = false;
  std::size_t samples = 0;  ///< All that the verdict is about, and those that were not measured.
  Missing missing = {};
};

/// Notes how many observations a claim beyond them needs.
void RequireObservations(Measurement& measurement, std::size_t fewest);

/// Throws Error(kUndefined) for a subject that was not evaluated, and Error(kInvalidArgument) for
/// one that does not have the metric.
void CheckSubjects(Metric metric, std::span<const Subject> subjects);

/// Of all the subjects' samples together. Throws as the functions of metrics.h do.
Measurement Measure(Metric metric, std::span<const Subject> subjects,
                    const MeasureOptions& options);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_MEASURE_H_
