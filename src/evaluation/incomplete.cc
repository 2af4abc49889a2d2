#include "src/evaluation/incomplete.h"

#include <fmt/format.h>

#include <algorithm>

#include "src/text/show.h"

namespace gatetest::internal {

std::string WhyIncomplete(const Evaluation& evaluation) {
  if (!evaluation.failure.empty()) return evaluation.failure;
  if (!evaluation.ended.empty()) return evaluation.ended;
  if (!evaluation.slice && !evaluation.complete()) {
    return fmt::format("{} of {} samples were asked", evaluation.items.size(),
                       evaluation.task->dataset().size());
  }
  const auto is_unmeasured = [](const Evaluation::Item& item) {
    return !item.outcome.unmeasured.empty();
  };
  const auto first = std::find_if(evaluation.items.begin(), evaluation.items.end(), is_unmeasured);
  if (first == evaluation.items.end()) return "";
  return fmt::format(
      "{} of {} samples could not be measured; the first: sample {}: {}",
      std::count_if(first, evaluation.items.end(), is_unmeasured), evaluation.items.size(),
      Quote(evaluation.task->dataset().samples()[first->sample].id), first->outcome.unmeasured);
}

}  // namespace gatetest::internal
