#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/gate.h"
#include "src/evaluation/memo_key.h"
#include "src/evaluation/shuffle.h"
#include "src/verdict/choose_tasks.h"
#include "src/verdict/decide.h"
#include "src/verdict/judge_early.h"
#include "src/verdict/pairs.h"
#include "src/verdict/sequence.h"

namespace gatetest {
namespace {

using internal::Decidable;
using internal::Pair;
using internal::Sequence;

/// Who is asked, and what pays for it.
struct Sources {
  const ModelPtr& model;
  ModelPtr baseline;  ///< Null for metrics without one.
  Evaluator& evaluator;
  Asking asking;  ///< Of all of them.
};

void AskBaseline(const Sources& sources, const TaskPtr& task, std::size_t samples,
                 Subject& subject) {
  if (sources.baseline == nullptr) return;
  Asking asking = sources.asking;
  asking.samples = samples;
  subject.baseline = sources.evaluator.Evaluate(sources.baseline, task, asking);
}

void AskInFull(const Sources& sources, const TaskPtr& task, Subject& subject) {
  AskBaseline(sources, task, sources.asking.samples, subject);
  subject.candidate = sources.evaluator.Evaluate(sources.model, task, sources.asking);
}

/// Satisfied where the verdict is safe, or where the baseline was not asked. Runs over the outcomes
/// from the first, as each evaluation that is asked with it does.
class UntilSafe {
 public:
  UntilSafe(const Decidable& question, const Subject& subject, const Dataset& dataset)
      : question_(question),
        subject_(subject),
        first_(dataset.samples().data()),
        sequence_(question, internal::CountSamples(dataset, subject.group)),
        baseline_(dataset.size()) {
    if (subject.baseline == nullptr) return;
    for (const Evaluation::Item& item : subject.baseline->items) {
      baseline_.at(item.sample) = &item.outcome;
    }
  }

  bool operator()(const Sample& sample, const Outcome& outcome) {
    if (!subject_.group.empty() && sample.group != subject_.group) return false;
    const Pair pair{.subject = &subject_,
                    .sample = &sample,
                    .candidate = &outcome,
                    .baseline = baseline_[static_cast<std::size_t>(&sample - first_)]};
    if (subject_.baseline != nullptr && pair.baseline == nullptr) return true;
    try {
      return sequence_.Add(
          internal::ScoreOf(question_.metric, pair, internal::CountMissing::kAgainst),
          internal::ScoreOf(question_.metric, pair, internal::CountMissing::kFor));
    } catch (const Error&) {
      return true;  // Whoever judges says what is wrong with the score.
    }
  }

  bool is_safe() const { return sequence_.safe().has_value(); }

 private:
  const Decidable& question_;
  const Subject& subject_;
  const Sample* const first_;
  Sequence sequence_;
  std::vector<const Outcome*> baseline_;
};

/// Models and tasks that have to take turns do so in portions that grow, so that none is asked much
/// more than the verdict needs.
class Portions {
 public:
  static constexpr std::size_t kFirst = 32;

  Portions(std::size_t first, std::size_t most) : most_(most), end_(std::min(first, most)) {}

  std::size_t end() const { return end_; }  ///< Samples to be asked so far.
  bool Grow() {
    if (end_ == most_) return false;
    end_ = std::min(most_, end_ + std::max(kFirst / 2, end_ / 2));
    return true;
  }

 private:
  const std::size_t most_;
  std::size_t end_;
};

/// What cannot be read is said by the evaluation of it.
bool AreReadable(const std::vector<TaskPtr>& tasks) {
  return std::all_of(tasks.begin(), tasks.end(), [](const TaskPtr& task) {
    try {
      return task->dataset().size() > 0;
    } catch (const Error&) {
      return false;
    }
  });
}

bool CannotGoOn(const EvaluationPtr& evaluation) {
  return evaluation != nullptr && (!evaluation->failure.empty() || !evaluation->ended.empty());
}

bool CannotGoOn(const Subject& subject) {
  return CannotGoOn(subject.baseline) || CannotGoOn(subject.candidate);
}

/// One task, sample by sample, until the verdict is safe.
void AskUntilSafe(const Sources& sources, const TaskPtr& task, const Decidable& question,
                  Subject& subject) {
  const Dataset& dataset = task->dataset();
  const std::size_t most = std::min(sources.asking.samples, dataset.size());
  Portions portions(sources.baseline == nullptr ? most : Portions::kFirst, most);
  do {
    AskBaseline(sources, task, portions.end(), subject);
    UntilSafe until_safe(question, subject, dataset);
    Asking asking = sources.asking;
    asking.samples = portions.end();
    asking.stop = [&](const Sample& sample, const Outcome& outcome) {
      return until_safe(sample, outcome);
    };
    subject.candidate = sources.evaluator.Evaluate(sources.model, task, asking);
    if (until_safe.is_safe()) return;
  } while (!CannotGoOn(subject) && portions.Grow());
}

/// All tasks as one, each as far as its turns come.
void AskPooledUntilSafe(const Sources& sources, const std::vector<TaskPtr>& tasks,
                        const Decidable& question, std::vector<Subject>& subjects) {
  std::vector<std::size_t> sizes;
  for (const TaskPtr& task : tasks) sizes.push_back(task->dataset().size());
  const std::vector<std::size_t> turns = internal::ShuffledTurns(
      sizes, internal::SeedFor(*tasks.front(), sources.evaluator.options().seed));
  Portions portions(Portions::kFirst, turns.size());
  bool go_on = true;
  while (go_on) {
    std::vector<std::size_t> wanted(tasks.size());
    for (std::size_t i = 0; i < portions.end(); ++i) ++wanted[turns[i]];
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      Sources part = sources;
      part.asking.samples = std::min(sources.asking.samples, wanted[i]);
      AskInFull(part, tasks[i], subjects[i]);
      if (CannotGoOn(subjects[i])) go_on = false;
    }
    go_on = go_on && !internal::JudgeEarly(question, subjects).finding && portions.Grow();
  }
}

}  // namespace

std::vector<Subject> EvaluateFor(const Requirement& requirement, const ModelPtr& model,
                                 const Gate& gate, Evaluator& evaluator, Spending* spending,
                                 std::size_t others) {
  CheckGate(gate);
  CheckRequirement(requirement);
  if (model == nullptr) throw Error(ErrorCode::kInvalidArgument, "there is no model: null pointer");
  const bool compares = NeedsBaseline(requirement.metric);
  if (compares && gate.baseline == nullptr) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("the gate has no baseline, and {} compares with one; set "
                            "Gate::baseline",
                            Name(requirement.metric)));
  }
  std::vector<TaskPtr> tasks;
  std::vector<Subject> subjects;
  for (const internal::ChosenTask& chosen : internal::ChooseTasks(requirement, gate.tasks)) {
    tasks.push_back(gate.tasks[chosen.index]);
    subjects.push_back({.group = chosen.group});
  }
  const Sources sources{
      .model = model,
      .baseline = compares ? gate.baseline : nullptr,
      .evaluator = evaluator,
      .asking = {.samples = DefaultsOf(gate).samples, .mode = gate.mode, .spending = spending}};
  Decidable question = internal::QuestionOf(requirement, DefaultsOf(gate));
  const bool pooled = requirement.limit.pooled() && tasks.size() > 1;
  if (!requirement.limit.pooled()) {
    question.failure_alpha = question.alpha / static_cast<double>(tasks.size() + others);
  }

  if (compares && gate.noise_runs > 0) {  // First: its first run is the baseline's evaluation.
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      subjects[i].noise = evaluator.MeasureNoiseFloor(gate.baseline, tasks[i], gate.noise_runs,
                                                      {.mode = gate.mode, .spending = spending});
    }
  }

  const bool judged = !evaluator.options().slice && !evaluator.options().plan_only;
  const bool early = judged && AreReadable(tasks) && internal::CanBeSafeEarly(question, tasks);
  if (early && pooled) {
    AskPooledUntilSafe(sources, tasks, question, subjects);
    return subjects;
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (early) {
      AskUntilSafe(sources, tasks[i], question, subjects[i]);
    } else {
      AskInFull(sources, tasks[i], subjects[i]);
    }
  }
  return subjects;
}

}  // namespace gatetest
