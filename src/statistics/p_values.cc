#include "src/statistics/p_values.h"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

#include "src/statistics/beta_bounds.h"
#include "src/statistics/distributions.h"

namespace gatetest::internal {

void CheckTrials(const char* where, std::int64_t successes, std::int64_t trials) {
  if (trials <= 0 || successes < 0 || successes > trials) {
    ThrowInvalid(
        fmt::format("{}: {} successes of {} trials; give at least one trial "
                    "and between 0 and that many successes",
                    where, successes, trials));
  }
}

PValues BinomialPValues(std::int64_t k, std::int64_t n, double limit) {
  CheckTrials("BinomialPValues", k, n);
  return BetaPValues(static_cast<double>(k), static_cast<double>(n - k), limit);
}

PValues NormalPValues(double z) {
  if (std::isnan(z)) return {};
  return {.above = boost::math::cdf(boost::math::complement(Normal(), z)),
          .below = boost::math::cdf(Normal(), z)};
}

PValues StudentPValues(double t, double degrees) {
  if (std::isnan(t) || !(degrees > 0.0)) return {};
  if (std::isinf(degrees)) return NormalPValues(t);
  if (std::isinf(t)) {
    return t > 0.0 ? PValues{.above = 0.0, .below = 1.0} : PValues{.above = 1.0, .below = 0.0};
  }
  const StudentsT student(degrees);
  return {.above = boost::math::cdf(boost::math::complement(student, t)),
          .below = boost::math::cdf(student, t)};
}

}  // namespace gatetest::internal
