// What matchers and macros do with a judgement beside showing it: keep undecided ones from passing,
// and record the values.
#ifndef GATETEST_MATCHERS_EVIDENCE_H_
#define GATETEST_MATCHERS_EVIDENCE_H_

#include <gtest/gtest.h>

#include <span>
#include <string>

#include "gatetest/gate.h"
#include "gatetest/verdict.h"

namespace gatetest::internal {

/// The current gate, with what the command line says in place of it; without one, the command line
/// alone.
Gate GateInTest();

/// The same gate, with what the command line says in place of it.
Gate WithRunSettings(Gate gate);

/// Records a property of the running test; nothing outside of one. Of the key, what GoogleTest's
/// JSON cannot hold becomes "_".
void RecordInTest(std::string key, const std::string& value);

/// Judges, and records values and verdicts as properties of the running test.
Judgement JudgeInTest(const Requirement& requirement, std::span<const Subject> subjects,
                      const JudgeDefaults& defaults);

/// What an INCONCLUSIVE verdict does to the running test: the command line's word, else the current
/// gate's.
IfInconclusive InconclusiveInTest();

/// Skips the running test, or warns, because of an INCONCLUSIVE judgement that is not to fail it;
/// once for the same judgement in the same test.
void TolerateInconclusive(const Judgement& judgement);
/// The same, with the judgement's own words.
void TolerateInconclusive(const std::string& text);

/// Fails the running test, once, when the judgement is neither PASSED nor FAILED. False: it is
/// INCONCLUSIVE, which is not to fail the test (IfInconclusive), and `tolerant`.
bool RequireEvidence(const Judgement& judgement, bool tolerant);

/// Why a macro without a gate measures nothing.
extern const char kNoGate[];

/// For an assertion in a run that judges nothing: its test counts as skipped.
::testing::AssertionResult NotJudged(const char* why);

/// "  Record: cd /ci/build && ./gate_test ... --gatetest_mode=auto\n", where answers are missing in
/// the store that was to be replayed; else empty.
std::string RecordLine(const Judgement& judgement);

/// The same line with a flag more.
std::string RerunCommandWith(const std::string& flag);

/// "cd /ci/build && ./gate_test --gtest_filter=Gate.Int4": a line to paste, with the
/// flags that change verdicts. Empty outside of a test.
std::string RerunCommand();

}  // namespace gatetest::internal

#endif  // GATETEST_MATCHERS_EVIDENCE_H_
