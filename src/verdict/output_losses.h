// What a message says of what models wrote, and what it costs.
#ifndef GATETEST_SRC_VERDICT_OUTPUT_LOSSES_H_
#define GATETEST_SRC_VERDICT_OUTPUT_LOSSES_H_

#include <vector>

#include "src/verdict/losses.h"
#include "src/verdict/pairs.h"

namespace gatetest::internal {

/// Of a requirement on writing or cost whose metric could be measured. `several`: the pairs are of
/// several tasks. The groups and samples that keep the metric from its limit most come first: of
/// two limits from the one that the metric is nearer to, or beyond.
Losses FindOutputLosses(const Requirement& requirement, const std::vector<Pair>& pairs,
                        bool several);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_OUTPUT_LOSSES_H_
