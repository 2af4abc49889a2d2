// What a call throws, for tests of messages.
#ifndef GATETEST_TESTS_SUPPORT_ERRORS_H_
#define GATETEST_TESTS_SUPPORT_ERRORS_H_

#include <gtest/gtest.h>

#include <string>

#include "gatetest/error.h"

namespace gatetest::testing_support {

/// The text of the Error that `call` throws, which must have this code.
template <typename Call>
std::string ErrorOf(const Call& call, ErrorCode code) {
  try {
    call();
  } catch (const Error& error) {
    EXPECT_EQ(static_cast<int>(error.code()), static_cast<int>(code)) << error.what();
    return error.what();
  }
  return "no error";
}

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_SUPPORT_ERRORS_H_
