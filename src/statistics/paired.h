// The variances of the score statistics for pairs, for counts as well as for shares (plans).
#ifndef GATETEST_SRC_STATISTICS_PAIRED_H_
#define GATETEST_SRC_STATISTICS_PAIRED_H_

namespace gatetest::internal {

/// The variance of candidate - ratio * baseline right, at the maximum-likelihood estimate under H0
/// that retention is `ratio` > 0: Tang, Tang and Chan (2003). Of counts, or of shares for one pair.
double TangVariance(double both, double lost, double gained, double ratio);

/// The variance of candidate - baseline right likewise, under H0 that the difference of their
/// shares is `difference`, in (-1, 1), for `same` + lost + gained pairs: Tango (1998).
double TangoVariance(double same, double lost, double gained, double difference);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STATISTICS_PAIRED_H_
