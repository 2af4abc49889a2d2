#include "src/statistics/distributions.h"

#include <fmt/format.h>

#include <string>

#include "gatetest/error.h"

namespace gatetest::internal {

void ThrowInvalid(const std::string& message) { throw Error(ErrorCode::kInvalidArgument, message); }

void CheckAlpha(const char* where, double alpha) {
  if (!(alpha > 0.0 && alpha < 0.5)) {
    ThrowInvalid(
        fmt::format("{}: alpha is {}; give the one-sided error of each bound, above 0 and below "
                    "0.5 (0.05 makes a 90% interval)",
                    where, alpha));
  }
}

// By symmetry: 1 - alpha would lose a small alpha.
double UpperNormal(double alpha) { return -boost::math::quantile(Normal(), alpha); }

double UpperStudent(double alpha, double degrees) {
  return -boost::math::quantile(StudentsT(degrees), alpha);
}

}  // namespace gatetest::internal
