#include "src/verdict/noise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/noise_floor.h"
#include "src/text/show.h"
#include "src/verdict/decide.h"
#include "src/verdict/measure.h"

namespace gatetest {
namespace internal {
namespace {

/// What a metric was between two runs, over all pairs in either order.
struct BetweenRuns {
  double lowest = std::numeric_limits<double>::infinity();
  double highest = -std::numeric_limits<double>::infinity();
  /// To the limit, as Measurement::distance.
  double lowest_distance = std::numeric_limits<double>::infinity();
  double highest_distance = -std::numeric_limits<double>::infinity();

  double Worst(bool more_is_better) const { return more_is_better ? lowest : highest; }
};

/// The `candidate`th run of each subject against its `baseline`th.
std::vector<Subject> RunsOf(std::span<const Subject> subjects, std::size_t baseline,
                            std::size_t candidate) {
  std::vector<Subject> runs;
  for (const Subject& subject : subjects) {
    runs.push_back({.candidate = subject.noise->runs.at(candidate),
                    .baseline = subject.noise->runs.at(baseline),
                    .group = subject.group,
                    .same_model = SameModel::kAllowed});
  }
  return runs;
}

std::size_t RunCount(std::span<const Subject> subjects) {
  std::size_t count = subjects.front().noise->runs.size();
  for (const Subject& subject : subjects) count = std::min(count, subject.noise->runs.size());
  return count;
}

BetweenRuns MeasureBetweenRuns(Metric metric, std::span<const Subject> subjects,
                               double limit = std::numeric_limits<double>::quiet_NaN()) {
  BetweenRuns between;
  const std::size_t count = RunCount(subjects);
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < count; ++j) {
      if (i == j) continue;
      const Measurement one = Measure(metric, RunsOf(subjects, i, j), {.limit = limit});
      between.lowest = std::min(between.lowest, one.estimate.value);
      between.highest = std::max(between.highest, one.estimate.value);
      between.lowest_distance = std::min(between.lowest_distance, one.distance);
      between.highest_distance = std::max(between.highest_distance, one.distance);
    }
  }
  return between;
}

/// Whether the baseline's own answers are to both sides of the limit, by chance. A limit that asks
/// for more than any run has (a retention above 1.02) is outside; so is one that no run misses.
bool IsInside(Metric metric, const BetweenRuns& between) {
  // No flip is better than none: between 0 and the most of them there is only noise.
  if (metric == Metric::kFlips) return between.highest_distance >= 0.0;
  return between.lowest_distance <= 0.0 && between.highest_distance >= 0.0 &&
         between.lowest_distance < between.highest_distance;
}

/// "retains 0.9971".
std::string WorstText(Metric metric, const std::string& worst) {
  switch (metric) {
    case Metric::kRetention:
      return fmt::format("retains {}", worst);
    case Metric::kAccuracyLoss:
      return fmt::format("loses {} accuracy", worst);
    case Metric::kFlips:
      return fmt::format("flips {} of its answers", worst);
    case Metric::kPerplexityRatio:
      return fmt::format("has {} times its perplexity", worst);
    case Metric::kOutputLengthRatio:
      return fmt::format("writes {} times as much", worst);
    case Metric::kSavings:
      return fmt::format("saves {}", worst);
    case Metric::kAccuracy:
    case Metric::kPerplexity:
    case Metric::kBitsPerByte:
    case Metric::kTruncation:
    case Metric::kEmpty:
    case Metric::kCostPer1k:
      break;
  }
  return worst;
}

/// " (flips up to 0.0043)": retention and loss hide flips that go both ways.
std::string FlipsText(Metric metric, std::span<const Subject> subjects) {
  if (metric != Metric::kRetention && metric != Metric::kAccuracyLoss) return "";
  try {
    return fmt::format(" (flips up to {})",
                       ShowBeside(MeasureBetweenRuns(Metric::kFlips, subjects).highest, 0.0));
  } catch (const Error&) {
    return "";  // Scores between right and wrong do not flip.
  }
}

/// Empty where the limit, to be cleared from above or below, lies outside.
std::string InsideText(Metric metric, double limit, bool above, std::span<const Subject> subjects,
                       const std::string& baseline) {
  const BetweenRuns between = MeasureBetweenRuns(metric, subjects, limit);
  if (!IsInside(metric, between)) return "";
  return fmt::format(
      "the limit {} lies inside the noise floor: {} against itself {} at worst in {} runs{}, and "
      "would not clear it",
      ShowNumber(limit), baseline, WorstText(metric, ShowBeside(between.Worst(above), limit)),
      RunCount(subjects), FlipsText(metric, subjects));
}

std::string NotMeasuredText(const std::string& baseline, const std::string& why) {
  return fmt::format("the noise floor of {} could not be measured: {}", baseline,
                     why.substr(0, why.find('\n')));
}

}  // namespace

std::string NoiseText(const Requirement& requirement, std::span<const Subject> subjects,
                      const std::string& baseline) {
  const Metric metric = requirement.metric;
  if (!NeedsBaseline(metric)) return "";
  for (const Subject& subject : subjects) {
    if (subject.noise == nullptr) return "";
  }
  for (const Subject& subject : subjects) {
    if (!subject.noise->failure.empty()) {
      return NotMeasuredText(baseline, subject.noise->failure);
    }
  }
  try {
    const Limit& limit = requirement.limit;
    std::string one =
        InsideText(metric, limit.threshold(), MoreIsBetter(metric), subjects, baseline);
    if (!limit.upper()) return one;
    const std::string other =
        InsideText(metric, *limit.upper(), /*above=*/false, subjects, baseline);
    return one + (one.empty() || other.empty() ? "" : "\n") + other;
  } catch (const Error& error) {
    return NotMeasuredText(baseline, error.what());
  }
}

}  // namespace internal

double WorstBetweenRuns(Metric metric, const NoiseFloor& floor, const std::string& group) {
  if (!NeedsBaseline(metric)) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{} does not compare with a baseline, so not two runs either; use "
                            "retention, accuracy loss, flips, perplexity ratio, output length "
                            "ratio or savings",
                            Name(metric)));
  }
  if (!floor.failure.empty() || floor.runs.size() < 2) {
    throw Error(ErrorCode::kUndefined,
                "the noise floor was not measured: " +
                    (floor.failure.empty() ? "there are no two runs" : floor.failure));
  }
  // A subject shares its floor; this one outlives it.
  const Subject subject{.group = group, .noise = NoiseFloorPtr(NoiseFloorPtr(), &floor)};
  return internal::MeasureBetweenRuns(metric, {&subject, 1}).Worst(internal::MoreIsBetter(metric));
}

}  // namespace gatetest
