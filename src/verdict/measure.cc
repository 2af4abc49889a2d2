#include "src/verdict/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "gatetest/corpus.h"
#include "gatetest/error.h"
#include "src/verdict/measure_output.h"
#include "src/verdict/measure_perplexity.h"
#include "src/verdict/measure_shares.h"
#include "src/verdict/metric_traits.h"
#include "src/verdict/pairs.h"

namespace gatetest::internal {
namespace {

void CheckSubject(Metric metric, const Subject& subject) {
  for (const EvaluationPtr& evaluation : {subject.candidate, subject.baseline}) {
    if (evaluation != nullptr && evaluation->failure.empty() && evaluation->task == nullptr) {
      throw Error(ErrorCode::kInvalidArgument, "an evaluation of " + ToString(evaluation->model) +
                                                   " has neither a task nor a failure");
    }
    if (evaluation != nullptr && !evaluation->failure.empty()) {
      const std::string& recording = evaluation->provenance.recording;
      throw Error(ErrorCode::kUndefined,
                  fmt::format("{}{} could not be evaluated: {}", ToString(evaluation->model),
                              recording.empty() ? "" : fmt::format(" ({})", recording),
                              evaluation->failure));
    }
    if (evaluation != nullptr && evaluation->slice) {
      throw Error(
          ErrorCode::kUndefined,
          fmt::format("only part {} of {} of the samples was evaluated (--gatetest_slice); a "
                      "run with --gatetest_mode=replay judges all parts",
                      evaluation->slice->index + 1, evaluation->slice->count));
    }
  }
  if (subject.candidate == nullptr || (NeedsBaseline(metric) && subject.baseline == nullptr)) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{} compares with a baseline, and there is none", Name(metric)));
  }
  if (!HasMetric(*subject.candidate->task, metric)) {
    throw Error(
        ErrorCode::kInvalidArgument,
        fmt::format("task \"{}\" has no {}", subject.candidate->task->name(), Name(metric)));
  }
}

/// Missing samples of a share can be bounded; missing text, and what it costs, cannot.
void CheckMeasured(Metric metric, const std::vector<Pair>& pairs, const Missing& missing) {
  if (pairs.empty()) throw Error(ErrorCode::kUndefined, "no sample was asked");
  const bool bounded = HasBounds(metric) && missing.samples < pairs.size();
  if (missing.samples == 0 || bounded) return;
  throw Error(ErrorCode::kUndefined,
              fmt::format("{}; {}", ShowMissing(missing, pairs.size()), WhyMissing(missing)));
}

/// What the subjects' perplexities are counted over.
Per UnitOf(std::span<const Subject> subjects) {
  const Per per = PerplexityUnit(*subjects.front().candidate->task);
  for (const Subject& subject : subjects) {
    if (PerplexityUnit(*subject.candidate->task) == per) continue;
    throw Error(
        ErrorCode::kInvalidArgument,
        fmt::format("\"{}\" and \"{}\" count perplexity over different units, and do not "
                    "pool; use bits per byte, or one unit (Per) for both",
                    subjects.front().candidate->task->name(), subject.candidate->task->name()));
  }
  return per;
}

Measurement MeasurePairs(Metric metric, std::span<const Subject> subjects,
                         const std::vector<Pair>& pairs, const MeasureOptions& options) {
  switch (metric) {
    case Metric::kAccuracy:
    case Metric::kRetention:
    case Metric::kAccuracyLoss:
    case Metric::kFlips:
    case Metric::kTruncation:
    case Metric::kEmpty:
      return MeasureShare(metric, pairs, options);
    case Metric::kPerplexity:
      return MeasurePerplexity(pairs, UnitOf(subjects), options);
    case Metric::kBitsPerByte:
      return MeasureBitsPerByte(pairs, options);
    case Metric::kPerplexityRatio:
      return MeasurePerplexityRatio(pairs, UnitOf(subjects), options);
    case Metric::kOutputLengthRatio:
      return MeasureOutputLengthRatio(pairs, options);
    case Metric::kCostPer1k:
      return MeasureCostPer1k(pairs, options);
    case Metric::kSavings:
      return MeasureSavings(pairs, options);
  }
  throw Error(ErrorCode::kInvalidArgument, "there is no such metric");
}

}  // namespace

void RequireObservations(Measurement& measurement, std::size_t fewest) {
  Estimate& estimate = measurement.estimate;
  measurement.fewest = fewest;
  if (estimate.n < fewest) {
    estimate.too_few = fmt::format("fewer than {} {}", fewest, estimate.observations);
  }
}

void CheckSubjects(Metric metric, std::span<const Subject> subjects) {
  for (const Subject& subject : subjects) CheckSubject(metric, subject);
}

Measurement Measure(Metric metric, std::span<const Subject> subjects,
                    const MeasureOptions& options) {
  if (!(options.alpha > 0.0 && options.alpha < 0.5)) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("alpha is {}; it must be above 0 and below 0.5", options.alpha));
  }
  CheckSubjects(metric, subjects);
  const std::vector<Pair> pairs = PairsOf(subjects, options.only_asked);
  Missing missing = MissingIn(pairs, NeedsBaseline(metric));
  CheckMeasured(metric, pairs, missing);
  Measurement measurement = MeasurePairs(metric, subjects, pairs, options);
  measurement.samples = pairs.size();
  measurement.missing = std::move(missing);
  measurement.sampled = std::any_of(subjects.begin(), subjects.end(), [&](const Subject& subject) {
    return subject.candidate->sampled || (NeedsBaseline(metric) && subject.baseline->sampled);
  });
  return measurement;
}

}  // namespace gatetest::internal
