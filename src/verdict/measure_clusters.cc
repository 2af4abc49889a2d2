#include "src/verdict/measure_clusters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gatetest/intervals.h"
#include "gatetest/planning.h"
#include "src/statistics/exact_sum.h"

namespace gatetest::internal {
namespace {

double Sum(const std::vector<double>& values) {
  ExactSum sum;
  for (const double value : values) sum.Add(value);
  return sum.Value();
}

/// How far the value is from the limit. Sums of decimals and of logarithms carry rounding errors;
/// what they could be is exactly at the limit, and so not beyond it.
double Distance(double value, double limit) {
  constexpr double kSumsRound = 1e-12;
  const double distance = value - limit;
  return std::abs(distance) <= kSumsRound * std::max(std::abs(value), std::abs(limit)) ? 0.0
                                                                                       : distance;
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
    if (Distance(value_, limit) == 0.0) return {};
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

/// More than rounding errors.
bool HasSpread(const ClusterRatio& ratio) {
  constexpr double kSpreadsRound = 1e-13;
  return ratio.standard_error > kSpreadsRound * std::max(std::abs(ratio.ratio), 1.0);
}

}  // namespace

void DropEmpty(ClusterCounts& counts) {
  std::size_t kept = 0;
  for (std::size_t d = 0; d < counts.values.size(); ++d) {
    if (counts.weights[d] == 0.0 && counts.values[d] == 0.0) continue;
    counts.values[kept] = counts.values[d];
    counts.weights[kept] = counts.weights[d];
    if (!counts.sizes.empty()) counts.sizes[kept] = counts.sizes[d];
    ++kept;
  }
  counts.values.resize(kept);
  counts.weights.resize(kept);
  counts.sizes.resize(std::min(counts.sizes.size(), kept));
}

std::string WhyNoInterval(const ClusterSums& sums) {
  const std::vector<double>& weights = sums.counts.weights;
  if (std::isinf(Sum(sums.counts.values))) return "a token has probability 0";
  if (weights.size() < 2) return fmt::format("too few {} to show a spread", sums.observations);
  const double heaviest = *std::max_element(weights.begin(), weights.end());
  return Sum(weights) - heaviest > 0.0 ? ""
                                       : fmt::format("one of {} {} carries all the weight",
                                                     weights.size(), sums.observations);
}

Measurement MeasureClusters(const ClusterSums& sums, Support support, double limit, double alpha) {
  Measurement measurement;
  Estimate& estimate = measurement.estimate;
  const ClusterCounts& counts = sums.counts;
  const double weight = Sum(counts.weights);
  estimate.value = Sum(counts.values) / weight;
  estimate.n = counts.values.size();
  estimate.observations = sums.observations;
  estimate.method = "cluster t (CR3)";
  measurement.impossible = std::isinf(estimate.value);
  measurement.distance = Distance(estimate.value, limit);
  RequireObservations(measurement, kFewestClusters);
  estimate.no_interval = WhyNoInterval(sums);
  if (!estimate.no_interval.empty()) return measurement;
  const ClusterRatio ratio = ClusterRatioInterval(counts.values, counts.weights, alpha);
  if (support == Support::kUnbounded || HasSpread(ratio)) {
    estimate.interval = Interval{.lower = ratio.lower, .upper = ratio.upper, .alpha = alpha};
    measurement.z = measurement.distance / ratio.standard_error;
    measurement.p = StudentPValues(measurement.z, static_cast<double>(estimate.n - 1));
    return measurement;
  }
  const double scores = counts.sizes.empty() ? static_cast<double>(estimate.n) : Sum(counts.sizes);
  const AllAlike alike(support, estimate.value, weight / scores, estimate.n);
  estimate.interval = alike.Bounds(alpha);
  estimate.method = "Clopper-Pearson, all are alike";
  measurement.p = alike.Against(limit);
  return measurement;
}

}  // namespace gatetest::internal
