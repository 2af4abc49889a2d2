#include "src/evaluation/part.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>

#include "src/evaluation/sources.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

/// Without copying the items that are left out: there may be very many.
EvaluationPtr WithItems(const Evaluation& evaluation, std::vector<Evaluation::Item> items) {
  auto part = std::make_shared<Evaluation>(Evaluation{.model = evaluation.model,
                                                      .task = evaluation.task,
                                                      .failure = evaluation.failure,
                                                      .unrecorded = evaluation.unrecorded,
                                                      .slice = evaluation.slice,
                                                      .items = std::move(items),
                                                      .sampled = evaluation.sampled,
                                                      .provenance = evaluation.provenance});
  CountSources(*part);
  return part;
}

}  // namespace

EvaluationPtr FirstItems(const EvaluationPtr& evaluation, std::size_t count) {
  if (evaluation == nullptr || evaluation->items.size() <= count) return evaluation;
  const auto begin = evaluation->items.begin();
  return WithItems(*evaluation, {begin, begin + static_cast<std::ptrdiff_t>(count)});
}

EvaluationPtr WithBudgetOfSamples(const EvaluationPtr& evaluation, std::size_t samples) {
  if (evaluation == nullptr || !evaluation->failure.empty() || !evaluation->ended.empty() ||
      evaluation->complete() || evaluation->items.size() < samples) {
    return evaluation;
  }
  auto ended = std::make_shared<Evaluation>(*evaluation);
  ended->ended = fmt::format("the budget is {} of each task", ShowMany(samples, "sample"));
  return ended;
}

EvaluationPtr ItemsOf(const EvaluationPtr& evaluation,
                      const std::function<bool(std::size_t sample)>& wanted) {
  std::vector<Evaluation::Item> items;
  std::copy_if(evaluation->items.begin(), evaluation->items.end(), std::back_inserter(items),
               [&](const Evaluation::Item& item) { return wanted(item.sample); });
  if (items.size() == evaluation->items.size()) return evaluation;
  return WithItems(*evaluation, std::move(items));
}

}  // namespace gatetest::internal
