#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/gate.h"
#include "src/evaluation/memo_key.h"
#include "src/evaluation/part.h"
#include "src/evaluation/portions.h"
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
using internal::Portions;
using internal::Sequence;

/// Who is asked, and what pays for it.
struct Sources {
  const ModelPtr& model;
  ModelPtr baseline;  ///< Null for metrics without one.
  Evaluator& evaluator;
  Asking asking;  ///< Of all of them.
};

/// Satisfied where the verdict is safe, or where the baseline was not asked. Runs over the outcomes
/// from the first, as each evaluation that is asked with it does.
class UntilSafe {
 public:
  UntilSafe(const Decidable& question, const Subject& subject, const Dataset& dataset)
      : question_(question),
        subject_(subject),
        sequence_(question, internal::CountSamples(dataset, subject.group)) {
    if (subject.baseline == nullptr) return;
    // By id: an evaluation that is remembered is one of a task that is equal, not of this one.
    for (const Evaluation::Item& item : subject.baseline->items) {
      baseline_[subject.baseline->task->dataset().samples()[item.sample].id] = &item.outcome;
    }
  }

  bool operator()(const Sample& sample, const Outcome& outcome) {
    if (!subject_.group.empty() && sample.group != subject_.group) return false;
    Pair pair{.subject = &subject_, .sample = &sample, .candidate = &outcome};
    if (subject_.baseline != nullptr) {
      const auto found = baseline_.find(sample.id);
      if (found == baseline_.end()) return true;
      pair.baseline = found->second;
    }
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
  Sequence sequence_;
  std::unordered_map<std::string_view, const Outcome*> baseline_;
};

/// What cannot be read is said by the evaluation of it.
bool IsReadable(const TaskPtr& task) {
  try {
    return task->dataset().size() > 0;
  } catch (const Error&) {
    return false;
  }
}

bool CannotGoOn(const EvaluationPtr& evaluation) {
  return evaluation != nullptr && (!evaluation->failure.empty() || !evaluation->ended.empty());
}

bool CannotGoOn(const Subject& subject) {
  return CannotGoOn(subject.baseline) || CannotGoOn(subject.candidate);
}

void AskBaseline(const Sources& sources, const TaskPtr& task, std::size_t samples,
                 Subject& subject) {
  if (sources.baseline == nullptr) return;
  Asking asking = sources.asking;
  asking.samples = std::min(asking.samples, samples);
  subject.baseline = sources.evaluator.Evaluate(sources.baseline, task, asking);
}

void AskBoth(const Sources& sources, const TaskPtr& task, std::size_t samples, Subject& subject) {
  AskBaseline(sources, task, samples, subject);
  Asking asking = sources.asking;
  asking.samples = std::min(asking.samples, samples);
  subject.candidate = sources.evaluator.Evaluate(sources.model, task, asking);
}

/// As far as the budget goes.
void AskInPortions(const Sources& sources, const TaskPtr& task, Subject& subject) {
  Portions portions(std::min(sources.asking.samples, task->dataset().size()));
  do {
    AskBoth(sources, task, portions.end(), subject);
  } while (!CannotGoOn(subject) && portions.Grow());
}

/// One task, sample by sample, until the verdict is safe.
void AskUntilSafe(const Sources& sources, const TaskPtr& task, const Decidable& question,
                  Subject& subject) {
  const Dataset& dataset = task->dataset();
  Portions portions(std::min(sources.asking.samples, dataset.size()));
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

bool IsSafe(const Decidable& question, const std::vector<Subject>& subjects) {
  try {
    return internal::JudgeEarly(question, subjects).finding.has_value();
  } catch (const Error&) {
    return true;  // Whoever judges says what is wrong.
  }
}

/// All tasks as one, each as far as its turns come.
void AskPooledUntilSafe(const Sources& sources, const std::vector<TaskPtr>& tasks,
                        const Decidable& question, std::vector<Subject>& subjects) {
  std::vector<std::size_t> sizes;
  for (const TaskPtr& task : tasks) sizes.push_back(task->dataset().size());
  const std::vector<std::size_t> turns = internal::ShuffledTurns(
      sizes, internal::SeedFor(*tasks.front(), sources.evaluator.options().seed));
  Portions portions(turns.size());
  bool go_on = true;
  while (go_on) {
    std::vector<std::size_t> wanted(tasks.size());
    for (std::size_t i = 0; i < portions.end(); ++i) ++wanted[turns[i]];
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      AskBoth(sources, tasks[i], wanted[i], subjects[i]);
      go_on = go_on && !CannotGoOn(subjects[i]);
    }
    go_on = go_on && !IsSafe(question, subjects) && portions.Grow();
  }
}

std::vector<Subject> NotingSamples(std::vector<Subject> subjects, std::size_t budget) {
  for (Subject& subject : subjects) {
    subject.candidate = internal::WithBudgetOfSamples(subject.candidate, budget);
    subject.baseline = internal::WithBudgetOfSamples(subject.baseline, budget);
  }
  return subjects;
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

  // A part of the samples, or of none, is no matter of a verdict.
  const bool judged = !evaluator.options().slice && !evaluator.options().plan_only;
  const auto is_readable = [&](const TaskPtr& task) { return judged && IsReadable(task); };
  const auto measure_noise = [&](std::size_t i) {
    if (!compares || gate.noise_runs == 0) return;
    subjects[i].noise = evaluator.MeasureNoiseFloor(gate.baseline, tasks[i], gate.noise_runs,
                                                    {.mode = gate.mode, .spending = spending});
  };
  if (pooled && std::all_of(tasks.begin(), tasks.end(), is_readable) &&
      internal::CanBeSafeEarly(question, tasks)) {
    AskPooledUntilSafe(sources, tasks, question, subjects);
    for (std::size_t i = 0; i < tasks.size(); ++i) measure_noise(i);
    return NotingSamples(std::move(subjects), sources.asking.samples);
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const bool readable = is_readable(tasks[i]);
    if (readable && !pooled && internal::CanBeSafeEarly(question, {&tasks[i], 1})) {
      AskUntilSafe(sources, tasks[i], question, subjects[i]);
      measure_noise(i);  // Last: it takes all samples, and no verdict needs it.
      continue;
    }
    measure_noise(i);  // First: its first run is the baseline's evaluation.
    if (readable && spending != nullptr && spending->has_limits()) {
      AskInPortions(sources, tasks[i], subjects[i]);
    } else {
      AskBoth(sources, tasks[i], sources.asking.samples, subjects[i]);
    }
  }
  return NotingSamples(std::move(subjects), sources.asking.samples);
}

}  // namespace gatetest
