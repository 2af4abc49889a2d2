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
    return NotMeasured(requirement,
                       "there is no gate here. Use the macro in a TEST_F of a fixture derived from "
                       "gatetest::GateTest.\nA fixture that overrides SetUp() calls "
                       "GateTest::SetUp() first; another thread makes a gatetest::GateScope of its "
                       "own.");
  }
  try {
    return JudgeInTest(requirement,
                       EvaluateFor(requirement, model, scope->gate(), scope->evaluator()));
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
  if (TheRunSettings().plan && GateScope::current() != nullptr) {
    PlanRequirement({metric_, limit}, model, *GateScope::current());
    // A GateTest swallows this and says it at its end; a TEST with a scope of its own has no other
    // to say that it gated nothing. Outside of a test it would skip those that follow.
    if (::testing::UnitTest::GetInstance()->current_test_info() != nullptr) SkipTest(kOnlyPlanned);
    return ::testing::AssertionSuccess();
  }
  const Judgement judgement = EvaluateAndJudge({metric_, limit}, model);
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
         << Explain(judgement) << (rerun.empty() ? "" : "   Rerun: " + rerun);
}

}  // namespace gatetest::internal
