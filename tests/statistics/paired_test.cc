#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/intervals.h"
#include "gatetest/planning.h"
#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using testing_support::ExpectClose;
using testing_support::ExpectError;
using testing_support::kInfinity;
using testing_support::kNaN;

// T as it is published, through the root of the quadratic.
double PublishedT(const PairedCounts& counts, double r) {
  using Wide = long double;
  const Wide n = static_cast<Wide>(counts.samples());
  const Wide m = n - static_cast<Wide>(counts.neither);
  const Wide xb = static_cast<Wide>(counts.baseline_right());
  const Wide xc = static_cast<Wide>(counts.candidate_right());
  const Wide l = static_cast<Wide>(counts.lost);
  const Wide phi = r;
  const Wide a = n * (1 + phi);
  const Wide b = xb * phi * phi - (xc + 2 * l);
  const Wide c = l * (1 - phi) * m / n;
  const Wide q = (-b + std::sqrt(b * b - 4 * a * c)) / (2 * a);
  return static_cast<double>((xc - phi * xb) / std::sqrt(n * (1 + phi) * q + m * (phi - 1)));
}

TEST(Tang, Golden) {
  struct Row {
    PairedCounts counts;
    double lower, upper, t;
  };
  for (const Row& row : {Row{{700, 50, 20, 230}, 0.941230410094, 0.977725683599, 4.68419321579},
                         Row{{90, 0, 0, 10}, 0.970815731689, 1.03006159393, 3.16227766017},
                         Row{{20, 7, 1, 2}, 0.613712872366, 0.935192372671, -1.3268554089}}) {
    const Interval interval = TangRetention(row.counts, 0.05);
    ExpectClose(interval.lower, row.lower);
    ExpectClose(interval.upper, row.upper);
    EXPECT_EQ(interval.alpha, 0.05);
    ExpectClose(TangStatistic(row.counts, 0.9), row.t);
  }
}

// Every mix of small, zero and huge counts with something right in the baseline.
std::vector<PairedCounts> EdgeCounts() {
  std::vector<PairedCounts> rows;
  const std::int64_t sizes[] = {0, 1, 3, 50, 1'000'000'000};
  for (const std::int64_t both : sizes) {
    for (const std::int64_t lost : sizes) {
      for (const std::int64_t gained : sizes) {
        for (const std::int64_t neither : {0, 17}) {
          if (both + lost > 0) rows.push_back({both, lost, gained, neither});
        }
      }
    }
  }
  return rows;
}

std::string Text(const PairedCounts& c) {
  return std::to_string(c.both) + " " + std::to_string(c.lost) + " " + std::to_string(c.gained) +
         " " + std::to_string(c.neither);
}

TEST(Tang, DecreasesInTheRatio) {
  for (const PairedCounts& counts : EdgeCounts()) {
    SCOPED_TRACE(Text(counts));
    double last = TangStatistic(counts, 1e-100);
    for (int i = -400; i <= 400; ++i) {  // 1e-10 to 1e10.
      const double ratio = std::pow(10.0, i / 40.0);
      const double t = TangStatistic(counts, ratio);
      ASSERT_LT(t, last) << "at ratio " << ratio;
      last = t;
    }
    EXPECT_LT(TangStatistic(counts, 1e100), last);
  }
}

TEST(Tang, EdgeBoundsSurroundTheRatioAndSolveForZ) {
  for (const PairedCounts& counts : EdgeCounts()) {
    for (const double alpha : {1e-12, 0.025, 0.05, 0.4}) {
      SCOPED_TRACE(Text(counts) + " at " + std::to_string(alpha));
      const double z = NormalQuantile(1.0 - alpha);
      const double ratio = static_cast<double>(counts.candidate_right()) /
                           static_cast<double>(counts.baseline_right());
      const Interval interval = TangRetention(counts, alpha);
      ASSERT_TRUE(std::isfinite(interval.upper));
      EXPECT_LE(interval.lower, ratio);
      EXPECT_GT(interval.upper, ratio);
      // One unit in the last place of a bound next to 1 moves T by 1e-6 at 1e9 samples.
      EXPECT_NEAR(TangStatistic(counts, interval.upper), -z, 1e-5);
      if (counts.candidate_right() == 0) {
        EXPECT_EQ(interval.lower, 0.0);
      } else {
        EXPECT_LT(interval.lower, ratio);
        EXPECT_NEAR(TangStatistic(counts, interval.lower), z, 1e-5);
      }
    }
  }
}

TEST(Tang, ClosedForms) {
  const double z = NormalQuantile(0.95);
  // Nothing lost, nothing gained: T = sqrt(both (1-r)/r) below 1, -sqrt(both (r-1)) above.
  for (const std::int64_t both : {std::int64_t{1}, std::int64_t{40}, std::int64_t{1'000'000'000}}) {
    const double a = static_cast<double>(both);
    const Interval same = TangRetention({.both = both}, 0.05);
    ExpectClose(same.lower, a / (a + z * z), 1e-14);
    ExpectClose(same.upper, 1.0 + z * z / a, 1e-14);
    EXPECT_EQ(TangStatistic({.both = both}, 1.0), 0.0);  // 0/0: the limit.
  }
  // The candidate has nothing right: T = -sqrt(lost r).
  for (const std::int64_t lost : {std::int64_t{1}, std::int64_t{40}, std::int64_t{1'000'000'000}}) {
    const Interval nothing = TangRetention({.lost = lost, .neither = 5}, 0.05);
    EXPECT_EQ(nothing.lower, 0.0);
    ExpectClose(nothing.upper, z * z / static_cast<double>(lost), 1e-13);
  }
  // Ratio 1 is McNemar's statistic.
  ExpectClose(TangStatistic({.both = 700, .lost = 50, .gained = 20, .neither = 230}, 1.0),
              -30.0 / std::sqrt(70.0), 1e-14);
  // A candidate far better than the baseline.
  const Interval better = TangRetention({.both = 1, .gained = 1'000'000}, 0.05);
  EXPECT_GT(better.lower, 1e5);
  EXPECT_GT(better.upper, 1e6);
}

TEST(Tang, RandomCountsAgreeWithThePublishedFormula) {
  std::mt19937 random(20030715);
  for (int repeat = 0; repeat < 2000; ++repeat) {
    const auto draw = [&](unsigned below) { return static_cast<std::int64_t>(random() % below); };
    const PairedCounts counts{draw(200), 1 + draw(40), 1 + draw(40), draw(200)};
    const double alpha = std::vector{0.001, 0.025, 0.05, 0.2}[random() % 4];
    SCOPED_TRACE(Text(counts) + " at " + std::to_string(alpha));
    const double z = NormalQuantile(1.0 - alpha);
    const Interval interval = TangRetention(counts, alpha);
    ExpectClose(PublishedT(counts, interval.lower), z);
    ExpectClose(PublishedT(counts, interval.upper), -z);
    for (const double ratio : {0.1, 0.5, 0.9, 1.0, 1.1, 3.0}) {
      EXPECT_NEAR(TangStatistic(counts, ratio), PublishedT(counts, ratio), 1e-9);
    }
  }
}

TEST(Tang, ExtremeCountsAndAlphas) {
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  for (const PairedCounts& counts :
       {PairedCounts{huge, huge, huge, huge}, PairedCounts{huge, 1, 0, 0},
        PairedCounts{0, huge, 1, 0}, PairedCounts{0, 1, huge, 0}, PairedCounts{1, 0, 0, huge}}) {
    for (const double alpha : {1e-320, 0.05, 0.4999999999}) {
      const Interval interval = TangRetention(counts, alpha);
      EXPECT_GT(interval.lower, 0.0);
      EXPECT_LE(interval.lower, interval.upper);
      EXPECT_TRUE(std::isfinite(interval.upper));
    }
  }
}

TEST(Tang, Errors) {
  const char* const undefined = "retention is undefined: the baseline has nothing right";
  for (const PairedCounts& counts : {PairedCounts{}, PairedCounts{.gained = 3, .neither = 4}}) {
    ExpectError(ErrorCode::kUndefined, undefined, [=] { TangStatistic(counts, 0.9); });
    ExpectError(ErrorCode::kUndefined, undefined, [=] { TangRetention(counts, 0.05); });
  }
  const auto code = ErrorCode::kInvalidArgument;
  ExpectError(code, "TangRetention: lost is -2", [] { TangRetention({5, -2, 0, 0}, 0.05); });
  ExpectError(code, "TangStatistic: neither is -1", [] { TangStatistic({5, 2, 0, -1}, 0.9); });
  ExpectError(code, "TangRetention: alpha is 0.95", [] { TangRetention({5, 2, 0, 0}, 0.95); });
  for (const double ratio : {0.0, -0.9, 1e-101, 1e101, kInfinity, kNaN}) {
    ExpectError(code, "TangStatistic: ratio is", [=] { TangStatistic({5, 2, 0, 0}, ratio); });
  }
}

PairedCounts Exchanged(const PairedCounts& c) { return {c.both, c.gained, c.lost, c.neither}; }

// Tango's T as it is published, through the root of the quadratic: wide arithmetic, no cancellation
// to speak of for moderate counts.
double PublishedTango(const PairedCounts& counts, double difference) {
  using Wide = long double;
  const Wide n = static_cast<Wide>(counts.samples());
  const Wide b = static_cast<Wide>(counts.gained);
  const Wide c = static_cast<Wide>(counts.lost);
  const Wide delta = difference;
  const Wide quadratic = 2 * n;
  const Wide linear = -b - c + (2 * n - b + c) * delta;
  const Wide constant = -c * delta * (1 - delta);
  const Wide q = (std::sqrt(linear * linear - 4 * quadratic * constant) - linear) / (2 * quadratic);
  return static_cast<double>((b - c - n * delta) / std::sqrt(n * (2 * q + delta * (1 - delta))));
}

TEST(Tang, BoundsAreNestedInAlpha) {
  for (const PairedCounts& counts : EdgeCounts()) {
    SCOPED_TRACE(Text(counts));
    const Interval wide = TangRetention(counts, 0.01);
    const Interval narrow = TangRetention(counts, 0.1);
    EXPECT_LE(wide.lower, narrow.lower);
    EXPECT_GE(wide.upper, narrow.upper);
  }
}

TEST(Tango, RandomCountsAgreeWithThePublishedFormula) {
  std::mt19937 random(19980430);
  for (int repeat = 0; repeat < 2000; ++repeat) {
    const auto draw = [&](unsigned below) { return static_cast<std::int64_t>(random() % below); };
    const PairedCounts counts{draw(200), 1 + draw(40), 1 + draw(40), draw(200)};
    const double alpha = std::vector{0.001, 0.025, 0.05, 0.2}[random() % 4];
    SCOPED_TRACE(Text(counts) + " at " + std::to_string(alpha));
    const double z = NormalQuantile(1.0 - alpha);
    const Interval interval = TangoDifference(counts, alpha);
    EXPECT_EQ(interval.alpha, alpha);
    ExpectClose(PublishedTango(counts, interval.lower), z);
    ExpectClose(PublishedTango(counts, interval.upper), -z);
    for (const double difference : {-0.99, -0.5, -0.1, 0.0, 0.02, 0.3, 0.9}) {
      EXPECT_NEAR(TangoStatistic(counts, difference), PublishedTango(counts, difference), 1e-9);
    }
  }
}

TEST(Tango, DecreasesInTheDifference) {
  for (const PairedCounts& counts : EdgeCounts()) {
    SCOPED_TRACE(Text(counts));
    double last = kInfinity;
    for (int i = -99; i <= 99; ++i) {
      const double t = TangoStatistic(counts, i / 100.0);
      ASSERT_LT(t, last) << "at difference " << i / 100.0;
      last = t;
    }
  }
}

// The difference nearest to 1.
const double kLast = std::nextafter(1.0, 0.0);

TEST(Tango, BoundsSurroundTheDifferenceAndSolveForZ) {
  for (const PairedCounts& counts : EdgeCounts()) {
    const double n = static_cast<double>(counts.samples());
    const double difference = static_cast<double>(counts.gained - counts.lost) / n;
    for (const double alpha : {1e-12, 0.025, 0.05, 0.4}) {
      SCOPED_TRACE(Text(counts) + " at " + std::to_string(alpha));
      const double z = -NormalQuantile(alpha);
      const Interval interval = TangoDifference(counts, alpha);
      EXPECT_GE(interval.lower, -1.0);
      EXPECT_LE(interval.lower, difference);
      EXPECT_GE(interval.upper, difference);
      EXPECT_LE(interval.upper, 1.0);
      // Next to -1 and 1 one unit in the last place of the bound moves T a lot: T passes z there.
      const auto expect_solved = [&](double bound, double target) {
        const double step = 1e-15 * std::abs(bound);
        EXPECT_GE(TangoStatistic(counts, std::max(bound - step, -kLast)), target - 1e-8);
        EXPECT_LE(TangoStatistic(counts, std::min(bound + step, kLast)), target + 1e-8);
      };
      if (interval.lower > -1.0) expect_solved(interval.lower, z);
      if (interval.upper < 1.0) expect_solved(interval.upper, -z);
      const Interval wider = TangoDifference(counts, alpha / 2.0);
      EXPECT_LE(wider.lower, interval.lower);
      EXPECT_GE(wider.upper, interval.upper);
    }
  }
}

TEST(Tango, ExchangingTheModelsChangesTheSign) {
  for (const PairedCounts& counts : EdgeCounts()) {
    SCOPED_TRACE(Text(counts));
    const PairedCounts exchanged = Exchanged(counts);
    for (const double difference : {-0.7, -0.02, 0.0, 0.1, 0.95}) {
      EXPECT_EQ(TangoStatistic(counts, difference), -TangoStatistic(exchanged, -difference));
    }
    const Interval interval = TangoDifference(counts, 0.05);
    const Interval other = TangoDifference(exchanged, 0.05);
    EXPECT_EQ(interval.lower, -other.upper);
    EXPECT_EQ(interval.upper, -other.lower);
    // Which of the equal pairs are right and which are wrong does not matter.
    const Interval same =
        TangoDifference({counts.neither, counts.lost, counts.gained, counts.both}, 0.05);
    EXPECT_EQ(interval.lower, same.lower);
    EXPECT_EQ(interval.upper, same.upper);
  }
}

TEST(Tango, ClosedForms) {
  const double z = NormalQuantile(0.95);
  for (const std::int64_t n : {std::int64_t{1}, std::int64_t{40}, std::int64_t{1'000'000'000}}) {
    const double samples = static_cast<double>(n);
    // No discordant pairs: T = -sqrt(n D/(1-D)).
    const Interval same = TangoDifference({.both = n}, 0.05);
    ExpectClose(same.upper, z * z / (samples + z * z), 1e-13);
    EXPECT_EQ(same.lower, -same.upper);
    EXPECT_EQ(TangoStatistic({.neither = n}, 0.0), 0.0);  // 0/0: the limit.
    // All gained: T = sqrt(n (1-D)/(1+D)).
    const Interval gained = TangoDifference({.gained = n}, 0.05);
    ExpectClose(gained.lower, (samples - z * z) / (samples + z * z), 1e-13);
    EXPECT_EQ(gained.upper, 1.0);
    // All lost.
    EXPECT_EQ(TangoDifference({.lost = n}, 0.05).lower, -1.0);
  }
  // Difference 0 is McNemar's statistic.
  ExpectClose(TangoStatistic({.both = 700, .lost = 50, .gained = 20, .neither = 230}, 0.0),
              -30.0 / std::sqrt(70.0), 1e-14);
}

TEST(Tango, ExtremeCountsAndAlphas) {
  const std::int64_t huge = std::numeric_limits<std::int64_t>::max();
  for (const PairedCounts& counts :
       {PairedCounts{huge, huge, huge, huge}, PairedCounts{huge, 1, 0, 0},
        PairedCounts{0, huge, 1, 0}, PairedCounts{0, 1, huge, 0}, PairedCounts{0, 0, 0, huge},
        PairedCounts{0, 0, huge, 0}, PairedCounts{1, 0, 0, 0}, PairedCounts{0, 0, 1, 0}}) {
    for (const double alpha : {1e-320, 0.05, 0.4999999999}) {
      SCOPED_TRACE(Text(counts) + " at " + std::to_string(alpha));
      const Interval interval = TangoDifference(counts, alpha);
      EXPECT_GE(interval.lower, -1.0);
      EXPECT_LE(interval.lower, interval.upper);
      EXPECT_LE(interval.upper, 1.0);
    }
  }
}

TEST(Tango, Errors) {
  const auto code = ErrorCode::kInvalidArgument;
  ExpectError(code, "TangoDifference: there are no samples", [] { TangoDifference({}, 0.05); });
  ExpectError(code, "TangoStatistic: there are no samples", [] { TangoStatistic({}, 0.0); });
  ExpectError(code, "TangoDifference: both is -1", [] { TangoDifference({.both = -1}, 0.05); });
  ExpectError(code, "TangoDifference: alpha is nan", [] { TangoDifference({.both = 1}, kNaN); });
  for (const double difference : {-1.0, 1.0, 2.0, kInfinity, kNaN}) {
    ExpectError(code, "TangoStatistic: difference is", [=] {
      TangoStatistic({5, 2, 0, 0}, difference);
    });
  }
}

TEST(McNemar, IsTheSumOfBinomialTerms) {
  for (int lost = 0; lost <= 30; ++lost) {
    for (int gained = 0; gained <= 30; ++gained) {
      SCOPED_TRACE(testing::Message() << lost << " lost, " << gained << " gained");
      const int n = lost + gained;
      const auto term = [n](int k) {
        return std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) -
                        n * std::log(2.0));
      };
      double worse = 0.0;
      double better = 0.0;
      for (int k = lost; k <= n; ++k) worse += term(k);
      for (int k = gained; k <= n; ++k) better += term(k);
      const McNemarTest test = ExactMcNemar({7, lost, gained, 5});
      ExpectClose(test.worse, worse, 1e-11);
      ExpectClose(test.better, better, 1e-11);
      ExpectClose(test.two_sided, std::min(1.0, 2.0 * std::min(worse, better)), 1e-11);
      const double mid_p = 2.0 * std::min(worse, better) - term(lost);
      ExpectClose(test.mid_p, n == 0 ? 1.0 : mid_p, 1e-10);
      const McNemarTest exchanged = ExactMcNemar({0, gained, lost, 1});
      EXPECT_EQ(exchanged.worse, test.better);
      EXPECT_EQ(exchanged.better, test.worse);
      EXPECT_EQ(exchanged.two_sided, test.two_sided);
      EXPECT_NEAR(exchanged.mid_p, test.mid_p, 1e-15);
      if (lost > 0) {
        EXPECT_LT(test.worse, ExactMcNemar({0, lost - 1, gained, 0}).worse + 1e-12);
      }
    }
  }
}

TEST(McNemar, HugeCounts) {
  // z = (lost - gained)/sqrt(lost + gained) = sqrt(2): 0.0786496.
  for (const std::int64_t n : {std::int64_t{1'000'000'000}, std::int64_t{400'000'000'000},
                               std::int64_t{600'000'000'000}, std::int64_t{1} << 62}) {
    SCOPED_TRACE(n);
    const auto more = static_cast<std::int64_t>(2.0 * std::sqrt(static_cast<double>(n)));
    const McNemarTest test = ExactMcNemar({0, n + more, n, 0});
    EXPECT_NEAR(test.worse, 0.0786496, 3e-5);
    EXPECT_NEAR(test.worse + test.better, 1.0, 1e-4);
    EXPECT_NEAR(test.mid_p, 2.0 * 0.0786496, 3e-5);
    EXPECT_NEAR(ExactMcNemar({0, n, n, 0}).worse, 0.5, 1e-4);
    EXPECT_NEAR(ExactMcNemar({0, n, n, 0}).mid_p, 1.0, 1e-9);
  }
  // The two ways to find it meet.
  const std::int64_t limit = 500'000'000'000;
  const McNemarTest exact = ExactMcNemar({0, limit + 2'000'000, limit - 2'000'000, 0});
  const McNemarTest normal = ExactMcNemar({0, limit + 2'000'001, limit - 2'000'000, 0});
  ExpectClose(normal.worse, exact.worse, 1e-5);
  ExpectClose(normal.mid_p, exact.mid_p, 1e-5);
  EXPECT_EQ(ExactMcNemar({0, std::numeric_limits<std::int64_t>::max(), 0, 0}).worse, 0.0);
}

TEST(McNemar, NoDiscordantPairsSayNothing) {
  const McNemarTest test = ExactMcNemar({.both = 10, .neither = 3});
  EXPECT_EQ(test.worse, 1.0);
  EXPECT_EQ(test.better, 1.0);
  EXPECT_EQ(test.two_sided, 1.0);
  EXPECT_EQ(test.mid_p, 1.0);
  ExpectError(ErrorCode::kInvalidArgument, "ExactMcNemar: gained is -3",
              [] { ExactMcNemar({.gained = -3}); });
}

}  // namespace
}  // namespace gatetest
