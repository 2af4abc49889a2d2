#include "src/statistics/exact_sum.h"

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace gatetest::internal {

void ExactSum::Carry(Chunks& chunks) {
  for (std::size_t i = 0; i + 1 < chunks.size(); ++i) {
    chunks[i + 1] += chunks[i] >> 32;  // Rounds down, also below 0 (C++20).
    chunks[i] &= 0xffffffff;
  }
}

void ExactSum::Settle() {
  Carry(chunks_);
  unsettled_ = 0;
}

double ExactSum::Value() const {
  if (special_ != 0.0) return special_;  // Also where it is NaN.
  Chunks digits = chunks_;
  Carry(digits);
  const bool negative = digits.back() < 0;
  if (negative) {
    for (std::int64_t& digit : digits) digit = -digit;
    Carry(digits);
  }

  std::size_t top = digits.size() - 1;
  while (top > 0 && digits[top] == 0) --top;
  // Adds digits from the top, in units of the top one, until one does not fit any more. What lies
  // below that one matters only where the part that was cut off is half a unit in the last place.
  double sum = static_cast<double>(digits[top]);
  double cut = 0.0;
  std::size_t next = top;
  while (next > 0 && cut == 0.0) {
    --next;
    const double digit = std::ldexp(static_cast<double>(digits[next]),
                                    32 * (static_cast<int>(next) - static_cast<int>(top)));
    const double before = sum;
    sum = before + digit;
    cut = digit - (sum - before);
  }
  // A tie was broken toward even; with anything below it, it was none.
  if (cut > 0.0) {
    bool below = false;
    while (next > 0) below |= digits[--next] != 0;
    const double up = sum + 2.0 * cut;
    if (below && up - sum == 2.0 * cut) sum = up;
  }
  // Exact unless it overflows: below the normal doubles all digits fit.
  const double value = std::ldexp(sum, 32 * static_cast<int>(top) - 1074);
  return negative ? -value : value;
}

}  // namespace gatetest::internal
