// Divergence: how far apart two distributions of counts lie, such as the words of two data sets.
// For identical sources it is not 0 but grows with the number of kinds and falls with the counts.
//
//   const std::int64_t task[] = {3, 1, 0};
//   const std::int64_t calibration[] = {1, 1, 2};
//   double bits = gatetest::JensenShannonBits(task, calibration);   // 0.3444
#ifndef GATETEST_DIVERGENCE_H_
#define GATETEST_DIVERGENCE_H_

#include <cstdint>
#include <span>

namespace gatetest {

/// The Jensen-Shannon divergence (Lin, 1991) of two histograms over the same kinds, in bits: 0
/// where the shares are equal, 1 where no kind occurs in both. With p, q the shares and m = (p +
/// q)/2: sum(p log2(p/m) + q log2(q/m)) / 2. Symmetric. Throws Error(kInvalidArgument) for spans of
/// different lengths or a negative count (by its index), Error(kUndefined) where a side has no
/// counts.
double JensenShannonBits(std::span<const std::int64_t> p_counts,
                         std::span<const std::int64_t> q_counts);

}  // namespace gatetest

#endif  // GATETEST_DIVERGENCE_H_
