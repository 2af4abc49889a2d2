// What the assertion macros share: a requirement on a model, in the running test.
#ifndef GATETEST_MATCHERS_JUDGE_IN_TEST_H_
#define GATETEST_MATCHERS_JUDGE_IN_TEST_H_

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "gatetest/model.h"
#include "gatetest/verdict.h"

namespace gatetest::internal {

/// Evaluates the model for the current gate, and judges it; counts as an assertion. None in a run
/// that judges nothing (a plan, a slice): `not_judged` is then what the macro returns.
std::optional<Judgement> JudgeOrPlan(const Requirement& requirement, const ModelPtr& model,
                                     ::testing::AssertionResult& not_judged);

/// PASSED, or INCONCLUSIVE where that is tolerated, which is then said.
bool SatisfiesInTest(const Judgement& judgement);

/// From "Expected:" to "Evidence:" and, where something could be recorded, "Record:"; each line
/// ends in a newline. The texts stand for model and limit where nothing could be judged.
std::string FailureText(const Judgement& judgement, const std::string& model_text,
                        const std::string& limit_text);

}  // namespace gatetest::internal

#endif  // GATETEST_MATCHERS_JUDGE_IN_TEST_H_
