#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "gatetest/error.h"
#include "gatetest/ladder.h"
#include "src/evaluation/part.h"
#include "src/evaluation/portions.h"
#include "src/evaluation/price.h"
#include "src/ladder/recommend.h"
#include "src/ladder/rung_speed.h"
#include "src/text/show.h"
#include "src/verdict/choose_tasks.h"
#include "src/verdict/combine.h"
#include "src/verdict/measure.h"

namespace gatetest {
namespace {

constexpr double kNotKnown = std::numeric_limits<double>::quiet_NaN();

constexpr Metric kAllMetrics[] = {
    Metric::kAccuracy,          Metric::kPerplexity,   Metric::kBitsPerByte,
    Metric::kRetention,         Metric::kAccuracyLoss, Metric::kFlips,
    Metric::kPerplexityRatio,   Metric::kTruncation,   Metric::kEmpty,
    Metric::kOutputLengthRatio, Metric::kCostPer1k,    Metric::kSavings};

[[noreturn]] void RefuseLadder(const std::string& why) {
  throw Error(ErrorCode::kInvalidArgument, "the ladder " + why);
}

/// Before anything is asked.
void CheckCosts(const Model& model, const LadderOptions& options) {
  internal::CheckPrices(model.info());
  if (!options.volume || !model.info().prices) return;
  if (std::isfinite(MonthlyUsd(*model.info().prices, *options.volume))) return;
  RefuseLadder(fmt::format("has a volume that {} cannot be paid for", ToString(model.info())));
}

void CheckLadder(const Gate& gate, const std::vector<ModelPtr>& rungs,
                 const LadderOptions& options) {
  CheckGate(gate);
  if (gate.baseline == nullptr) RefuseLadder("has no baseline; set Gate::baseline");
  if (gate.tasks.empty()) RefuseLadder("has no tasks; set Gate::tasks");
  if (gate.requirements.empty()) {
    RefuseLadder("does not say what a rung has to meet to ship; set Gate::requirements");
  }
  if (rungs.empty()) {
    RefuseLadder(fmt::format("has one rung, its baseline {}; give it at least one quantization",
                             ToString(gate.baseline->info())));
  }
  if (std::find(rungs.begin(), rungs.end(), nullptr) != rungs.end()) {
    RefuseLadder("has a rung that is a null pointer");
  }
  if (options.speed_runs < 0) {
    RefuseLadder(fmt::format("has speed_runs {}; it must be 0, which measures no speed, or more",
                             options.speed_runs));
  }
  CheckCosts(*gate.baseline, options);
  for (const ModelPtr& rung : rungs) CheckCosts(*rung, options);
  // These throw for what is no volume and no advice, before anything is asked.
  if (options.volume) MonthlyUsd({}, *options.volume);
  if (!options.advice.bands.empty()) Advise(options.advice, 1.0, 1.0);
  if (!options.investment_usd) return;
  if (!options.volume) {
    RefuseLadder(
        "has an investment, and no volume that could return it; set LadderOptions::volume");
  }
  if (*options.investment_usd == 0.0) RefuseLadder("has an investment of 0, on which is no return");
  AnnualRoi({}, *options.investment_usd);  // Throws for what is none.
}

/// Names come from files, too; a table is no place for control characters.
std::string OnOneLine(const std::string& name) {
  const std::string quoted = internal::Quote(name, 200);
  return quoted.substr(1, quoted.size() - 2);
}

/// Quantizations where these tell rungs apart, else the models' names too.
std::vector<std::string> RungNames(const std::vector<ModelPtr>& models) {
  std::map<std::string, int> count;
  for (const ModelPtr& model : models) ++count[model->info().quantization];
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (const ModelPtr& model : models) {
    const std::string& quantization = model->info().quantization;
    const bool alone = !quantization.empty() && count[quantization] == 1;
    names.push_back(OnOneLine(alone ? quantization : ToString(model->info())));
    if (taken.insert(names.back()).second) continue;
    RefuseLadder(
        fmt::format("has two rungs called {}{}; give one of them another name or "
                    "quantization, or leave it out",
                    internal::Quote(names.back()),
                    names.back() == names.front() ? ", one of them its baseline" : ""));
  }
  return names;
}

/// A ladder is evaluated in full: no verdict needs to rest on a part of it.
JudgeDefaults OnAllSamples(JudgeDefaults defaults) {
  defaults.stop = Stop::kNever;
  return defaults;
}

/// Evaluates models on the gate's tasks.
class Climber {
 public:
  Climber(const Gate& gate, Evaluator& evaluator, const LadderOptions& options, Spending* spending)
      : gate_(gate),
        evaluator_(evaluator),
        options_(options),
        spending_(spending),
        defaults_(OnAllSamples(DefaultsOf(gate))) {}

  /// Within a limited budget, so that no model is asked much more than the others.
  void AskInTurns(const std::vector<ModelPtr>& models) {
    if (spending_ == nullptr || !spending_->has_limits()) return;
    for (const TaskPtr& task : gate_.tasks) {
      std::size_t all = 0;
      try {
        all = std::min(defaults_.samples, task->dataset().size());
      } catch (const Error&) {
        continue;  // The evaluations say what is wrong with the data.
      }
      internal::Portions portions(all);
      bool go_on = true;
      do {
        for (const ModelPtr& model : models) {
          const EvaluationPtr evaluation = evaluator_.Evaluate(
              model, task, {.samples = portions.end(), .mode = gate_.mode, .spending = spending_});
          go_on = go_on && evaluation->failure.empty() && evaluation->ended.empty();
        }
      } while (go_on && portions.Grow());
    }
  }

  /// Of the baseline, before it is evaluated: the first run of one is that evaluation.
  void MeasureNoise() {
    for (const TaskPtr& task : gate_.tasks) {
      noise_.push_back(gate_.noise_runs == 0 ? nullptr
                                             : evaluator_.MeasureNoiseFloor(
                                                   gate_.baseline, task, gate_.noise_runs,
                                                   {.mode = gate_.mode, .spending = spending_}));
    }
  }

  Rung Climb(const ModelPtr& model, std::string name) {
    Rung rung{
        .name = std::move(name), .model = model->info(), .is_baseline = model == gate_.baseline};
    const std::vector<Subject> subjects = SubjectsOf(model, rung.is_baseline);
    for (const Subject& subject : subjects) rung.tasks.push_back(Figures(subject));
    Judge(subjects, rung);
    AddCosts(subjects, rung);
    internal::RungSpeed speed = internal::MeasureRungSpeed(model, gate_, options_.speed_runs,
                                                           evaluator_.options(), spending_);
    rung.tokens_per_second = std::move(speed.tokens_per_second);
    rung.no_speed = std::move(speed.why_none);
    return rung;
  }

 private:
  EvaluationPtr Evaluate(const ModelPtr& model, const TaskPtr& task) {
    return internal::WithBudgetOfSamples(
        evaluator_.Evaluate(
            model, task, {.samples = defaults_.samples, .mode = gate_.mode, .spending = spending_}),
        defaults_.samples);
  }

  std::vector<Subject> SubjectsOf(const ModelPtr& model, bool is_baseline) {
    std::vector<Subject> subjects;
    for (std::size_t i = 0; i < gate_.tasks.size(); ++i) {
      Subject& subject = subjects.emplace_back();
      if (!is_baseline) {
        subject.noise = noise_[i];
        subject.baseline = Evaluate(gate_.baseline, gate_.tasks[i]);
      }
      subject.candidate = Evaluate(model, gate_.tasks[i]);
    }
    return subjects;
  }

  Estimate Measure(Metric metric, std::span<const Subject> subjects) const {
    // Under a budget of samples the figures are those of the samples that it lets be asked.
    const bool budgeted = gate_.budget.samples.has_value();
    return internal::Measure(metric, subjects, {.alpha = gate_.alpha, .only_asked = budgeted})
        .estimate;
  }

  RungOnTask Figures(const Subject& subject) const {
    const Evaluation& evaluation = *subject.candidate;
    const TaskPtr& task = evaluation.task;
    RungOnTask on{.task = task->name(), .measures = task->measures()};
    for (const Metric metric : kAllMetrics) {
      if (!HasMetric(*task, metric)) continue;
      if (NeedsBaseline(metric) && subject.baseline == nullptr) continue;
      try {
        on.figures[metric] = Measure(metric, {&subject, 1});
      } catch (const Error& error) {
        on.missing[metric] = error.what();
      }
    }
    return on;
  }

  void Judge(const std::vector<Subject>& subjects, Rung& rung) const {
    if (rung.is_baseline) {
      const bool evaluated =
          std::all_of(rung.tasks.begin(), rung.tasks.end(), [](const RungOnTask& on) {
            return on.figures.contains(on.measures == Measures::kAccuracy ? Metric::kAccuracy
                                                                          : Metric::kPerplexity);
          });
      rung.verdict = evaluated ? Verdict::kPassed : Verdict::kNotMeasured;
      return;
    }
    for (const Requirement& requirement : gate_.requirements) {
      const Requirement on_all{requirement.metric, requirement.limit.Stop(Stop::kNever)};
      rung.judgements.push_back(gatetest::Judge(on_all, subjects, defaults_));
      AddReasons(rung.judgements.back(), rung);
    }
    rung.verdict = internal::Combine(rung.judgements);
  }

  /// " (the budget of ...)" where a verdict is missing because samples are.
  static std::string WhyItEnded(const Finding& finding) {
    if (finding.verdict != Verdict::kNotMeasured) return "";
    for (const Subject& subject : finding.subjects) {
      for (const EvaluationPtr& evaluation : {subject.candidate, subject.baseline}) {
        if (evaluation != nullptr && !evaluation->ended.empty()) {
          return fmt::format(" ({})", evaluation->ended);
        }
      }
    }
    return "";
  }

  static void AddReasons(const Judgement& judgement, Rung& rung) {
    const std::string_view metric = Name(judgement.requirement.metric);
    if (judgement.findings.empty()) {
      rung.reasons.push_back(fmt::format("{}: {}", metric, judgement.failure));
    }
    for (const Finding& finding : judgement.findings) {
      if (finding.verdict == Verdict::kPassed) continue;
      std::string tasks;
      for (const Subject& subject : finding.subjects) {
        tasks +=
            fmt::format("{}\"{}{}{}\"", tasks.empty() ? "" : " + ", subject.candidate->task->name(),
                        subject.group.empty() ? "" : "/", subject.group);
      }
      rung.reasons.push_back(fmt::format("{} on {}: {}{}", metric, tasks,
                                         finding.reason.substr(0, finding.reason.find('\n')),
                                         WhyItEnded(finding)));
    }
  }

  void AddCosts(const std::vector<Subject>& subjects, Rung& rung) const {
    std::vector<Subject> paid;
    const Requirement cost{Metric::kCostPer1k, 1.0};
    for (const internal::ChosenTask& chosen : internal::ChooseTasks(cost, gate_.tasks)) {
      paid.push_back(subjects[chosen.index]);
    }
    try {
      rung.cost_per_1k = Measure(Metric::kCostPer1k, paid);
      if (!rung.is_baseline) rung.savings = Measure(Metric::kSavings, paid);
    } catch (const Error& error) {
      rung.no_cost = error.what();
    }
    if (options_.volume && rung.model.prices) AddMonth(paid, rung);
  }

  void AddMonth(const std::vector<Subject>& paid, Rung& rung) const {
    MonthlyVolume volume = *options_.volume;
    const bool writes = HasMetric(*paid.front().candidate->task, Metric::kOutputLengthRatio);
    if (!rung.is_baseline && writes) {
      try {
        volume.output_mtok *= Measure(Metric::kOutputLengthRatio, paid).value;
      } catch (const Error& error) {
        if (rung.no_cost.empty()) rung.no_cost = error.what();
        return;  // How much it writes in a month is not known.
      }
    }
    rung.monthly_usd = MonthlyUsd(*rung.model.prices, volume);
    const std::optional<Prices>& baseline = gate_.baseline->info().prices;
    if (rung.is_baseline || !baseline) return;
    const double of_baseline = MonthlyUsd(*baseline, *options_.volume);
    if (!(of_baseline > 0.0)) return;
    rung.monthly_savings = SavingsAgainst(of_baseline, *rung.monthly_usd);
    if (options_.investment_usd) {
      rung.roi = AnnualRoi(*rung.monthly_savings, *options_.investment_usd);
    }
  }

  const Gate& gate_;
  Evaluator& evaluator_;
  const LadderOptions& options_;
  Spending* const spending_;
  const JudgeDefaults defaults_;
  std::vector<NoiseFloorPtr> noise_;  ///< One a task; null: not asked for.
};

double FigureOf(const RungOnTask& on, Metric metric) {
  const auto found = on.figures.find(metric);
  return found == on.figures.end() ? kNotKnown : found->second.value;
}

/// By the first corpus.
void AddAdvice(const PerplexityAdvice& advice, std::vector<Rung>& rungs) {
  if (advice.bands.empty()) return;
  const std::vector<RungOnTask>& tasks = rungs.front().tasks;
  const auto corpus = std::find_if(tasks.begin(), tasks.end(), [](const RungOnTask& on) {
    return on.measures == Measures::kPerplexity;
  });
  if (corpus == tasks.end()) return;
  const auto at = static_cast<std::size_t>(corpus - tasks.begin());
  const double of_baseline = FigureOf(*corpus, Metric::kPerplexity);
  for (Rung& rung : rungs) {
    const double perplexity = FigureOf(rung.tasks[at], Metric::kPerplexity);
    const bool is_known = perplexity > 0.0 && (!advice.relative || std::isfinite(of_baseline));
    if (is_known) rung.advice = Advise(advice, perplexity, of_baseline);
  }
}

/// The accuracy that perplexity is compared with: of one task, or the mean of several.
struct AccuracyOf {
  std::string name = {};
  std::vector<std::size_t> tasks = {};

  double operator()(const Rung& rung) const {
    double sum = 0.0;
    for (const std::size_t task : tasks) sum += FigureOf(rung.tasks[task], Metric::kAccuracy);
    return sum / static_cast<double>(tasks.size());
  }
};

std::vector<AccuracyOf> AccuraciesOf(const std::vector<RungOnTask>& tasks) {
  std::vector<AccuracyOf> accuracies;
  AccuracyOf mean;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i].measures != Measures::kAccuracy) continue;
    accuracies.push_back({.name = tasks[i].task, .tasks = {i}});
    mean.tasks.push_back(i);
  }
  mean.name = fmt::format("the mean of {} tasks", mean.tasks.size());
  if (mean.tasks.size() > 1) accuracies.push_back(std::move(mean));
  return accuracies;
}

/// Whether perplexity would decide as the gate does, as far as the gate has decided.
std::optional<ThresholdAnalysis> Thresholds(const std::vector<Rung>& rungs,
                                            const std::vector<Configuration>& configurations) {
  std::vector<Configuration> decided;
  std::vector<bool> acceptable;
  for (std::size_t i = 0; i < rungs.size(); ++i) {
    const Verdict verdict = rungs[i].verdict;
    if (verdict != Verdict::kPassed && verdict != Verdict::kFailed) continue;
    decided.push_back(configurations[i]);
    acceptable.push_back(verdict == Verdict::kPassed);
  }
  try {
    if (decided.size() > 1) return AnalyzeThreshold(decided, acceptable);
  } catch (const Error&) {
    // No perplexity is known; the correlation says so.
  }
  return std::nullopt;
}

LadderAnalysis Analyze(const std::vector<Rung>& rungs, std::size_t corpus,
                       const AccuracyOf& accuracy) {
  LadderAnalysis analysis{.corpus = rungs.front().tasks[corpus].task, .accuracy_of = accuracy.name};
  for (const Rung& rung : rungs) {
    analysis.rungs.push_back({.name = rung.name,
                              .perplexity = FigureOf(rung.tasks[corpus], Metric::kPerplexity),
                              .accuracy = accuracy(rung)});
  }
  try {
    analysis.correlation = CorrelateQuality(analysis.rungs);
  } catch (const Error& error) {
    analysis.no_correlation = error.what();
  }
  analysis.threshold = Thresholds(rungs, analysis.rungs);
  return analysis;
}

std::vector<LadderAnalysis> AnalyzeAll(const std::vector<Rung>& rungs) {
  std::vector<LadderAnalysis> analyses;
  const std::vector<RungOnTask>& tasks = rungs.front().tasks;
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (tasks[i].measures != Measures::kPerplexity) continue;
    for (const AccuracyOf& accuracy : AccuraciesOf(tasks)) {
      analyses.push_back(Analyze(rungs, i, accuracy));
    }
  }
  return analyses;
}

}  // namespace

Ladder ClimbLadder(const Gate& gate, const std::vector<ModelPtr>& rungs, Evaluator& evaluator,
                   const LadderOptions& options, Spending* spending) {
  CheckLadder(gate, rungs, options);
  std::vector<ModelPtr> models = {gate.baseline};
  models.insert(models.end(), rungs.begin(), rungs.end());
  const std::vector<std::string> names = RungNames(models);
  Ladder ladder{.requirements = gate.requirements,
                .defaults = OnAllSamples(DefaultsOf(gate)),
                .volume = options.volume};
  Climber climber(gate, evaluator, options, spending);
  climber.MeasureNoise();
  climber.AskInTurns(models);
  for (std::size_t i = 0; i < models.size(); ++i) {
    ladder.rungs.push_back(climber.Climb(models[i], names[i]));
  }
  AddAdvice(options.advice, ladder.rungs);
  ladder.analyses = AnalyzeAll(ladder.rungs);
  ladder.recommendation = internal::Recommend(ladder.rungs);
  return ladder;
}

}  // namespace gatetest
