// What every analysis of a ladder asks of its configurations.
#ifndef GATETEST_SRC_LADDER_CONFIGURATIONS_H_
#define GATETEST_SRC_LADDER_CONFIGURATIONS_H_

#include <span>
#include <string>
#include <vector>

#include "gatetest/ladder_analysis.h"

namespace gatetest::internal {

/// Error(kInvalidArgument) where two have one name; `where` is the public function's name.
void CheckNamesDiffer(const char* where, std::span<const Configuration> configurations);

/// "INT4, INT2".
std::string JoinNames(const std::vector<std::string>& names);

/// "; left out: INT4, INT2", or nothing for none: the end of an error.
std::string WithLeftOut(const std::vector<std::string>& left_out);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_LADDER_CONFIGURATIONS_H_
