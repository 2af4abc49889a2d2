#include "src/verdict/measure_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/metrics.h"
#include "tests/support/errors.h"
#include "tests/support/writing.h"

namespace gatetest {
namespace {

using namespace testing_support;  // NOLINT: builders

template <typename Call>
void ExpectError(const Call& call, ErrorCode code, const std::string& text) {
  EXPECT_EQ(ErrorOf(call, code), text);
}

/// Of rungs of one model on one task.
Comparison Compared(const std::vector<Outcome>& baseline, const std::vector<Outcome>& candidate) {
  const TaskPtr task = Questions(baseline.size());
  return {MakeEvaluation(Priced("f16", 0.5, 1.5), task, baseline),
          MakeEvaluation(Priced("int4", 0.15, 0.6), task, candidate)};
}

Comparison Golden() {
  const GoldenWriting writing(32);
  return Compared(writing.baseline, writing.candidate);
}

/// Samples in pairs of two neighbours.
TaskPtr Passages(std::size_t count) {
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < count; ++i) {
    samples.push_back({.id = std::to_string(i),
                       .input = "question",
                       .answer = "right",
                       .cluster = std::to_string(i / 2)});
  }
  return ExactMatch(MakeDataset("passages", std::move(samples)));
}

// --- shares

TEST(TruncationRate, IsTheShareOfAnswersThatWereCutOff) {
  const EvaluationPtr evaluation =
      MakeEvaluation(Rung("int4"), Questions(10), Answers("tt-e------"));
  const Estimate estimate = TruncationRate(*evaluation);
  EXPECT_EQ(estimate.value, 0.2);
  EXPECT_EQ(estimate.n, 10U);
  EXPECT_EQ(estimate.observations, "samples");
  EXPECT_EQ(estimate.method, "Clopper-Pearson");
  ASSERT_TRUE(estimate.interval);
  // As that of 8 of 10 right, turned around.
  EXPECT_NEAR(estimate.interval->lower, 1.0 - 0.963228562113, 1e-12);
  EXPECT_NEAR(estimate.interval->upper, 1.0 - 0.493098698937, 1e-12);
}

TEST(EmptyRate, IsTheShareOfAnswersWithoutText) {
  const EvaluationPtr evaluation = MakeEvaluation(Rung("int4"), Questions(8), Answers("tt-e----"));
  EXPECT_EQ(EmptyRate(*evaluation).value, 0.125);
  EXPECT_EQ(EmptyRate(*evaluation).n, 8U);
}

TEST(TruncationRate, LeavesOutWhatCouldNotBeMeasured) {
  const EvaluationPtr evaluation = MakeEvaluation(Rung("int4"), Questions(5), Answers("t-?--"));
  EXPECT_EQ(TruncationRate(*evaluation).value, 0.25);
  EXPECT_EQ(TruncationRate(*evaluation).n, 4U);
}

TEST(TruncationRate, OfClusteredSamplesCountsClusters) {
  const Estimate estimate =
      TruncationRate(*MakeEvaluation(Rung("int4"), Passages(80), Answers(Times(10, "tt------"))));
  EXPECT_EQ(estimate.value, 0.25);
  EXPECT_EQ(estimate.n, 40U);
  EXPECT_EQ(estimate.observations, "clusters");
  EXPECT_THAT(estimate.method, ::testing::StartsWith("Korn-Graubard"));
}

TEST(TruncationRate, IsNoMatterOfGivenTexts) {
  const EvaluationPtr prose =
      MakeEvaluation(Rung("int4"), Documents(1), {Text({{.nll = 1.0, .tokens = 1}})});
  ExpectError([&] { TruncationRate(*prose); }, ErrorCode::kInvalidArgument,
              "task \"prose\" has no truncation");
  ExpectError([&] { EmptyRate(*prose); }, ErrorCode::kInvalidArgument,
              "task \"prose\" has no empty answers");
}

// --- output length ratio. Golden values: the delete-one jackknife over samples, in Python.

TEST(OutputLengthRatio, IsTheRatioOfAllTokensWithCr3OverSamples) {
  const Estimate estimate = OutputLengthRatio(Golden());
  EXPECT_DOUBLE_EQ(estimate.value, 541.0 / 506.0);
  EXPECT_EQ(estimate.n, 32U);
  EXPECT_EQ(estimate.observations, "samples");
  EXPECT_EQ(estimate.method, "cluster t (CR3)");
  EXPECT_EQ(estimate.too_few, "");
  ASSERT_TRUE(estimate.interval);
  EXPECT_NEAR(estimate.interval->lower, 1.0302234323163022, 1e-10);
  EXPECT_NEAR(estimate.interval->upper, 1.1081164886323145, 1e-10);
}

TEST(OutputLengthRatio, OfClusteredSamplesCountsClusters) {
  const GoldenWriting writing(60);
  const TaskPtr task = Passages(60);
  const Estimate estimate =
      OutputLengthRatio(Comparison(MakeEvaluation(Rung("f16"), task, writing.baseline),
                                   MakeEvaluation(Rung("int4"), task, writing.candidate)));
  EXPECT_DOUBLE_EQ(estimate.value, 1019.0 / 956.0);
  EXPECT_EQ(estimate.n, 30U);
  EXPECT_EQ(estimate.observations, "clusters");
  ASSERT_TRUE(estimate.interval);
  EXPECT_NEAR(estimate.interval->lower, 1.0417915030651177, 1e-10);
  EXPECT_NEAR(estimate.interval->upper, 1.0900076601147985, 1e-10);
}

TEST(OutputLengthRatio, IsNotTheMeanOfRatios) {
  EXPECT_DOUBLE_EQ(OutputLengthRatio(Compared(WroteAll({1, 9}), WroteAll({2, 9}))).value, 1.1);
}

TEST(OutputLengthRatio, OfFewSamplesSaysSo) {
  EXPECT_EQ(OutputLengthRatio(Compared(WroteAll({4, 6}), WroteAll({5, 6}))).too_few,
            "fewer than 30 samples");
  EXPECT_EQ(OutputLengthRatio(Compared(WroteAll({4}), WroteAll({5}))).no_interval,
            "too few samples to show a spread");
}

TEST(OutputLengthRatio, SamplesOfWhichNobodyWroteAnythingAreNoEvidence) {
  const Estimate estimate = OutputLengthRatio(Compared(WroteAll({4, 0, 6}), WroteAll({5, 0, 6})));
  EXPECT_DOUBLE_EQ(estimate.value, 1.1);
  EXPECT_EQ(estimate.n, 2U);
}

TEST(OutputLengthRatio, OfModelsOfTwoNamesIsInBytes) {
  const TaskPtr task = Questions(2);
  ModelInfo other = Rung("int4");
  other.name = "biglm";
  const Comparison comparison(MakeEvaluation(Rung("f16"), task, WroteAll({3, 5})),
                              MakeEvaluation(other, task, WroteAll({6, 10})));
  EXPECT_DOUBLE_EQ(OutputLengthRatio(comparison).value, 50.0 / 26.0);  // Not 2, as in tokens.
}

TEST(OutputLengthRatio, WithoutTheTokensOfOneAnswerIsInBytes) {
  EXPECT_DOUBLE_EQ(
      OutputLengthRatio(Compared({Wrote(3), Wrote(5)}, {Wrote(6), WroteBytes(33)})).value,
      52.0 / 26.0);
  EXPECT_DOUBLE_EQ(
      OutputLengthRatio(Compared({Wrote(3), WroteBytes(14)}, {Wrote(6), Wrote(10)})).value,
      50.0 / 24.0);
}

TEST(OutputLengthRatio, OfABaselineThatWroteNothingIsUndefined) {
  ExpectError(
      [] {
        OutputLengthRatio(Compared(WroteAll({0, 0}), WroteAll({5, 0})));
      },
      ErrorCode::kUndefined,
      "the output length ratio is undefined: the baseline wrote nothing at all; check the "
      "task with the baseline before gating on it");
}

TEST(OutputLengthRatio, NeedsEverySample) {
  ExpectError(
      [] {
        OutputLengthRatio(Compared(WroteAll({4, 6}), {Wrote(5), Outcome::Unmeasured("HTTP 500")}));
      },
      ErrorCode::kUndefined,
      "1 of 2 samples could not be measured; the first: sample \"q2\": HTTP 500");
}

// --- cost

TEST(CostPer1kTokens, IsWhatTheTokensCostAsTheSamplesNeededThem) {
  // 1000 * (20 * 0.15 + 5 * 0.6) / 1e6 / 25 = 0.00024.
  EXPECT_DOUBLE_EQ(CostPer1kTokens(*MakeEvaluation(Priced("int4", 0.15, 0.6), Questions(2),
                                                   {Wrote(4, 16), Wrote(1, 4)}))
                       .value,
                   0.00024);
  const Estimate estimate = CostPer1kTokens(*Golden().candidate());
  EXPECT_NEAR(estimate.value, 0.0003308692421991085, 1e-15);
  EXPECT_EQ(estimate.n, 32U);
  EXPECT_EQ(estimate.method, "cluster t (CR3)");
  ASSERT_TRUE(estimate.interval);
  EXPECT_NEAR(estimate.interval->lower, 0.00032139510175042, 1e-13);
  EXPECT_NEAR(estimate.interval->upper, 0.000340343382647797, 1e-13);
}

TEST(CostPer1kTokens, OfOnePriceIsThatPrice) {
  const GoldenWriting writing(32);
  const Estimate estimate =
      CostPer1kTokens(*MakeEvaluation(Priced("int4", 0.6, 0.6), Questions(32), writing.candidate));
  EXPECT_NEAR(estimate.value, 0.0006, 1e-15);
}

TEST(CostPer1kTokens, NeedsPricesAndTheTokensOfEveryAnswer) {
  ExpectError([] { CostPer1kTokens(*MakeEvaluation(Rung("int4"), Questions(1), {Wrote(4)})); },
              ErrorCode::kUndefined,
              "tinylm int4 has no prices; set ModelInfo::prices, from a price file (price_file.h) "
              "for example");
  ExpectError(
      [] {
        CostPer1kTokens(
            *MakeEvaluation(Priced("int4", 1, 2), Questions(2), {Wrote(4), WroteBytes(9)}));
      },
      ErrorCode::kUndefined,
      "tinylm int4 did not report the tokens of its answer to sample \"q2\"; a cost needs both of "
      "Response::usage, those read and those generated");
}

TEST(CostSavings, AreOneLessTheRatioOfTheCostsOfTheSameSamples) {
  const Estimate estimate = CostSavings(Golden());
  EXPECT_NEAR(estimate.value, 0.6165733964700819, 1e-12);
  EXPECT_EQ(estimate.n, 32U);
  ASSERT_TRUE(estimate.interval);
  EXPECT_NEAR(estimate.interval->lower, 0.6059470318886742, 1e-10);
  EXPECT_NEAR(estimate.interval->upper, 0.6271997610514894, 1e-10);
}

TEST(CostSavings, OfAModelThatCostsMoreAreBelowZero) {
  const TaskPtr task = Questions(1);
  const Comparison dearer(MakeEvaluation(Priced("f16", 1, 1), task, {Wrote(10, 10)}),
                          MakeEvaluation(Priced("int4", 1, 1), task, {Wrote(20, 10)}));
  EXPECT_DOUBLE_EQ(CostSavings(dearer).value, -0.5);
}

/// Of a candidate at these shares of the baseline's prices, on many samples of odd sizes.
Verdict SavesAbove(double limit, double share_of_price) {
  std::vector<Outcome> outcomes;
  for (int i = 1; i <= 97; ++i) outcomes.push_back(Wrote(7 * i % 31 + 1, 13 * i % 101 + 1));
  const TaskPtr task = Questions(outcomes.size());
  const Subject subject{
      .candidate = MakeEvaluation(Priced("int4", 0.3 * share_of_price, 2.5 * share_of_price), task,
                                  outcomes),
      .baseline = MakeEvaluation(Priced("f16", 0.3, 2.5), task, outcomes)};
  return Judge({Metric::kSavings, limit}, {&subject, 1}).verdict;
}

TEST(CostSavings, AtTheLimitAreNotAboveItHoweverSumsAreRounded) {
  for (const double share : {0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9}) {
    EXPECT_EQ(SavesAbove(1.0 - share, share), Verdict::kFailed) << share;
    EXPECT_EQ(SavesAbove(1.0 - share - 1e-9, share), Verdict::kPassed) << share;
  }
}

TEST(CostPer1kTokens, AtTheLimitIsNotBelowItHoweverSumsAreRounded) {
  std::vector<Outcome> outcomes;
  for (int i = 1; i <= 97; ++i) outcomes.push_back(Wrote(7 * i % 31 + 1, 13 * i % 101 + 1));
  // One price for all tokens: that is what 1000 of them cost.
  for (const double price : {0.42, 2.5, 8.0, 0.07}) {
    const Subject subject{.candidate = MakeEvaluation(Priced("int4", price, price),
                                                      Questions(outcomes.size()), outcomes)};
    const double per_1k = price / 1000.0;
    EXPECT_EQ(Judge({Metric::kCostPer1k, per_1k}, {&subject, 1}).verdict, Verdict::kFailed);
    EXPECT_EQ(Judge({Metric::kCostPer1k, per_1k * (1 + 1e-9)}, {&subject, 1}).verdict,
              Verdict::kPassed);
  }
}

TEST(CostSavings, SayWhoseTokensOrPricesAreMissing) {
  const TaskPtr task = Questions(1);
  const auto compared = [&](const ModelInfo& baseline, const Outcome& outcome) {
    return [=] {
      CostSavings(Comparison(MakeEvaluation(baseline, task, {outcome}),
                             MakeEvaluation(Priced("int4", 1, 1), task, {Wrote(1)})));
    };
  };
  ExpectError(compared(Rung("f16"), Wrote(1)), ErrorCode::kUndefined,
              "tinylm f16 has no prices; set ModelInfo::prices, from a price file (price_file.h) "
              "for example");
  ExpectError(
      compared(Priced("f16", 1, 1), WroteBytes(3)), ErrorCode::kUndefined,
      "tinylm f16 did not report the tokens of its answer to sample \"q1\"; a cost needs both of "
      "Response::usage, those read and those generated");
  ExpectError(compared(Priced("f16", 0, 0), Wrote(1)), ErrorCode::kUndefined,
              "savings are undefined: the baseline costs nothing, so that there is nothing to "
              "save");
}

}  // namespace
}  // namespace gatetest
