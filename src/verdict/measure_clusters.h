// Metrics that are ratios of sums over clusters of observations that depend on each other.
#ifndef GATETEST_SRC_VERDICT_MEASURE_CLUSTERS_H_
#define GATETEST_SRC_VERDICT_MEASURE_CLUSTERS_H_

#include <string>

#include "src/statistics/design_effect.h"
#include "src/verdict/measure.h"

namespace gatetest::internal {

struct ClusterSums {
  ClusterCounts counts = {};      ///< Without sizes where one is as good as another.
  std::string observations = {};  ///< What the clusters are: "windows".
};

/// What the value and weight of one score can be. Where all clusters are alike, a standard
/// error of 0 says nothing of clusters that were not seen; these bounds do.
enum class Support {
  kUnbounded,   ///< Log-probabilities: what is equal to the last digit is so for a reason.
  kShare,       ///< From 0 to 1, of weight 1: scores.
  kDifference,  ///< From -1 to 1, of weight 1: differences of two scores.
  kQuotient,    ///< From 0 to 1, and the weight too: two scores.
};

/// Drops clusters that have neither value nor weight: they are no evidence of anything, and do not
/// count as clusters.
void DropEmpty(ClusterCounts& counts);

/// Why these sums can have no interval (an infinite value, one cluster); empty: they can.
std::string WhyNoInterval(const ClusterSums& sums);

/// sum(values) / sum(weights) with the cluster t interval (CR3), not to be relied on below 30
/// clusters. `limit` is on the scale of that quotient. The sum of weights is above 0, `alpha` in
/// (0, 0.5).
Measurement MeasureClusters(const ClusterSums& sums, Support support, double limit, double alpha);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_MEASURE_CLUSTERS_H_
