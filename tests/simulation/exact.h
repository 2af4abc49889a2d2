// Probabilities of counts, for errors that can be added up over all outcomes instead of drawn.
#ifndef GATETEST_TESTS_SIMULATION_EXACT_H_
#define GATETEST_TESTS_SIMULATION_EXACT_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "gatetest/intervals.h"
#include "tests/simulation/errors.h"

namespace gatetest::simulation {

/// The binomial distribution, without outcomes so far out that all of them together do not matter.
class Binomial {
 public:
  Binomial(std::int64_t n, double p) {
    p = std::clamp(p, 0.0, 1.0);
    const auto count = static_cast<double>(n);
    const double reach = 7.5 * std::sqrt(count * p * (1.0 - p)) + 25.0;
    first_ = std::max<std::int64_t>(0, static_cast<std::int64_t>(count * p - reach));
    const auto last = std::min(n, static_cast<std::int64_t>(count * p + reach));
    double sum = 0.0;
    for (std::int64_t k = first_; k <= last; ++k) {
      probabilities_.push_back(Probability(count, static_cast<double>(k), p));
      below_.push_back(sum);
      sum += probabilities_.back();
    }
    below_.push_back(sum);
  }

  std::int64_t first() const { return first_; }
  std::int64_t end() const { return first_ + static_cast<std::int64_t>(probabilities_.size()); }
  /// P(X = k), of k in [first(), end()).
  double operator[](std::int64_t k) const {
    return probabilities_[static_cast<std::size_t>(k - first_)];
  }
  /// P(X < k).
  double Below(std::int64_t k) const {
    return below_[static_cast<std::size_t>(std::clamp(k, first_, end()) - first_)];
  }
  /// P(X >= k).
  double From(std::int64_t k) const { return std::max(0.0, below_.back() - Below(k)); }

 private:
  static double Probability(double n, double k, double p) {
    if (p == 0.0) return k == 0.0 ? 1.0 : 0.0;
    if (p == 1.0) return k == n ? 1.0 : 0.0;
    return std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) +
                    k * std::log(p) + (n - k) * std::log1p(-p));
  }

  std::int64_t first_ = 0;
  std::vector<double> probabilities_;
  std::vector<double> below_;  // One more than probabilities.
};

/// Shares of all samples; the rest is wrong for both.
struct Shares {
  double both = 0.0;
  double lost = 0.0;
  double gained = 0.0;
};

/// Shares that a baseline of this accuracy and a candidate can have; all at least 0.
inline bool Possible(const Shares& s) {
  constexpr double kRounding = 1e-12;
  return s.both >= -kRounding && s.lost >= -kRounding &&
         s.both + s.lost + s.gained <= 1.0 + kRounding;
}

inline Shares Retaining(double baseline, double retention, double gained) {
  const double both = retention * baseline - gained;
  return {.both = both, .lost = std::max(0.0, baseline - both), .gained = gained};
}

/// Calls visit(probability, lost, gained) for all that matter.
template <typename Visit>
void ForDiscordant(std::int64_t n, const Shares& shares, const Visit& visit) {
  constexpr double kNegligible = 1e-11;
  const Binomial lost(n, shares.lost);
  for (std::int64_t l = lost.first(); l < lost.end(); ++l) {
    if (lost[l] < kNegligible) continue;
    const Binomial gained(n - l, shares.gained / (1.0 - shares.lost));
    for (std::int64_t g = gained.first(); g < gained.end(); ++g) {
      const double probability = lost[l] * gained[g];
      if (probability >= kNegligible) visit(probability, l, g);
    }
  }
}

/// The errors of a test that statistic > z and statistic < -z make, statistic(lost, gained).
template <typename Statistic>
Errors DiscordantErrors(std::int64_t n, const Shares& shares, double z,
                        const Statistic& statistic) {
  Errors errors;
  ForDiscordant(n, shares, [&](double probability, std::int64_t lost, std::int64_t gained) {
    const double t = statistic(lost, gained);
    if (t > z) errors.high += probability;
    if (t < -z) errors.low += probability;
  });
  return errors;
}

enum class Edge {
  kSearch,  ///< The statistic ascends with `both`.
  kScan,    ///< It is looked at for each.
};

/// Likewise of a statistic(both, lost, gained).
template <typename Statistic>
Errors PairedErrors(std::int64_t n, const Shares& shares, double z, const Statistic& statistic,
                    Edge edge = Edge::kSearch) {
  Errors errors;
  const double rest = 1.0 - shares.lost - shares.gained;
  std::map<std::int64_t, Binomial> known;  // By the number of discordant pairs.
  ForDiscordant(n, shares, [&](double probability, std::int64_t lost, std::int64_t gained) {
    const auto found =
        known.try_emplace(lost + gained, n - lost - gained, rest > 0.0 ? shares.both / rest : 0.0);
    const Binomial& both = found.first->second;
    if (edge == Edge::kScan) {
      for (std::int64_t a = both.first(); a < both.end(); ++a) {
        const double t = statistic(a, lost, gained);
        if (t > z) errors.high += probability * both[a];
        if (t < -z) errors.low += probability * both[a];
      }
      return;
    }
    const auto first_above = [&](auto above) {
      std::int64_t low = both.first();
      std::int64_t high = both.end();
      while (low < high) {
        const std::int64_t middle = (low + high) / 2;
        if (above(statistic(middle, lost, gained))) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      return low;
    };
    errors.high += probability * both.From(first_above([z](double t) { return t > z; }));
    errors.low += probability * both.Below(first_above([z](double t) { return t >= -z; }));
  });
  return errors;
}

}  // namespace gatetest::simulation

#endif  // GATETEST_TESTS_SIMULATION_EXACT_H_
