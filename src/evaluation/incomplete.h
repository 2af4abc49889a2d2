// Whether an evaluation has an outcome of every sample it was to ask.
#ifndef GATETEST_SRC_EVALUATION_INCOMPLETE_H_
#define GATETEST_SRC_EVALUATION_INCOMPLETE_H_

#include <string>

#include "gatetest/evaluation.h"

namespace gatetest::internal {

/// Why some of its samples, or all, were not measured: "2 of 40 samples could not be measured; the
/// first: sample \"7\": ...". Empty when all were.
std::string WhyIncomplete(const Evaluation& evaluation);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_EVALUATION_INCOMPLETE_H_
