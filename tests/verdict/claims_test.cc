// Claims: what decides a verdict about these samples, about texts like these, and about neither.
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
using ::testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Subject On(const TaskPtr& task, const std::vector<Outcome>& candidate,
           const std::vector<Outcome>& baseline = {}) {
  Subject subject{.candidate = MakeEvaluation(Rung("int4"), task, candidate)};
  if (!baseline.empty()) subject.baseline = MakeEvaluation(Rung("f16"), task, baseline);
  return subject;
}

Subject Paired(const std::string& baseline, const std::string& candidate,
               const std::string& name = "facts") {
  return On(Questions(baseline.size(), name), Outcomes(candidate), Outcomes(baseline));
}

/// 10 samples a lost one: retention 0.9 at any size.
Subject NineTenths(std::size_t lost, const std::string& name) {
  return Paired(Times(10 * lost, "+"), Times(lost, "-+++++++++"), name);
}

Judgement JudgeAll(Metric metric, const Limit& limit, const std::vector<Subject>& subjects) {
  return Judge({metric, limit}, subjects);
}

Finding FindingOf(Metric metric, const Limit& limit, const Subject& subject) {
  const Judgement judgement = JudgeAll(metric, limit, {subject});
  EXPECT_EQ(judgement.failure, "");
  return judgement.findings.at(0);
}

Verdict VerdictOf(Metric metric, const Limit& limit, const Subject& subject) {
  return FindingOf(metric, limit, subject).verdict;
}

Limit Population(double threshold) { return Limit(threshold).Claim(Claim::kPopulation); }

// --- these samples: the quotient, exactly

TEST(DatasetClaim, ComparesTheQuotientAsItIsWritten) {
  // In binary, 0.7 is less than seven tenths; 7 of 10 is not above it for all that.
  for (const int tenths : {1, 3, 6, 7, 9}) {
    const auto right = static_cast<std::size_t>(tenths);
    const Subject subject = On(Questions(10), Outcomes(Times(right, "+") + Times(10 - right, "-")));
    const double limit = std::stod("0." + std::to_string(tenths));
    EXPECT_EQ(VerdictOf(Metric::kAccuracy, limit, subject), Verdict::kFailed) << limit;
    EXPECT_EQ(VerdictOf(Metric::kAccuracy, std::nextafter(limit, 0.0), subject), Verdict::kPassed);
  }
}

TEST(DatasetClaim, GradedScoresAddUpWithoutRounding) {
  // Ten times 0.9 adds up to 9.000000000000002 or 8.999999999999998 by the order, if rounded.
  std::vector<Outcome> outcomes(10, Graded(0.9));
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.9, On(Questions(10), outcomes)), Verdict::kFailed);
  outcomes.assign(30, Graded(0.1));
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.1, On(Questions(30), outcomes)), Verdict::kFailed);
}

TEST(DatasetClaim, APerplexityAtItsLimitIsNotBelowIt) {
  // A model that finds every one of 16 tokens equally likely: exp(log 16) is below 16 by rounding.
  const Window window{.nll = 100.0 * std::log(16.0), .tokens = 100};
  const Subject subject = On(Documents(1), {Text({window})});
  EXPECT_EQ(VerdictOf(Metric::kPerplexity, 16.0, subject), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(Metric::kPerplexity, 16.000001, subject), Verdict::kPassed);
  const Subject compared = On(Documents(1), {Text({window})}, {Text({window})});
  EXPECT_EQ(VerdictOf(Metric::kPerplexityRatio, 1.0, compared), Verdict::kFailed);
}

TEST(DatasetClaim, SaysWhenAnswersWereDrawnAtRandom) {
  Evaluation evaluation = *MakeEvaluation(Rung("int4"), Questions(40), Outcomes(Times(40, "+")));
  evaluation.sampled = true;
  const Subject subject{.candidate = std::make_shared<const Evaluation>(evaluation)};
  EXPECT_EQ(FindingOf(Metric::kAccuracy, 0.5, subject).reason,
            "1.0000 is above 0.5000, and the interval's lower bound 0.9278 is too\n"
            "answers were drawn at random (temperature above 0); others may be worth something "
            "else");
}

// --- none of either: the estimate alone

TEST(PointEstimate, LeavesOutWhatWasNotAsked) {
  const Subject partial = On(Questions(10), Outcomes("++++-"));
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.75, partial), Verdict::kNotMeasured);
  const Finding finding =
      FindingOf(Metric::kAccuracy, Limit(0.75).Claim(Claim::kPointEstimate), partial);
  EXPECT_EQ(finding.verdict, Verdict::kPassed);
  EXPECT_EQ(finding.reason, "0.8000 is above 0.7500");
}

TEST(PointEstimate, CountsWhatCouldNotBeMeasured) {
  const Subject broken = On(Questions(5), Outcomes("+++-?"));
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, Limit(0.7).Claim(Claim::kPointEstimate), broken),
            Verdict::kNotMeasured);
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, Limit(0.5).Claim(Claim::kPointEstimate), broken),
            Verdict::kPassed);
}

TEST(PointEstimate, OfNothingIsNotMeasured) {
  EXPECT_EQ(
      VerdictOf(Metric::kAccuracy, Limit(0.5).Claim(Claim::kPointEstimate), On(Questions(10), {})),
      Verdict::kNotMeasured);
}

// --- texts like these

TEST(PopulationClaim, AtTheLimitNothingDecides) {
  EXPECT_EQ(
      FindingOf(Metric::kAccuracy, Population(0.5), On(Questions(40), Outcomes(Times(20, "+-"))))
          .reason,
      "the interval [0.3611, 0.6389] reaches over the limit 0.5000; too close to the "
      "threshold to decide");
  EXPECT_THAT(FindingOf(Metric::kRetention, Population(0.9), NineTenths(30, "facts")).reason,
              HasSubstr("too close to the threshold to decide"));
}

TEST(PopulationClaim, SaysHowManyMoreForEveryMethod) {
  const auto more = [](Metric metric, double limit, const Subject& subject) {
    const Finding finding = FindingOf(metric, Population(limit), subject);
    EXPECT_EQ(finding.verdict, Verdict::kInconclusive) << finding.reason;
    return finding.reason.substr(finding.reason.rfind("; ") + 2);
  };
  EXPECT_EQ(more(Metric::kAccuracy, 0.85, On(Questions(100), Outcomes(Times(10, "+++++++++-")))),
            "about 123 more samples would decide");
  EXPECT_EQ(more(Metric::kFlips, 0.15, NineTenths(10, "facts")),
            "about 123 more samples would decide");
  EXPECT_EQ(more(Metric::kRetention, 0.85, NineTenths(10, "facts")),
            "about 216 more samples would decide");
  EXPECT_EQ(more(Metric::kAccuracyLoss, 0.15, NineTenths(10, "facts")),
            "about 216 more samples would decide");
  EXPECT_EQ(more(Metric::kAccuracyLoss, 0.0, Paired(Times(28, "++-+"), Times(28, "+-++"))),
            "too close to the threshold to decide");
  std::vector<Outcome> graded;
  std::vector<Outcome> texts;
  for (int i = 0; i < 40; ++i) {
    graded.push_back(Graded(i % 2 == 0 ? 0.9 : 0.6));
    texts.push_back(Text({{.nll = 100.0 + 10.0 * (i % 5), .tokens = 100}}));
  }
  EXPECT_EQ(more(Metric::kAccuracy, 0.72, On(Questions(40), graded)),
            "about 119 more samples would decide");
  EXPECT_EQ(more(Metric::kPerplexity, 3.4, On(Documents(40), texts)),
            "about 185 more documents would decide");
}

TEST(PopulationClaim, WithTooFewSaysHowManyAtLeast) {
  const auto reason = [](Metric metric, double limit, const Subject& subject) {
    return FindingOf(metric, Population(limit), subject).reason;
  };
  EXPECT_EQ(reason(Metric::kAccuracyLoss, 0.5, Paired(Times(19, "+"), Times(19, "+"))),
            "a claim beyond these samples needs more of them: there are fewer than 20 samples; "
            "about 1 more sample would decide");
  EXPECT_EQ(
      reason(Metric::kPerplexity, 20.0, On(Documents(1), {Text({{.nll = 2.0, .tokens = 1}})})),
      "a claim beyond these samples needs more of them: there are fewer than 30 windows; "
      "about 29 more windows would decide");
}

TEST(PopulationClaim, TheExactTestDecidesWhetherThereIsALossAtAll) {
  // 50 lost and 20 gained of 1000: P(Bin(70, 1/2) >= 50) = 0.00022.
  const std::string baseline = Times(700, "+") + Times(50, "+") + Times(20, "-") + Times(230, "-");
  const std::string candidate = Times(700, "+") + Times(50, "-") + Times(20, "+") + Times(230, "-");
  const Finding worse =
      FindingOf(Metric::kAccuracyLoss, Population(0.0), Paired(baseline, candidate));
  EXPECT_EQ(worse.verdict, Verdict::kFailed);
  EXPECT_EQ(worse.reason, "the exact McNemar test shows that it is above 0.0000 (p = 0.00022)");
  const Finding better =
      FindingOf(Metric::kAccuracyLoss, Population(0.0), Paired(candidate, baseline));
  EXPECT_EQ(better.verdict, Verdict::kPassed);
  // 5 lost, none gained: p = 1/32. 4: 1/16.
  const auto lost = [](std::size_t count) {
    return Paired(Times(30, "+"), Times(count, "-") + Times(30 - count, "+"));
  };
  EXPECT_EQ(VerdictOf(Metric::kAccuracyLoss, Population(0.0), lost(5)), Verdict::kFailed);
  EXPECT_EQ(FindingOf(Metric::kAccuracyLoss, Population(0.0), lost(4)).reason,
            "the exact McNemar test does not show that it is below 0.0000 (p = 1), or above (p = "
            "0.062); about 17 more samples would decide");
  EXPECT_EQ(VerdictOf(Metric::kAccuracyLoss, Population(0.0), lost(0)), Verdict::kInconclusive);
}

// --- edges

TEST(Edges, AllRightAndNoneRight) {
  const Subject all = Paired(Times(100, "+"), Times(100, "+"));
  const Subject none = Paired(Times(100, "+"), Times(100, "-"));
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, Population(0.96), all), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, Population(0.98), all), Verdict::kInconclusive);
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, Population(0.04), none), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, Population(0.0), none), Verdict::kInconclusive);
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, Population(0.0), all), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kRetention, Population(0.9), all), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kRetention, Population(0.99), all), Verdict::kInconclusive);
  EXPECT_EQ(VerdictOf(Metric::kRetention, Population(0.1), none), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(Metric::kRetention, Population(0.0), none), Verdict::kInconclusive);
  EXPECT_EQ(VerdictOf(Metric::kRetention, 0.0, none), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(Metric::kFlips, Population(0.04), all), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kFlips, Population(1.0), none), Verdict::kInconclusive);
  EXPECT_EQ(VerdictOf(Metric::kAccuracyLoss, Population(0.04), all), Verdict::kPassed);
}

TEST(Edges, ABaselineWithNothingRightIsNotMeasured) {
  const Subject subject = Paired(Times(30, "-"), Times(30, "+"));
  EXPECT_EQ(FindingOf(Metric::kRetention, 0.9, subject).reason,
            "retention is undefined: the baseline has none of 30 samples right; check the task "
            "with the baseline before gating on it");
  EXPECT_EQ(VerdictOf(Metric::kAccuracyLoss, 0.1, subject), Verdict::kPassed);
}

TEST(Edges, OneSample) {
  for (const Metric metric : {Metric::kAccuracy, Metric::kRetention}) {
    EXPECT_EQ(VerdictOf(metric, 0.5, Paired("+", "+")), Verdict::kPassed);
    EXPECT_EQ(VerdictOf(metric, Population(0.01), Paired("+", "+")), Verdict::kInconclusive);
  }
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.4, On(Questions(1), {Graded(0.5)})), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, Population(0.4), On(Questions(1), {Graded(0.5)})),
            Verdict::kInconclusive);
}

TEST(Edges, NumbersThatAreNoneAreNotMeasured) {
  for (const double score : {kNaN, kInfinity, -0.1, 1.1}) {
    EXPECT_THAT(
        FindingOf(Metric::kAccuracy, 0.5, On(Questions(2), {Right(), Graded(score)})).reason,
        HasSubstr("which is not between 0 and 1"));
  }
  const Subject nan_nll =
      On(Documents(2), {Text({{.nll = kNaN, .tokens = 4}}), Text({{.nll = 4.0, .tokens = 4}})});
  EXPECT_EQ(VerdictOf(Metric::kPerplexity, 100, nan_nll), Verdict::kNotMeasured);
}

TEST(Edges, AnImpossibleTokenFailsTheCandidateAndMeasuresNoBaseline) {
  const Outcome impossible = Text({{.nll = kInfinity, .tokens = 4}});
  const Outcome possible = Text({{.nll = 4.0, .tokens = 4}});
  const std::vector<Outcome> one_of_forty = [&] {
    std::vector<Outcome> outcomes(40, possible);
    outcomes[7] = impossible;
    return outcomes;
  }();
  const std::vector<Outcome> all_possible(40, possible);
  for (const Claim claim : {Claim::kDataset, Claim::kPopulation, Claim::kPointEstimate}) {
    EXPECT_EQ(
        VerdictOf(Metric::kPerplexity, Limit(1e300).Claim(claim), On(Documents(40), one_of_forty)),
        Verdict::kFailed);
    EXPECT_EQ(VerdictOf(Metric::kPerplexityRatio, Limit(1e300).Claim(claim),
                        On(Documents(40), one_of_forty, all_possible)),
              Verdict::kFailed);
    EXPECT_EQ(VerdictOf(Metric::kPerplexityRatio, Limit(1e300).Claim(claim),
                        On(Documents(40), all_possible, one_of_forty)),
              Verdict::kNotMeasured);
  }
}

TEST(Edges, GradedScoresThatAreAllAlike) {
  // No spread is no certainty: what 40 samples did not show may be in up to 7% of others.
  const std::vector<Outcome> half(40, Graded(0.5));
  const Finding finding = FindingOf(Metric::kAccuracy, Population(0.4), On(Questions(40), half));
  EXPECT_EQ(finding.verdict, Verdict::kPassed);
  EXPECT_NEAR(finding.estimate->interval->lower, 0.5 * std::pow(0.05, 1.0 / 40.0), 1e-12);
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, Population(0.47), On(Questions(40), half)),
            Verdict::kInconclusive);
  EXPECT_EQ(VerdictOf(Metric::kRetention, Population(0.8), On(Questions(40), half, half)),
            Verdict::kPassed);
  EXPECT_EQ(VerdictOf(Metric::kAccuracyLoss, Population(0.1), On(Questions(40), half, half)),
            Verdict::kPassed);
}

TEST(Edges, ScoresThatAreAlikeButForRoundingAreAlike) {
  // The standard error of 30 times 0.03 is 1e-18 and not 0; that is no certainty either.
  for (std::size_t n = 30; n <= 60; ++n) {
    for (int percent = 1; percent < 100; ++percent) {
      const double score = percent / 100.0;
      const Subject subject = On(Questions(n), std::vector<Outcome>(n, Graded(score)));
      EXPECT_EQ(VerdictOf(Metric::kAccuracy, Population(0.99 * score), subject),
                Verdict::kInconclusive)
          << n << " times " << score;
    }
  }
}

TEST(Edges, WhatHasNoTokensIsNoDocument) {
  std::vector<Outcome> mostly_empty(40, Text({}));
  for (std::size_t i = 0; i < 3; ++i) {
    mostly_empty[i] = Text({{.nll = 10.0 + static_cast<double>(i), .tokens = 10}});
  }
  const Finding finding =
      FindingOf(Metric::kPerplexity, Population(100), On(Documents(40), mostly_empty));
  EXPECT_EQ(finding.verdict, Verdict::kInconclusive);
  EXPECT_EQ(finding.estimate->n, 3U);
  EXPECT_EQ(finding.estimate->observations, "windows");
}

TEST(Edges, AnOverflowIsNoImpossibleToken) {
  // Words of 3000 nats: the perplexity does not fit a double, its logarithm does.
  const std::vector<Outcome> words(
      5, Text({{.nll = 3000.0, .tokens = 900, .bytes = 3000, .words = 1}}));
  const Subject subject = On(Documents(5, {.per = Per::kWord}), words);
  EXPECT_EQ(VerdictOf(Metric::kPerplexity, 1e300, subject), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(Metric::kPerplexity, Population(1e300), subject), Verdict::kInconclusive);
}

TEST(Edges, AnImpossibleTokenSaysSo) {
  const Subject subject = On(
      Documents(2), {Text({{.nll = kInfinity, .tokens = 4}}), Text({{.nll = 4.0, .tokens = 4}})});
  EXPECT_EQ(
      FindingOf(Metric::kPerplexity, Population(5), subject).reason,
      "infinite is not below 5.0000: a token has probability 0, whatever other texts may say");
}

TEST(Edges, TinyLimitsAreAsGoodAsZero) {
  EXPECT_EQ(VerdictOf(Metric::kRetention, 1e-150, Paired("++", "+-")), Verdict::kPassed);
}

TEST(Edges, AnAlphaThatIsNoneIsNotMeasured) {
  const Subject subject = On(Questions(40), std::vector<Outcome>(40, Graded(0.5)));
  for (const double alpha : {0.0, 0.5, 0.7, kNaN}) {
    EXPECT_EQ(Judge({Metric::kAccuracy, 0.4}, {&subject, 1}, {.alpha = alpha}).verdict,
              Verdict::kNotMeasured);
  }
}

TEST(Edges, EvaluationsWithoutATaskAreNotMeasured) {
  const Subject good = Paired("++", "++");
  const auto without_task = std::make_shared<const Evaluation>(Evaluation{.model = Rung("f16")});
  const Subject bad{.candidate = good.candidate, .baseline = without_task};
  EXPECT_EQ(VerdictOf(Metric::kRetention, 0.5, bad), Verdict::kNotMeasured);
  const Subject same{.candidate = good.candidate, .baseline = good.candidate};
  EXPECT_THAT(FindingOf(Metric::kRetention, 0.5, same).reason,
              HasSubstr("candidate is the baseline"));
}

TEST(Edges, TheBaselineIsNoMatterOfAMetricWithoutOne) {
  const TaskPtr task = Questions(50);
  const Subject stopped = On(task, Outcomes(Times(40, "+") + Times(10, "-")), Outcomes("+++"));
  const Finding finding =
      FindingOf(Metric::kAccuracy, Limit(0.9).Claim(Claim::kPointEstimate), stopped);
  EXPECT_EQ(finding.verdict, Verdict::kFailed);
  EXPECT_EQ(finding.estimate->n, 50U);
  const Subject failed{.candidate = stopped.candidate,
                       .baseline = FailedEvaluation(Rung("f16"), task, "no weights")};
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.7, failed), Verdict::kPassed);
}

// --- samples that depend on each other

/// `count` clusters of `size` questions.
TaskPtr Passages(std::size_t count, std::size_t size) {
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < count * size; ++i) {
    samples.push_back({.input = "question " + std::to_string(i),
                       .answer = "right",
                       .cluster = "passage " + std::to_string(i / size)});
  }
  return ExactMatch(MakeDataset("passages", std::move(samples)));
}

TEST(Clusters, MakeIntervalsWiderWhereTheirSamplesAgree) {
  // The same 320 of 400 right: spread over all passages, or in 80 of 100 passages as a whole.
  const Finding spread = FindingOf(Metric::kAccuracy, Population(0.75),
                                   On(Passages(100, 4), Outcomes(Times(80, "++++-"))));
  const Finding whole =
      FindingOf(Metric::kAccuracy, Population(0.75),
                On(Passages(100, 4), Outcomes(Times(20, "++++++++++++++++----"))));
  EXPECT_EQ(spread.estimate->value, 0.8);
  EXPECT_EQ(whole.estimate->value, 0.8);
  EXPECT_EQ(spread.estimate->n, 100U);
  EXPECT_EQ(spread.estimate->observations, "clusters");
  EXPECT_EQ(spread.estimate->method, "Korn-Graubard, design effect 1.0");
  EXPECT_EQ(spread.verdict, Verdict::kPassed);
  EXPECT_EQ(whole.verdict, Verdict::kInconclusive);
  // As if there were 100 samples, and a little more for estimating that.
  EXPECT_NEAR(whole.estimate->interval->lower, 0.722, 0.005);
  EXPECT_NEAR(spread.estimate->interval->lower, 0.763, 0.005);
}

TEST(Clusters, WhichAreAllAlikeCountAsOneSampleEach) {
  const Finding finding =
      FindingOf(Metric::kAccuracy, Population(0.9), On(Passages(40, 5), Outcomes(Times(200, "+"))));
  EXPECT_EQ(finding.verdict, Verdict::kPassed);
  // 40 of 40 would give 0.9278, 200 of 200 0.9851.
  EXPECT_NEAR(finding.estimate->interval->lower, 0.925, 0.004);
}

TEST(Clusters, AreForEveryMetric) {
  const TaskPtr task = Passages(40, 5);
  const Subject subject = On(task, Outcomes(Times(20, "++++-+++++")), Outcomes(Times(200, "+")));
  for (const Metric metric :
       {Metric::kAccuracy, Metric::kRetention, Metric::kFlips, Metric::kAccuracyLoss}) {
    const Finding finding = FindingOf(metric, Population(0.5), subject);
    EXPECT_EQ(finding.estimate->n, 40U) << Name(metric);
    EXPECT_EQ(finding.verdict, Verdict::kPassed) << finding.reason;
  }
}

TEST(Clusters, TooFewAreNoEvidence) {
  EXPECT_EQ(FindingOf(Metric::kAccuracy, Population(0.1),
                      On(Passages(29, 50), Outcomes(Times(29 * 25, "+-"))))
                .reason,
            "a claim beyond these samples needs more of them: there are fewer than 30 clusters; "
            "about 1 more cluster would decide");
  const Subject one = On(Passages(1, 50), Outcomes(Times(25, "+-")));
  EXPECT_EQ(FindingOf(Metric::kAccuracy, Population(0.1), one).reason,
            "a claim beyond these samples needs more of them: there are fewer than 30 clusters; "
            "about 29 more clusters would decide");
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.1, one), Verdict::kPassed);
}

TEST(Clusters, AreNoMatterOfADatasetClaim) {
  // 0.1 + 0.2 + 0.3 is a little more than 0.6, in one cluster or in three.
  const std::vector<Outcome> scores = {Graded(0.1), Graded(0.2), Graded(0.3)};
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.2, On(Passages(1, 3), scores)), Verdict::kFailed);
  EXPECT_EQ(VerdictOf(Metric::kAccuracy, 0.2, On(Passages(3, 1), scores)), Verdict::kFailed);
}

TEST(Clusters, OneWrongAnswerIsNoBetterThanNone) {
  const auto lower = [](const std::string& pattern) {
    return FindingOf(Metric::kAccuracy, Population(0.5), On(Passages(40, 5), Outcomes(pattern)))
        .estimate->interval.value()
        .lower;
  };
  EXPECT_LT(lower("-" + Times(199, "+")), lower(Times(200, "+")));
}

TEST(Clusters, WithoutARightAnswerOfTheBaselineTellNothingOfRetention) {
  // The baseline is right in 2 passages of 30: that is evidence of 2.
  const std::string baseline = Times(20, "+") + Times(280, "-");
  const std::string candidate = Times(19, "+") + Times(281, "-");
  const Finding finding = FindingOf(Metric::kRetention, Population(0.5),
                                    On(Passages(30, 10), Outcomes(candidate), Outcomes(baseline)));
  EXPECT_EQ(finding.estimate->n, 2U);
  EXPECT_EQ(finding.verdict, Verdict::kInconclusive);
}

TEST(Clusters, OfAnySizeHaveBoundsThatAgreeWithTheVerdict) {
  for (const std::size_t size : {50U, 400U, 2000U}) {
    const Subject subject =
        On(Passages(30, size), Outcomes(Times(27 * size, "+") + Times(3 * size, "-")),
           Outcomes(Times(30 * size, "+")));
    const Interval small =
        FindingOf(Metric::kRetention, Limit(0.5).Alpha(1e-4), subject).estimate->interval.value();
    const Interval usual = FindingOf(Metric::kRetention, 0.5, subject).estimate->interval.value();
    EXPECT_LT(small.lower, usual.lower - 0.05) << size;
    EXPECT_NEAR(usual.lower, 0.78, 0.03) << size;
  }
}

TEST(Clusters, OfDocumentsGoBeforeDocumentsAndWindows) {
  std::vector<Sample> samples;
  std::vector<Outcome> outcomes;
  for (int i = 0; i < 80; ++i) {
    samples.push_back({.input = "text", .cluster = "source " + std::to_string(i / 2)});
    outcomes.push_back(Text({{.nll = 10.0 + (i / 2) % 7, .tokens = 10}}));
  }
  const TaskPtr task = Corpus(MakeDataset("prose", std::move(samples)));
  const Finding finding = FindingOf(Metric::kPerplexity, Population(100), On(task, outcomes));
  EXPECT_EQ(finding.estimate->n, 40U);
  EXPECT_EQ(finding.estimate->observations, "clusters");
}

TEST(Clusters, GradedScoresAreClusteredToo) {
  std::vector<Outcome> outcomes;
  for (int i = 0; i < 200; ++i) outcomes.push_back(Graded((i / 5) % 2 == 0 ? 0.9 : 0.5));
  const Finding finding = FindingOf(Metric::kAccuracy, 0.5, On(Passages(40, 5), outcomes));
  EXPECT_EQ(finding.estimate->n, 40U);
  EXPECT_EQ(finding.estimate->method, "cluster t (CR3)");
}

// --- several tasks

TEST(SeveralTasks, PassWhereEachPasses) {
  // Two population claims at alpha each need no correction: both must hold.
  const std::vector<Subject> two = {NineTenths(60, "a"), NineTenths(60, "b")};
  EXPECT_EQ(JudgeAll(Metric::kRetention, Population(0.87), two).verdict, Verdict::kPassed);
}

TEST(SeveralTasks, FailByHolm) {
  // Alone, 0.8 against 0.9 on 50 samples has p = 0.013.
  const Subject bad = Paired(Times(50, "+"), Times(10, "-++++"), "bad");
  const Finding alone = FindingOf(Metric::kRetention, Population(0.9), bad);
  EXPECT_EQ(alone.verdict, Verdict::kFailed);
  EXPECT_EQ(alone.reason, "the interval's upper bound 0.8765 is not above 0.9000");
  // One of ten tasks is that bad by chance more often.
  std::vector<Subject> ten = {bad};
  for (char name = 'b'; name <= 'j'; ++name) {
    ten.push_back(Paired(Times(100, "+"), Times(100, "+"), std::string(1, name)));
  }
  const Judgement judgement = JudgeAll(Metric::kRetention, Population(0.9), ten);
  EXPECT_EQ(judgement.verdict, Verdict::kInconclusive);
  EXPECT_EQ(judgement.findings[0].verdict, Verdict::kInconclusive);
  EXPECT_EQ(judgement.findings[0].reason,
            "the interval's upper bound 0.8765 is not above 0.9000 (p = 0.013, and Holm's level "
            "for this one of 10 tasks is 0.005); about 67 more samples would decide");
  for (std::size_t i = 1; i < 10; ++i) {
    EXPECT_EQ(judgement.findings[i].verdict, Verdict::kPassed);
  }
  // A dataset claim is about these samples, however many there are.
  EXPECT_EQ(JudgeAll(Metric::kRetention, 0.9, ten).verdict, Verdict::kFailed);
}

TEST(SeveralTasks, HolmStepsDown) {
  const Subject terrible = Paired(Times(100, "+"), Times(50, "+-"), "terrible");
  const Subject bad = Paired(Times(50, "+"), Times(10, "-++++"), "bad");
  const Subject good = Paired(Times(100, "+"), Times(100, "+"), "good");
  const Judgement judgement = JudgeAll(Metric::kRetention, Population(0.9), {bad, good, terrible});
  EXPECT_EQ(judgement.verdict, Verdict::kFailed);
  // The smallest p-value has to be below 0.05/3, the next below 0.05/2.
  EXPECT_THAT(judgement.findings[2].reason,
              HasSubstr("Holm's level for this one of 3 tasks is 0.017"));
  EXPECT_EQ(judgement.findings[0].verdict, Verdict::kFailed);
  EXPECT_THAT(judgement.findings[0].reason,
              HasSubstr("Holm's level for this one of 3 tasks is 0.025"));
  EXPECT_EQ(judgement.findings[1].verdict, Verdict::kPassed);
}

TEST(Pooled, IsOneVerdictOnAllSamples) {
  const std::vector<Subject> two = {Paired(Times(90, "+"), Times(90, "+"), "easy"),
                                    Paired(Times(10, "+"), Times(5, "+-"), "hard")};
  EXPECT_EQ(JudgeAll(Metric::kRetention, 0.9, two).verdict, Verdict::kFailed);
  const Judgement pooled = JudgeAll(Metric::kRetention, Limit(0.9).Pooled(), two);
  EXPECT_EQ(pooled.verdict, Verdict::kPassed);
  ASSERT_EQ(pooled.findings.size(), 1U);
  EXPECT_EQ(pooled.findings[0].estimate->value, 0.95);
  EXPECT_EQ(pooled.findings[0].estimate->n, 100U);
  EXPECT_EQ(pooled.findings[0].subjects.size(), 2U);
  EXPECT_EQ(Expectation(pooled), "int4 retains above 0.9000 of f16 on \"easy\" + \"hard\"");
}

TEST(Pooled, PerplexityIsOverAllTokens) {
  const Subject a = On(Documents(1), {Text({{.nll = 100.0, .tokens = 100}})});
  const Subject b = On(
      Documents(2), {Text({{.nll = 600.0, .tokens = 200}}), Text({{.nll = 300.0, .tokens = 100}})});
  const Judgement pooled = JudgeAll(Metric::kPerplexity, Limit(20.0).Pooled(), {a, b});
  EXPECT_NEAR(pooled.findings.at(0).estimate->value, std::exp(2.5), 1e-12);
}

TEST(Pooled, RefusesWhatDoesNotPool) {
  const Subject tokens = On(Documents(1), {Text({{.nll = 1.0, .tokens = 1}})});
  const Subject bytes =
      On(Documents(2, {.per = Per::kByte}), {Text({{.nll = 1.0, .tokens = 1, .bytes = 1}}),
                                             Text({{.nll = 1.0, .tokens = 1, .bytes = 1}})});
  EXPECT_THAT(FindingOf(Metric::kPerplexity, Limit(20.0).Pooled(), tokens).reason,
              HasSubstr("2.7183 is below 20.0000"));
  const Judgement same_data =
      JudgeAll(Metric::kAccuracy, Limit(0.5).Pooled(),
               {On(Questions(2, "a"), Outcomes("++")), On(Questions(2, "b"), Outcomes("++"))});
  EXPECT_EQ(same_data.verdict, Verdict::kNotMeasured);
  EXPECT_THAT(same_data.failure, HasSubstr("\"b\" has the same samples as another"));
  const Judgement units = JudgeAll(Metric::kPerplexity, Limit(20.0).Pooled(), {tokens, bytes});
  EXPECT_EQ(units.findings.at(0).reason,
            "\"prose\" and \"prose\" count perplexity over different units, and do not pool; use "
            "bits per byte, or one unit (Per) for both");
  const Subject int4 = Paired("++", "++");
  const Subject int8{.candidate = MakeEvaluation(Rung("int8"), Questions(3), Outcomes("+++")),
                     .baseline = MakeEvaluation(Rung("f16"), Questions(3), Outcomes("+++"))};
  EXPECT_EQ(JudgeAll(Metric::kRetention, Limit(0.5).Pooled(), {int4, int8}).failure,
            "a pooled limit is about one model, and there are tinylm int4 and tinylm int8; judge "
            "each by itself");
}

TEST(Pooled, HasOneBaseline) {
  Subject other = Paired("+++", "+++");
  other.baseline =
      MakeEvaluation({.name = "other", .quantization = "f16"}, Questions(3), Outcomes("+++"));
  EXPECT_EQ(JudgeAll(Metric::kRetention, Limit(0.5).Pooled(), {Paired("++", "++"), other}).failure,
            "a pooled limit has one baseline, and there are tinylm f16 and other f16; judge each "
            "by itself");
}

TEST(Pooled, BoundsWhatIsMissingInAnyTask) {
  const std::vector<Subject> two = {Paired(Times(90, "+"), Times(90, "+"), "easy"),
                                    Paired(Times(10, "+"), Times(10, "?"), "broken")};
  EXPECT_EQ(JudgeAll(Metric::kRetention, Limit(0.8).Pooled(), two).verdict, Verdict::kPassed);
  EXPECT_EQ(JudgeAll(Metric::kRetention, Limit(0.95).Pooled(), two).verdict, Verdict::kNotMeasured);
}

}  // namespace
}  // namespace gatetest
