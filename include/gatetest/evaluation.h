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
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gatetest/model.h"
#include "gatetest/task.h"

namespace gatetest {

/// What a model's endpoint had to be asked more than once.
struct Retries {
  std::size_t requests = 0;                     ///< That took more than one attempt.
  std::map<std::string, std::size_t> why = {};  ///< Failed attempts, by what was wrong: "HTTP 429".
};

/// Where outcomes come from, in samples.
struct Provenance {
  std::size_t live = 0;    ///< Asked of the model in this process.
  std::size_t cached = 0;  ///< Recorded earlier, all answers to them.
  /// When the oldest of these was recorded: seconds since 1970-01-01 UTC.
  std::int64_t oldest = 0;
  /// Where they are, for a model that is its recording (Recorded): "recording:baselines/f16". Empty
  /// for all others.
  std::string recording = {};
  /// Why live answers were not recorded, though there is a store and the mode records; empty: they
  /// were.
  std::string not_recorded = {};
  Retries retries = {};    ///< Of this process's live answers.
  std::uint64_t seed = 0;  ///< Of the order in which samples were asked.
  /// All that the model's answers belong to, as canonical JSON; empty for evaluations made by hand.
  std::string identity = {};
};

/// A part of the samples, of `count` parts that are about equally large.
struct Slice {
  std::size_t index = 0;  ///< From 0 to count - 1.
  std::size_t count = 1;  ///< At least 1.
};

/// Every outcome of one model on one task, or why there is none.
struct Evaluation {
  ModelInfo model = {};  ///< The model as it described itself when it was asked.
  TaskPtr task = {};     ///< What it was asked; null only beside a failure.

  /// Why there are no outcomes at all (the data set could not be read, the model not be asked);
  /// empty when there are some.
  std::string failure = {};

  /// Why it ended before the last sample that was asked for: "the budget of 500 requests is spent".
  /// Empty: it did not, or a stop rule was satisfied.
  std::string ended = {};

  /// How many samples had no recorded answers, where only those were allowed (StoreMode::kReplay);
  /// then it is a failure.
  std::size_t unrecorded = 0;

  /// Only this part of the samples was asked.
  std::optional<Slice> slice = {};

  /// In the order in which they were asked; `sample` is the index in the task's data set. Fewer
  /// than the data set's samples when a stop rule ended the evaluation.
  struct Item {
    std::size_t sample = 0;  ///< Index in the data set's samples().
    Outcome outcome = {};    ///< Also of a sample that could not be measured.
    /// When the oldest of its answers was recorded (seconds since 1970-01-01 UTC); 0: the model was
    /// asked in this process.
    std::int64_t recorded = 0;
  };
  std::vector<Item> items = {};  ///< One a sample, up to where a stop rule ended it.

  /// Whether an answer was drawn at random (Request::temperature above 0): the outcomes are then of
  /// these draws, and another evaluation may have others.
  bool sampled = false;

  Provenance provenance = {};  ///< Who answered, now or earlier, and in which order.

  /// Whether every sample has an outcome, unmeasured ones included: no failure, no early stop.
  bool complete() const { return failure.empty() && items.size() == task->dataset().size(); }
};

/// Shared with whoever else asked for the same.
using EvaluationPtr = std::shared_ptr<const Evaluation>;

/// An evaluation of which nothing could be measured.
EvaluationPtr FailedEvaluation(ModelInfo model, TaskPtr task, std::string why);

/// Whether a candidate may be of its baseline's own identity.
enum class SameModel {
  kRefused,  ///< It would be compared with its own answers, which is no evidence.
  kAllowed,  ///< The baseline is what was recorded of an earlier release, which may be this one.
};

/// A candidate against the baseline it is compared with.
class Comparison {
 public:
  /// Pairs samples by their ids. Throws Error(kInvalidArgument) when they are not of the same task:
  /// when a sample of one is missing in the other or is another sample there (the text names them),
  /// or when it is asked or scored in another way; and when the candidate is the baseline, unless
  /// that is allowed.
  Comparison(EvaluationPtr baseline, EvaluationPtr candidate,
             SameModel same_model = SameModel::kRefused);

  const EvaluationPtr& baseline() const { return baseline_; }    ///< Not null; may be a failure.
  const EvaluationPtr& candidate() const { return candidate_; }  ///< Not null; may be a failure.

 private:
  EvaluationPtr baseline_;
  EvaluationPtr candidate_;
};

using Evaluations = std::vector<EvaluationPtr>;  ///< One model on several tasks.
using Comparisons = std::vector<Comparison>;     ///< The same, each with the baseline.

/// "int4 on \"skills\", 700 samples".
/// @{
void PrintTo(const EvaluationPtr& evaluation, std::ostream* os);
void PrintTo(const Comparison& comparison, std::ostream* os);
/// @}

}  // namespace gatetest

#endif  // GATETEST_EVALUATION_H_
