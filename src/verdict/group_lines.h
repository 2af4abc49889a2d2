// The groups and samples that a message lists, those that matter most first.
#ifndef GATETEST_SRC_VERDICT_GROUP_LINES_H_
#define GATETEST_SRC_VERDICT_GROUP_LINES_H_

#include <cstddef>
#include <string>
#include <vector>

#include "src/verdict/pairs.h"

namespace gatetest::internal {

/// So many samples of those that lost most are shown.
inline constexpr std::size_t kMostSamples = 3;

/// One group on its way into a message.
struct GroupLine {
  double loss = 0.0;
  std::string text = {};
};

/// The texts of at most five groups that lost anything, and how many more there are.
std::vector<std::string> MostFirst(std::vector<GroupLine> lines);

/// "add", or "skills/add" among several tasks.
std::string GroupOf(const Pair& pair, bool several);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_GROUP_LINES_H_
