#include <cstdint>

#include "gatetest/intervals.h"
#include "src/statistics/beta_bounds.h"
#include "src/statistics/distributions.h"
#include "src/statistics/p_values.h"

namespace gatetest {

Interval ClopperPearson(std::int64_t successes, std::int64_t trials, double alpha) {
  internal::CheckAlpha("ClopperPearson", alpha);
  internal::CheckTrials("ClopperPearson", successes, trials);
  return internal::BetaBounds(static_cast<double>(successes),
                              static_cast<double>(trials - successes), alpha);
}

}  // namespace gatetest
