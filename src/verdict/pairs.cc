#include "src/verdict/pairs.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "gatetest/error.h"
#include "src/evaluation/shuffle.h"

namespace gatetest::internal {
namespace {

/// The outcomes of an evaluation, at the places that its samples have in its own data set.
std::vector<const Outcome*> ByIndex(const Evaluation& evaluation) {
  std::vector<const Outcome*> outcomes(evaluation.task->dataset().size(), nullptr);
  const auto reject = [&](std::size_t sample, std::string_view what) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("the evaluation of {} on \"{}\" has an outcome of sample {} (counted "
                            "from 0), {}",
                            ToString(evaluation.model), evaluation.task->name(), sample, what));
  };
  for (const Evaluation::Item& item : evaluation.items) {
    if (item.sample >= outcomes.size()) reject(item.sample, "which its data set does not have");
    if (outcomes[item.sample] != nullptr) reject(item.sample, "which it had before");
    outcomes[item.sample] = &item.outcome;
  }
  return outcomes;
}

/// The same at the places that samples of the same id have in `dataset`.
std::vector<const Outcome*> ByIndexIn(const Dataset& dataset, const Evaluation& evaluation) {
  std::vector<const Outcome*> own = ByIndex(evaluation);
  if (evaluation.task->dataset().hash() == dataset.hash()) return own;
  std::unordered_map<std::string_view, const Outcome*> by_id;
  for (std::size_t i = 0; i < own.size(); ++i) {
    by_id[evaluation.task->dataset().samples()[i].id] = own[i];
  }
  std::vector<const Outcome*> outcomes;
  for (const Sample& sample : dataset.samples()) {
    const auto found = by_id.find(sample.id);
    outcomes.push_back(found == by_id.end() ? nullptr : found->second);
  }
  return outcomes;
}

std::vector<Pair> PairsAsAsked(const Subject& subject) {
  const Dataset& dataset = subject.candidate->task->dataset();
  ByIndex(*subject.candidate);  // Throws for what cannot be.
  std::vector<const Outcome*> baseline;
  if (subject.baseline != nullptr) baseline = ByIndexIn(dataset, *subject.baseline);
  std::vector<Pair> pairs;
  for (const Evaluation::Item& item : subject.candidate->items) {
    const Sample& sample = dataset.samples()[item.sample];
    if (!subject.group.empty() && sample.group != subject.group) continue;
    Pair pair{.subject = &subject, .sample = &sample, .candidate = &item.outcome};
    if (subject.baseline != nullptr) {
      pair.baseline = baseline[item.sample];
      if (pair.baseline == nullptr) break;
    }
    pairs.push_back(pair);
  }
  return pairs;
}

/// "sample \"7\" of the baseline: out of memory", or why it was not asked.
void NoteFirst(const Pair& pair, bool of_baseline, Missing& missing) {
  const Outcome* const outcome = of_baseline ? pair.baseline : pair.candidate;
  const Evaluation& evaluation = of_baseline ? *pair.subject->baseline : *pair.subject->candidate;
  if (outcome == nullptr) {
    if (!missing.why_unasked.empty()) return;
    missing.why_unasked =
        evaluation.ended.empty() ? "the evaluation was stopped before them" : evaluation.ended;
  } else if (missing.first.empty()) {
    missing.first = fmt::format("sample \"{}\"{}: {}", pair.sample->id,
                                of_baseline ? " of the baseline" : "", outcome->unmeasured);
  }
}

}  // namespace

std::vector<Pair> PairsOf(std::span<const Subject> subjects, bool only_asked) {
  std::vector<Pair> pairs;
  for (const Subject& subject : subjects) {
    const Dataset& dataset = subject.candidate->task->dataset();
    const auto candidate = ByIndex(*subject.candidate);
    const auto baseline = subject.baseline == nullptr
                              ? std::vector<const Outcome*>(dataset.size(), nullptr)
                              : ByIndexIn(dataset, *subject.baseline);
    for (std::size_t i = 0; i < dataset.size(); ++i) {
      const Sample& sample = dataset.samples()[i];
      if (!subject.group.empty() && sample.group != subject.group) continue;
      const bool asked =
          candidate[i] != nullptr && (subject.baseline == nullptr || baseline[i] != nullptr);
      if (only_asked && !asked) continue;
      pairs.push_back({.subject = &subject,
                       .sample = &sample,
                       .candidate = candidate[i],
                       .baseline = baseline[i]});
    }
  }
  return pairs;
}

std::size_t CountSamples(const Dataset& dataset, const std::string& group) {
  const std::vector<Sample>& samples = dataset.samples();
  if (group.empty()) return samples.size();
  return static_cast<std::size_t>(std::count_if(
      samples.begin(), samples.end(), [&](const Sample& sample) { return sample.group == group; }));
}

std::size_t CountSamples(std::span<const Subject> subjects) {
  std::size_t count = 0;
  for (const Subject& subject : subjects) {
    count += CountSamples(subject.candidate->task->dataset(), subject.group);
  }
  return count;
}

std::vector<Pair> PairsAsAsked(std::span<const Subject> subjects) {
  std::vector<std::vector<Pair>> all;
  std::vector<std::size_t> sizes;
  for (const Subject& subject : subjects) {
    all.push_back(PairsAsAsked(subject));
    sizes.push_back(CountSamples(subject.candidate->task->dataset(), subject.group));
  }
  if (all.size() == 1) return std::move(all.front());
  std::vector<std::size_t> next(all.size());
  std::vector<Pair> pairs;
  for (const std::size_t turn : ShuffledTurns(sizes, subjects.front().candidate->provenance.seed)) {
    if (next[turn] == all[turn].size()) break;
    pairs.push_back(all[turn][next[turn]++]);
  }
  return pairs;
}

Missing MissingIn(const std::vector<Pair>& pairs, bool with_baseline) {
  Missing missing;
  for (const Pair& pair : pairs) {
    const bool baseline_missing = with_baseline && !Measured(pair.baseline);
    if (Measured(pair.candidate) && !baseline_missing) continue;
    ++missing.samples;
    if (pair.candidate == nullptr || (with_baseline && pair.baseline == nullptr)) ++missing.unasked;
    if (!Measured(pair.candidate)) NoteFirst(pair, /*of_baseline=*/false, missing);
    if (baseline_missing) NoteFirst(pair, /*of_baseline=*/true, missing);
  }
  return missing;
}

std::string ShowMissing(const Missing& missing, std::size_t all) {
  const std::size_t unmeasured = missing.samples - missing.unasked;
  if (missing.unasked == 0) {
    return fmt::format("{} of {} samples could not be measured", unmeasured, all);
  }
  return fmt::format(
      "{} of {} samples were not asked{}", missing.unasked, all,
      unmeasured == 0 ? "" : fmt::format(", and {} could not be measured", unmeasured));
}

std::string WhyMissing(const Missing& missing) {
  std::string first = missing.first.empty() ? "" : "the first: " + missing.first;
  if (missing.unasked == 0) return first;
  return missing.why_unasked + (first.empty() ? "" : "; " + first);
}

std::vector<std::size_t> ClusterNumbers(const std::vector<Pair>& pairs) {
  const auto carries_one = [](const Pair& pair) { return !pair.sample->cluster.empty(); };
  if (std::none_of(pairs.begin(), pairs.end(), carries_one)) return {};
  std::map<const Subject*, std::unordered_map<std::string_view, std::size_t>> known;
  std::vector<std::size_t> numbers;
  std::size_t next = 0;
  for (const Pair& pair : pairs) {
    if (!carries_one(pair)) {
      numbers.push_back(next++);
      continue;
    }
    const auto [at, is_new] = known[pair.subject].try_emplace(pair.sample->cluster, next);
    if (is_new) ++next;
    numbers.push_back(at->second);
  }
  return numbers;
}

}  // namespace gatetest::internal
