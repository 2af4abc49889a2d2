// The text of whatever was thrown, for the places that must not let exceptions of users' code pass.
#ifndef GATETEST_SRC_THROWN_H_
#define GATETEST_SRC_THROWN_H_

#include <exception>
#include <string>

namespace gatetest::internal {

/// Only inside a catch block.
inline std::string TextOfCurrentException() {
  try {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "something that is not a std::exception";
  }
}

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_THROWN_H_
