#include "gatetest/sequential.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using testing_support::ExpectError;
using testing_support::kInfinity;
using testing_support::kNaN;

using Observations = std::vector<double>;

const double kEnough = std::log(1.0 / 0.05);

Observations Shares(const std::string& pattern) {
  Observations observations;
  for (const char c : pattern) observations.push_back(c == '+' ? 1.0 : 0.0);
  return observations;
}

Observations Repeated(std::size_t count, double x) { return Observations(count, x); }

/// Portable: std::uniform_real_distribution is not.
double Uniform(std::mt19937_64& engine) { return static_cast<double>(engine() >> 11) * 0x1p-53; }

SequentialTest After(const Observations& observations, const SequentialOptions& options) {
  SequentialTest test(options);
  for (const double x : observations) test.Add(x);
  return test;
}

// --- what is wrong

void ExpectWrong(const SequentialOptions& options, const std::string& text) {
  ExpectError(ErrorCode::kInvalidArgument, text, [&] { SequentialTest test(options); });
  ExpectError(ErrorCode::kInvalidArgument, text, [&] { ConfidenceSequence({}, options); });
}

TEST(SequentialTest, SaysWhichOptionIsWrong) {
  for (const double alpha : {0.0, 0.5, -0.1, 1.0}) {
    ExpectWrong({.limit = 0.5, .alpha = alpha}, "SequentialTest: alpha is ");
  }
  ExpectWrong({.limit = 0.5, .alpha = kNaN}, "SequentialTest: alpha is nan");
  ExpectWrong({.lowest = 1.0, .highest = 1.0, .limit = 1.0},
              "SequentialTest: lowest is 1 and highest 1; observations have to be between two "
              "finite numbers");
  ExpectWrong({.lowest = 2.0, .highest = 1.0, .limit = 1.0}, "lowest is 2 and highest 1");
  ExpectWrong({.lowest = 0.0, .highest = kInfinity, .limit = 1.0}, "highest inf");
  ExpectWrong({.lowest = -kInfinity, .highest = 0.0, .limit = 0.0}, "lowest is -inf");
  ExpectWrong({.lowest = -1e308, .highest = 1e308, .limit = 0.0}, "two finite numbers");
  ExpectWrong({.lowest = kNaN, .highest = 1.0, .limit = 0.5}, "lowest is nan");
  ExpectWrong({.limit = 1.5},
              "SequentialTest: limit is 1.5; it has to be in [0, 1], where observations are");
  ExpectWrong({.lowest = -0.9, .limit = -1.0}, "limit is -1; it has to be in [-0.9, 1]");
  ExpectWrong({.limit = kNaN}, "limit is nan");
  ExpectWrong({.limit = 0.5, .population = 0},
              "SequentialTest: population is 0; it has to be at least 1");
  ExpectWrong({.limit = 0.5, .population = -3}, "population is -3");
  ExpectWrong({.limit = 0.5, .horizon = 0},
              "SequentialTest: horizon is 0; it has to be at least 1");
}

TEST(SequentialTest, RefusesObservationsOutOfRangeAndGoesOn) {
  SequentialTest test({.lowest = -0.9, .limit = 0.0});
  test.Add(1.0);
  const double evidence = test.log_evidence_above();
  for (const double x : {-0.91, 1.01, kInfinity, -kInfinity}) {
    ExpectError(ErrorCode::kInvalidArgument, "it has to be in [-0.9, 1]", [&] { test.Add(x); });
  }
  ExpectError(ErrorCode::kInvalidArgument,
              "SequentialTest: an observation is 1.5; it has to be in [-0.9, 1]",
              [&] { test.Add(1.5); });
  ExpectError(ErrorCode::kInvalidArgument, "an observation is nan;", [&] { test.Add(kNaN); });
  ExpectError(ErrorCode::kInvalidArgument, "an observation is [0, 1.5]; it has to be in [-0.9, 1]",
              [&] { test.AddBetween(0.0, 1.5); });
  ExpectError(ErrorCode::kInvalidArgument, "an observation is [-1, 0];",
              [&] { test.AddBetween(-1.0, 0.0); });
  ExpectError(ErrorCode::kInvalidArgument,
              "SequentialTest: an observation is between 0.5 and 0.25; the first has to be the "
              "lower one",
              [&] { test.AddBetween(0.5, 0.25); });
  ExpectError(ErrorCode::kInvalidArgument, "an observation is",
              [&] { test.AddBetween(0.0, kNaN); });
  EXPECT_EQ(test.count(), 1);
  EXPECT_EQ(test.log_evidence_above(), evidence);
  test.Add(-0.9);
  EXPECT_EQ(test.count(), 2);
}

TEST(SequentialTest, RefusesOneMoreThanThePopulationHas) {
  SequentialTest test({.limit = 0.5, .population = 2});
  test.Add(1.0);
  test.Add(0.0);
  ExpectError(ErrorCode::kInvalidArgument,
              "SequentialTest: there are 2 observations, and this is one more",
              [&] { test.Add(1.0); });
  EXPECT_EQ(test.count(), 2);
  ExpectError(ErrorCode::kInvalidArgument, "and this is one more",
              [] { ConfidenceSequence(Repeated(3, 1.0), {.limit = 0.5, .population = 2}); });
}

// --- certainty

TEST(SequentialTest, IsCertainStrictlyAndOnWholeNumbers) {
  const SequentialOptions seven_tenths{.limit = 0.7, .alpha = 1e-9, .population = 10};
  // 7 of 10 is not above 0.7; 8 of 10 is.
  SequentialTest at_limit = After(Shares("+++++++--"), seven_tenths);
  EXPECT_EQ(at_limit.answer(), SequentialAnswer::kOpen);
  at_limit.Add(0.0);
  EXPECT_EQ(at_limit.answer(), SequentialAnswer::kNotAbove);
  EXPECT_TRUE(at_limit.certain());
  EXPECT_EQ(After(Shares("+++++++"), seven_tenths).answer(), SequentialAnswer::kOpen);
  const SequentialTest above = After(Shares("++++++++"), seven_tenths);
  EXPECT_EQ(above.answer(), SequentialAnswer::kAbove);
  EXPECT_TRUE(above.certain());
  EXPECT_EQ(After(Shares("--"), seven_tenths).answer(), SequentialAnswer::kOpen);
  EXPECT_EQ(After(Shares("---"), seven_tenths).answer(), SequentialAnswer::kNotAbove);
}

// Every share k/n, at the limit k/n as it is written: never above it, whatever the order.
TEST(SequentialTest, AShareAtItsLimitIsNotAboveIt) {
  for (int n = 1; n <= 40; ++n) {
    for (int k = 0; k <= n; ++k) {
      Observations observations = Repeated(static_cast<std::size_t>(k), 1.0);
      observations.resize(static_cast<std::size_t>(n), 0.0);
      const double limit = static_cast<double>(k) / n;
      for (const bool turned : {false, true}) {
        if (turned) std::reverse(observations.begin(), observations.end());
        const SequentialTest test =
            After(observations, {.limit = limit, .alpha = 1e-200, .population = n});
        EXPECT_EQ(test.answer(), SequentialAnswer::kNotAbove) << k << " of " << n;
        EXPECT_TRUE(test.certain());
      }
    }
  }
}

// c - 0.9 b, where the candidate has exactly 9 of 10 that the baseline has: 0, in whole numbers;
// what the doubles add up to must not depend on their order.
TEST(SequentialTest, FractionsAddUpToTheSameInEveryOrder) {
  Observations observations = Repeated(45, 1.0 - 0.9);
  observations.insert(observations.end(), 5, 0.0 - 0.9);
  observations.insert(observations.end(), 7, 0.0);
  const SequentialOptions options{.lowest = -0.9,
                                  .limit = 0.0,
                                  .alpha = 1e-200,
                                  .population = static_cast<std::int64_t>(observations.size())};
  std::mt19937_64 engine(1);
  for (int order = 0; order < 200; ++order) {
    for (std::size_t i = observations.size(); i > 1; --i) {
      std::swap(observations[i - 1], observations[engine() % i]);
    }
    const SequentialTest test = After(observations, options);
    EXPECT_EQ(test.answer(), SequentialAnswer::kNotAbove) << order;
    EXPECT_TRUE(test.certain()) << order;
  }
}

TEST(SequentialTest, IsNeverCertainOfAPopulationWithoutASize) {
  const SequentialTest test = After(Repeated(5000, 1.0), {.limit = 0.5});
  EXPECT_EQ(test.answer(), SequentialAnswer::kAbove);
  EXPECT_FALSE(test.certain());
}

TEST(SequentialTest, TheFirstAnswerStays) {
  SequentialTest test({.limit = 0.5});
  while (test.answer() == SequentialAnswer::kOpen) test.Add(1.0);
  const std::int64_t decided = test.count();
  for (int i = 0; i < 500; ++i) test.Add(0.0);
  EXPECT_EQ(test.answer(), SequentialAnswer::kAbove);
  EXPECT_EQ(test.count(), decided + 500);
  // Evidence goes on all the same.
  EXPECT_LT(test.log_evidence_above(), 0.0);
  EXPECT_GT(test.log_evidence_not_above(), kEnough);

  // An answer by bets does not become certain later.
  SequentialTest of_all({.limit = 0.5, .population = 1000});
  for (int i = 0; i < 1000; ++i) of_all.Add(1.0);
  EXPECT_EQ(of_all.answer(), SequentialAnswer::kAbove);
  EXPECT_FALSE(of_all.certain());
}

// --- the ends

TEST(SequentialTest, NothingIsAboveTheHighestOrBelowTheLowest) {
  for (const double lowest : {0.0, -0.9}) {
    const double middle = lowest + 0.25;
    SequentialTest at_highest({.lowest = lowest, .limit = 1.0, .population = 100});
    at_highest.Add(1.0);
    EXPECT_EQ(at_highest.answer(), SequentialAnswer::kNotAbove);
    EXPECT_TRUE(at_highest.certain());

    SequentialTest at_lowest({.lowest = lowest, .limit = lowest, .population = 3});
    at_lowest.Add(lowest);
    EXPECT_EQ(at_lowest.answer(), SequentialAnswer::kOpen);
    at_lowest.Add(middle);
    EXPECT_EQ(at_lowest.answer(), SequentialAnswer::kAbove);
    EXPECT_TRUE(at_lowest.certain());

    const SequentialTest all_lowest =
        After(Repeated(3, lowest), {.lowest = lowest, .limit = lowest, .population = 3});
    EXPECT_EQ(all_lowest.answer(), SequentialAnswer::kNotAbove);
  }
  // Of a population without a size nothing is said: no bet is fair there.
  for (const double limit : {0.0, 1.0}) {
    SequentialTest test({.limit = limit});
    for (int i = 0; i < 1000; ++i) test.Add(i % 2 == 0 ? 1.0 : 0.0);
    EXPECT_EQ(test.answer(), SequentialAnswer::kOpen) << limit;
    EXPECT_EQ(test.log_evidence_above(), 0.0);
    EXPECT_EQ(test.log_evidence_not_above(), 0.0);
  }
}

TEST(SequentialTest, ExtremeSequencesKeepFiniteEvidence) {
  constexpr std::size_t kMany = 1000000;
  const auto observed = [](std::size_t i, int kind) {
    switch (kind) {
      case 0:
        return 0.0;
      case 1:
        return 1.0;
      case 2:  // Half of it each.
        return i < kMany / 2 ? 0.0 : 1.0;
      case 3:
        return i < kMany / 2 ? 1.0 : 0.0;
      default:
        return i % 2 == 0 ? 1.0 : 0.0;
    }
  };
  const std::array<std::optional<std::int64_t>, 2> populations = {std::nullopt,
                                                                  static_cast<std::int64_t>(kMany)};
  for (const auto& population : populations) {
    for (const double limit : {1e-6, 0.3, 0.5, 1.0 - 1e-6}) {
      for (int kind = 0; kind < 5; ++kind) {
        SequentialTest test({.limit = limit, .population = population});
        for (std::size_t i = 0; i < kMany; ++i) test.Add(observed(i, kind));
        EXPECT_TRUE(std::isfinite(test.log_evidence_above())) << limit << " " << kind;
        EXPECT_TRUE(std::isfinite(test.log_evidence_not_above())) << limit << " " << kind;
        // A million tell nothing of one in a million, but for a set of just so many.
        const bool decided = population.has_value() || (limit > 0.1 && limit < 0.9);
        if (!decided || kind > 1) continue;
        EXPECT_EQ(test.answer(), kind == 0 ? SequentialAnswer::kNotAbove : SequentialAnswer::kAbove)
            << limit;
      }
    }
  }
}

// --- what is known between two bounds

TEST(SequentialTest, BetweenEqualBoundsIsAnObservation) {
  std::mt19937_64 engine(2);
  const SequentialOptions options{.limit = 0.4, .population = 300};
  SequentialTest one(options), other(options);
  for (int i = 0; i < 300; ++i) {
    const double x = Uniform(engine);
    one.Add(x);
    other.AddBetween(x, x);
    EXPECT_EQ(one.log_evidence_above(), other.log_evidence_above());
    EXPECT_EQ(one.log_evidence_not_above(), other.log_evidence_not_above());
    EXPECT_EQ(one.answer(), other.answer());
    EXPECT_EQ(one.certain(), other.certain());
  }
}

TEST(SequentialTest, BoundsSpeakForEachSideAsTheWorseOne) {
  for (const std::optional<std::int64_t>& population :
       {std::optional<std::int64_t>{}, std::optional<std::int64_t>{500}}) {
    const SequentialOptions options{.limit = 0.5, .population = population};
    SequentialTest test(options), low(options), high(options);
    std::mt19937_64 engine(3);
    for (int i = 0; i < 400; ++i) {
      const double x = Uniform(engine) < 0.6 ? 1.0 : 0.0;
      const bool unknown = i % 10 == 0;
      test.AddBetween(unknown ? 0.0 : x, unknown ? 1.0 : x);
      low.Add(unknown ? 0.0 : x);
      high.Add(unknown ? 1.0 : x);
      EXPECT_EQ(test.log_evidence_above(), low.log_evidence_above());
      EXPECT_EQ(test.log_evidence_not_above(), high.log_evidence_not_above());
    }
  }
  // Nothing known is nothing said.
  SequentialTest nothing({.limit = 0.5, .population = 100});
  for (int i = 0; i < 100; ++i) nothing.AddBetween(0.0, 1.0);
  EXPECT_EQ(nothing.answer(), SequentialAnswer::kOpen);
  // Certain only where the unknown ones cannot change it.
  SequentialTest half({.limit = 0.5, .alpha = 1e-9, .population = 10});
  for (int i = 0; i < 5; ++i) half.Add(1.0);
  half.AddBetween(0.0, 1.0);
  EXPECT_EQ(half.answer(), SequentialAnswer::kOpen);
  half.Add(1.0);
  EXPECT_EQ(half.answer(), SequentialAnswer::kAbove);
}

// --- the pseudo-code, in logarithms

/// As it is written: bets that are kept as logarithms, added up with the largest taken out.
class PlainTest {
 public:
  explicit PlainTest(const SequentialOptions& options) : options_(options) {
    const double width = options.highest - options.lowest;
    m0_ = (options.limit - options.lowest) / width;
    const double h = static_cast<double>(options.population.value_or(options.horizon));
    for (std::size_t k = 0; k < kBets; ++k) {
      pass_[k] = Fraction(m0_, h, k);
      fail_[k] = Fraction(1.0 - m0_, h, k);
    }
  }

  void Add(double x) {
    const double y = (x - options_.lowest) / (options_.highest - options_.lowest);
    const double n = static_cast<double>(options_.population.value_or(0));
    const double m = options_.population ? (n * m0_ - sum_) / (n - seen_) : m0_;
    if (m > 1e-9 && m < 1.0 - 1e-9) {
      for (std::size_t k = 0; k < kBets; ++k) {
        log_pass_[k] += std::log1p(pass_[k] * (y / m - 1.0));
        log_fail_[k] += std::log1p(fail_[k] * ((1.0 - y) / (1.0 - m) - 1.0));
      }
    }
    seen_ += 1.0;
    sum_ += y;
  }

  double above() const { return LogMean(log_pass_); }
  double not_above() const { return LogMean(log_fail_); }

 private:
  static constexpr std::size_t kBets = 8;
  using Bets = std::array<double, kBets>;

  static double Fraction(double m, double h, std::size_t k) {
    const double f0 = std::clamp(3.0 * std::sqrt(m / (1.0 - m) / h), 0.002, 0.5);
    return f0 * std::pow(0.95 / f0, static_cast<double>(k) / 7.0);
  }

  static double LogMean(const Bets& logs) {
    const double largest = *std::max_element(logs.begin(), logs.end());
    double sum = 0.0;
    for (const double log : logs) sum += std::exp(log - largest);
    return largest + std::log(sum) - std::log(8.0);
  }

  SequentialOptions options_;
  double m0_ = 0.0;
  Bets pass_ = {}, fail_ = {}, log_pass_ = {}, log_fail_ = {};
  double seen_ = 0.0;
  double sum_ = 0.0;
};

TEST(SequentialTest, AgreesWithThePseudoCode) {
  std::mt19937_64 engine(4);
  for (int trial = 0; trial < 60; ++trial) {
    const bool finite = trial % 2 == 0;
    const double lowest = trial % 3 == 0 ? 0.0 : -0.9;
    const std::int64_t count = 20 + static_cast<std::int64_t>(engine() % 3000);
    SequentialOptions options{.lowest = lowest,
                              .limit = lowest + (1.0 - lowest) * (0.05 + 0.9 * Uniform(engine)),
                              .horizon = 1 + static_cast<std::int64_t>(engine() % 5000)};
    if (finite) options.population = count;
    const double truth = 0.05 + 0.9 * Uniform(engine);
    const bool graded = trial % 5 == 0;
    SequentialTest test(options);
    PlainTest plain(options);
    SequentialAnswer first = SequentialAnswer::kOpen;
    for (std::int64_t i = 0; i < count; ++i) {
      const double y = graded ? Uniform(engine) : (Uniform(engine) < truth ? 1.0 : 0.0);
      const double x = lowest + (1.0 - lowest) * y;
      test.Add(x);
      plain.Add(x);
      const auto close = [](double log) { return 1e-9 * std::max(1.0, std::abs(log)); };
      ASSERT_NEAR(test.log_evidence_above(), plain.above(), close(plain.above())) << trial;
      ASSERT_NEAR(test.log_evidence_not_above(), plain.not_above(), close(plain.not_above()))
          << trial;
      if (first != SequentialAnswer::kOpen || test.certain()) continue;
      if (plain.above() >= kEnough) {
        first = SequentialAnswer::kAbove;
      } else if (plain.not_above() >= kEnough) {
        first = SequentialAnswer::kNotAbove;
      }
      ASSERT_EQ(test.answer(), first) << trial << " after " << test.count();
    }
  }
}

// Observations in [-0.9, 1], or percentages, are shares in other units.
TEST(SequentialTest, UnitsDoNotMatter) {
  struct Unit {
    double lowest, highest;
  };
  std::mt19937_64 engine(5);
  for (const Unit& unit : {Unit{-0.9, 1.0}, Unit{0.0, 100.0}, Unit{1e6, 1e6 + 1.0}}) {
    const double width = unit.highest - unit.lowest;
    for (const bool finite : {false, true}) {
      SequentialOptions shares{.limit = 0.5};
      if (finite) shares.population = 600;
      SequentialOptions others = shares;
      others.lowest = unit.lowest;
      others.highest = unit.highest;
      others.limit = unit.lowest + 0.5 * width;
      Observations in_shares, in_others;
      SequentialTest test(shares), other(others);
      for (int i = 0; i < 500; ++i) {
        const double y = std::floor(4.0 * Uniform(engine) + 0.7) / 4.0;
        in_shares.push_back(y);
        in_others.push_back(std::clamp(unit.lowest + y * width, unit.lowest, unit.highest));
        test.Add(in_shares.back());
        other.Add(in_others.back());
        EXPECT_NEAR(test.log_evidence_above(), other.log_evidence_above(), 1e-6);
        EXPECT_NEAR(test.log_evidence_not_above(), other.log_evidence_not_above(), 1e-6);
        EXPECT_EQ(test.answer(), other.answer());
      }
      const Interval share = ConfidenceSequence(in_shares, shares);
      const Interval interval = ConfidenceSequence(in_others, others);
      EXPECT_NEAR(unit.lowest + width * share.lower, interval.lower, 1e-6 * width);
      EXPECT_NEAR(unit.lowest + width * share.upper, interval.upper, 1e-6 * width);
    }
  }
}

// A share and what is left of it: above one limit is not above the other.
TEST(SequentialTest, TheSidesAreAlike) {
  std::mt19937_64 engine(6);
  for (const bool finite : {false, true}) {
    SequentialOptions options{.limit = 0.25};
    if (finite) options.population = 400;
    SequentialOptions turned_options = options;
    turned_options.limit = 0.75;
    SequentialTest test(options), turned(turned_options);
    for (int i = 0; i < 300; ++i) {
      const double x = Uniform(engine) < 0.3 ? 1.0 : 0.0;
      test.Add(x);
      turned.Add(1.0 - x);
      EXPECT_NEAR(test.log_evidence_above(), turned.log_evidence_not_above(), 1e-9);
      EXPECT_NEAR(test.log_evidence_not_above(), turned.log_evidence_above(), 1e-9);
    }
  }
}

// --- the confidence sequence

TEST(ConfidenceSequence, OfNothingIsEverything) {
  const Interval all = ConfidenceSequence({}, {.lowest = -0.9, .limit = 0.0, .alpha = 0.1});
  EXPECT_EQ(all.lower, -0.9);
  EXPECT_EQ(all.upper, 1.0);
  EXPECT_EQ(all.alpha, 0.1);
  const Interval finite = ConfidenceSequence({}, {.limit = 0.5, .population = 10});
  EXPECT_EQ(finite.lower, 0.0);
  EXPECT_EQ(finite.upper, 1.0);
}

// The bound and the decision are one: it is beyond the limit when the evidence is enough.
TEST(ConfidenceSequence, IsBeyondTheLimitExactlyWhereTheEvidenceIsEnough) {
  std::mt19937_64 engine(7);
  int beyond = 0;
  int within = 0;
  for (int trial = 0; trial < 200; ++trial) {
    const bool finite = trial % 2 == 0;
    const double lowest = trial % 3 == 0 ? -0.9 : 0.0;
    SequentialOptions options{.lowest = lowest, .limit = lowest + 0.6 * (1.0 - lowest)};
    if (finite) options.population = 200;
    const double truth = 0.3 + 0.6 * Uniform(engine);
    const std::size_t count = 5 + engine() % 150;
    Observations observations;
    for (std::size_t i = 0; i < count; ++i) {
      observations.push_back(Uniform(engine) < truth ? 1.0 : lowest);
    }
    const SequentialTest test = After(observations, options);
    const Interval interval = ConfidenceSequence(observations, options);
    const bool above = test.log_evidence_above() >= kEnough;
    const bool not_above = test.log_evidence_not_above() >= kEnough;
    EXPECT_EQ(interval.lower > options.limit, above) << trial;
    EXPECT_EQ(interval.upper < options.limit, not_above) << trial;
    ++(above || not_above ? beyond : within);
    const double mean =
        std::accumulate(observations.begin(), observations.end(), 0.0) / static_cast<double>(count);
    EXPECT_LE(interval.lower, interval.upper) << trial;
    if (!finite) {
      EXPECT_LE(interval.lower, mean + 1e-9) << trial;
      EXPECT_GE(interval.upper, mean - 1e-9) << trial;
    }
  }
  EXPECT_GT(beyond, 30);
  EXPECT_GT(within, 30);
}

TEST(ConfidenceSequence, ShrinksToTheMeanOfAll) {
  std::mt19937_64 engine(8);
  for (const double lowest : {0.0, -0.9}) {
    constexpr std::size_t kAll = 400;
    Observations observations;
    for (std::size_t i = 0; i < kAll; ++i) {
      observations.push_back(lowest + (1.0 - lowest) * Uniform(engine));
    }
    const double mean = std::accumulate(observations.begin(), observations.end(), 0.0) / kAll;
    const SequentialOptions options{
        .lowest = lowest, .limit = 0.5, .population = static_cast<std::int64_t>(kAll)};
    double width = 1.0 - lowest;
    for (const std::size_t count : {100U, 200U, 300U, 390U, 399U}) {
      const Interval interval = ConfidenceSequence({observations.data(), count}, options);
      EXPECT_LE(interval.lower, mean);
      EXPECT_GE(interval.upper, mean);
      EXPECT_LT(interval.upper - interval.lower, width) << count;
      width = interval.upper - interval.lower;
    }
    const Interval all = ConfidenceSequence(observations, options);
    EXPECT_NEAR(all.lower, mean, 1e-9);
    EXPECT_NEAR(all.upper, mean, 1e-9);
  }
}

TEST(ConfidenceSequence, HasOneSidedEnds) {
  const SequentialOptions options{.limit = 0.5};
  const Interval none = ConfidenceSequence(Repeated(200, 0.0), options);
  EXPECT_EQ(none.lower, 0.0);
  EXPECT_GT(none.upper, 0.0);
  EXPECT_LT(none.upper, 0.05);
  const Interval all = ConfidenceSequence(Repeated(200, 1.0), options);
  EXPECT_EQ(all.upper, 1.0);
  EXPECT_LT(all.lower, 1.0);
  EXPECT_GT(all.lower, 0.95);
  // Whatever the bets are made for.
  for (const double limit : {0.0, 1.0}) {
    const Interval interval = ConfidenceSequence(Shares("+-+-+-+-"), {.limit = limit});
    EXPECT_LT(interval.lower, 0.5);
    EXPECT_GT(interval.upper, 0.5);
  }
}

// Looked at after every observation, a bound is on the wrong side of the truth in at most alpha of
// all sequences; half as many again would be seen here.
TEST(ConfidenceSequence, HoldsTheTruthAtEveryLook) {
  constexpr int kSequences = 400;
  constexpr double kTruth = 0.7;
  std::mt19937_64 engine(9);
  for (const bool finite : {false, true}) {
    constexpr std::size_t kAll = 150;
    int high = 0;
    int low = 0;
    for (int sequence = 0; sequence < kSequences; ++sequence) {
      Observations observations = Repeated(105, 1.0);  // 0.7 of all.
      observations.resize(kAll, 0.0);
      for (std::size_t i = kAll; i > 1; --i) {
        std::swap(observations[i - 1], observations[engine() % i]);
      }
      if (!finite) {
        for (double& x : observations) x = Uniform(engine) < kTruth ? 1.0 : 0.0;
      }
      SequentialOptions options{.limit = kTruth};
      if (finite) options.population = static_cast<std::int64_t>(kAll);
      // That the bounds do what the evidence says is checked above.
      SequentialTest test(options);
      bool too_high = false;
      bool too_low = false;
      for (const double x : observations) {
        test.Add(x);
        too_high = too_high || test.log_evidence_above() >= kEnough;
        too_low = too_low || test.log_evidence_not_above() >= kEnough;
      }
      high += too_high ? 1 : 0;
      low += too_low ? 1 : 0;
    }
    EXPECT_LE(high, kSequences * 0.075) << finite;
    EXPECT_LE(low, kSequences * 0.075) << finite;
    EXPECT_GT(high + low, 0) << finite;
  }
}

}  // namespace
}  // namespace gatetest
