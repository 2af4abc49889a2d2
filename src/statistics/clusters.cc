#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "gatetest/intervals.h"
#include "src/statistics/distributions.h"
#include "src/statistics/exact_sum.h"

namespace gatetest {
namespace {

using internal::ExactSum;
using internal::ThrowInvalid;

// Everything below is a sum over clusters, and exact: the order of the clusters changes no bit.
struct Totals {
  double values = 0.0;
  double weights = 0.0;

  double ratio() const { return values / weights; }
  // e/(1-h)/T = e/(T - T_d): how far the ratio moves when the cluster is left out.
  double Move(double value, double weight) const {
    return (value - ratio() * weight) / (weights - weight);
  }
};

Totals AddUp(const char* where, std::span<const double> values, std::span<const double> weights) {
  if (values.size() != weights.size()) {
    ThrowInvalid(fmt::format("{}: {} values but {} weights; give one of each for every cluster",
                             where, values.size(), weights.size()));
  }
  if (values.size() < 2) {
    ThrowInvalid(
        fmt::format("{}: a standard error needs at least 2 clusters, got {}; "
                    "evaluate more documents, or cut them into shorter windows",
                    where, values.size()));
  }
  ExactSum value_sum;
  ExactSum weight_sum;
  for (std::size_t d = 0; d < values.size(); ++d) {
    if (!std::isfinite(values[d])) {
      ThrowInvalid(
          fmt::format("{}: values[{}] is {}; every cluster needs a "
                      "finite sum: find the observation behind it",
                      where, d, values[d]));
    }
    if (!(weights[d] >= 0.0 && std::isfinite(weights[d]))) {
      ThrowInvalid(
          fmt::format("{}: weights[{}] is {}; every weight must be "
                      "finite and not negative",
                      where, d, weights[d]));
    }
    value_sum.Add(values[d]);
    weight_sum.Add(weights[d]);
  }
  return {.values = value_sum.Value(), .weights = weight_sum.Value()};
}

void CheckBounds(const char* where, double lower, double upper, const Totals& totals,
                 std::span<const double> weights) {
  if (std::isfinite(lower) && std::isfinite(upper)) return;
  ThrowInvalid(fmt::format(
      "{}: no finite interval (sum of values {}, sum of weights "
      "{}, largest weight {}); one cluster outweighs all others, or values or alpha "
      "are beyond what double can hold: split the cluster or check the sums",
      where, totals.values, totals.weights, *std::max_element(weights.begin(), weights.end())));
}

}  // namespace

ClusterRatio ClusterRatioInterval(std::span<const double> values, std::span<const double> weights,
                                  double alpha) {
  internal::CheckAlpha("ClusterRatioInterval", alpha);
  const Totals totals = AddUp("ClusterRatioInterval", values, weights);
  ExactSum squares;
  for (std::size_t d = 0; d < values.size(); ++d) {
    const double move = totals.Move(values[d], weights[d]);
    squares.Add(move * move);
  }
  const double degrees = static_cast<double>(values.size() - 1);
  ClusterRatio result;
  result.ratio = totals.ratio();
  result.standard_error = std::sqrt(degrees / (degrees + 1.0) * squares.Value());
  const double margin = internal::UpperStudent(alpha, degrees) * result.standard_error;
  result.lower = result.ratio - margin;
  result.upper = result.ratio + margin;
  CheckBounds("ClusterRatioInterval", result.lower, result.upper, totals, weights);
  return result;
}

SkewedRatio HallRatioInterval(std::span<const double> values, std::span<const double> weights,
                              double alpha) {
  internal::CheckAlpha("HallRatioInterval", alpha);
  const Totals totals = AddUp("HallRatioInterval", values, weights);
  const double clusters = static_cast<double>(values.size());

  std::vector<double> deviations(values.size());  // psi - ratio, then psi - mean(psi).
  ExactSum sum;
  for (std::size_t d = 0; d < values.size(); ++d) {
    deviations[d] = clusters * totals.Move(values[d], weights[d]);
    sum.Add(deviations[d]);
  }
  const double mean = sum.Value() / clusters;
  ExactSum squares;
  for (double& deviation : deviations) {
    deviation -= mean;
    squares.Add(deviation * deviation);
  }
  const double spread = std::sqrt(squares.Value() / clusters);
  SkewedRatio result;
  result.ratio = totals.ratio();
  if (spread > 0.0) {
    ExactSum cubes;
    for (const double deviation : deviations) {
      const double unit = deviation / spread;
      cubes.Add(unit * unit * unit);
    }
    result.skewness = cubes.Value() / clusters;
  }

  // With c = cbrt(1+u), c - 1 = u/(c^2 + c + 1), so that G needs no division by the skewness, and
  // without any it is y.
  const auto transform = [&](double y) {
    const double shifted = y - result.skewness / (6.0 * clusters);
    const double c = std::cbrt(1.0 + result.skewness * shifted);
    return 3.0 * shifted / (c * c + c + 1.0);
  };
  const double y = internal::UpperStudent(alpha, clusters - 1.0) / std::sqrt(clusters);
  const double deviation = std::sqrt(squares.Value() / (clusters - 1.0));
  result.lower = result.ratio - deviation * transform(y);
  result.upper = result.ratio - deviation * transform(-y);
  CheckBounds("HallRatioInterval", result.lower, result.upper, totals, weights);
  return result;
}

}  // namespace gatetest
