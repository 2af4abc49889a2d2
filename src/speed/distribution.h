// How measurements are distributed, for eyes.
#ifndef GATETEST_SRC_SPEED_DISTRIBUTION_H_
#define GATETEST_SRC_SPEED_DISTRIBUTION_H_

#include <span>
#include <string>

#include "src/speed/unit.h"

namespace gatetest::internal {

/// The smallest of the sorted values that at least a share `p` of them does not exceed (the inverse
/// of the empirical distribution function). There is at least one.
double Quantile(std::span<const double> sorted, double p);

/// "min 12.1, p50 31.02, p95 61.2, max 90.3 ms (n = 177)".
std::string OneLine(std::span<const double> sorted, const Scale& scale);

/// Up to eight bars of the sorted, finite values, one a line, and where the limit lies among them.
/// Empty for fewer than ten values, and where all are equal.
std::string Histogram(std::span<const double> sorted, double limit, const Scale& scale);

/// How far repetitions of one piece of work lie apart, so what the machine adds.
struct Spread {
  double low = 1.0;   ///< The 10th percentile over the median.
  double high = 1.0;  ///< The 90th.
  std::size_t n = 0;  ///< Repetitions; 0: there were too few to say (fewer than 5).
};
Spread SpreadOf(std::span<const double> same_work);

/// "the same request, 17 times in this run, took 0.95 to 1.12 times its median (10th to 90th
/// percentile)". Empty for a spread that says nothing.
std::string SpreadText(const Spread& spread, const std::string& what);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_SPEED_DISTRIBUTION_H_
