// What matchers and macros do with a judgement beside showing it: keep undecided ones from passing,
// and record the values.
#ifndef GATETEST_MATCHERS_EVIDENCE_H_
#define GATETEST_MATCHERS_EVIDENCE_H_

#include <span>
#include <string>

#include "gatetest/verdict.h"

namespace gatetest::internal {

/// Judges with the current gate's claim and alpha, counts the assertion in the gate's scope, and
/// records values and verdicts as properties of the running test.
Judgement JudgeInTest(const Requirement& requirement, std::span<const Subject> subjects);

/// Fails the running test, once, when the judgement is neither PASSED nor FAILED.
void RequireEvidence(const Judgement& judgement);

/// "cd /ci/build && ./gate_test --gtest_filter=Gate.Int4": a line to paste. Empty outside of a
/// test.
std::string RerunCommand();

}  // namespace gatetest::internal

#endif  // GATETEST_MATCHERS_EVIDENCE_H_
