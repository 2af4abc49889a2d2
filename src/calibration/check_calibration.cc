#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "gatetest/calibration.h"
#include "gatetest/error.h"
#include "src/calibration/chunks.h"
#include "src/calibration/duplicates.h"
#include "src/calibration/label_permutations.h"
#include "src/calibration/leaks.h"
#include "src/calibration/telling_tokens.h"
#include "src/evaluation/shuffle.h"
#include "src/text/show.h"

namespace gatetest {
namespace {

constexpr std::size_t kMostTokens = 10;
constexpr std::size_t kMostPermutations = 1'000'000;

[[noreturn]] void RejectOption(const std::string& why) {
  throw Error(ErrorCode::kInvalidArgument, "CalibrationOptions::" + why);
}

/// NaN is in no range.
void CheckOptions(const CalibrationOptions& options) {
  if (!(options.alpha > 0.0 && options.alpha < 0.5)) {
    RejectOption(fmt::format("alpha is {}; it must be above 0 and below 0.5", options.alpha));
  }
  if (!(options.effect_bits >= 0.0 && options.effect_bits < 1.0)) {
    RejectOption(
        fmt::format("effect_bits is {}; it must be at least 0 and below 1, the most a "
                    "divergence can be",
                    options.effect_bits));
  }
  if (!(options.near_duplicate > 0.0 && options.near_duplicate <= 1.0)) {
    RejectOption(fmt::format("near_duplicate is {}; it is a share, above 0 and at most 1",
                             options.near_duplicate));
  }
  if (options.permutations > kMostPermutations) {
    RejectOption(fmt::format("permutations is {}; at most {} are taken",
                             internal::ShowGrouped(static_cast<std::int64_t>(options.permutations)),
                             internal::ShowGrouped(static_cast<std::int64_t>(kMostPermutations))));
  }
  const double smallest = 1.0 / static_cast<double>(options.permutations + 1);
  if (smallest > options.alpha) {
    RejectOption(
        fmt::format("permutations is {}, so that no p is below {:.4g}, which is above "
                    "alpha, {:g}: nothing could fail. Take more permutations or a "
                    "larger alpha",
                    options.permutations, smallest, options.alpha));
  }
}

/// One stream of random numbers for each thing that is drawn.
struct Seeds {
  std::uint64_t calibration, evaluation, cuts, labels;
};

Seeds SeedsOf(std::uint64_t seed) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;  // Of no meaning.
  return {seed + kOdd, seed + 2 * kOdd, seed + 3 * kOdd, seed + 4 * kOdd};
}

/// Another one when either changes; short, because messages show it.
std::uint64_t SeedOfBoth(const CalibrationReport& report) {
  return (internal::SeedFromHash(report.calibration_hash) +
          2 * internal::SeedFromHash(report.evaluation_hash)) &
         0xFFFFFFFFU;
}

CalibrationPart JudgeCount(const CalibrationReport& report) {
  std::string samples = internal::ShowMany(report.calibration_samples, "sample");
  if (const std::size_t rest = report.calibration_samples - report.different_samples; rest > 0) {
    samples += fmt::format(", {} of them empty or the same as another",
                           internal::ShowGrouped(static_cast<std::int64_t>(rest)));
  }
  if (report.different_samples >= report.options.samples) {
    return {.verdict = Verdict::kPassed, .reason = fmt::format("{} are enough", samples)};
  }
  return {.verdict = Verdict::kFailed,
          .reason = fmt::format(
              "the calibration set has {}; at least {} are needed (CalibrationOptions::samples)",
              samples, internal::ShowGrouped(static_cast<std::int64_t>(report.options.samples)))};
}

/// What to do where a side has too few documents.
std::string AdviceOnFew(const CalibrationReport& report) {
  const bool one_text = report.calibration_samples == 1 || report.evaluation_samples == 1;
  if (one_text) return "\ngive one document a row (JSONL), not all of them as one text";
  return report.evaluation_documents < kFewestCalibrationDocuments
             ? "\nthe evaluation data are too few for any calibration set to be compared with them"
             : "";
}

CalibrationPart JudgeDistribution(const CalibrationReport& report) {
  if (!report.distance) {
    return {.verdict = Verdict::kInconclusive,
            .reason = fmt::format(
                "{} in the calibration set and {} in the evaluation data do not show whether they "
                "are text of one kind: that takes {} on each side{}",
                internal::ShowMany(report.calibration_documents, "document"),
                report.evaluation_documents, kFewestCalibrationDocuments, AdviceOnFew(report))};
  }
  const CalibrationDistance& distance = *report.distance;
  const double alpha = report.options.alpha;
  const double effect_limit = report.options.effect_bits;
  const std::string p = internal::ShowBeside(distance.p, alpha);
  const std::string effect = internal::ShowBeside(distance.effect_bits, effect_limit);
  if (distance.p > alpha) {
    return {.verdict = Verdict::kPassed,
            .reason = fmt::format("the texts may be of one kind: p {} is above {:g}", p, alpha)};
  }
  if (distance.effect_bits < effect_limit) {
    return {.verdict = Verdict::kPassed,
            .reason = fmt::format("the texts hardly differ: the effect of {} bits is below {:g}",
                                  effect, effect_limit)};
  }
  return {.verdict = Verdict::kFailed,
          .reason = fmt::format("the texts are of different kinds: p {} is at most {:g}, and the "
                                "effect of {} bits at least {:g}",
                                p, alpha, effect, effect_limit)};
}

CalibrationPart JudgeLeakage(const CalibrationReport& report) {
  if (report.leaks.empty()) {
    return {.verdict = Verdict::kPassed, .reason = "no text is in both"};
  }
  return {
      .verdict = Verdict::kFailed,
      .reason = fmt::format("{} of {} share text with {} of {}: take them out, and calibrate anew",
                            report.leaked_calibration_samples,
                            internal::ShowMany(report.calibration_samples, "calibration sample"),
                            report.leaked_evaluation_samples,
                            internal::ShowMany(report.evaluation_samples, "evaluation sample"))};
}

Verdict VerdictOf(const CalibrationReport& report) {
  for (const CalibrationPart* const part : {&report.count, &report.distribution, &report.leakage}) {
    if (part->verdict == Verdict::kFailed) return Verdict::kFailed;
  }
  return report.distribution.verdict;
}

void AddDistance(const Dataset& calibration, const Dataset& evaluation, CalibrationReport& report) {
  const Seeds seeds = SeedsOf(report.seed);
  std::vector<internal::Chunk> one = internal::ChunksOf(calibration, seeds.calibration);
  std::vector<internal::Chunk> other = internal::ChunksOf(evaluation, seeds.evaluation);
  report.calibration_documents = one.size();
  report.evaluation_documents = other.size();
  if (std::min(one.size(), other.size()) < kFewestCalibrationDocuments) return;
  internal::CutToSameLengths(one, other, seeds.cuts);
  report.distance = internal::PermuteLabels(one, other, report.options.permutations, seeds.labels);
  report.tokens = internal::TellingTokens(one, other, kMostTokens);
}

void AddLeaks(const Dataset& calibration, const Dataset& evaluation, CalibrationReport& report) {
  report.leaks = internal::FindLeaks(calibration, evaluation, report.options.near_duplicate);
  std::set<std::string> of_calibration;
  std::set<std::string> of_evaluation;
  for (const CalibrationLeak& leak : report.leaks) {
    of_calibration.insert(leak.calibration_id);
    of_evaluation.insert(leak.evaluation_id);
  }
  report.leaked_calibration_samples = of_calibration.size();
  report.leaked_evaluation_samples = of_evaluation.size();
}

}  // namespace

CalibrationReport CheckCalibration(const Dataset& calibration, const Dataset& evaluation,
                                   const CalibrationOptions& options) {
  CheckOptions(options);
  CalibrationReport report{.calibration = calibration.name(),
                           .evaluation = evaluation.name(),
                           .calibration_hash = calibration.hash(),
                           .evaluation_hash = evaluation.hash(),
                           .options = options,
                           .calibration_samples = calibration.size(),
                           .different_samples = internal::CountDifferent(calibration),
                           .evaluation_samples = evaluation.size()};
  report.seed = options.seed.value_or(SeedOfBoth(report));
  AddDistance(calibration, evaluation, report);
  AddLeaks(calibration, evaluation, report);
  report.count = JudgeCount(report);
  report.distribution = JudgeDistribution(report);
  report.leakage = JudgeLeakage(report);
  report.verdict = VerdictOf(report);
  return report;
}

}  // namespace gatetest
