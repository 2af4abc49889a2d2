// A limit beside the noise floor of the baseline that it compares with.
#ifndef GATETEST_SRC_VERDICT_NOISE_H_
#define GATETEST_SRC_VERDICT_NOISE_H_

#include <span>
#include <string>

#include "gatetest/verdict.h"

namespace gatetest::internal {

/// "the limit 0.9990 lies inside the noise floor: f16 against itself retains ...", or why there is
/// no floor; of a limit with two ends each that lies inside has a line. Empty where the limit lies
/// outside, or nobody asked. `baseline`: what messages call it.
std::string NoiseText(const Requirement& requirement, std::span<const Subject> subjects,
                      const std::string& baseline);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_NOISE_H_
