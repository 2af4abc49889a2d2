#include "src/verdict/measure_clusters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gatetest/error.h"
#include "gatetest/intervals.h"
#include "src/statistics/exact_sum.h"

namespace gatetest::internal {
namespace {

double Sum(const std::vector<double>& values) {
  ExactSum sum;
  for (const double value : values) sum.Add(value);
  return sum.Value();
}

/// D clusters that are all alike. With probability 1 - alpha at most the share
/// u = 1 - alpha^(1/D) of all clusters is different (Clopper and Pearson at 0 of D), and those have
/// the lowest, or the highest, value that there can be. Clusters count as of equal size.
class AllAlike {
 public:
  AllAlike(Support support, double value, double mean_weight, std::size_t clusters)
      : support_(support),
        value_(value),
        mean_weight_(mean_weight),
        clusters_(static_cast<double>(clusters)) {}

  Interval Bounds(double alpha) const {
    const double u = -std::expm1(std::log(alpha) / clusters_);
    const double alike = value_ * (1.0 - u);
    switch (support_) {
      case Support::kUnbounded:
        break;
      case Support::kShare:
        return {.lower = alike, .upper = alike + u, .alpha = alpha};
      case Support::kDifference:
        return {.lower = alike - u, .upper = alike + u, .alpha = alpha};
      case Support::kQuotient: {
        const double weight = mean_weight_ * (1.0 - u);
        return {.lower = value_ * weight / (weight + u),
                .upper = (value_ * weight + u) / weight,
                .alpha = alpha};
      }
    }
    return {.lower = value_, .upper = value_, .alpha = alpha};
  }

  /// The alphas at which the bounds reach `limit`.
  PValues Against(double limit) const {
    if (limit == value_) return {};
    const double alike = Alike(limit);
    const double p = std::pow(std::clamp(alike, 0.0, 1.0), clusters_);
    return limit < value_ ? PValues{.above = p, .below = 1.0} : PValues{.above = 1.0, .below = p};
  }

 private:
  /// The share of clusters like those seen, 1 - u, that has its bound at `limit`.
  double Alike(double limit) const {
    const bool above = limit < value_;
    switch (support_) {
      case Support::kUnbounded:
        return 0.0;
      case Support::kShare:
        return above ? limit / value_ : (1.0 - limit) / (1.0 - value_);
      case Support::kDifference:
        return above ? (1.0 + limit) / (1.0 + value_) : (1.0 - limit) / (1.0 - value_);
      case Support::kQuotient: {
        const double x = std::abs(value_ - limit) * mean_weight_;
        return above ? limit / (limit + x) : 1.0 / (1.0 + x);
      }
    }
    return 1.0;
  }

  const Support support_;
  const double value_, mean_weight_, clusters_;
};

}  // namespace

Measurement MeasureClusters(const ClusterSums& sums, Support support, double limit, double alpha) {
  Measurement measurement;
  Estimate& estimate = measurement.estimate;
  const ClusterCounts& counts = sums.counts;
  const double weight = Sum(counts.weights);
  estimate.value = Sum(counts.values) / weight;
  estimate.n = counts.values.size();
  estimate.observations = sums.observations;
  estimate.method = "cluster t (CR3)";
  measurement.distance = estimate.value - limit;
  RequireObservations(measurement, kFewestClusters);
  if (std::isinf(estimate.value)) {
    estimate.no_interval = "a token has probability 0";
    return measurement;
  }
  try {
    const ClusterRatio ratio = ClusterRatioInterval(counts.values, counts.weights, alpha);
    if (ratio.standard_error > 0.0) {
      estimate.interval = Interval{.lower = ratio.lower, .upper = ratio.upper, .alpha = alpha};
      measurement.z = measurement.distance / ratio.standard_error;
      measurement.p = StudentPValues(measurement.z, static_cast<double>(estimate.n - 1));
    } else {
      const double scores =
          counts.sizes.empty() ? static_cast<double>(estimate.n) : Sum(counts.sizes);
      const AllAlike alike(support, estimate.value, weight / scores, estimate.n);
      estimate.interval = alike.Bounds(alpha);
      estimate.method =
          support == Support::kUnbounded ? estimate.method : "Clopper-Pearson, all are alike";
      measurement.p = alike.Against(limit);
    }
  } catch (const Error&) {
    estimate.no_interval =
        estimate.n < 2
            ? fmt::format("too few {} to show a spread", estimate.observations)
            : fmt::format("one of {} {} carries all the weight", estimate.n, estimate.observations);
  }
  return measurement;
}

}  // namespace gatetest::internal
