#include "gatetest/intervals.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "gatetest/error.h"

namespace gatetest {
namespace {

namespace policies = boost::math::policies;

// Boost reports by value (infinity, its best approximation), never by a std:: exception: arguments
// are checked here first, and results where they can overflow.
using Quiet = policies::policy<policies::domain_error<policies::ignore_error>,
                               policies::overflow_error<policies::ignore_error>,
                               policies::evaluation_error<policies::ignore_error>>;
using Beta = boost::math::beta_distribution<double, Quiet>;
using Normal = boost::math::normal_distribution<double, Quiet>;
using StudentsT = boost::math::students_t_distribution<double, Quiet>;

[[noreturn]] void ThrowInvalid(const std::string& message) {
  throw Error(ErrorCode::kInvalidArgument, message);
}

// Written so that NaN fails.
void CheckAlpha(const char* where, double alpha) {
  if (!(alpha > 0.0 && alpha < 0.5)) {
    ThrowInvalid(
        fmt::format("{}: alpha is {}; give the one-sided error of each bound, above 0 and below "
                    "0.5 (0.05 makes a 90% interval)",
                    where, alpha));
  }
}

// z(1-alpha) by symmetry: 1 - alpha would lose a small alpha.
double UpperNormal(double alpha) { return -boost::math::quantile(Normal(), alpha); }

void CheckPaired(const char* where, const PairedCounts& counts) {
  for (const auto& [name, count] :
       {std::pair{"both", counts.both}, std::pair{"lost", counts.lost},
        std::pair{"gained", counts.gained}, std::pair{"neither", counts.neither}}) {
    if (count < 0) {
      ThrowInvalid(
          fmt::format("{}: {} is {}; a count of samples cannot be negative: check how the "
                      "pairs were counted",
                      where, name, count));
    }
  }
  if (counts.both == 0 && counts.lost == 0) {
    throw Error(ErrorCode::kUndefined,
                "retention is undefined: the baseline has nothing right; check the task and the "
                "baseline model, or set a limit on accuracy instead");
  }
}

// T(r) = (xc - r xb) / sqrt(V), V the variance of c - r b at the maximum-likelihood estimate under
// H0. Nam and Blackwelder give V through the root q of a quadratic, a difference of almost equal
// terms for small r and for few discordant pairs. Eliminating q leaves, with m = both+lost+gained,
//
//   V = r m (both (1-r)^2 + s + H) / (both (1+r^2) + s + H),
//   s = gained + r^2 lost,  H^2 = (xc - r^2 xb)^2 + 4 r^2 lost gained,
//
// a quotient of sums of terms >= 0, so it is exact to rounding at every ratio and count.
class TangScore {
 public:
  explicit TangScore(const PairedCounts& counts)
      : both_(static_cast<double>(counts.both)),
        lost_(static_cast<double>(counts.lost)),
        gained_(static_cast<double>(counts.gained)) {}

  double ratio() const { return (both_ + gained_) / (both_ + lost_); }

  double operator()(double r) const {
    const double distance = both_ * (1.0 - r) + gained_ - r * lost_;
    if (distance == 0.0) return 0.0;  // Also where V = 0 too, and T tends to 0.
    const double discordant = gained_ + r * r * lost_;
    const double root = std::hypot(both_ * (1.0 - r) * (1.0 + r) + gained_ - r * r * lost_,
                                   2.0 * r * std::sqrt(lost_ * gained_));
    const double share = (both_ * (1.0 - r) * (1.0 - r) + discordant + root) /
                         (both_ * (1.0 + r * r) + discordant + root);
    return distance / std::sqrt(r * (both_ + lost_ + gained_) * share);
  }

 private:
  double both_, lost_, gained_;
};

// The ends of the final bracket [low, high] of T = target, equal to a few units in the last place.
// T(low) > target > T(high) must hold.
std::pair<double, double> SolveTang(const TangScore& score, double target, double low,
                                    double high) {
  std::uintmax_t iterations = 500;
  return boost::math::tools::toms748_solve(
      [&](double r) { return score(r) - target; }, low, high,
      boost::math::tools::eps_tolerance<double>(std::numeric_limits<double>::digits), iterations,
      Quiet());
}

}  // namespace

Interval ClopperPearson(std::int64_t successes, std::int64_t trials, double alpha) {
  CheckAlpha("ClopperPearson", alpha);
  if (trials <= 0 || successes < 0 || successes > trials) {
    ThrowInvalid(
        fmt::format("ClopperPearson: {} successes of {} trials; give at least one trial "
                    "and between 0 and that many successes",
                    successes, trials));
  }
  const double k = static_cast<double>(successes);
  const double failures = static_cast<double>(trials - successes);
  Interval interval{.lower = 0.0, .upper = 1.0, .alpha = alpha};
  if (successes > 0) interval.lower = boost::math::quantile(Beta(k, failures + 1.0), alpha);
  if (successes < trials) {
    interval.upper = boost::math::quantile(boost::math::complement(Beta(k + 1.0, failures), alpha));
  }
  return interval;
}

double TangStatistic(const PairedCounts& counts, double ratio) {
  CheckPaired("TangStatistic", counts);
  if (!(ratio >= 1e-100 && ratio <= 1e100)) {  // Beyond, its square leaves the range of double.
    ThrowInvalid(
        fmt::format("TangStatistic: ratio is {}; give the retention to test against, "
                    "such as 0.9 (from 1e-100 to 1e100)",
                    ratio));
  }
  return TangScore(counts)(ratio);
}

Interval TangRetention(const PairedCounts& counts, double alpha) {
  CheckAlpha("TangRetention", alpha);
  CheckPaired("TangRetention", counts);
  const TangScore score(counts);
  const double z = UpperNormal(alpha);
  const double ratio = score.ratio();

  // T runs from +infinity (0 when the candidate has nothing right) through 0 at the observed ratio
  // to -infinity. Each bracket reaches past that ratio, where rounding cannot spoil the sign.
  Interval interval{.lower = 0.0, .upper = 0.0, .alpha = alpha};
  if (ratio > 0.0) {
    double low = ratio / 2.0;
    while (score(low) <= z) low /= 2.0;
    interval.lower = SolveTang(score, z, low, 2.0 * ratio).first;
  }
  double high = ratio > 0.0 ? 2.0 * ratio : 1.0;
  while (score(high) >= -z) high *= 2.0;
  interval.upper = SolveTang(score, -z, ratio / 2.0, high).second;
  return interval;
}

ClusterRatio ClusterRatioInterval(std::span<const double> values, std::span<const double> weights,
                                  double alpha) {
  CheckAlpha("ClusterRatioInterval", alpha);
  if (values.size() != weights.size()) {
    ThrowInvalid(
        fmt::format("ClusterRatioInterval: {} values but {} weights; give one of each for "
                    "every cluster",
                    values.size(), weights.size()));
  }
  if (values.size() < 2) {
    ThrowInvalid(
        fmt::format("ClusterRatioInterval: a standard error needs at least 2 clusters, got {}; "
                    "evaluate more documents, or cut them into shorter windows",
                    values.size()));
  }
  double value_sum = 0.0;
  double weight_sum = 0.0;
  for (std::size_t d = 0; d < values.size(); ++d) {
    if (!std::isfinite(values[d])) {
      ThrowInvalid(
          fmt::format("ClusterRatioInterval: values[{}] is {}; every cluster needs a "
                      "finite sum: find the observation behind it",
                      d, values[d]));
    }
    if (!(weights[d] >= 0.0 && std::isfinite(weights[d]))) {
      ThrowInvalid(
          fmt::format("ClusterRatioInterval: weights[{}] is {}; every weight must be "
                      "finite and not negative",
                      d, weights[d]));
    }
    value_sum += values[d];
    weight_sum += weights[d];
  }

  ClusterRatio result;
  result.ratio = value_sum / weight_sum;
  // e/(1-h)/T = e/(T - T_d): how far the ratio moves when cluster d is left out.
  double squares = 0.0;
  for (std::size_t d = 0; d < values.size(); ++d) {
    const double move = (values[d] - result.ratio * weights[d]) / (weight_sum - weights[d]);
    squares += move * move;
  }
  const double degrees = static_cast<double>(values.size() - 1);
  result.standard_error = std::sqrt(degrees / (degrees + 1.0) * squares);
  const double margin = -boost::math::quantile(StudentsT(degrees), alpha) * result.standard_error;
  result.lower = result.ratio - margin;
  result.upper = result.ratio + margin;
  if (!std::isfinite(result.lower) || !std::isfinite(result.upper)) {
    ThrowInvalid(
        fmt::format("ClusterRatioInterval: no finite interval (sum of values {}, sum of weights "
                    "{}, largest weight {}); one cluster outweighs all others, or values or alpha "
                    "are beyond what double can hold: split the cluster or check the sums",
                    value_sum, weight_sum, *std::max_element(weights.begin(), weights.end())));
  }
  return result;
}

double NormalQuantile(double probability) {
  if (!(probability > 0.0 && probability < 1.0)) {
    ThrowInvalid(fmt::format("NormalQuantile: probability is {}; give one above 0 and below 1",
                             probability));
  }
  return boost::math::quantile(Normal(), probability);
}

double ObservationsToDecide(double n, double z, double alpha) {
  CheckAlpha("ObservationsToDecide", alpha);
  if (!(n > 0.0 && std::isfinite(n)) || std::isnan(z)) {
    ThrowInvalid(
        fmt::format("ObservationsToDecide: n is {} and z is {}; give the number of "
                    "observations so far, above 0, and their distance from the limit",
                    n, z));
  }
  if (z == 0.0) return std::numeric_limits<double>::infinity();
  const double factor = (UpperNormal(alpha) + UpperNormal(0.2)) / z;
  return std::ceil(n * factor * factor);
}

}  // namespace gatetest
