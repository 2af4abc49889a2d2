#include "src/statistics/beta_bounds.h"

#include <boost/math/special_functions/beta.hpp>
#include <cmath>

#include "src/statistics/distributions.h"

namespace gatetest::internal {

Interval BetaBounds(double successes, double failures, double alpha) {
  Interval interval{.lower = 0.0, .upper = 1.0, .alpha = alpha};
  if (successes > 0.0) {
    interval.lower = boost::math::quantile(Beta(successes, failures + 1.0), alpha);
  }
  if (failures > 0.0) {
    interval.upper =
        boost::math::quantile(boost::math::complement(Beta(successes + 1.0, failures), alpha));
  }
  return interval;
}

PValues BetaPValues(double successes, double failures, double limit) {
  if (std::isnan(limit)) return {};
  if (limit < 0.0) return {.above = 0.0, .below = 1.0};
  if (limit > 1.0) return {.above = 1.0, .below = 0.0};
  PValues p;
  if (successes > 0.0) p.above = boost::math::ibeta(successes, failures + 1.0, limit, Quiet());
  if (failures > 0.0) p.below = boost::math::ibetac(successes + 1.0, failures, limit, Quiet());
  return p;
}

}  // namespace gatetest::internal
