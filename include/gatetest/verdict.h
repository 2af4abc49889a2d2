// Verdict: whether evaluations clear a limit, and the text that says why. What every matcher and
// macro says comes from here.
//
//   gatetest::Requirement requirement{gatetest::Metric::kRetention, 0.9};
//   gatetest::Subject subject{.candidate = int4, .baseline = f16};
//   gatetest::Judgement judgement = gatetest::Judge(requirement, {&subject, 1});
//   if (judgement.verdict != gatetest::Verdict::kPassed) std::cerr << gatetest::Explain(judgement);
#ifndef GATETEST_VERDICT_H_
#define GATETEST_VERDICT_H_

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gatetest/estimate.h"
#include "gatetest/evaluation.h"
#include "gatetest/limit.h"
#include "gatetest/metrics.h"
#include "gatetest/noise_floor.h"

namespace gatetest {

/// What came of a requirement.
enum class Verdict {
  kPassed,
  kFailed,
  kInconclusive,  ///< Population claims only: the samples do not decide.
  kNotMeasured,   ///< The model could not be evaluated: neither better nor worse.
};

/// "PASSED", "FAILED", "INCONCLUSIVE", "NOT MEASURED".
std::string_view Name(Verdict verdict);

/// A metric and its limit; the direction is the metric's: accuracy and retention have to be
/// strictly above it, the others strictly below. Dataset claims compare the quotient of the two
/// whole numbers, rounded once, with the limit as it is written: 7 of 10 is not above 0.7.
struct Requirement {
  Metric metric;  ///< Decides which tasks count, and what the limit can be.
  Limit limit;    ///< Its task, claim and alpha go before the defaults.
};

/// Throws Error(kInvalidArgument) when the limit cannot be one of this metric (NaN, negative, a
/// percentage where a share is meant) or alpha is not in (0, 0.5).
void CheckRequirement(const Requirement& requirement);

/// What is judged: an evaluation, for metrics that compare with its baseline.
struct Subject {
  EvaluationPtr candidate = {};                ///< The model that is to clear the limit.
  EvaluationPtr baseline = {};                 ///< May be null for metrics without one.
  std::string group = {};                      ///< Only the samples of this group; empty: all.
  SameModel same_model = SameModel::kRefused;  ///< As a Comparison takes it.
  NoiseFloorPtr noise = {};  ///< The baseline's, for messages; null: not asked for.
};

/// What holds where a limit does not say otherwise.
struct JudgeDefaults {
  Claim claim = Claim::kDataset;  ///< What a pass says.
  double alpha = 0.05;            ///< One-sided, in (0, 0.5).
  Stop stop = Stop::kNever;       ///< Where a verdict may be given before the last sample.
  /// How many of each task's samples a population claim rests on, in the order in which they are
  /// asked (Budget::samples). Default: all.
  std::size_t samples = std::numeric_limits<std::size_t>::max();
};

/// Where a verdict was safe before the last sample, so that it rests on the samples up to there.
struct EarlyEnd {
  std::size_t samples = 0;  ///< So many were asked,
  std::size_t of = 0;       ///< of so many.
  bool certain = false;     ///< The others cannot change it (Stop::kCertain).
};

/// The verdict on one task, or on several that are pooled.
struct Finding {
  /// One; several where the limit is Pooled(). With the group that the limit names, if it does.
  std::vector<Subject> subjects = {};
  Verdict verdict = Verdict::kNotMeasured;  ///< On these subjects.
  /// Without the verdict's name: "0.8725 is not above 0.9000, and ...".
  std::string reason = {};
  /// None where nothing could be estimated. Of a verdict that ended early: on the samples up to
  /// there, with a confidence sequence for its interval.
  std::optional<Estimate> estimate = {};
  std::optional<EarlyEnd> early = {};  ///< None: the verdict is on all samples.
};

/// The verdict on a requirement: on every subject, and on all of them together.
struct Judgement {
  Requirement requirement;      ///< The question, as it was asked.
  JudgeDefaults defaults = {};  ///< Hold where the limit says nothing else.
  /// PASSED when every finding is; else FAILED when one is; else NOT MEASURED when one is.
  Verdict verdict = Verdict::kNotMeasured;
  /// Why there are no findings: no task to judge, an impossible limit.
  std::string failure = {};
  /// One for each subject that the requirement is about; one in all where the limit is Pooled().
  std::vector<Finding> findings = {};
};

/// Judges every subject; by `defaults.stop` on the samples up to where the verdict is safe, in the
/// order of Evaluation::items, which has to be a random one. PASSED needs each to pass at alpha, an
/// intersection-union test, which wants no correction (Berger 1982); a FAILED that may be wrong (of
/// a population claim, or an early one) is one by Holm's step-down procedure (1979), so that the
/// probability of any wrong FAILED among all subjects is that of one. Never throws: what is wrong
/// with the question is a judgement that is NOT MEASURED.
Judgement Judge(const Requirement& requirement, std::span<const Subject> subjects,
                const JudgeDefaults& defaults = {});

/// "int4 retains above 0.9000 of f16 on \"skills\"".
std::string Expectation(const Judgement& judgement);

/// The lines of a message from "Actual:" to "Evidence:", each ending in a newline.
std::string Explain(const Judgement& judgement);

}  // namespace gatetest

#endif  // GATETEST_VERDICT_H_
