#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/evaluation.h"
#include "src/text/show.h"

namespace gatetest {
namespace {

/// "a, b and 3 more".
std::string ShowSome(std::vector<std::string> all) {
  constexpr std::size_t kMost = 5;
  const std::string more =
      all.size() > kMost ? fmt::format(" and {} more", all.size() - kMost) : std::string();
  all.resize(std::min(all.size(), kMost));
  return fmt::format("{}{}", fmt::join(all, ", "), more);
}

/// The first thing in which two samples of one id differ; empty when they are the same.
std::string_view DifferentPart(const Sample& a, const Sample& b) {
  if (a.input != b.input) return "its input";
  if (a.answer != b.answer) return "its answer";
  if (a.choices != b.choices) return "its choices";
  if (a.group != b.group) return "its group";
  if (a.cluster != b.cluster) return "its cluster";
  return a.extra != b.extra ? "its extra fields" : "";
}

/// Why samples do not pair by their ids; empty when they do, in whatever order they are.
std::string WhyNotPaired(const Dataset& baseline, const Dataset& candidate) {
  if (baseline.hash() == candidate.hash()) return "";
  std::unordered_map<std::string_view, const Sample*> unpaired;
  for (const Sample& sample : baseline.samples()) unpaired[sample.id] = &sample;
  std::vector<std::string> extra;
  std::vector<std::string> changed;
  for (const Sample& sample : candidate.samples()) {
    const auto found = unpaired.find(sample.id);
    if (found == unpaired.end()) {
      extra.push_back(internal::Quote(sample.id));
      continue;
    }
    const std::string_view part = DifferentPart(*found->second, sample);
    if (!part.empty()) changed.push_back(fmt::format("{} ({})", internal::Quote(sample.id), part));
    unpaired.erase(found);
  }
  std::vector<std::string> missing;
  for (const Sample& sample : baseline.samples()) {
    if (unpaired.contains(sample.id)) missing.push_back(internal::Quote(sample.id));
  }
  std::vector<std::string> why;
  if (!missing.empty()) why.push_back("only the baseline was asked " + ShowSome(missing));
  if (!extra.empty()) why.push_back("only the candidate was asked " + ShowSome(extra));
  if (!changed.empty()) why.push_back("not the same in both: " + ShowSome(changed));
  return why.empty() ? ""
                     : fmt::format(
                           "samples are paired by id, and {}; evaluate both models on one "
                           "data set",
                           fmt::join(why, "; "));
}

std::string ModelOnTask(const Evaluation& evaluation) {
  return fmt::format("{} on \"{}\"", ToString(evaluation.model), evaluation.task->name());
}

/// Of the same tokens, shorter windows have less to go by: that is no difference of the models.
/// Empty: they were cut alike, or into other tokens.
std::string WhyCutOtherwise(const Evaluation& baseline, const Evaluation& candidate) {
  if (baseline.task->measures() != Measures::kPerplexity) return "";
  const auto id_of = [](const Evaluation& evaluation, const Evaluation::Item& item) {
    return std::string_view(evaluation.task->dataset().samples().at(item.sample).id);
  };
  std::unordered_map<std::string_view, const std::vector<Window>*> known;
  for (const Evaluation::Item& item : baseline.items) {
    known[id_of(baseline, item)] = &item.outcome.windows;
  }
  const auto tokens_of = [](const std::vector<Window>& windows) {
    std::size_t tokens = 0;
    for (const Window& window : windows) tokens += window.tokens;
    return tokens;
  };
  for (const Evaluation::Item& item : candidate.items) {
    const auto found = known.find(id_of(candidate, item));
    if (found == known.end()) continue;
    const std::vector<Window>& one = *found->second;
    const std::vector<Window>& other = item.outcome.windows;
    if (one.empty() || other.empty() || tokens_of(one) != tokens_of(other)) continue;
    const auto [first, second] =
        std::mismatch(one.begin(), one.end(), other.begin(), other.end(),
                      [](const Window& a, const Window& b) { return a.tokens == b.tokens; });
    if (first == one.end() || second == other.end()) continue;  // Then both are at their ends.
    return fmt::format(
        "the contexts of the models cut the same tokens of sample {} into windows of {} and of {}; "
        "set "
        "CorpusOptions::window to what both hold",
        internal::Quote(found->first), first->tokens, second->tokens);
  }
  return "";
}

}  // namespace

Comparison::Comparison(EvaluationPtr baseline, EvaluationPtr candidate, SameModel same_model)
    : baseline_(std::move(baseline)), candidate_(std::move(candidate)) {
  if (baseline_ == nullptr || candidate_ == nullptr) {
    throw Error(ErrorCode::kInvalidArgument, "a comparison needs two evaluations");
  }
  if (!baseline_->failure.empty() || !candidate_->failure.empty()) return;
  if (baseline_->task == nullptr || candidate_->task == nullptr) {
    throw Error(ErrorCode::kInvalidArgument, "a comparison needs evaluations that have a task");
  }
  const Task& one = *baseline_->task;
  const Task& other = *candidate_->task;
  const auto reject = [&](const std::string& why) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{} and {} do not compare: {}", ModelOnTask(*baseline_),
                            ModelOnTask(*candidate_), why));
  };
  const std::string& identity = candidate_->provenance.identity;
  if (baseline_ == candidate_ || (same_model == SameModel::kRefused && !identity.empty() &&
                                  identity == baseline_->provenance.identity)) {
    reject(
        "the candidate is the baseline. Models of one name, quantization, weights, code and "
        "options share their answers; if they differ, say so in ModelInfo (options, code_id), or "
        "leave weights empty");
  }
  const std::string not_paired = WhyNotPaired(one.dataset(), other.dataset());
  if (!not_paired.empty()) reject(not_paired);
  if (one.identity() != other.identity()) {
    reject(fmt::format("one is {}, the other {}", one.identity(), other.identity()));
  }
  const std::string cut = WhyCutOtherwise(*baseline_, *candidate_);
  if (!cut.empty()) reject(cut);
}

}  // namespace gatetest
