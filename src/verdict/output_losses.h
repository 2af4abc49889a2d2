// What a message says of what models wrote, and what it costs.
#ifndef GATETEST_SRC_VERDICT_OUTPUT_LOSSES_H_
#define GATETEST_SRC_VERDICT_OUTPUT_LOSSES_H_

#include <vector>

#include "src/verdict/losses.h"
#include "src/verdict/pairs.h"

namespace gatetest::internal {

/// Of a metric of writing or cost that could be measured. `several`: the pairs are of several
/// tasks.
Losses FindOutputLosses(Metric metric, const std::vector<Pair>& pairs, bool several);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_OUTPUT_LOSSES_H_
