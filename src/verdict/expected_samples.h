// What stopping early saves: how many samples a verdict is expected to need.
#ifndef GATETEST_SRC_VERDICT_EXPECTED_SAMPLES_H_
#define GATETEST_SRC_VERDICT_EXPECTED_SAMPLES_H_

#include <cstddef>

#include "src/verdict/decide.h"

namespace gatetest::internal {

/// A true value of the metric, and how many samples a verdict needs there on average.
struct ExpectedSamples {
  double value = 0.0;
  double samples = 0.0;
};

/// The value halfway between the limit and the best one (accuracy and retention 1, flips and loss
/// 0), and the value as far on the other side.
struct EarlyOutlook {
  ExpectedSamples cleared = {};
  ExpectedSamples missed = {};
};

/// What a baseline is taken for, of which nothing is known yet.
inline constexpr double kAssumedBaseline = 0.75;
inline constexpr double kAssumedGained = 0.025;  ///< Of all samples.

/// Drawn, always in the same way, for `samples` samples. Of a question that may end early
/// (CanBeSafeEarly).
EarlyOutlook OutlookOf(const Decidable& question, std::size_t samples);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_EXPECTED_SAMPLES_H_
