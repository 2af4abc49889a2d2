// Evaluator: asks a model what a task asks, and remembers the result, so that one evaluation serves
// every assertion of a process. It alone touches threads, the network and the clock.
//
//   gatetest::Evaluator evaluator;
//   gatetest::EvaluationPtr evaluation = evaluator.Evaluate(model, task);
#ifndef GATETEST_EVALUATOR_H_
#define GATETEST_EVALUATOR_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "gatetest/evaluation.h"
#include "gatetest/evaluation_plan.h"

namespace gatetest {

/// Told how an evaluation gets on, one call at a time, from any thread.
class Progress {
 public:
  virtual ~Progress() = default;
  /// A model is about to be asked. Evaluations that are remembered are not reported.
  virtual void Begin(const ModelInfo& model, const Task& task) = 0;
  /// `answered` of `asked` requests; a task of several rounds asks more as it goes.
  virtual void Advance(std::size_t answered, std::size_t asked) = 0;
  virtual void End() = 0;  ///< Follows each Begin, also when the evaluation failed.
};

/// In which order samples are asked, and who is told of the progress.
struct EvaluatorOptions {
  /// The seed of the order in which samples are asked. None: from the data's hash, so that the
  /// order is arbitrary but always the same for the same data.
  std::optional<std::uint64_t> seed = {};
  /// Must outlive the evaluator.
  Progress* progress = nullptr;
  /// Evaluate asks nothing and says so in the evaluation; only Plan is of use.
  bool plan_only = false;
};

/// Ends an evaluation early. Called with each outcome in the order of the shuffled samples, however
/// the answers arrive; true when no more are needed.
using StopRule = std::function<bool(const Sample& sample, const Outcome& outcome)>;

/// Evaluates models on tasks, and remembers the evaluations as long as it lives.
class Evaluator {
 public:
  /// The default options do for most: nothing is shown, and equal data are asked in equal order.
  explicit Evaluator(EvaluatorOptions options = {}) : options_(options) {}

  /// Evaluates `model` on `task`, or returns what an earlier call found. A partial evaluation
  /// serves only the rule that stopped it; another call goes on where it ended. Never throws for
  /// anything a file or a model does: what could not be measured says so in the evaluation. Safe to
  /// call from several threads; one evaluation runs at a time.
  EvaluationPtr Evaluate(const ModelPtr& model, const TaskPtr& task,
                         const StopRule& stop = nullptr);

  /// What Evaluate would ask, without asking or loading the model. Reads the data. Throws
  /// Error(kInvalidArgument) for a null pointer, and what reading the data and making the first
  /// requests throw.
  EvaluationPlan Plan(const ModelPtr& model, const TaskPtr& task);

  /// As given. The seed that was really used is in Evaluation::provenance.
  const EvaluatorOptions& options() const { return options_; }

 private:
  EvaluationPtr EvaluateLocked(Model& model, const TaskPtr& task, const StopRule& stop);
  void Continue(Model& model, Evaluation& evaluation, const StopRule& stop) const;

  EvaluatorOptions options_;
  std::mutex mutex_;
  std::map<std::string, EvaluationPtr> memo_;
  std::set<std::string> planned_;
};

}  // namespace gatetest

#endif  // GATETEST_EVALUATOR_H_
