// --gatetest_plan: assertions print what they would take, and evaluate nothing.
#ifndef GATETEST_INTERNAL_PLAN_H_
#define GATETEST_INTERNAL_PLAN_H_

#include <string>
#include <vector>

#include "gatetest/evaluator.h"
#include "gatetest/gate.h"
#include "gatetest/ladder.h"
#include "gatetest/verdict.h"

namespace gatetest::internal {

/// Prints what a requirement on `model` would take: the evaluations, and for a population claim how
/// many samples would decide. Safe to call from several threads.
void PlanRequirement(const Requirement& requirement, const ModelPtr& model, const GateScope& scope);

/// The same for an evaluation that a matcher is to judge.
void PlanEvaluation(const ModelPtr& model, const TaskPtr& task, const GateScope& scope);

/// The same for a ladder of the gate's baseline and these rungs. `expectation`: of it; empty: a
/// test asks for the ladder itself.
void PlanLadder(const std::string& expectation, const std::vector<ModelPtr>& rungs,
                const LadderOptions& options, const GateScope& scope);

/// The same for a noise floor that a test asks for.
void PlanNoiseFloor(const ModelPtr& model, const TaskPtr& task, int runs, const GateScope& scope);

/// The same for an assertion on speed: `lines` say what it would take.
void PlanMeasurement(const std::string& expectation, const std::vector<std::string>& lines);

/// "6 expectations and 4 evaluations for matchers would take 10 evaluations in all: ...", and that
/// nothing was gated. The last lines of a run.
std::string PlanSummary();

}  // namespace gatetest::internal

#endif  // GATETEST_INTERNAL_PLAN_H_
