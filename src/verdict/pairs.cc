#include "src/verdict/pairs.h"

#include <fmt/format.h>

namespace gatetest::internal {
namespace {

std::vector<const Outcome*> ByIndex(const Evaluation* evaluation, std::size_t samples) {
  std::vector<const Outcome*> outcomes(samples, nullptr);
  if (evaluation == nullptr) return outcomes;
  for (const Evaluation::Item& item : evaluation->items) {
    outcomes.at(item.sample) = &item.outcome;
  }
  return outcomes;
}

std::string WhyMissing(const Outcome* outcome) {
  return outcome == nullptr ? "not asked: the evaluation was stopped before it"
                            : outcome->unmeasured;
}

}  // namespace

std::vector<Pair> PairsOf(const Subject& subject) {
  const std::vector<Sample>& samples = subject.candidate->task->dataset().samples();
  const auto candidate = ByIndex(subject.candidate.get(), samples.size());
  const auto baseline = ByIndex(subject.baseline.get(), samples.size());
  std::vector<Pair> pairs;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    if (!subject.group.empty() && samples[i].group != subject.group) continue;
    pairs.push_back({.sample = &samples[i], .candidate = candidate[i], .baseline = baseline[i]});
  }
  return pairs;
}

Missing MissingIn(const std::vector<Pair>& pairs, bool with_baseline) {
  Missing missing;
  for (const Pair& pair : pairs) {
    const bool baseline_missing = with_baseline && !Measured(pair.baseline);
    if (Measured(pair.candidate) && !baseline_missing) continue;
    ++missing.samples;
    if (!missing.first.empty()) continue;
    missing.first =
        !Measured(pair.candidate)
            ? fmt::format("sample \"{}\": {}", pair.sample->id, WhyMissing(pair.candidate))
            : fmt::format("sample \"{}\" of the baseline: {}", pair.sample->id,
                          WhyMissing(pair.baseline));
  }
  return missing;
}

}  // namespace gatetest::internal
