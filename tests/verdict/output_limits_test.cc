// Verdicts on what models write and on what it costs: limits with two ends, and what is asked of
// which task.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/verdict.h"
#include "tests/support/writing.h"

namespace gatetest {
namespace {

using ::testing::HasSubstr;
using namespace testing_support;  // NOLINT: builders

const Metric kLength = Metric::kOutputLengthRatio;

Subject Compared(const std::vector<Outcome>& baseline, const std::vector<Outcome>& candidate,
                 const std::string& name = "facts") {
  const TaskPtr task = Questions(baseline.size(), name);
  return {.candidate = MakeEvaluation(Priced("int4", 0.15, 0.6), task, candidate),
          .baseline = MakeEvaluation(Priced("f16", 0.5, 1.5), task, baseline)};
}

/// Of which the ratio is 1.0692, and the 90% interval [1.0302, 1.1081].
Subject Golden() {
  const GoldenWriting writing(32);
  return Compared(writing.baseline, writing.candidate);
}

Judgement JudgeOne(Metric metric, const Limit& limit, const Subject& subject) {
  return Judge({metric, limit}, {&subject, 1});
}

Verdict VerdictOf(Metric metric, const Limit& limit, const Subject& subject) {
  return JudgeOne(metric, limit, subject).verdict;
}

std::string ReasonOf(Metric metric, const Limit& limit, const Subject& subject) {
  const Judgement judgement = JudgeOne(metric, limit, subject);
  return std::string(Name(judgement.verdict)) + ": " +
         (judgement.findings.empty() ? judgement.failure : judgement.findings[0].reason);
}

Limit Beyond(const Limit& limit) { return limit.Claim(Claim::kPopulation); }

// --- two ends, about these samples

TEST(TwoEnds, PassBetweenThem) {
  EXPECT_EQ(ReasonOf(kLength, Limit(0.9).UpTo(1.2), Golden()),
            "PASSED: 1.0692 is above 0.9000, and the interval's lower bound 1.0302 is too\n"
            "1.0692 is below 1.2000, and the interval's upper bound 1.1081 is too");
}

TEST(TwoEnds, FailBeyondEither) {
  EXPECT_EQ(ReasonOf(kLength, Limit(0.9).UpTo(1.0), Golden()),
            "FAILED: 1.0692 is not below 1.0000, and the interval's lower bound 1.0302 is not "
            "either");
  EXPECT_EQ(ReasonOf(kLength, Limit(1.2).UpTo(1.3), Golden()),
            "FAILED: 1.0692 is not above 1.2000, and the interval's upper bound 1.1081 is not "
            "either");
}

TEST(TwoEnds, AreStrict) {
  const auto verdict = [](std::int64_t tokens, double lower, double upper) {
    return VerdictOf(kLength, Limit(lower).UpTo(upper),
                     Compared(WroteAll({4, 6}), WroteAll({4, tokens})));
  };
  EXPECT_EQ(verdict(7, 0.9, 1.1), Verdict::kFailed);  // 11/10
  EXPECT_EQ(verdict(7, 0.9, std::nextafter(1.1, 2.0) + 1e-9), Verdict::kPassed);
  EXPECT_EQ(verdict(5, 0.9, 1.1), Verdict::kFailed);  // 9/10
  EXPECT_EQ(verdict(5, 0.9 - 1e-9, 1.1), Verdict::kPassed);
}

TEST(TwoEnds, AValueNearEitherIsShownWithTheDigitsThatTellThemApart) {
  const auto text = [](std::int64_t tokens) {
    const Subject subject = Compared(WroteAll({50000, 50000}), WroteAll({tokens, 50000}));
    return Explain(JudgeOne(kLength, Limit(0.9).UpTo(1.1), subject));
  };
  EXPECT_THAT(text(59999), HasSubstr("output length ratio 1.09999,"));
  EXPECT_THAT(text(40001), HasSubstr("output length ratio 0.90001,"));
}

TEST(TwoEnds, OfAPointEstimateHaveNoIntervalInTheReason) {
  EXPECT_EQ(ReasonOf(kLength, Limit(0.9).UpTo(1.2).Claim(Claim::kPointEstimate), Golden()),
            "PASSED: 1.0692 is above 0.9000\n1.0692 is below 1.2000");
  EXPECT_EQ(VerdictOf(kLength, Limit(0.9).UpTo(1.05).Claim(Claim::kPointEstimate), Golden()),
            Verdict::kFailed);
}

TEST(TwoEnds, SayOnceThatAnswersWereDrawnAtRandom) {
  Subject subject = Golden();
  Evaluation sampled = *subject.candidate;
  sampled.sampled = true;
  subject.candidate = std::make_shared<const Evaluation>(std::move(sampled));
  const std::string reason = ReasonOf(kLength, Limit(0.9).UpTo(1.2), subject);
  const std::string drawn = "answers were drawn at random";
  EXPECT_THAT(reason, HasSubstr(drawn));
  EXPECT_EQ(reason.find(drawn), reason.rfind(drawn)) << reason;
}

// --- two ends, beyond these samples

TEST(TwoEnds, APopulationClaimNeedsBothBounds) {
  EXPECT_EQ(ReasonOf(kLength, Beyond(Limit(0.9).UpTo(1.2)), Golden()),
            "PASSED: the interval's lower bound 1.0302 is above 0.9000\n"
            "the interval's upper bound 1.1081 is below 1.2000");
  EXPECT_EQ(ReasonOf(kLength, Beyond(Limit(0.9).UpTo(1.1)), Golden()),
            "INCONCLUSIVE: the interval [1.0302, 1.1081] reaches over the limit 1.1000; about 78 "
            "more samples would decide");
  EXPECT_EQ(VerdictOf(kLength, Beyond(Limit(1.05).UpTo(1.2)), Golden()), Verdict::kInconclusive);
}

TEST(TwoEnds, UndecidedAtBothSaysWhatEachWouldTake) {
  EXPECT_THAT(ReasonOf(kLength, Beyond(Limit(1.05).UpTo(1.1)), Golden()),
              ::testing::MatchesRegex(
                  "INCONCLUSIVE: the interval .1.0302, 1.1081. reaches over the limit 1.0500; "
                  "about 253 more samples would decide\n"
                  "the interval .1.0302, 1.1081. reaches over the limit 1.1000; about 78 more "
                  "samples would decide"));
}

TEST(TwoEnds, APopulationClaimFailsByEitherBound) {
  EXPECT_EQ(ReasonOf(kLength, Beyond(Limit(0.8).UpTo(1.0)), Golden()),
            "FAILED: the interval's lower bound 1.0302 is not below 1.0000");
  EXPECT_EQ(ReasonOf(kLength, Beyond(Limit(1.111).UpTo(1.3)), Golden()),
            "FAILED: the interval's upper bound 1.1081 is not above 1.1110");
}

// A model that is really between two limits that close misses one or the other in 2 alpha of cases:
// p is 0.0391 for the lower one, and 0.0359 for the upper one on the other side.
TEST(TwoEnds, LimitsAsCloseAsTheNoiseAreNoEvidence) {
  EXPECT_EQ(ReasonOf(kLength, Beyond(Limit(1.111).UpTo(1.112)), Golden()),
            "INCONCLUSIVE: the interval's upper bound 1.1081 is not above 1.1110; but these "
            "samples cannot tell limits so close to each other apart (p = 0.075 with both): more "
            "of them would, or limits further apart");
  EXPECT_EQ(VerdictOf(kLength, Beyond(Limit(1.111).UpTo(1.112)).Alpha(0.0751), Golden()),
            Verdict::kFailed);
}

TEST(TwoEnds, ATooSmallSampleIsSaidOnce) {
  const GoldenWriting writing(20);
  EXPECT_EQ(ReasonOf(kLength, Beyond(Limit(0.5).UpTo(2.0)),
                     Compared(writing.baseline, writing.candidate)),
            "INCONCLUSIVE: a claim beyond these samples needs more of them: there are fewer than "
            "30 samples; about 10 more samples would decide");
}

TEST(TwoEnds, AtALimitExactlyNothingIsShownBeyondTheSamples) {
  const Subject alike =
      Compared(std::vector<Outcome>(32, Wrote(10)), std::vector<Outcome>(32, Wrote(11)));
  EXPECT_EQ(VerdictOf(kLength, Beyond(Limit(0.9).UpTo(1.1)), alike), Verdict::kInconclusive);
  EXPECT_EQ(VerdictOf(kLength, Beyond(Limit(1.1).UpTo(1.2)), alike), Verdict::kInconclusive);
}

TEST(TwoEnds, FailByHolmAmongSeveralTasks) {
  const GoldenWriting writing(32);
  const std::vector<Subject> two = {Compared(writing.baseline, writing.baseline, "same"),
                                    Compared(writing.baseline, writing.candidate, "longer")};
  // p is 0.0396: below 0.05, and not below 0.025.
  const Judgement judgement = Judge({kLength, Beyond(Limit(0.5).UpTo(1.0275))}, two);
  ASSERT_EQ(judgement.findings.size(), 2U);
  EXPECT_EQ(judgement.findings[0].verdict, Verdict::kPassed);
  EXPECT_EQ(judgement.findings[1].verdict, Verdict::kInconclusive);
  EXPECT_EQ(VerdictOf(kLength, Beyond(Limit(0.5).UpTo(1.0275)), two[1]), Verdict::kFailed);
}

// --- two ends: what is no limit

TEST(TwoEnds, ImpossibleLimitsAreNotMeasuredAndSaySo) {
  const double nan = std::nan("");
  const auto check = [](Metric metric, const Limit& limit, const std::string& text) {
    EXPECT_EQ(ReasonOf(metric, limit, Golden()), "NOT MEASURED: " + text);
  };
  const std::string range =
      " cannot be a limit of output length ratio, which is finite and above 0";
  check(kLength, Limit(1.1).UpTo(0.9),
        "nothing is above 1.1 and below 0.9; the lower limit comes first");
  check(kLength, Limit(1.0).UpTo(1.0),
        "nothing is above 1 and below 1; the lower limit comes first");
  check(kLength, Limit(nan).UpTo(1.1), "nan" + range);
  check(kLength, Limit(0.9).UpTo(nan), "nan" + range);
  check(kLength, Limit(0.0).UpTo(1.1), "0" + range);
  check(kLength, Limit(0.9).UpTo(std::numeric_limits<double>::infinity()), "inf" + range);
  check(kLength, 0.9, "the output length ratio has two limits: Limit(0.9).UpTo(1.1)");
  check(Metric::kRetention, Limit(0.9).UpTo(1.1),
        "retention has one limit, and Limit::UpTo gives it another; UpTo is for the output length "
        "ratio");
  check(kLength, Limit(0.9).UpTo(1.1).Stop(Stop::kCertain),
        "output length ratio has no bounds, so that no part of the samples makes a verdict safe; "
        "Limit::Stop is for accuracy, retention, accuracy loss, flips, truncation and empty "
        "answers");
}

TEST(Shares, ImpossibleLimitsAreNotMeasuredAndSaySo) {
  for (const Metric metric : {Metric::kTruncation, Metric::kEmpty}) {
    const std::string text = " cannot be a limit of " + std::string(Name(metric)) +
                             ", which is a share of the answers, above 0 and at most 1";
    EXPECT_EQ(ReasonOf(metric, 0.0, Golden()), "NOT MEASURED: 0" + text);
    EXPECT_EQ(ReasonOf(metric, 5, Golden()), "NOT MEASURED: 5" + text + "; did you mean 0.05?");
  }
  EXPECT_EQ(ReasonOf(Metric::kSavings, 1.0, Golden()),
            "NOT MEASURED: 1 cannot be a limit of savings, which is a share of the baseline's "
            "cost, at least 0 and below 1");
  EXPECT_EQ(ReasonOf(Metric::kSavings, 30, Golden()),
            "NOT MEASURED: 30 cannot be a limit of savings, which is a share of the baseline's "
            "cost, at least 0 and below 1; did you mean 0.3?");
  EXPECT_EQ(ReasonOf(Metric::kCostPer1k, 0.0, Golden()),
            "NOT MEASURED: 0 cannot be a limit of cost per 1k tokens, which is finite and above 0");
}

// --- groups and pooled tasks

TEST(TwoEnds, OfAGroupAreOfItsSamples) {
  // The even ones are as long as the baseline's, the odd ones twice as long.
  const Subject subject = Compared(WroteAll({5, 8, 5, 8}), WroteAll({10, 8, 10, 8}));
  EXPECT_EQ(VerdictOf(kLength, Limit(0.9).UpTo(1.1).On("facts/even"), subject), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(kLength, Limit(0.9).UpTo(1.1).On("facts/odd"), subject), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(kLength, Limit(1.9).UpTo(2.1).On("facts/odd"), subject), Verdict::kPassed);
}

TEST(TwoEnds, OfPooledTasksAreOfAllSamples) {
  const std::vector<Subject> two = {Compared(WroteAll({10, 10}), WroteAll({13, 13}), "short"),
                                    Compared(WroteAll({40, 40, 40}), WroteAll({40, 40, 40}))};
  const Judgement pooled = Judge({kLength, Limit(1.04).UpTo(1.05).Pooled()}, two);
  ASSERT_EQ(pooled.findings.size(), 1U);
  EXPECT_DOUBLE_EQ(pooled.findings[0].estimate->value, 146.0 / 140.0);
  EXPECT_EQ(pooled.verdict, Verdict::kPassed);
  EXPECT_EQ(Judge({kLength, Limit(0.9).UpTo(1.1)}, two).verdict, Verdict::kFailed);
}

// --- shares

Subject Answered(const std::string& pattern) {
  return {.candidate = MakeEvaluation(Rung("int4"), Questions(pattern.size()), Answers(pattern))};
}

TEST(Shares, AreStrictlyBelowTheirLimits) {
  EXPECT_EQ(VerdictOf(Metric::kTruncation, 0.2, Answered("t----")), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(Metric::kTruncation, 0.2000001, Answered("t----")), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kEmpty, 0.2, Answered("e----")), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(Metric::kEmpty, 0.2000001, Answered("e----")), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kEmpty, 0.0001, Answered("ttt--")), Verdict::kPassed);
}

// What was not answered may have been cut off, or not.
TEST(Shares, CountWhatIsMissingBothWays) {
  for (const auto& [metric, bad] :
       {std::pair{Metric::kTruncation, 't'}, std::pair{Metric::kEmpty, 'e'}}) {
    const Subject one = Answered(std::string(1, bad) + "-------?");
    EXPECT_EQ(ReasonOf(metric, 0.2, one),
              "NOT MEASURED: 1 of 9 samples could not be measured: counted for the model the "
              "verdict would be PASSED, against it FAILED; the first: sample \"q9\": the model "
              "threw: out of memory");
    EXPECT_THAT(ReasonOf(metric, 0.25, one),
                ::testing::StartsWith("PASSED: 0.1250 is below 0.2500"));
    EXPECT_THAT(ReasonOf(metric, 0.25, one),
                HasSubstr("1 of 9 samples could not be measured, which cannot change the verdict"));
    EXPECT_EQ(VerdictOf(metric, 0.1, one), Verdict::kFailed);
  }
}

TEST(Shares, OfAPopulationHaveTheExactBound) {
  // 0 of 60: the upper bound is 1 - 0.05^(1/60) = 0.04870.
  const Subject none = Answered(Times(60, "-"));
  EXPECT_EQ(VerdictOf(Metric::kTruncation, Beyond(0.0488), none), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kTruncation, Beyond(0.0486), none), Verdict::kInconclusive);
  EXPECT_EQ(VerdictOf(Metric::kTruncation, Beyond(0.01), Answered(Times(10, "t--"))),
            Verdict::kFailed);
}

// --- cost

TEST(Cost, IsJudgedByEitherClaim) {
  // 0.00033087, and [0.00032140, 0.00034034].
  EXPECT_EQ(VerdictOf(Metric::kCostPer1k, 0.000331, Golden()), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kCostPer1k, Beyond(0.000331), Golden()), Verdict::kInconclusive);
  EXPECT_EQ(VerdictOf(Metric::kCostPer1k, Beyond(0.000341), Golden()), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kCostPer1k, Beyond(0.000321), Golden()), Verdict::kFailed);
  EXPECT_THAT(ReasonOf(Metric::kCostPer1k, 0.00033, Golden()),
              ::testing::StartsWith("FAILED: 0.000331 is not below 0.00033;"));
}

TEST(Savings, AreJudgedByEitherClaim) {
  // 0.6166, and [0.6059, 0.6272].
  EXPECT_EQ(VerdictOf(Metric::kSavings, 0.6165, Golden()), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kSavings, 0.6166, Golden()), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(Metric::kSavings, Beyond(0.6058), Golden()), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kSavings, Beyond(0.6060), Golden()), Verdict::kInconclusive);
  EXPECT_EQ(VerdictOf(Metric::kSavings, Beyond(0.6273), Golden()), Verdict::kFailed);
}

// The differences of these costs are 0 in all, and 8e-22 as doubles are added.
TEST(Savings, OfNothingAreNotAboveZero) {
  const TaskPtr task = Questions(4);
  const Subject subject{
      .candidate = MakeEvaluation(Priced("int4", 0.1, 0.7), task, WroteAll({13, 29, 7, 31})),
      .baseline = MakeEvaluation(Priced("f16", 0.1, 0.7), task, WroteAll({7, 13, 29, 31}))};
  EXPECT_EQ(VerdictOf(Metric::kSavings, 0.0, subject), Verdict::kFailed);
}

TEST(Cost, WhatIsMissingCannotBeBounded) {
  GoldenWriting writing(32);
  writing.candidate[4] = Outcome::Unmeasured("HTTP 500");
  const Subject subject = Compared(writing.baseline, writing.candidate);
  const std::string text =
      "NOT MEASURED: 1 of 32 samples could not be measured; the first: sample \"q5\": HTTP 500";
  EXPECT_EQ(ReasonOf(Metric::kCostPer1k, 1.0, subject), text);
  EXPECT_EQ(ReasonOf(Metric::kSavings, 0.0, subject), text);
  EXPECT_EQ(ReasonOf(kLength, Limit(0.1).UpTo(9.0), subject), text);
}

// --- which tasks

std::vector<Subject> WithTexts() {
  const TaskPtr prose = Documents(1);
  Outcome text = Text({{.nll = 1.0, .tokens = 4}});
  text.usage = Usage{.prompt_tokens = 5, .completion_tokens = 0};
  return {Golden(),
          {.candidate = MakeEvaluation(Priced("int4", 0.15, 0.6), prose, {text}),
           .baseline = MakeEvaluation(Priced("f16", 0.5, 1.5), prose, {text})}};
}

TEST(Tasks, ThatAskForTextAreJudged) {
  for (const Metric metric :
       {Metric::kTruncation, Metric::kEmpty, kLength, Metric::kCostPer1k, Metric::kSavings}) {
    const Limit limit = metric == kLength ? Limit(0.1).UpTo(9.0) : Limit(0.1);
    const Judgement judgement = Judge({metric, limit}, WithTexts());
    ASSERT_EQ(judgement.findings.size(), 1U) << Name(metric);
    EXPECT_EQ(judgement.findings[0].subjects[0].candidate->task->name(), "facts");
  }
}

TEST(Tasks, ThatScoreTextsCostTooWhereAGateHasNothingElseOrALimitNamesOne) {
  const std::vector<Subject> both = WithTexts();
  const Judgement named = Judge({Metric::kCostPer1k, Limit(0.1).On("prose")}, both);
  const Judgement alone = Judge({Metric::kCostPer1k, Limit(0.1)}, {&both[1], 1});
  for (const Judgement& judgement : {named, alone}) {
    EXPECT_EQ(judgement.verdict, Verdict::kPassed) << judgement.failure;
    ASSERT_EQ(judgement.findings.size(), 1U);
    EXPECT_DOUBLE_EQ(judgement.findings[0].estimate->value, 0.00015);
  }
}

TEST(Tasks, WithoutTextHaveNothingThatIsWritten) {
  const std::vector<Subject> both = WithTexts();
  EXPECT_EQ(ReasonOf(Metric::kTruncation, 0.1, both[1]),
            "NOT MEASURED: no task asks for text, so that none has truncation; there is: \"prose\" "
            "(measures perplexity)");
  EXPECT_EQ(Judge({Metric::kEmpty, Limit(0.1).On("prose")}, both).failure,
            "task \"prose\" asks for no text and has no empty answers; there is: \"facts\" "
            "(measures accuracy), \"prose\" (measures perplexity)");
}

TEST(WithoutABaseline, NothingIsLongerOrSaved) {
  Subject alone = Golden();
  alone.baseline = nullptr;
  EXPECT_EQ(ReasonOf(kLength, Limit(0.9).UpTo(1.1), alone),
            "NOT MEASURED: output length ratio compares with a baseline, and there is none");
  EXPECT_EQ(ReasonOf(Metric::kSavings, 0.1, alone),
            "NOT MEASURED: savings compares with a baseline, and there is none");
}

}  // namespace
}  // namespace gatetest
