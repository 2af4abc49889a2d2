#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "gatetest/ladder.h"
#include "tests/ladder/ladder_testing.h"
#include "tests/support/memory_store.h"
#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using testing_support::ClimbIn;
using testing_support::ExpectClose;
using testing_support::ExpectError;
using testing_support::kInfinity;
using testing_support::LadderGate;
using testing_support::MakeRung;
using testing_support::MemoryStore;
using testing_support::ProseTask;
using testing_support::RungSpec;
using testing_support::SumsTask;
using testing_support::ThreeRungs;

std::vector<std::string> NamesOf(const Ladder& ladder) {
  std::vector<std::string> names;
  for (const Rung& rung : ladder.rungs) names.push_back(rung.name);
  return names;
}

std::vector<Verdict> VerdictsOf(const Ladder& ladder) {
  std::vector<Verdict> verdicts;
  for (const Rung& rung : ladder.rungs) verdicts.push_back(rung.verdict);
  return verdicts;
}

std::vector<std::string> NamesIn(const LadderAnalysis& analysis) {
  std::vector<std::string> names;
  for (const Configuration& one : analysis.rungs) names.push_back(one.name);
  return names;
}

void ExpectRefused(const std::string& text, const Gate& gate, const std::vector<ModelPtr>& rungs,
                   const LadderOptions& options = {}) {
  ExpectError(ErrorCode::kInvalidArgument, text, [&] { ClimbIn(gate, rungs, options); });
}

// Names.

TEST(RungNames, AreQuantizations) {
  EXPECT_THAT(NamesOf(ClimbIn(LadderGate(), ThreeRungs())),
              ElementsAre("f16", "int8", "int4", "int2"));
}

TEST(RungNames, HaveTheModelsNameWhereAQuantizationIsThereTwice) {
  EXPECT_THAT(NamesOf(ClimbIn(LadderGate(), {MakeRung({.quantization = "int4"}),
                                             MakeRung({.quantization = "int4", .name = "other"}),
                                             MakeRung({.quantization = "int3"})})),
              ElementsAre("f16", "tinylm int4", "other int4", "int3"));
}

TEST(RungNames, AreTheModelsWhereThereIsNoQuantization) {
  EXPECT_THAT(NamesOf(ClimbIn(LadderGate(), {MakeRung({.name = "small"})})),
              ElementsAre("f16", "small"));
}

TEST(RungNames, AreNotGivenTwice) {
  const ModelPtr rung = MakeRung({.quantization = "int4"});
  ExpectRefused("the ladder has two rungs called \"tinylm int4\"; give one of them another name",
                LadderGate(), {rung, rung});
}

TEST(RungNames, AreNotTheBaselines) {
  const Gate gate = LadderGate();
  ExpectRefused("has two rungs called \"tinylm f16\", one of them its baseline; give", gate,
                {gate.baseline});
}

// What is no ladder.

TEST(ClimbLadder, RefusesWhatIsNoLadder) {
  const std::vector<ModelPtr> rungs = ThreeRungs();
  Gate gate = LadderGate();
  ExpectRefused("the ladder has one rung, its baseline tinylm f16; give it at least one", gate, {});
  ExpectRefused("the ladder has a rung that is a null pointer", gate, {rungs[0], nullptr});
  ExpectRefused("the ladder has speed_runs -1", gate, rungs, {.speed_runs = -1});
  ExpectRefused("input_mtok is -3", gate, rungs, {.volume = MonthlyVolume{.input_mtok = -3.0}});
  ExpectRefused("has an investment, and no volume", gate, rungs, {.investment_usd = 100.0});
  ExpectRefused("has an investment of 0", gate, rungs,
                {.volume = MonthlyVolume{.input_mtok = 1.0}, .investment_usd = 0.0});
  gate.requirements.clear();
  ExpectRefused("what a rung has to meet to ship; set Gate::requirements", gate, rungs);
  gate = LadderGate();
  gate.tasks.clear();
  ExpectRefused("the ladder has no tasks; set Gate::tasks", gate, rungs);
  gate = LadderGate();
  gate.baseline = nullptr;
  ExpectRefused("the ladder has no baseline; set Gate::baseline", gate, rungs);
  gate = LadderGate();
  gate.alpha = 0.7;
  ExpectRefused("the gate has alpha 0.7", gate, rungs);
}

TEST(ClimbLadder, RefusesAnAdviceThatIsNoneBeforeItAsks) {
  const RungSpec spec{.quantization = "int4"};
  PerplexityAdvice advice = RelativePerplexityAdvice();
  std::swap(advice.bands.front(), advice.bands.back());
  ExpectError(ErrorCode::kInvalidArgument, "sort the bands",
              [&] { ClimbIn(LadderGate(), {MakeRung(spec)}, {.advice = advice}); });
  EXPECT_EQ(*spec.asked, 0);
}

// Figures.

double FigureOf(const Rung& rung, std::size_t task, Metric metric) {
  return rung.tasks.at(task).figures.at(metric).value;
}

TEST(ClimbLadder, MeasuresEveryMetricOfEveryTask) {
  const Ladder ladder = ClimbIn(LadderGate(), ThreeRungs());
  const Rung& int2 = ladder.rungs[3];
  EXPECT_EQ(int2.tasks[0].task, "sums");
  EXPECT_EQ(int2.tasks[1].measures, Measures::kPerplexity);
  EXPECT_EQ(FigureOf(int2, 0, Metric::kAccuracy), 0.4);
  EXPECT_EQ(FigureOf(int2, 0, Metric::kRetention), 0.4);
  EXPECT_EQ(FigureOf(int2, 0, Metric::kAccuracyLoss), 0.6);
  EXPECT_EQ(FigureOf(int2, 0, Metric::kFlips), 0.6);
  EXPECT_EQ(FigureOf(int2, 0, Metric::kEmpty), 0.0);
  EXPECT_EQ(FigureOf(int2, 0, Metric::kOutputLengthRatio), 1.0);
  EXPECT_TRUE(int2.tasks[0].figures.at(Metric::kRetention).interval.has_value());
  ExpectClose(FigureOf(int2, 1, Metric::kPerplexity), std::exp(2.0));
  ExpectClose(FigureOf(int2, 1, Metric::kPerplexityRatio), std::exp(1.0));
  ExpectClose(FigureOf(int2, 1, Metric::kBitsPerByte), 2.0 / std::log(2.0));
  EXPECT_FALSE(int2.tasks[0].figures.contains(Metric::kPerplexity));
  EXPECT_FALSE(int2.tasks[1].figures.contains(Metric::kAccuracy));
  EXPECT_THAT(int2.tasks[0].missing.at(Metric::kCostPer1k), HasSubstr("has no prices"));
}

TEST(ClimbLadder, ComparesTheBaselineWithNothing) {
  const Ladder ladder = ClimbIn(LadderGate(), ThreeRungs());
  const Rung& baseline = ladder.rungs[0];
  EXPECT_TRUE(baseline.is_baseline);
  EXPECT_FALSE(ladder.rungs[1].is_baseline);
  EXPECT_EQ(baseline.verdict, Verdict::kPassed);
  EXPECT_THAT(baseline.judgements, IsEmpty());
  EXPECT_FALSE(baseline.tasks[0].figures.contains(Metric::kRetention));
  EXPECT_FALSE(baseline.tasks[0].missing.contains(Metric::kRetention));
}

TEST(ClimbLadder, AsksEachModelOnce) {
  const RungSpec f16{.quantization = "f16"};
  const RungSpec int8{.quantization = "int8"};
  Gate gate = LadderGate();
  gate.baseline = MakeRung(f16);
  gate.tasks = {SumsTask()};
  gate.requirements = {{Metric::kRetention, 0.9}, {Metric::kFlips, 0.5}};
  ClimbIn(gate, {MakeRung(int8), MakeRung({.quantization = "int4"})});
  EXPECT_EQ(*f16.asked, 100);
  EXPECT_EQ(*int8.asked, 100);
}

TEST(ClimbLadder, KeepsWhatTheGateSays) {
  Gate gate = LadderGate();
  gate.claim = Claim::kPopulation;
  gate.alpha = 0.01;
  const Ladder ladder = ClimbIn(gate, ThreeRungs());
  EXPECT_EQ(ladder.requirements.size(), 2U);
  EXPECT_EQ(ladder.defaults.claim, Claim::kPopulation);
  EXPECT_EQ(ladder.defaults.alpha, 0.01);
  EXPECT_EQ(ladder.rungs[1].tasks[0].figures.at(Metric::kAccuracy).interval->alpha, 0.01);
}

TEST(ClimbLadder, MeasuresTheSamplesOfABudget) {
  Gate gate = LadderGate();
  gate.tasks = {SumsTask()};
  gate.requirements = {{Metric::kRetention, Limit(0.1).Claim(Claim::kPopulation)}};
  gate.budget.samples = 30;
  const RungSpec int4{.quantization = "int4"};
  const Ladder ladder = ClimbIn(gate, {MakeRung(int4)});
  EXPECT_EQ(*int4.asked, 30);
  EXPECT_EQ(ladder.rungs[1].tasks[0].figures.at(Metric::kAccuracy).n, 30U);
  EXPECT_EQ(ladder.rungs[1].verdict, Verdict::kPassed);
}

TEST(ClimbLadder, IsPaidFromItsSpending) {
  Gate gate = LadderGate();
  gate.tasks = {SumsTask()};
  gate.requirements = {{Metric::kRetention, 0.9}};
  gate.budget.requests = 120;
  Spending spending(gate.budget);
  Evaluator evaluator({.seed = 17});
  const RungSpec int4{.quantization = "int4"};
  const Ladder ladder = ClimbLadder(gate, {MakeRung(int4)}, evaluator, {}, &spending);
  // In turns: the baseline is asked 72 times.
  EXPECT_EQ(*int4.asked, 48);
  EXPECT_EQ(ladder.rungs[1].verdict, Verdict::kNotMeasured);
  EXPECT_THAT(ladder.rungs[1].reasons, ElementsAre(HasSubstr("budget")));
}

// Verdicts.

TEST(LadderVerdicts, SayWhy) {
  const Ladder ladder = ClimbIn(LadderGate(), ThreeRungs());
  EXPECT_THAT(VerdictsOf(ladder),
              ElementsAre(Verdict::kPassed, Verdict::kPassed, Verdict::kPassed, Verdict::kFailed));
  EXPECT_THAT(ladder.rungs[2].reasons, IsEmpty());
  EXPECT_EQ(ladder.rungs[3].judgements.size(), 2U);
  EXPECT_THAT(ladder.rungs[3].reasons,
              ElementsAre(StartsWith("retention on \"sums\": 0.4000 is not above 0.9000, and"),
                          StartsWith("perplexity ratio on \"prose\": 2.7183 is not below 1.2000")));
}

TEST(LadderVerdicts, SayWhichGroupOrWhichTasks) {
  Gate gate = LadderGate();
  gate.tasks = {SumsTask(), SumsTask(60, "more")};
  gate.requirements = {{Metric::kRetention, Limit(0.9).On("sums/low")},
                       {Metric::kRetention, Limit(0.99).Pooled()}};
  const Ladder ladder = ClimbIn(gate, {MakeRung({.quantization = "int4", .wrong = 10})});
  EXPECT_THAT(ladder.rungs[1].reasons,
              ElementsAre(StartsWith("retention on \"sums/low\": 0.8000 is not above"),
                          StartsWith("retention on \"sums\" + \"more\": 0.8750 is not above")));
}

TEST(LadderVerdicts, SayWhatIsWrongWithARequirement) {
  Gate gate = LadderGate();
  gate.requirements = {{Metric::kAccuracy, Limit(0.5).On("summs")}};
  const Ladder ladder = ClimbIn(gate, ThreeRungs());
  EXPECT_EQ(ladder.rungs[1].verdict, Verdict::kNotMeasured);
  EXPECT_THAT(ladder.rungs[1].reasons,
              ElementsAre(HasSubstr("accuracy: there is no task \"summs\"; there is: \"sums\"")));
}

TEST(LadderVerdicts, PutFailedBeforeNotMeasured) {
  Gate gate = LadderGate();
  gate.requirements = {{Metric::kAccuracy, Limit(0.5).On("summs")}, {Metric::kRetention, 0.9}};
  EXPECT_EQ(ClimbIn(gate, ThreeRungs()).rungs[3].verdict, Verdict::kFailed);
}

TEST(LadderVerdicts, AreNotMeasuredOfAModelThatFails) {
  const Ladder ladder =
      ClimbIn(LadderGate(), {MakeRung({.quantization = "int8"}),
                             MakeRung({.quantization = "int4", .failure = "out of memory"})});
  EXPECT_THAT(VerdictsOf(ladder),
              ElementsAre(Verdict::kPassed, Verdict::kPassed, Verdict::kNotMeasured));
  const Rung& int4 = ladder.rungs[2];
  EXPECT_THAT(int4.reasons, ElementsAre(HasSubstr("out of memory"), HasSubstr("out of memory")));
  EXPECT_THAT(int4.tasks[0].figures, IsEmpty());
  EXPECT_TRUE(int4.tasks[0].missing.contains(Metric::kAccuracy));
  EXPECT_TRUE(int4.tasks[1].missing.contains(Metric::kPerplexityRatio));
  EXPECT_EQ(int4.advice, "");
  EXPECT_THAT(ladder.analyses[0].correlation ? ladder.analyses[0].correlation->left_out
                                             : std::vector<std::string>{"int4"},
              ElementsAre("int4"));
}

TEST(LadderVerdicts, AreNotMeasuredWhereTheBaselineFails) {
  Gate gate = LadderGate();
  gate.baseline = MakeRung({.quantization = "f16", .failure = "out of memory"});
  const Ladder ladder = ClimbIn(gate, ThreeRungs());
  EXPECT_THAT(VerdictsOf(ladder), ElementsAre(Verdict::kNotMeasured, Verdict::kNotMeasured,
                                              Verdict::kNotMeasured, Verdict::kNotMeasured));
  EXPECT_EQ(FigureOf(ladder.rungs[1], 0, Metric::kAccuracy), 0.99);
  EXPECT_FALSE(ladder.recommendation.rung.has_value());
  EXPECT_THAT(ladder.recommendation.unsettled, ElementsAre(1U, 2U, 3U));
}

TEST(LadderVerdicts, AreNotMeasuredOnDataThatCannotBeRead) {
  Gate gate = LadderGate();
  gate.tasks = {SumsTask(), ExactMatch("/nonexistent/questions.jsonl")};
  gate.requirements = {{Metric::kRetention, 0.9}};
  const Ladder ladder = ClimbIn(gate, ThreeRungs());
  EXPECT_EQ(ladder.rungs[1].verdict, Verdict::kNotMeasured);
  EXPECT_THAT(ladder.rungs[1].reasons, ElementsAre(HasSubstr("/nonexistent/questions.jsonl")));
  EXPECT_EQ(FigureOf(ladder.rungs[1], 0, Metric::kAccuracy), 0.99);
  EXPECT_THAT(ladder.rungs[1].tasks[1].missing.at(Metric::kAccuracy),
              HasSubstr("/nonexistent/questions.jsonl"));
}

TEST(LadderVerdicts, AreNotMeasuredInAReplayWithoutAnswers) {
  MemoryStore store;
  Evaluator evaluator({.store = &store, .seed = 17});
  Gate gate = LadderGate();
  gate.mode = StoreMode::kReplay;
  const RungSpec int4{.quantization = "int4", .recorded = true};
  const Ladder ladder = ClimbLadder(gate, {MakeRung(int4)}, evaluator, {.speed_runs = 5});
  EXPECT_EQ(ladder.rungs[1].verdict, Verdict::kNotMeasured);
  EXPECT_EQ(ladder.rungs[1].reasons.size(), 2U);
  EXPECT_EQ(*int4.asked, 0);
  EXPECT_THAT(ladder.rungs[1].no_speed, HasSubstr("a replayed answer has no time"));
}

TEST(LadderVerdicts, AreTheSameFromRecordedAnswers) {
  MemoryStore store;
  Gate gate = LadderGate();
  const RungSpec f16{.quantization = "f16", .recorded = true};
  const RungSpec int2{.quantization = "int2", .wrong = 60, .recorded = true};
  gate.baseline = MakeRung(f16);
  Evaluator live({.store = &store, .seed = 17});
  const Ladder first = ClimbLadder(gate, {MakeRung(int2)}, live);
  const int asked = *f16.asked + *int2.asked;
  EXPECT_GE(asked, 200);
  gate.mode = StoreMode::kReplay;
  Evaluator replay({.store = &store, .seed = 17});
  const Ladder second = ClimbLadder(gate, {MakeRung(int2)}, replay);
  EXPECT_EQ(*f16.asked + *int2.asked, asked);
  EXPECT_EQ(ToJson(first), ToJson(second));
  EXPECT_EQ(VerdictsOf(second).back(), Verdict::kFailed);
}

// Analyses.

TEST(LadderAnalyses, AreOfEachCorpusAndEachAccuracy) {
  Gate gate = LadderGate();
  gate.tasks = {SumsTask(), ProseTask(), SumsTask(50, "few"), ProseTask("news")};
  const Ladder ladder = ClimbIn(gate, ThreeRungs());
  std::vector<std::string> of;
  for (const LadderAnalysis& analysis : ladder.analyses) {
    of.push_back(analysis.corpus + "|" + analysis.accuracy_of);
  }
  EXPECT_THAT(of, ElementsAre("prose|sums", "prose|few", "prose|the mean of 2 tasks", "news|sums",
                              "news|few", "news|the mean of 2 tasks"));
  const LadderAnalysis& mean = ladder.analyses[2];
  EXPECT_THAT(NamesIn(mean), ElementsAre("f16", "int8", "int4", "int2"));
  ExpectClose(mean.rungs[2].accuracy, (0.95 + 0.9) / 2.0);
  ExpectClose(mean.rungs[2].perplexity, std::exp(1.125));
}

TEST(LadderAnalyses, SetVerdictsAgainstPerplexity) {
  const Ladder ladder = ClimbIn(LadderGate(), ThreeRungs());
  ASSERT_EQ(ladder.analyses.size(), 1U);
  const ThresholdAnalysis& threshold = ladder.analyses[0].threshold.value();
  EXPECT_THAT(threshold.acceptable, ElementsAre("f16", "int8", "int4"));
  EXPECT_THAT(threshold.unacceptable, ElementsAre("int2"));
  EXPECT_EQ(threshold.worst_acceptable->name, "int4");
  EXPECT_TRUE(threshold.separates);
  EXPECT_LT(ladder.analyses[0].correlation->pearson.r, -0.9);
}

TEST(LadderAnalyses, LeaveOutWhatIsNotDecided) {
  Gate gate = LadderGate();
  gate.claim = Claim::kPopulation;
  const std::vector<ModelPtr> rungs = {
      MakeRung({.quantization = "int8"}),
      MakeRung({.quantization = "int4", .wrong = 9, .logprob = -1.05}),
      MakeRung({.quantization = "int2", .wrong = 60, .logprob = -2.0})};
  const Ladder ladder = ClimbIn(gate, rungs);
  EXPECT_THAT(VerdictsOf(ladder), ElementsAre(Verdict::kPassed, Verdict::kPassed,
                                              Verdict::kInconclusive, Verdict::kFailed));
  const ThresholdAnalysis& threshold = ladder.analyses[0].threshold.value();
  EXPECT_THAT(threshold.acceptable, ElementsAre("f16", "int8"));
  EXPECT_THAT(threshold.unacceptable, ElementsAre("int2"));
  EXPECT_THAT(NamesIn(ladder.analyses[0]), ElementsAre("f16", "int8", "int4", "int2"));
}

TEST(LadderAnalyses, KnowInfinity) {
  const Ladder ladder = ClimbIn(
      LadderGate(), {MakeRung({.quantization = "int8", .wrong = 2, .logprob = -1.1}),
                     MakeRung({.quantization = "int2", .wrong = 60, .logprob = -kInfinity})});
  EXPECT_EQ(ladder.rungs[2].verdict, Verdict::kFailed);
  EXPECT_EQ(FigureOf(ladder.rungs[2], 1, Metric::kPerplexity), kInfinity);
  EXPECT_THAT(ladder.analyses[0].correlation.value().left_out, ElementsAre("int2"));
  EXPECT_THAT(ladder.analyses[0].threshold.value().unacceptable, ElementsAre("int2"));
  EXPECT_TRUE(ladder.analyses[0].threshold->separates);
  EXPECT_EQ(ladder.rungs[2].advice, RelativePerplexityAdvice().otherwise);
}

TEST(LadderAnalyses, SayWhyThereIsNoCorrelation) {
  const Ladder ladder = ClimbIn(LadderGate(), {MakeRung({.quantization = "int8", .wrong = 1})});
  EXPECT_FALSE(ladder.analyses[0].correlation.has_value());
  EXPECT_THAT(ladder.analyses[0].no_correlation, HasSubstr("perplexity"));
}

TEST(LadderAnalyses, AreNoneWithoutACorpusOrAnAccuracy) {
  Gate gate = LadderGate();
  gate.tasks = {SumsTask()};
  gate.requirements = {{Metric::kRetention, 0.9}};
  const Ladder no_corpus = ClimbIn(gate, ThreeRungs());
  EXPECT_THAT(no_corpus.analyses, IsEmpty());
  EXPECT_EQ(no_corpus.rungs[1].advice, "");
  gate.tasks = {ProseTask()};
  gate.requirements = {{Metric::kPerplexityRatio, 1.2}};
  const Ladder no_accuracy = ClimbIn(gate, ThreeRungs());
  EXPECT_THAT(no_accuracy.analyses, IsEmpty());
  EXPECT_EQ(no_accuracy.rungs[2].verdict, Verdict::kPassed);
  EXPECT_EQ(no_accuracy.recommendation.rung, 2U);
}

TEST(LadderAdvice, IsByTheRatioUnlessToldOtherwise) {
  // exp(0.125) is 1.133.
  const Ladder ladder = ClimbIn(LadderGate(), ThreeRungs());
  const PerplexityAdvice relative = RelativePerplexityAdvice();
  EXPECT_EQ(ladder.rungs[1].advice, relative.bands[0].advice);
  EXPECT_EQ(ladder.rungs[2].advice, relative.bands[1].advice);
  EXPECT_EQ(ladder.rungs[3].advice, relative.otherwise);
  const Ladder fixed = ClimbIn(LadderGate(), ThreeRungs(), {.advice = FixedPerplexityAdvice()});
  EXPECT_EQ(fixed.rungs[3].advice, FixedPerplexityAdvice().bands[0].advice);
  EXPECT_EQ(ClimbIn(LadderGate(), ThreeRungs(), {.advice = {}}).rungs[3].advice, "");
}

// Costs.

/// At 3 tokens in and 1 out, $3.50 a million.
constexpr Prices kDear{.input_usd_per_mtok = 2.0, .output_usd_per_mtok = 8.0};
/// $0.875.
constexpr Prices kCheap{.input_usd_per_mtok = 0.5, .output_usd_per_mtok = 2.0};

Gate PricedGate() {
  Gate gate = LadderGate();
  gate.baseline = MakeRung({.quantization = "f16", .prices = kDear});
  return gate;
}

TEST(LadderCosts, AreOfTheTasksThatAskForText) {
  const Ladder ladder = ClimbIn(
      PricedGate(), {MakeRung({.quantization = "int4", .prices = kCheap})},
      {.volume = MonthlyVolume{.input_mtok = 30.0, .output_mtok = 10.0}, .investment_usd = 630.0});
  const Rung& baseline = ladder.rungs[0];
  const Rung& int4 = ladder.rungs[1];
  ExpectClose(baseline.cost_per_1k.value().value, 0.0035);
  ExpectClose(int4.cost_per_1k.value().value, 0.000875);
  ExpectClose(int4.savings.value().value, 0.75);
  EXPECT_FALSE(baseline.savings.has_value());
  EXPECT_EQ(int4.no_cost, "");
  ExpectClose(baseline.monthly_usd.value(), 140.0);
  ExpectClose(int4.monthly_usd.value(), 35.0);
  EXPECT_FALSE(baseline.monthly_savings.has_value());
  ExpectClose(int4.monthly_savings.value().monthly_usd, 105.0);
  ExpectClose(int4.monthly_savings->share, 0.75);
  ExpectClose(int4.roi.value().roi, 1.0);
  ExpectClose(int4.roi->payback_months, 6.0);
  EXPECT_FALSE(baseline.roi.has_value());
}

TEST(LadderCosts, AreNotKnownWithoutPrices) {
  const Ladder ladder = ClimbIn(PricedGate(), {MakeRung({.quantization = "int4"})},
                                {.volume = MonthlyVolume{.input_mtok = 30.0}});
  EXPECT_FALSE(ladder.rungs[1].cost_per_1k.has_value());
  EXPECT_THAT(ladder.rungs[1].no_cost, HasSubstr("tinylm int4 has no prices"));
  EXPECT_FALSE(ladder.rungs[1].monthly_usd.has_value());
}

TEST(LadderCosts, SaveNothingKnownAgainstABaselineWithoutPrices) {
  const Ladder ladder =
      ClimbIn(LadderGate(), {MakeRung({.quantization = "int4", .prices = kCheap})},
              {.volume = MonthlyVolume{.input_mtok = 30.0}});
  const Rung& int4 = ladder.rungs[1];
  ExpectClose(int4.cost_per_1k.value().value, 0.000875);
  EXPECT_FALSE(int4.savings.has_value());
  EXPECT_THAT(int4.no_cost, HasSubstr("tinylm f16 has no prices"));
  ExpectClose(int4.monthly_usd.value(), 15.0);
  EXPECT_FALSE(int4.monthly_savings.has_value());
}

TEST(LadderCosts, AreNotKnownOfAnswersWithoutTokenCounts) {
  const Ladder ladder = ClimbIn(
      PricedGate(),
      {MakeRung({.quantization = "int4", .prices = kCheap, .tokens_in = 0, .tokens_out = 0})});
  EXPECT_FALSE(ladder.rungs[1].cost_per_1k.has_value());
  EXPECT_THAT(ladder.rungs[1].no_cost, HasSubstr("usage"));
}

TEST(LadderCosts, OfABaselineThatIsFreeSaveNoShare) {
  Gate gate = LadderGate();
  gate.baseline = MakeRung({.quantization = "f16", .prices = Prices{}});
  const Ladder ladder = ClimbIn(gate, {MakeRung({.quantization = "int4", .prices = kCheap})},
                                {.volume = MonthlyVolume{.input_mtok = 30.0}});
  EXPECT_EQ(ladder.rungs[0].monthly_usd, 0.0);
  EXPECT_FALSE(ladder.rungs[1].savings.has_value());
  EXPECT_NE(ladder.rungs[1].no_cost, "");
  EXPECT_FALSE(ladder.rungs[1].monthly_savings.has_value());
  EXPECT_EQ(ladder.recommendation.rung, 0U);
}

}  // namespace
}  // namespace gatetest
