#include "src/speed/request_timer.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <utility>

#include "gatetest/error.h"
#include "src/evaluation/paid_batch.h"
#include "src/text/redact.h"
#include "src/thrown.h"

namespace gatetest::internal {
namespace {

using Clock = std::chrono::steady_clock;

double Seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

}  // namespace

/// Takes the answers, from any thread.
class RequestTimer::Sink final : public ResponseSink {
 public:
  Sink(RequestTimer& timer, std::span<const Request> requests, Cancel& cancel)
      : timer_(timer), requests_(requests), cancel_(cancel), answers_(requests.size()) {}

  void Receive(std::size_t index, Response response) override {
    const auto now = Clock::now();
    const std::lock_guard lock(mutex_);
    if (index >= answers_.size() || answers_[index]) return;
    last_ = now;
    TimedAnswer& answer = answers_[index].emplace();
    answer.failure = timer_.Redacted(response.failure);
    failures_ = answer.failure.empty() ? 0 : failures_ + 1;
    if (failures_ == kFailuresInARow && answers_.size() > failures_) {
      gave_up_ = answer.failure;
      cancel_.Request();
    }
    answer.seconds = Seconds(response.timing.total);
    answer.first_token = Seconds(response.timing.first_token);
    answer.tokens = response.usage.completion_tokens;
    answer.spoken = answer.tokens - std::min(answer.tokens, response.timing.silent_tokens);
    answer.retried = !response.retried.empty();
    answer.text_tokens = std::move(response.tokens);
    answer.token_ends = std::move(response.token_ends);
    if (timer_.spending_ != nullptr &&
        !timer_.spending_->Pay(timer_.model_.info(), requests_[index], response)) {
      cancel_.Request();
    }
  }

  /// When the last answer came; `otherwise` where none did.
  Clock::time_point last_or(Clock::time_point otherwise) const { return last_.value_or(otherwise); }

  /// Why the rest was not asked any more: too many had failed. Empty: it was.
  const std::string& gave_up() const { return gave_up_; }

  /// `asked`: so many, from the first, were.
  std::vector<TimedAnswer> Take(const std::string& why_none, std::size_t asked) {
    std::vector<TimedAnswer> taken;
    for (std::size_t i = 0; i < answers_.size(); ++i) {
      taken.push_back(answers_[i] ? *std::move(answers_[i])
                                  : TimedAnswer{.failure = why_none, .asked = i < asked});
    }
    return taken;
  }

 private:
  RequestTimer& timer_;
  const std::span<const Request> requests_;
  Cancel& cancel_;
  std::mutex mutex_;
  std::vector<std::optional<TimedAnswer>> answers_;
  std::size_t failures_ = 0;  ///< In a row.
  std::string gave_up_;
  std::optional<Clock::time_point> last_;
};

RequestTimer::RequestTimer(Model& model, Spending* spending)
    : model_(model),
      spending_(spending),
      secrets_(SecretsOfEnvironment(model.info().api_key_variable)) {}

TimedAnswer RequestTimer::Ask(const Request& request) {
  return std::move(Run({&request, 1}, 1).answers.front());
}

TimedRun RequestTimer::AskAll(std::span<const Request> requests, std::size_t at_a_time) {
  return Run(requests, at_a_time);
}

TimedRun RequestTimer::Run(std::span<const Request> requests, std::size_t at_a_time) {
  Cancel cancel;
  Sink sink(*this, requests, cancel);
  Spending::Reserved reserved{.requests = requests.size()};
  if (spending_ != nullptr) reserved = spending_->Reserve(model_.info(), requests);
  const bool by_tokens =
      spending_ != nullptr && (spending_->budget().tokens || spending_->budget().usd);
  if (by_tokens && reserved.requests > 0 && reserved.requests < requests.size() && !has_answers_) {
    // Of a model that has shown nothing a budget may foresee a few requests only: it shows.
    spending_->Release(reserved);
    Run(requests.first(1), 1);
    reserved = spending_->Reserve(model_.info(), requests);
  }
  TimedRun run;
  std::string why_none = "the model returned without answering";
  if (reserved.requests > 0) {
    run.seconds =
        RunPaid(requests.first(reserved.requests), at_a_time, reserved, sink, cancel, why_none);
    has_answers_ = true;
  }
  if (ended_.empty() && reserved.requests < requests.size()) ended_ = why_none = WhyNoMore();
  run.answers = sink.Take(why_none, reserved.requests);
  // Alone, it took as long as the run; the model's own clock does not count what is around it.
  if (run.answers.size() == 1 && run.answers.front().seconds <= 0.0) {
    run.answers.front().seconds = run.seconds;
  }
  return run;
}

double RequestTimer::RunPaid(std::span<const Request> requests, std::size_t at_a_time,
                             const Spending::Reserved& reserved, Sink& sink, Cancel& cancel,
                             std::string& why_none) {
  const auto start = Clock::now();
  {
    const PaidBatch paid(spending_, reserved, cancel);
    try {
      if (requests.size() == 1) {
        model_.Run(requests, sink, cancel);
      } else {
        model_.RunAtMost(at_a_time, requests, sink, cancel);
      }
    } catch (const Error& error) {
      if (error.code() == ErrorCode::kUnsupported) throw;
      why_none = Redacted(error.what());
    } catch (...) {
      why_none = Redacted("the model threw: " + TextOfCurrentException());
    }
  }
  const double seconds = Seconds(sink.last_or(Clock::now()) - start);
  if (Cancel::all_requested()) {
    ended_ = why_none = "the run was interrupted";
  } else if (!sink.gave_up().empty()) {
    why_none = sink.gave_up();
  } else if (cancel.requested() || HasNoTimeLeft()) {
    ended_ = why_none = WhyNoMore();
  }
  return seconds;
}

bool RequestTimer::HasNoTimeLeft() const {
  const auto left = spending_ == nullptr ? std::nullopt : spending_->time_left();
  return left && left->count() <= 0;
}

std::string RequestTimer::WhyNoMore() const {
  return spending_ == nullptr ? "the model was told to stop" : spending_->WhyNoMore(model_.info());
}

std::string RequestTimer::Redacted(const std::string& text) const {
  return RedactAddresses(RedactSecrets(text, secrets_));
}

}  // namespace gatetest::internal
