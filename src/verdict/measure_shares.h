// Metrics of tasks whose samples are right or wrong: accuracy, retention, flips. At least one of
// the pairs is measured.
#ifndef GATETEST_SRC_VERDICT_MEASURE_SHARES_H_
#define GATETEST_SRC_VERDICT_MEASURE_SHARES_H_

#include <vector>

#include "src/verdict/measure.h"
#include "src/verdict/pairs.h"

namespace gatetest::internal {

Measurement MeasureAccuracy(const std::vector<Pair>& pairs, const MeasureOptions& options);
Measurement MeasureRetention(const std::vector<Pair>& pairs, const MeasureOptions& options);
Measurement MeasureFlips(const std::vector<Pair>& pairs, const MeasureOptions& options);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_MEASURE_SHARES_H_
