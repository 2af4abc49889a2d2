#include "gatetest/assertions.h"

#include <exception>
#include <string>

#include "gatetest/gate.h"
#include "gatetest/internal/plan.h"
#include "gatetest/internal/run_settings.h"
#include "gatetest/internal/test_results.h"
#include "matchers/evidence.h"

namespace gatetest::internal {
namespace {

Judgement NotMeasured(const Requirement& requirement, const std::string& why) {
  return {.requirement = requirement, .failure = why};
}

Judgement EvaluateAndJudge(const Requirement& requirement, const ModelPtr& model) {
  GateScope* const scope = GateScope::current();
  if (scope == nullptr) {
    return NotMeasured(requirement, kNoGate);
  }
  try {
    const Gate gate = GateInTest();
    return JudgeInTest(
        requirement, EvaluateFor(requirement, model, gate, scope->evaluator(), &scope->spending()),
        DefaultsOf(gate));
  } catch (const std::exception& error) {
    return NotMeasured(requirement, error.what());
  }
}

}  // namespace

::testing::AssertionResult MetricAssertion::operator()(const char* model_text,
                                                       const char* limit_text,
                                                       const ModelPtr& model,
                                                       const Limit& limit) const {
  ++AssertionCount();
  if (TheRunSettings().asks_nothing() && GateScope::current() != nullptr) {
    PlanRequirement({metric_, limit}, model, *GateScope::current());
    return NotJudged(kOnlyPlanned);
  }
  const Judgement judgement = EvaluateAndJudge({metric_, limit}, model);
  if (GateScope::current() != nullptr && GateScope::current()->evaluator().options().slice) {
    return NotJudged(kOnlySlice);
  }
  if (judgement.verdict == Verdict::kPassed) return ::testing::AssertionSuccess();
  if (judgement.verdict == Verdict::kInconclusive &&
      InconclusiveInTest() != IfInconclusive::kFail) {
    TolerateInconclusive(judgement);
    return ::testing::AssertionSuccess();
  }
  const std::string subject =
      judgement.findings.empty() ? std::string(model_text) + " " : std::string();
  const std::string rerun = RerunCommand();
  return ::testing::AssertionFailure()
         << "Expected: " << subject << Expectation(judgement)
         << (judgement.findings.empty() ? " (limit " + std::string(limit_text) + ")" : "") << "\n"
         << Explain(judgement) << RecordLine(judgement)
         << (rerun.empty() ? "" : "   Rerun: " + rerun);
}

}  // namespace gatetest::internal
