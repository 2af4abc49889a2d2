#include "src/verdict/measure_output.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "gatetest/error.h"
#include "src/evaluation/price.h"
#include "src/text/show.h"
#include "src/verdict/measure_clusters.h"

namespace gatetest::internal {
namespace {

/// One sample's part in sum(value) / sum(weight).
struct Part {
  double value = 0.0;
  double weight = 0.0;
};

/// `parts`: one a pair.
Measurement MeasureParts(const std::vector<Pair>& pairs, const std::vector<Part>& parts,
                         const MeasureOptions& options, const std::string& without_weight) {
  const std::vector<std::size_t> numbers = ClusterNumbers(pairs);
  ClusterSums sums;
  sums.observations = numbers.empty() ? "samples" : "clusters";
  std::size_t count = parts.size();
  if (!numbers.empty()) count = *std::max_element(numbers.begin(), numbers.end()) + 1;
  sums.counts.values.resize(count);
  sums.counts.weights.resize(count);
  sums.counts.sizes.resize(count);
  double weight = 0.0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t at = numbers.empty() ? i : numbers[i];
    sums.counts.values[at] += parts[i].value;
    sums.counts.weights[at] += parts[i].weight;
    sums.counts.sizes[at] += 1.0;
    weight += parts[i].weight;
  }
  if (!(weight > 0.0)) throw Error(ErrorCode::kUndefined, without_weight);
  DropEmpty(sums.counts);
  return MeasureClusters(sums, Support::kUnbounded, options.limit, options.alpha);
}

std::vector<Pair> MeasuredOnly(const std::vector<Pair>& pairs, bool paired) {
  std::vector<Pair> measured;
  for (const Pair& pair : pairs) {
    if (Measured(pair.candidate) && (!paired || Measured(pair.baseline))) measured.push_back(pair);
  }
  return measured;
}

/// 1 - what was measured, with its limit.
Measurement OneLess(Measurement measurement) {
  Estimate& estimate = measurement.estimate;
  estimate.value = 1.0 - estimate.value;
  if (estimate.interval) {
    estimate.interval = Interval{.lower = 1.0 - estimate.interval->upper,
                                 .upper = 1.0 - estimate.interval->lower,
                                 .alpha = estimate.interval->alpha};
  }
  measurement.distance = -measurement.distance;
  measurement.z = -measurement.z;
  std::swap(measurement.p.above, measurement.p.below);
  return measurement;
}

const ModelInfo& CandidateOf(const Pair& pair) { return pair.subject->candidate->model; }
const ModelInfo& BaselineOf(const Pair& pair) { return pair.subject->baseline->model; }

}  // namespace

LengthUnit LengthUnitOf(const std::vector<Pair>& pairs) {
  const bool tokens = std::all_of(pairs.begin(), pairs.end(), [](const Pair& pair) {
    return pair.candidate->usage && pair.baseline->usage &&
           CandidateOf(pair).name == BaselineOf(pair).name;
  });
  return tokens ? LengthUnit::kTokens : LengthUnit::kBytes;
}

double LengthOf(const Outcome& outcome, LengthUnit unit) {
  return unit == LengthUnit::kTokens ? static_cast<double>(outcome.usage->completion_tokens)
                                     : static_cast<double>(outcome.text_bytes);
}

double CostOf(const ModelInfo& model, const Sample& sample, const Outcome& outcome) {
  if (!model.prices) {
    throw Error(ErrorCode::kUndefined,
                fmt::format("{} has no prices; set ModelInfo::prices, from a price file "
                            "(price_file.h) for example",
                            ToString(model)));
  }
  CheckPrices(model);
  if (!outcome.usage) {
    throw Error(ErrorCode::kUndefined,
                fmt::format("{} did not report the tokens of its answer to sample {}; a cost needs "
                            "both of Response::usage, those read and those generated",
                            ToString(model), Quote(sample.id)));
  }
  return PriceOf(model, outcome.usage->prompt_tokens, outcome.usage->completion_tokens);
}

Measurement MeasureOutputLengthRatio(const std::vector<Pair>& pairs,
                                     const MeasureOptions& options) {
  const std::vector<Pair> measured = MeasuredOnly(pairs, /*paired=*/true);
  const LengthUnit unit = LengthUnitOf(measured);
  std::vector<Part> parts;
  for (const Pair& pair : measured) {
    parts.push_back(
        {.value = LengthOf(*pair.candidate, unit), .weight = LengthOf(*pair.baseline, unit)});
  }
  return MeasureParts(measured, parts, options,
                      "the output length ratio is undefined: the baseline wrote nothing at all; "
                      "check the task with the baseline before gating on it");
}

Measurement MeasureCostPer1k(const std::vector<Pair>& pairs, const MeasureOptions& options) {
  constexpr double kThousand = 1000.0;
  const std::vector<Pair> measured = MeasuredOnly(pairs, /*paired=*/false);
  std::vector<Part> parts;
  for (const Pair& pair : measured) {
    const double cost = CostOf(CandidateOf(pair), *pair.sample, *pair.candidate);
    const Usage& usage = *pair.candidate->usage;
    parts.push_back(
        {.value = cost,
         .weight = static_cast<double>(usage.prompt_tokens + usage.completion_tokens) / kThousand});
  }
  return MeasureParts(measured, parts, options, "there are no tokens to pay for");
}

Measurement MeasureSavings(const std::vector<Pair>& pairs, const MeasureOptions& options) {
  const std::vector<Pair> measured = MeasuredOnly(pairs, /*paired=*/true);
  std::vector<Part> parts;
  for (const Pair& pair : measured) {
    parts.push_back({.value = CostOf(CandidateOf(pair), *pair.sample, *pair.candidate),
                     .weight = CostOf(BaselineOf(pair), *pair.sample, *pair.baseline)});
  }
  // By the ratio of the costs: a sum of differences that cancel is as large as its rounding errors.
  MeasureOptions of_ratio = options;
  of_ratio.limit = 1.0 - options.limit;
  return OneLess(MeasureParts(measured, parts, of_ratio,
                              "savings are undefined: the baseline costs nothing, so that there is "
                              "nothing to save"));
}

}  // namespace gatetest::internal
