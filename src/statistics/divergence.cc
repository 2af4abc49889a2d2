#include "gatetest/divergence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

#include "gatetest/error.h"
#include "src/statistics/distributions.h"
#include "src/statistics/exact_sum.h"

namespace gatetest {
namespace {

double Total(const char* name, std::span<const std::int64_t> counts) {
  internal::ExactSum sum;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] < 0) {
      internal::ThrowInvalid(
          fmt::format("JensenShannonBits: {}[{}] is {}; a count cannot be negative: check how the "
                      "kinds were counted",
                      name, i, counts[i]));
    }
    sum.Add(static_cast<double>(counts[i]));
  }
  const double total = sum.Value();
  if (total == 0.0) {
    throw Error(ErrorCode::kUndefined,
                fmt::format("the Jensen-Shannon divergence is undefined: {} has no counts; check "
                            "that both sides were counted",
                            name));
  }
  return total;
}

}  // namespace

double JensenShannonBits(std::span<const std::int64_t> p_counts,
                         std::span<const std::int64_t> q_counts) {
  if (p_counts.size() != q_counts.size()) {
    internal::ThrowInvalid(
        fmt::format("JensenShannonBits: p_counts has {} entries but q_counts has {}; count the "
                    "same kinds on both sides, with 0 for those that do not occur",
                    p_counts.size(), q_counts.size()));
  }
  const double p_total = Total("p_counts", p_counts);
  const double q_total = Total("q_counts", q_counts);
  internal::ExactSum sum;
  for (std::size_t i = 0; i < p_counts.size(); ++i) {
    const double p = static_cast<double>(p_counts[i]) / p_total;
    const double q = static_cast<double>(q_counts[i]) / q_total;
    double term = 0.0;
    if (p > 0.0) term += p * std::log2(2.0 * p / (p + q));
    if (q > 0.0) term += q * std::log2(2.0 * q / (p + q));
    sum.Add(std::max(term, 0.0));  // None is negative but by rounding.
  }
  return std::min(sum.Value() / 2.0, 1.0);
}

}  // namespace gatetest
