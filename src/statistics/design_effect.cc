#include "src/statistics/design_effect.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "src/statistics/beta_bounds.h"
#include "src/statistics/distributions.h"
#include "src/statistics/exact_sum.h"
#include "src/statistics/paired.h"

namespace gatetest::internal {
namespace {

double Squared(double x) { return x * x; }

/// Successes and failures as if independent.
struct Effective {
  double successes;
  double failures;
};

Effective EffectiveCounts(std::int64_t successes, std::int64_t trials, const Widening& widening,
                          double alpha) {
  const auto n = static_cast<double>(trials);
  const double few_clusters =
      Squared(UpperStudent(alpha, n - 1.0) / UpperStudent(alpha, widening.degrees));
  const double scale = few_clusters / widening.effect;
  return {.successes = scale * static_cast<double>(successes),
          .failures = scale * static_cast<double>(trials - successes)};
}

/// The standard errors of independent observations that a bound is away.
double Quantile(const Widening& widening, double alpha) {
  return UpperStudent(alpha, widening.degrees) * std::sqrt(widening.effect);
}

double Quantile(const Design& design, double alpha) {
  return std::min(Quantile(design.estimated, alpha), Quantile(design.worst, alpha));
}

/// Of two bounds that hold, the nearer ones.
Interval Narrower(const Interval& a, const Interval& b) {
  return {
      .lower = std::max(a.lower, b.lower), .upper = std::min(a.upper, b.upper), .alpha = a.alpha};
}

PValues Smaller(const PValues& a, const PValues& b) {
  return {.above = std::min(a.above, b.above), .below = std::min(a.below, b.below)};
}

}  // namespace

Design DesignOf(const ClusterCounts& counts, double variance) {
  constexpr double kAnyAlpha = 0.05;  // The standard error does not depend on it.
  const ClusterRatio ratio = ClusterRatioInterval(counts.values, counts.weights, kAnyAlpha);
  ExactSum weights;
  for (const double weight : counts.weights) weights.Add(weight);
  const double weight_sum = weights.Value();
  ExactSum sizes;
  ExactSum size_squares;
  ExactSum squares;
  ExactSum fourths;
  for (std::size_t d = 0; d < counts.values.size(); ++d) {
    sizes.Add(counts.sizes[d]);
    size_squares.Add(Squared(counts.sizes[d]));
    // How far the ratio moves when the cluster is left out, as in CR3.
    const double move =
        (counts.values[d] - ratio.ratio * counts.weights[d]) / (weight_sum - counts.weights[d]);
    squares.Add(Squared(move));
    fourths.Add(Squared(Squared(move)));
  }
  const double most_degrees = static_cast<double>(counts.values.size() - 1);
  Design design;
  design.worst = {.effect = std::max(size_squares.Value() / sizes.Value(), 1.0),
                  .degrees = most_degrees};
  if (!(variance > 0.0)) {
    design.estimated = design.worst;
    return design;
  }
  // Clusters that agree better than by chance have no spread but rounding errors.
  const double effect = Squared(ratio.standard_error) / variance;
  const double degrees = Squared(squares.Value()) / fourths.Value();
  design.estimated = {
      .effect = std::max(effect, 1.0),
      .degrees = effect > 1e-12 ? std::clamp(degrees, 1.0, most_degrees) : most_degrees};
  return design;
}

Interval ClusteredShare(std::int64_t successes, std::int64_t trials, const Design& design,
                        double alpha) {
  CheckAlpha("ClusteredShare", alpha);
  const auto bounds = [&](const Widening& widening) {
    const Effective counts = EffectiveCounts(successes, trials, widening, alpha);
    return BetaBounds(counts.successes, counts.failures, alpha);
  };
  return Narrower(bounds(design.estimated), bounds(design.worst));
}

PValues ClusteredSharePValues(std::int64_t successes, std::int64_t trials, const Design& design,
                              double limit, double alpha) {
  CheckAlpha("ClusteredSharePValues", alpha);
  const auto p_values = [&](const Widening& widening) {
    const Effective counts = EffectiveCounts(successes, trials, widening, alpha);
    return BetaPValues(counts.successes, counts.failures, limit);
  };
  return Smaller(p_values(design.estimated), p_values(design.worst));
}

Interval ClusteredRetention(const PairedCounts& counts, const Design& design, double alpha) {
  return TangBounds(counts, Quantile(design, alpha), alpha);
}

Interval ClusteredDifference(const PairedCounts& counts, const Design& design, double alpha) {
  return TangoBounds(counts, Quantile(design, alpha), alpha);
}

PValues ClusteredScorePValues(double statistic, const Design& design) {
  const auto p_values = [&](const Widening& widening) {
    return StudentPValues(statistic / std::sqrt(widening.effect), widening.degrees);
  };
  return Smaller(p_values(design.estimated), p_values(design.worst));
}

}  // namespace gatetest::internal
