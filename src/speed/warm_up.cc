#include "src/speed/warm_up.h"

#include <algorithm>

#include "gatetest/error.h"

namespace gatetest::internal {
namespace {

/// Each in its turn; the rest are not asked where the first few fail.
std::vector<TimedAnswer> OneByOne(RequestTimer& timer, const std::vector<Request>& requests) {
  constexpr std::size_t kEnoughFailures = 2;
  std::vector<TimedAnswer> answers;
  bool answered = false;
  for (const Request& request : requests) {
    if (!timer.ended().empty() || (!answered && answers.size() == kEnoughFailures)) break;
    answers.push_back(timer.Ask(request));
    answered = answered || answers.back().failure.empty();
  }
  return answers;
}

}  // namespace

std::vector<double> WarmUp(RequestTimer& timer, const Prompts& prompts, std::size_t count,
                           std::size_t at_a_time) {
  if (count == 0) return {};
  std::vector<Request> requests;
  const std::size_t n = prompts.requests.size();
  for (std::size_t i = 0; i < std::max(count, at_a_time); ++i) {
    requests.push_back(prompts.requests[n - 1 - i % n]);
  }
  const std::vector<TimedAnswer> answers =
      at_a_time == 1 ? OneByOne(timer, requests) : timer.AskAll(requests, at_a_time).answers;
  if (!timer.ended().empty()) {
    throw Error(ErrorCode::kModelFailed, "it ended in the warm-up: " + timer.ended());
  }
  std::vector<double> seconds;
  for (const TimedAnswer& answer : answers) {
    if (answer.failure.empty()) seconds.push_back(answer.seconds);
  }
  if (seconds.empty()) {
    throw Error(ErrorCode::kModelFailed,
                "no request of the warm-up was answered: " + answers.back().failure);
  }
  return seconds;
}

}  // namespace gatetest::internal
