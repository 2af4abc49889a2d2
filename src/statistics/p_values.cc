#include "src/statistics/p_values.h"

#include <fmt/format.h>

#include <boost/math/special_functions/beta.hpp>
#include <cmath>
#include <cstdint>

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
  if (std::isnan(limit)) return {};
  if (limit < 0.0) return {.above = 0.0, .below = 1.0};
  if (limit > 1.0) return {.above = 1.0, .below = 0.0};
  const double successes = static_cast<double>(k);
  const double failures = static_cast<double>(n - k);
  PValues p;
  if (k > 0) p.above = boost::math::ibeta(successes, failures + 1.0, limit, Quiet());
  if (k < n) p.below = boost::math::ibetac(successes + 1.0, failures, limit, Quiet());
  return p;
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
