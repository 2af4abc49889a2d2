#include "gatetest/correlation.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "src/statistics/centred.h"
#include "src/statistics/distributions.h"
#include "src/statistics/p_values.h"

namespace gatetest {
namespace {

using internal::SumOfProducts;

constexpr std::size_t kFewestForInterval = 5;
// Nearer to 1, an r is a rounding away from it.
constexpr double kSameAsOne = 1e-14;
// To here the subsets of the points can be counted, with ties too: 2^12 of them.
constexpr std::size_t kMostForSubsets = 12;
// To here Kendall's distribution without ties is exact; it takes n^3 steps.
constexpr std::size_t kMostForInversions = 1000;
// Sums of ranks are whole numbers of 64 bits: n^3/3 has to fit.
constexpr std::size_t kMostPoints = 1'000'000;
constexpr const char* kExact = "exact, over all permutations";

struct Columns {
  std::vector<double> x, y;
};

Columns Check(const char* where, std::span<const Point> points) {
  if (points.size() < 2) {
    internal::ThrowInvalid(fmt::format(
        "{}: a correlation needs at least 2 points, got {}; add models", where, points.size()));
  }
  if (points.size() > kMostPoints) {
    internal::ThrowInvalid(fmt::format("{}: {} points; give at most {}, a random part of them",
                                       where, points.size(), kMostPoints));
  }
  Columns columns;
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (const auto& [name, value] : {std::pair{"x", points[i].x}, std::pair{"y", points[i].y}}) {
      if (!std::isfinite(value)) {
        internal::ThrowInvalid(fmt::format(
            "{}: points[{}].{} is {}; every point must be finite: leave out the model that has no "
            "such figure, and say so",
            where, i, name, value));
      }
    }
    columns.x.push_back(points[i].x);
    columns.y.push_back(points[i].y);
  }
  for (const auto& [name, column] : {std::pair{"x", &columns.x}, std::pair{"y", &columns.y}}) {
    const auto [least, most] = std::minmax_element(column->begin(), column->end());
    if (*least == *most) {
      throw Error(ErrorCode::kUndefined,
                  fmt::format("{}: the correlation is undefined: every {} is {}; add a model where "
                              "it differs",
                              where, name, *least));
    }
  }
  return columns;
}

// Twice the midranks, which makes them whole, and how many values share each of them.
struct Ranks {
  std::vector<std::int64_t> doubled;    // In the order of the values.
  std::vector<std::size_t> tied;        // In the order of the ranks.
  std::vector<std::int64_t> of_groups;  // The doubled midranks of `tied`.

  bool ties() const { return tied.size() < doubled.size(); }
};

Ranks RanksOf(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  Ranks ranks;
  ranks.doubled.resize(values.size());
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    // Ranks begin+1 ... end share their mean.
    const auto doubled = static_cast<std::int64_t>(begin + 1 + end);
    for (std::size_t i = begin; i < end; ++i) ranks.doubled[order[i]] = doubled;
    ranks.tied.push_back(end - begin);
    ranks.of_groups.push_back(doubled);
    begin = end;
  }
  return ranks;
}

std::int64_t Sign(std::int64_t a, std::int64_t b) { return a > b ? 1 : a < b ? -1 : 0; }

// How often a whole number comes out: counts_[i] for first_ + i.
class Tally {
 public:
  // Adds everything in `other`, moved by `by`.
  void Add(const Tally& other, std::int64_t by) {
    if (counts_.empty()) {
      first_ = other.first_ + by;
      counts_ = other.counts_;
      return;
    }
    const std::int64_t first = std::min(first_, other.first_ + by);
    const std::int64_t end = std::max(first_ + Size(), other.first_ + by + other.Size());
    counts_.insert(counts_.begin(), static_cast<std::size_t>(first_ - first), 0.0);
    counts_.resize(static_cast<std::size_t>(end - first), 0.0);
    first_ = first;
    for (std::size_t i = 0; i < other.counts_.size(); ++i) {
      counts_[i + static_cast<std::size_t>(other.first_ + by - first)] += other.counts_[i];
    }
  }

  static Tally OfOne() {
    Tally tally;
    tally.counts_ = {1.0};
    return tally;
  }

  bool empty() const { return counts_.empty(); }

  // The share of what `extreme` holds for.
  template <typename Extreme>
  double Share(const Extreme& extreme) const {
    double all = 0.0;
    double some = 0.0;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      all += counts_[i];
      if (extreme(first_ + static_cast<std::int64_t>(i))) some += counts_[i];
    }
    return some / all;
  }

 private:
  std::int64_t Size() const { return static_cast<std::int64_t>(counts_.size()); }

  std::int64_t first_ = 0;
  std::vector<double> counts_;  // Whole: at most 12!.
};

// The distribution of a statistic over all assignments of the n values of y to the points in order
// of x. Points of equal x are one group, which takes a set of y's: all its orders are equal, and
// equally many for every assignment. `add(group, before, chosen)` is what the statistic gains when
// a group takes the set `chosen` after the groups before it have taken the set `before`.
template <typename Gain>
Tally OverPermutations(const std::vector<std::size_t>& groups, std::size_t n, const Gain& gain) {
  const unsigned all = (1U << n) - 1U;
  std::vector<Tally> tallies(std::size_t{all} + 1);
  tallies[0] = Tally::OfOne();
  int taken = 0;
  for (std::size_t group = 0; group < groups.size(); ++group) {
    const int size = static_cast<int>(groups[group]);
    for (unsigned before = 0; before <= all; ++before) {
      if (std::popcount(before) != taken || tallies[before].empty()) continue;
      const unsigned rest = all & ~before;
      for (unsigned chosen = rest; chosen != 0; chosen = (chosen - 1) & rest) {
        if (std::popcount(chosen) != size) continue;
        tallies[before | chosen].Add(tallies[before], gain(group, before, chosen));
      }
      tallies[before] = {};
    }
    taken += size;
  }
  return std::move(tallies[all]);
}

// ln of how many permutations of groups change nothing.
double LogOrders(const std::vector<std::size_t>& groups) {
  double sum = 0.0;
  for (const std::size_t size : groups) sum += std::lgamma(static_cast<double>(size) + 1.0);
  return sum;
}

// P(|rho| = 1) where it is 1: the orders in which x and y agree, and those in which they oppose if
// their ties allow that too.
double PerfectPValue(const std::vector<std::size_t>& groups, std::size_t n) {
  const bool both_ways = std::equal(groups.begin(), groups.end(), groups.rbegin());
  const double one_way = std::exp(LogOrders(groups) - std::lgamma(static_cast<double>(n) + 1.0));
  return both_ways ? 2.0 * one_way : one_way;
}

// The doubled midranks of y in ascending order, as bits of a set count them.
std::vector<std::int64_t> Sorted(const Ranks& ranks) {
  std::vector<std::int64_t> sorted = ranks.doubled;
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

double ExactSpearman(const Ranks& x, const Ranks& y, std::int64_t distance) {
  const std::size_t n = x.doubled.size();
  const std::vector<std::int64_t> sorted = Sorted(y);
  const auto centre = static_cast<std::int64_t>(n + 1);  // The mean of all doubled ranks.
  const Tally tally =
      OverPermutations(x.tied, n, [&](std::size_t group, unsigned, unsigned chosen) {
        std::int64_t sum = 0;
        for (unsigned set = chosen; set != 0; set &= set - 1) {
          sum += sorted[static_cast<std::size_t>(std::countr_zero(set))] - centre;
        }
        return (x.of_groups[group] - centre) * sum;
      });
  return tally.Share([&](std::int64_t value) { return std::abs(value) >= std::abs(distance); });
}

double ExactKendall(const Ranks& x, const Ranks& y, std::int64_t distance) {
  const std::size_t n = x.doubled.size();
  const std::vector<std::int64_t> sorted = Sorted(y);
  std::vector<unsigned> less(n, 0);
  std::vector<unsigned> greater(n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      if (sorted[j] < sorted[i]) less[i] |= 1U << j;
      if (sorted[j] > sorted[i]) greater[i] |= 1U << j;
    }
  }
  const Tally tally =
      OverPermutations(x.tied, n, [&](std::size_t, unsigned before, unsigned chosen) {
        std::int64_t sum = 0;
        for (unsigned set = chosen; set != 0; set &= set - 1) {
          const auto i = static_cast<std::size_t>(std::countr_zero(set));
          sum += std::popcount(before & less[i]) - std::popcount(before & greater[i]);
        }
        return sum;
      });
  return tally.Share([&](std::int64_t value) { return std::abs(value) >= std::abs(distance); });
}

// Without ties the statistic is the pairs less twice the inversions, whose distribution is that of
// the sum of independent uniform numbers on 0 ... i-1, i = 1 ... n. It is symmetric.
double KendallByInversions(std::size_t n, std::int64_t distance) {
  const std::size_t pairs = n * (n - 1) / 2;
  const std::size_t most = (pairs - static_cast<std::size_t>(std::abs(distance))) / 2;
  std::vector<double> probability(most + 1, 0.0);
  std::vector<double> below(most + 2, 0.0);  // below[k]: of fewer than k inversions.
  probability[0] = 1.0;
  for (std::size_t i = 2; i <= n; ++i) {
    for (std::size_t k = 0; k <= most; ++k) below[k + 1] = below[k] + probability[k];
    for (std::size_t k = 0; k <= most; ++k) {
      const double sum = below[k + 1] - (k + 1 > i ? below[k + 1 - i] : 0.0);
      probability[k] = sum / static_cast<double>(i);
    }
  }
  return std::min(1.0, 2.0 * std::accumulate(probability.begin(), probability.end(), 0.0));
}

double KendallVariance(const Ranks& x, const Ranks& y) {
  // Sums over ties of t(t-1)(2t+5), t(t-1) and t(t-1)(t-2).
  struct Sums {
    double first = 0.0, second = 0.0, third = 0.0;
  };
  const auto sums_of = [](const Ranks& ranks) {
    Sums sums;
    for (const std::size_t tied : ranks.tied) {
      const double t = static_cast<double>(tied);
      sums.first += t * (t - 1.0) * (2.0 * t + 5.0);
      sums.second += t * (t - 1.0);
      sums.third += t * (t - 1.0) * (t - 2.0);
    }
    return sums;
  };
  const Sums a = sums_of(x);
  const Sums b = sums_of(y);
  const double n = static_cast<double>(x.doubled.size());
  return (n * (n - 1.0) * (2.0 * n + 5.0) - a.first - b.first) / 18.0 +
         a.second * b.second / (2.0 * n * (n - 1.0)) +
         a.third * b.third / (9.0 * n * (n - 1.0) * (n - 2.0));
}

}  // namespace

PearsonCorrelation Pearson(std::span<const Point> points, double alpha) {
  internal::CheckAlpha("Pearson", alpha);
  Columns columns = Check("Pearson", points);
  const std::vector<double> x = internal::Centred(std::move(columns.x));
  const std::vector<double> y = internal::Centred(std::move(columns.y));
  PearsonCorrelation result;
  result.r = std::clamp(
      SumOfProducts(x, y) / (std::sqrt(SumOfProducts(x, x)) * std::sqrt(SumOfProducts(y, y))), -1.0,
      1.0);
  if (points.size() < kFewestForInterval) {
    result.no_interval =
        fmt::format("{} points; an interval needs at least {}", points.size(), kFewestForInterval);
  } else if (std::abs(result.r) >= 1.0 - kSameAsOne) {
    result.no_interval = "all points are on one line";
  } else {
    const double centre = std::atanh(result.r);
    const double margin =
        internal::UpperNormal(alpha) / std::sqrt(static_cast<double>(points.size()) - 3.0);
    result.interval = Interval{
        .lower = std::tanh(centre - margin), .upper = std::tanh(centre + margin), .alpha = alpha};
  }
  return result;
}

RankCorrelation Spearman(std::span<const Point> points) {
  const Columns columns = Check("Spearman", points);
  const Ranks x = RanksOf(columns.x);
  const Ranks y = RanksOf(columns.y);
  const std::size_t n = points.size();
  const auto centre = static_cast<std::int64_t>(n + 1);
  std::int64_t product = 0;
  std::int64_t x_squares = 0;
  std::int64_t y_squares = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const std::int64_t dx = x.doubled[i] - centre;
    const std::int64_t dy = y.doubled[i] - centre;
    product += dx * dy;
    x_squares += dx * dx;
    y_squares += dy * dy;
  }
  RankCorrelation result{.method = kExact};
  const double scale =
      std::sqrt(static_cast<double>(x_squares)) * std::sqrt(static_cast<double>(y_squares));
  result.coefficient = std::clamp(static_cast<double>(product) / scale, -1.0, 1.0);
  // By Cauchy and Schwarz, the ranks are equal or opposite.
  const bool perfect = x_squares == y_squares && std::abs(product) == x_squares;
  if (perfect) result.coefficient = product > 0 ? 1.0 : -1.0;
  if (n <= kMostForSubsets) {
    result.p_value = ExactSpearman(x, y, product);
  } else if (perfect) {
    result.p_value = PerfectPValue(x.tied, n);
  } else {
    const double degrees = static_cast<double>(n) - 2.0;
    const double rho = result.coefficient;
    const double t = std::abs(rho) * std::sqrt(degrees / ((1.0 - rho) * (1.0 + rho)));
    result.p_value = std::min(1.0, 2.0 * internal::StudentPValues(t, degrees).above);
    result.exact = false;
    result.method = "Student t approximation";
  }
  return result;
}

RankCorrelation Kendall(std::span<const Point> points) {
  const Columns columns = Check("Kendall", points);
  const Ranks x = RanksOf(columns.x);
  const Ranks y = RanksOf(columns.y);
  const std::size_t n = points.size();
  std::int64_t distance = 0;  // Concordant pairs less discordant ones.
  std::int64_t x_pairs = 0;   // Pairs that differ in x.
  std::int64_t y_pairs = 0;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const std::int64_t dx = Sign(x.doubled[i], x.doubled[j]);
      const std::int64_t dy = Sign(y.doubled[i], y.doubled[j]);
      distance += dx * dy;
      x_pairs += dx * dx;
      y_pairs += dy * dy;
    }
  }
  RankCorrelation result{.method = kExact};
  const double scale =
      std::sqrt(static_cast<double>(x_pairs)) * std::sqrt(static_cast<double>(y_pairs));
  result.coefficient = std::clamp(static_cast<double>(distance) / scale, -1.0, 1.0);
  if (x_pairs == y_pairs && std::abs(distance) == x_pairs) {
    result.coefficient = distance > 0 ? 1.0 : -1.0;
  }
  if (!x.ties() && !y.ties() && n <= kMostForInversions) {
    result.p_value = KendallByInversions(n, distance);
  } else if (n <= kMostForSubsets) {
    result.p_value = ExactKendall(x, y, distance);
  } else {
    const double z = std::abs(static_cast<double>(distance)) / std::sqrt(KendallVariance(x, y));
    result.p_value = std::min(1.0, 2.0 * internal::NormalPValues(z).above);
    result.exact = false;
    result.method = "normal approximation";
  }
  return result;
}

}  // namespace gatetest
