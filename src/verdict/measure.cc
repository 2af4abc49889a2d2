#include "src/verdict/measure.h"

#include <fmt/format.h>

#include <vector>

#include "gatetest/error.h"
#include "src/verdict/measure_perplexity.h"
#include "src/verdict/measure_shares.h"
#include "src/verdict/pairs.h"

namespace gatetest::internal {
namespace {

void CheckSubject(Metric metric, const Subject& subject) {
  for (const EvaluationPtr& evaluation : {subject.candidate, subject.baseline}) {
    if (evaluation != nullptr && !evaluation->failure.empty()) {
      throw Error(ErrorCode::kUndefined,
                  ToString(evaluation->model) + " could not be evaluated: " + evaluation->failure);
    }
  }
  if (subject.candidate == nullptr || (NeedsBaseline(metric) && subject.baseline == nullptr)) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{} compares with a baseline, and there is none", Name(metric)));
  }
  if (subject.candidate->task->measures() != MeasuredBy(metric)) {
    throw Error(
        ErrorCode::kInvalidArgument,
        fmt::format("task \"{}\" has no {}", subject.candidate->task->name(), Name(metric)));
  }
}

/// Missing samples of a share can be bounded, missing text of a perplexity cannot.
void CheckMeasured(Metric metric, const std::vector<Pair>& pairs) {
  const Missing missing = MissingIn(pairs, NeedsBaseline(metric));
  const bool bounded = MeasuredBy(metric) == Measures::kAccuracy && missing.samples < pairs.size();
  if (missing.samples == 0 || bounded) return;
  throw Error(ErrorCode::kUndefined,
              fmt::format("{} of {} samples could not be measured; the first: {}", missing.samples,
                          pairs.size(), missing.first));
}

}  // namespace

Measurement Measure(Metric metric, const Subject& subject, const MeasureOptions& options) {
  CheckSubject(metric, subject);
  const std::vector<Pair> pairs = PairsOf(subject);
  CheckMeasured(metric, pairs);
  switch (metric) {
    case Metric::kAccuracy:
      return MeasureAccuracy(pairs, options);
    case Metric::kRetention:
      return MeasureRetention(pairs, options);
    case Metric::kFlips:
      return MeasureFlips(pairs, options);
    case Metric::kPerplexity:
      return MeasurePerplexity(pairs, PerplexityUnit(*subject.candidate->task), options);
    case Metric::kBitsPerByte:
      return MeasureBitsPerByte(pairs, options);
    case Metric::kPerplexityRatio:
      return MeasurePerplexityRatio(pairs, PerplexityUnit(*subject.candidate->task), options);
  }
  throw Error(ErrorCode::kInvalidArgument, "there is no such metric");
}

}  // namespace gatetest::internal
