// Intervals of counts whose observations come in clusters. A cluster t interval of shares holds
// nothing near 0 and 1 (at a share of 0.99 and 300 clusters its lower bound is wrong in 20% of all
// cases where it promises 5%, and with fewer more often), so the methods for independent
// observations are used, made wider by the design effect: how many times larger the clusters make
// the variance. (Korn and Graubard, Survey Methodology 24, 1998; Rao and Scott, Biometrics 48,
// 1992.)
#ifndef GATETEST_SRC_STATISTICS_DESIGN_EFFECT_H_
#define GATETEST_SRC_STATISTICS_DESIGN_EFFECT_H_

#include <cstdint>
#include <vector>

#include "gatetest/estimate.h"
#include "gatetest/intervals.h"
#include "src/statistics/p_values.h"

namespace gatetest::internal {

/// How much wider clusters make an interval.
struct Widening {
  double effect = 1.0;   ///< Variance by clusters / variance if independent; at least 1.
  double degrees = 1.0;  ///< Of freedom of Student's t, from 1 to clusters - 1.
};

/// Observations in clusters.
struct Design {
  /// By the spread of the clusters. With few wrong answers that rests on the few clusters that have
  /// them, so its degrees are (sum u^2)^2 / sum u^4 over what each cluster adds (Satterthwaite
  /// 1946; for clusters Bell and McCaffrey 2002). With clusters - 1 in their place a lower bound
  /// near 1 would be wrong in up to 15% where it promises 5%.
  Widening estimated = {};
  /// If all observations of a cluster were of one mind: effect sum(size^2) / sum(size). Nothing is
  /// wider than that, so where the estimate is, this is used.
  Widening worst = {};
};

/// One entry a cluster.
struct ClusterCounts {
  std::vector<double> values = {};   ///< Sums.
  std::vector<double> weights = {};  ///< Sums; the ratio is that of the two.
  std::vector<double> sizes = {};    ///< Observations.
};

/// The design of the ratio sum(values) / sum(weights); `variance` is that of the ratio if
/// observations were independent. 0 (all are right, nothing was lost) tells nothing of how alike
/// clusters are: the worst is taken. Throws as ClusterRatioInterval does (fewer than 2 clusters,
/// one that has all the weight).
Design DesignOf(const ClusterCounts& counts, double variance);

/// A share: Clopper and Pearson at the effective number of trials,
/// trials / effect * (t(1-alpha, trials-1) / t(1-alpha, degrees))^2. As that depends on alpha, a
/// p-value is to be compared with the alpha that it is made for.
/// @{
Interval ClusteredShare(std::int64_t successes, std::int64_t trials, const Design& design,
                        double alpha);
PValues ClusteredSharePValues(std::int64_t successes, std::int64_t trials, const Design& design,
                              double limit, double alpha);
/// @}

/// Tang's and Tango's score statistics, divided by the root of the design effect, against the
/// quantiles of t with the design's degrees of freedom.
/// @{
Interval ClusteredRetention(const PairedCounts& counts, const Design& design, double alpha);
Interval ClusteredDifference(const PairedCounts& counts, const Design& design, double alpha);
PValues ClusteredScorePValues(double statistic, const Design& design);
/// @}

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STATISTICS_DESIGN_EFFECT_H_
