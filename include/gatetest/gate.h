// Gate: what a fixture measures against. GateScope: makes a gate the current one of this thread,
// which is where the assertion macros find it. The gate fixture does that for every test.
//
//   gatetest::Gate gate{.baseline = f16, .tasks = {gatetest::ExactMatch("data/skills.jsonl")}};
#ifndef GATETEST_GATE_H_
#define GATETEST_GATE_H_

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "gatetest/budget.h"
#include "gatetest/evaluator.h"
#include "gatetest/limit.h"
#include "gatetest/model.h"
#include "gatetest/store.h"
#include "gatetest/task.h"
#include "gatetest/verdict.h"
#include "gatetest/workload.h"

namespace gatetest {

/// What an INCONCLUSIVE verdict does to its test. It never passes as PASSED: the run says how often
/// it happened, and the verdict is recorded as what it is.
enum class IfInconclusive {
  kFail,  ///< The test fails, with a text of its own: it does not say that the model is worse.
  kSkip,  ///< The test is skipped with that text, unless something else fails it.
  kPass,  ///< The test goes on, and the text is a warning on stderr.
};

/// What EXPECT_NO_REGRESSION allows against the release that was accepted last. A gate that uses it
/// states what its tasks need: there is no default.
struct Tolerance {
  /// Each task's accuracy may be lower by less than this: 0.01 is one percentage point. Above 0.
  double accuracy_loss = 0.0;
  /// Each corpus's perplexity may be at less than this times the accepted one: 1.02. Above 1.
  double perplexity_ratio = 0.0;
};

/// What models are measured against: a baseline, tasks, and what a pass is to say.
struct Gate {
  /// What candidates are compared with. May be null when no assertion compares.
  ModelPtr baseline = {};

  /// What models are evaluated on. An assertion uses those that have its metric. Names are
  /// distinct.
  std::vector<TaskPtr> tasks = {};

  /// All that a model has to meet to ship, for EXPECT_MAY_SHIP and ladders (ladder.h). Default:
  /// nothing is said of it, and each test states its own.
  std::vector<Requirement> requirements = {};

  /// What a passed assertion says, unless its limit says otherwise.
  Claim claim = Claim::kDataset;

  /// One-sided error probability of population claims, of verdicts that end an evaluation early
  /// (Stop::kConfident), and of each bound of an interval that is shown.
  double alpha = 0.05;

  /// When an evaluation may end before its last sample, because the verdict is safe, unless a limit
  /// says otherwise. Change it where samples are slow or cost money.
  Stop stop = Stop::kNever;

  /// What one test may spend. Default: there is no limit. Change it for paid endpoints, and for
  /// gates that have to end in time.
  Budget budget = {};

  /// What becomes of a test that the samples do not decide. Change it for checks that are to inform
  /// (nightly trends); a release that may ship wants kFail.
  IfInconclusive if_inconclusive = IfInconclusive::kFail;

  /// Whether answers are asked or recorded ones, unless the command line says otherwise. Change it
  /// to kReplay for gates that have to work without the models, to kLive for ones on the model of
  /// today.
  StoreMode mode = StoreMode::kAuto;

  /// How often the baseline is evaluated, for limits that compare with it, to see how far its own
  /// answers differ: a message then says where a limit is finer than that. 0: not measured; else at
  /// least 2. Change it where answers depend on what is batched or cached; each run costs what the
  /// first does, once: it is recorded.
  int noise_runs = 0;

  /// The folder of accepted releases (EXPECT_NO_REGRESSION, --gatetest_accept), to be committed. A
  /// relative path begins in the working directory.
  std::filesystem::path accepted = {};

  /// For EXPECT_NO_REGRESSION.
  Tolerance tolerance = {};

  /// How models are asked when their speed is measured (benchmark.h).
  Workload workload = {};
};

/// The evaluations of `gate` that a requirement on `model` is about: each task that has the metric,
/// or the one the limit names; as far as they are needed, where they may end early (Gate::stop).
/// Live answers are paid from `spending`, which may be null. `others`: how many tasks beside these
/// Judge is given together with them, so that a FAILED of one needs more evidence. Throws
/// Error(kInvalidArgument) when there is no such task; its text lists what there is.
std::vector<Subject> EvaluateFor(const Requirement& requirement, const ModelPtr& model,
                                 const Gate& gate, Evaluator& evaluator,
                                 Spending* spending = nullptr, std::size_t others = 0);

/// What Judge is to know of the gate for these evaluations.
JudgeDefaults DefaultsOf(const Gate& gate);

/// Throws Error(kInvalidArgument) when a task is null, two tasks have one name, alpha is not in
/// (0, 0.5), a requirement or the budget is none, or noise_runs is 1 or negative.
void CheckGate(const Gate& gate);

/// While it lives, its gate is the current one of the thread that made it. Scopes nest.
class GateScope {
 public:
  /// The evaluator must outlive the scope.
  GateScope(Gate gate, Evaluator& evaluator);
  ~GateScope();
  GateScope(const GateScope&) = delete;
  GateScope& operator=(const GateScope&) = delete;

  const Gate& gate() const { return gate_; }           ///< What assertions measure against.
  Evaluator& evaluator() const { return evaluator_; }  ///< Who evaluates for them.
  Spending& spending() const { return spending_; }     ///< The gate's budget, as it is spent.

  /// The innermost scope of this thread, or null outside of any.
  static GateScope* current();

 private:
  const Gate gate_;
  Evaluator& evaluator_;
  mutable Spending spending_;
  GateScope* const outer_;
};

}  // namespace gatetest

#endif  // GATETEST_GATE_H_
