// Build ids: which code answers.
#ifndef GATETEST_SRC_MODEL_BUILD_ID_H_
#define GATETEST_SRC_MODEL_BUILD_ID_H_

#include <map>
#include <string>

namespace gatetest::internal {

/// The id of the executable, under "executable", and of every shared library it was linked with,
/// under its file's name ("libm.so.6"). A GNU build id in hexadecimal digits; where the linker
/// wrote none, a hash of the file. Libraries that were loaded after the program began (dlopen) are
/// not among them: when that happens depends on too much. Empty on systems where none of this can
/// be read.
const std::map<std::string, std::string>& LinkedBuildIds();

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_MODEL_BUILD_ID_H_
