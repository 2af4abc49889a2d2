// NoiseFloor: how far a model's answers differ from its own when it is asked again. What shares a
// batch with a request, and what a cache holds of its prompt, can change an answer; a limit that is
// finer than that is cleared, or not, by chance.
//
//   gatetest::NoiseFloorPtr floor = evaluator.MeasureNoiseFloor(f16, task, 3);
//   std::cout << ToString(*floor);
#ifndef GATETEST_NOISE_FLOOR_H_
#define GATETEST_NOISE_FLOOR_H_

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "gatetest/evaluation.h"
#include "gatetest/metrics.h"
#include "gatetest/model.h"
#include "gatetest/task.h"

namespace gatetest {

/// One model on one task several times, each run compared with each other, or why it was not.
struct NoiseFloor {
  ModelInfo model = {};  ///< Whose floor it is.
  TaskPtr task = {};     ///< What it was asked; null only beside a failure.

  /// Why there is none; empty when there is. One sample that could not be measured is enough: what
  /// is missing might be what differs.
  std::string failure = {};

  /// In their order; beside a failure those that were made. The first is the model's evaluation,
  /// and the others are replicates (EvaluatorOptions::replicate), asked in other orders.
  std::vector<EvaluationPtr> runs = {};

  /// Samples that are right in one of two runs and wrong in the other, as shares.
  struct FlipSpread {
    double mean = 0.0;        ///< Over all pairs of runs.
    double largest = 0.0;     ///< Of one pair.
    std::size_t samples = 0;  ///< That were compared.
  };
  /// None for corpora, and for scores between right and wrong.
  std::optional<FlipSpread> flips = {};

  /// By how much the log-probabilities of the same tokens differ between two runs: absolute
  /// differences of natural logarithms.
  struct LogprobSpread {
    double mean = 0.0;       ///< Over all tokens and pairs of runs.
    double largest = 0.0;    ///< Of one token between two runs. May be infinite.
    std::size_t tokens = 0;  ///< That were scored in two runs at least.
  };
  /// None where nothing was scored, so for generated text.
  std::optional<LogprobSpread> logprobs = {};
};

/// Shared with whoever else asked for the same.
using NoiseFloorPtr = std::shared_ptr<const NoiseFloor>;

/// The value of a metric that compares with a baseline, for the two runs in which it is worst: one
/// as the baseline, the other as the candidate. `group`: only its samples; empty: all. Throws as
/// the functions of metrics.h do, and Error(kUndefined) where the floor was not measured.
double WorstBetweenRuns(Metric metric, const NoiseFloor& floor, const std::string& group = "");

/// Up to three lines: "f16 against itself on \"skills\", 3 runs of 700 samples", then flips and
/// log-probabilities; or one that says why it was not measured.
std::string ToString(const NoiseFloor& floor);

/// The same, on one line.
void PrintTo(const NoiseFloorPtr& floor, std::ostream* os);

}  // namespace gatetest

#endif  // GATETEST_NOISE_FLOOR_H_
