// Models that say themselves how long their answers took, so that a percentile of them is exact and
// the same on any machine; and the gate they are measured in.
#ifndef GATETEST_TESTS_SUPPORT_TIMED_MODEL_H_
#define GATETEST_TESTS_SUPPORT_TIMED_MODEL_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/evaluator.h"
#include "gatetest/gate.h"
#include "gatetest/tasks.h"
#include "tests/support/failures.h"
#include "tests/support/fake_model.h"

namespace gatetest::testing_support {

/// What an answer says of itself.
struct Said {
  std::chrono::nanoseconds total = {};
  std::chrono::nanoseconds first_token = {};
  std::int64_t tokens = 0;
  std::string failure = {};
  bool retried = false;
};

/// Of its request of that number, from 0, those of a warm-up included.
using SaidBy = std::function<Said(int number)>;

inline std::shared_ptr<FakeModel> TimedModel(SaidBy says, ModelInfo info = {.name = "timed"}) {
  auto number = std::make_shared<int>(0);
  return std::make_shared<FakeModel>(
      [says = std::move(says), number](std::span<const Request> requests, ResponseSink& sink,
                                       const Cancel& cancel) {
        for (std::size_t i = 0; i < requests.size() && !cancel.requested(); ++i) {
          const Said said = says((*number)++);
          Response response = said.failure.empty() ? Response::Text(requests[i].prompt)
                                                   : Response::Failed(said.failure);
          response.timing = {.first_token = said.first_token, .total = said.total};
          response.usage.completion_tokens = said.tokens;
          if (said.retried) response.retried = {"HTTP 429"};
          sink.Receive(i, std::move(response));
        }
      },
      std::move(info));
}

/// Always the same.
inline std::shared_ptr<FakeModel> TimedModel(const Said& said, ModelInfo info = {.name = "timed"}) {
  return TimedModel([said](int) { return said; }, std::move(info));
}

/// `count` sums to generate the answers of, in two groups, after a warm-up of two.
inline Gate SpeedGateOf(std::size_t count = 50) {
  std::vector<Sample> samples;
  for (std::size_t i = 1; i <= count; ++i) {
    const std::string n = std::to_string(i);
    samples.push_back(
        {.id = "s" + n, .input = n + "+0=", .answer = n, .group = i <= count / 2 ? "low" : "high"});
  }
  return {.tasks = {ExactMatch(MakeDataset("sums", std::move(samples)))},
          .workload = {.warm_up = 2}};
}

/// The failures of `assertion` within the gate.
inline std::vector<CaughtFailure> FailuresIn(const Gate& gate,
                                             const std::function<void()>& assertion) {
  Evaluator evaluator({.seed = 17});
  const GateScope scope(gate, evaluator);
  return FailuresOf(assertion);
}

/// The text of the only failure, without the line that names a folder of this machine.
inline std::string FailureIn(const Gate& gate, const std::function<void()>& assertion) {
  Evaluator evaluator({.seed = 17});
  const GateScope scope(gate, evaluator);
  return WithoutRerun(FailureOf(assertion));
}

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_SUPPORT_TIMED_MODEL_H_
