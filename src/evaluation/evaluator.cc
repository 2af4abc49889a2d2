#include "gatetest/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "src/evaluation/answers.h"
#include "src/evaluation/evaluating.h"
#include "src/evaluation/memo_key.h"
#include "src/evaluation/missing.h"
#include "src/evaluation/run.h"
#include "src/evaluation/shuffle.h"
#include "src/text/redact.h"
#include "src/thrown.h"

namespace gatetest {
namespace {

/// Counts anew where the outcomes come from.
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

/// Cuts `evaluation` after the sample at which `stop` is satisfied; false: it never is.
bool CutWhereSatisfied(Evaluation& evaluation, const StopRule& stop) {
  const std::vector<Sample>& samples = evaluation.task->dataset().samples();
  for (std::size_t i = 0; i < evaluation.items.size(); ++i) {
    const Evaluation::Item& item = evaluation.items[i];
    if (!stop(samples[item.sample], item.outcome)) continue;
    evaluation.items.resize(i + 1);
    CountSources(evaluation);
    return true;
  }
  return false;
}

/// Those that are not yet asked, of its slice.
std::vector<std::size_t> OrderOf(const Evaluation& evaluation) {
  const std::size_t count = evaluation.task->dataset().size();
  std::vector<std::size_t> order = internal::ShuffledOrder(count, evaluation.provenance.seed);
  if (evaluation.slice) {
    std::vector<std::size_t> part;
    for (std::size_t i = evaluation.slice->index; i < count; i += evaluation.slice->count) {
      part.push_back(order[i]);
    }
    order = std::move(part);
  }
  order.erase(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(evaluation.items.size()));
  return order;
}

/// Whether nothing is left to ask.
bool IsDone(const Evaluation& evaluation) {
  return evaluation.complete() || (evaluation.slice && OrderOf(evaluation).empty());
}

/// Without what may be a credential.
std::string Shown(const std::string& failure, const ModelInfo& info) {
  return internal::RedactAddresses(
      internal::RedactSecrets(failure, internal::SecretsOfEnvironment(info.api_key_variable)));
}

}  // namespace

EvaluationPtr Evaluator::Evaluate(const ModelPtr& model, const TaskPtr& task, const StopRule& stop,
                                  std::optional<StoreMode> mode) {
  if (model == nullptr) return FailedEvaluation({}, task, "there is no model: the pointer is null");
  if (task == nullptr) return FailedEvaluation(model->info(), task, "there is no task");
  if (options_.plan_only) {
    return FailedEvaluation(model->info(), task, "nothing is evaluated: this run only plans");
  }
  if (internal::Evaluating::Current() == this) {
    return FailedEvaluation(model->info(), task,
                            "it was asked for from within an evaluation of the same Evaluator; a "
                            "scorer or model that evaluates needs an Evaluator of its own");
  }
  const std::optional<Slice>& slice = options_.slice;
  if (slice && slice->index >= slice->count) {
    return FailedEvaluation(model->info(), task,
                            fmt::format("there is no slice {} of {}: its index counts from 0",
                                        slice->index, slice->count));
  }
  const std::lock_guard lock(mutex_);
  const internal::Evaluating here(this);
  try {
    // A slice is asked in full: a rule could not stop at the same sample in all of them.
    return EvaluateLocked(*model, task, slice ? nullptr : stop,
                          options_.mode.value_or(mode.value_or(StoreMode::kAuto)));
  } catch (...) {
    return FailedEvaluation(model->info(), task,
                            Shown(internal::TextOfCurrentException(), model->info()));
  }
}

std::vector<EvaluationPtr> Evaluator::Evaluated() {
  const std::lock_guard lock(mutex_);
  std::vector<EvaluationPtr> all;
  for (const auto& [key, evaluation] : memo_) {
    if (evaluation != nullptr) all.push_back(evaluation);
  }
  return all;
}

EvaluationPtr Evaluator::EvaluateLocked(Model& model, const TaskPtr& task, const StopRule& stop,
                                        StoreMode mode) {
  EvaluationPtr& known = memo_[internal::MemoKey(model, *task, options_.seed, mode)];
  // A rule may end before what is not recorded, so such a failure is not one of every call.
  const bool failed =
      known != nullptr && !known->failure.empty() && (known->unrecorded == 0 || !stop);
  if (failed || (known != nullptr && IsDone(*known) && !stop)) return known;

  // A rule that throws says nothing about the model: what it ended is not remembered.
  bool rule_threw = false;
  const StopRule rule = !stop ? nullptr : StopRule([&](const Sample& sample, const Outcome& o) {
    try {
      return stop(sample, o);
    } catch (...) {
      rule_threw = true;
      throw;
    }
  });
  Evaluation evaluation;
  if (known != nullptr && known->failure.empty()) {
    evaluation = *known;
    if ((rule && CutWhereSatisfied(evaluation, rule)) || known->complete()) {
      return std::make_shared<const Evaluation>(std::move(evaluation));
    }
  } else {
    evaluation.model = model.info();
    evaluation.task = task;
    evaluation.provenance.seed = internal::SeedFor(*task, options_.seed);
    evaluation.slice = options_.slice;
  }
  Continue(model, evaluation, rule, mode);
  auto result = std::make_shared<const Evaluation>(std::move(evaluation));
  if (!rule_threw) known = result;
  return result;
}

void Evaluator::Continue(Model& model, Evaluation& evaluation, const StopRule& stop,
                         StoreMode mode) const {
  const std::vector<std::size_t> order = OrderOf(evaluation);
  if (options_.progress != nullptr) {
    options_.progress->Begin(evaluation.model, *evaluation.task);
  }
  try {
    internal::Answers answers(model, evaluation.task->name(),
                              {.store = options_.store,
                               .on_answer = options_.on_answer,
                               .mode = mode,
                               .replicate = options_.replicate});
    evaluation.provenance.identity = answers.identity();
    evaluation.provenance.recording = answers.recording();
    internal::Run(*this, evaluation.model, answers, evaluation, {.order = order, .stop = stop})
        .Complete();
    const std::string not_recorded = answers.not_recorded();
    if (!not_recorded.empty()) evaluation.provenance.not_recorded = not_recorded;
  } catch (const internal::Unrecorded& error) {
    evaluation.failure = error.what();
    if (evaluation.unrecorded == 0) {  // Nothing of the model is recorded.
      std::vector<std::size_t> all = order;
      std::sort(all.begin(), all.end());
      evaluation.unrecorded = all.size();
      evaluation.failure =
          internal::NameMissing(all, evaluation.task->dataset().samples()) + "\n" + error.what();
    }
    if (!evaluation.provenance.recording.empty()) {
      evaluation.failure += fmt::format(
          "\n{} is to answer in the model's place: record it anew where the model is "
          "(--gatetest_accept, --gatetest_store_export)",
          evaluation.provenance.recording);
    }
  } catch (...) {
    evaluation.failure = internal::TextOfCurrentException();
  }
  if (!evaluation.failure.empty()) {
    evaluation.failure = Shown(evaluation.failure, evaluation.model);
    evaluation.items.clear();
  }
  CountSources(evaluation);
  if (options_.progress != nullptr) options_.progress->End();
}

}  // namespace gatetest
