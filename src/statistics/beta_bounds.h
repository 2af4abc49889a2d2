// Clopper and Pearson for counts that need not be whole, as those of clustered samples are not.
#ifndef GATETEST_SRC_STATISTICS_BETA_BOUNDS_H_
#define GATETEST_SRC_STATISTICS_BETA_BOUNDS_H_

#include "gatetest/estimate.h"
#include "src/statistics/p_values.h"

namespace gatetest::internal {

/// The bounds of the share successes / (successes + failures), both at least 0 and not both 0.
Interval BetaBounds(double successes, double failures, double alpha);

/// Their inversion, as BinomialPValues describes it.
PValues BetaPValues(double successes, double failures, double limit);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STATISTICS_BETA_BOUNDS_H_
