#include <cstdint>

#include "gatetest/intervals.h"
#include "src/statistics/distributions.h"
#include "src/statistics/p_values.h"

namespace gatetest {

Interval ClopperPearson(std::int64_t successes, std::int64_t trials, double alpha) {
  internal::CheckAlpha("ClopperPearson", alpha);
  internal::CheckTrials("ClopperPearson", successes, trials);
  const double k = static_cast<double>(successes);
  const double failures = static_cast<double>(trials - successes);
  Interval interval{.lower = 0.0, .upper = 1.0, .alpha = alpha};
  if (successes > 0) {
    interval.lower = boost::math::quantile(internal::Beta(k, failures + 1.0), alpha);
  }
  if (successes < trials) {
    interval.upper =
        boost::math::quantile(boost::math::complement(internal::Beta(k + 1.0, failures), alpha));
  }
  return interval;
}

}  // namespace gatetest
