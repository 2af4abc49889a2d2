// Evaluation: every outcome of one model on one task, with its provenance. Comparison: two of them,
// paired by sample; what retention, flips and perplexity ratio are facts about.
//
//   gatetest::EvaluationPtr f16 = evaluator.Evaluate(baseline, task);
//   gatetest::EvaluationPtr int4 = evaluator.Evaluate(candidate, task);
//   double retention = gatetest::Retention(gatetest::Comparison(f16, int4)).value;
#ifndef GATETEST_EVALUATION_H_
#define GATETEST_EVALUATION_H_

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "gatetest/model.h"
#include "gatetest/task.h"

namespace gatetest {

/// Where outcomes come from, in samples.
struct Provenance {
  std::size_t live = 0;    ///< Asked of the model in this process.
  std::size_t cached = 0;  ///< Recorded earlier.
  std::uint64_t seed = 0;  ///< Of the order in which samples were asked.
  /// All that the model's answers belong to, as canonical JSON; empty for evaluations made by hand.
  std::string identity = {};
};

struct Evaluation {
  ModelInfo model = {};
  TaskPtr task = {};

  /// Why there are no outcomes at all (the data set could not be read, the model not be asked);
  /// empty when there are some.
  std::string failure = {};

  /// In the order in which they were asked; `sample` is the index in the task's data set. Fewer
  /// than the data set's samples when a stop rule ended the evaluation.
  struct Item {
    std::size_t sample = 0;
    Outcome outcome = {};
  };
  std::vector<Item> items = {};

  Provenance provenance = {};

  bool complete() const { return failure.empty() && items.size() == task->dataset().size(); }
};

using EvaluationPtr = std::shared_ptr<const Evaluation>;

/// An evaluation of which nothing could be measured.
EvaluationPtr FailedEvaluation(ModelInfo model, TaskPtr task, std::string why);

/// A candidate against the baseline it is compared with.
class Comparison {
 public:
  /// Throws Error(kInvalidArgument) when they are not of the same task (same data set, asked and
  /// scored the same way), or when the candidate is the baseline: that would be no evidence.
  Comparison(EvaluationPtr baseline, EvaluationPtr candidate);

  const EvaluationPtr& baseline() const { return baseline_; }
  const EvaluationPtr& candidate() const { return candidate_; }

 private:
  EvaluationPtr baseline_;
  EvaluationPtr candidate_;
};

using Evaluations = std::vector<EvaluationPtr>;
using Comparisons = std::vector<Comparison>;

/// "int4 on \"skills\", 700 samples".
void PrintTo(const EvaluationPtr& evaluation, std::ostream* os);
void PrintTo(const Comparison& comparison, std::ostream* os);

}  // namespace gatetest

#endif  // GATETEST_EVALUATION_H_
