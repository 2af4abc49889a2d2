// Sums of doubles that do not depend on the order of the addends.
#ifndef GATETEST_SRC_STATISTICS_EXACT_SUM_H_
#define GATETEST_SRC_STATISTICS_EXACT_SUM_H_

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace gatetest::internal {

/// The sum of doubles as if it were rounded once, at the end (to nearest, ties to even): every
/// order gives the same bits, and no sum in between overflows. Infinities and NaN propagate.
///
/// A fixed-point number wide enough for every double, in overlapping 64-bit chunks whose carries
/// are settled now and then: Neal (2015), "Fast exact summation using small and large
/// superaccumulators".
class ExactSum {
 public:
  /// Adds one number.
  void Add(double x) {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    const std::uint64_t exponent = (bits >> 52) & 0x7ff;
    std::uint64_t mantissa = bits & ((std::uint64_t{1} << 52) - 1);
    if (exponent == 0x7ff) {
      special_ += x;
      return;
    }
    std::uint64_t shift = 0;  // x = +-mantissa * 2^(shift - 1074).
    if (exponent != 0) {
      mantissa |= std::uint64_t{1} << 52;
      shift = exponent - 1;
    }
    const std::size_t chunk = shift >> 5;
    const std::uint64_t offset = shift & 31;
    const auto low = static_cast<std::int64_t>((mantissa << offset) & 0xffffffff);
    const auto high = static_cast<std::int64_t>(mantissa >> (32 - offset));
    if (bits >> 63 != 0) {
      chunks_[chunk] -= low;
      chunks_[chunk + 1] -= high;
    } else {
      chunks_[chunk] += low;
      chunks_[chunk + 1] += high;
    }
    if (++unsettled_ == kMostUnsettled) Settle();
  }

  /// The sum so far; 0 of nothing. Infinite where the exact sum is beyond the range of double.
  double Value() const;

 private:
  // Chunk i counts units of 2^(32 i - 1074); the highest only takes carries.
  using Chunks = std::array<std::int64_t, 67>;
  // Each Add moves a chunk by less than 2^52 + 2^32, so this many cannot overflow it.
  static constexpr int kMostUnsettled = 1024;

  // All chunks but the last into [0, 2^32).
  static void Carry(Chunks& chunks);
  void Settle();

  Chunks chunks_ = {};
  int unsettled_ = 0;
  double special_ = 0.0;  // The sum of what is not finite.
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STATISTICS_EXACT_SUM_H_
