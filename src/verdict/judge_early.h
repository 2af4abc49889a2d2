// Verdicts that are safe before the last sample.
#ifndef GATETEST_SRC_VERDICT_JUDGE_EARLY_H_
#define GATETEST_SRC_VERDICT_JUDGE_EARLY_H_

#include <optional>
#include <vector>

#include "gatetest/verdict.h"
#include "src/verdict/decide.h"

namespace gatetest::internal {

/// What the samples said one after the other, in the order in which they were asked.
struct EarlyJudgement {
  std::optional<Finding> finding = {};  ///< None: no verdict was safe before the last sample.
  double failure_p = 1.0;               ///< Against "the true value clears the limit".
};

/// CanBeSafeEarly(question, subjects) is true, and they are evaluated (CheckSubject). Throws as
/// Measure does.
EarlyJudgement JudgeEarly(const Decidable& question, const std::vector<Subject>& subjects);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_JUDGE_EARLY_H_
