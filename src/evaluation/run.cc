#include "src/evaluation/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

#include "gatetest/error.h"
#include "src/evaluation/evaluating.h"
#include "src/evaluation/missing.h"
#include "src/text/show.h"
#include "src/thrown.h"

namespace gatetest::internal {
namespace {

std::string WhatItLacks(const Capabilities& capabilities, RequestKind kind) {
  switch (kind) {
    case RequestKind::kScore:
      return fmt::format(
          "it gives no log-probabilities of a given text ({}); use a task on generated text "
          "instead: ExactMatch, Contains, RegexMatch, GeneratedPerplexity",
          capabilities.why_no_score.empty() ? "Capabilities::score" : capabilities.why_no_score);
    case RequestKind::kGenerate:
      return "it does not generate text (Capabilities::generate); use a task on log-probabilities "
             "instead: MultipleChoice, Corpus";
    case RequestKind::kTokenize:
      return "it does not tokenize (Capabilities::tokenize)";
  }
  return "";
}

bool CanDo(const Capabilities& capabilities, RequestKind kind) {
  switch (kind) {
    case RequestKind::kScore:
      return capabilities.score;
    case RequestKind::kGenerate:
      return capabilities.generate;
    case RequestKind::kTokenize:
      return capabilities.tokenize;
  }
  return false;
}

/// What the model says of itself, and what it was found to have where it does not say.
ModelInfo WithFound(ModelInfo info, const Capabilities& found) {
  if (info.context_window == 0) info.context_window = found.context_window;
  if (!info.bos_token) info.bos_token = found.bos_token;
  return info;
}

/// Half of it would be a price that is too low: a text that was read, or written, has tokens.
bool ReportsItsTokens(const Exchange& exchange) {
  const Request& request = exchange.request;
  const bool generates = request.kind == RequestKind::kGenerate;
  const bool reads = !generates || !request.prompt.empty();
  const bool writes = generates && !exchange.response.text.empty();
  const Usage& usage = exchange.response.usage;
  if (usage.prompt_tokens < 0 || usage.completion_tokens < 0) return false;
  return (usage.prompt_tokens > 0 || !reads) && (usage.completion_tokens > 0 || !writes) &&
         usage.prompt_tokens + usage.completion_tokens > 0;
}

/// Of all answers; none where one did not report its tokens. To be cut into tokens is no answer.
std::optional<Usage> UsageOf(const std::vector<Exchange>& exchanges) {
  Usage sum;
  for (const Exchange& exchange : exchanges) {
    if (exchange.request.kind == RequestKind::kTokenize) continue;
    if (!ReportsItsTokens(exchange)) return std::nullopt;
    const Usage& usage = exchange.response.usage;
    sum.prompt_tokens += usage.prompt_tokens;
    sum.completion_tokens += usage.completion_tokens;
  }
  return sum;
}

std::size_t TextBytesOf(const std::vector<Exchange>& exchanges) {
  std::size_t bytes = 0;
  for (const Exchange& exchange : exchanges) {
    if (exchange.request.kind == RequestKind::kGenerate) bytes += exchange.response.text.size();
  }
  return bytes;
}

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

}  // namespace

Run::Run(const Evaluator& evaluator, const ModelInfo& info, Answers& answers,
         Evaluation& evaluation, const Options& options)
    : evaluator_(evaluator),
      answers_(answers),
      task_(*evaluation.task),
      info_(WithFound(info, answers.capabilities())),
      traits_{info_, answers.capabilities()},
      evaluation_(evaluation),
      options_(options),
      progress_(evaluator.options().progress) {
  for (const std::size_t sample : options_.order) samples_.push_back({.sample = sample});
  wanted_ = evaluation_.items.size() + samples_.size();
}

void Run::Complete() {
  for (std::size_t i = 0; i < samples_.size(); ++i) Continue(i);
  Consume();
  while (!next_round_.empty() && !cancel_.requested()) AskRound();
  if (is_incapable_) throw Incapable(failure_);
  if (!failure_.empty()) throw Error(ErrorCode::kModelFailed, failure_);
  if (!cancel_.requested()) CheckNothingIsMissing();
}

void Run::Receive(std::size_t index, Response response, std::int64_t recorded) {
  const std::lock_guard lock(mutex_);
  const Evaluating here(&evaluator_);
  if (cancel_.requested()) return;
  try {
    Take(index, std::move(response), recorded);
    Consume();
  } catch (...) {
    GiveUp(TextOfCurrentException());
  }
}

void Run::Wait(std::size_t count) {
  const std::lock_guard lock(mutex_);
  if (progress_ != nullptr) progress_->Wait(count);
}

void Run::AskRound() {
  questions_ = std::move(next_round_);
  next_round_.clear();
  // The exchanges of a sample may grow while this round is answered, so requests are copied.
  std::vector<Request> requests;
  requests.reserve(questions_.size());
  for (const Question& question : questions_) {
    requests.push_back(samples_[question.asked].exchanges[question.exchange].request);
  }
  std::vector<Ask> asks;
  asks.reserve(questions_.size());
  for (std::size_t i = 0; i < questions_.size(); ++i) {
    asks.push_back({.request = &requests[i],
                    .sample = &SampleOf(samples_[questions_[i].asked]).id,
                    .turn = questions_[i].exchange});
  }
  for (const std::size_t index : answers_.Get(asks, *this, cancel_)) {
    missing_.push_back(questions_[index]);
  }
}

void Run::GiveUp(std::string why) {
  if (failure_.empty()) failure_ = std::move(why);
  cancel_.Request();
}

void Run::Take(std::size_t index, Response response, std::int64_t recorded) {
  const Question& question = questions_[index];
  ++answered_;
  if (progress_ != nullptr) progress_->Advance(answered_, asked_);
  if (!response.retried.empty()) CountRetries(response);
  Asked& asked = samples_[question.asked];
  asked.exchanges[question.exchange].response = std::move(response);
  if (options_.tap) {
    options_.tap(asked.sample, question.exchange, asked.exchanges[question.exchange]);
  }
  if (recorded == 0) {
    asked.live = true;
  } else {
    asked.recorded = asked.recorded == 0 ? recorded : std::min(asked.recorded, recorded);
  }
  if (--asked.unanswered == 0) Continue(question.asked);
}

void Run::CountRetries(const Response& response) {
  Retries& retries = evaluation_.provenance.retries;
  ++retries.requests;
  for (const std::string& why : response.retried) ++retries.why[why];
}

/// Asks on, or scores, once all that a sample was asked is answered.
void Run::Continue(std::size_t index) {
  Asked& asked = samples_[index];
  try {
    for (const Exchange& exchange : asked.exchanges) {
      if (exchange.response.failure.empty()) continue;
      asked.outcome = Outcome::Unmeasured(exchange.response.failure);
      break;
    }
    if (!asked.outcome) {
      const std::vector<Request> requests = task_.Next(SampleOf(asked), asked.exchanges, traits_);
      for (const Request& request : requests) AskFor(index, request);
      if (requests.empty()) asked.outcome = Score(SampleOf(asked), asked.exchanges);
    }
  } catch (...) {
    asked.outcome = Outcome::Unmeasured(TextOfCurrentException());
  }
  if (!asked.outcome) return;
  // A scorer may have said more than the model.
  asked.outcome->unmeasured = answers_.WithoutSecrets(std::move(asked.outcome->unmeasured));
  asked.outcome->answer = answers_.WithoutKeys(std::move(asked.outcome->answer));
  std::vector<Exchange>().swap(asked.exchanges);
}

Outcome Run::Score(const Sample& sample, const std::vector<Exchange>& exchanges) const {
  Outcome outcome = task_.Score(sample, exchanges, traits_);
  outcome.usage = UsageOf(exchanges);
  outcome.text_bytes = TextBytesOf(exchanges);
  const std::string wrong =
      outcome.unmeasured.empty() ? WhyNoOutcome(task_.measures(), outcome) : std::string();
  return wrong.empty() ? outcome : Outcome::Unmeasured(wrong);
}

void Run::AskFor(std::size_t index, const Request& request) {
  if (!CanDo(traits_.capabilities, request.kind)) {
    is_incapable_ = is_incapable_ || failure_.empty();
    GiveUp(WhatItLacks(traits_.capabilities, request.kind));
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
void Run::Consume() {
  while (consumed_ < samples_.size() && samples_[consumed_].outcome && !cancel_.requested()) {
    Asked& asked = samples_[consumed_++];
    evaluation_.items.push_back({.sample = asked.sample,
                                 .outcome = *std::move(asked.outcome),
                                 .recorded = asked.live ? 0 : asked.recorded});
    const Evaluation::Item& item = evaluation_.items.back();
    if (options_.stop && options_.stop(task_.dataset().samples()[item.sample], item.outcome)) {
      satisfied_ = true;
      cancel_.Request();
    }
  }
}

void Run::CheckNothingIsMissing() {
  if (missing_.empty()) return;
  // In the data set's order, whatever the order was in which they were asked.
  std::stable_sort(missing_.begin(), missing_.end(), [&](const Question& a, const Question& b) {
    return samples_[a.asked].sample < samples_[b.asked].sample;
  });
  std::set<std::size_t> without;
  for (const Question& question : missing_) without.insert(samples_[question.asked].sample);
  std::vector<Ask> asks;
  for (const Question& question : missing_) {
    const Asked& asked = samples_[question.asked];
    asks.push_back({.request = &asked.exchanges[question.exchange].request,
                    .sample = &SampleOf(asked).id,
                    .turn = question.exchange});
  }
  evaluation_.unrecorded = without.size();
  const std::vector<std::size_t> samples(without.begin(), without.end());
  throw Unrecorded(NameMissing(samples, task_.dataset().samples(), wanted_) + "\n" +
                   answers_.WhyMissing(asks));
}

}  // namespace gatetest::internal
