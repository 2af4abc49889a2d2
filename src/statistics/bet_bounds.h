// The bounds of a confidence sequence: the limits that bets on what was seen do not rule out.
#ifndef GATETEST_SRC_STATISTICS_BET_BOUNDS_H_
#define GATETEST_SRC_STATISTICS_BET_BOUNDS_H_

#include <functional>

#include "gatetest/estimate.h"
#include "gatetest/sequential.h"

namespace gatetest::internal {

/// ln of the capital of bets against a limit; infinite where what was seen rules it out.
using CapitalAt = std::function<double(double limit)>;

/// Of the limits that can be.
struct BetRange {
  double lowest = 0.0;
  double highest = 1.0;
};

/// `above`: of bets against "at most this limit", which falls as the limit grows; `not_above`: of
/// bets against "at least this limit", which grows. A bound that nothing rules out is the range's.
Interval BetBounds(const BetRange& range, double alpha, const CapitalAt& above,
                   const CapitalAt& not_above);

/// As CapitalAt wants it.
double CapitalOf(const Bets& bets);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STATISTICS_BET_BOUNDS_H_
