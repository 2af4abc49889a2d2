#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "gatetest/intervals.h"
#include "src/statistics/distributions.h"

namespace gatetest {
namespace {

// Beyond it, the exact distribution costs more than its last digits are worth.
constexpr std::int64_t kMostExact = 500;

// W is the sum of those of 1 ... n whose coin shows heads. Only its lower half is needed.
std::int64_t ExactCount(std::int64_t n, double alpha) {
  const auto size = static_cast<std::size_t>(n * (n + 1) / 4 + 1);
  std::vector<double> probability(size, 0.0);
  probability[0] = 1.0;
  for (std::size_t rank = 1; rank <= static_cast<std::size_t>(n); ++rank) {
    const std::size_t end = std::min(size, rank * (rank + 1) / 2 + 1);
    for (std::size_t w = end; w-- > 0;) {
      const double without = probability[w];
      probability[w] = 0.5 * (without + (w >= rank ? probability[w - rank] : 0.0));
    }
  }
  double sum = 0.0;
  std::int64_t count = 0;
  for (const double p : probability) {
    sum += p;
    if (!(sum <= alpha)) break;
    ++count;
  }
  return count;
}

// The Walsh averages of sorted differences, without making them: there are n^2/2.
class WalshAverages {
 public:
  explicit WalshAverages(std::span<const double> differences)
      : sorted_(differences.begin(), differences.end()) {
    std::sort(sorted_.begin(), sorted_.end());
  }

  std::int64_t count() const {
    const auto n = static_cast<std::int64_t>(sorted_.size());
    return n * (n + 1) / 2;
  }

  // The k-th smallest, k from 1, to the last bit: bisects the doubles themselves, of which there
  // are 2^64, by how many averages are at most that.
  double Smallest(std::int64_t k) const {
    std::int64_t low = Position(sorted_.front());
    std::int64_t high = Position(sorted_.back());
    while (low < high) {
      const std::int64_t middle = Middle(low, high);
      if (AtMost(At(middle)) >= k) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return At(low) + 0.0;  // Of the two zeros, the positive one.
  }

  double Median() const {
    const double low = Smallest((count() + 1) / 2);
    return count() % 2 == 1 ? low : Average(low, Smallest(count() / 2 + 1));
  }

 private:
  // Never overflows, and increases in each of the two.
  static double Average(double a, double b) { return a / 2.0 + b / 2.0; }

  // The finite doubles in order, as integers; -0 comes before 0.
  static std::int64_t Position(double x) {
    const auto bits = std::bit_cast<std::int64_t>(x);
    return bits >= 0 ? bits : std::numeric_limits<std::int64_t>::min() - bits - 1;
  }
  static double At(std::int64_t position) {
    return std::bit_cast<double>(
        position >= 0 ? position : std::numeric_limits<std::int64_t>::min() - position - 1);
  }
  // Rounded down, and no overflow for ends of different signs.
  static std::int64_t Middle(std::int64_t low, std::int64_t high) {
    return (low >> 1) + (high >> 1) + (low & high & 1);
  }

  std::int64_t AtMost(double limit) const {
    std::int64_t count = 0;
    std::size_t end = sorted_.size();  // With sorted_[i], those below it make an average <= limit.
    for (std::size_t i = 0; i < end; ++i) {
      while (end > i && !(Average(sorted_[i], sorted_[end - 1]) <= limit)) --end;
      count += static_cast<std::int64_t>(end - i);
    }
    return count;
  }

  std::vector<double> sorted_;
};

}  // namespace

std::int64_t SignedRankCount(std::int64_t n, double alpha) {
  internal::CheckAlpha("SignedRankCount", alpha);
  // n^2 must fit, in double as well.
  if (n < 0 || n > 50'000'000) {
    internal::ThrowInvalid(
        fmt::format("SignedRankCount: n is {}; give the number of differences, from 0 to "
                    "50,000,000",
                    n));
  }
  if (n <= kMostExact) return ExactCount(n, alpha);
  const double count = static_cast<double>(n);
  const double mean = count * (count + 1.0) / 4.0;
  const double deviation = std::sqrt(mean * (2.0 * count + 1.0) / 6.0);
  const double last = std::floor(mean - internal::UpperNormal(alpha) * deviation - 0.5);
  return std::max<std::int64_t>(0, static_cast<std::int64_t>(last) + 1);
}

HodgesLehmann HodgesLehmannInterval(std::span<const double> differences, double alpha) {
  internal::CheckAlpha("HodgesLehmannInterval", alpha);
  for (std::size_t i = 0; i < differences.size(); ++i) {
    if (!std::isfinite(differences[i])) {
      internal::ThrowInvalid(
          fmt::format("HodgesLehmannInterval: differences[{}] is {}; every difference must be "
                      "finite: find the pair behind it",
                      i, differences[i]));
    }
  }
  const std::int64_t k = SignedRankCount(static_cast<std::int64_t>(differences.size()), alpha);
  if (k == 0) {
    // P(W = 0) = 2^-n.
    internal::ThrowInvalid(
        fmt::format("HodgesLehmannInterval: {} differences give no bound at alpha {}; take at "
                    "least {}, or raise alpha",
                    differences.size(), alpha, std::ceil(-std::log2(alpha))));
  }
  const WalshAverages averages(differences);
  return {.estimate = averages.Median(),
          .lower = averages.Smallest(k),
          .upper = averages.Smallest(averages.count() - k + 1)};
}

}  // namespace gatetest
