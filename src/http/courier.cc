#include "src/http/courier.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <deque>
#include <functional>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "src/http/desk.h"
#include "src/http/retry_policy.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// How often it is looked whether to stop.
constexpr milliseconds kTick{50};

/// Of answers that wait to be read, before no more are asked for.
constexpr std::size_t kMostBytesToRead = std::size_t{64} << 20;

/// An exchange on its way.
struct Job {
  std::size_t index = 0;
  std::unique_ptr<Exchange> exchange = {};
  int failed = 0;                  ///< Attempts that count.
  int limited = 0;                 ///< Those that do not: "too many" while others got through.
  Clock::time_point begun = {};    ///< The first attempt.
  Clock::time_point started = {};  ///< The last attempt.
  Clock::time_point before = {};   ///< The one before it; the same where it is the first.
  Clock::time_point answered = {};
  Clock::time_point first_failure = {};
  std::vector<std::string> retried = {};
};

class Courier {
 public:
  Courier(Connection& connection, const Deliveries& deliveries, const Cancel& cancel)
      : connection_(connection),
        deliveries_(deliveries),
        cancel_(cancel),
        lease_(connection),
        most_alive_(16 * static_cast<std::size_t>(connection.endpoint().concurrency)),
        desk_(deliveries.receive, [this] { lease_.transfers().Wake(); }) {}

  ~Courier() {
    lease_.transfers().Abort();  // They write into the exchanges.
    for (std::size_t i = 0; i < under_way_; ++i) connection_.pace().Return();
  }
  Courier(const Courier&) = delete;
  Courier& operator=(const Courier&) = delete;

  void Run() {
    while (!cancel_.requested()) {
      for (Desk::Result& result : desk_.Results()) Settle(std::move(result));
      const auto now = Clock::now();
      Launch(now);
      if (alive_ == 0 && next_ == deliveries_.count) break;
      lease_.transfers().Drive(Patience(now), [this](std::size_t slot, HttpAnswer answer) {
        connection_.pace().Return();
        --under_way_;
        Take(slot, std::move(answer));
      });
    }
    desk_.Finish();
  }

 private:
  /// A job that waits for its time.
  struct Waiting {
    Clock::time_point due;
    std::size_t slot;
    bool operator>(const Waiting& other) const { return due > other.due; }
  };

  /// The slot of a job that may go now: first those that have begun.
  std::optional<std::size_t> NextSlot(Clock::time_point now) {
    if (!ready_.empty()) return ready_.front();
    if (!waiting_.empty() && waiting_.top().due <= now) return waiting_.top().slot;
    if (next_ == deliveries_.count || alive_ == most_alive_) return std::nullopt;
    if (free_.empty()) {
      free_.push_back(jobs_.size());
      jobs_.emplace_back();
    }
    return free_.back();
  }

  void Launch(Clock::time_point now) {
    while (const std::optional<std::size_t> slot = NextSlot(now)) {
      if (cancel_.requested() || desk_.bytes() > kMostBytesToRead) return;
      if (under_way_ >= deliveries_.at_a_time) return;
      if (!connection_.pace().Take(now)) return;
      ++under_way_;
      if (!ready_.empty()) {
        ready_.pop_front();
      } else if (!waiting_.empty() && waiting_.top().due <= now) {
        waiting_.pop();
      } else {
        free_.pop_back();
        ++alive_;
        jobs_[*slot] = {.index = next_++};
      }
      Start(*slot);
    }
  }

  void Start(std::size_t slot) {
    Job& job = jobs_[slot];
    const auto now = Clock::now();
    job.before = job.failed == 0 && job.limited == 0 ? now : job.started;
    if (job.exchange == nullptr) job.begun = now;
    job.started = now;
    try {
      if (job.exchange == nullptr) job.exchange = deliveries_.make(job.index);
      lease_.transfers().Start(slot, job.exchange->Next());
      return;
    } catch (const NoAnswer& no) {
      connection_.pace().Return();
      --under_way_;
      Finish(slot, Response::Failed(At(no.what())));
    }
  }

  milliseconds Patience(Clock::time_point now) const {
    milliseconds wait = kTick;
    const auto until = [&](Clock::time_point due) {
      wait =
          std::min(wait, std::chrono::ceil<milliseconds>(std::max(due - now, Clock::duration())));
    };
    const auto pause = connection_.pace().paused_until(now);
    if (pause) until(*pause);
    // One that is due and was not launched waits for a place, which an answer brings.
    if (!pause && !waiting_.empty() && waiting_.top().due > now) until(waiting_.top().due);
    return wait;
  }

  void Take(std::size_t slot, HttpAnswer answer) {
    Job& job = jobs_[slot];
    const std::optional<Trouble> trouble =
        TroubleOf(answer, connection_.endpoint(), std::time(nullptr));
    if (trouble && !job.exchange->Understands(answer)) return Suffer(slot, *trouble);
    job.answered = Clock::now();
    connection_.pace().Answered(job.answered);
    has_been_answered_ = true;
    desk_.Put({.slot = slot,
               .exchange = job.exchange.get(),
               .answer = std::move(answer),
               .response = {.index = job.index,
                            .response = Response{.timing = {.total = job.answered - job.begun},
                                                 .retried = std::move(job.retried)}}});
  }

  /// What an answer turned out to be.
  void Settle(Desk::Result result) {
    Job& job = jobs_[result.slot];
    job.retried = std::move(result.retried);
    if (result.trouble) return Suffer(result.slot, *result.trouble);
    connection_.pace().Succeeded(job.answered);
    job.failed = job.limited = 0;
    if (result.done) {
      Free(result.slot);
    } else {
      ready_.push_back(result.slot);
    }
  }

  void Suffer(std::size_t slot, const Trouble& trouble) {
    Job& job = jobs_[slot];
    switch (trouble.kind) {
      case Trouble::Kind::kHopeless:
        if (!trouble.only_at_first || !has_been_answered_) GiveUp(trouble.why + trouble.detail);
        [[fallthrough]];
      case Trouble::Kind::kFailed:
        connection_.pace().Answered(Clock::now());
        connection_.pace().Succeeded(Clock::now());  // The server knows what it says.
        Finish(slot, Response::Failed(At(trouble.why + trouble.detail)));
        return;
      case Trouble::Kind::kAgain:
      case Trouble::Kind::kSlowDown:
        break;
    }
    const auto now = Clock::now();
    const auto answer = connection_.pace().last_answer();
    const bool others_succeed = answer && *answer > job.before;
    const auto success = connection_.pace().last_success();
    if (job.failed == 0) job.first_failure = now;
    job.retried.push_back(trouble.why);
    // "Too many", while others get through or with a time to come back, is hardly a failure of this
    // one: it has to wait. (Unless it is too large for its server's limit, which is so for ever.)
    constexpr int kLimitedAsOne = 10;
    const bool waits = trouble.kind == Trouble::Kind::kSlowDown && (others_succeed || trouble.wait);
    if (!waits || ++job.limited % kLimitedAsOne == 0) ++job.failed;
    const Retrying& retrying = connection_.endpoint().retrying;
    // What stayed away a moment ago is not waited for as long again.
    constexpr int kOfOneAway = 2;
    const bool is_away = connection_.pace().is_away();
    if (job.failed >= (is_away ? std::min(kOfOneAway, retrying.attempts) : retrying.attempts)) {
      const std::string why = fmt::format("{}{} ({})", trouble.why, trouble.detail,
                                          ShowMany(job.retried.size(), "attempt"));
      if (!success || *success < job.first_failure) {
        if (trouble.nobody_there) connection_.pace().SetAway();
        GiveUp(why);
      }
      Finish(slot, Response::Failed(At(why)));
      return;
    }
    const milliseconds wait =
        trouble.wait.value_or(WaitAfter(std::max(job.failed, 1), retrying, random_()));
    if (trouble.kind == Trouble::Kind::kSlowDown || trouble.wait) {
      connection_.pace().SlowDown(job.started, now, wait);
    }
    waiting_.push({.due = now + wait, .slot = slot});
  }

  std::string At(const std::string& what) const {
    return connection_.WithoutKey(connection_.host() + ": " + what);
  }

  [[noreturn]] void GiveUp(const std::string& why) const {
    throw Error(ErrorCode::kModelFailed, At(why));
  }

  void Finish(std::size_t slot, Response response) {
    Job& job = jobs_[slot];
    response.retried = std::move(job.retried);
    desk_.Put({.response = {.index = job.index, .response = std::move(response)}});
    Free(slot);
  }

  void Free(std::size_t slot) {
    jobs_[slot] = {};
    free_.push_back(slot);
    --alive_;
  }

  Connection& connection_;
  const Deliveries& deliveries_;
  const Cancel& cancel_;
  Connection::Lease lease_;
  const std::size_t most_alive_;
  std::mt19937_64 random_{std::random_device{}()};
  std::deque<Job> jobs_;  ///< By slot.
  std::vector<std::size_t> free_;
  std::deque<std::size_t> ready_;
  std::priority_queue<Waiting, std::vector<Waiting>, std::greater<>> waiting_;
  bool has_been_answered_ = false;  ///< Anything, with a good status, in this delivery.
  std::size_t next_ = 0;            ///< Index of the first that has not begun.
  std::size_t alive_ = 0;           ///< That have begun and have no answer.
  std::size_t under_way_ = 0;       ///< Places taken.
  Desk desk_;                       ///< Ends before the exchanges that it reads with.
};

}  // namespace

void Deliver(Connection& connection, const Deliveries& deliveries, const Cancel& cancel) {
  Courier(connection, deliveries, cancel).Run();
}

Response DeliverOne(Connection& connection, Exchange& exchange) {
  /// Lends an exchange that lives elsewhere.
  class Borrowed final : public Exchange {
   public:
    explicit Borrowed(Exchange& lender) : lender_(lender) {}
    HttpRequest Next() override { return lender_.Next(); }
    void Take(const HttpAnswer& answer) override { lender_.Take(answer); }
    bool Understands(const HttpAnswer& answer) const override {
      return lender_.Understands(answer);
    }
    bool done() const override { return lender_.done(); }
    Response TakeResponse() override { return lender_.TakeResponse(); }

   private:
    Exchange& lender_;
  };
  std::optional<Response> taken;
  const Cancel never;
  Deliver(connection,
          {.count = 1,
           .make = [&](std::size_t) { return std::make_unique<Borrowed>(exchange); },
           .receive =
               [&](std::vector<ResponseSink::Answer> answers) {
                 taken = std::move(answers.front().response);
               }},
          never);
  if (!taken) throw Error(ErrorCode::kModelFailed, connection.host() + ": interrupted");
  if (!taken->failure.empty()) throw Error(ErrorCode::kModelFailed, taken->failure);
  return *std::move(taken);
}

}  // namespace gatetest::internal
