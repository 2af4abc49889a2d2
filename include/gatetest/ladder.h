// Ladder: the same tasks over several quantizations of one model. What each rung lost, what it
// costs, whether it may ship, what perplexity says of accuracy, and which rung to ship.
//
//   gatetest::Gate gate{.baseline = f16, .tasks = {skills, prose},
//                       .requirements = {{gatetest::Metric::kRetention, 0.9}}};
//   gatetest::Ladder ladder = gatetest::ClimbLadder(gate, {int8, int4, int3}, evaluator);
//   std::cout << gatetest::ToTable(ladder);
//   if (ladder.recommendation.rung) std::cout << ladder.rungs[*ladder.recommendation.rung].name;
#ifndef GATETEST_LADDER_H_
#define GATETEST_LADDER_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gatetest/cost.h"
#include "gatetest/estimate.h"
#include "gatetest/evaluator.h"
#include "gatetest/gate.h"
#include "gatetest/ladder_analysis.h"
#include "gatetest/metrics.h"
#include "gatetest/model.h"
#include "gatetest/verdict.h"

namespace gatetest {

/// What a ladder is to say beside the gate's verdicts.
struct LadderOptions {
  /// How often the gate's workload (Gate::workload) is run live on each rung, for tokens per
  /// second. Default 0: not measured, because a replayed answer has no time. Change it to 5 or more
  /// (fewer have no interval) on a machine that is quiet, and where live requests cost nothing.
  int speed_runs = 0;

  /// What a month's traffic is with the baseline, for monthly costs and savings by the models'
  /// prices. A rung that writes more than the baseline, by its output length ratio on the gate's
  /// tasks, has so much more to pay for. None: there are only costs of the samples.
  std::optional<MonthlyVolume> volume = {};

  /// What it costs once to ship a rung in the baseline's place (calibrating, testing, hardware), in
  /// US dollars, above 0: for the return on it. None: there is none. Needs a volume.
  std::optional<double> investment_usd = {};

  /// What a perplexity says by itself, a preset of rules of thumb beside the gate's verdict.
  /// Without bands: nothing.
  PerplexityAdvice advice = RelativePerplexityAdvice();
};

/// What came of one rung on one task: all metrics that the task has.
struct RungOnTask {
  std::string task = {};                       ///< Its name.
  Measures measures = Measures::kAccuracy;     ///< Whether it is a corpus.
  std::map<Metric, Estimate> figures = {};     ///< As far as they are defined.
  std::map<Metric, std::string> missing = {};  ///< Why the others are not.
};

/// One model of a ladder.
struct Rung {
  /// Its quantization: "int4"; "tinylm int4" where another rung has that quantization too, or where
  /// it has none.
  std::string name = {};
  ModelInfo model = {};                ///< As it describes itself.
  bool is_baseline = false;            ///< The gate's baseline, which all others are compared with.
  std::vector<RungOnTask> tasks = {};  ///< The gate's, in their order.

  /// Generated tokens per second in the median run of the workload, with its order-statistic
  /// interval; none: `no_speed` says why.
  std::optional<Estimate> tokens_per_second = {};
  std::string no_speed = {};  ///< "not measured (LadderOptions::speed_runs)".

  /// US dollars for 1000 tokens, in and out, of all tasks that ask for text (else of all tasks)
  /// together; none: `no_cost` says why.
  std::optional<Estimate> cost_per_1k = {};
  std::optional<Estimate> savings = {};  ///< 1 - cost / the baseline's; of candidates.
  /// Why there is no cost, or there are no savings: "tinylm int4 has no prices; ...".
  std::string no_cost = {};

  std::optional<double> monthly_usd = {};                 ///< Of LadderOptions::volume.
  std::optional<gatetest::Savings> monthly_savings = {};  ///< Of candidates: against the baseline.
  std::optional<Roi> roi = {};  ///< Of candidates: of LadderOptions::investment_usd.

  /// One for each of the gate's requirements; none of the baseline.
  std::vector<Judgement> judgements = {};
  /// PASSED when all judgements are; else FAILED when one is; else NOT MEASURED when one is. The
  /// baseline, which has to meet nothing, is PASSED unless it could not be evaluated.
  Verdict verdict = Verdict::kNotMeasured;
  /// One line for each finding that is not PASSED: "retention on \"skills\": 0.8043 is not above
  /// 0.9000, ...".
  std::vector<std::string> reasons = {};
  std::string advice = {};  ///< By LadderOptions::advice; empty: it has none.
};

/// What the perplexities on one corpus say of the accuracies on one task.
struct LadderAnalysis {
  std::string corpus = {};                             ///< The task whose perplexity it is.
  std::string accuracy_of = {};                        ///< "skills"; "the mean of 3 tasks".
  std::vector<Configuration> rungs = {};               ///< The figures themselves, as shares.
  std::optional<QualityCorrelation> correlation = {};  ///< None: `no_correlation` says why.
  std::string no_correlation = {};                     ///< "fewer than 2 ...".
  /// Acceptable is what may ship by its verdict, the baseline included; rungs without a verdict by
  /// evidence are left out. None where fewer than two are left.
  std::optional<ThresholdAnalysis> threshold = {};
};

/// The cheapest rung that passes.
struct Recommendation {
  /// Index in Ladder::rungs; 0, the baseline, where all others are FAILED or save nothing. None: it
  /// cannot be told, because rungs are NOT MEASURED or INCONCLUSIVE, or cannot be ranked.
  std::optional<std::size_t> rung = {};
  std::string reason = {};  ///< "int4 is the smallest of the 2 that pass: ...".
  /// Why not another one.
  struct Rejected {
    std::size_t rung = 0;  ///< Index in Ladder::rungs.
    std::string why = {};  ///< "FAILED: retention on \"skills\": ...", "passes, and is larger".
  };
  /// All other rungs, in their order. The baseline last, where one of them passes.
  std::vector<Rejected> rejected = {};
  /// Rungs that are NOT MEASURED, and would be in the place of `rung` if they passed. Whoever ships
  /// on the recommendation waits for them.
  std::vector<std::size_t> unsettled = {};
};

/// A ladder that was climbed.
struct Ladder {
  std::vector<Rung> rungs = {};                ///< The baseline first, then as they were given.
  std::vector<Requirement> requirements = {};  ///< The gate's.
  JudgeDefaults defaults = {};                 ///< What they claim where they say nothing else.
  std::optional<MonthlyVolume> volume = {};    ///< LadderOptions::volume.
  /// For each corpus: each task that has an accuracy, then the mean of them where there are
  /// several.
  std::vector<LadderAnalysis> analyses = {};
  Recommendation recommendation = {};  ///< By the verdicts and the costs, else the sizes.
};

/// Evaluates the gate's baseline and `rungs` on all of its tasks, in full, and judges each rung by
/// Gate::requirements. What cannot be measured says so in its place. Live answers are paid from
/// `spending`, which may be null. Throws Error(kInvalidArgument) for a gate without a baseline,
/// tasks or requirements, for no rungs, a null pointer, two rungs that are called the same, and
/// options that cannot be; and as CheckGate does.
///
/// Everything is evaluated in full, so that Gate::stop and Limit::Stop say nothing here.
///
/// Rungs are ranked by what a month costs (LadderOptions::volume), else by what the same samples
/// cost, else by size (ModelInfo::bytes): by the first of these that the baseline and all that pass
/// have, unless nothing costs anything. Of equal ones the first is chosen. Where they have none,
/// nothing is recommended. A rung that is not cheaper than the baseline is not recommended in its
/// place.
Ladder ClimbLadder(const Gate& gate, const std::vector<ModelPtr>& rungs, Evaluator& evaluator,
                   const LadderOptions& options = {}, Spending* spending = nullptr);

/// For a terminal: figures, losses against the baseline, verdicts with reasons, analysis and
/// recommendation. Ends in a newline. ToText (ladder_analysis.h) has the analysis alone.
std::string ToTable(const Ladder& ladder);

/// The same as one JSON document; docs/ladder.md says what its fields are, and
/// docs/ladder.schema.json the same for machines.
std::string ToJson(const Ladder& ladder);

}  // namespace gatetest

#endif  // GATETEST_LADDER_H_
