// Deviations from a mean and sums of their products, of numbers of any size and in any order.
#ifndef GATETEST_SRC_STATISTICS_CENTRED_H_
#define GATETEST_SRC_STATISTICS_CENTRED_H_

#include <vector>

namespace gatetest::internal {

/// The values minus their mean, scaled by a power of 2 so that no square overflows; exact sums
/// throughout, so that the order of the values changes no bit. They are finite, and not all 0.
std::vector<double> Centred(std::vector<double> values);

/// The sum of a[i] * b[i], in any order; the two are equally long.
double SumOfProducts(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STATISTICS_CENTRED_H_
