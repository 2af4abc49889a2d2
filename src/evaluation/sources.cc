#include "src/evaluation/sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "src/text/show.h"

namespace gatetest::internal {
namespace {

std::string Since(const Provenance& from) {
  return from.cached > 0 ? fmt::format(" (oldest {})", ShowDay(from.oldest)) : "";
}

}  // namespace

void CountSources(Evaluation& evaluation) {
  Provenance& provenance = evaluation.provenance;
  provenance.live = provenance.cached = 0;
  provenance.oldest = 0;
  for (const Evaluation::Item& item : evaluation.items) {
    if (item.recorded == 0) {
      ++provenance.live;
      continue;
    }
    ++provenance.cached;
    if (provenance.oldest == 0 || item.recorded < provenance.oldest) {
      provenance.oldest = item.recorded;
    }
  }
}

std::string ShowSources(const Evaluation& evaluation) {
  const Provenance& from = evaluation.provenance;
  if (!from.recording.empty()) {
    return fmt::format("{}: {} from {}{}", ToString(evaluation.model), from.cached, from.recording,
                       Since(from));
  }
  return fmt::format("{}: {} live, {} cached{}", ToString(evaluation.model), from.live, from.cached,
                     Since(from));
}

std::string ShowSources(std::span<const EvaluationPtr> evaluations) {
  Provenance all;
  std::size_t unmeasured = 0;
  for (const EvaluationPtr& evaluation : evaluations) {
    const Provenance& from = evaluation->provenance;
    for (const Evaluation::Item& item : evaluation->items) {
      if (!item.outcome.unmeasured.empty()) ++unmeasured;
    }
    all.live += from.live;
    all.cached += from.cached;
    if (from.cached == 0) continue;
    all.oldest = all.oldest == 0 ? from.oldest : std::min(all.oldest, from.oldest);
  }
  std::string text = fmt::format("{}: {} live, {} cached{}",
                                 ShowCount(static_cast<double>(all.live + all.cached), "samples"),
                                 all.live, all.cached, Since(all));
  if (unmeasured > 0) text += fmt::format("; {} of them could not be measured", unmeasured);
  return text;
}

std::string ShowRetries(const Retries& retries) {
  if (retries.requests == 0) return "";
  std::vector<std::pair<std::size_t, std::string>> reasons;
  for (const auto& [why, count] : retries.why) reasons.emplace_back(count, why);
  std::stable_sort(reasons.begin(), reasons.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  std::string shown;
  for (const auto& [count, why] : reasons) {
    shown += fmt::format("{}{} x {}", shown.empty() ? "" : ", ", why, count);
  }
  return fmt::format("{} {} asked again ({})", ShowMany(retries.requests, "request"),
                     retries.requests == 1 ? "was" : "were", shown);
}

void AddRetries(const Retries& those, Retries& these) {
  these.requests += those.requests;
  for (const auto& [why, count] : those.why) these.why[why] += count;
}

}  // namespace gatetest::internal
