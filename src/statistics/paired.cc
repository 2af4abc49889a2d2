#include "src/statistics/paired.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/tools/toms748_solve.hpp>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "gatetest/error.h"
#include "gatetest/intervals.h"
#include "src/statistics/distributions.h"
#include "src/statistics/p_values.h"

namespace gatetest {
namespace internal {

// Nam and Blackwelder give the variance through the root q of a quadratic, a difference of almost
// equal terms for small r and for few discordant pairs. Eliminating q leaves, with
// m = both+lost+gained,
//
//   V = r m (both (1-r)^2 + s + H) / (both (1+r^2) + s + H),
//   s = gained + r^2 lost,  H^2 = (xc - r^2 xb)^2 + 4 r^2 lost gained,
//
// a quotient of sums of terms >= 0, so it is exact to rounding at every ratio and count.
double TangVariance(double both, double lost, double gained, double ratio) {
  const double r = ratio;
  const double discordant = gained + r * r * lost;
  const double root = std::hypot(both * (1.0 - r) * (1.0 + r) + gained - r * r * lost,
                                 2.0 * r * std::sqrt(lost * gained));
  const double share = (both * (1.0 - r) * (1.0 - r) + discordant + root) /
                       (both * (1.0 + r * r) + discordant + root);
  return r * (both + lost + gained) * share;
}

// Tango's variance is n (w - D^2), w the share of discordant pairs under H0, the larger root of
// n w^2 - (m + d D) w + d D - same D^2 = 0 with m = lost+gained, d = gained-lost. Hence
//
//   V = (S + H)/2,  S = m + d D - 2 n D^2,
//   H^2 = (d - (n + same) D)^2 + 4 lost gained (1 - D^2),
//
// and where S < 0, where that is a difference, V = (H^2 - S^2) / (2 (H - S)), of which
// H^2 - S^2 = 4 n D (1 - D^2) (n D - d).
double TangoVariance(double same, double lost, double gained, double difference) {
  const double n = same + lost + gained;
  const double d = gained - lost;
  const double rest = (1.0 - difference) * (1.0 + difference);
  const double root =
      std::hypot(d - (n + same) * difference, 2.0 * std::sqrt(lost * gained * rest));
  const double sum = lost + gained + d * difference - 2.0 * n * difference * difference;
  if (sum >= 0.0) return (sum + root) / 2.0;
  return 2.0 * n * difference * rest * (n * difference - d) / (root - sum);
}

}  // namespace internal

namespace {

using internal::ThrowInvalid;
using internal::UpperNormal;

// Above, the binomial tails take minutes or lose digits, and the normal ones lose none.
constexpr double kMostExactPairs = 1e12;

void CheckCounts(const char* where, const PairedCounts& counts) {
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
}

// T(r) = (xc - r xb) / sqrt(V).
class TangScore {
 public:
  TangScore(const char* where, const PairedCounts& counts)
      : both_(static_cast<double>(counts.both)),
        lost_(static_cast<double>(counts.lost)),
        gained_(static_cast<double>(counts.gained)) {
    CheckCounts(where, counts);
    if (counts.both == 0 && counts.lost == 0) {
      throw Error(ErrorCode::kUndefined,
                  "retention is undefined: the baseline has nothing right; check the task and the "
                  "baseline model, or set a limit on accuracy instead");
    }
  }

  double ratio() const { return (both_ + gained_) / (both_ + lost_); }

  double operator()(double r) const {
    const double distance = both_ * (1.0 - r) + gained_ - r * lost_;
    if (distance == 0.0) return 0.0;  // Also where V = 0 too, and T tends to 0.
    return distance / std::sqrt(internal::TangVariance(both_, lost_, gained_, r));
  }

 private:
  double both_, lost_, gained_;
};

// T(D) = (gained - lost - n D) / sqrt(V).
class TangoScore {
 public:
  TangoScore(const char* where, const PairedCounts& counts)
      : same_(static_cast<double>(counts.both) + static_cast<double>(counts.neither)),
        lost_(static_cast<double>(counts.lost)),
        gained_(static_cast<double>(counts.gained)) {
    CheckCounts(where, counts);
    if (same_ + lost_ + gained_ == 0.0) {
      ThrowInvalid(fmt::format(
          "{}: there are no samples; a difference of shares needs at least one pair", where));
    }
  }

  // The score of -D with the models' parts exchanged is -T(D), to the last bit.
  TangoScore Exchanged() const {
    TangoScore other = *this;
    std::swap(other.lost_, other.gained_);
    return other;
  }

  double difference() const { return (gained_ - lost_) / (same_ + lost_ + gained_); }

  double operator()(double difference) const {
    const double distance = gained_ - lost_ - (same_ + lost_ + gained_) * difference;
    if (distance == 0.0) return 0.0;  // Also where V = 0 too, and T tends to 0.
    return distance / std::sqrt(internal::TangoVariance(same_, lost_, gained_, difference));
  }

 private:
  double same_, lost_, gained_;
};

// The ends of the final bracket [low, high] of T = target, equal to a few units in the last place.
// T(low) > target > T(high) must hold.
template <typename Score>
std::pair<double, double> Solve(const Score& score, double target, double low, double high) {
  std::uintmax_t iterations = 500;
  return boost::math::tools::toms748_solve(
      [&](double at) { return score(at) - target; }, low, high,
      boost::math::tools::eps_tolerance<double>(std::numeric_limits<double>::digits), iterations,
      internal::Quiet());
}

// Where Tango's T falls to -z. T is +infinity at -1 and -infinity at 1 but where all pairs are lost
// or gained: there T tends to 0, and the bound may be nearer to the end than a double can tell.
double UpperDifference(const TangoScore& score, double z) {
  const double last = std::nextafter(1.0, 0.0);
  if (!(score(-last) > -z)) return -1.0;
  if (!(score(last) < -z)) return 1.0;
  return std::max(Solve(score, -z, -last, last).second, score.difference());
}

}  // namespace

double TangStatistic(const PairedCounts& counts, double ratio) {
  const TangScore score("TangStatistic", counts);
  if (!(ratio >= 1e-100 && ratio <= 1e100)) {  // Beyond, its square leaves the range of double.
    ThrowInvalid(
        fmt::format("TangStatistic: ratio is {}; give the retention to test against, "
                    "such as 0.9 (from 1e-100 to 1e100)",
                    ratio));
  }
  return score(ratio);
}

Interval internal::TangBounds(const PairedCounts& counts, double z, double alpha) {
  const TangScore score("TangRetention", counts);
  const double ratio = score.ratio();

  // T runs from +infinity (0 when the candidate has nothing right) through 0 at the observed ratio
  // to -infinity. Each bracket reaches past that ratio, where rounding cannot spoil the sign.
  Interval interval{.lower = 0.0, .upper = 0.0, .alpha = alpha};
  if (ratio > 0.0) {
    double low = ratio / 2.0;
    while (score(low) <= z) low /= 2.0;
    interval.lower = Solve(score, z, low, 2.0 * ratio).first;
  }
  double high = ratio > 0.0 ? 2.0 * ratio : 1.0;
  while (score(high) >= -z) high *= 2.0;
  interval.upper = Solve(score, -z, ratio / 2.0, high).second;
  return interval;
}

Interval TangRetention(const PairedCounts& counts, double alpha) {
  internal::CheckAlpha("TangRetention", alpha);
  return internal::TangBounds(counts, UpperNormal(alpha), alpha);
}

double TangoStatistic(const PairedCounts& counts, double difference) {
  const TangoScore score("TangoStatistic", counts);
  if (!(difference > -1.0 && difference < 1.0)) {
    ThrowInvalid(
        fmt::format("TangoStatistic: difference is {}; give the difference of two shares to test "
                    "against, above -1 and below 1, such as -0.02 (not percent)",
                    difference));
  }
  return score(difference);
}

Interval internal::TangoBounds(const PairedCounts& counts, double z, double alpha) {
  const TangoScore score("TangoDifference", counts);
  return {.lower = -UpperDifference(score.Exchanged(), z),
          .upper = UpperDifference(score, z),
          .alpha = alpha};
}

Interval TangoDifference(const PairedCounts& counts, double alpha) {
  internal::CheckAlpha("TangoDifference", alpha);
  return internal::TangoBounds(counts, UpperNormal(alpha), alpha);
}

McNemarTest ExactMcNemar(const PairedCounts& counts) {
  CheckCounts("ExactMcNemar", counts);
  const double lost = static_cast<double>(counts.lost);
  const double gained = static_cast<double>(counts.gained);
  const double pairs = lost + gained;
  McNemarTest test;
  if (pairs == 0.0) return test;
  double observed = 0.0;  // P(Bin(pairs, 1/2) = lost).
  if (pairs > kMostExactPairs) {
    const double root = std::sqrt(pairs);
    const double difference = static_cast<double>(counts.lost - counts.gained);
    test.worse = internal::NormalPValues((difference - 1.0) / root).above;
    test.better = internal::NormalPValues((difference + 1.0) / root).below;
    observed = 2.0 / root * boost::math::pdf(internal::Normal(), difference / root);
  } else {
    // P(Bin(n, 1/2) >= k) = I(1/2; k, n-k+1).
    if (lost > 0.0) test.worse = boost::math::ibeta(lost, gained + 1.0, 0.5, internal::Quiet());
    if (gained > 0.0) test.better = boost::math::ibeta(gained, lost + 1.0, 0.5, internal::Quiet());
    observed = boost::math::ibeta_derivative(lost + 1.0, gained + 1.0, 0.5, internal::Quiet()) /
               (pairs + 1.0);
  }
  const double smaller = std::min(test.worse, test.better);
  test.two_sided = std::min(1.0, 2.0 * smaller);
  test.mid_p = std::clamp(2.0 * smaller - observed, 0.0, 1.0);
  return test;
}

}  // namespace gatetest
