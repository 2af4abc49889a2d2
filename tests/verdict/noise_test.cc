// What a message says of a limit beside the noise floor.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/noise_floor.h"
#include "gatetest/verdict.h"
#include "tests/support/evaluations.h"
#include "tests/support/writing.h"

namespace gatetest {
namespace {

using namespace testing_support;  // NOLINT: builders

NoiseFloorPtr FloorOf(const TaskPtr& task, const std::vector<std::vector<Outcome>>& runs) {
  NoiseFloor floor{.model = Rung("f16"), .task = task};
  for (const std::vector<Outcome>& outcomes : runs) {
    floor.runs.push_back(MakeEvaluation(Rung("f16"), task, outcomes));
  }
  return std::make_shared<const NoiseFloor>(std::move(floor));
}

/// A baseline that was right throughout, but in each run of its floor wrong where it has a "-".
Subject Noisy(const std::vector<std::string>& patterns, const TaskPtr& task = nullptr) {
  const std::size_t count = patterns.front().size();
  const TaskPtr questions = task != nullptr ? task : Questions(count);
  std::vector<std::vector<Outcome>> runs;
  for (const std::string& pattern : patterns) runs.push_back(Outcomes(pattern));
  return {.candidate = MakeEvaluation(Rung("int4"), questions, Outcomes(Times(count, "-"))),
          .baseline = MakeEvaluation(Rung("f16"), questions, Outcomes(Times(count, "+"))),
          .noise = FloorOf(questions, runs)};
}

/// The line after "Noise:"; empty: there is none.
std::string NoiseIn(const std::string& text) {
  const std::string label = "   Noise: ";
  const std::size_t begin = text.find(label);
  if (begin == std::string::npos) return "";
  const std::size_t end = text.find('\n', begin);
  return text.substr(begin + label.size(), end - begin - label.size());
}

std::string NoiseOf(Metric metric, const Limit& limit, const std::vector<Subject>& subjects) {
  return NoiseIn(Explain(Judge({metric, limit}, subjects)));
}

std::string NoiseOf(Metric metric, const Limit& limit, const Subject& subject) {
  return NoiseOf(metric, limit, std::vector<Subject>{subject});
}

// Between its runs: retention 0.9 to 1.1111, loss -0.1 to 0.1, flips 0 to 0.1.
Subject TenthNoisy() { return Noisy({"++++++++++", "+++++++++-", "++++++++++"}); }

TEST(Noise, ALimitInsideTheFloorSaysSo) {
  EXPECT_EQ(NoiseOf(Metric::kRetention, 0.95, TenthNoisy()),
            "the limit 0.9500 lies inside the noise floor: f16 against itself retains 0.9000 at "
            "worst in 3 runs (flips up to 0.1000), and would not clear it");
  EXPECT_EQ(NoiseOf(Metric::kAccuracyLoss, 0.05, TenthNoisy()),
            "the limit 0.0500 lies inside the noise floor: f16 against itself loses 0.1000 "
            "accuracy at worst in 3 runs (flips up to 0.1000), and would not clear it");
  EXPECT_EQ(NoiseOf(Metric::kFlips, 0.05, TenthNoisy()),
            "the limit 0.0500 lies inside the noise floor: f16 against itself flips 0.1000 of its "
            "answers at worst in 3 runs, and would not clear it");
}

TEST(Noise, ALimitOutsideSaysNothing) {
  EXPECT_EQ(NoiseOf(Metric::kRetention, 0.85, TenthNoisy()), "");
  EXPECT_EQ(NoiseOf(Metric::kAccuracyLoss, 0.15, TenthNoisy()), "");
  EXPECT_EQ(NoiseOf(Metric::kFlips, 0.15, TenthNoisy()), "");
}

// As limits are everywhere: what only reaches them does not clear them.
TEST(Noise, TheEdgeIsInside) {
  EXPECT_NE(NoiseOf(Metric::kRetention, 0.9, TenthNoisy()), "");
  EXPECT_EQ(NoiseOf(Metric::kRetention, 0.8999999999, TenthNoisy()), "");
  EXPECT_NE(NoiseOf(Metric::kFlips, 0.1, TenthNoisy()), "");
  EXPECT_EQ(NoiseOf(Metric::kFlips, 0.1000000001, TenthNoisy()), "");
}

// Not to clear that is no matter of noise.
TEST(Noise, ALimitThatAsksForMoreThanAnyRunHasIsOutside) {
  EXPECT_NE(NoiseOf(Metric::kRetention, 1.0, TenthNoisy()), "");
  EXPECT_EQ(NoiseOf(Metric::kRetention, 1.2, TenthNoisy()), "");
}

// Between its runs the baseline writes 10/11 to 11/10 of what it wrote, and saves -0.1 to 1/11.
Subject NoisyWriting() {
  const TaskPtr questions = Questions(2);
  const auto run = [&](std::int64_t tokens) {
    return MakeEvaluation(Priced("f16", 0, 1), questions, WroteAll({4, tokens}));
  };
  NoiseFloor floor{.model = Rung("f16"), .task = questions};
  floor.runs = {run(6), run(7), run(6)};
  return {.candidate = MakeEvaluation(Priced("int4", 0, 1), questions, WroteAll({4, 6})),
          .baseline = floor.runs[0],
          .noise = std::make_shared<const NoiseFloor>(std::move(floor))};
}

TEST(Noise, OfALimitWithTwoEndsIsSaidOfEither) {
  const std::string lower =
      "the limit 0.9500 lies inside the noise floor: f16 against itself writes 0.9091 times as "
      "much at worst in 3 runs, and would not clear it";
  const std::string upper =
      "the limit 1.0500 lies inside the noise floor: f16 against itself writes 1.1000 times as "
      "much at worst in 3 runs, and would not clear it";
  const Subject subject = NoisyWriting();
  const auto noise = [&](double below, double above) {
    return Explain(Judge({Metric::kOutputLengthRatio, Limit(below).UpTo(above)}, {&subject, 1}));
  };
  EXPECT_THAT(noise(0.95, 1.2), ::testing::HasSubstr("   Noise: " + lower + "\n"));
  EXPECT_THAT(noise(0.8, 1.05), ::testing::HasSubstr("   Noise: " + upper + "\n"));
  EXPECT_THAT(noise(0.95, 1.05),
              ::testing::HasSubstr("   Noise: " + lower + "\n          " + upper + "\n"));
  EXPECT_THAT(noise(0.8, 1.2), ::testing::Not(::testing::HasSubstr("Noise")));
}

TEST(Noise, OfSavingsIsThatOfCosts) {
  EXPECT_EQ(NoiseOf(Metric::kSavings, 0.0, NoisyWriting()),
            "the limit 0.0000 lies inside the noise floor: f16 against itself saves -0.1000 at "
            "worst in 3 runs, and would not clear it");
  EXPECT_EQ(NoiseOf(Metric::kSavings, 0.1, NoisyWriting()), "");
}

TEST(Noise, AModelThatAlwaysAnswersTheSameHasNone) {
  const Subject quiet = Noisy({"+++-", "+++-"});
  EXPECT_EQ(NoiseOf(Metric::kRetention, 1.0, quiet), "");
  EXPECT_EQ(NoiseOf(Metric::kAccuracyLoss, 0.0, quiet), "");
  EXPECT_EQ(NoiseOf(Metric::kFlips, 0.0001, quiet), "");
}

TEST(Noise, FlipsThatGoBothWaysAreNoise) {
  const Subject swaps = Noisy({"+++-", "++-+"});
  EXPECT_EQ(NoiseOf(Metric::kRetention, 0.99, swaps), "");
  EXPECT_NE(NoiseOf(Metric::kFlips, 0.3, swaps), "");
}

TEST(Noise, ItsNumberIsNotRoundedToTheLimit) {
  const Subject subject = Noisy({Times(9999, "+") + "-", Times(10000, "+")});
  EXPECT_THAT(NoiseOf(Metric::kRetention, 0.99993, subject),
              ::testing::StartsWith("the limit 0.9999 lies inside the noise floor: f16 against "
                                    "itself retains 0.99990 at worst in 2 runs"));
}

TEST(Noise, OfAGroupIsOfItsSamples) {
  // The 10th question is in group "even".
  EXPECT_THAT(NoiseOf(Metric::kRetention, Limit(0.85).On("facts/even"), TenthNoisy()),
              ::testing::HasSubstr("retains 0.8000 at worst"));
  EXPECT_EQ(NoiseOf(Metric::kRetention, Limit(0.85).On("facts/odd"), TenthNoisy()), "");
}

TEST(Noise, OfPooledTasksIsThatOfAllSamples) {
  const std::string quiet = Times(30, "+");
  const std::vector<Subject> pooled = {TenthNoisy(),
                                       Noisy({quiet, quiet, quiet}, Questions(30, "other"))};
  EXPECT_THAT(NoiseOf(Metric::kRetention, Limit(0.98).Pooled(), pooled),
              ::testing::HasSubstr("retains 0.9750 at worst in 3 runs (flips up to 0.0250)"));
  EXPECT_EQ(NoiseOf(Metric::kRetention, Limit(0.95).Pooled(), pooled), "");
}

TEST(Noise, OfOneOfSeveralTasksNamesIt) {
  const std::vector<Subject> subjects = {TenthNoisy(),
                                         Noisy({"++++", "++++"}, Questions(4, "other"))};
  EXPECT_THAT(NoiseOf(Metric::kRetention, 0.95, subjects),
              ::testing::StartsWith("\"facts\": the limit 0.9500"));
}

TEST(Noise, OfAPerplexityRatio) {
  const TaskPtr task = Documents(2);
  const auto text = [](double nll) { return Text({{.nll = nll, .tokens = 10}}); };
  const Subject subject{
      .candidate = MakeEvaluation(Rung("int4"), task, {text(20.0), text(20.0)}),
      .baseline = MakeEvaluation(Rung("f16"), task, {text(10.0), text(10.0)}),
      .noise = FloorOf(task, {{text(10.0), text(10.0)}, {text(10.0), text(10.2)}})};
  EXPECT_EQ(NoiseOf(Metric::kPerplexityRatio, 1.005, subject),
            "the limit 1.0050 lies inside the noise floor: f16 against itself has 1.0101 times its "
            "perplexity at worst in 2 runs, and would not clear it");
  EXPECT_EQ(NoiseOf(Metric::kPerplexityRatio, 1.02, subject), "");
  EXPECT_EQ(NoiseOf(Metric::kPerplexityRatio, 0.95, subject), "");
}

TEST(Noise, OfScoresBetweenRightAndWrongHasNoFlips) {
  const TaskPtr task = Questions(2);
  const Subject subject{
      .candidate = MakeEvaluation(Rung("int4"), task, {Graded(0.1), Graded(0.1)}),
      .baseline = MakeEvaluation(Rung("f16"), task, {Graded(0.5), Graded(0.5)}),
      .noise = FloorOf(task, {{Graded(0.5), Graded(0.5)}, {Graded(0.5), Graded(0.4)}})};
  EXPECT_EQ(NoiseOf(Metric::kRetention, 0.95, subject),
            "the limit 0.9500 lies inside the noise floor: f16 against itself retains 0.9000 at "
            "worst in 2 runs, and would not clear it");
}

TEST(Noise, ThatCouldNotBeMeasuredSaysWhyOnOneLine) {
  Subject subject = TenthNoisy();
  subject.noise =
      std::make_shared<const NoiseFloor>(NoiseFloor{.failure = "run 2 of 3: lost\nand more"});
  EXPECT_EQ(NoiseOf(Metric::kRetention, 0.5, subject),
            "the noise floor of f16 could not be measured: run 2 of 3: lost");
}

TEST(Noise, WithoutAValueBetweenRunsIsNotMeasured) {
  EXPECT_THAT(NoiseOf(Metric::kRetention, 0.5, Noisy({"----", "----"})),
              ::testing::StartsWith("the noise floor of f16 could not be measured: retention is "
                                    "undefined"));
}

// The verdict says it already.
TEST(Noise, OfABaselineThatCouldNotBeEvaluatedIsNotMentioned) {
  Subject subject = TenthNoisy();
  subject.baseline = FailedEvaluation(Rung("f16"), subject.candidate->task, "out of memory");
  subject.noise = std::make_shared<const NoiseFloor>(
      NoiseFloor{.failure = "run 1 of 3: out of memory", .runs = {subject.baseline}});
  EXPECT_EQ(NoiseOf(Metric::kRetention, 0.5, subject), "");
}

TEST(Noise, NobodyAskedForIsNotMentioned) {
  Subject subject = TenthNoisy();
  subject.noise = nullptr;
  EXPECT_EQ(NoiseOf(Metric::kRetention, 0.95, subject), "");
  EXPECT_EQ(NoiseOf(Metric::kAccuracy, 0.95, TenthNoisy()), "");
}

TEST(Noise, ChangesNoVerdict) {
  Subject subject = TenthNoisy();
  subject.candidate = subject.noise->runs[1];
  subject.same_model = SameModel::kAllowed;
  const Judgement with = Judge({Metric::kRetention, 0.85}, {&subject, 1});
  subject.noise = nullptr;
  const Judgement without = Judge({Metric::kRetention, 0.85}, {&subject, 1});
  EXPECT_EQ(with.verdict, Verdict::kPassed);
  EXPECT_EQ(Explain(with), Explain(without));
}

}  // namespace
}  // namespace gatetest
