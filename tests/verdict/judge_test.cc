#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "gatetest/verdict.h"
#include "tests/support/evaluations.h"

namespace gatetest {
namespace {

using namespace testing_support;  // NOLINT: builders

constexpr double kInfinity = std::numeric_limits<double>::infinity();

Subject Compared(const std::string& baseline, const std::string& candidate,
                 const TaskPtr& task = nullptr) {
  const TaskPtr questions = task != nullptr ? task : Questions(baseline.size());
  return {.candidate = MakeEvaluation(Rung("int4"), questions, Outcomes(candidate)),
          .baseline = MakeEvaluation(Rung("f16"), questions, Outcomes(baseline))};
}

Subject Evaluated(const std::string& pattern) {
  return {.candidate = MakeEvaluation(Rung("int4"), Questions(pattern.size()), Outcomes(pattern))};
}

Judgement JudgeOne(Metric metric, const Limit& limit, const Subject& subject,
                   const JudgeDefaults& defaults = {}) {
  return Judge({metric, limit}, {&subject, 1}, defaults);
}

Verdict VerdictOf(Metric metric, const Limit& limit, const Subject& subject,
                  const JudgeDefaults& defaults = {}) {
  return JudgeOne(metric, limit, subject, defaults).verdict;
}

std::string ReasonOf(Metric metric, const Limit& limit, const Subject& subject) {
  const Judgement judgement = JudgeOne(metric, limit, subject);
  return judgement.findings.empty() ? judgement.failure : judgement.findings[0].reason;
}

TEST(Judge, AboveAndBelowAreStrict) {
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.9, Evaluated("+++++++++-")), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.8999999999, Evaluated("+++++++++-")), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kRetention, 1.0, Compared("++", "++")), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(Metric::kFlips, 0.5, Compared("++", "+-")), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(Metric::kFlips, 0.51, Compared("++", "+-")), Verdict::kPassed);
}

TEST(Judge, NothingIsRoundedBeforeItIsCompared) {
  // 0.9457 does not pass 0.95, and a message does not make them look the same.
  const std::string candidate = Times(89999, "+") + Times(10001, "-");
  EXPECT_EQ(ReasonOf(Metric::kAccuracy, 0.9, Evaluated(candidate)).substr(0, 31),
            "0.89999 is not above 0.9000; th");
}

TEST(Judge, ImpossibleLimitsAreNotMeasuredAndSaySo) {
  const Subject subject = Compared("++++", "+++-");
  const auto check = [&](Metric metric, double limit, const std::string& text) {
    const Judgement judgement = JudgeOne(metric, limit, subject);
    EXPECT_EQ(judgement.verdict, Verdict::kNotMeasured);
    EXPECT_EQ(judgement.failure, text);
  };
  check(Metric::kAccuracy, std::nan(""),
        "nan cannot be a limit of accuracy, which is a share, at least 0 and below 1");
  check(Metric::kAccuracy, -0.1,
        "-0.1 cannot be a limit of accuracy, which is a share, at least 0 and below 1");
  check(Metric::kAccuracy, 1.0,
        "1 cannot be a limit of accuracy, which is a share, at least 0 and below 1");
  check(Metric::kAccuracy, 95,
        "95 cannot be a limit of accuracy, which is a share, at least 0 and below 1; did you mean "
        "0.95?");
  check(Metric::kRetention, 90,
        "90 cannot be a limit of retention, which is a ratio of shares, from 0 to 2; did you mean "
        "0.9?");
  check(Metric::kFlips, 0.0,
        "0 cannot be a limit of flips, which is a share, above 0 and at most 1");
  check(Metric::kPerplexity, 1.0,
        "1 cannot be a limit of perplexity, which is finite and above 1, the perplexity of a "
        "certain text");
  check(Metric::kPerplexityRatio, kInfinity,
        "inf cannot be a limit of perplexity ratio, which is finite and above 0");
}

TEST(Judge, AlphaIsChecked) {
  EXPECT_EQ(ReasonOf(Metric::kAccuracy, Limit(0.5).Alpha(0.5), Evaluated("+")),
            "alpha is 0.5; it must be above 0 and below 0.5");
}

TEST(Judge, APopulationClaimNeedsTheBound) {
  const JudgeDefaults population{.claim = Claim::kPopulation};
  const Subject ninety_two = Evaluated(Times(92, "+") + Times(8, "-"));
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.9, ninety_two), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.9, ninety_two, population), Verdict::kInconclusive);
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.8, ninety_two, population), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.97, ninety_two, population), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, Limit(0.9).Claim(Claim::kDataset), ninety_two, population),
            Verdict::kPassed);
}

TEST(Judge, APopulationClaimNeedsEnoughSamples) {
  EXPECT_EQ(ReasonOf(Metric::kRetention, Limit(0.1).Claim(Claim::kPopulation),
                     Compared(Times(19, "+"), Times(19, "+"))),
            "a claim beyond these samples needs more of them: there are fewer than 20 samples; "
            "about 1 more sample would decide");
  EXPECT_EQ(VerdictOf(Metric::kRetention, Limit(0.1).Claim(Claim::kPopulation),
                      Compared(Times(20, "+"), Times(20, "+"))),
            Verdict::kPassed);
}

TEST(Judge, InconclusiveSaysHowManyMoreWouldDecide) {
  // statistics: 330 both, 40 lost, 10 gained, 120 neither at 0.9 want 3102 in all.
  const Subject subject =
      Compared(Times(370, "+") + Times(130, "-"),
               Times(330, "+") + Times(40, "-") + Times(10, "+") + Times(120, "-"));
  EXPECT_EQ(ReasonOf(Metric::kRetention, Limit(0.9).Claim(Claim::kPopulation), subject),
            "the interval [0.8869, 0.9482] reaches over the limit 0.9000; about 2602 more samples "
            "would decide");
}

TEST(Judge, MissingSamplesThatCannotChangeTheVerdictLeaveItStanding) {
  const std::string reason = ReasonOf(Metric::kAccuracy, 0.5, Evaluated("++++++-?"));
  EXPECT_EQ(reason,
            "0.8571 is above 0.5000; that holds on these 7 samples, and is not yet evidence beyond "
            "them: about 12 more samples would decide\n1 of 8 samples could not be measured, which "
            "cannot change the verdict; the "
            "first: sample \"q8\": the model threw: out of memory");
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.5, Evaluated("++++++-?")), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.5, Evaluated("------+?")), Verdict::kFailed);
}

TEST(Judge, MissingSamplesThatCouldChangeItAreNotMeasured) {
  const Judgement judgement = JudgeOne(Metric::kAccuracy, 0.5, Evaluated("++-?"));
  EXPECT_EQ(judgement.verdict, Verdict::kNotMeasured);
  EXPECT_EQ(judgement.findings[0].reason,
            "1 of 4 samples could not be measured: counted for the model the verdict would be "
            "PASSED, against it FAILED; the first: sample \"q4\": the model threw: out of memory");
}

TEST(Judge, AMissingBaselineCountsBothWaysToo) {
  // Right in the unmeasured baseline sample: 2 of 3; wrong: 2 of 2.
  EXPECT_EQ(VerdictOf(Metric::kRetention, 0.9, Compared("++?-", "++--")), Verdict::kNotMeasured);
  EXPECT_EQ(VerdictOf(Metric::kRetention, 0.5, Compared("++?-", "++--")), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kFlips, 0.2, Compared("++?+", "++++")), Verdict::kNotMeasured);
  EXPECT_EQ(VerdictOf(Metric::kFlips, 0.3, Compared("++?+", "++++")), Verdict::kPassed);
}

TEST(Judge, SamplesThatWereNeverAskedAreMissingToo) {
  const TaskPtr task = Questions(10);
  const Subject partial{.candidate = MakeEvaluation(Rung("int4"), task, Outcomes("+++++"))};
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.4, partial), Verdict::kPassed);
  EXPECT_EQ(ReasonOf(Metric::kAccuracy, 0.5, partial),
            "5 of 10 samples were not asked: counted for the model the verdict would be "
            "PASSED, against it FAILED\nthe evaluation was stopped before them");
}

TEST(Judge, EveryTaskMustHold) {
  const TaskPtr other = Questions(4, "other");
  const std::vector<Subject> subjects = {Compared("++++", "++++"), Compared("++++", "+---", other)};
  const Judgement judgement = Judge({Metric::kRetention, 0.9}, subjects);
  EXPECT_EQ(judgement.verdict, Verdict::kFailed);
  ASSERT_EQ(judgement.findings.size(), 2U);
  EXPECT_EQ(judgement.findings[0].verdict, Verdict::kPassed);
  EXPECT_EQ(judgement.findings[1].verdict, Verdict::kFailed);
}

TEST(Judge, AFailureIsEvidenceWhateverElseIsMissing) {
  const TaskPtr other = Questions(4, "other");
  const std::vector<Subject> subjects = {Compared("++++", "????"), Compared("++++", "+---", other)};
  EXPECT_EQ(Judge({Metric::kRetention, 0.9}, subjects).verdict, Verdict::kFailed);
  EXPECT_EQ(Judge({Metric::kRetention, 0.1}, subjects).verdict, Verdict::kNotMeasured);
}

TEST(Judge, ALimitNamesATaskOrAGroup) {
  const TaskPtr other = Questions(4, "other");
  // The even questions of "other" are right, the odd ones wrong.
  const std::vector<Subject> subjects = {Compared("++++", "----"), Compared("++++", "-+-+", other)};
  EXPECT_EQ(Judge({Metric::kRetention, Limit(0.4).On("other")}, subjects).verdict,
            Verdict::kPassed);
  EXPECT_EQ(Judge({Metric::kRetention, Limit(0.9).On("other/even")}, subjects).verdict,
            Verdict::kPassed);
  EXPECT_EQ(Judge({Metric::kRetention, Limit(0.1).On("other/odd")}, subjects).verdict,
            Verdict::kFailed);
}

TEST(Judge, UnknownTasksAndGroupsListTheValidOnes) {
  const Subject subject = Compared("++++", "++++");
  EXPECT_EQ(ReasonOf(Metric::kRetention, Limit(0.4).On("fact"), subject),
            "there is no task \"fact\"; there is: \"facts\" (measures accuracy)");
  EXPECT_EQ(ReasonOf(Metric::kRetention, Limit(0.4).On("facts/add"), subject),
            "task \"facts\" has no group \"add\"; its groups are even, odd");
  EXPECT_EQ(ReasonOf(Metric::kPerplexity, Limit(4).On("facts"), subject),
            "task \"facts\" measures accuracy and has no perplexity; there is: \"facts\" (measures "
            "accuracy)");
  EXPECT_EQ(ReasonOf(Metric::kPerplexity, 4, subject),
            "no task has a perplexity; there is: \"facts\" (measures accuracy)");
}

TEST(Judge, NothingToJudgeIsNotAPass) {
  EXPECT_EQ(Judge({Metric::kAccuracy, 0.5}, {}).verdict, Verdict::kNotMeasured);
  const Subject nothing;
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.5, nothing), Verdict::kNotMeasured);
  const Subject failed{.candidate = FailedEvaluation(Rung("int4"), nullptr, "no such task")};
  EXPECT_EQ(ReasonOf(Metric::kAccuracy, 0.5, failed), "no such task");
}

TEST(Judge, RefusesABaselineOfOtherData) {
  const Subject mixed{.candidate = MakeEvaluation(Rung("int4"), Questions(2), Outcomes("++")),
                      .baseline = MakeEvaluation(Rung("f16"), Questions(9), Outcomes("+++++++++"))};
  EXPECT_EQ(VerdictOf(Metric::kRetention, 0.5, mixed), Verdict::kNotMeasured);
  EXPECT_THAT(ReasonOf(Metric::kRetention, 0.5, mixed), ::testing::HasSubstr("do not compare"));
}

TEST(Judge, WhatHoldsEitherWayStandsThoughTooFewWereMeasured) {
  // 19 measured are too few for Tang, and 20 are enough, whatever the last one is.
  EXPECT_EQ(VerdictOf(Metric::kRetention, Limit(0.5).Claim(Claim::kPopulation),
                      Compared(Times(20, "+"), Times(19, "+") + "?")),
            Verdict::kPassed);
}

TEST(Judge, ALimitOnATaskIsAboutEveryEvaluationOfIt) {
  const TaskPtr task = Questions(4);
  const std::vector<Subject> two = {
      {.candidate = MakeEvaluation(Rung("int8"), task, Outcomes("++++"))},
      {.candidate = MakeEvaluation(Rung("int4"), task, Outcomes("+---"))}};
  EXPECT_EQ(Judge({Metric::kAccuracy, Limit(0.9).On("facts")}, two).verdict, Verdict::kFailed);
}

TEST(Judge, NamesOfTasksAndGroupsMayHaveSlashes) {
  const TaskPtr task = ExactMatch(MakeDataset(
      "a/b", {{.input = "x", .answer = "y", .group = "c/d"}, {.input = "z", .answer = "y"}}));
  const Subject subject{.candidate = MakeEvaluation(Rung("int4"), task, Outcomes("+-"))};
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, Limit(0.9).On("a/b/c/d"), subject), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, Limit(0.9).On("a/b"), subject), Verdict::kFailed);
}

TEST(Judge, OneSampleIsTooFewBeyondItself) {
  EXPECT_EQ(ReasonOf(Metric::kAccuracy, Limit(0.1).Claim(Claim::kPopulation), Evaluated("+")),
            "a claim beyond these samples needs more of them: there are fewer than 2 samples; "
            "about 1 more sample would decide");
}

TEST(Judge, WithoutABaselineNothingIsRetained) {
  EXPECT_EQ(ReasonOf(Metric::kRetention, 0.5, Evaluated("++")),
            "retention compares with a baseline, and there is none");
}

TEST(Judge, AnInfinitePerplexityFailsUnderEitherClaim) {
  const Subject subject{.candidate = MakeEvaluation(Rung("int4"), Documents(1),
                                                    {Text({{.nll = kInfinity, .tokens = 4}})})};
  EXPECT_EQ(VerdictOf(Metric::kPerplexity, 100, subject), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(Metric::kPerplexity, Limit(100).Claim(Claim::kPopulation), subject),
            Verdict::kFailed);
}

}  // namespace
}  // namespace gatetest
