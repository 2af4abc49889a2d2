// Ladders of models whose mistakes, log-probabilities and token counts a test writes down.
#ifndef GATETEST_TESTS_LADDER_LADDER_TESTING_H_
#define GATETEST_TESTS_LADDER_LADDER_TESTING_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/corpus.h"
#include "gatetest/evaluator.h"
#include "gatetest/function_model.h"
#include "gatetest/gate.h"
#include "gatetest/ladder.h"
#include "gatetest/tasks.h"

namespace gatetest::testing_support {

/// A rung of "tinylm".
struct RungSpec {
  std::string quantization = {};
  int wrong = 0;          ///< So many of the sums, from the first on, are answered by "?".
  double logprob = -1.0;  ///< Of each byte of a text.
  std::uint64_t bytes = 0;
  std::optional<Prices> prices = {};
  /// Of each answer to a sum; none are reported where both are 0.
  std::int64_t tokens_in = 3;
  std::int64_t tokens_out = 1;
  bool recorded = false;  ///< A store keeps its answers.
  std::string name = "tinylm";
  std::string failure = {};                               ///< In place of every answer.
  std::shared_ptr<int> asked = std::make_shared<int>(0);  ///< Requests so far.
};

inline ModelPtr MakeRung(const RungSpec& spec) {
  ModelFunctions functions;
  functions.generate = [spec](const Request& request) {
    ++*spec.asked;
    if (!spec.failure.empty()) throw std::runtime_error(spec.failure);
    const int number = std::stoi(request.prompt);
    Response response = Response::Text(number <= spec.wrong ? "?" : std::to_string(number));
    response.usage = {.prompt_tokens = spec.tokens_in, .completion_tokens = spec.tokens_out};
    return response;
  };
  functions.score = [spec](const Request& request) {
    ++*spec.asked;
    if (!spec.failure.empty()) throw std::runtime_error(spec.failure);
    return Response::Logprobs(std::vector<double>(request.continuation.size(), spec.logprob));
  };
  return FunctionModel({.name = spec.name,
                        .quantization = spec.quantization,
                        .weights = spec.recorded ? spec.name + spec.quantization : "",
                        .code_id = spec.recorded ? "1" : "",
                        .context_window = 8,
                        .bytes = spec.bytes,
                        .prices = spec.prices},
                       std::move(functions));
}

/// `count` questions "N+0=", from 1 on; the first half is group "low", the rest "high".
inline TaskPtr SumsTask(int count = 100, const std::string& name = "sums") {
  std::vector<Sample> samples;
  for (int i = 1; i <= count; ++i) {
    const std::string n = std::to_string(i);
    samples.push_back(
        {.id = "s" + n, .input = n + "+0=", .answer = n, .group = i <= count / 2 ? "low" : "high"});
  }
  return ExactMatch(MakeDataset(name, std::move(samples)));
}

/// 40 windows of 8 bytes.
inline TaskPtr ProseTask(const std::string& name = "prose") {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "abcdefg\n";
  return Corpus(MakeDataset(name, {{.id = "book", .input = text}}));
}

/// "f16", which has everything right, on sums and prose: a rung needs more than 0.9 of the accuracy
/// and less than 1.2 times the perplexity.
inline Gate LadderGate() {
  return {.baseline = MakeRung({.quantization = "f16", .bytes = 4000}),
          .tasks = {SumsTask(), ProseTask()},
          .requirements = {{Metric::kRetention, 0.9}, {Metric::kPerplexityRatio, 1.2}}};
}

/// Two that pass, by their sizes the second is to be shipped, and one that fails both requirements.
inline std::vector<ModelPtr> ThreeRungs() {
  return {MakeRung({.quantization = "int8", .wrong = 1, .logprob = -1.0, .bytes = 2000}),
          MakeRung({.quantization = "int4", .wrong = 5, .logprob = -1.125, .bytes = 1000}),
          MakeRung({.quantization = "int2", .wrong = 60, .logprob = -2.0, .bytes = 500})};
}

inline Ladder ClimbIn(const Gate& gate, const std::vector<ModelPtr>& rungs,
                      const LadderOptions& options = {}) {
  Evaluator evaluator({.seed = 17});
  return ClimbLadder(gate, rungs, evaluator, options);
}

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_LADDER_LADDER_TESTING_H_
