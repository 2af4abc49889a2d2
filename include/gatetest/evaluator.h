// Evaluator: asks a model what a task asks, or the store what it answered before, and remembers the
// result, so that one evaluation serves every assertion of a process. It alone touches the store,
// threads, the network and the clock.
//
//   gatetest::Evaluator evaluator;
//   gatetest::EvaluationPtr evaluation = evaluator.Evaluate(model, task);
#ifndef GATETEST_EVALUATOR_H_
#define GATETEST_EVALUATOR_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/evaluation.h"
#include "gatetest/evaluation_plan.h"
#include "gatetest/noise_floor.h"
#include "gatetest/store.h"

namespace gatetest {

/// Told how an evaluation gets on, one call at a time, from any thread.
class Progress {
 public:
  virtual ~Progress() = default;
  /// A model is about to be asked. Evaluations that are remembered are not reported.
  virtual void Begin(const ModelInfo& model, const Task& task) = 0;
  /// `answered` of `asked` requests; a task of several rounds asks more as it goes.
  virtual void Advance(std::size_t answered, std::size_t asked) = 0;
  /// Nothing is asked: another process is asking `count` of the same requests. Now and then, while
  /// it goes on.
  virtual void Wait(std::size_t count) { static_cast<void>(count); }
  virtual void End() = 0;  ///< Follows each Begin, also when the evaluation failed.
};

/// Told an answer, and whose it is; from any thread, never for failures. It throws nothing.
using AnswerObserver = std::function<void(const RecordedModel& model, const Question& question,
                                          const RecordedAnswer& answer)>;

/// Where answers come from, in which order samples are asked, and who is told of the progress.
struct EvaluatorOptions {
  /// Recorded answers. Null: every evaluation is live, and nothing is recorded. Must outlive the
  /// evaluator.
  Store* store = nullptr;
  /// How the store is used, whatever Evaluate is asked for. None: as it is asked, else kAuto.
  std::optional<StoreMode> mode = {};
  /// Another replicate has answers of its own: for repeated sampling, and for measuring a model
  /// against itself.
  int replicate = 0;
  /// Told every answer that an evaluation uses, recorded or live. May be empty.
  AnswerObserver on_answer = {};
  /// Only this part of the samples is asked (and recorded); such an evaluation cannot be judged.
  std::optional<Slice> slice = {};
  /// The seed of the order in which samples are asked; data sets that share it have orders of their
  /// own. None: from the data's hash, so that the order is arbitrary but always the same for the
  /// same data.
  std::optional<std::uint64_t> seed = {};
  /// Must outlive the evaluator.
  Progress* progress = nullptr;
  /// Evaluate asks nothing and says so in the evaluation; only Plan is of use.
  bool plan_only = false;
};

/// Ends an evaluation early. Called with each outcome in the order of the shuffled samples, however
/// the answers arrive; true when no more are needed.
using StopRule = std::function<bool(const Sample& sample, const Outcome& outcome)>;

class Spending;

/// How far one evaluation goes, and where its answers come from.
struct Asking {
  /// The evaluation ends after so many samples, in the order in which they are asked. Default: all.
  std::size_t samples = std::numeric_limits<std::size_t>::max();
  /// Or when it is satisfied, if that is earlier. May be empty.
  StopRule stop = {};
  /// None: kAuto. Gives way to EvaluatorOptions::mode.
  std::optional<StoreMode> mode = {};
  /// Pays for live answers; the evaluation ends where it cannot. Null: there is no budget.
  Spending* spending = nullptr;
};

/// Evaluates models on tasks, and remembers the evaluations as long as it lives.
class Evaluator {
 public:
  /// The default options do for most: nothing is shown, and equal data are asked in equal order.
  explicit Evaluator(EvaluatorOptions options = {}) : options_(std::move(options)) {}

  /// Evaluates `model` on `task`, or returns what an earlier call in the same mode found. Where
  /// that ended earlier than is asked now, it goes on from there; where it went further, the result
  /// is the part that is asked for, so that no verdict depends on what else was evaluated. Never
  /// throws for anything a file or a model does: what could not be measured says so in the
  /// evaluation. Safe to call from several threads; one evaluation runs at a time.
  EvaluationPtr Evaluate(const ModelPtr& model, const TaskPtr& task, const Asking& asking = {});

  /// What Evaluate would ask, without asking or loading the model. Reads the data. Throws
  /// Error(kInvalidArgument) for a null pointer, and what reading the data and making the first
  /// requests throw.
  EvaluationPlan Plan(const ModelPtr& model, const TaskPtr& task,
                      std::optional<StoreMode> mode = {});

  /// Evaluates `model` on `task` `runs` times, at least 2, and compares the runs with each other;
  /// or returns what an earlier call in the same mode found. The first run is what Evaluate
  /// returns, where nothing has been evaluated yet, and is served from the store where it is
  /// recorded; the others are recorded as replicates of their own. Every run is on all samples: of
  /// `asking`, mode and spending count. Never throws for anything a file or a model does, as
  /// Evaluate.
  NoiseFloorPtr MeasureNoiseFloor(const ModelPtr& model, const TaskPtr& task, int runs,
                                  const Asking& asking = {});

  /// What that would ask beyond the first run; the rest is as for Plan.
  EvaluationPlan PlanNoiseFloor(const ModelPtr& model, const TaskPtr& task, int runs,
                                std::optional<StoreMode> mode = {});

  /// All that was evaluated so far, failures included, in no particular order. Waits for nothing,
  /// so that progress and scorers may call it too.
  std::vector<EvaluationPtr> Evaluated();

  /// As given. The seed that was really used is in Evaluation::provenance.
  const EvaluatorOptions& options() const { return options_; }

 private:
  /// How one evaluation is made.
  struct How {
    Asking asking = {};
    StoreMode mode = StoreMode::kAuto;  ///< In force.
    bool nested = false;  ///< Within an evaluation of another evaluator, in the same thread.
    int replicate = 0;    ///< Beyond that of the options.
    /// Told every response: of which sample (index) and turn. One call at a time.
    std::function<void(std::size_t, std::size_t, const Exchange&)> tap = {};
  };

  EvaluationPtr Asked(const ModelPtr& model, const TaskPtr& task, const Asking& asking);
  EvaluationPtr EvaluateLocked(Model& model, const TaskPtr& task, const How& how);
  void Continue(Model& model, Evaluation& evaluation, const How& how);
  void MeasureRuns(Model& model, const std::string& key, int runs, How how, NoiseFloor& floor);
  EvaluationPtr Known(const std::string& key);
  EvaluationPtr Broken(const std::string& key);
  EvaluationPtr Fail(ModelInfo model, TaskPtr task, std::string why);
  std::string WhyNotBegun();

  EvaluatorOptions options_;
  std::mutex mutex_;       ///< Held while something is evaluated.
  std::mutex memo_mutex_;  ///< For a moment, for what follows.
  std::map<std::string, EvaluationPtr> memo_;
  std::map<std::string, EvaluationPtr> broken_;  ///< Failures to go on with one of memo_.
  std::vector<EvaluationPtr>
      failures_;             ///< That are not in memo_: they might go otherwise next time.
  std::string interrupted_;  ///< Of the evaluation that was under way then, what became of it.
  std::set<std::string> planned_;
  std::map<std::string, NoiseFloorPtr> noise_floors_;
};

}  // namespace gatetest

#endif  // GATETEST_EVALUATOR_H_
