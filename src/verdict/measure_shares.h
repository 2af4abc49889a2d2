// Metrics of tasks whose samples are right or wrong, or in between: accuracy, retention, accuracy
// loss, flips.
#ifndef GATETEST_SRC_VERDICT_MEASURE_SHARES_H_
#define GATETEST_SRC_VERDICT_MEASURE_SHARES_H_

#include <vector>

#include "src/verdict/measure.h"
#include "src/verdict/pairs.h"

namespace gatetest::internal {

/// At least one of the pairs is measured.
Measurement MeasureShare(Metric metric, const std::vector<Pair>& pairs,
                         const MeasureOptions& options);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_MEASURE_SHARES_H_
