#include "gatetest/evaluator.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "src/evaluation/memo_key.h"
#include "src/evaluation/shuffle.h"
#include "src/model/identity.h"
#include "src/thrown.h"

namespace gatetest {
namespace {

std::string_view WhatItLacks(RequestKind kind) {
  switch (kind) {
    case RequestKind::kScore:
      return "it gives no log-probabilities of a given text (Capabilities::score); use a task on "
             "generated text instead: ExactMatch, Contains, RegexMatch";
    case RequestKind::kGenerate:
      return "it does not generate text (Capabilities::generate); use a task on log-probabilities "
             "instead: MultipleChoice, Corpus";
    case RequestKind::kTokenize:
      return "it does not tokenize (Capabilities::tokenize)";
  }
  return "";
}

/// The evaluator in whose evaluation this thread is.
thread_local const Evaluator* evaluating = nullptr;

class Evaluating {
 public:
  explicit Evaluating(const Evaluator* evaluator) : outer_(std::exchange(evaluating, evaluator)) {}
  ~Evaluating() { evaluating = outer_; }
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;

 private:
  const Evaluator* const outer_;
};

/// Why an outcome cannot be one, whatever task made it: a NaN would read as a failed comparison,
/// and a failure is evidence. Empty if it can.
std::string WhyNoOutcome(Measures measures, const Outcome& outcome) {
  // A comparison with NaN is false, so these catch NaN too.
  if (measures == Measures::kAccuracy && !(outcome.score >= 0.0 && outcome.score <= 1.0)) {
    return fmt::format("its score is {}, which is not between 0 and 1", outcome.score);
  }
  for (const Window& window : outcome.windows) {
    if (!(window.nll >= 0.0)) {
      return fmt::format("a window's negative log-likelihood is {}, which is not 0 or more",
                         window.nll);
    }
  }
  return "";
}

/// One evaluation while it is under way. Samples are asked in rounds: what follows from a sample's
/// answers (Task::Next) is asked in the next round. Answers may come in any order and from any
/// thread; outcomes are consumed in the shuffled order alone, so that a stop rule sees the same
/// sequence every time.
class Run final : public ResponseSink {
 public:
  Run(const Evaluator& evaluator, Model& model, Evaluation& evaluation,
      std::span<const std::size_t> order, const StopRule& stop)
      : evaluator_(evaluator),
        model_(model),
        task_(*evaluation.task),
        traits_{model.info(), model.capabilities()},
        evaluation_(evaluation),
        stop_(stop),
        progress_(evaluator.options().progress) {
    for (const std::size_t sample : order) samples_.push_back({.sample = sample});
  }

  /// Throws what made the evaluation as a whole impossible.
  void Complete() {
    for (std::size_t i = 0; i < samples_.size(); ++i) Continue(i);
    Consume();
    while (!next_round_.empty() && !cancel_.requested()) AskRound();
    if (!failure_.empty()) throw Error(ErrorCode::kModelFailed, failure_);
  }

  /// Runs in the model's threads, so nothing may be thrown from here.
  void Receive(std::size_t index, Response response) override {
    const std::lock_guard lock(mutex_);
    const Evaluating here(&evaluator_);
    if (cancel_.requested()) return;
    if (index >= questions_.size() || questions_[index].answered) {
      // Whatever the model did wrong, its answers can no longer be told apart.
      GiveUp(fmt::format("the model broke the protocol: it answered request {} of {}, which {}",
                         index, questions_.size(),
                         index < questions_.size() ? "it had answered before" : "was not asked"));
      return;
    }
    try {
      Take(index, std::move(response));
      Consume();
    } catch (...) {
      GiveUp(internal::TextOfCurrentException());
    }
  }

 private:
  struct Asked {
    std::size_t sample;  ///< Index in the data set.
    std::vector<Exchange> exchanges = {};
    std::size_t unanswered = 0;
    std::optional<Outcome> outcome = {};
  };

  /// One request of the current round.
  struct Question {
    std::size_t asked;     ///< Index in samples_.
    std::size_t exchange;  ///< Index in its exchanges.
    bool answered = false;
  };

  void AskRound() {
    questions_ = std::move(next_round_);
    next_round_.clear();
    std::vector<Request> requests;
    requests.reserve(questions_.size());
    for (const Question& question : questions_) {
      requests.push_back(samples_[question.asked].exchanges[question.exchange].request);
    }
    std::string thrown;
    try {
      model_.Run(requests, *this, cancel_);
    } catch (...) {
      thrown = "the model threw: " + internal::TextOfCurrentException();
    }
    const std::lock_guard lock(mutex_);
    if (!cancel_.requested()) FailUnanswered(thrown);
  }

  void GiveUp(std::string why) {
    if (failure_.empty()) failure_ = std::move(why);
    cancel_.Request();
  }

  void FailUnanswered(const std::string& thrown) {
    for (std::size_t i = 0; i < questions_.size(); ++i) {
      if (questions_[i].answered) continue;
      Take(i, Response::Failed(thrown.empty() ? "the model returned without answering" : thrown));
    }
    Consume();
  }

  void Take(std::size_t index, Response response) {
    Question& question = questions_[index];
    question.answered = true;
    ++answered_;
    if (progress_ != nullptr) progress_->Advance(answered_, asked_);
    Asked& asked = samples_[question.asked];
    asked.exchanges[question.exchange].response = std::move(response);
    if (--asked.unanswered == 0) Continue(question.asked);
  }

  /// Asks on, or scores, once all that a sample was asked is answered.
  void Continue(std::size_t index) {
    Asked& asked = samples_[index];
    const Sample& sample = task_.dataset().samples()[asked.sample];
    try {
      for (const Exchange& exchange : asked.exchanges) {
        if (exchange.response.failure.empty()) continue;
        asked.outcome = Outcome::Unmeasured(exchange.response.failure);
        break;
      }
      if (!asked.outcome) {
        const std::vector<Request> requests = task_.Next(sample, asked.exchanges, traits_);
        for (const Request& request : requests) Ask(index, request);
        if (requests.empty()) asked.outcome = Score(sample, asked.exchanges);
      }
    } catch (...) {
      asked.outcome = Outcome::Unmeasured(internal::TextOfCurrentException());
    }
    if (asked.outcome) std::vector<Exchange>().swap(asked.exchanges);
  }

  Outcome Score(const Sample& sample, const std::vector<Exchange>& exchanges) const {
    Outcome outcome = task_.Score(sample, exchanges, traits_);
    const std::string wrong =
        outcome.unmeasured.empty() ? WhyNoOutcome(task_.measures(), outcome) : std::string();
    return wrong.empty() ? outcome : Outcome::Unmeasured(wrong);
  }

  void Ask(std::size_t index, const Request& request) {
    const bool can = request.kind == RequestKind::kScore      ? traits_.capabilities.score
                     : request.kind == RequestKind::kGenerate ? traits_.capabilities.generate
                                                              : traits_.capabilities.tokenize;
    if (!can) {
      GiveUp(std::string(WhatItLacks(request.kind)));
    }
    if (request.kind == RequestKind::kGenerate && request.temperature > 0.0) {
      evaluation_.sampled = true;
    }
    Asked& asked = samples_[index];
    next_round_.push_back({.asked = index, .exchange = asked.exchanges.size()});
    asked.exchanges.push_back({.request = request});
    ++asked.unanswered;
    ++asked_;
  }

  /// Hands over the outcomes that are next in order.
  void Consume() {
    while (consumed_ < samples_.size() && samples_[consumed_].outcome && !cancel_.requested()) {
      Asked& asked = samples_[consumed_++];
      evaluation_.items.push_back({asked.sample, *std::move(asked.outcome)});
      const Evaluation::Item& item = evaluation_.items.back();
      if (stop_ && stop_(task_.dataset().samples()[item.sample], item.outcome)) cancel_.Request();
    }
  }

  const Evaluator& evaluator_;
  Model& model_;
  const Task& task_;
  const ModelTraits traits_;
  Evaluation& evaluation_;
  const StopRule& stop_;
  Progress* const progress_;

  std::mutex mutex_;
  Cancel cancel_;
  std::vector<Asked> samples_;
  std::vector<Question> questions_;
  std::vector<Question> next_round_;
  std::size_t asked_ = 0;  ///< Requests, of all rounds so far.
  std::size_t answered_ = 0;
  std::size_t consumed_ = 0;  ///< Samples.
  std::string failure_;
};

/// Cuts `evaluation` after the sample at which `stop` is satisfied; false: it never is.
bool CutWhereSatisfied(Evaluation& evaluation, const StopRule& stop) {
  const std::vector<Sample>& samples = evaluation.task->dataset().samples();
  for (std::size_t i = 0; i < evaluation.items.size(); ++i) {
    const Evaluation::Item& item = evaluation.items[i];
    if (!stop(samples[item.sample], item.outcome)) continue;
    evaluation.items.resize(i + 1);
    evaluation.provenance.live = evaluation.items.size();
    return true;
  }
  return false;
}

}  // namespace

EvaluationPtr Evaluator::Evaluate(const ModelPtr& model, const TaskPtr& task,
                                  const StopRule& stop) {
  if (model == nullptr) return FailedEvaluation({}, task, "there is no model: the pointer is null");
  if (task == nullptr) return FailedEvaluation(model->info(), task, "there is no task");
  if (options_.plan_only) {
    return FailedEvaluation(model->info(), task, "nothing is evaluated: this run only plans");
  }
  if (evaluating == this) {
    // Waiting for the lock would be waiting for itself.
    return FailedEvaluation(model->info(), task,
                            "it was asked for from within an evaluation of the same Evaluator; a "
                            "scorer or model that evaluates needs an Evaluator of its own");
  }
  const std::lock_guard lock(mutex_);
  const Evaluating here(this);
  try {
    return EvaluateLocked(*model, task, stop);
  } catch (...) {
    return FailedEvaluation(model->info(), task, internal::TextOfCurrentException());
  }
}

EvaluationPtr Evaluator::EvaluateLocked(Model& model, const TaskPtr& task, const StopRule& stop) {
  EvaluationPtr& known = memo_[internal::MemoKey(model, *task, options_.seed)];
  if (known != nullptr && (!known->failure.empty() || (known->complete() && !stop))) return known;

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
  if (known != nullptr) {
    evaluation = *known;
    if ((rule && CutWhereSatisfied(evaluation, rule)) || known->complete()) {
      return std::make_shared<const Evaluation>(std::move(evaluation));
    }
  } else {
    evaluation.model = model.info();
    evaluation.task = task;
    evaluation.provenance.seed = internal::SeedFor(*task, options_.seed);
    evaluation.provenance.identity = internal::ModelIdentity(model);
  }
  Continue(model, evaluation, rule);
  auto result = std::make_shared<const Evaluation>(std::move(evaluation));
  if (!rule_threw) known = result;
  return result;
}

void Evaluator::Continue(Model& model, Evaluation& evaluation, const StopRule& stop) const {
  const std::size_t count = evaluation.task->dataset().size();
  const std::vector<std::size_t> order = internal::ShuffledOrder(count, evaluation.provenance.seed);
  if (options_.progress != nullptr) {
    options_.progress->Begin(evaluation.model, *evaluation.task);
  }
  try {
    Run(*this, model, evaluation, std::span(order).subspan(evaluation.items.size()), stop)
        .Complete();
  } catch (...) {
    evaluation.failure = internal::TextOfCurrentException();
    evaluation.items.clear();
  }
  if (options_.progress != nullptr) options_.progress->End();
  evaluation.provenance.live = evaluation.items.size();
}

}  // namespace gatetest
