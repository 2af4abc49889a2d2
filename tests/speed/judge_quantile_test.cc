#include "src/speed/judge_quantile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/numbers.h"

namespace gatetest::internal {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using testing_support::ExpectError;
using testing_support::kInfinity;
using testing_support::kNaN;

const SpeedSubject kLatency = {
    .expectation = "tinylm int4 has a latency p95 below 50 ms on \"skills\"",
    .metric = "latency p95",
    .evidence = {"177 requests live, 5 requests of warm-up before; 1 at a time",
                 "prompts in a random order, seed 7"}};
const QuantileLimit kP95 = {.p = 0.95, .limit = 0.05};
const QuantileLimit kMedian = {.p = 0.5, .limit = 0.05};

const SpeedSubject kThroughput = {
    .expectation = "tinylm int4 has a throughput above 1,000 tokens/s on \"skills\"",
    .metric = "throughput",
    .evidence = {"10 runs of 64 requests"}};
const QuantileLimit kTokens = {
    .p = 0.5, .limit = 1000.0, .below = false, .unit = Unit::kTokensPerSecond};

Repetitions Requests(std::vector<double> values, std::size_t failed = 0) {
  return {.values = std::move(values),
          .observations = "requests",
          .failed = failed,
          .first_failure = failed > 0 ? "the model threw: out of memory" : "",
          .what_same_work = "the same request"};
}

Repetitions Runs(std::vector<double> values, std::size_t failed = 0) {
  Repetitions runs = Requests(std::move(values), failed);
  runs.observations = "runs";
  return runs;
}

/// `fast` of 20 to 39 ms in turn, then `slow` of 61 ms.
std::vector<double> Times(std::size_t fast, std::size_t slow = 0) {
  std::vector<double> values;
  for (std::size_t i = 0; i < fast; ++i)
    values.push_back(0.020 + 0.001 * static_cast<double>(i % 20));
  values.insert(values.end(), slow, 0.061);
  return values;
}

Verdict VerdictOf(const QuantileLimit& limit, const Repetitions& repetitions,
                  const SpeedSubject& subject = kLatency) {
  return JudgeQuantile(subject, limit, repetitions).verdict;
}

std::string TextOf(const QuantileLimit& limit, const Repetitions& repetitions,
                   const SpeedSubject& subject = kLatency) {
  return JudgeQuantile(subject, limit, repetitions).explanation;
}

TEST(JudgeQuantile, BelowIsStrict) {
  const std::vector<double> at(59, 0.05);
  EXPECT_EQ(VerdictOf(kP95, Requests(std::vector<double>(59, std::nextafter(0.05, 0.0)))),
            Verdict::kPassed);
  EXPECT_EQ(VerdictOf(kP95, Requests(at)), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(kP95, Requests(std::vector<double>(59, std::nextafter(0.05, 1.0)))),
            Verdict::kFailed);
}

TEST(JudgeQuantile, AboveIsStrict) {
  const auto all = [](double rate) { return Runs(std::vector<double>(5, rate)); };
  EXPECT_EQ(VerdictOf(kTokens, all(std::nextafter(1000.0, 2000.0))), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(kTokens, all(1000.0)), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(kTokens, all(std::nextafter(1000.0, 0.0))), Verdict::kFailed);
}

TEST(JudgeQuantile, OneObservationAtTheBoundDecides) {
  std::vector<double> values(59, 0.04);
  EXPECT_EQ(VerdictOf(kP95, Requests(values)), Verdict::kPassed);
  values.back() = 0.05;
  EXPECT_EQ(VerdictOf(kP95, Requests(values)), Verdict::kInconclusive);
}

TEST(JudgeQuantile, TheOrderOfTheValuesIsNoMatter) {
  std::vector<double> values = Times(90, 3);
  const std::string text = TextOf(kP95, Requests(values));
  std::reverse(values.begin(), values.end());
  EXPECT_EQ(TextOf(kP95, Requests(values)), text);
}

TEST(FewestFor, IsWhatTheDocumentationSays) {
  EXPECT_EQ(FewestFor(kMedian, 0.05), 5U);
  EXPECT_EQ(FewestFor(kP95, 0.05), 59U);
  EXPECT_EQ(FewestFor({.p = 0.99, .limit = 1.0}, 0.05), 299U);
  EXPECT_EQ(FewestFor({.p = 0.99, .limit = 1.0}, 0.01), 459U);
  // From above, a low quantile is the one that needs many.
  EXPECT_EQ(FewestFor(kTokens, 0.05), 5U);
  EXPECT_EQ(FewestFor({.p = 0.05, .limit = 1.0, .below = false}, 0.05), 59U);
}

TEST(FewestFor, IsWhereAPassBecomesPossible) {
  for (const double p : {0.5, 0.9, 0.95, 0.99}) {
    const QuantileLimit limit = {.p = p, .limit = 1.0};
    const std::size_t fewest = FewestFor(limit, 0.05);
    EXPECT_EQ(VerdictOf(limit, Requests(std::vector<double>(fewest, 0.5))), Verdict::kPassed) << p;
    EXPECT_EQ(VerdictOf(limit, Requests(std::vector<double>(fewest - 1, 0.5))),
              Verdict::kInconclusive)
        << p;
  }
}

TEST(JudgeQuantile, APassSaysWhyInThreeLines) {
  const SpeedJudgement judgement = JudgeQuantile(kLatency, kP95, Requests(Times(177)));
  EXPECT_EQ(judgement.verdict, Verdict::kPassed);
  EXPECT_EQ(judgement.expectation,
            "tinylm int4 has a latency p95 below 50 ms on \"skills\" (alpha 0.05)");
  EXPECT_EQ(judgement.explanation,
            "  Actual: latency p95 38 ms, 90% interval [38, 39] ms, n = 177 requests (order "
            "statistics)\n"
            "          min 20, p50 29, p95 38, max 39 ms (n = 177)\n"
            " Verdict: PASSED: 38 ms is below 50 ms, and so is the interval's upper bound 39 ms\n"
            "Evidence: 177 requests live, 5 requests of warm-up before; 1 at a time\n"
            "          prompts in a random order, seed 7\n");
  ASSERT_TRUE(judgement.estimate && judgement.estimate->interval);
  EXPECT_EQ(judgement.estimate->value, 0.020 + 0.001 * 18);
  EXPECT_EQ(judgement.estimate->n, 177U);
  EXPECT_EQ(judgement.estimate->observations, "requests");
  EXPECT_EQ(judgement.estimate->method, "order statistics");
  EXPECT_EQ(judgement.estimate->interval->upper, 0.020 + 0.001 * 19);
  EXPECT_EQ(judgement.estimate->interval->alpha, 0.05);
}

TEST(JudgeQuantile, AFailureShowsHowTheTimesAreSpread) {
  Repetitions requests = Requests(Times(150, 27));
  requests.same_work = {0.030, 0.031, 0.029, 0.030, 0.033};
  EXPECT_EQ(
      TextOf(kP95, requests),
      "  Actual: latency p95 61 ms, 90% interval [61, 61] ms, n = 177 requests (order statistics)\n"
      "          min 20, p50 31, p95 61, max 61 ms (n = 177)\n"
      " Verdict: FAILED: 61 ms is not below 50 ms, and the interval's lower bound 61 ms is not "
      "either\n"
      "   Noise: the same request, 5 times in this run, was 0.97 to 1.10 times its median (10th to "
      "90th percentile)\n"
      "  Spread: from    20 ms   48 ########################################\n"
      "          from 25.12 ms   39 #################################\n"
      "          from 30.25 ms   35 ##############################\n"
      "          from 35.38 ms   28 ########################\n"
      "          from  40.5 ms    0\n"
      "          from 45.62 ms    0   <- the limit\n"
      "          from 50.75 ms    0\n"
      "          from 55.87 ms   27 #######################\n"
      "Evidence: 177 requests live, 5 requests of warm-up before; 1 at a time\n"
      "          prompts in a random order, seed 7\n");
}

TEST(JudgeQuantile, AFailureOfAThroughput) {
  EXPECT_EQ(TextOf(kTokens, Runs({950, 960, 955, 948, 952, 961, 940, 951, 949, 1001}), kThroughput),

            "  Actual: throughput 951 tokens/s, 90% interval [948, 961] tokens/s, n = 10 runs "
            "(order statistics)\n"
            "          min 940, p50 951, p95 1001, max 1001 tokens/s (n = 10)\n"
            " Verdict: FAILED: 951 tokens/s is not above 1000 tokens/s, and the interval's upper "
            "bound 961 tokens/s is not either\n"
            "  Spread: from   940 tokens/s    1 #######\n"
            "          from 947.6 tokens/s    6 ########################################\n"
            "          from 955.2 tokens/s    2 ##############\n"
            "          from 962.9 tokens/s    0\n"
            "          from 970.5 tokens/s    0\n"
            "          from 978.1 tokens/s    0\n"
            "          from 985.8 tokens/s    0\n"
            "          from 993.4 tokens/s    1 #######  <- the limit\n"
            "Evidence: 10 runs of 64 requests\n");
}

TEST(JudgeQuantile, APassOfAThroughput) {
  EXPECT_EQ(TextOf(kTokens, Runs({1950, 1960, 1955, 1948, 1952}), kThroughput),
            "  Actual: throughput 1952 tokens/s, 90% interval [1948, 1960] tokens/s, n = 5 runs "
            "(order statistics)\n"
            "          min 1948, p50 1952, p95 1960, max 1960 tokens/s (n = 5)\n"
            " Verdict: PASSED: 1952 tokens/s is above 1000 tokens/s, and so is the interval's "
            "lower bound 1948 tokens/s\n"
            "Evidence: 10 runs of 64 requests\n");
}

TEST(JudgeQuantile, TooFewSayHowManyDo) {
  EXPECT_EQ(TextOf(kP95, Requests(Times(40))),
            "  Actual: latency p95 38 ms, 90% interval [37, infinite] ms, n = 40 requests (order "
            "statistics)\n"
            "          min 20, p50 29, p95 38, max 39 ms (n = 40)\n"
            " Verdict: INCONCLUSIVE: 40 requests give no upper bound of a p95 at alpha 0.05; 59 "
            "do: set .Repetitions(59) or more\n"
            "  Spread: from    20 ms    6 ########################################\n"
            "          from 22.38 ms    4 ###########################\n"
            "          from 24.75 ms    6 ########################################\n"
            "          from 27.12 ms    4 ###########################\n"
            "          from  29.5 ms    4 ###########################\n"
            "          from 31.88 ms    6 ########################################\n"
            "          from 34.25 ms    4 ###########################\n"
            "          from 36.63 ms    6 ########################################\n"
            "Evidence: 177 requests live, 5 requests of warm-up before; 1 at a time\n"
            "          prompts in a random order, seed 7\n");
  EXPECT_THAT(TextOf({.p = 0.99, .limit = 0.05}, Requests(Times(59))),
              HasSubstr("59 requests give no upper bound of a p99 at alpha 0.05; 299 do: set "
                        ".Repetitions(299) or more\n"));
  EXPECT_THAT(TextOf(kMedian, Requests({0.01})),
              HasSubstr("1 request gives no upper bound of a median at alpha 0.05; 5 do"));
  EXPECT_THAT(TextOf(kTokens, Runs({2000, 2000, 2000, 2000}), kThroughput),
              HasSubstr("4 runs give no lower bound of a median at alpha 0.05; 5 do: set "
                        ".Repetitions(5) or more\n"));
}

TEST(JudgeQuantile, TooFewForAPassMayBeEnoughForAFailure) {
  EXPECT_EQ(VerdictOf(kP95, Requests(std::vector<double>(3, 0.06))), Verdict::kFailed);
}

TEST(JudgeQuantile, AnIntervalThatHoldsTheLimitSaysHowManyWouldDecide) {
  EXPECT_EQ(
      TextOf(kP95, Requests(Times(170, 7))),
      "  Actual: latency p95 39 ms, 90% interval [39, 61] ms, n = 177 requests (order statistics)\n"
      "          min 20, p50 29, p95 39, max 61 ms (n = 177)\n"
      " Verdict: INCONCLUSIVE: the interval [39, 61] ms holds 50 ms: about 2,500 requests in all "
      "would decide: set .Repetitions(2500)\n"
      "  Spread: from    20 ms   54 ########################################\n"
      "          from 25.12 ms   44 #################################\n"
      "          from 30.25 ms   40 ##############################\n"
      "          from 35.38 ms   32 ########################\n"
      "          from  40.5 ms    0\n"
      "          from 45.62 ms    0   <- the limit\n"
      "          from 50.75 ms    0\n"
      "          from 55.87 ms    7 ######\n"
      "Evidence: 177 requests live, 5 requests of warm-up before; 1 at a time\n"
      "          prompts in a random order, seed 7\n");
}

TEST(JudgeQuantile, ALimitAtTheEstimateIsTooCloseToTell) {
  EXPECT_THAT(TextOf(kMedian, Requests(Times(20, 20))),
              HasSubstr("holds 50 ms: it is too close to the limit to tell; choose another limit"));
}

TEST(JudgeQuantile, TheAdviceIsAlwaysMoreThanThereIs) {
  for (std::size_t slow = 0; slow <= 12; ++slow) {
    const std::string text = TextOf(kP95, Requests(Times(177 - slow, slow)));
    const std::size_t at = text.find(".Repetitions(");
    if (at == std::string::npos) continue;
    EXPECT_GT(std::stoi(text.substr(at + 13)), 177) << text;
  }
}

TEST(JudgeQuantile, WhatEndedItIsSaid) {
  SpeedSubject subject = kLatency;
  subject.ended = "the budget of 40 requests does not pay for more";
  EXPECT_THAT(
      TextOf(kP95, Requests(Times(40)), subject),
      HasSubstr("59 do\n          the measurement ended early: the budget of 40 requests does "
                "not pay for more\n"));
  EXPECT_THAT(TextOf(kP95, Requests(Times(170, 7)), subject), HasSubstr("the measurement ended"));
  EXPECT_THAT(TextOf(kP95, Requests(Times(177)), subject), HasSubstr("ended early"));
  EXPECT_EQ(TextOf(kP95, Requests({}), subject),
            " Verdict: NOT MEASURED: nothing was measured\n"
            "          the measurement ended early: the budget of 40 requests does not pay for "
            "more\n"
            "Evidence: 177 requests live, 5 requests of warm-up before; 1 at a time\n"
            "          prompts in a random order, seed 7\n");
}

/// To have 59 of which every third has a value it takes three times as many.
TEST(JudgeQuantile, AdviceCountsWhatIsLeftOut) {
  Repetitions requests = Requests(Times(40));
  requests.left_out = 80;
  EXPECT_THAT(TextOf(kP95, requests), HasSubstr("59 do: set .Repetitions(177) or more"));
}

TEST(JudgeQuantile, NothingMeasuredIsNoVerdict) {
  const SpeedJudgement judgement = JudgeQuantile({.expectation = "e"}, kP95, Requests({}));
  EXPECT_EQ(judgement.verdict, Verdict::kNotMeasured);
  EXPECT_EQ(judgement.expectation, "e");
  EXPECT_EQ(judgement.explanation, " Verdict: NOT MEASURED: nothing was measured\n");
  EXPECT_FALSE(judgement.estimate.has_value());
}

TEST(JudgeQuantile, AllFailedIsNoVerdict) {
  EXPECT_EQ(TextOf(kP95, Requests({}, 177), {.expectation = "e"}),
            " Verdict: NOT MEASURED: 177 of 177 requests failed (the model threw: out of memory), "
            "and nothing else was measured\n");
}

TEST(JudgeQuantile, FailuresThatCannotChangeAPassLeaveItStanding) {
  const SpeedJudgement judgement = JudgeQuantile(kLatency, kP95, Requests(Times(175), 2));
  EXPECT_EQ(judgement.verdict, Verdict::kPassed);
  EXPECT_THAT(judgement.explanation,
              HasSubstr("n = 177 requests (order statistics)\n"
                        "          min 20, p50 29, p95 38, max 39 ms (n = 175)\n"
                        " Verdict: PASSED: 39 ms is below 50 ms, and so is the interval's upper "
                        "bound 39 ms\n"
                        "          2 of 177 requests failed (the model threw: out of memory); "
                        "counted against it\n"));
}

TEST(JudgeQuantile, FailuresThatCannotChangeAFailureLeaveItStanding) {
  const std::string text = TextOf(kP95, Requests(Times(100, 50), 1));
  EXPECT_THAT(text, AllOf(HasSubstr("FAILED: 61 ms is not below 50 ms"),
                          HasSubstr("1 of 151 requests failed (the model threw: out of memory); "
                                    "counted against it\n")));
}

TEST(JudgeQuantile, FailuresThatDecideAreNotMeasured) {
  const SpeedJudgement one = JudgeQuantile(kLatency, kP95, Requests(Times(58), 1));
  EXPECT_EQ(one.verdict, Verdict::kNotMeasured);
  EXPECT_THAT(one.explanation,
              HasSubstr(" Verdict: NOT MEASURED: 1 of 59 requests failed (the model threw: out of "
                        "memory), which decides: with it as a fast one it is PASSED, as a slow one "
                        "INCONCLUSIVE\n"));
  EXPECT_THAT(TextOf(kP95, Requests(Times(140), 37)),
              HasSubstr(" Verdict: NOT MEASURED: 37 of 177 requests failed (the model threw: out "
                        "of memory), which decides: with them as fast ones it is PASSED, as slow "
                        "ones FAILED\n"));
}

TEST(JudgeQuantile, WhatIsNoSpeedIsNotFastOrSlow) {
  const QuantileLimit memory = {.p = 0.5, .limit = 1048576.0, .unit = Unit::kBytes};
  Repetitions loads = Requests(std::vector<double>(4, 1024.0), 1);
  loads.observations = "loads";
  EXPECT_THAT(TextOf(memory, loads),
              HasSubstr("1 of 5 loads failed (the model threw: out of memory), which decides: with "
                        "it as a good one it is PASSED, as a bad one INCONCLUSIVE"));
}

TEST(JudgeQuantile, FailedRunsAreSlowOnesOfAThroughput) {
  EXPECT_EQ(VerdictOf(kTokens, Runs(std::vector<double>(9, 2000.0), 1), kThroughput),
            Verdict::kPassed);
  EXPECT_EQ(VerdictOf(kTokens, Runs(std::vector<double>(9, 500.0), 1), kThroughput),
            Verdict::kFailed);
  EXPECT_THAT(TextOf(kTokens, Runs(std::vector<double>(5, 2000.0), 5), kThroughput),
              HasSubstr("5 of 10 runs failed (the model threw: out of memory), which decides: with "
                        "them as fast ones it is PASSED, as slow ones INCONCLUSIVE"));
}

/// There are enough of them: more would not help.
TEST(JudgeQuantile, AnIntervalWithoutEndBecauseOfFailuresAsksForNoMore) {
  const std::string text = TextOf(kP95, Requests(Times(57, 1), 1));
  EXPECT_THAT(text, AllOf(HasSubstr("INCONCLUSIVE: the interval ["),
                          HasSubstr(", infinite] ms holds 50 ms: too many failed to tell; find out "
                                    "why\n          1 of 59 requests failed"),
                          Not(HasSubstr("give no upper bound")), Not(HasSubstr(".Repetitions"))));
}

TEST(JudgeQuantile, NoiseThatHidesTheLimitIsSaid) {
  Repetitions requests = Requests(Times(170, 7));
  requests.same_work = {0.020, 0.030, 0.031, 0.029, 0.030, 0.033, 0.060};
  EXPECT_THAT(
      TextOf(kP95, requests),
      HasSubstr("   Noise: the same request, 7 times in this run, was 0.67 to 2.00 times its "
                "median (10th to 90th percentile)\n"
                "          the limit is nearer than that: this machine is too noisy to tell. Run "
                "it alone (ctest runs suites of SPEED_SUITES so), or on a quieter one\n"));
}

TEST(JudgeQuantile, NoiseThatDoesNotReachTheLimitIsOnlyAFigure) {
  Repetitions requests = Requests(Times(40));
  requests.same_work = {0.030, 0.030, 0.030, 0.030, 0.031};
  EXPECT_THAT(TextOf(kP95, requests),
              AllOf(HasSubstr("   Noise: the same request, 5 times in this run, was 1.00 to 1.03"),
                    Not(HasSubstr("too noisy"))));
}

/// A verdict that holds whatever the noise is does not say that nobody can tell.
TEST(JudgeQuantile, AFailureIsNotTooNoisyToTell) {
  Repetitions requests = Requests(Times(100, 50));
  requests.same_work = {0.020, 0.030, 0.031, 0.029, 0.030, 0.033, 0.060};
  EXPECT_THAT(TextOf(kP95, requests), AllOf(HasSubstr("FAILED"), HasSubstr("   Noise: the same"),
                                            Not(HasSubstr("too noisy"))));
}

TEST(JudgeQuantile, APassIsSilentAboutNoise) {
  Repetitions requests = Requests(Times(177));
  requests.same_work = Times(20);
  EXPECT_THAT(TextOf(kP95, requests), AllOf(Not(HasSubstr("Noise")), Not(HasSubstr("Spread"))));
}

TEST(JudgeQuantile, NothingIsRoundedOntoTheLimit) {
  const std::string text = TextOf(kMedian, Requests(std::vector<double>(5, 0.04999999)));
  EXPECT_THAT(text, HasSubstr("49.99999 ms is below 50 ms, and so is the interval's upper bound "
                              "49.99999 ms\n"));
}

TEST(JudgeQuantile, RefusesWhatCannotBe) {
  for (const double alpha : {0.0, 0.5, 0.9, -0.1, kNaN}) {
    for (const std::vector<double>& values : {std::vector<double>(), Times(59)}) {
      ExpectError(ErrorCode::kInvalidArgument, "alpha is",
                  [&] { JudgeQuantile({.alpha = alpha}, kP95, Requests(values)); });
    }
  }
  for (const double limit : {0.0, -1.0, kInfinity, kNaN}) {
    ExpectError(ErrorCode::kInvalidArgument, "JudgeQuantile: the limit is",
                [&] { JudgeQuantile(kLatency, {.limit = limit}, Requests(Times(59))); });
  }
  for (const double p : {0.0, 1.0, 95.0}) {
    ExpectError(ErrorCode::kInvalidArgument, "the quantile p is",
                [&] { JudgeQuantile(kLatency, {.p = p, .limit = 1.0}, Requests(Times(59))); });
  }
}

/// Uniform on (0, 1), the same on every machine.
double Draw(std::mt19937_64& random) {
  return (static_cast<double>(random() >> 11) + 0.5) * 0x1p-53;
}

/// How often a verdict is given whose opposite is as true: the limit is the quantile itself.
struct Errors {
  double passed = 0.0;
  double failed = 0.0;
};
Errors ErrorsAt(const QuantileLimit& limit, std::size_t n, double alpha, std::uint64_t seed) {
  constexpr int kRounds = 2000;
  std::mt19937_64 random(seed);
  Errors errors;
  for (int round = 0; round < kRounds; ++round) {
    Repetitions drawn = Requests({});
    for (std::size_t i = 0; i < n; ++i) drawn.values.push_back(-std::log(Draw(random)));
    const Verdict verdict = VerdictOf(limit, drawn, {.alpha = alpha});
    errors.passed += verdict == Verdict::kPassed ? 1.0 / kRounds : 0.0;
    errors.failed += verdict == Verdict::kFailed ? 1.0 / kRounds : 0.0;
  }
  return errors;
}

TEST(JudgeQuantile, IsWrongAtMostAlphaOfTheTimeAtTheLimit) {
  struct Case {
    double p;
    std::size_t n;
    double alpha;
  };
  std::uint64_t seed = 17;
  for (const Case& one : {Case{0.5, 10, 0.05}, Case{0.5, 30, 0.1}, Case{0.95, 59, 0.05},
                          Case{0.95, 177, 0.05}, Case{0.9, 60, 0.2}}) {
    // Four standard deviations of the simulation itself.
    const double most = one.alpha + 4.0 * std::sqrt(one.alpha * (1.0 - one.alpha) / 2000.0);
    for (const bool below : {true, false}) {
      const double p = below ? one.p : 1.0 - one.p;
      const QuantileLimit limit = {
          .p = p, .limit = -std::log1p(-p), .below = below, .unit = Unit::kNumber};
      const Errors errors = ErrorsAt(limit, one.n, one.alpha, ++seed);
      SCOPED_TRACE(testing::Message() << "p " << p << ", n " << one.n << ", below " << below);
      EXPECT_LE(errors.passed, most);
      EXPECT_LE(errors.failed, most);
      EXPECT_GT(errors.passed + errors.failed, 0.0);  // And it does decide.
    }
  }
}

}  // namespace
}  // namespace gatetest::internal
