#include "gatetest/evaluation_plan.h"

#include <vector>

#include "gatetest/error.h"
#include "gatetest/evaluator.h"
#include "src/evaluation/memo_key.h"
#include "src/evaluation/price.h"

namespace gatetest {
namespace {

std::int64_t Tokens(std::size_t bytes) {
  constexpr std::size_t kBytesPerToken = 4;
  return static_cast<std::int64_t>((bytes + kBytesPerToken - 1) / kBytesPerToken);
}

void Add(const Request& request, EvaluationPlan& plan) {
  ++plan.requests;
  plan.prompt_tokens += Tokens(request.prompt.size() + request.continuation.size());
  if (request.kind == RequestKind::kGenerate) plan.completion_tokens += request.max_tokens;
}

/// The first round of a sample. What the model can do is not known before it is loaded; a task that
/// cannot do without tokens says so by throwing.
std::vector<Request> FirstRound(const Task& task, const Sample& sample, const ModelInfo& info) {
  try {
    return task.Next(sample, {}, {info, {.score = true, .generate = true, .tokenize = false}});
  } catch (const Error&) {
    return task.Next(sample, {}, {info, {.score = true, .generate = true, .tokenize = true}});
  }
}

}  // namespace

EvaluationPlan Evaluator::Plan(const ModelPtr& model, const TaskPtr& task,
                               std::optional<StoreMode> mode) {
  if (model == nullptr || task == nullptr) {
    throw Error(ErrorCode::kInvalidArgument, model == nullptr ? "there is no model: null pointer"
                                                              : "there is no task: null pointer");
  }
  const Dataset& dataset = task->dataset();
  EvaluationPlan plan{.samples = dataset.size()};
  if (model->recording() == nullptr) {  // Of a recording nothing is asked.
    for (const Sample& sample : dataset.samples()) {
      for (const Request& request : FirstRound(*task, sample, model->info())) Add(request, plan);
    }
  }
  plan.usd = internal::PriceOf(model->info(), plan.prompt_tokens, plan.completion_tokens);
  const std::string key = internal::MemoKey(
      *model, *task, options_.seed, options_.mode.value_or(mode.value_or(StoreMode::kAuto)));
  plan.key = key;
  const std::lock_guard lock(memo_mutex_);
  const auto known = memo_.find(key);
  // A partial evaluation, which a stop rule ended, is gone on with.
  const bool evaluated = known != memo_.end() && known->second != nullptr &&
                         (!known->second->failure.empty() || known->second->complete());
  plan.shared = !planned_.insert(key).second || evaluated;
  return plan;
}

}  // namespace gatetest
