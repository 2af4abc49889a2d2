#include "src/http/desk.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

namespace gatetest::internal {
namespace {

/// `total`: since the first attempt, of the first of its exchanges. What was tried before the
/// answer came is part of the time that its user has waited.
void SayHowLong(std::chrono::nanoseconds total, bool retried, Timing& timing) {
  if (timing.total.count() > 0 && !retried) return;  // The network's own clock knows best.
  if (timing.first_token.count() > 0) timing.first_token += std::max(total - timing.total, {});
  timing.total = total;
}

}  // namespace

Desk::Desk(const Receive& receive, std::function<void()> wake)
    : receive_(receive), wake_(std::move(wake)), thread_([this] { Work(); }) {}

Desk::~Desk() {
  {
    const std::lock_guard lock(mutex_);
    stops_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Desk::Put(Task task) {
  bool first = false;
  bytes_ += task.answer.body.size();
  {
    const std::lock_guard lock(mutex_);
    first = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  if (first) changed_.notify_all();
}

std::vector<Desk::Result> Desk::Results() {
  const std::lock_guard lock(mutex_);
  Rethrow();
  return std::exchange(results_, {});
}

void Desk::Finish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return tasks_.empty() && !works_; });
  Rethrow();
}

void Desk::Rethrow() {
  if (thrown_ != nullptr) std::rethrow_exception(std::exchange(thrown_, nullptr));
}

void Desk::Work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stops_ || !tasks_.empty(); });
    if (tasks_.empty()) return;  // All is handed over before it stops.
    std::vector<Task> tasks = std::exchange(tasks_, {});
    works_ = true;
    lock.unlock();
    std::exception_ptr thrown;
    try {
      WorkOn(std::move(tasks));
    } catch (...) {
      thrown = std::current_exception();
    }
    lock.lock();
    works_ = false;
    if (thrown != nullptr) thrown_ = thrown;
    if (thrown != nullptr) wake_();
    changed_.notify_all();
  }
}

void Desk::WorkOn(std::vector<Task> tasks) {
  std::vector<Result> results;
  std::vector<ResponseSink::Answer> answers;
  for (Task& task : tasks) {
    if (task.exchange == nullptr) {
      answers.push_back(std::move(task.response));
      continue;
    }
    results.push_back(Read(task));
    bytes_ -= task.answer.body.size();
    task.answer = {};
    Result& result = results.back();
    if (!result.done) continue;
    task.response.response.retried = std::move(result.retried);
    answers.push_back(std::move(task.response));
  }
  if (!results.empty()) {
    const std::lock_guard lock(mutex_);
    for (Result& result : results) results_.push_back(std::move(result));
  }
  wake_();  // The network goes on while they are received.
  if (!answers.empty()) receive_(std::move(answers));
}

Desk::Result Desk::Read(Task& task) {
  Result result{.slot = task.slot, .retried = std::move(task.response.response.retried)};
  try {
    task.exchange->Take(task.answer);
    result.done = task.exchange->done();
    if (!result.done) return result;
    const std::chrono::nanoseconds total = task.response.response.timing.total;
    task.response.response = task.exchange->TakeResponse();
    SayHowLong(total, !result.retried.empty(), task.response.response.timing);
  } catch (const BadAnswer& bad) {
    result.trouble = Trouble{.kind = Trouble::Kind::kAgain,
                             .why = bad.what(),
                             .detail = bad.detail().empty() ? "" : ": " + bad.detail()};
  } catch (const NoAnswerToAny& no) {
    result.trouble = Trouble{.kind = Trouble::Kind::kHopeless, .why = no.what()};
  } catch (const NoAnswer& no) {
    result.trouble = Trouble{.kind = Trouble::Kind::kFailed, .why = no.what()};
  } catch (const nlohmann::json::exception& error) {
    result.trouble = Trouble{.kind = Trouble::Kind::kAgain,
                             .why = "an answer of another form",
                             .detail = std::string(": ") + error.what()};
  }
  return result;
}

}  // namespace gatetest::internal
