#include "gatetest/assertions.h"

#include <exception>
#include <optional>
#include <string>

#include "gatetest/gate.h"
#include "gatetest/internal/plan.h"
#include "gatetest/internal/run_settings.h"
#include "gatetest/internal/test_results.h"
#include "matchers/evidence.h"
#include "matchers/judge_in_test.h"

namespace gatetest::internal {
namespace {

Judgement NotMeasured(const Requirement& requirement, const std::string& why) {
  return {.requirement = requirement, .failure = why};
}

}  // namespace

std::optional<Judgement> JudgeOrPlan(const Requirement& requirement, const ModelPtr& model,
                                     ::testing::AssertionResult& not_judged) {
  ++AssertionCount();
  GateScope* const scope = GateScope::current();
  if (scope == nullptr) return NotMeasured(requirement, kNoGate);
  if (TheRunSettings().asks_nothing()) {
    PlanRequirement(requirement, model, *scope);
    not_judged = NotJudged(kOnlyPlanned);
    return std::nullopt;
  }
  Judgement judgement{.requirement = requirement};
  try {
    const Gate gate = GateInTest();
    judgement = JudgeInTest(
        requirement, EvaluateFor(requirement, model, gate, scope->evaluator(), &scope->spending()),
        DefaultsOf(gate));
  } catch (const std::exception& error) {
    judgement = NotMeasured(requirement, error.what());
  }
  if (!scope->evaluator().options().slice) return judgement;
  not_judged = NotJudged(kOnlySlice);
  return std::nullopt;
}

bool SatisfiesInTest(const Judgement& judgement) {
  if (judgement.verdict == Verdict::kPassed) return true;
  if (judgement.verdict != Verdict::kInconclusive ||
      InconclusiveInTest() == IfInconclusive::kFail) {
    return false;
  }
  TolerateInconclusive(judgement);
  return true;
}

std::string FailureText(const Judgement& judgement, const std::string& model_text,
                        const std::string& limit_text) {
  const bool judged = !judgement.findings.empty();
  return "Expected: " + (judged ? "" : model_text + " ") + Expectation(judgement) +
         (judged ? "" : " (limit " + limit_text + ")") + "\n" + Explain(judgement) +
         RecordLine(judgement);
}

::testing::AssertionResult MetricAssertion::operator()(const char* model_text,
                                                       const char* limit_text,
                                                       const ModelPtr& model,
                                                       const Limit& limit) const {
  ::testing::AssertionResult not_judged = ::testing::AssertionSuccess();
  const std::optional<Judgement> judgement = JudgeOrPlan({metric_, limit}, model, not_judged);
  if (!judgement) return not_judged;
  if (SatisfiesInTest(*judgement)) return ::testing::AssertionSuccess();
  const std::string rerun = RerunCommand();
  return ::testing::AssertionFailure() << FailureText(*judgement, model_text, limit_text)
                                       << (rerun.empty() ? "" : "   Rerun: " + rerun);
}

::testing::AssertionResult OutputLengthRatioWithin(const char* model_text, const char* lower_text,
                                                   const char* upper_text, const ModelPtr& model,
                                                   const Limit& lower, double upper) {
  const std::string limits = std::string(lower_text) + " to " + upper_text;
  return MetricAssertion(Metric::kOutputLengthRatio)(model_text, limits.c_str(), model,
                                                     lower.UpTo(upper));
}

}  // namespace gatetest::internal
