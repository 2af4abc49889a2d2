#include "src/verdict/sequence.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/verdict.h"
#include "src/evaluation/shuffle.h"
#include "src/verdict/pairs.h"
#include "src/verdict/scores.h"
#include "tests/support/evaluations.h"
#include "tests/support/writing.h"

namespace gatetest {
namespace {

using internal::CountMissing;
using internal::Decidable;
using internal::SafeVerdict;
using internal::Sequence;
using ::testing::HasSubstr;
using namespace testing_support;  // NOLINT: builders

constexpr std::array<Metric, 6> kMetrics = {Metric::kAccuracy,     Metric::kRetention,
                                            Metric::kAccuracyLoss, Metric::kFlips,
                                            Metric::kTruncation,   Metric::kEmpty};

/// `asked`: the samples in the order in which they were asked; outcomes in the data set's.
EvaluationPtr Asked(const ModelInfo& model, const TaskPtr& task,
                    const std::vector<Outcome>& outcomes, const std::vector<std::size_t>& asked,
                    std::uint64_t seed = 17) {
  Evaluation evaluation;
  evaluation.model = model;
  evaluation.task = task;
  for (const std::size_t sample : asked) evaluation.items.push_back({sample, outcomes[sample]});
  evaluation.provenance = {.live = evaluation.items.size(), .cached = 0, .seed = seed};
  return std::make_shared<const Evaluation>(std::move(evaluation));
}

Subject InOrder(const TaskPtr& task, const std::string& candidate, const std::string& baseline,
                std::uint64_t seed = 17) {
  const std::vector<std::size_t> order = internal::ShuffledOrder(task->dataset().size(), seed);
  return {.candidate = Asked(Rung("int4"), task, WithFlaws(candidate), order, seed),
          .baseline = Asked(Rung("f16"), task, WithFlaws(baseline), order, seed)};
}

/// As if a stop rule had ended both evaluations after so many samples.
Subject Cut(const Subject& subject, std::size_t samples) {
  Subject cut = subject;
  for (EvaluationPtr* one : {&cut.candidate, &cut.baseline}) {
    if (*one == nullptr) continue;
    Evaluation part = **one;
    part.items.resize(samples);
    part.provenance.live = samples;
    *one = std::make_shared<const Evaluation>(std::move(part));
  }
  return cut;
}

/// `right` of the baseline's; of these the candidate has a share `kept`, of the others `gained`.
struct Truth {
  double baseline = 0.75;
  double kept = 0.9;
  double gained = 0.1;
  double unmeasured = 0.0;
};

Subject Drawn(const Truth& truth, std::size_t samples, std::mt19937_64& engine,
              const std::string& name = "facts", std::uint64_t seed = 17) {
  const auto happens = [&](double probability) {
    return static_cast<double>(engine() >> 11) * 0x1p-53 < probability;
  };
  std::string candidate, baseline;
  for (std::size_t i = 0; i < samples; ++i) {
    const bool right = happens(truth.baseline);
    const bool kept = happens(right ? truth.kept : truth.gained);
    baseline += happens(truth.unmeasured) ? '?' : right ? '+' : '-';
    candidate += happens(truth.unmeasured) ? '?' : kept ? '+' : '-';
  }
  return InOrder(Questions(samples, name), candidate, baseline, seed);
}

Judgement JudgeAll(Metric metric, const Limit& limit, const std::vector<Subject>& subjects,
                   const JudgeDefaults& defaults = {}) {
  return Judge({metric, limit}, subjects, defaults);
}

Finding FindingOf(Metric metric, const Limit& limit, const Subject& subject,
                  const JudgeDefaults& defaults = {}) {
  const Judgement judgement = JudgeAll(metric, limit, {subject}, defaults);
  EXPECT_EQ(judgement.failure, "");
  return judgement.findings.empty() ? Finding{} : judgement.findings[0];
}

/// Sample by sample, until the verdict is safe.
std::optional<SafeVerdict> Fed(const Decidable& question, std::vector<Subject> subjects,
                               std::optional<std::size_t> of = {}) {
  // As Judge does, which knows of no baseline where the metric has none.
  if (!NeedsBaseline(question.metric)) {
    for (Subject& subject : subjects) subject.baseline = nullptr;
  }
  const std::size_t all = internal::CountSamples(subjects);
  Sequence sequence(question, of.value_or(all));
  for (const internal::Pair& pair : internal::PairsAsAsked(subjects)) {
    if (sequence.Add(internal::ScoreOf(question.metric, pair, CountMissing::kAgainst),
                     internal::ScoreOf(question.metric, pair, CountMissing::kFor))) {
      break;
    }
  }
  return sequence.safe();
}

double LimitFor(Metric metric) {
  switch (metric) {
    case Metric::kRetention:
      return 0.9;
    case Metric::kAccuracyLoss:
      return 0.05;
    case Metric::kFlips:
      return 0.1;
    case Metric::kTruncation:
      return 0.2;
    case Metric::kEmpty:
      return 0.3;
    default:
      return 0.7;
  }
}

// --- certainty

/// What can come of one sample. The first of them are measured.
struct Kind {
  char candidate = '+';
  char baseline = '+';
};
struct Kinds {
  std::vector<Kind> all;
  std::size_t measured;
};

const Kinds& KindsOf(Metric metric, bool unmeasured) {
  static const Kinds kAlone = {{{'+'}, {'-'}, {'?'}}, 2};
  static const Kinds kPaired = {{{'+', '+'}, {'+', '-'}, {'-', '+'}, {'-', '-'}}, 4};
  static const Kinds kBroken = {{{'+', '+'},
                                 {'+', '-'},
                                 {'-', '+'},
                                 {'-', '-'},
                                 {'?', '+'},
                                 {'?', '-'},
                                 {'+', '?'},
                                 {'-', '?'},
                                 {'?', '?'}},
                                4};
  if (!NeedsBaseline(metric)) return kAlone;
  return unmeasured ? kBroken : kPaired;
}

/// Every evaluation of so many samples, and the verdict on it when it is complete.
class Everything {
 public:
  Everything(Metric metric, double limit, std::size_t samples, const Kinds& kinds)
      : metric_(metric), limit_(limit), samples_(samples), kinds_(kinds) {
    std::size_t count = 1;
    for (std::size_t i = 0; i < samples; ++i) count *= kinds.all.size();
    std::vector<Verdict> verdicts;
    for (std::size_t code = 0; code < count; ++code) {
      verdicts.push_back(FindingOf(metric, limit, SubjectOf(code)).verdict);
    }
    common_.push_back(std::move(verdicts));
    // From the last sample backwards: what is the same whatever the next one is.
    while (common_.back().size() > 1) {
      const std::vector<Verdict>& longer = common_.back();
      std::vector<Verdict> shorter;
      for (std::size_t code = 0; code < longer.size() / kinds.all.size(); ++code) {
        Verdict verdict = longer[code * kinds.all.size()];
        for (std::size_t next = 1; next < kinds.measured; ++next) {
          // Not measured stands for undecided too.
          if (longer[code * kinds.all.size() + next] != verdict) verdict = Verdict::kNotMeasured;
        }
        shorter.push_back(verdict);
      }
      common_.push_back(std::move(shorter));
    }
    std::reverse(common_.begin(), common_.end());
  }

  /// Each sequence is safe after the first sample after which no completion of the rest changes the
  /// verdict, and Judge says so.
  void Check(int& early) const {
    const Decidable question{.metric = metric_,
                             .limit = limit_,
                             .claim = Claim::kDataset,
                             .alpha = 0.05,
                             .stop = Stop::kCertain};
    for (std::size_t code = 0; code < common_.back().size(); ++code) {
      std::size_t first = 0;
      Verdict expected = Verdict::kNotMeasured;
      for (; first <= samples_ && expected == Verdict::kNotMeasured; ++first) {
        expected = common_[first][Prefix(code, first)];
      }
      --first;
      const Subject subject = SubjectOf(code);
      SCOPED_TRACE(Text(code));
      const std::optional<SafeVerdict> safe = Fed(question, {subject});
      ASSERT_EQ(safe.has_value(), expected != Verdict::kNotMeasured);
      if (safe) {
        // A verdict that is so before anything is asked is said with the first sample.
        ASSERT_EQ(safe->samples, std::max<std::size_t>(first, 1));
        ASSERT_EQ(safe->passed, expected == Verdict::kPassed);
        ASSERT_TRUE(safe->certain);
      }
      const Finding finding = FindingOf(metric_, Limit(limit_).Stop(Stop::kCertain), subject);
      ASSERT_EQ(finding.verdict, common_.back()[code]) << finding.reason;
      const bool is_early = safe && safe->samples < samples_;
      ASSERT_EQ(finding.early.has_value(), is_early);
      if (!is_early) continue;
      ++early;
      ASSERT_EQ(finding.early->samples, safe->samples);
      ASSERT_TRUE(finding.early->certain);
      // The rest need not be there.
      const Finding cut = FindingOf(metric_, Limit(limit_).Stop(Stop::kCertain),
                                    Cut(subject, finding.early->samples));
      ASSERT_EQ(cut.verdict, finding.verdict);
      ASSERT_EQ(cut.reason, finding.reason);
    }
  }

 private:
  /// The code's digits, the first sample's first.
  std::vector<std::size_t> Digits(std::size_t code) const {
    std::vector<std::size_t> digits(samples_);
    for (std::size_t i = samples_; i > 0; --i) {
      digits[i - 1] = code % kinds_.all.size();
      code /= kinds_.all.size();
    }
    return digits;
  }

  std::size_t Prefix(std::size_t code, std::size_t length) const {
    for (std::size_t i = length; i < samples_; ++i) code /= kinds_.all.size();
    return code;
  }

  Subject SubjectOf(std::size_t code) const {
    std::string candidate, baseline;
    for (const std::size_t digit : Digits(code)) {
      candidate += kinds_.all[digit].candidate;
      baseline += kinds_.all[digit].baseline;
    }
    const TaskPtr& task = task_;
    return {.candidate = MakeEvaluation(Rung("int4"), task, WithFlaws(candidate)),
            .baseline = MakeEvaluation(Rung("f16"), task, WithFlaws(baseline))};
  }

  std::string Text(std::size_t code) const {
    std::string candidate, baseline;
    for (const std::size_t digit : Digits(code)) {
      candidate += kinds_.all[digit].candidate;
      baseline += kinds_.all[digit].baseline;
    }
    return std::string(Name(metric_)) + " " + std::to_string(limit_) + ": candidate " + candidate +
           ", baseline " + baseline;
  }

  Metric metric_;
  double limit_;
  std::size_t samples_;
  const Kinds& kinds_;
  TaskPtr task_ = Questions(samples_);
  std::vector<std::vector<Verdict>> common_ = {};  // By the number of samples, then by their code.
};

struct MetricLimits {
  Metric metric;
  std::vector<double> limits;
};

const std::vector<MetricLimits>& LimitsToTry() {
  static const std::vector<MetricLimits> kLimits = {
      {Metric::kAccuracy, {0.0, 0.4, 0.5, 0.7}}, {Metric::kRetention, {0.0, 0.5, 0.9, 1.0, 1.5}},
      {Metric::kAccuracyLoss, {0.0, 0.25, 0.3}}, {Metric::kFlips, {0.2, 0.5, 1.0}},
      {Metric::kTruncation, {0.2, 0.5, 1.0}},    {Metric::kEmpty, {0.3}}};
  return kLimits;
}

TEST(Certain, IsTheFirstSampleAfterWhichNothingChangesTheVerdict) {
  for (const auto& [metric, limits] : LimitsToTry()) {
    for (const double limit : limits) {
      int early = 0;
      const std::size_t samples = NeedsBaseline(metric) ? 5 : 7;
      Everything(metric, limit, samples, KindsOf(metric, false)).Check(early);
      EXPECT_GT(early, 0) << Name(metric) << " " << limit;
    }
  }
}

TEST(Certain, CountsWhatCouldNotBeMeasuredBothWays) {
  for (const auto& [metric, limits] : LimitsToTry()) {
    if (!NeedsBaseline(metric)) continue;  // They have been above.
    for (const double limit : limits) {
      int early = 0;
      Everything(metric, limit, 3, KindsOf(metric, true)).Check(early);
    }
  }
  int early = 0;
  Everything(Metric::kRetention, 0.1, 4, KindsOf(Metric::kRetention, true)).Check(early);
  EXPECT_GT(early, 100);
}

TEST(Certain, OfScoresBetweenRightAndWrongIsTheVerdictOnAll) {
  std::mt19937_64 engine(1);
  int early = 0;
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<Outcome> candidate, baseline;
    for (int i = 0; i < 20; ++i) {
      // Tenths, so that sums are at the limit now and then, but for rounding.
      candidate.push_back(Graded(static_cast<double>(engine() % 11) / 10.0));
      baseline.push_back(Graded(static_cast<double>(engine() % 11) / 10.0));
    }
    const TaskPtr task = Questions(20);
    const Subject subject{.candidate = MakeEvaluation(Rung("int4"), task, candidate),
                          .baseline = MakeEvaluation(Rung("f16"), task, baseline)};
    for (const Metric metric : {Metric::kAccuracy, Metric::kRetention, Metric::kAccuracyLoss}) {
      const double limit = metric == Metric::kAccuracyLoss ? 0.1 : 0.5;
      const Finding all = FindingOf(metric, limit, subject);
      const Finding stopped = FindingOf(metric, Limit(limit).Stop(Stop::kCertain), subject);
      EXPECT_EQ(stopped.verdict, all.verdict) << stopped.reason << "\n" << all.reason;
      early += stopped.early ? 1 : 0;
    }
  }
  EXPECT_GT(early, 300);
  const Finding flips =
      FindingOf(Metric::kFlips, Limit(0.5).Stop(Stop::kCertain),
                {.candidate = MakeEvaluation(Rung("int4"), Questions(2), {Graded(0.5), Right()}),
                 .baseline = MakeEvaluation(Rung("f16"), Questions(2), {Right(), Right()})});
  EXPECT_EQ(flips.verdict, Verdict::kNotMeasured);
  EXPECT_THAT(flips.reason, HasSubstr("flips are undefined"));
}

TEST(Certain, IsAWordOfDatasetClaimsAlone) {
  std::mt19937_64 engine(2);
  const Subject subject = Drawn({.kept = 0.2}, 100, engine);
  const JudgeDefaults certain{.stop = Stop::kCertain};
  EXPECT_TRUE(FindingOf(Metric::kRetention, 0.9, subject, certain).early);
  const Finding population =
      FindingOf(Metric::kRetention, Limit(0.9).Claim(Claim::kPopulation), subject, certain);
  EXPECT_FALSE(population.early);
  EXPECT_EQ(population.verdict, Verdict::kFailed);
  // All of alpha is left for the last sample.
  EXPECT_EQ(population.estimate->interval->alpha, 0.05);
  EXPECT_EQ(population.reason,
            FindingOf(Metric::kRetention, Limit(0.9).Claim(Claim::kPopulation), subject).reason);
}

// --- bets

TEST(Confident, JudgeSaysWhatTheSequenceSays) {
  std::mt19937_64 engine(3);
  int early = 0;
  int passed = 0;
  for (int trial = 0; trial < 40; ++trial) {
    const Truth truth{.baseline = 0.8,
                      .kept = trial % 2 == 0 ? 0.99 : 0.75,
                      .gained = 0.1,
                      .unmeasured = trial % 4 < 2 ? 0.0 : 0.02};
    const Subject subject = Drawn(truth, 400, engine, "facts", engine());
    for (const Metric metric : kMetrics) {
      for (const Claim claim : {Claim::kDataset, Claim::kPopulation}) {
        const double limit = LimitFor(metric);
        const std::optional<SafeVerdict> safe = Fed({.metric = metric,
                                                     .limit = limit,
                                                     .claim = claim,
                                                     .alpha = 0.05,
                                                     .stop = Stop::kConfident},
                                                    {subject});
        const Limit confident = Limit(limit).Claim(claim).Stop(Stop::kConfident);
        const Finding finding = FindingOf(metric, confident, subject);
        const bool is_early = safe && (claim == Claim::kPopulation || safe->samples < 400);
        ASSERT_EQ(finding.early.has_value(), is_early) << Name(metric) << " " << trial;
        if (!is_early) continue;
        ++early;
        passed += safe->passed ? 1 : 0;
        EXPECT_EQ(finding.early->samples, safe->samples);
        EXPECT_EQ(finding.early->of, 400U);
        EXPECT_EQ(finding.early->certain, safe->certain);
        EXPECT_EQ(finding.verdict, safe->passed ? Verdict::kPassed : Verdict::kFailed);
        EXPECT_EQ(finding.estimate->method, "betting");
        EXPECT_EQ(finding.estimate->interval->alpha, claim == Claim::kDataset ? 0.05 : 0.025);
        // The bound says what the verdict says, but for one that is certain.
        const Interval& interval = *finding.estimate->interval;
        const bool above = internal::MoreIsBetter(metric) == safe->passed;
        if (!safe->certain) {
          EXPECT_TRUE(above ? interval.lower > limit - 1e-9 : interval.upper < limit + 1e-9)
              << finding.reason;
        }
        EXPECT_LE(interval.lower, interval.upper);
      }
    }
  }
  EXPECT_GT(early, 200);
  EXPECT_GT(passed, 60);
  EXPECT_GT(early - passed, 60);
}

// What else was evaluated makes no difference.
TEST(Confident, AnEvaluationThatEndsAtTheVerdictHasTheSame) {
  std::mt19937_64 engine(4);
  for (int trial = 0; trial < 20; ++trial) {
    const Truth truth{.kept = trial % 2 == 0 ? 1.0 : 0.7, .unmeasured = 0.01};
    const Subject subject = Drawn(truth, 300, engine);
    for (const Metric metric : kMetrics) {
      for (const Claim claim : {Claim::kDataset, Claim::kPopulation}) {
        const Limit limit = Limit(LimitFor(metric)).Claim(claim).Stop(Stop::kConfident);
        const Finding whole = FindingOf(metric, limit, subject);
        if (!whole.early) continue;
        const Subject part = Cut(subject, whole.early->samples);
        const Finding cut = FindingOf(metric, limit, part);
        ASSERT_TRUE(cut.early) << cut.reason;
        EXPECT_EQ(cut.verdict, whole.verdict);
        EXPECT_EQ(cut.early->samples, whole.early->samples);
        EXPECT_EQ(cut.early->of, whole.early->of);
        EXPECT_EQ(cut.estimate->value, whole.estimate->value);
        EXPECT_EQ(cut.estimate->n, whole.estimate->n);
        EXPECT_EQ(cut.estimate->interval->lower, whole.estimate->interval->lower);
        EXPECT_EQ(cut.estimate->interval->upper, whole.estimate->interval->upper);
        EXPECT_EQ(Explain(Judge({metric, limit}, {&part, 1})),
                  Explain(Judge({metric, limit}, {&subject, 1})));
        // One sample less decides nothing, and a dataset claim says so.
        if (claim != Claim::kDataset) continue;
        const Finding less = FindingOf(metric, limit, Cut(subject, whole.early->samples - 1));
        EXPECT_FALSE(less.early);
      }
    }
  }
}

TEST(Confident, SaysWhatItRestsOn) {
  const Subject subject = InOrder(Questions(200), Times(100, "+-"), Times(200, "+"));
  EXPECT_EQ(FindingOf(Metric::kRetention, Limit(0.9).Stop(Stop::kConfident), subject).reason,
            "decided after 13 of 200 samples (seed 17): the confidence sequence's upper bound "
            "0.8510 is not above 0.9000");
  EXPECT_EQ(FindingOf(Metric::kFlips, Limit(0.6).Stop(Stop::kConfident), subject).reason,
            "decided after 65 of 200 samples (seed 17): the confidence sequence's upper bound "
            "0.5947 is below 0.6000");
  EXPECT_EQ(FindingOf(Metric::kRetention, Limit(0.9).Stop(Stop::kCertain), subject).reason,
            "decided after 145 of 200 samples (seed 17): whatever the other 55 are, it is not "
            "above 0.9000");
  const Subject three{.candidate = MakeEvaluation(Rung("int4"), Questions(3), Outcomes("++-"))};
  EXPECT_EQ(FindingOf(Metric::kAccuracy, Limit(0.5).Stop(Stop::kCertain), three).reason,
            "decided after 2 of 3 samples (seed 17): whatever the last one is, it is above 0.5000");
}

// Without flaws 0.05 is cleared as an accuracy of 0.95 is, and with them missed as that is.
TEST(Confident, OfFlawsIsTheBetOnAnswersWithoutThem) {
  const TaskPtr task = Questions(400);
  for (const std::string& candidate :
       {Times(400, "+"), Times(200, "+-"), Times(40, "+++++++++?")}) {
    const Subject subject = InOrder(task, candidate, Times(400, "+"));
    const Limit confident = Limit(0.95).Stop(Stop::kConfident);
    const Finding right = FindingOf(Metric::kAccuracy, confident, subject);
    for (const Metric metric : {Metric::kTruncation, Metric::kEmpty}) {
      const Finding flawed = FindingOf(metric, Limit(0.05).Stop(Stop::kConfident), subject);
      EXPECT_EQ(flawed.verdict, right.verdict) << flawed.reason;
      ASSERT_EQ(flawed.early.has_value(), right.early.has_value());
      if (!right.early) continue;
      EXPECT_EQ(flawed.early->samples, right.early->samples);
      EXPECT_NEAR(flawed.estimate->value, 1.0 - right.estimate->value, 1e-12);
      EXPECT_NEAR(flawed.estimate->interval->lower, 1.0 - right.estimate->interval->upper, 1e-6);
      EXPECT_NEAR(flawed.estimate->interval->upper, 1.0 - right.estimate->interval->lower, 1e-6);
    }
  }
  const Finding half = FindingOf(Metric::kTruncation, Limit(0.05).Stop(Stop::kConfident),
                                 InOrder(task, Times(200, "+-"), Times(400, "+")));
  EXPECT_THAT(half.reason, HasSubstr("the confidence sequence's lower bound 0."));
  EXPECT_THAT(half.reason, HasSubstr(" is not below 0.0500"));
}

TEST(Confident, StaysAtTheFirstSafeVerdict) {
  Sequence sequence({.metric = Metric::kAccuracy,
                     .limit = 0.5,
                     .claim = Claim::kDataset,
                     .alpha = 0.05,
                     .stop = Stop::kConfident},
                    1000);
  const internal::Score right{.candidate = 1.0};
  const internal::Score wrong{.candidate = 0.0};
  while (!sequence.Add(right, right)) {
  }
  ASSERT_TRUE(sequence.safe());
  const std::size_t samples = sequence.safe()->samples;
  EXPECT_LT(samples, 20U);
  for (int i = 0; i < 900; ++i) EXPECT_TRUE(sequence.Add(wrong, wrong));
  EXPECT_TRUE(sequence.safe()->passed);
  EXPECT_EQ(sequence.safe()->samples, samples);
}

// Without anything that the baseline has right there is no retention, however bad the candidate.
TEST(Confident, RetentionWaitsForABaselineThatHasSomethingRight) {
  const TaskPtr task = Questions(300);
  const std::string candidate = Times(300, "+");
  const auto on = [&](const std::string& baseline) {
    return Subject{.candidate = MakeEvaluation(Rung("int4"), task, Outcomes(candidate)),
                   .baseline = MakeEvaluation(Rung("f16"), task, Outcomes(baseline))};
  };
  for (const Claim claim : {Claim::kDataset, Claim::kPopulation}) {
    const Limit limit = Limit(0.9).Claim(claim).Stop(Stop::kConfident);
    const Finding nothing = FindingOf(Metric::kRetention, limit, on(Times(300, "-")));
    EXPECT_EQ(nothing.verdict, Verdict::kNotMeasured);
    EXPECT_THAT(nothing.reason, HasSubstr("the baseline has none of 300 samples right"));
    const Finding late =
        FindingOf(Metric::kRetention, limit, on(Times(150, "-") + "+" + Times(149, "-")));
    ASSERT_TRUE(late.early);
    EXPECT_EQ(late.early->samples, 151U);
    EXPECT_EQ(late.verdict, Verdict::kPassed);
  }
}

TEST(Confident, UnmeasuredSamplesAreSaidAndCountAgainstTheVerdict) {
  // Every tenth of the candidate's could not be measured.
  const TaskPtr task = Questions(500);
  const Subject broken = InOrder(task, Times(50, "+++++++++?"), Times(500, "+"));
  const Subject right = InOrder(task, Times(500, "+"), Times(500, "+"));
  const Limit limit = Limit(0.7).Stop(Stop::kConfident);
  const Finding finding = FindingOf(Metric::kAccuracy, limit, broken);
  const Finding all = FindingOf(Metric::kAccuracy, limit, right);
  ASSERT_TRUE(finding.early && all.early);
  EXPECT_EQ(finding.verdict, Verdict::kPassed);
  EXPECT_GT(finding.early->samples, all.early->samples);
  EXPECT_THAT(finding.reason, HasSubstr("could not be measured, which cannot change the verdict"));
  EXPECT_LT(finding.estimate->n, finding.early->samples);
  // As if they were wrong.
  const Subject wrong = InOrder(task, Times(50, "+++++++++-"), Times(500, "+"));
  EXPECT_EQ(finding.early->samples, FindingOf(Metric::kAccuracy, limit, wrong).early->samples);
}

// --- what is judged

TEST(Confident, OfAGroupAsksItsSamplesAlone) {
  // "even" is bad, "odd" is good.
  const TaskPtr task = Questions(400);
  const Subject subject = InOrder(task, Times(200, "+-"), Times(400, "+"));
  for (const std::string group : {"even", "odd"}) {
    const Limit limit = Limit(0.9).On("facts/" + group).Stop(Stop::kConfident);
    const Finding finding = FindingOf(Metric::kAccuracy, limit, subject);
    EXPECT_EQ(finding.verdict, group == "odd" ? Verdict::kPassed : Verdict::kFailed);
    ASSERT_TRUE(finding.early);
    EXPECT_EQ(finding.early->of, 200U);
    Subject only = subject;
    only.group = group;
    const auto safe = Fed({.metric = Metric::kAccuracy,
                           .limit = 0.9,
                           .claim = Claim::kDataset,
                           .alpha = 0.05,
                           .stop = Stop::kConfident},
                          {only});
    ASSERT_TRUE(safe);
    EXPECT_EQ(finding.early->samples, safe->samples);
    // About as many of the other group were asked until there; they are no matter of this verdict.
    std::size_t asked = 0;
    std::size_t of_group = 0;
    for (const Evaluation::Item& item : subject.candidate->items) {
      ++asked;
      of_group += task->dataset().samples()[item.sample].group == group ? 1 : 0;
      if (of_group == safe->samples) break;
    }
    const Finding cut = FindingOf(Metric::kAccuracy, limit, Cut(subject, asked));
    ASSERT_TRUE(cut.early);
    EXPECT_EQ(cut.reason, finding.reason);
    EXPECT_EQ(cut.early->samples, finding.early->samples);
  }
}

TEST(Confident, PooledTasksTakeTurns) {
  std::mt19937_64 engine(5);
  const std::vector<Subject> subjects = {Drawn({.kept = 0.7}, 300, engine, "a", 1),
                                         Drawn({.kept = 0.72}, 100, engine, "b", 2)};
  const Limit limit = Limit(0.9).Pooled().Stop(Stop::kConfident);
  const Judgement judgement = JudgeAll(Metric::kRetention, limit, subjects);
  ASSERT_EQ(judgement.findings.size(), 1U);
  const Finding& finding = judgement.findings[0];
  ASSERT_TRUE(finding.early);
  EXPECT_EQ(finding.verdict, Verdict::kFailed);
  EXPECT_EQ(finding.early->of, 400U);
  const std::vector<std::size_t> turns = internal::ShuffledTurns({300, 100}, 1);
  std::array<std::size_t, 2> used = {0, 0};
  for (std::size_t i = 0; i < finding.early->samples; ++i) ++used[turns[i]];
  EXPECT_GT(used[0], used[1]);
  EXPECT_GT(used[1], 0U);
  ASSERT_EQ(finding.subjects.size(), 2U);
  EXPECT_EQ(finding.subjects[0].candidate->items.size(), used[0]);
  EXPECT_EQ(finding.subjects[1].candidate->items.size(), used[1]);
  // Each need not go further than its turns do.
  const Judgement cut =
      JudgeAll(Metric::kRetention, limit, {Cut(subjects[0], used[0]), Cut(subjects[1], used[1])});
  ASSERT_TRUE(cut.findings.at(0).early);
  EXPECT_EQ(Explain(cut), Explain(judgement));
  // With less of one of them nothing is decided.
  const Judgement less = JudgeAll(Metric::kRetention, limit,
                                  {Cut(subjects[0], used[0]), Cut(subjects[1], used[1] - 1)});
  EXPECT_EQ(less.verdict, Verdict::kNotMeasured);
}

TEST(Confident, ClustersAreNoDrawsOfAPopulation) {
  std::vector<Sample> samples;
  for (int i = 0; i < 200; ++i) {
    samples.push_back({.id = std::to_string(i),
                       .input = "question " + std::to_string(i),
                       .answer = "right",
                       .cluster = std::to_string(i / 2)});
  }
  const TaskPtr task = ExactMatch(MakeDataset("passages", std::move(samples)));
  const Subject subject = InOrder(task, Times(100, "-+"), Times(200, "+"));
  const JudgeDefaults confident{.stop = Stop::kConfident};
  const Finding population =
      FindingOf(Metric::kRetention, Limit(0.9).Claim(Claim::kPopulation), subject, confident);
  EXPECT_FALSE(population.early);
  EXPECT_EQ(population.verdict, Verdict::kFailed);
  EXPECT_EQ(population.estimate->interval->alpha, 0.05);
  // All of a data set in random order: whatever depends on what.
  EXPECT_TRUE(FindingOf(Metric::kRetention, 0.9, subject, confident).early);
}

TEST(Confident, IsNoMatterOfLengthsAndCosts) {
  const GoldenWriting writing(32);
  const TaskPtr task = Questions(32);
  const Subject subject{
      .candidate = MakeEvaluation(Priced("int4", 0.15, 0.6), task, writing.candidate),
      .baseline = MakeEvaluation(Priced("f16", 0.5, 1.5), task, writing.baseline)};
  const JudgeDefaults confident{.stop = Stop::kConfident};
  for (const auto& [metric, limit] :
       {std::pair<Metric, Limit>{Metric::kOutputLengthRatio, Limit(0.9).UpTo(1.2)},
        {Metric::kCostPer1k, 0.001},
        {Metric::kSavings, 0.5}}) {
    for (const Claim claim : {Claim::kDataset, Claim::kPopulation}) {
      const Finding finding = FindingOf(metric, limit.Claim(claim), subject, confident);
      EXPECT_EQ(finding.verdict, Verdict::kPassed);
      EXPECT_FALSE(finding.early);
      EXPECT_EQ(finding.estimate->interval->alpha, 0.05);  // Nothing was bet.
      EXPECT_EQ(finding.reason, FindingOf(metric, limit.Claim(claim), subject).reason);
    }
  }
}

TEST(Confident, IsNoMatterOfPerplexityAndOfPointEstimates) {
  const Subject text{
      .candidate = MakeEvaluation(Rung("int4"), Documents(1), {Text({{.nll = 9.0, .tokens = 9}})})};
  const JudgeDefaults confident{.stop = Stop::kConfident};
  const Finding perplexity = FindingOf(Metric::kPerplexity, 3.0, text, confident);
  EXPECT_EQ(perplexity.verdict, Verdict::kPassed);
  EXPECT_FALSE(perplexity.early);
  for (const Stop stop : {Stop::kCertain, Stop::kConfident}) {
    const Judgement judgement = JudgeAll(Metric::kPerplexity, Limit(3.0).Stop(stop), {text});
    EXPECT_EQ(judgement.verdict, Verdict::kNotMeasured);
    EXPECT_EQ(judgement.failure,
              "perplexity has no bounds, so that no part of the samples makes a verdict safe; "
              "Limit::Stop is for accuracy, retention, accuracy loss, flips, truncation and empty "
              "answers");
  }
  EXPECT_EQ(JudgeAll(Metric::kPerplexity, Limit(3.0).Stop(Stop::kNever), {text}).verdict,
            Verdict::kPassed);

  const Subject bad = InOrder(Questions(300), Times(300, "-"), Times(300, "+"));
  for (const Stop stop : {Stop::kCertain, Stop::kConfident}) {
    const Finding point =
        FindingOf(Metric::kAccuracy, Limit(0.9).Claim(Claim::kPointEstimate).Stop(stop), bad);
    EXPECT_FALSE(point.early);
    EXPECT_EQ(point.estimate->n, 300U);
    EXPECT_EQ(point.verdict, Verdict::kFailed);
  }
}

// --- several tasks, and what is kept for the last sample

std::size_t SamplesAt(double failure_alpha, const Subject& subject, Claim claim = Claim::kDataset) {
  const auto safe = Fed({.metric = Metric::kRetention,
                         .limit = 0.9,
                         .claim = claim,
                         .alpha = 0.05,
                         .failure_alpha = failure_alpha,
                         .stop = Stop::kConfident},
                        {subject});
  return safe && !safe->passed ? safe->samples : 0;
}

TEST(SeveralTasks, FailByHolmWhereverTheyStop) {
  std::mt19937_64 engine(6);
  for (const Claim claim : {Claim::kDataset, Claim::kPopulation}) {
    const std::vector<Subject> three = {Drawn({.kept = 0.7}, 400, engine, "bad", 1),
                                        Drawn({.kept = 1.0}, 400, engine, "good", 2),
                                        Drawn({.kept = 0.4}, 400, engine, "terrible", 3)};
    const Limit limit = Limit(0.9).Claim(claim).Stop(Stop::kConfident);
    const Judgement judgement = JudgeAll(Metric::kRetention, limit, three);
    EXPECT_EQ(judgement.verdict, Verdict::kFailed);
    ASSERT_EQ(judgement.findings.size(), 3U);
    // One of the bad ones is asked for 0.05/3, the other for 0.05/2.
    for (const std::size_t i : {0U, 2U}) {
      ASSERT_TRUE(judgement.findings[i].early);
      EXPECT_EQ(judgement.findings[i].verdict, Verdict::kFailed);
      const bool first =
          judgement.findings[i].early->samples == SamplesAt(0.05 / 3, three[i], claim);
      const bool second =
          judgement.findings[i].early->samples == SamplesAt(0.05 / 2, three[i], claim);
      EXPECT_TRUE(first || second) << i;
      EXPECT_GT(judgement.findings[i].early->samples, SamplesAt(0.05, three[i], claim));
      EXPECT_THAT(judgement.findings[i].reason, HasSubstr("Holm's level for this one of 3 tasks"));
    }
    // A PASSED wants no correction.
    const Finding alone = FindingOf(Metric::kRetention, limit, three[1]);
    EXPECT_EQ(judgement.findings[1].verdict, Verdict::kPassed);
    EXPECT_EQ(judgement.findings[1].early->samples, alone.early->samples);
  }
}

TEST(Confident, APopulationClaimKeepsHalfOfAlphaForTheLastSample) {
  // 24 of 400 lost against 0.92: p is 0.0354 by Tang, between half of alpha and alpha.
  const TaskPtr task = Questions(400);
  const std::string candidate = Times(20, "-" + Times(18, "+") + "+");
  const Subject subject = InOrder(task, candidate, Times(400, "+"));
  int inconclusive = 0;
  for (const double threshold : {0.915, 0.92, 0.925, 0.93, 0.935}) {
    const Limit limit = Limit(threshold).Claim(Claim::kPopulation);
    const Finding whole = FindingOf(Metric::kRetention, limit, subject);
    const Finding half = FindingOf(Metric::kRetention, limit.Alpha(0.025), subject);
    const Finding confident = FindingOf(Metric::kRetention, limit.Stop(Stop::kConfident), subject);
    if (confident.early) continue;
    EXPECT_EQ(confident.verdict, half.verdict) << threshold;
    EXPECT_EQ(confident.estimate->interval->alpha, 0.025);
    EXPECT_EQ(confident.estimate->interval->lower, half.estimate->interval->lower);
    EXPECT_EQ(confident.reason,
              half.reason +
                  "\nno verdict was safe before the last sample; half of alpha was bet until "
                  "there");
    inconclusive += confident.verdict != whole.verdict ? 1 : 0;
  }
  EXPECT_GT(inconclusive, 0);
}

TEST(Confident, ADatasetClaimIsExactAtTheLastSample) {
  // 180 of 200 is not above 0.9, which the last sample decides.
  const TaskPtr task = Questions(200);
  const std::string tens = Times(20, "+++++++++-");
  const std::string but_one = tens.substr(0, 199) + "+";
  for (const std::string& candidate : {tens, but_one}) {
    const Subject subject{.candidate = MakeEvaluation(Rung("int4"), task, Outcomes(candidate))};
    const Finding finding =
        FindingOf(Metric::kAccuracy, Limit(0.9).Stop(Stop::kConfident), subject);
    EXPECT_FALSE(finding.early);
    EXPECT_EQ(finding.verdict, candidate == tens ? Verdict::kFailed : Verdict::kPassed);
    EXPECT_EQ(finding.reason, FindingOf(Metric::kAccuracy, 0.9, subject).reason);
    EXPECT_EQ(finding.estimate->method, "Clopper-Pearson");
  }
}

// Of the samples on which a population claim is to rest, in the order in which they were asked.
TEST(Confident, RestsOnTheSamplesThatWereDeclared) {
  std::mt19937_64 engine(8);
  for (const Stop stop : {Stop::kNever, Stop::kConfident}) {
    const Subject subject = Drawn({.kept = 0.92}, 400, engine);
    const JudgeDefaults declared{.claim = Claim::kPopulation, .stop = stop, .samples = 100};
    const Finding cut = FindingOf(Metric::kRetention, 0.9, Cut(subject, 100), declared);
    const Finding whole = FindingOf(Metric::kRetention, 0.9, subject, declared);
    EXPECT_EQ(whole.verdict, cut.verdict);
    EXPECT_EQ(whole.reason, cut.reason);
    EXPECT_EQ(whole.estimate->n, 100U);
  }
}

}  // namespace
}  // namespace gatetest
