// The score statistics for pairs: their variances, for counts as well as for shares (plans), and
// bounds at any quantile.
#ifndef GATETEST_SRC_STATISTICS_PAIRED_H_
#define GATETEST_SRC_STATISTICS_PAIRED_H_

#include "gatetest/intervals.h"

namespace gatetest::internal {

/// The variance of candidate - ratio * baseline right, at the maximum-likelihood estimate under H0
/// that retention is `ratio` > 0: Tang, Tang and Chan (2003). Of counts, or of shares for one pair.
double TangVariance(double both, double lost, double gained, double ratio);

/// The variance of candidate - baseline right likewise, under H0 that the difference of their
/// shares is `difference`, in (-1, 1), for `same` + lost + gained pairs: Tango (1998).
double TangoVariance(double same, double lost, double gained, double difference);

/// The ratios, or differences, where the score statistic is from -z to z, z > 0; `alpha` is only
/// noted in the interval. Throw as TangRetention and TangoDifference do.
/// @{
Interval TangBounds(const PairedCounts& counts, double z, double alpha);
Interval TangoBounds(const PairedCounts& counts, double z, double alpha);
/// @}

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STATISTICS_PAIRED_H_
