// The samples a verdict is about, with what came of them.
#ifndef GATETEST_SRC_VERDICT_PAIRS_H_
#define GATETEST_SRC_VERDICT_PAIRS_H_

#include <string>
#include <vector>

#include "gatetest/evaluation.h"
#include "gatetest/verdict.h"

namespace gatetest::internal {

struct Pair {
  const Sample* sample = nullptr;
  const Outcome* candidate =
      nullptr;  ///< Null: not asked, because a stop rule ended the evaluation.
  const Outcome* baseline = nullptr;  ///< Null: likewise, or there is no baseline.
};

/// Every sample of the subject's task and group, in the data set's order.
std::vector<Pair> PairsOf(const Subject& subject);

/// What kept samples from being measured.
struct Missing {
  std::size_t samples = 0;
  std::string first = {};  ///< Sample and reason of the first.
};
Missing MissingIn(const std::vector<Pair>& pairs, bool with_baseline);

inline bool Measured(const Outcome* outcome) {
  return outcome != nullptr && outcome->unmeasured.empty();
}

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_PAIRS_H_
