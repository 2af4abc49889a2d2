#include "gatetest/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "src/evaluation/answers.h"
#include "src/evaluation/evaluating.h"
#include "src/evaluation/memo_key.h"
#include "src/evaluation/missing.h"
#include "src/evaluation/part.h"
#include "src/evaluation/run.h"
#include "src/evaluation/shuffle.h"
#include "src/evaluation/sources.h"
#include "src/text/redact.h"
#include "src/text/show.h"
#include "src/thrown.h"

namespace gatetest {
namespace {

/// A slice is asked in full, because a rule could not stop at the same sample in all of them; but
/// of the first samples alone, where no more are wanted.
Asking WithinSlice(const Asking& asking, const Slice& slice, std::size_t all) {
  const std::size_t first = std::min(asking.samples, all);
  const std::size_t count =
      first > slice.index ? (first - slice.index + slice.count - 1) / slice.count : 0;
  return {.samples = count, .spending = asking.spending};
}

/// The part of `evaluation` that `asking` wants; null: it wants more than there is.
EvaluationPtr WantedPart(const EvaluationPtr& evaluation, const Asking& asking) {
  const std::vector<Sample>& samples = evaluation->task->dataset().samples();
  std::size_t wanted = 0;
  bool enough = asking.samples == 0;
  while (!enough && wanted < evaluation->items.size()) {
    const Evaluation::Item& item = evaluation->items[wanted++];
    const bool satisfied = asking.stop && asking.stop(samples[item.sample], item.outcome);
    enough = satisfied || wanted == asking.samples;
  }
  if (!enough) return nullptr;
  EvaluationPtr part = internal::FirstItems(evaluation, wanted);
  if (part->ended.empty()) return part;
  auto whole = std::make_shared<Evaluation>(*part);
  whole->ended.clear();  // It has all that is wanted now.
  return whole;
}

/// Those that are not yet asked, of its slice and of the first `most`.
std::vector<std::size_t> OrderOf(const Evaluation& evaluation,
                                 std::size_t most = std::numeric_limits<std::size_t>::max()) {
  const Dataset& dataset = evaluation.task->dataset();
  const std::size_t count = dataset.size();
  std::vector<std::size_t> order = internal::ShuffledOrder(
      count, internal::SeedOfOrder(evaluation.provenance.seed, dataset.hash()));
  if (evaluation.slice) {
    std::vector<std::size_t> part;
    for (std::size_t i = evaluation.slice->index; i < count; i += evaluation.slice->count) {
      part.push_back(order[i]);
    }
    order = std::move(part);
  }
  order.resize(std::min(order.size(), most));
  order.erase(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(evaluation.items.size()));
  return order;
}

std::string WhyInterrupted(const Evaluation& evaluation, const std::string& recorded_in) {
  return fmt::format("interrupted after {} of {} samples; {}", evaluation.items.size(),
                     evaluation.task->dataset().size(),
                     recorded_in.empty() || !evaluation.provenance.not_recorded.empty()
                         ? "what was answered is not recorded"
                         : fmt::format("what was answered is recorded in {}, and the same command "
                                       "goes on from there",
                                       recorded_in));
}

/// Whether nothing is left to ask.
bool IsDone(const Evaluation& evaluation) {
  return evaluation.complete() || (evaluation.slice && OrderOf(evaluation).empty());
}

/// Models of one identity share their answers, and may have other prices each.
EvaluationPtr PricedAs(const ModelPtr& model, EvaluationPtr evaluation) {
  if (model == nullptr || evaluation->model.prices == model->info().prices) return evaluation;
  Evaluation priced = *evaluation;
  priced.model.prices = model->info().prices;
  return std::make_shared<const Evaluation>(std::move(priced));
}

/// Without what may be a credential.
std::string Shown(const std::string& failure, const ModelInfo& info) {
  return internal::RedactAddresses(
      internal::RedactSecrets(failure, internal::SecretsOfEnvironment(info.api_key_variable)));
}

}  // namespace

EvaluationPtr Evaluator::Evaluate(const ModelPtr& model, const TaskPtr& task,
                                  const Asking& asking) {
  return PricedAs(model, Asked(model, task, asking));
}

EvaluationPtr Evaluator::Asked(const ModelPtr& model, const TaskPtr& task, const Asking& asking) {
  if (model == nullptr) return Fail({}, task, "there is no model: the pointer is null");
  if (task == nullptr) return Fail(model->info(), task, "there is no task");
  if (options_.plan_only) {
    return Fail(model->info(), task, "nothing is evaluated: this run only plans");
  }
  if (internal::Evaluating::Current() == this) {
    return Fail(model->info(), task,
                "it was asked for from within an evaluation of the same Evaluator; a scorer or "
                "model that evaluates needs an Evaluator of its own");
  }
  if (Cancel::all_requested()) {
    return Fail(model->info(), task, WhyNotBegun());
  }
  const std::optional<Slice>& slice = options_.slice;
  if (slice && slice->index >= slice->count) {
    return Fail(model->info(), task,
                fmt::format("there is no slice {} of {}: its index counts from 0", slice->index,
                            slice->count));
  }
  const StoreMode how = options_.mode.value_or(asking.mode.value_or(StoreMode::kAuto));
  if (slice && how == StoreMode::kLive && options_.store != nullptr) {
    return Fail(model->info(), task,
                "a slice is evaluated to be recorded, and the gate's mode is live: nothing is");
  }
  const bool nested = internal::Evaluating::Current() != nullptr;
  const std::lock_guard lock(mutex_);
  const internal::Evaluating here(this);
  try {
    return EvaluateLocked(
        *model, task,
        {.asking = slice ? WithinSlice(asking, *slice, task->dataset().size()) : asking,
         .mode = how,
         .nested = nested});
  } catch (...) {
    return Fail(model->info(), task, Shown(internal::TextOfCurrentException(), model->info()));
  }
}

std::vector<EvaluationPtr> Evaluator::Evaluated() {
  const std::lock_guard lock(memo_mutex_);
  std::vector<EvaluationPtr> all = failures_;
  for (const auto& [key, evaluation] : memo_) {
    if (evaluation != nullptr) all.push_back(evaluation);
  }
  for (const auto& [key, evaluation] : broken_) all.push_back(evaluation);
  for (const auto& [key, floor] : noise_floors_) {
    for (const EvaluationPtr& run : floor->runs) {
      if (std::find(all.begin(), all.end(), run) == all.end()) all.push_back(run);
    }
  }
  return all;
}

EvaluationPtr Evaluator::Known(const std::string& key) {
  const std::lock_guard lock(memo_mutex_);
  return memo_[key];
}

EvaluationPtr Evaluator::Broken(const std::string& key) {
  const std::lock_guard lock(memo_mutex_);
  const auto broken = broken_.find(key);
  return broken == broken_.end() ? nullptr : broken->second;
}

EvaluationPtr Evaluator::Fail(ModelInfo model, TaskPtr task, std::string why) {
  EvaluationPtr failed = FailedEvaluation(std::move(model), std::move(task), std::move(why));
  const std::lock_guard lock(memo_mutex_);
  failures_.push_back(failed);
  return failed;
}

/// Once the run is interrupted. A message may be about this evaluation alone.
std::string Evaluator::WhyNotBegun() {
  const std::lock_guard lock(memo_mutex_);
  return "the run was interrupted before it" + (interrupted_.empty() ? "" : ": " + interrupted_);
}

EvaluationPtr Evaluator::EvaluateLocked(Model& model, const TaskPtr& task, const How& how) {
  const std::string key = internal::MemoKey(model, *task, options_.seed, how.mode);
  EvaluationPtr known = Known(key);
  const bool whole = !how.asking.stop && how.asking.samples >= task->dataset().size();
  if (known != nullptr) {
    // What is not recorded may be beyond a part that is asked.
    const bool failed = !known->failure.empty() && (whole || known->unrecorded == 0);
    if (failed || (whole && IsDone(*known))) return known;
  }

  // A rule that throws says nothing about the model: what it ended is not remembered.
  bool rule_threw = false;
  How asked = how;
  if (how.asking.stop) {
    asked.asking.stop = [&](const Sample& sample, const Outcome& outcome) {
      try {
        return how.asking.stop(sample, outcome);
      } catch (...) {
        rule_threw = true;
        throw;
      }
    };
  }
  Evaluation evaluation;
  if (known != nullptr && known->failure.empty()) {
    if (EvaluationPtr part = WantedPart(known, asked.asking)) return part;
    if (known->complete()) return known;
    EvaluationPtr broken = Broken(key);
    if (broken != nullptr && (whole || broken->unrecorded == 0)) return broken;
    evaluation = *known;
    evaluation.ended.clear();
  } else {
    evaluation.model = model.info();
    evaluation.task = task;
    evaluation.provenance.seed = internal::SeedFor(*task, options_.seed);
    evaluation.slice = options_.slice;
  }
  Continue(model, evaluation, asked);
  auto result = std::make_shared<const Evaluation>(std::move(evaluation));
  if (rule_threw) return result;
  const std::lock_guard lock(memo_mutex_);
  if (!whole && result->unrecorded > 0) {
    failures_.push_back(result);  // Of this part; the text says nothing of the whole.
  } else if (!result->failure.empty() && known != nullptr && known->failure.empty()) {
    broken_[key] = result;  // What was evaluated before still is.
  } else {
    memo_[key] = result;
  }
  return result;
}

void Evaluator::Continue(Model& model, Evaluation& evaluation, const How& how) {
  const std::vector<std::size_t> order = OrderOf(evaluation, how.asking.samples);
  const std::size_t known = evaluation.items.size();
  if (options_.progress != nullptr) {
    options_.progress->Begin(evaluation.model, *evaluation.task);
  }
  try {
    internal::Answers answers(model, evaluation.task->name(),
                              {.store = options_.store,
                               .on_answer = options_.on_answer,
                               .mode = how.mode,
                               .replicate = options_.replicate + how.replicate,
                               .spending = how.asking.spending,
                               .may_wait = !how.nested});
    evaluation.provenance.identity = answers.identity();
    evaluation.provenance.recording = answers.recording();
    bool satisfied = false;
    const auto run = [&](const std::vector<std::size_t>& samples) {
      internal::Run one(*this, evaluation.model, answers, evaluation,
                        {.order = samples, .stop = how.asking.stop, .tap = how.tap});
      one.Complete();
      satisfied = one.satisfied();
      const bool all = evaluation.items.size() == known + order.size();
      if (!satisfied && !all && Cancel::all_requested()) {
        const std::string why = WhyInterrupted(evaluation, answers.recorded_in());
        const std::lock_guard lock(memo_mutex_);
        interrupted_ = Shown(fmt::format("{} on {} was {}", ToString(evaluation.model),
                                         internal::Quote(evaluation.task->name()), why),
                             evaluation.model);
        throw Error(ErrorCode::kModelFailed, why);
      }
    };
    try {
      const internal::NotRecordedNote note(answers, evaluation.provenance.not_recorded);
      try {
        run(order);
      } catch (const internal::Incapable&) {
        // What was recorded of it may be of a time when it could do less. A rule has seen what is
        // in, and must not see it again.
        if (!answers.AskForCapabilities()) throw;
        if (!how.asking.stop) evaluation.items.resize(known);
        run(OrderOf(evaluation, how.asking.samples));
      }
      const bool all = evaluation.items.size() == known + order.size();
      if (!satisfied && !all) evaluation.ended = answers.ended();
    } catch (const internal::Unrecorded& error) {
      evaluation.failure = error.what();
      if (evaluation.unrecorded == 0) {  // Nothing of the model is recorded.
        std::vector<std::size_t> all = order;
        std::sort(all.begin(), all.end());
        evaluation.unrecorded = all.size();
        evaluation.failure =
            internal::NameMissing(all, evaluation.task->dataset().samples(), known + order.size()) +
            "\n" + error.what();
      }
      if (!evaluation.provenance.recording.empty()) {
        evaluation.failure += fmt::format(
            "\n{} is to answer in the model's place: accept the release anew (--gatetest_accept), "
            "or "
            "record it where the model is (--gatetest_store=recording:FOLDER)",
            evaluation.provenance.recording);
      }
    }
  } catch (...) {
    evaluation.failure = internal::TextOfCurrentException();
  }
  if (!evaluation.failure.empty()) {
    evaluation.failure = Shown(evaluation.failure, evaluation.model);
    evaluation.items.clear();
  }
  internal::CountSources(evaluation);
  if (options_.progress != nullptr) options_.progress->End();
}

}  // namespace gatetest
