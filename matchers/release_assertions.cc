#include "gatetest/release_assertions.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/gate.h"
#include "gatetest/internal/plan.h"
#include "gatetest/internal/run_settings.h"
#include "gatetest/internal/test_results.h"
#include "gatetest/ladder.h"
#include "matchers/evidence.h"
#include "matchers/judge_in_test.h"
#include "src/text/lines.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

constexpr char kNoRequirements[] =
    "the gate does not say what a model has to meet to ship; set Gate::requirements";

std::string NameOf(const ModelPtr& model, const char* text) {
  return model == nullptr ? text : ToString(model->info());
}

::testing::AssertionResult NotAsExpected(const std::string& expected, const std::string& why,
                                         const std::string& record = "") {
  Lines lines;
  lines.Add("Verdict", why);
  const std::string rerun = RerunCommand();
  return ::testing::AssertionFailure()
         << "Expected: " << expected << "\n"
         << lines.text() << record << (rerun.empty() ? "" : "   Rerun: " + rerun);
}

/// All of the gate's requirements on a model.
struct Judged {
  std::vector<Judgement> judgements = {};
  /// In place of the verdicts: what the macro returns.
  std::optional<::testing::AssertionResult> instead = {};
};

Judged JudgeAll(const std::string& expected, const ModelPtr& model) {
  const GateScope* const scope = GateScope::current();
  if (scope == nullptr || scope->gate().requirements.empty()) {
    ++AssertionCount();
    return {.instead = NotAsExpected(expected, std::string("NOT MEASURED: ") +
                                                   (scope == nullptr ? kNoGate : kNoRequirements))};
  }
  Judged judged;
  ::testing::AssertionResult not_judged = ::testing::AssertionSuccess();
  for (const Requirement& requirement : scope->gate().requirements) {
    std::optional<Judgement> judgement = JudgeOrPlan(requirement, model, not_judged);
    if (judgement) {
      judged.judgements.push_back(*std::move(judgement));
    } else {
      judged.instead = not_judged;
    }
  }
  return judged;
}

/// The texts of all of them, and how to run them again.
std::string TextOf(const std::vector<const Judgement*>& judgements, const std::string& model_text) {
  std::string text;
  for (const Judgement* const judgement : judgements) {
    text += fmt::format(
        "{}{}", text.empty() ? "" : "\n",
        FailureText(*judgement, model_text, ShowNumber(judgement->requirement.limit.threshold())));
  }
  const std::string rerun = RerunCommand();
  return rerun.empty() ? text : text + "   Rerun: " + rerun;
}

std::vector<ModelPtr> ModelsOf(const ModelPtr& baseline, const std::vector<ModelPtr>& rungs) {
  std::vector<ModelPtr> models = {baseline};
  models.insert(models.end(), rungs.begin(), rungs.end());
  return models;
}

/// "f16, int8, int4".
std::string RungsText(const ModelPtr& baseline, const std::vector<ModelPtr>& rungs) {
  std::string text;
  for (const ModelPtr& model : ModelsOf(baseline, rungs)) {
    if (model == nullptr) continue;  // Who climbs the ladder says so.
    const ModelInfo& info = model->info();
    text += (text.empty() ? "" : ", ") +
            (info.quantization.empty() ? ToString(info) : info.quantization);
  }
  return text.empty() ? "no models" : text;
}

/// Throws for a model that cannot be the recommended one, before anything is asked.
void CheckIsRung(const ModelPtr& model, const ModelPtr& baseline,
                 const std::vector<ModelPtr>& rungs) {
  if (model == nullptr) {
    throw Error(ErrorCode::kInvalidArgument, "there is no model: null pointer");
  }
  std::string names;
  for (const ModelPtr& one : ModelsOf(baseline, rungs)) {
    if (one == nullptr) return;  // Who climbs the ladder says so.
    if (ToString(one->info()) == ToString(model->info())) return;
    names += (names.empty() ? "" : ", ") + ToString(one->info());
  }
  throw Error(ErrorCode::kInvalidArgument, fmt::format("{} is no rung of the ladder; there is: {}",
                                                       ToString(model->info()), names));
}

/// How to record what a rung lacks; empty: nothing.
std::string RecordLineOf(const std::vector<Judgement>& judgements) {
  for (const Judgement& judgement : judgements) {
    if (std::string line = RecordLine(judgement); !line.empty()) return line;
  }
  return "";
}

std::string RecordLineOf(const Ladder& ladder) {
  for (const Rung& rung : ladder.rungs) {
    if (std::string line = RecordLineOf(rung.judgements); !line.empty()) return line;
  }
  return "";
}

/// What else the message says of a ladder.
std::string WhyNotOthers(const Ladder& ladder) {
  std::string text;
  for (const Recommendation::Rejected& rejected : ladder.recommendation.rejected) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : "\n", ladder.rungs[rejected.rung].name,
                        rejected.why);
  }
  return text;
}

}  // namespace

::testing::AssertionResult MayShip(const char* model_text, const ModelPtr& model) {
  const Judged judged = JudgeAll(NameOf(model, model_text) + " may ship", model);
  if (judged.instead) return *judged.instead;
  std::vector<const Judgement*> missed;
  for (const Judgement& judgement : judged.judgements) {
    if (!SatisfiesInTest(judgement)) missed.push_back(&judgement);
  }
  if (missed.empty()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << TextOf(missed, model_text);
}

::testing::AssertionResult Blocked(const char* model_text, const ModelPtr& model) {
  const std::string expected =
      NameOf(model, model_text) + " is blocked by one of the gate's requirements";
  const Judged judged = JudgeAll(expected, model);
  if (judged.instead) return *judged.instead;
  std::string verdicts;
  for (const Judgement& judgement : judged.judgements) {
    if (judgement.verdict == Verdict::kFailed) return ::testing::AssertionSuccess();
    std::string reason = judgement.failure;
    for (const Finding& finding : judgement.findings) {
      if (finding.verdict == judgement.verdict && reason.empty()) reason = finding.reason;
    }
    verdicts += fmt::format("{}{}: {}{}: {}", verdicts.empty() ? "" : "\n", Name(judgement.verdict),
                            judgement.findings.empty() ? model_text + std::string(" ") : "",
                            Expectation(judgement), reason.substr(0, reason.find('\n')));
  }
  return NotAsExpected(expected, "none of them is FAILED, by evidence\n" + verdicts,
                       RecordLineOf(judged.judgements));
}

::testing::AssertionResult Recommended(const char* model_text, const char* rungs_text,
                                       const ModelPtr& model, const std::vector<ModelPtr>& rungs) {
  ++AssertionCount();
  GateScope* const scope = GateScope::current();
  const std::string expected =
      fmt::format("{} is the one to ship of {}", NameOf(model, model_text),
                  scope == nullptr ? rungs_text : RungsText(scope->gate().baseline, rungs));
  if (scope == nullptr) return NotAsExpected(expected, std::string("NOT MEASURED: ") + kNoGate);
  if (TheRunSettings().asks_nothing()) {
    PlanLadder(expected, rungs, {}, *scope);
    return NotJudged(kOnlyPlanned);
  }
  try {
    CheckIsRung(model, scope->gate().baseline, rungs);
    const Ladder ladder =
        ClimbLadder(GateInTest(), rungs, scope->evaluator(), {}, &scope->spending());
    if (scope->evaluator().options().slice) return NotJudged(kOnlySlice);
    for (const Rung& rung : ladder.rungs) {
      RecordInTest("gatetest_rung/" + rung.name, std::string(Name(rung.verdict)));
    }
    const std::optional<std::size_t> chosen = ladder.recommendation.rung;
    RecordInTest("gatetest_recommended", chosen ? ladder.rungs[*chosen].name : "none");
    if (!ladder.recommendation.unsettled.empty()) {
      return NotAsExpected(
          expected, "NOT MEASURED: " + ladder.recommendation.reason + "\n" + WhyNotOthers(ladder),
          RecordLineOf(ladder));
    }
    if (chosen && ToString(ladder.rungs[*chosen].model) == ToString(model->info())) {
      return ::testing::AssertionSuccess();
    }
    Lines lines;
    lines.Add("Actual", ladder.recommendation.reason);
    lines.Add("Others", WhyNotOthers(ladder));
    const std::string rerun = RerunCommand();
    return ::testing::AssertionFailure()
           << "Expected: " << expected << "\n"
           << lines.text() << RecordLineOf(ladder) << (rerun.empty() ? "" : "   Rerun: " + rerun);
  } catch (const std::exception& error) {
    return NotAsExpected(expected, std::string("NOT MEASURED: ") + error.what());
  }
}

}  // namespace gatetest::internal
