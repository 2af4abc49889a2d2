// How a correlation coefficient is shown.
#ifndef GATETEST_SRC_LADDER_SHOW_R_H_
#define GATETEST_SRC_LADDER_SHOW_R_H_

#include <string>

namespace gatetest::internal {

/// Four decimals, and as many more as it takes not to look like a 1 that it is not.
std::string ShowR(double r);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_LADDER_SHOW_R_H_
