// One verdict of several.
#ifndef GATETEST_SRC_VERDICT_COMBINE_H_
#define GATETEST_SRC_VERDICT_COMBINE_H_

#include <algorithm>
#include <vector>

#include "gatetest/verdict.h"

namespace gatetest::internal {

/// Of findings or judgements: PASSED when all of them are; else FAILED when one is; else NOT
/// MEASURED when one is, or where there are none.
template <typename Judged>
Verdict Combine(const std::vector<Judged>& all) {
  if (all.empty()) return Verdict::kNotMeasured;
  for (const Verdict verdict : {Verdict::kFailed, Verdict::kNotMeasured, Verdict::kInconclusive}) {
    const bool any = std::any_of(all.begin(), all.end(),
                                 [&](const Judged& one) { return one.verdict == verdict; });
    if (any) return verdict;
  }
  return Verdict::kPassed;
}

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_COMBINE_H_
