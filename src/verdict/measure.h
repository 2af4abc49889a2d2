// From outcomes to an estimate: the one place that knows how each metric is computed.
#ifndef GATETEST_SRC_VERDICT_MEASURE_H_
#define GATETEST_SRC_VERDICT_MEASURE_H_

#include <cstddef>
#include <limits>

#include "gatetest/estimate.h"
#include "gatetest/metrics.h"
#include "gatetest/verdict.h"

namespace gatetest::internal {

/// A cluster t interval over fewer clusters is no evidence beyond them.
inline constexpr std::size_t kFewestClusters = 30;

/// How samples that could not be measured count.
enum class CountMissing { kNot, kFor, kAgainst };

struct MeasureOptions {
  double alpha = 0.05;
  CountMissing missing = CountMissing::kNot;
  /// For Measurement::z; NaN: there is none.
  double limit = std::numeric_limits<double>::quiet_NaN();
};

struct Measurement {
  Estimate estimate = {};
  /// How far the estimate is from the limit, in standard errors of the method; NaN: not known.
  double z = std::numeric_limits<double>::quiet_NaN();
};

/// Throws as the functions of metrics.h do.
Measurement Measure(Metric metric, const Subject& subject, const MeasureOptions& options);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_MEASURE_H_
