// The build id of the running executable: which code answered.
#ifndef GATETEST_SRC_MODEL_BUILD_ID_H_
#define GATETEST_SRC_MODEL_BUILD_ID_H_

#include <string>

namespace gatetest::internal {

/// The GNU build id in hexadecimal digits; where the linker wrote none, a hash of the executable's
/// bytes; empty where neither can be read.
const std::string& ExecutableBuildId();

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_MODEL_BUILD_ID_H_
