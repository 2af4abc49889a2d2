#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "gatetest/intervals.h"
#include "src/statistics/distributions.h"
#include "src/statistics/p_values.h"

namespace gatetest {
namespace {

void CheckQuantile(const char* where, double p) {
  if (!(p > 0.0 && p < 1.0)) {
    internal::ThrowInvalid(fmt::format(
        "{}: the quantile p is {}; give one above 0 and below 1 (0.95, not 95)", where, p));
  }
}

// The smallest k in [1, n] for which `holds`, which is false below it and true from there on; n + 1
// where it never is.
template <typename Holds>
std::int64_t FirstRank(std::int64_t n, const Holds& holds) {
  if (!holds(n)) return n + 1;
  std::int64_t low = 0;
  std::int64_t high = n;
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (holds(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace

QuantileRanks OrderStatisticRanks(std::int64_t n, double p, double alpha) {
  internal::CheckAlpha("OrderStatisticRanks", alpha);
  CheckQuantile("OrderStatisticRanks", p);
  if (n <= 0) {
    internal::ThrowInvalid(
        fmt::format("OrderStatisticRanks: n is {}; a rank needs at least one observation", n));
  }
  const std::int64_t upper = FirstRank(
      n, [&](std::int64_t k) { return internal::BinomialPValues(k, n, p).above <= alpha; });
  const std::int64_t past_lower = FirstRank(
      n, [&](std::int64_t k) { return !(internal::BinomialPValues(k - 1, n, p).below <= alpha); });
  QuantileRanks ranks;
  if (upper <= n) ranks.upper = upper;
  if (past_lower > 1) ranks.lower = past_lower - 1;
  return ranks;
}

std::int64_t FewestForUpperRank(double p, double alpha) {
  internal::CheckAlpha("FewestForUpperRank", alpha);
  CheckQuantile("FewestForUpperRank", p);
  // The quotient rounds; what counts is whether OrderStatisticRanks finds the rank.
  const auto enough = [&](std::int64_t n) {
    return internal::BinomialPValues(n, n, p).above <= alpha;
  };
  auto n = static_cast<std::int64_t>(std::max(1.0, std::ceil(std::log(alpha) / std::log(p))));
  while (n > 1 && enough(n - 1)) --n;
  while (!enough(n)) ++n;
  return n;
}

}  // namespace gatetest
