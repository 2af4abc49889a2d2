// The name this program was started by, for the line that runs one test again.
#ifndef GATETEST_INTERNAL_PROGRAM_H_
#define GATETEST_INTERNAL_PROGRAM_H_

#include <string>

namespace gatetest::internal {

/// gatetest::Init sets it to argv[0]; empty before.
std::string& ProgramName();

}  // namespace gatetest::internal

#endif  // GATETEST_INTERNAL_PROGRAM_H_
