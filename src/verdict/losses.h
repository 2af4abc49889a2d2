// What was lost, and where: the counts, groups and samples that a failure lists.
#ifndef GATETEST_SRC_VERDICT_LOSSES_H_
#define GATETEST_SRC_VERDICT_LOSSES_H_

#include <span>
#include <string>
#include <vector>

#include "gatetest/verdict.h"

namespace gatetest::internal {

struct Losses {
  /// "baseline 683/700, candidate 563/700; 131 samples lost, 11 gained". May be empty.
  std::string counts = {};
  /// "add 182/292": the groups that lost most, most first. Empty when there is but one group.
  std::vector<std::string> groups = {};
  /// The samples to look at first, at most three.
  std::vector<std::string> worst = {};
};

/// Of subjects for which the requirement's metric could be measured.
Losses FindLosses(const Requirement& requirement, std::span<const Subject> subjects);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_LOSSES_H_
