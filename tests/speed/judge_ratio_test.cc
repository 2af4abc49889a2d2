#include "src/speed/judge_ratio.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/intervals.h"
#include "tests/support/numbers.h"

namespace gatetest::internal {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing_support::ExpectError;
using testing_support::kNaN;

const SpeedSubject kSlowdown = {
    .expectation = "tinylm int4 takes at most 1.05 times as long as tinylm f16 on \"skills\"",
    .metric = "slowdown",
    .evidence = {"20 pairs of 1 request each side, live, in this run; 1 at a time"}};
const RatioLimit kAtMost = {.limit = 1.05};
const SpeedSubject kSpeedup = {
    .expectation = "tinylm int4 is above 1.5 times as fast as tinylm f16 on \"skills\"",
    .metric = "speedup"};
const RatioLimit kAbove = {.limit = 1.5, .speedup = true};

/// `n` pairs: each ratio is `ratio` times a factor up to `noise` off 1, and no two differ by the
/// same. The baseline's first work, done again after each fourth of them, differs as much.
Pairs PairsOf(std::size_t n, double ratio, double noise = 0.0, std::size_t failed = 0) {
  Pairs pairs{.failed = failed,
              .first_failure = failed > 0 ? "HTTP 503" : "",
              .what_same_work = "the baseline's first work"};
  for (std::size_t i = 0; i < n; ++i) {
    const double work = 0.020 + 0.001 * static_cast<double>(i % 10);
    const double off = 2.0 * static_cast<double>((i * 7) % n) / static_cast<double>(n - 1) - 1.0;
    pairs.baseline.push_back(work);
    pairs.candidate.push_back(work * ratio * std::exp(noise * off));
    if (i % 4 == 3) pairs.same_work.push_back(0.020 * std::exp(noise * off));
  }
  return pairs;
}

Verdict VerdictOf(const RatioLimit& limit, const Pairs& pairs, std::size_t looks = 1) {
  return JudgePairs(limit.speedup ? kSpeedup : kSlowdown, limit, pairs, looks).verdict;
}

std::string TextOf(const RatioLimit& limit, const Pairs& pairs, std::size_t looks = 1) {
  return JudgePairs(limit.speedup ? kSpeedup : kSlowdown, limit, pairs, looks).explanation;
}

TEST(LooksFor, DoublesFromTwentyToTheMost) {
  EXPECT_THAT(LooksFor(160), ElementsAre(20, 40, 80, 160));
  EXPECT_THAT(LooksFor(100), ElementsAre(20, 40, 80, 100));
  EXPECT_THAT(LooksFor(21), ElementsAre(20, 21));
  EXPECT_THAT(LooksFor(20), ElementsAre(20));
  EXPECT_THAT(LooksFor(5), ElementsAre(5));
  EXPECT_THAT(LooksFor(1), ElementsAre(1));
}

TEST(LookAt, FindsAVerdictOrWantsMore) {
  EXPECT_EQ(LookAt(PairsOf(20, 1.0), kAtMost, 0.05, 4), Verdict::kPassed);
  EXPECT_EQ(LookAt(PairsOf(20, 1.2), kAtMost, 0.05, 4), Verdict::kFailed);
  EXPECT_EQ(LookAt(PairsOf(20, 1.05, 0.1), kAtMost, 0.05, 4), std::nullopt);
  EXPECT_EQ(LookAt(PairsOf(20, 0.5), kAbove, 0.05, 4), Verdict::kPassed);
  EXPECT_EQ(LookAt(PairsOf(20, 1.0), kAbove, 0.05, 4), Verdict::kFailed);
}

/// 2^-6 is above 0.05 / 4, and 2^-7 is not.
TEST(LookAt, SharesAlphaAmongTheLooks) {
  EXPECT_EQ(LookAt(PairsOf(5, 1.0), kAtMost, 0.05, 1), Verdict::kPassed);
  EXPECT_EQ(LookAt(PairsOf(4, 1.0), kAtMost, 0.05, 1), std::nullopt);
  EXPECT_EQ(LookAt(PairsOf(6, 1.0), kAtMost, 0.05, 4), std::nullopt);
  EXPECT_EQ(LookAt(PairsOf(7, 1.0), kAtMost, 0.05, 4), Verdict::kPassed);
  EXPECT_EQ(LookAt(Pairs{}, kAtMost, 0.05, 4), std::nullopt);
}

TEST(LookAt, WaitsWhileFailuresDecide) {
  EXPECT_EQ(LookAt(PairsOf(19, 1.0, 0.01, 1), kAtMost, 0.05, 4), Verdict::kPassed);
  EXPECT_EQ(LookAt(PairsOf(19, 1.3, 0.01, 1), kAtMost, 0.05, 4), Verdict::kFailed);
  EXPECT_EQ(LookAt(PairsOf(10, 1.0, 0.01, 10), kAtMost, 0.05, 4), std::nullopt);
  EXPECT_EQ(LookAt(Pairs{.failed = 20}, kAtMost, 0.05, 4), std::nullopt);
}

TEST(JudgePairs, ASlowdownMayBeAsLargeAsItsLimit) {
  const auto all = [](double candidate) {
    return Pairs{.candidate = std::vector<double>(20, candidate),
                 .baseline = std::vector<double>(20, 1.0)};
  };
  EXPECT_EQ(VerdictOf(kAtMost, all(1.05)), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(kAtMost, all(1.05 + 1e-9)), Verdict::kFailed);
  EXPECT_EQ(VerdictOf({.limit = 1.0}, all(1.0)), Verdict::kPassed);
}

TEST(JudgePairs, ASpeedupHasToBeAboveItsLimit) {
  const auto all = [](double baseline) {
    return Pairs{.candidate = std::vector<double>(20, 1.0),
                 .baseline = std::vector<double>(20, baseline)};
  };
  const RatioLimit twice = {.limit = 2.0, .speedup = true};
  EXPECT_EQ(VerdictOf(twice, all(2.0)), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(twice, all(2.0 + 1e-9)), Verdict::kPassed);
  EXPECT_EQ(VerdictOf({.limit = 1.0, .speedup = true}, all(1.0)), Verdict::kFailed);
}

TEST(JudgePairs, AgreesWithTheLooksThatLedToIt) {
  for (const double ratio : {0.9, 1.0, 1.04, 1.05, 1.06, 1.2}) {
    for (const RatioLimit& limit : {kAtMost, RatioLimit{.limit = 1.05, .speedup = true}}) {
      const Pairs pairs = PairsOf(40, ratio, 0.02);
      EXPECT_EQ(LookAt(pairs, limit, 0.05, 4).value_or(Verdict::kInconclusive),
                VerdictOf(limit, pairs, 4))
          << ratio;
    }
  }
}

TEST(JudgePairs, TheEstimateIsInTheLimitsOwnWords) {
  const SpeedJudgement slowdown = JudgePairs(kSlowdown, kAtMost, PairsOf(20, 1.25), 4);
  ASSERT_TRUE(slowdown.estimate && slowdown.estimate->interval);
  EXPECT_NEAR(slowdown.estimate->value, 1.25, 1e-12);
  EXPECT_EQ(slowdown.estimate->n, 20U);
  EXPECT_EQ(slowdown.estimate->observations, "pairs");
  EXPECT_EQ(slowdown.estimate->interval->alpha, 0.0125);
  const SpeedJudgement speedup = JudgePairs(kSpeedup, kAbove, PairsOf(20, 0.5, 0.01), 4);
  ASSERT_TRUE(speedup.estimate && speedup.estimate->interval);
  EXPECT_NEAR(speedup.estimate->value, 2.0, 1e-12);
  EXPECT_LT(speedup.estimate->interval->lower, 2.0);
  EXPECT_GT(speedup.estimate->interval->upper, 2.0);
}

TEST(JudgePairs, APass) {
  EXPECT_EQ(
      TextOf(kAtMost, PairsOf(20, 1.01, 0.02), 4),
      "  Actual: slowdown 1.0100, 97.5% interval [1.0026, 1.0175], n = 20 pairs (Hodges-Lehmann)\n"
      "          candidate min 19.8, p50 24.68, p95 28.89, max 29.51 ms (n = 20)\n"
      "          baseline  min 20, p50 24, p95 29, max 29 ms (n = 20)\n"
      " Verdict: PASSED: 1.0100 is not above 1.0500, and the interval's upper bound 1.0175 is not "
      "either\n"
      "Evidence: 20 pairs of 1 request each side, live, in this run; 1 at a time\n");
}

TEST(JudgePairs, AFailure) {
  EXPECT_EQ(
      TextOf(kAtMost, PairsOf(40, 1.2, 0.05), 4),
      "  Actual: slowdown 1.2000, 97.5% interval [1.1862, 1.2139], n = 40 pairs (Hodges-Lehmann)\n"
      "          candidate min 22.83, p50 29.43, p95 35.05, max 36.03 ms (n = 40)\n"
      "          baseline  min 20, p50 24, p95 29, max 29 ms (n = 40)\n"
      " Verdict: FAILED: 1.2000 is above 1.0500, and the interval's lower bound 1.1862 is too\n"
      "   Noise: the baseline's first work, 10 times in this run, was 0.96 to 1.04 times its "
      "median (10th "
      "to 90th percentile)\n"
      "  Spread: from 1.141    6 ########################################\n"
      "          from 1.156    5 ##################################\n"
      "          from 1.171    5 ##################################\n"
      "          from 1.186    4 ###########################\n"
      "          from 1.202    5 ##################################\n"
      "          from 1.217    5 ##################################\n"
      "          from 1.232    5 ##################################\n"
      "          from 1.247    5 ##################################\n"
      "Evidence: 20 pairs of 1 request each side, live, in this run; 1 at a time\n");
}

TEST(JudgePairs, Inconclusive) {
  EXPECT_EQ(
      TextOf(kAtMost, PairsOf(20, 1.03, 0.12), 1),
      "  Actual: slowdown 1.0300, 90% interval [0.9980, 1.0630], n = 20 pairs (Hodges-Lehmann)\n"
      "          candidate min 18.27, p50 24.33, p95 31.31, max 31.36 ms (n = 20)\n"
      "          baseline  min 20, p50 24, p95 29, max 29 ms (n = 20)\n"
      " Verdict: INCONCLUSIVE: the interval [0.9980, 1.0630] holds 1.0500: about 60 pairs in all "
      "would decide, set .Repetitions(60)\n"
      "   Noise: the baseline's first work, 5 times in this run, was 0.90 to 1.11 times its median "
      "(10th "
      "to 90th percentile)\n"
      "          the limit is nearer than that: this machine is too noisy to tell. Run it alone "
      "(ctest runs suites of SPEED_SUITES so), or on a quieter one\n"
      "  Spread: from 0.9135    3 ########################################\n"
      "          from 0.9445    3 ########################################\n"
      "          from 0.9755    2 ###########################\n"
      "          from  1.006    3 ########################################\n"
      "          from  1.037    2 ###########################  <- the limit\n"
      "          from  1.068    2 ###########################\n"
      "          from  1.099    2 ###########################\n"
      "          from   1.13    3 ########################################\n"
      "Evidence: 20 pairs of 1 request each side, live, in this run; 1 at a time\n");
}

TEST(JudgePairs, ASpeedupThatPasses) {
  EXPECT_EQ(
      TextOf(kAbove, PairsOf(20, 0.5, 0.02), 4),
      "  Actual: speedup 2.0000, 97.5% interval [1.9853, 2.0148], n = 20 pairs (Hodges-Lehmann)\n"
      "          candidate min 9.802, p50 12.22, p95 14.3, max 14.61 ms (n = 20)\n"
      "          baseline  min 20, p50 24, p95 29, max 29 ms (n = 20)\n"
      " Verdict: PASSED: 2.0000 is above 1.5000, and the interval's lower bound 1.9853 is too\n");
}

TEST(JudgePairs, ASpeedupThatFails) {
  EXPECT_EQ(
      TextOf(kAbove, PairsOf(20, 0.9, 0.02), 4),
      "  Actual: speedup 1.1111, 97.5% interval [1.1030, 1.1193], n = 20 pairs (Hodges-Lehmann)\n"
      "          candidate min 17.64, p50 21.99, p95 25.75, max 26.29 ms (n = 20)\n"
      "          baseline  min 20, p50 24, p95 29, max 29 ms (n = 20)\n"
      " Verdict: FAILED: 1.1111 is not above 1.5000, and the interval's upper bound 1.1193 is not "
      "either\n"
      "   Noise: the baseline's first work, 5 times in this run, was 0.98 to 1.02 times its median "
      "(10th "
      "to 90th percentile)\n"
      "  Spread: from 1.089    3 ########################################\n"
      "          from 1.095    2 ###########################\n"
      "          from   1.1    3 ########################################\n"
      "          from 1.106    2 ###########################\n"
      "          from 1.111    2 ###########################\n"
      "          from 1.117    3 ########################################\n"
      "          from 1.122    2 ###########################\n"
      "          from 1.128    3 ########################################\n");
}

TEST(JudgePairs, FailuresThatDecideAreNotMeasured) {
  const SpeedJudgement judgement = JudgePairs(kSlowdown, kAtMost, PairsOf(12, 1.0, 0.02, 8), 1);
  EXPECT_EQ(judgement.verdict, Verdict::kNotMeasured);
  EXPECT_EQ(judgement.explanation,
            "  Actual: slowdown infinite, 90% interval [1.0073, infinite], n = 20 pairs "
            "(Hodges-Lehmann)\n"
            "          candidate min 19.6, p50 23.29, p95 28.74, max 28.74 ms (n = 12)\n"
            "          baseline  min 20, p50 23, p95 29, max 29 ms (n = 12)\n"
            " Verdict: NOT MEASURED: 8 of 20 pairs failed (HTTP 503), which decides\n"
            "  Spread: from 0.9802    2 ########################################\n"
            "          from 0.9852    1 ####################\n"
            "          from 0.9902    2 ########################################\n"
            "          from 0.9952    1 ####################\n"
            "          from      1    1 ####################\n"
            "          from  1.005    2 ########################################\n"
            "          from   1.01    1 ####################\n"
            "          from  1.015    2 ########################################\n"
            "Evidence: 20 pairs of 1 request each side, live, in this run; 1 at a time\n");
}

TEST(JudgePairs, FailuresThatCannotChangeItAreCountedAgainstIt) {
  EXPECT_THAT(
      TextOf(kAtMost, PairsOf(39, 1.0, 0.01, 1)),
      AllOf(HasSubstr("n = 40 pairs"), HasSubstr(" Verdict: PASSED: "),
            HasSubstr("\n          1 of 40 pairs failed (HTTP 503); counted against it\n")));
  EXPECT_THAT(TextOf(kAtMost, PairsOf(39, 1.3, 0.01, 1)),
              AllOf(HasSubstr(" Verdict: FAILED: "), HasSubstr("1 of 40 pairs failed (HTTP 503)")));
}

/// With pairs missing, the tenth before is other work.

TEST(JudgePairs, ManyFailuresAskForNoMorePairs) {
  const Pairs pairs = PairsOf(8, 1.05, 0.5, 2);
  EXPECT_THAT(TextOf(kAtMost, pairs),
              AllOf(HasSubstr("infinite] holds 1.0500: too many failed to tell; find out why\n"
                              "          2 of 10 pairs failed (HTTP 503); counted against it\n"),
                    Not(HasSubstr(".Repetitions")), Not(HasSubstr("choose another limit"))));
}

TEST(JudgePairs, NothingMeasuredIsNoVerdict) {
  SpeedSubject subject = {.expectation = "e"};
  EXPECT_EQ(JudgePairs(subject, kAtMost, {}, 4).explanation,
            " Verdict: NOT MEASURED: nothing was measured\n");
  subject.ended = "the budget of 0 requests does not pay for more";
  EXPECT_EQ(JudgePairs(subject, kAtMost, {}, 4).explanation,
            " Verdict: NOT MEASURED: nothing was measured\n"
            "          the measurement ended early: the budget of 0 requests does not pay for "
            "more\n");
  const SpeedJudgement failed =
      JudgePairs(subject, kAtMost, {.failed = 20, .first_failure = "HTTP 503"}, 4);
  EXPECT_EQ(failed.explanation, " Verdict: NOT MEASURED: 20 of 20 pairs failed (HTTP 503)\n");
  EXPECT_EQ(failed.expectation, "e");
  EXPECT_FALSE(failed.estimate.has_value());
}

TEST(JudgePairs, TooFewSayHowManyDo) {
  EXPECT_EQ(TextOf(kAtMost, PairsOf(4, 1.0)),
            "  Actual: slowdown 1.0000, 90% interval [0.0000, infinite], n = 4 pairs "
            "(Hodges-Lehmann)\n"
            "          candidate min 20, p50 21, p95 23, max 23 ms (n = 4)\n"
            "          baseline  min 20, p50 21, p95 23, max 23 ms (n = 4)\n"
            " Verdict: INCONCLUSIVE: the interval [0.0000, infinite] holds 1.0500: 4 pairs give no "
            "bound at alpha 0.05; set .Repetitions(20) or more\n"
            "Evidence: 20 pairs of 1 request each side, live, in this run; 1 at a time\n");
  SpeedSubject strict = kSlowdown;
  strict.alpha = 1e-9;
  EXPECT_THAT(JudgePairs(strict, kAtMost, PairsOf(20, 1.0), 1).explanation,
              HasSubstr("20 pairs give no bound at alpha 1e-09; set .Repetitions(30) or more\n"));
  EXPECT_EQ(JudgePairs(strict, kAtMost, PairsOf(30, 1.0), 1).verdict, Verdict::kPassed);
}

TEST(JudgePairs, WhatEndedItIsSaid) {
  SpeedSubject subject = kSlowdown;
  subject.ended = "5 pairs in a row failed";
  EXPECT_THAT(JudgePairs(subject, kAtMost, PairsOf(20, 1.03, 0.12), 1).explanation,
              HasSubstr("\n          the measurement ended early: 5 pairs in a row failed\n"));
  EXPECT_THAT(JudgePairs(subject, kAtMost, PairsOf(20, 1.0, 0.01), 1).explanation,
              HasSubstr("ended early"));
}

TEST(JudgePairs, ALimitAtTheEstimateIsTooCloseToTell) {
  EXPECT_THAT(TextOf(kAtMost, PairsOf(41, 1.0501, 0.3)),
              HasSubstr("it is too close to the limit to tell; choose another limit\n"));
}

TEST(JudgePairs, RefusesWhatCannotBe) {
  for (const double alpha : {0.0, 0.5, 0.9, -0.1, kNaN}) {
    for (const std::size_t looks : {1U, 4U}) {
      SpeedSubject subject = kSlowdown;
      subject.alpha = alpha;
      ExpectError(ErrorCode::kInvalidArgument, "alpha is",
                  [&] { JudgePairs(subject, kAtMost, PairsOf(20, 1.0), looks); });
    }
  }
  Pairs no_time = PairsOf(20, 1.0);
  no_time.candidate[3] = 0.0;
  ExpectError(ErrorCode::kInvalidArgument, "differences[3] is -inf",
              [&] { JudgePairs(kSlowdown, kAtMost, no_time, 4); });
}

/// From here on, the same of two runs.
SpeedJudgement Across(const RatioLimit& limit, const std::vector<double>& candidate,
                      const std::vector<double>& baseline) {
  return JudgeAcrossRuns({.expectation = "sorting takes at most 1.05 times as long as in old.json",
                          .metric = limit.speedup ? "speedup" : "slowdown",
                          .evidence = {"10 repetitions of old.json, 2026-05-01"}},
                         limit, candidate, baseline);
}

/// `n` values around `middle`, up to 2 % off.
std::vector<double> Around(double middle, std::size_t n) {
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) {
    values.push_back(middle * (0.98 + 0.04 * static_cast<double>(i) / static_cast<double>(n - 1)));
  }
  return values;
}

TEST(JudgeAcrossRuns, APass) {
  EXPECT_EQ(Across(kAtMost, Around(0.9, 10), Around(1.0, 8)).explanation,
            "  Actual: slowdown 0.9006, 90% interval [0.8686, 0.9327], n = 10 repetitions (medians "
            "of two runs, order statistics; the file has 8 repetitions)\n"
            "          candidate min 882, p50 898, p95 918, max 918 ms (n = 10)\n"
            "          baseline  min 980, p50 997.1, p95 1020, max 1020 ms (n = 8)\n"
            " Verdict: PASSED: 0.9006 is not above 1.0500, and the interval's upper bound 0.9327 "
            "is not either\n"
            "Evidence: 10 repetitions of old.json, 2026-05-01\n");
}

TEST(JudgeAcrossRuns, AFailure) {
  EXPECT_EQ(
      Across(kAtMost, Around(1.3, 10), Around(1.0, 10)).explanation,
      "  Actual: slowdown 1.3000, 90% interval [1.2602, 1.3411], n = 10 repetitions (medians of "
      "two runs, order statistics; the file has 10 repetitions)\n"
      "          candidate min 1274, p50 1297, p95 1326, max 1326 ms (n = 10)\n"
      "          baseline  min 980, p50 997.8, p95 1020, max 1020 ms (n = 10)\n"
      " Verdict: FAILED: 1.3000 is above 1.0500, and the interval's lower bound 1.2602 is too\n"
      "Evidence: 10 repetitions of old.json, 2026-05-01\n");
}

TEST(JudgeAcrossRuns, TheBoundsAreThoseOfBothMediansAtHalfOfAlpha) {
  const std::vector<double> candidate = {1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0};
  const std::vector<double> baseline = {1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6};
  // Of 10 at 0.025 those are the 2nd and the 9th, of 7 the 1st and the 7th.
  const QuantileRanks ten = OrderStatisticRanks(10, 0.5, 0.025);
  const QuantileRanks seven = OrderStatisticRanks(7, 0.5, 0.025);
  ASSERT_EQ(ten.lower, 2);
  ASSERT_EQ(ten.upper, 9);
  ASSERT_EQ(seven.lower, 1);
  ASSERT_EQ(seven.upper, 7);
  const SpeedJudgement slowdown = Across(kAtMost, candidate, baseline);
  ASSERT_TRUE(slowdown.estimate && slowdown.estimate->interval);
  EXPECT_NEAR(slowdown.estimate->value, 5.0 / 1.3, 1e-12);
  EXPECT_NEAR(slowdown.estimate->interval->lower, 2.0 / 1.6, 1e-12);
  EXPECT_NEAR(slowdown.estimate->interval->upper, 9.0 / 1.0, 1e-12);
  EXPECT_EQ(slowdown.verdict, Verdict::kFailed);
  const SpeedJudgement speedup = Across(kAbove, candidate, baseline);
  ASSERT_TRUE(speedup.estimate && speedup.estimate->interval);
  EXPECT_NEAR(speedup.estimate->interval->lower, 1.0 / 9.0, 1e-12);
  EXPECT_NEAR(speedup.estimate->interval->upper, 1.6 / 2.0, 1e-12);
  EXPECT_EQ(speedup.verdict, Verdict::kFailed);
}

TEST(JudgeAcrossRuns, SixRepetitionsOnEitherSideAreTheFewest) {
  EXPECT_EQ(Across(kAtMost, Around(0.5, 6), Around(1.0, 6)).verdict, Verdict::kPassed);
  EXPECT_EQ(Across(kAtMost, Around(2.0, 6), Around(1.0, 6)).verdict, Verdict::kFailed);
  for (const auto& [candidate, baseline] : {std::pair{5, 6}, {6, 5}}) {
    const SpeedJudgement judgement =
        Across(kAtMost, Around(0.5, static_cast<std::size_t>(candidate)),
               Around(1.0, static_cast<std::size_t>(baseline)));
    EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
    EXPECT_THAT(judgement.explanation,
                HasSubstr("holds 1.0500: 6 repetitions on either side are needed at alpha 0.05\n"));
  }
}

TEST(JudgeAcrossRuns, EnoughThatDoNotDecideAskForMore) {
  EXPECT_THAT(Across(kAtMost, Around(1.05, 10), Around(1.0, 10)).explanation,
              HasSubstr("holds 1.0500: take more repetitions on both sides, or compare both in one "
                        "run\n"));
}

TEST(JudgeAcrossRuns, SaysWhatEndedIt) {
  const SpeedSubject subject = {.metric = "slowdown", .ended = "the run was interrupted"};
  EXPECT_THAT(JudgeAcrossRuns(subject, kAtMost, {1.0, 1.0}, Around(1.0, 10)).explanation,
              HasSubstr("\n          the measurement ended early: the run was interrupted\n"));
  EXPECT_EQ(JudgeAcrossRuns(subject, kAtMost, {}, Around(1.0, 10)).explanation,
            " Verdict: NOT MEASURED: nothing was measured\n"
            "          the measurement ended early: the run was interrupted\n");
  EXPECT_THAT(JudgeAcrossRuns(subject, kAtMost, Around(0.5, 6), Around(1.0, 6)).explanation,
              HasSubstr("ended early"));
}

TEST(JudgeAcrossRuns, RefusesWhatCannotBe) {
  EXPECT_EQ(Across(kAtMost, Around(1.0, 10), {}).verdict, Verdict::kNotMeasured);
  for (const double alpha : {0.0, 0.5, 0.9, kNaN}) {
    ExpectError(ErrorCode::kInvalidArgument, "alpha is", [&] {
      JudgeAcrossRuns({.alpha = alpha}, kAtMost, Around(1.0, 10), Around(1.0, 10));
    });
  }
}

/// Standard normal by sums of twelve, the same on every machine.
double Normal(std::mt19937_64& random) {
  double sum = -6.0;
  for (int i = 0; i < 12; ++i) sum += (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53;
  return sum;
}

/// How often looking again and again ends in a verdict whose opposite is as true.
TEST(LookAt, IsWrongAtMostAlphaOfTheTimeOverAllLooks) {
  constexpr int kRounds = 1000;
  constexpr double kAlpha = 0.05;
  const double most = kAlpha + 4.0 * std::sqrt(kAlpha * (1.0 - kAlpha) / kRounds);
  std::uint64_t seed = 17;
  for (const RatioLimit& limit : {kAtMost, kAbove}) {
    std::mt19937_64 random(++seed);
    const double truth = limit.speedup ? 1.0 / limit.limit : limit.limit;
    const std::vector<std::size_t> looks = LooksFor(80);
    int passed = 0;
    int failed = 0;
    for (int round = 0; round < kRounds; ++round) {
      Pairs pairs;
      std::optional<Verdict> verdict;
      for (const std::size_t look : looks) {
        while (pairs.candidate.size() < look) {
          pairs.baseline.push_back(0.02 * std::exp(0.1 * Normal(random)));
          pairs.candidate.push_back(0.02 * truth * std::exp(0.1 * Normal(random)));
        }
        verdict = LookAt(pairs, limit, kAlpha, looks.size());
        if (verdict) break;
      }
      passed += verdict == Verdict::kPassed ? 1 : 0;
      failed += verdict == Verdict::kFailed ? 1 : 0;
    }
    EXPECT_LE(passed, most * kRounds);
    EXPECT_LE(failed, most * kRounds);
    EXPECT_GT(passed, 0);
    EXPECT_GT(failed, 0);
  }
}

TEST(JudgeAcrossRuns, IsWrongAtMostAlphaOfTheTime) {
  constexpr int kRounds = 4000;
  std::mt19937_64 random(29);
  int passed = 0;
  int failed = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<double> sides[2];
    for (std::vector<double>& side : sides) {
      for (int i = 0; i < 10; ++i) side.push_back(std::exp(0.1 * Normal(random)));
    }
    const SpeedJudgement judgement = Across({.limit = 1.0}, sides[0], sides[1]);
    passed += judgement.verdict == Verdict::kPassed ? 1 : 0;
    failed += judgement.verdict == Verdict::kFailed ? 1 : 0;
  }
  EXPECT_LE(passed, 0.05 * kRounds);
  EXPECT_LE(failed, 0.05 * kRounds);
}

}  // namespace
}  // namespace gatetest::internal
