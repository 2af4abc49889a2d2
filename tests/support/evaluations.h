// Evaluations made by hand, for tests of what is computed from them.
#ifndef GATETEST_TESTS_SUPPORT_EVALUATIONS_H_
#define GATETEST_TESTS_SUPPORT_EVALUATIONS_H_

#include <gatetest/corpus.h>
#include <gatetest/evaluation.h>
#include <gatetest/tasks.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace gatetest::testing_support {

inline ModelInfo Rung(const std::string& quantization) {
  return {.name = "tinylm", .quantization = quantization, .weights = "w1"};
}

/// `outcomes` in the data set's order; fewer: the rest was not asked.
inline EvaluationPtr MakeEvaluation(const ModelInfo& model, const TaskPtr& task,
                                    std::vector<Outcome> outcomes) {
  Evaluation evaluation;
  evaluation.model = model;
  evaluation.task = task;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    evaluation.items.push_back({i, std::move(outcomes[i])});
  }
  evaluation.provenance = {.live = evaluation.items.size(), .cached = 0, .seed = 17};
  return std::make_shared<const Evaluation>(std::move(evaluation));
}

inline Outcome Right(std::string answer = "right") {
  Outcome outcome;
  outcome.score = 1.0;
  outcome.answer = std::move(answer);
  return outcome;
}

inline Outcome Wrong(std::string answer = "wrong") {
  Outcome outcome;
  outcome.answer = std::move(answer);
  return outcome;
}

inline Outcome Graded(double score) {
  Outcome outcome;
  outcome.score = score;
  return outcome;
}

inline Outcome Text(std::vector<Window> windows) {
  Outcome outcome;
  outcome.windows = std::move(windows);
  return outcome;
}

/// "+" right, "-" wrong, "?" could not be measured.
inline std::vector<Outcome> Outcomes(const std::string& pattern) {
  std::vector<Outcome> outcomes;
  for (const char c : pattern) {
    outcomes.push_back(c == '+'   ? Right()
                       : c == '-' ? Wrong()
                                  : Outcome::Unmeasured("the model threw: out of memory"));
  }
  return outcomes;
}

/// `count` questions "q1", "q2", ... in groups "even" and "odd", by number.
inline TaskPtr Questions(std::size_t count, const std::string& name = "facts") {
  std::vector<Sample> samples;
  for (std::size_t i = 1; i <= count; ++i) {
    samples.push_back({.id = "q" + std::to_string(i),
                       .input = "question " + std::to_string(i),
                       .answer = "right",
                       .group = i % 2 == 0 ? "even" : "odd"});
  }
  return ExactMatch(MakeDataset(name, std::move(samples)));
}

/// `count` documents "d1", "d2", ...
inline TaskPtr Documents(std::size_t count, const CorpusOptions& options = {}) {
  std::vector<Sample> samples;
  for (std::size_t i = 1; i <= count; ++i) {
    samples.push_back({.id = "d" + std::to_string(i), .input = "text " + std::to_string(i)});
  }
  return Corpus(MakeDataset("prose", std::move(samples)), options);
}

/// A pattern repeated.
inline std::string Times(std::size_t count, const std::string& pattern) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += pattern;
  return text;
}

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_SUPPORT_EVALUATIONS_H_
