// Expectations on numbers, for tests of statistics.
#ifndef GATETEST_TESTS_SUPPORT_NUMBERS_H_
#define GATETEST_TESTS_SUPPORT_NUMBERS_H_

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>

#include "tests/support/errors.h"

namespace gatetest::testing_support {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

inline void ExpectClose(double actual, double expected, double relative = 1e-9) {
  EXPECT_NEAR(actual, expected, relative * std::abs(expected));
}

/// `call` throws an Error of this code whose text contains `text`.
inline void ExpectError(ErrorCode code, const std::string& text,
                        const std::function<void()>& call) {
  const std::string message = ErrorOf(call, code);
  EXPECT_NE(message.find(text), std::string::npos) << message << "\nhas no: " << text;
}

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_SUPPORT_NUMBERS_H_
