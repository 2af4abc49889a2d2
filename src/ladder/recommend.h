// Which rung of a ladder to ship.
#ifndef GATETEST_SRC_LADDER_RECOMMEND_H_
#define GATETEST_SRC_LADDER_RECOMMEND_H_

#include <vector>

#include "gatetest/ladder.h"

namespace gatetest::internal {

/// Of rungs that are judged; the first is the baseline.
Recommendation Recommend(const std::vector<Rung>& rungs);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_LADDER_RECOMMEND_H_
