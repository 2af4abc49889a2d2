#include "gatetest/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "gatetest/error.h"
#include "gatetest/intervals.h"
#include "tests/support/evaluations.h"

namespace gatetest {
namespace {

using namespace testing_support;  // NOLINT: builders

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <typename Function>
std::string ErrorOf(const Function& function) {
  try {
    function();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

EvaluationPtr Evaluated(const std::string& quantization, const std::string& pattern) {
  return MakeEvaluation(Rung(quantization), Questions(pattern.size()), Outcomes(pattern));
}

Comparison Compared(const std::string& baseline, const std::string& candidate) {
  return {Evaluated("f16", baseline), Evaluated("int4", candidate)};
}

/// 700 both right, 50 lost, 20 gained, 230 both wrong.
Comparison GoldenComparison() {
  return Compared(Times(750, "+") + Times(250, "-"),
                  Times(700, "+") + Times(50, "-") + Times(20, "+") + Times(230, "-"));
}

TEST(Accuracy, IsTheShareOfRightSamplesWithClopperPearson) {
  const Estimate estimate = Accuracy(*Evaluated("f16", "++++++++--"));
  EXPECT_EQ(estimate.value, 0.8);
  EXPECT_EQ(estimate.n, 10U);
  EXPECT_EQ(estimate.observations, "samples");
  EXPECT_EQ(estimate.method, "Clopper-Pearson");
  ASSERT_TRUE(estimate.interval);
  EXPECT_NEAR(estimate.interval->lower, 0.493098698937, 1e-12);
  EXPECT_NEAR(estimate.interval->upper, 0.963228562113, 1e-12);
}

TEST(Accuracy, LeavesOutWhatCouldNotBeMeasured) {
  const Estimate estimate = Accuracy(*Evaluated("f16", "++-?"));
  EXPECT_DOUBLE_EQ(estimate.value, 2.0 / 3.0);
  EXPECT_EQ(estimate.n, 3U);
}

TEST(Accuracy, OfGradedScoresHasAClusterInterval) {
  const EvaluationPtr graded =
      MakeEvaluation(Rung("f16"), Questions(3), {Graded(0.5), Graded(1.0), Graded(0.0)});
  const Estimate estimate = Accuracy(*graded);
  EXPECT_DOUBLE_EQ(estimate.value, 0.5);
  EXPECT_EQ(estimate.method, "cluster t (CR3)");
  EXPECT_NE(estimate.too_few, "");
}

TEST(Accuracy, SaysWhatItCannotBeComputedFrom) {
  EXPECT_EQ(
      ErrorOf([] { Accuracy(*Evaluated("f16", "??")); }),
      "2 of 2 samples could not be measured; the first: sample \"q1\": the model threw: out of "
      "memory");
  EXPECT_EQ(ErrorOf([] { Accuracy(*FailedEvaluation(Rung("f16"), Questions(2), "no such file")); }),
            "tinylm f16 could not be evaluated: no such file");
  const EvaluationPtr prose =
      MakeEvaluation(Rung("f16"), Documents(1), {Text({{.nll = 1.0, .tokens = 1}})});
  EXPECT_EQ(ErrorOf([&] { Accuracy(*prose); }), "task \"prose\" has no accuracy");
}

TEST(Retention, IsPairedWithTangsInterval) {
  const Estimate estimate = Retention(GoldenComparison());
  EXPECT_DOUBLE_EQ(estimate.value, 720.0 / 750.0);
  EXPECT_EQ(estimate.n, 1000U);
  EXPECT_EQ(estimate.method, "Tang score");
  ASSERT_TRUE(estimate.interval);
  EXPECT_NEAR(estimate.interval->lower, 0.941230410094, 1e-11);
  EXPECT_NEAR(estimate.interval->upper, 0.977725683599, 1e-11);
}

TEST(Retention, MayExceedOne) { EXPECT_DOUBLE_EQ(Retention(Compared("+---", "++--")).value, 2.0); }

TEST(Retention, LeavesOutPairsOfWhichOneIsMissing) {
  const Estimate estimate = Retention(Compared("++?+", "+?++"));
  EXPECT_DOUBLE_EQ(estimate.value, 1.0);
  EXPECT_EQ(estimate.n, 2U);
}

TEST(Retention, IsUndefinedWhenTheBaselineHasNothingRight) {
  EXPECT_EQ(ErrorOf([] { Retention(Compared("---", "+--")); }),
            "retention is undefined: the baseline has none of 3 samples right; check the task with "
            "the baseline before gating on it");
}

TEST(Retention, OfGradedScoresIsTheRatioOfTheirSums) {
  const TaskPtr task = Questions(2);
  const Comparison graded(MakeEvaluation(Rung("f16"), task, {Graded(1.0), Graded(0.5)}),
                          MakeEvaluation(Rung("int4"), task, {Graded(0.6), Graded(0.6)}));
  const Estimate estimate = Retention(graded);
  EXPECT_DOUBLE_EQ(estimate.value, 0.8);
  EXPECT_EQ(estimate.method, "cluster t (CR3)");
}

TEST(Flips, CountBothDirections) {
  const Estimate estimate = Flips(GoldenComparison());
  EXPECT_DOUBLE_EQ(estimate.value, 0.07);
  EXPECT_EQ(estimate.n, 1000U);
}

TEST(Flips, AreUndefinedBetweenRightAndWrong) {
  const TaskPtr task = Questions(1);
  const Comparison graded(MakeEvaluation(Rung("f16"), task, {Graded(1.0)}),
                          MakeEvaluation(Rung("int4"), task, {Graded(0.6)}));
  EXPECT_EQ(ErrorOf([&] { Flips(graded); }),
            "flips are undefined: sample \"q1\" is scored between right and wrong; use retention");
}

/// The clusters of the golden values: windows of one document.
std::vector<Window> GoldenWindows(bool baseline) {
  const std::vector<double> nll = baseline ? std::vector{245.0, 505.0, 131.0, 880.0, 74.0, 330.0}
                                           : std::vector{250.0, 510.5, 130.25, 900.0, 75.5, 333.0};
  const std::vector<std::size_t> tokens = {100, 200, 50, 400, 25, 128};
  std::vector<Window> windows;
  for (std::size_t i = 0; i < nll.size(); ++i) {
    windows.push_back({.nll = nll[i], .tokens = tokens[i], .bytes = 4 * tokens[i], .words = 7});
  }
  return windows;
}

TEST(Perplexity, IsClusteredByWindow) {
  const Estimate estimate =
      Perplexity(*MakeEvaluation(Rung("f16"), Documents(1), {Text(GoldenWindows(false))}));
  EXPECT_NEAR(estimate.value, 11.4214458355, 1e-9);
  ASSERT_TRUE(estimate.interval);
  EXPECT_NEAR(estimate.interval->lower, 8.58630290283, 1e-9);
  EXPECT_NEAR(estimate.interval->upper, 15.1927350396, 1e-8);
  EXPECT_EQ(estimate.n, 6U);
  EXPECT_EQ(estimate.observations, "windows");
  EXPECT_EQ(estimate.too_few, "fewer than 30 windows");
}

TEST(Perplexity, IsClusteredByDocumentWhenThereAreEnough) {
  std::vector<Outcome> outcomes;
  for (int i = 0; i < 30; ++i) {
    outcomes.push_back(Text({{.nll = 10.0 + i, .tokens = 10}, {.nll = 12.0, .tokens = 10}}));
  }
  const Estimate estimate =
      Perplexity(*MakeEvaluation(Rung("f16"), Documents(30), std::move(outcomes)));
  EXPECT_EQ(estimate.n, 30U);
  EXPECT_EQ(estimate.observations, "documents");
  EXPECT_EQ(estimate.too_few, "");
}

TEST(Perplexity, CountsTheUnitOfItsCorpus) {
  const std::vector<Window> windows = {{.nll = 12.0, .tokens = 3, .bytes = 12, .words = 2}};
  const auto perplexity = [&](Per per) {
    return Perplexity(*MakeEvaluation(Rung("f16"), Documents(1, {.per = per}), {Text(windows)}))
        .value;
  };
  EXPECT_NEAR(perplexity(Per::kToken), std::exp(4.0), 1e-12);
  EXPECT_NEAR(perplexity(Per::kWord), std::exp(6.0), 1e-12);
  EXPECT_NEAR(perplexity(Per::kByte), std::exp(1.0), 1e-12);
}

TEST(Perplexity, OfOneWindowHasNoInterval) {
  const Estimate estimate =
      Perplexity(*MakeEvaluation(Rung("f16"), Documents(1), {Text({{.nll = 2.0, .tokens = 4}})}));
  EXPECT_NEAR(estimate.value, std::exp(0.5), 1e-12);
  EXPECT_FALSE(estimate.interval);
  EXPECT_EQ(estimate.no_interval, "too few windows to show a spread");
}

TEST(Perplexity, OfNothingIsAnError) {
  EXPECT_EQ(ErrorOf([] { Perplexity(*MakeEvaluation(Rung("f16"), Documents(1), {Text({})})); }),
            "perplexity is undefined: there are no scored tokens, or the model gave no offsets "
            "(Response::token_ends) by which to count their bytes and words");
}

TEST(Perplexity, NeedsEverySample) {
  EXPECT_EQ(ErrorOf([] {
              Perplexity(*MakeEvaluation(
                  Rung("f16"), Documents(2),
                  {Text({{.nll = 2.0, .tokens = 4}}), Outcome::Unmeasured("token 3: NaN")}));
            }),
            "1 of 2 samples could not be measured; the first: sample \"d2\": token 3: NaN");
}

TEST(Perplexity, IsInfiniteForAnImpossibleToken) {
  const Estimate estimate = Perplexity(
      *MakeEvaluation(Rung("f16"), Documents(1), {Text({{.nll = kInfinity, .tokens = 4}})}));
  EXPECT_EQ(estimate.value, kInfinity);
  EXPECT_EQ(estimate.no_interval, "a token has probability 0");
}

TEST(BitsPerByte, IsInBits) {
  const Estimate estimate = BitsPerByte(*MakeEvaluation(
      Rung("f16"), Documents(1), {Text({{.nll = 8.0 * std::log(2.0), .tokens = 2, .bytes = 4}})}));
  EXPECT_NEAR(estimate.value, 2.0, 1e-12);
}

TEST(BitsPerByte, HasNoIntervalOverWindowsWithoutByteOffsets) {
  Outcome outcome = Text({{.nll = 4.0, .tokens = 2, .bytes = 8}, {.nll = 4.0, .tokens = 2}});
  outcome.windows_have_bytes = false;
  const Estimate estimate = BitsPerByte(*MakeEvaluation(Rung("f16"), Documents(1), {outcome}));
  EXPECT_NEAR(estimate.value, 1.0 / std::log(2.0), 1e-12);
  EXPECT_EQ(estimate.observations, "documents");
  EXPECT_FALSE(estimate.interval);
}

TEST(PerplexityRatio, PairsTheWindows) {
  const TaskPtr task = Documents(1);
  const Estimate estimate =
      PerplexityRatio({MakeEvaluation(Rung("f16"), task, {Text(GoldenWindows(true))}),
                       MakeEvaluation(Rung("int4"), task, {Text(GoldenWindows(false))})});
  EXPECT_NEAR(estimate.value, 1.03865761555, 1e-10);
  ASSERT_TRUE(estimate.interval);
  EXPECT_NEAR(estimate.interval->lower, 1.01802713055, 1e-10);
  EXPECT_NEAR(estimate.interval->upper, 1.05970618069, 1e-10);
}

TEST(PerplexityRatio, RefusesOtherTokenizers) {
  const TaskPtr task = Documents(1);
  EXPECT_EQ(
      ErrorOf([&] {
        PerplexityRatio({MakeEvaluation(Rung("f16"), task, {Text({{.nll = 2.0, .tokens = 4}})}),
                         MakeEvaluation(Rung("int4"), task, {Text({{.nll = 2.0, .tokens = 5}})})});
      }),
      "document \"d1\" has 5 units for the candidate and 4 for the baseline: their "
      "tokenizers differ; use a corpus counted Per::kByte, or bits per byte");
}

TEST(PerplexityRatio, PerByteComparesTokenizersByDocument) {
  const TaskPtr task = Documents(1, {.per = Per::kByte});
  const Estimate estimate = PerplexityRatio(
      {MakeEvaluation(Rung("f16"), task, {Text({{.nll = 4.0, .tokens = 4, .bytes = 10}})}),
       MakeEvaluation(Rung("int4"), task,
                      {Text({{.nll = 2.0, .tokens = 2, .bytes = 4},
                             {.nll = 3.0, .tokens = 3, .bytes = 6}})})});
  EXPECT_NEAR(estimate.value, std::exp(0.1), 1e-12);
}

TEST(PerplexityRatio, OfAnInfiniteBaselineIsUndefined) {
  const TaskPtr task = Documents(1);
  Outcome impossible = Text({{.nll = kInfinity, .tokens = 4}});
  impossible.answer = "window 1, token 3 has log-probability -inf";
  EXPECT_EQ(
      ErrorOf([&] {
        PerplexityRatio({MakeEvaluation(Rung("f16"), task, {impossible}),
                         MakeEvaluation(Rung("int4"), task, {Text({{.nll = 2.0, .tokens = 4}})})});
      }),
      "the baseline's perplexity is infinite: document \"d1\", window 1, token 3 has "
      "log-probability -inf");
}

}  // namespace
}  // namespace gatetest
