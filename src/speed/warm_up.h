// What is asked of a model before the first request that counts.
#ifndef GATETEST_SRC_SPEED_WARM_UP_H_
#define GATETEST_SRC_SPEED_WARM_UP_H_

#include <cstddef>
#include <vector>

#include "src/speed/prompts.h"
#include "src/speed/request_timer.h"

namespace gatetest::internal {

/// Asks `count` of the prompts, from the last, so that the first are as new to the model as all
/// others; with so many at a time as it will be measured, and then at least as many. Returns how
/// long those took that were answered, in seconds. Throws Error(kModelFailed) when none was, or
/// when nothing more can be asked.
std::vector<double> WarmUp(RequestTimer& timer, const Prompts& prompts, std::size_t count,
                           std::size_t at_a_time);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_SPEED_WARM_UP_H_
