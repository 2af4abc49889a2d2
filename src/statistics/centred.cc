#include "src/statistics/centred.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "src/statistics/exact_sum.h"

namespace gatetest::internal {

std::vector<double> Centred(std::vector<double> values) {
  double most = 0.0;
  for (const double value : values) most = std::max(most, std::abs(value));
  const int exponent = std::ilogb(most);
  ExactSum sum;
  for (double& value : values) {
    value = std::scalbn(value, -exponent);
    sum.Add(value);
  }
  const double mean = sum.Value() / static_cast<double>(values.size());
  for (double& value : values) value -= mean;
  return values;
}

double SumOfProducts(const std::vector<double>& a, const std::vector<double>& b) {
  ExactSum sum;
  for (std::size_t i = 0; i < a.size(); ++i) sum.Add(a[i] * b[i]);
  return sum.Value();
}

}  // namespace gatetest::internal
