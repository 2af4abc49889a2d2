#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <exception>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/assertions.h"
#include "gatetest/error.h"
#include "gatetest/gate.h"
#include "gatetest/internal/plan.h"
#include "gatetest/internal/run_settings.h"
#include "gatetest/internal/test_results.h"
#include "matchers/accept.h"
#include "matchers/evidence.h"

namespace gatetest::internal {
namespace {

/// What has to hold on one task, and what to compare with there.
struct Part {
  Requirement requirement;
  Gate gate;
};

/// A tolerance that nobody stated would be a limit that nobody chose.
double Stated(double tolerance, double above, const char* field, const Task& task) {
  if (tolerance > above) return tolerance;
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("the gate does not state what a release may lose on \"{}\": set "
                          "Gate::tolerance.{}, above {}",
                          task.name(), field, above));
}

Requirement RequirementOf(const Gate& gate, const Task& task) {
  if (task.measures() == Measures::kAccuracy) {
    return {Metric::kAccuracyLoss,
            Stated(gate.tolerance.accuracy_loss, 0.0, "accuracy_loss", task)};
  }
  return {Metric::kPerplexityRatio,
          Stated(gate.tolerance.perplexity_ratio, 1.0, "perplexity_ratio", task)};
}

std::vector<Part> PartsOf(const ModelPtr& model, const Gate& gate) {
  CheckGate(gate);
  if (model == nullptr) throw Error(ErrorCode::kInvalidArgument, "there is no model: null pointer");
  if (gate.tasks.empty()) throw Error(ErrorCode::kInvalidArgument, "the gate has no tasks");
  std::vector<Part> parts;
  for (const TaskPtr& task : gate.tasks) {
    Part part{.requirement = RequirementOf(gate, *task), .gate = gate};
    part.gate.baseline = AcceptedRelease(gate, model->info(), *task);
    part.gate.tasks = {task};
    parts.push_back(std::move(part));
  }
  return parts;
}

::testing::AssertionResult Fail(const std::string& what, const std::string& text) {
  const std::string rerun = RerunCommand();
  return ::testing::AssertionFailure() << "Expected: no regression of " << what << "\n"
                                       << text << (rerun.empty() ? "" : "   Rerun: " + rerun);
}

::testing::AssertionResult NotMeasured(const std::string& what, const std::string& why,
                                       const std::string& more = "") {
  return Fail(
      what, Explain(Judgement{.requirement = {Metric::kAccuracyLoss, 0.0}, .failure = why}) + more);
}

/// The tasks that have one metric are judged together, as those of any other limit are.
std::vector<Judgement> Judge(const ModelPtr& model, const std::vector<Part>& parts,
                             const GateScope& scope) {
  std::vector<Judgement> judgements;
  for (const Metric metric : {Metric::kAccuracyLoss, Metric::kPerplexityRatio}) {
    std::vector<Subject> subjects;
    const Requirement* requirement = nullptr;
    const auto has_metric = [&](const Part& part) { return part.requirement.metric == metric; };
    const auto count =
        static_cast<std::size_t>(std::count_if(parts.begin(), parts.end(), has_metric));
    for (const Part& part : parts) {
      if (!has_metric(part)) continue;
      requirement = &part.requirement;
      for (Subject& subject : EvaluateFor(part.requirement, model, part.gate, scope.evaluator(),
                                          &scope.spending(), count - 1)) {
        subject.same_model = SameModel::kAllowed;
        subjects.push_back(std::move(subject));
      }
    }
    if (requirement != nullptr) {
      judgements.push_back(JudgeInTest(*requirement, subjects, DefaultsOf(GateInTest())));
    }
  }
  return judgements;
}

::testing::AssertionResult Report(const std::string& what,
                                  const std::vector<Judgement>& judgements) {
  std::string text;
  for (const Judgement& judgement : judgements) {
    if (judgement.verdict == Verdict::kPassed) continue;
    if (judgement.verdict == Verdict::kInconclusive &&
        InconclusiveInTest() != IfInconclusive::kFail) {
      TolerateInconclusive(judgement);
      continue;
    }
    text += fmt::format("{:>8}: {}\n{}{}", "Limit", Expectation(judgement), Explain(judgement),
                        RecordLine(judgement));
  }
  if (text.empty()) return ::testing::AssertionSuccess();
  return Fail(what + " against the release that was accepted", text);
}

::testing::AssertionResult AcceptInstead(const std::string& what, const ModelPtr& model,
                                         const GateScope& scope) {
  try {
    const std::string summary = AcceptRelease(model, scope);
    std::cout << "[ gatetest ] " << summary << std::endl;
  } catch (const std::exception& error) {
    return NotMeasured(what, error.what());
  }
  ++AcceptedCount();
  // Other expectations of the test are judged as ever; this one was not.
  return NotJudged("accepted as the release to compare with, and not judged (--gatetest_accept)");
}

}  // namespace

::testing::AssertionResult NoRegression(const char* model_text, const ModelPtr& model) {
  ++AssertionCount();
  const std::string what = model == nullptr ? model_text : ToString(model->info());
  const GateScope* const scope = GateScope::current();
  if (scope == nullptr) return NotMeasured(what, kNoGate);
  if (TheRunSettings().accept) return AcceptInstead(what, model, *scope);
  try {
    const std::vector<Part> parts = PartsOf(model, GateInTest());
    if (TheRunSettings().asks_nothing()) {
      for (const Part& part : parts) {
        PlanRequirement(part.requirement, model, GateScope(part.gate, scope->evaluator()));
      }
      return NotJudged(kOnlyPlanned);
    }
    const std::vector<Judgement> judgements = Judge(model, parts, *scope);
    return scope->evaluator().options().slice ? NotJudged(kOnlySlice) : Report(what, judgements);
  } catch (const NothingAccepted& error) {
    const std::string accept = RerunCommandWith("--gatetest_accept");
    return NotMeasured(what, error.what(),
                       accept.empty() ? "" : fmt::format("{:>8}: {}\n", "Accept", accept));
  } catch (const std::exception& error) {
    return NotMeasured(what, error.what());
  }
}

}  // namespace gatetest::internal
