#include "src/statistics/design_effect.h"

#include <algorithm>
#include <cmath>

#include "src/statistics/distributions.h"
#include "src/statistics/exact_sum.h"

namespace gatetest::internal {
namespace {

double Squared(double x) { return x * x; }

/// Trials and successes as if independent.
struct Effective {
  double successes;
  double failures;
};

Effective EffectiveCounts(std::int64_t successes, std::int64_t trials, const Design& design,
                          double alpha) {
  const auto n = static_cast<double>(trials);
  const double few_clusters =
      Squared(UpperStudent(alpha, n - 1.0) / UpperStudent(alpha, design.degrees));
  const double scale = few_clusters / design.effect;
  return {.successes = scale * static_cast<double>(successes),
          .failures = scale * static_cast<double>(trials - successes)};
}

/// The one-sided alpha of a normal interval whose half is `z` standard errors.
double AlphaOf(double z) {
  return std::max(boost::math::cdf(boost::math::complement(Normal(), z)), 1e-300);
}

double WidenedAlpha(const Design& design, double alpha) {
  const double t = UpperStudent(alpha, design.degrees);
  return AlphaOf(t * std::sqrt(design.effect));
}

}  // namespace

Design DesignOf(const ClusterCounts& counts, double variance) {
  constexpr double kAnyAlpha = 0.05;  // The standard error does not depend on it.
  const ClusterRatio ratio = ClusterRatioInterval(counts.values, counts.weights, kAnyAlpha);
  ExactSum weights;
  for (const double weight : counts.weights) weights.Add(weight);
  const double weight_sum = weights.Value();
  ExactSum observations;
  ExactSum size_squares;
  ExactSum squares;
  ExactSum fourths;
  for (std::size_t d = 0; d < counts.values.size(); ++d) {
    observations.Add(counts.sizes[d]);
    size_squares.Add(Squared(counts.sizes[d]));
    // How far the ratio moves when the cluster is left out, as in CR3.
    const double move =
        (counts.values[d] - ratio.ratio * counts.weights[d]) / (weight_sum - counts.weights[d]);
    squares.Add(Squared(move));
    fourths.Add(Squared(Squared(move)));
  }
  const double most_degrees = static_cast<double>(counts.values.size() - 1);
  if (!(variance > 0.0 && ratio.standard_error > 0.0)) {
    return {.effect = std::max(size_squares.Value() / observations.Value(), 1.0),
            .degrees = most_degrees};
  }
  return {.effect = std::max(Squared(ratio.standard_error) / variance, 1.0),
          .degrees = std::clamp(Squared(squares.Value()) / fourths.Value(), 1.0, most_degrees)};
}

Interval ClusteredShare(std::int64_t successes, std::int64_t trials, const Design& design,
                        double alpha) {
  CheckAlpha("ClusteredShare", alpha);
  const Effective counts = EffectiveCounts(successes, trials, design, alpha);
  Interval interval{.lower = 0.0, .upper = 1.0, .alpha = alpha};
  if (successes > 0) {
    interval.lower = boost::math::quantile(Beta(counts.successes, counts.failures + 1.0), alpha);
  }
  if (successes < trials) {
    interval.upper = boost::math::quantile(
        boost::math::complement(Beta(counts.successes + 1.0, counts.failures), alpha));
  }
  return interval;
}

PValues ClusteredSharePValues(std::int64_t successes, std::int64_t trials, const Design& design,
                              double limit, double alpha) {
  CheckAlpha("ClusteredSharePValues", alpha);
  PValues p;
  if (std::isnan(limit)) return p;
  if (limit < 0.0 || (limit == 0.0 && successes > 0)) return {.above = 0.0, .below = 1.0};
  if (limit > 1.0 || (limit == 1.0 && successes < trials)) return {.above = 1.0, .below = 0.0};
  if (limit == 0.0 || limit == 1.0) return p;
  const Effective counts = EffectiveCounts(successes, trials, design, alpha);
  if (successes > 0) {
    p.above = boost::math::cdf(Beta(counts.successes, counts.failures + 1.0), limit);
  }
  if (successes < trials) {
    p.below = boost::math::cdf(
        boost::math::complement(Beta(counts.successes + 1.0, counts.failures), limit));
  }
  return p;
}

Interval ClusteredRetention(const PairedCounts& counts, const Design& design, double alpha) {
  Interval interval = TangRetention(counts, WidenedAlpha(design, alpha));
  interval.alpha = alpha;
  return interval;
}

Interval ClusteredDifference(const PairedCounts& counts, const Design& design, double alpha) {
  Interval interval = TangoDifference(counts, WidenedAlpha(design, alpha));
  interval.alpha = alpha;
  return interval;
}

PValues ClusteredScorePValues(double statistic, const Design& design) {
  return StudentPValues(statistic / std::sqrt(design.effect), design.degrees);
}

}  // namespace gatetest::internal
