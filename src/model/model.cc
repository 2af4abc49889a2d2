#include "gatetest/model.h"

#include <algorithm>
#include <chrono>
#include <ostream>
#include <utility>

#include "src/model/identity.h"
#include "src/text/redact.h"

namespace gatetest {
namespace {

std::uint64_t NextInstance() {
  static std::atomic<std::uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

/// Not in the header: one for all libraries of a process.
std::atomic<bool> everything_is_cancelled{false};
static_assert(std::atomic<bool>::is_always_lock_free);

/// Takes the answers of a wave: of requests from `first` on, which took as long as nobody says
/// else.
class WaveSink final : public ResponseSink {
 public:
  WaveSink(ResponseSink& sink, std::size_t first, std::size_t count)
      : sink_(sink), first_(first), count_(count) {}

  void Receive(std::size_t index, Response response) override {
    FillIn(response);
    if (index < count_) sink_.Receive(first_ + index, std::move(response));
  }
  void ReceiveAll(std::vector<Answer> answers) override {
    // One that was not asked is not another wave's.
    std::erase_if(answers, [this](const Answer& answer) { return answer.index >= count_; });
    for (Answer& answer : answers) {
      answer.index += first_;
      FillIn(answer.response);
    }
    sink_.ReceiveAll(std::move(answers));
  }

 private:
  using Clock = std::chrono::steady_clock;

  void FillIn(Response& response) const {
    if (response.timing.total.count() == 0) response.timing.total = Clock::now() - start_;
  }

  ResponseSink& sink_;
  const std::size_t first_;
  const std::size_t count_;
  const Clock::time_point start_ = Clock::now();
};

}  // namespace

void Cancel::RequestAll() noexcept {
  everything_is_cancelled.store(true, std::memory_order_relaxed);
}

bool Cancel::all_requested() noexcept {
  return everything_is_cancelled.load(std::memory_order_relaxed);
}

Model::Model() : instance_(NextInstance()) {}

void Model::RunAtMost(std::size_t at_a_time, std::span<const Request> requests, ResponseSink& sink,
                      const Cancel& cancel) {
  at_a_time = std::max<std::size_t>(at_a_time, 1);
  for (std::size_t first = 0; first < requests.size() && !cancel.requested(); first += at_a_time) {
    const std::size_t count = std::min(at_a_time, requests.size() - first);
    WaveSink wave(sink, first, count);
    Run(requests.subspan(first, count), wave, cancel);
  }
}

std::string Model::identity() const { return internal::IdentityOf(info(), instance_); }

std::string ToString(const ModelInfo& info) {
  return internal::RedactAddresses(info.quantization.empty() ? info.name
                                                             : info.name + " " + info.quantization);
}

void PrintTo(const ModelPtr& model, std::ostream* os) {
  *os << (model == nullptr ? "no model" : ToString(model->info()));
}

}  // namespace gatetest
