// What holds for every verdict, on evaluations drawn at random (by a fixed seed).
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "gatetest/metrics.h"
#include "gatetest/verdict.h"
#include "tests/support/evaluations.h"
#include "tests/support/writing.h"

namespace gatetest {
namespace {

using namespace testing_support;  // NOLINT: builders

constexpr double kTiny = 1e-9;

/// One data set with both models' scores; "?" could not be measured.
struct Drawn {
  std::vector<Sample> samples = {};
  std::string candidate = {};
  std::string baseline = {};
};

Drawn Draw(std::mt19937_64& random, bool clustered, bool missing) {
  const std::size_t n = 30 + random() % 170;
  const std::uint64_t right = 20 + random() % 80;
  Drawn drawn;
  const auto score = [&](std::uint64_t percent) {
    if (missing && random() % 20 == 0) return '?';
    return random() % 100 < percent ? '+' : '-';
  };
  for (std::size_t i = 0; i < n; ++i) {
    drawn.samples.push_back({.id = std::to_string(i), .input = "x", .answer = "right"});
    if (clustered) drawn.samples.back().cluster = std::to_string(random() % 40);
    drawn.baseline += score(right);
    // Mostly as the baseline.
    drawn.candidate += random() % 5 == 0 ? score(right) : drawn.baseline.back();
  }
  // Retention is defined, with clusters too.
  drawn.baseline[0] = drawn.baseline[1] = '+';
  if (clustered) drawn.samples[0].cluster = drawn.samples[1].cluster + "a";
  return drawn;
}

Subject SubjectOf(const Drawn& drawn) {
  const TaskPtr task = ExactMatch(MakeDataset("facts", drawn.samples));
  return {.candidate = MakeEvaluation(Rung("int4"), task, WithFlaws(drawn.candidate)),
          .baseline = MakeEvaluation(Rung("f16"), task, WithFlaws(drawn.baseline))};
}

/// The same samples in another order.
Drawn Shuffled(const Drawn& drawn, std::mt19937_64& random) {
  std::vector<std::size_t> order(drawn.samples.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  Drawn shuffled;
  for (const std::size_t i : order) {
    shuffled.samples.push_back(drawn.samples[i]);
    shuffled.candidate += drawn.candidate[i];
    shuffled.baseline += drawn.baseline[i];
  }
  return shuffled;
}

constexpr Metric kShares[] = {Metric::kAccuracy, Metric::kRetention,  Metric::kAccuracyLoss,
                              Metric::kFlips,    Metric::kTruncation, Metric::kEmpty};

bool MoreIsBetter(Metric metric) {
  return metric == Metric::kAccuracy || metric == Metric::kRetention;
}

Finding FindingOf(Metric metric, const Limit& limit, const Subject& subject) {
  const Judgement judgement = Judge({metric, limit}, {&subject, 1});
  EXPECT_EQ(judgement.failure, "");
  return judgement.findings.at(0);
}

Finding FindingOf(Metric metric, const Limit& limit, const Drawn& drawn) {
  return FindingOf(metric, limit, SubjectOf(drawn));
}

/// FAILED, INCONCLUSIVE, PASSED in this order; NOT MEASURED is none of them.
int Rank(Verdict verdict) {
  return verdict == Verdict::kFailed ? 0 : verdict == Verdict::kInconclusive ? 1 : 2;
}

void ExpectSame(const Estimate& a, const Estimate& b) {
  EXPECT_EQ(a.value, b.value);
  ASSERT_EQ(a.interval.has_value(), b.interval.has_value());
  if (!a.interval) return;
  EXPECT_EQ(a.interval.value().lower, b.interval.value().lower);
  EXPECT_EQ(a.interval.value().upper, b.interval.value().upper);
}

/// Calls `check` with draws of each kind.
template <typename Check>
void ForAll(std::uint64_t seed, bool missing, const Check& check) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < 40; ++i) {
    SCOPED_TRACE(i);
    check(Draw(random, i % 2 == 1, missing), random);
  }
}

TEST(Property, TheOrderOfSamplesChangesNothing) {
  ForAll(1, true, [](const Drawn& drawn, std::mt19937_64& random) {
    const Subject subject = SubjectOf(drawn);
    const Subject shuffled = SubjectOf(Shuffled(drawn, random));
    for (const Metric metric : kShares) {
      for (const Claim claim : {Claim::kDataset, Claim::kPopulation}) {
        const Limit limit = Limit(0.4).Claim(claim);
        const Finding a = FindingOf(metric, limit, subject);
        const Finding b = FindingOf(metric, limit, shuffled);
        EXPECT_EQ(a.verdict, b.verdict);
        ExpectSame(*a.estimate, *b.estimate);
      }
    }
  });
}

TEST(Property, ClustersAreKnownByNothingButWhoIsInThem) {
  ForAll(2, false, [](const Drawn& drawn, std::mt19937_64&) {
    Drawn renamed = drawn;
    for (Sample& sample : renamed.samples) {
      if (!sample.cluster.empty()) sample.cluster = "passage " + sample.cluster;
    }
    for (const Metric metric : kShares) {
      ExpectSame(*FindingOf(metric, 0.4, drawn).estimate,
                 *FindingOf(metric, 0.4, renamed).estimate);
    }
  });
}

TEST(Property, IntervalsHoldTheEstimateAndStayInsideTheRange) {
  ForAll(3, false, [](const Drawn& drawn, std::mt19937_64&) {
    for (const Metric metric : kShares) {
      const Estimate estimate = *FindingOf(metric, 0.4, drawn).estimate;
      EXPECT_LE(estimate.interval.value().lower, estimate.value + kTiny);
      EXPECT_GE(estimate.interval.value().upper, estimate.value - kTiny);
      EXPECT_GE(estimate.interval.value().lower, metric == Metric::kAccuracyLoss ? -1.0 : 0.0);
      if (metric != Metric::kRetention) {
        EXPECT_LE(estimate.interval.value().upper, 1.0);
      }
    }
  });
}

TEST(Property, IntervalsAreNestedInAlpha) {
  ForAll(4, false, [](const Drawn& drawn, std::mt19937_64&) {
    for (const Metric metric : kShares) {
      Interval wider = {.lower = -1e9, .upper = 1e9};
      for (const double alpha : {0.0001, 0.01, 0.05, 0.2, 0.45}) {
        const Interval now =
            FindingOf(metric, Limit(0.4).Alpha(alpha), drawn).estimate->interval.value();
        EXPECT_GE(now.lower, wider.lower);
        EXPECT_LE(now.upper, wider.upper);
        wider = now;
      }
    }
  });
}

TEST(Property, PopulationVerdictsFollowTheBounds) {
  ForAll(5, false, [](const Drawn& drawn, std::mt19937_64& random) {
    for (const Metric metric : kShares) {
      const double limit = 0.01 + static_cast<double>(random() % 98) / 100.0;
      const Finding finding = FindingOf(metric, Limit(limit).Claim(Claim::kPopulation), drawn);
      const Interval interval = finding.estimate->interval.value();
      if (finding.estimate->too_few.empty()) {
        const bool above = interval.lower > limit;
        const bool below = interval.upper < limit;
        const Verdict expected = above == below                  ? Verdict::kInconclusive
                                 : above == MoreIsBetter(metric) ? Verdict::kPassed
                                                                 : Verdict::kFailed;
        EXPECT_EQ(finding.verdict, expected)
            << Name(metric) << " " << limit << " [" << interval.lower << ", " << interval.upper;
      } else {
        EXPECT_EQ(finding.verdict, Verdict::kInconclusive);
      }
    }
  });
}

TEST(Property, AStricterLimitNeverHelps) {
  ForAll(6, true, [](const Drawn& drawn, std::mt19937_64&) {
    const Subject subject = SubjectOf(drawn);
    for (const Metric metric : kShares) {
      for (const Claim claim : {Claim::kDataset, Claim::kPopulation}) {
        int best = 2;
        for (int percent = 1; percent < 100; percent += 7) {
          const int stricter = MoreIsBetter(metric) ? percent : 100 - percent;
          const Verdict verdict =
              FindingOf(metric, Limit(stricter / 100.0).Claim(claim), subject).verdict;
          if (verdict == Verdict::kNotMeasured) continue;
          EXPECT_LE(Rank(verdict), best);
          best = Rank(verdict);
        }
      }
    }
  });
}

TEST(Property, AnotherRightAnswerNeverHurts) {
  ForAll(7, false, [](const Drawn& drawn, std::mt19937_64&) {
    if (!drawn.samples[0].cluster.empty()) return;  // There it changes how alike clusters are.
    Drawn better = drawn;
    const std::size_t wrong = better.candidate.find('-');
    if (wrong == std::string::npos) return;
    better.candidate[wrong] = '+';
    for (const Metric metric : {Metric::kAccuracy, Metric::kRetention, Metric::kAccuracyLoss,
                                Metric::kTruncation, Metric::kEmpty}) {
      const Estimate before = *FindingOf(metric, 0.4, drawn).estimate;
      const Estimate after = *FindingOf(metric, 0.4, better).estimate;
      const double sign = MoreIsBetter(metric) ? 1.0 : -1.0;
      EXPECT_GE(sign * after.value, sign * before.value);
      EXPECT_GE(sign * after.interval.value().lower, sign * before.interval.value().lower - kTiny);
      EXPECT_GE(sign * after.interval.value().upper, sign * before.interval.value().upper - kTiny);
    }
  });
}

TEST(Property, AVerdictWithMissingSamplesHoldsWhateverTheyAre) {
  ForAll(8, true, [](const Drawn& drawn, std::mt19937_64& random) {
    for (const Metric metric : kShares) {
      const double limit = 0.01 + static_cast<double>(random() % 98) / 100.0;
      const Verdict verdict = FindingOf(metric, limit, drawn).verdict;
      if (verdict == Verdict::kNotMeasured) continue;
      for (int i = 0; i < 10; ++i) {
        Drawn filled = drawn;
        for (std::string* scores : {&filled.candidate, &filled.baseline}) {
          for (char& score : *scores) {
            if (score == '?') score = random() % 2 == 0 ? '+' : '-';
          }
        }
        EXPECT_EQ(FindingOf(metric, limit, filled).verdict, verdict);
      }
    }
  });
}

TEST(Property, ComparisonsTurnedAroundTellTheSame) {
  ForAll(9, false, [](const Drawn& drawn, std::mt19937_64&) {
    Drawn turned = drawn;
    std::swap(turned.candidate, turned.baseline);
    if (turned.baseline.find('+') == std::string::npos) return;
    const Estimate loss = *FindingOf(Metric::kAccuracyLoss, 0.4, drawn).estimate;
    const Estimate gain = *FindingOf(Metric::kAccuracyLoss, 0.4, turned).estimate;
    EXPECT_EQ(loss.value, -gain.value);
    EXPECT_NEAR(loss.interval.value().lower, -gain.interval.value().upper, kTiny);
    EXPECT_NEAR(loss.interval.value().upper, -gain.interval.value().lower, kTiny);
    const Estimate flips = *FindingOf(Metric::kFlips, 0.4, drawn).estimate;
    const Estimate back = *FindingOf(Metric::kFlips, 0.4, turned).estimate;
    EXPECT_EQ(flips.value, back.value);
    EXPECT_NEAR(flips.interval.value().lower, back.interval.value().lower, kTiny);
    EXPECT_NEAR(flips.interval.value().upper, back.interval.value().upper, kTiny);
    if (!drawn.samples[0].cluster.empty()) return;  // The design effect is of the ratio's own side.
    const Estimate retention = *FindingOf(Metric::kRetention, 0.4, drawn).estimate;
    const Estimate inverse = *FindingOf(Metric::kRetention, 0.4, turned).estimate;
    if (retention.interval.value().lower == 0.0) return;
    EXPECT_NEAR(retention.interval.value().lower * inverse.interval.value().upper, 1.0, 1e-6);
    EXPECT_NEAR(retention.interval.value().upper * inverse.interval.value().lower, 1.0, 1e-6);
  });
}

TEST(Property, PerplexitiesDoNotDependOnTheOrderOfTexts) {
  std::mt19937_64 random(10);
  for (int round = 0; round < 10; ++round) {
    std::vector<Outcome> candidate;
    std::vector<Outcome> baseline;
    for (int i = 0; i < 40; ++i) {
      const auto tokens = static_cast<std::size_t>(1 + random() % 100);
      const auto nll = [&] { return 0.1 * static_cast<double>(tokens * (10 + random() % 20)); };
      candidate.push_back(Text({{.nll = nll(), .tokens = tokens}}));
      baseline.push_back(Text({{.nll = nll(), .tokens = tokens}}));
    }
    const TaskPtr task = Documents(40);
    const auto ratio = [&] {
      return PerplexityRatio(Comparison(MakeEvaluation(Rung("f16"), task, baseline),
                                        MakeEvaluation(Rung("int4"), task, candidate)));
    };
    const Estimate before = ratio();
    std::reverse(candidate.begin(), candidate.end());
    std::reverse(baseline.begin(), baseline.end());
    const Estimate after = ratio();
    ExpectSame(before, after);
    // Turned around, it is the inverse.
    std::swap(candidate, baseline);
    const Estimate inverse = ratio();
    EXPECT_NEAR(inverse.value * after.value, 1.0, kTiny);
    EXPECT_NEAR(inverse.interval.value().lower * after.interval.value().upper, 1.0, kTiny);
  }
}

/// What two models wrote, at prices; in clusters where `clustered`.
struct DrawnWriting {
  std::vector<Sample> samples = {};
  std::vector<Outcome> candidate = {};
  std::vector<Outcome> baseline = {};

  Subject subject() const {
    const TaskPtr task = ExactMatch(MakeDataset("facts", samples));
    return {.candidate = MakeEvaluation(Priced("int4", 0.15, 0.6), task, candidate),
            .baseline = MakeEvaluation(Priced("f16", 0.5, 1.5), task, baseline)};
  }
  DrawnWriting InOrder(const std::vector<std::size_t>& order) const {
    DrawnWriting other;
    for (const std::size_t i : order) {
      other.samples.push_back(samples[i]);
      other.candidate.push_back(candidate[i]);
      other.baseline.push_back(baseline[i]);
    }
    return other;
  }
};

DrawnWriting DrawWriting(std::mt19937_64& random, bool clustered) {
  const std::size_t n = 60 + random() % 100;
  DrawnWriting drawn;
  for (std::size_t i = 0; i < n; ++i) {
    drawn.samples.push_back({.id = std::to_string(i), .input = "x", .answer = "right"});
    if (clustered) drawn.samples.back().cluster = std::to_string(i % 40);
    const auto read = static_cast<std::int64_t>(1 + random() % 300);
    const auto wrote = static_cast<std::int64_t>(1 + random() % 80);
    drawn.baseline.push_back(Wrote(wrote, read));
    drawn.candidate.push_back(Wrote(wrote + static_cast<std::int64_t>(random() % 9), read));
  }
  return drawn;
}

/// Calls `check` with draws of each kind.
template <typename Check>
void ForAllWriting(std::uint64_t seed, const Check& check) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < 20; ++i) {
    SCOPED_TRACE(i);
    check(DrawWriting(random, i % 2 == 1), random);
  }
}

struct RatioOfSums {
  Metric metric;
  Limit limit;
};

const std::vector<RatioOfSums>& RatiosOfSums() {
  static const std::vector<RatioOfSums> kRatios = {
      {Metric::kOutputLengthRatio, Limit(0.9).UpTo(1.2)},
      {Metric::kCostPer1k, 0.0003},
      {Metric::kSavings, 0.5}};
  return kRatios;
}

TEST(Property, LengthsAndCostsDoNotDependOnTheOrderOfSamples) {
  ForAllWriting(11, [](const DrawnWriting& drawn, std::mt19937_64& random) {
    std::vector<std::size_t> order(drawn.samples.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
    for (const auto& [metric, limit] : RatiosOfSums()) {
      const Finding a = FindingOf(metric, limit, drawn.subject());
      const Finding b = FindingOf(metric, limit, drawn.InOrder(order).subject());
      EXPECT_EQ(a.verdict, b.verdict);
      EXPECT_NEAR(a.estimate->value, b.estimate->value, kTiny * a.estimate->value);
      EXPECT_NEAR(a.estimate->interval->lower, b.estimate->interval->lower,
                  kTiny * a.estimate->value);
    }
  });
}

TEST(Property, LengthsTurnedAroundAreTheInverse) {
  ForAllWriting(12, [](const DrawnWriting& drawn, std::mt19937_64&) {
    DrawnWriting turned = drawn;
    std::swap(turned.candidate, turned.baseline);
    const Limit limit = Limit(0.1).UpTo(9.0);
    const double ratio =
        FindingOf(Metric::kOutputLengthRatio, limit, drawn.subject()).estimate->value;
    const double inverse =
        FindingOf(Metric::kOutputLengthRatio, limit, turned.subject()).estimate->value;
    EXPECT_NEAR(ratio * inverse, 1.0, kTiny);
  });
}

TEST(Property, PricesInAnotherUnitChangeNoSavings) {
  ForAllWriting(13, [](const DrawnWriting& drawn, std::mt19937_64&) {
    Subject subject = drawn.subject();
    const Estimate dollars = *FindingOf(Metric::kSavings, 0.5, subject).estimate;
    subject.candidate =
        MakeEvaluation(Priced("int4", 15, 60), subject.candidate->task, drawn.candidate);
    subject.baseline =
        MakeEvaluation(Priced("f16", 50, 150), subject.baseline->task, drawn.baseline);
    const Estimate cents = *FindingOf(Metric::kSavings, 0.5, subject).estimate;
    EXPECT_NEAR(cents.value, dollars.value, kTiny);
    EXPECT_NEAR(cents.interval->lower, dollars.interval->lower, kTiny);
    EXPECT_NEAR(cents.interval->upper, dollars.interval->upper, kTiny);
  });
}

TEST(Property, WiderEndsNeverHurt) {
  ForAllWriting(14, [](const DrawnWriting& drawn, std::mt19937_64&) {
    const Subject subject = drawn.subject();
    const double value =
        FindingOf(Metric::kOutputLengthRatio, Limit(0.1).UpTo(9.0), subject).estimate->value;
    for (const Claim claim : {Claim::kDataset, Claim::kPopulation}) {
      // From ends that the value is beyond, or that are hardly apart, to wide ones.
      for (const double centre : {0.9 * value, 0.99 * value, value, 1.01 * value, 1.1 * value}) {
        int worst = 0;
        for (const double half : {0.0001, 0.001, 0.01, 0.03, 0.1, 0.3}) {
          const Limit limit = Limit(centre - half).UpTo(centre + half).Claim(claim);
          const int rank = Rank(FindingOf(Metric::kOutputLengthRatio, limit, subject).verdict);
          EXPECT_GE(rank, worst) << centre << " +- " << half;
          worst = rank;
        }
      }
    }
  });
}

}  // namespace
}  // namespace gatetest
