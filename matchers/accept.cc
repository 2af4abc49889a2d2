#include "matchers/accept.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/evaluator.h"
#include "gatetest/metrics.h"
#include "gatetest/recorded.h"
#include "gatetest/store.h"
#include "src/evaluation/incomplete.h"
#include "src/evaluation/sources.h"
#include "src/model/identity.h"
#include "src/store/recording_store.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

using Answers = std::vector<std::pair<Question, RecordedAnswer>>;

/// A model on one task, with all that it answered.
struct Candidate {
  TaskPtr task;
  EvaluationPtr evaluation;
  RecordedModel model;
  Answers answers;
};

[[noreturn]] void Refuse(const std::string& why) {
  throw Error(ErrorCode::kInvalidArgument, "it was not accepted: " + why);
}

const std::filesystem::path& FolderOf(const Gate& gate) {
  if (gate.accepted.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                "the gate does not say where accepted releases are: set Gate::accepted");
  }
  return gate.accepted;
}

/// By an evaluator of its own, as the run's has no answers left, only outcomes. What is recorded is
/// not asked again.
Candidate Evaluate(const ModelPtr& model, const TaskPtr& task, const GateScope& scope) {
  Candidate candidate{.task = task, .evaluation = {}, .model = {}, .answers = {}};
  std::mutex mutex;
  EvaluatorOptions options = scope.evaluator().options();
  options.on_answer = [&](const RecordedModel& whose, const Question& question,
                          const RecordedAnswer& answer) {
    const std::lock_guard lock(mutex);
    candidate.model = whose;
    candidate.answers.emplace_back(question, answer);
  };
  const EvaluationPtr evaluation = Evaluator(options).Evaluate(
      model, task, {.mode = scope.gate().mode, .spending = &scope.spending()});
  if (const std::string why = WhyIncomplete(*evaluation); !why.empty()) {
    Refuse(fmt::format("{} on \"{}\": {}", ToString(model->info()), task->name(), why));
  }
  candidate.evaluation = evaluation;
  return candidate;
}

/// "\"add-001\", \"add-002\", and 12 more".
std::string SomeOf(const std::vector<std::string>& ids) {
  constexpr std::size_t kMost = 5;
  std::vector<std::string> shown;
  for (const std::string& id : ids) {
    if (shown.size() == kMost) break;
    shown.push_back(Quote(id));
  }
  if (ids.size() > kMost) shown.push_back(fmt::format("and {} more", ids.size() - kMost));
  return fmt::format("{}", fmt::join(shown, ", "));
}

/// Scores by sample, of samples that were measured.
std::map<std::string, double> ScoresOf(const Evaluation& evaluation) {
  std::map<std::string, double> scores;
  const std::vector<Sample>& samples = evaluation.task->dataset().samples();
  for (const Evaluation::Item& item : evaluation.items) {
    if (item.outcome.unmeasured.empty()) scores[samples[item.sample].id] = item.outcome.score;
  }
  return scores;
}

std::string SamplesThatChanged(const Evaluation& before, const Evaluation& now) {
  const std::map<std::string, double> old_scores = ScoresOf(before);
  const std::map<std::string, double> new_scores = ScoresOf(now);
  std::vector<std::string> lost;
  std::vector<std::string> gained;
  for (const Sample& sample : now.task->dataset().samples()) {
    const auto old_score = old_scores.find(sample.id);
    const auto new_score = new_scores.find(sample.id);
    if (old_score == old_scores.end() || new_score == new_scores.end()) continue;
    if (new_score->second < old_score->second) lost.push_back(sample.id);
    if (new_score->second > old_score->second) gained.push_back(sample.id);
  }
  std::string text;
  if (!lost.empty()) text += fmt::format("; {} lost: {}", lost.size(), SomeOf(lost));
  if (!gained.empty()) text += fmt::format("; {} gained: {}", gained.size(), SomeOf(gained));
  return text.empty() ? "; the same samples are right" : text;
}

double ValueOf(const Evaluation& evaluation) {
  return evaluation.task->measures() == Measures::kAccuracy ? Accuracy(evaluation).value
                                                            : Perplexity(evaluation).value;
}

/// What was accepted before, and how it does on the task of today.
struct Before {
  EvaluationPtr evaluation = {};  ///< Null where nothing was accepted yet.
  std::size_t answers = 0;        ///< All that is in the file.
};

Before FindBefore(const Gate& gate, const Candidate& candidate) {
  try {
    const auto file = FindAccepted(FolderOf(gate), candidate.model.info, candidate.task->name());
    if (!file) return {};
    const ModelPtr release = Recorded(*file);
    Before before{.evaluation = Evaluator().Evaluate(release, candidate.task)};
    for (const Holding& holding : release->recording()->Holdings()) {
      before.answers += holding.answers;
    }
    return before;
  } catch (const Error& error) {
    // A damaged file, or two of them: this release takes their place.
    return {.evaluation = FailedEvaluation(candidate.model.info, candidate.task, error.what())};
  }
}

/// "accuracy 0.8986 -> 0.9014; 1 lost: ...; 3 gained: ...".
std::string Changes(const Candidate& candidate, const Before& before) {
  const Evaluation& now = *candidate.evaluation;
  const bool shares = candidate.task->measures() == Measures::kAccuracy;
  const double latter = ValueOf(now);
  const std::string name(Name(shares ? Metric::kAccuracy : Metric::kPerplexity));
  if (before.evaluation == nullptr)
    return fmt::format("{} {}, the first", name, ShowNumber(latter));
  const std::string answers =
      before.answers == candidate.answers.size() || before.answers == 0
          ? ""
          : fmt::format("; {} answers in place of {}", candidate.answers.size(), before.answers);
  const std::string& failure = before.evaluation->failure;
  if (!failure.empty()) {
    return fmt::format("{} {}; what was accepted before does not compare: {}{}", name,
                       ShowNumber(latter), failure.substr(0, failure.find('\n')), answers);
  }
  const double former = ValueOf(*before.evaluation);
  const std::string values = latter == former
                                 ? fmt::format("{} {} as before", name, ShowNumber(latter))
                                 : fmt::format("{} {} -> {}", name, ShowBeside(former, latter),
                                               ShowBeside(latter, former));
  return values + (shares ? SamplesThatChanged(*before.evaluation, now) : "") + answers;
}

/// A release is known by its name and quantization: another model of the same would take its place.
void RefuseSecond(const std::filesystem::path& folder, const Candidate& candidate) {
  static std::map<std::string, std::string> accepted;
  const std::string release = fmt::format("{}\n{}\n{}", folder.string(),
                                          ToString(candidate.model.info), candidate.task->name());
  const auto [known, is_new] = accepted.try_emplace(release, candidate.model.identity);
  if (!is_new && known->second != candidate.model.identity) {
    Refuse(
        fmt::format("another model named {} was accepted on \"{}\" in this run; give them names, "
                    "or quantizations, that differ",
                    ToString(candidate.model.info), candidate.task->name()));
  }
}

}  // namespace

ModelPtr AcceptedRelease(const Gate& gate, const ModelInfo& info, const Task& task) {
  const auto file = FindAccepted(FolderOf(gate), info, task.name());
  if (file) return Recorded(*file);
  throw NothingAccepted(fmt::format("no release of {} on \"{}\" was accepted in {}", ToString(info),
                                    task.name(), FolderOf(gate).string()));
}

std::string AcceptRelease(const ModelPtr& model, const GateScope& scope) {
  const Gate& gate = scope.gate();
  CheckGate(gate);
  if (model == nullptr) throw Error(ErrorCode::kInvalidArgument, "there is no model: null pointer");
  if (gate.tasks.empty()) Refuse("the gate has no tasks");
  if (const std::string why = WhyNotRecordable(model->info());
      !why.empty() && model->recording() == nullptr) {
    Refuse(why);
  }
  std::vector<Candidate> candidates;
  for (const TaskPtr& task : gate.tasks) candidates.push_back(Evaluate(model, task, scope));
  std::vector<std::string> lines;
  for (const Candidate& candidate : candidates) {
    lines.push_back(fmt::format("  {}: {}", candidate.task->name(),
                                Changes(candidate, FindBefore(gate, candidate))));
    lines.push_back("    " + ShowSources(*candidate.evaluation));
  }
  for (const Candidate& candidate : candidates) RefuseSecond(FolderOf(gate), candidate);
  for (const Candidate& candidate : candidates) {
    AcceptRecording(FolderOf(gate), candidate.model, candidate.task->name(), candidate.answers);
  }
  return fmt::format("accepted {} in {}\n{}\n  Look at the diff of that folder, and commit it.",
                     ToString(model->info()), FolderOf(gate).string(), fmt::join(lines, "\n"));
}

}  // namespace gatetest::internal
