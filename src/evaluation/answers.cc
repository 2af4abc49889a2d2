#include "src/evaluation/answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <thread>
#include <utility>

#include "gatetest/error.h"
#include "src/evaluation/missing.h"
#include "src/evaluation/paid_batch.h"
#include "src/model/identity.h"
#include "src/text/redact.h"
#include "src/text/show.h"
#include "src/thrown.h"

namespace gatetest::internal {
namespace {

std::int64_t SecondsNow() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// Of the credentials an error text may repeat, none is shown or recorded.
void Redact(Response& response, const std::vector<std::string>& secrets) {
  response.text = RedactSecrets(std::move(response.text), secrets);
  if (!response.failure.empty()) {
    response.failure = RedactAddresses(RedactSecrets(std::move(response.failure), secrets));
  }
  for (std::string& why : response.retried) {
    why = RedactAddresses(RedactSecrets(std::move(why), secrets));
  }
}

/// Without what is of this process alone.
Response AsRecorded(Response response) {
  response.timing = {};
  response.retried.clear();
  return response;
}

/// The same for a request, before its texts are escaped or cut.
Request Redacted(Request request, const std::vector<std::string>& secrets) {
  request.prompt = RedactSecrets(std::move(request.prompt), secrets);
  request.continuation = RedactSecrets(std::move(request.continuation), secrets);
  for (std::string& stop : request.stop) stop = RedactSecrets(std::move(stop), secrets);
  return request;
}

/// Waits for another process that is asking. If it dies, its claims are free.
class Patience {
 public:
  /// A moment. True now and then, when it is time to say so.
  bool Wait() {
    std::this_thread::sleep_for(pause_);
    pause_ = std::min(2 * pause_, kLongest);
    const auto now = std::chrono::steady_clock::now();
    if (now < say_so_) return false;
    say_so_ = now + kEvery;
    return true;
  }

 private:
  static constexpr std::chrono::milliseconds kLongest{50};
  static constexpr std::chrono::seconds kEvery{10};

  std::chrono::milliseconds pause_{2};
  std::chrono::steady_clock::time_point say_so_ = std::chrono::steady_clock::now() + kEvery;
};

}  // namespace

/// A key, and which of the asks have it.
struct Answers::Wanted {
  AnswerKey key = {};
  std::vector<std::size_t> asks = {};
};

/// Takes what the model answers in this process. Runs in the model's threads, so it throws nothing.
class Answers::Live final : public ResponseSink {
 public:
  Live(Answers& answers, std::span<const Ask> asks, std::span<const Wanted> wanted,
       AnswerSink& sink, Cancel& cancel)
      : answers_(answers),
        asks_(asks),
        wanted_(wanted),
        sink_(sink),
        cancel_(cancel),
        answered_(wanted.size()) {}

  void Receive(std::size_t index, Response response) override {
    std::vector<Answer> one;
    one.push_back({.index = index, .response = std::move(response)});
    ReceiveAll(std::move(one));
  }

  void ReceiveAll(std::vector<Answer> received) override {
    std::erase_if(received, [&](const Answer& answer) { return !IsExpected(answer.index); });
    bool within = true;
    std::vector<Shelf::Filing> filings;
    for (Answer& answer : received) {
      Response& response = answer.response;
      Redact(response, answers_.secrets_);
      const Wanted& wanted = wanted_[answer.index];
      const Ask& ask = asks_[wanted.asks.front()];
      if (pays_ && answers_.spending_ != nullptr &&
          !answers_.spending_->Pay(answers_.model_.info(), *ask.request, response)) {
        within = false;
      }
      if (!response.failure.empty()) {
        failed_ = true;
      } else if (answers_.Records()) {
        filings.push_back({.question = answers_.QuestionOf(ask, wanted.key),
                           .answer = {.response = AsRecorded(response), .recorded = SecondsNow()}});
      }
    }
    answers_.Record(filings);
    for (Answer& answer : received) {
      const std::vector<std::size_t>& asks = wanted_[answer.index].asks;
      for (std::size_t i = 0; i + 1 < asks.size(); ++i) {
        sink_.Receive(asks[i], answer.response, 0);
        answer.response.retried.clear();  // It was one request.
      }
      sink_.Receive(asks.back(), std::move(answer.response), 0);
    }
    if (within) return;
    exceeded_ = true;
    cancel_.Request();
  }

  /// Whether anything was.
  bool answered() const {
    return std::any_of(answered_.begin(), answered_.end(), [](bool a) { return a; });
  }

  /// An answer came to more than the budget had left.
  bool exceeded() const { return exceeded_; }

  /// Nothing is paid for these: they were never asked.
  void FailUnasked(const std::string& why) {
    pays_ = false;
    FailUnanswered(why);
  }

  void FailUnanswered(const std::string& why) {
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      if (!answered_[i]) Receive(i, Response::Failed(why));
    }
  }

  /// How the model broke the protocol; empty when it did not.
  const std::string& broken() const { return broken_; }

  /// Whether every request was answered and no answer is a failure.
  bool complete() const {
    return !failed_ && std::all_of(answered_.begin(), answered_.end(), [](bool a) { return a; });
  }

 private:
  bool IsExpected(std::size_t index) {
    const std::lock_guard lock(mutex_);
    if (!broken_.empty()) return false;
    if (index < wanted_.size() && !answered_[index]) {
      answered_[index] = true;
      return true;
    }
    // Whatever the model did wrong, its answers can no longer be told apart.
    broken_ = fmt::format("the model broke the protocol: it answered request {} of {}, which {}",
                          index, wanted_.size(),
                          index < wanted_.size() ? "it had answered before" : "was not asked");
    cancel_.Request();
    return false;
  }

  Answers& answers_;
  const std::span<const Ask> asks_;
  const std::span<const Wanted> wanted_;
  AnswerSink& sink_;
  Cancel& cancel_;
  std::mutex mutex_;
  std::vector<bool> answered_;
  bool pays_ = true;
  std::atomic<bool> failed_{false};
  std::atomic<bool> exceeded_{false};
  std::string broken_;
};

Answers::Answers(Model& model, const std::string& task, const AnswerOptions& options)
    : model_(model),
      task_(task),
      identity_(model.identity()),
      keys_(identity_, options.replicate),
      secrets_(SecretsOfEnvironment(model.info().api_key_variable)),
      mode_(options.mode),
      store_(options.mode == StoreMode::kLive ? nullptr : options.store),
      on_answer_(options.on_answer),
      spending_(options.spending),
      may_wait_(options.may_wait) {
  if (Store* const recording = model.recording(); recording != nullptr) {
    store_ = recording;
    recording_ = recording->place();
    mode_ = StoreMode::kReplay;
    return;
  }
  const std::string why = WhyNotRecordable(model.info());
  if (mode_ == StoreMode::kReplay) {
    if (store_ == nullptr) {
      throw Error(ErrorCode::kUnsupported,
                  "the mode is replay, and there is no store to replay from (--gatetest_store)");
    }
    if (!why.empty()) {
      throw Error(ErrorCode::kUnsupported,
                  "the mode is replay, and nothing of it can be recorded: " + why);
    }
  }
  if (!why.empty() && store_ != nullptr) {
    not_recorded_ = why;
    store_ = nullptr;
  }
}

Capabilities Answers::capabilities() {
  if (capabilities_) return *capabilities_;
  if (store_ != nullptr && mode_ != StoreMode::kRefresh) {
    const std::optional<RecordedModel> known = store_->FindModel(identity_);
    if (known) capabilities_ = known->capabilities;
    capabilities_are_recorded_ = known.has_value();
    if (!known && mode_ == StoreMode::kReplay) {
      throw Unrecorded(ExplainModel({.identity = identity_, .info = model_.info()}, *store_));
    }
  }
  if (!capabilities_) capabilities_ = AskedCapabilities();
  return *capabilities_;
}

/// Where other tasks are recorded, texts are cut as they were for these, as long as the model holds
/// them: otherwise those could not be replayed.
Capabilities Answers::AskedCapabilities() {
  Capabilities asked = model_.capabilities();
  if (store_ == nullptr || asked.context_window == 0) return asked;
  const std::optional<RecordedModel> known = store_->FindModel(identity_);
  const int recorded = known ? known->capabilities.context_window : 0;
  if (recorded == 0 || recorded >= asked.context_window) return asked;
  const std::vector<Holding> holdings = store_->Holdings();
  const bool others = std::any_of(holdings.begin(), holdings.end(), [&](const Holding& holding) {
    return holding.model.identity == identity_ && holding.task != task_;
  });
  if (others) asked.context_window = recorded;
  return asked;
}

bool Answers::AskForCapabilities() {
  if (!capabilities_are_recorded_ || mode_ == StoreMode::kReplay) return false;
  const Capabilities recorded = *std::exchange(capabilities_, AskedCapabilities());
  capabilities_are_recorded_ = false;
  shelf_.reset();  // Which describes the model to the store.
  return *capabilities_ != recorded;
}

std::string Answers::WithoutKeys(std::string text) const {
  return RedactSecrets(std::move(text), secrets_);
}

std::string Answers::WithoutSecrets(std::string text) const {
  return RedactAddresses(WithoutKeys(std::move(text)));
}

Shelf* Answers::shelf() {
  if (store_ != nullptr && shelf_ == nullptr) {
    const ModelInfo& info = model_.info();
    const std::int64_t age = info.provider.empty() ? 0 : info.max_age.count();
    shelf_ = store_->Open(model(), task_, age > 0 ? SecondsNow() - age : 0);
  }
  return shelf_.get();
}

RecordedModel Answers::model() {
  ModelInfo info = model_.info();
  for (std::string* const text : {&info.name, &info.quantization, &info.provider, &info.weights,
                                  &info.code_id, &info.options}) {
    *text = RedactSecrets(std::move(*text), secrets_);
  }
  Capabilities found = capabilities();
  found.why_no_score = WithoutSecrets(std::move(found.why_no_score));
  return {.identity = identity_, .info = std::move(info), .capabilities = std::move(found)};
}

std::vector<std::size_t> Answers::Get(std::span<const Ask> asks, AnswerSink& sink, Cancel& cancel) {
  std::vector<Wanted> wanted;
  std::map<AnswerKey, std::size_t> known;
  for (std::size_t i = 0; i < asks.size(); ++i) {
    const AnswerKey key = keys_.KeyOf(*asks[i].request, *asks[i].sample, asks[i].turn);
    const auto [at, is_new] = known.try_emplace(key, wanted.size());
    if (is_new) wanted.push_back({.key = key});
    wanted[at->second].asks.push_back(i);
  }

  Patience patience;
  while (!wanted.empty() && !cancel.requested()) {
    if (shelf() == nullptr || mode_ == StoreMode::kRefresh) {
      AskModel(asks, wanted, sink, cancel);
      break;
    }
    wanted = TakeRecorded(asks, std::move(wanted), sink);
    if (mode_ == StoreMode::kReplay || wanted.empty() || cancel.requested()) break;

    const std::vector<ClaimResult> claims = Claim(wanted);
    std::vector<Wanted> mine;
    std::vector<Wanted> others;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      // What is taken may be taken by an evaluation that waits for this one: then it is asked
      // twice.
      const bool ask_now =
          claims[i] == ClaimResult::kMine || (claims[i] == ClaimResult::kTaken && !may_wait_);
      (ask_now ? mine : others).push_back(std::move(wanted[i]));
    }
    wanted = std::move(others);
    if (!mine.empty()) {
      AskModel(asks, mine, sink, cancel);
      patience = {};
    } else if (patience.Wait()) {
      sink.Wait(wanted.size());
    }
  }
  std::vector<std::size_t> missing;
  if (mode_ != StoreMode::kReplay || cancel.requested()) return missing;
  for (const Wanted& one : wanted) {
    missing.insert(missing.end(), one.asks.begin(), one.asks.end());
  }
  std::sort(missing.begin(), missing.end());
  return missing;
}

std::vector<Answers::Wanted> Answers::TakeRecorded(std::span<const Ask> asks,
                                                   std::vector<Wanted> wanted, AnswerSink& sink) {
  std::vector<std::optional<RecordedAnswer>> found = shelf_->Find(KeysOf(wanted));
  std::vector<Wanted> rest;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!found[i]) {
      rest.push_back(std::move(wanted[i]));
      continue;
    }
    // Only one that was edited by hand is a failure, and then who knows what else was.
    if (!found[i]->response.failure.empty()) {
      throw Error(ErrorCode::kStoreFailed,
                  fmt::format("sample {}: {}", Quote(*asks[wanted[i].asks.front()].sample),
                              found[i]->response.failure));
    }
    Redact(found[i]->response, secrets_);
    if (on_answer_) {
      on_answer_(model(), QuestionOf(asks[wanted[i].asks.front()], wanted[i].key), *found[i]);
    }
    for (const std::size_t ask : wanted[i].asks) {
      sink.Receive(ask, found[i]->response, std::max<std::int64_t>(found[i]->recorded, 1));
    }
  }
  return rest;
}

void Answers::AskModel(std::span<const Ask> asks, std::span<const Wanted> wanted, AnswerSink& sink,
                       Cancel& cancel) {
  std::vector<Request> requests;
  requests.reserve(wanted.size());
  for (const Wanted& one : wanted) requests.push_back(*asks[one.asks.front()].request);
  bool complete = true;
  for (std::size_t begin = 0; begin < wanted.size() && !cancel.requested();) {
    const std::span<const Request> rest = std::span(requests).subspan(begin);
    Spending::Reserved reserved{.requests = rest.size()};
    if (spending_ != nullptr) reserved = spending_->Reserve(model_.info(), rest);
    if (reserved.requests == 0) {
      EndOfBudget(cancel);
      break;
    }
    const std::size_t count = reserved.requests;
    const bool all =
        AskBatch(asks, wanted.subspan(begin, count), rest.first(count), reserved, sink, cancel);
    complete = complete && all;
    begin += count;
    if (!all && !hopeless_.empty() && !cancel.requested()) {
      // What failed all of a batch alike, before one was answered, would fail the rest.
      Live rest_of_them(*this, asks, wanted.subspan(begin), sink, cancel);
      rest_of_them.FailUnasked(hopeless_);
      break;
    }
    const auto time_left = spending_ == nullptr ? std::nullopt : spending_->time_left();
    if (time_left && *time_left <= std::chrono::nanoseconds::zero()) EndOfBudget(cancel);
  }
  complete = complete && !cancel.requested();
  if (shelf_ == nullptr || mode_ == StoreMode::kRefresh || complete) return;
  try {
    shelf_->GiveBack(KeysOf(wanted));  // Of those that failed, or were not asked any more.
  } catch (...) {
    CannotRecord();
  }
}

void Answers::EndOfBudget(Cancel& cancel) {
  if (spending_ != nullptr) ended_ = spending_->WhyNoMore(model_.info());
  cancel.Request();
}

/// Whether every request was answered and no answer is a failure.
bool Answers::AskBatch(std::span<const Ask> asks, std::span<const Wanted> wanted,
                       std::span<const Request> requests, const Spending::Reserved& reserved,
                       AnswerSink& sink, Cancel& cancel) {
  Live live(*this, asks, wanted, sink, cancel);
  std::string thrown;
  const PaidBatch paid(spending_, reserved, cancel);
  try {
    model_.Run(requests, live, cancel);
  } catch (const Error& error) {
    thrown = error.what();  // It says whose failure it is.
  } catch (...) {
    thrown = "the model threw: " + TextOfCurrentException();
  }
  if (!live.broken().empty()) throw Error(ErrorCode::kModelFailed, live.broken());
  if (live.exceeded()) EndOfBudget(cancel);
  hopeless_ = live.answered() ? "" : thrown;
  if (!cancel.requested()) {
    live.FailUnanswered(thrown.empty() ? "the model returned without answering" : thrown);
  }
  return live.complete();
}

std::vector<ClaimResult> Answers::Claim(std::span<const Wanted> wanted) {
  try {
    return shelf_->Claim(KeysOf(wanted));
  } catch (...) {
    CannotRecord();
  }
  return std::vector<ClaimResult>(wanted.size(), ClaimResult::kMine);
}

std::vector<AnswerKey> Answers::KeysOf(std::span<const Wanted> wanted) {
  std::vector<AnswerKey> keys;
  keys.reserve(wanted.size());
  for (const Wanted& one : wanted) keys.push_back(one.key);
  return keys;
}

void Answers::CannotRecord() {
  // An answer is evidence all the same; that it will be asked again is said at the end.
  const std::lock_guard lock(mutex_);
  not_recorded_ = WithoutSecrets(TextOfCurrentException());
}

Question Answers::QuestionOf(const Ask& ask, const AnswerKey& key) const {
  return {.key = key,
          .sample = *ask.sample,
          .turn = ask.turn,
          .request = secrets_.empty() ? ShortRequestJson(*ask.request)
                                      : ShortRequestJson(Redacted(*ask.request, secrets_))};
}

bool Answers::Records() const { return shelf_ != nullptr || on_answer_; }

void Answers::Record(std::span<const Shelf::Filing> filings) {
  if (filings.empty()) return;
  if (on_answer_) {
    const RecordedModel asked = model();
    for (const Shelf::Filing& filing : filings) on_answer_(asked, filing.question, filing.answer);
  }
  if (shelf_ == nullptr) return;
  try {
    shelf_->PutAll(filings);
  } catch (...) {
    CannotRecord();
  }
}

std::string Answers::not_recorded() const {
  const std::lock_guard lock(mutex_);
  return not_recorded_;
}

std::string Answers::recorded_in() const {
  return store_ == nullptr || !not_recorded().empty() ? "" : store_->place();
}

std::string Answers::WhyMissing(std::span<const Ask> missing) {
  // As they would be recorded.
  missing = missing.first(std::min(missing.size(), kMostExplained));
  std::vector<Request> requests;
  requests.reserve(missing.size());
  std::vector<Ask> asks;
  for (const Ask& ask : missing) {
    requests.push_back(Redacted(*ask.request, secrets_));
    asks.push_back({.request = &requests.back(), .sample = ask.sample, .turn = ask.turn});
  }
  return ExplainMissing(asks, *shelf());
}

}  // namespace gatetest::internal
