// A task's scoring without an evaluator: the outcome of one sample, given the model's responses.
#ifndef GATETEST_TESTS_SUPPORT_OUTCOMES_H_
#define GATETEST_TESTS_SUPPORT_OUTCOMES_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/task.h"

namespace gatetest::testing_support {

inline const Capabilities kEverything = {.score = true, .generate = true, .tokenize = true};

/// The requests of the first round.
inline std::vector<Request> FirstRequests(const Task& task, const Sample& sample) {
  const ModelInfo info = {.name = "fake"};
  return task.Next(sample, {}, {info, kEverything});
}

/// Asks as the evaluator does, and answers with `answer`.
inline Outcome OutcomeOf(const Task& task, const Sample& sample, const ModelInfo& info,
                         Capabilities capabilities,
                         const std::function<Response(const Request&)>& answer) {
  const ModelTraits traits = {info, std::move(capabilities)};
  std::vector<Exchange> exchanges;
  while (true) {
    const std::vector<Request> requests = task.Next(sample, exchanges, traits);
    if (requests.empty()) return task.Score(sample, exchanges, traits);
    for (const Request& request : requests) exchanges.push_back({request, answer(request)});
  }
}

/// The outcome of a sample of a task on generated text.
inline Outcome OutcomeOf(const Task& task, const Sample& sample, const Response& response) {
  const ModelInfo info = {.name = "fake"};
  return OutcomeOf(task, sample, info, kEverything, [&](const Request&) { return response; });
}

inline Outcome OutcomeOf(const Task& task, const Sample& sample, std::string text) {
  return OutcomeOf(task, sample, Response::Text(std::move(text)));
}

/// A data set of one sample, for tasks that are not asked about others.
inline Dataset OneSample(Sample sample) { return MakeDataset("one", {std::move(sample)}); }

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_SUPPORT_OUTCOMES_H_
