#include "gatetest/intervals.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "gatetest/error.h"

namespace gatetest {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

void ExpectClose(double actual, double expected, double relative = 1e-9) {
  EXPECT_NEAR(actual, expected, relative * std::abs(expected));
}

void ExpectError(ErrorCode code, const std::string& text, const std::function<void()>& call) {
  SCOPED_TRACE(text);
  try {
    call();
    ADD_FAILURE() << "no Error was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code);
    EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
  }
}

// P(Bin(n, p) >= k), term by term.
double UpperTail(int k, int n, double p) {
  double sum = 0.0;
  for (int i = k; i <= n; ++i) {
    sum += std::exp(std::lgamma(n + 1.0) - std::lgamma(i + 1.0) - std::lgamma(n - i + 1.0) +
                    i * std::log(p) + (n - i) * std::log1p(-p));
  }
  return sum;
}

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

TEST(ClopperPearson, Golden) {
  const Interval none = ClopperPearson(0, 10, 0.05);
  EXPECT_EQ(none.lower, 0.0);
  ExpectClose(none.upper, 0.258865550893);
  const Interval most = ClopperPearson(8, 10, 0.05);
  ExpectClose(most.lower, 0.493098698937);
  ExpectClose(most.upper, 0.963228562113);
  EXPECT_EQ(most.alpha, 0.05);
  const Interval all = ClopperPearson(10, 10, 0.05);
  ExpectClose(all.lower, 0.741134449107);
  EXPECT_EQ(all.upper, 1.0);
}

TEST(ClopperPearson, EndsHaveClosedForms) {
  for (const std::int64_t n : {std::int64_t{1}, std::int64_t{2}, std::int64_t{1000},
                               std::int64_t{1'000'000'000}, std::int64_t{1} << 62}) {
    for (const double alpha : {1e-300, 1e-12, 0.025, 0.05, 0.499}) {
      SCOPED_TRACE(testing::Message() << "n " << n << " alpha " << alpha);
      const double exponent = std::log(alpha) / static_cast<double>(n);
      const Interval none = ClopperPearson(0, n, alpha);
      EXPECT_EQ(none.lower, 0.0);
      ExpectClose(none.upper, -std::expm1(exponent));
      const Interval all = ClopperPearson(n, n, alpha);
      ExpectClose(all.lower, std::exp(exponent));
      EXPECT_EQ(all.upper, 1.0);
    }
  }
}

TEST(ClopperPearson, BoundsSolveTheBinomialTails) {
  std::mt19937 random(20240501);
  for (int repeat = 0; repeat < 300; ++repeat) {
    const int n = 2 + static_cast<int>(random() % 300);
    const int k = 1 + static_cast<int>(random() % static_cast<unsigned>(n - 1));
    const double alpha = std::vector{0.001, 0.025, 0.05, 0.2}[random() % 4];
    SCOPED_TRACE(testing::Message() << k << " of " << n << " at " << alpha);
    const Interval interval = ClopperPearson(k, n, alpha);
    ExpectClose(UpperTail(k, n, interval.lower), alpha);
    EXPECT_NEAR(1.0 - UpperTail(k + 1, n, interval.upper), alpha, 1e-11);
  }
}

TEST(ClopperPearson, LargeCounts) {
  const std::int64_t n = 1'000'000'000;
  const Interval half = ClopperPearson(n / 2, n, 0.05);
  ExpectClose(half.lower, 0.5 - 1.6448536 * 0.5 / std::sqrt(1e9), 1e-8);
  ExpectClose(half.upper, 0.5 + 1.6448536 * 0.5 / std::sqrt(1e9), 1e-8);
  const Interval one = ClopperPearson(1, n, 0.05);  // A Poisson mean: -ln(0.95) and 4.7438645.
  ExpectClose(one.lower, 0.0512932944e-9, 1e-8);
  ExpectClose(one.upper, 4.7438645e-9, 1e-7);
  for (const double alpha : {1e-320, 1e-300, 1e-20, 0.05, 0.4999999}) {
    for (const std::int64_t k : {std::int64_t{1}, std::int64_t{7}, n / 3, n - 7, n - 1}) {
      SCOPED_TRACE(testing::Message() << k << " at " << alpha);
      const Interval interval = ClopperPearson(k, n, alpha);
      const double share = static_cast<double>(k) / static_cast<double>(n);
      EXPECT_GE(interval.lower, 0.0);
      EXPECT_LT(interval.lower, share);
      EXPECT_GT(interval.upper, share);
      EXPECT_LE(interval.upper, 1.0);
    }
  }
}

TEST(ClopperPearson, Errors) {
  const auto code = ErrorCode::kInvalidArgument;
  ExpectError(code, "ClopperPearson: 11 successes of 10 trials",
              [] { ClopperPearson(11, 10, 0.05); });
  ExpectError(code, "-1 successes", [] { ClopperPearson(-1, 10, 0.05); });
  ExpectError(code, "of 0 trials; give at least one trial", [] { ClopperPearson(0, 0, 0.05); });
  for (const double alpha : {0.0, -0.1, 0.5, 1.0, kInfinity, kNaN}) {
    ExpectError(code, "ClopperPearson: alpha is", [=] { ClopperPearson(1, 2, alpha); });
  }
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

const std::vector<double> kNll = {250.0, 510.5, 130.25, 900.0, 75.5, 333.0};
const std::vector<double> kBaselineNll = {245.0, 505.0, 131.0, 880.0, 74.0, 330.0};
const std::vector<double> kTokens = {100, 200, 50, 400, 25, 128};

TEST(ClusterRatioInterval, GoldenPerplexity) {
  const ClusterRatio result = ClusterRatioInterval(kNll, kTokens, 0.05);
  ExpectClose(result.ratio, 2.43549280177);
  ExpectClose(result.standard_error, 0.141596875674);
  ExpectClose(result.lower, 2.15016824787);
  ExpectClose(result.upper, 2.72081735567);
  ExpectClose(std::exp(result.ratio), 11.4214458355);
  ExpectClose(std::exp(result.lower), 8.58630290283);
  ExpectClose(std::exp(result.upper), 15.1927350396);
}

TEST(ClusterRatioInterval, GoldenPerplexityRatio) {
  std::vector<double> differences;
  for (std::size_t d = 0; d < kNll.size(); ++d) differences.push_back(kNll[d] - kBaselineNll[d]);
  const ClusterRatio result = ClusterRatioInterval(differences, kTokens, 0.05);
  ExpectClose(result.ratio, 0.0379291251384);
  ExpectClose(result.standard_error, 0.00995636472129);
  ExpectClose(std::exp(result.ratio), 1.03865761555);
  ExpectClose(std::exp(result.lower), 1.01802713055);
  ExpectClose(std::exp(result.upper), 1.05970618069);
}

TEST(ClusterRatioInterval, EqualWeightsGiveTheStudentInterval) {
  // The mean of 1, 2, 3, 6: s^2 = 14/3, SE = s/2, t(0.95, 3) = 2.3533634348.
  const ClusterRatio result =
      ClusterRatioInterval(std::vector{1.0, 2.0, 3.0, 6.0}, std::vector(4, 1.0), 0.05);
  ExpectClose(result.ratio, 3.0, 1e-15);
  ExpectClose(result.standard_error, std::sqrt(14.0 / 12.0), 1e-14);
  ExpectClose(result.upper, 3.0 + 2.3533634348 * std::sqrt(14.0 / 12.0), 1e-10);
  ExpectClose(result.lower, 3.0 - 2.3533634348 * std::sqrt(14.0 / 12.0), 1e-9);
}

TEST(ClusterRatioInterval, NoSpreadIsAPoint) {
  const ClusterRatio result =
      ClusterRatioInterval(std::vector{2.0, 4.0}, std::vector{1.0, 2.0}, 0.05);
  EXPECT_EQ(result.standard_error, 0.0);
  EXPECT_EQ(result.lower, 2.0);
  EXPECT_EQ(result.upper, 2.0);
}

TEST(ClusterRatioInterval, AClusterMayWeighNothing) {
  const std::vector<double> values = {0.5, 0.25, 0.75};
  const std::vector<double> weights = {1.0, 0.0, 1.0};
  EXPECT_DOUBLE_EQ(ClusterRatioInterval(values, weights, 0.05).ratio, 0.75);
}

TEST(ClusterRatioInterval, Errors) {
  using Numbers = std::vector<double>;
  struct Row {
    const char* text;
    Numbers values, weights;
  };
  for (const Row& row :
       {Row{"3 values but 2 weights", {1, 2, 3}, {1, 1}},
        Row{"ClusterRatioInterval: a standard error needs at least 2 clusters, got 0", {}, {}},
        Row{"at least 2 clusters, got 1", {1}, {1}}, Row{"no finite interval", {1, 2}, {1, 0}},
        Row{"weights[0] is -1", {1, 2}, {-1, 2}}, Row{"weights[1] is nan", {1, 2}, {1, kNaN}},
        Row{"weights[1] is inf", {1, 2}, {1, kInfinity}},
        Row{"values[1] is nan", {1, kNaN}, {1, 1}},
        Row{"values[0] is -inf", {-kInfinity, 2}, {1, 1}},
        Row{"one cluster outweighs all others", {1, 2}, {1e20, 1}},
        Row{"no finite interval (sum of values inf", {1e308, 1e308}, {1, 1}}}) {
    ExpectError(ErrorCode::kInvalidArgument, row.text,
                [&] { ClusterRatioInterval(row.values, row.weights, 0.05); });
  }
  ExpectError(ErrorCode::kInvalidArgument, "ClusterRatioInterval: alpha is 0",
              [] { ClusterRatioInterval(kNll, kTokens, 0.0); });
}

TEST(NormalQuantile, Values) {
  EXPECT_EQ(NormalQuantile(0.5), 0.0);
  ExpectClose(NormalQuantile(0.8), 0.84162123357291442, 1e-14);
  ExpectClose(NormalQuantile(0.95), 1.6448536269514722, 1e-14);
  ExpectClose(NormalQuantile(0.025), -1.9599639845400545, 1e-14);
  EXPECT_LT(NormalQuantile(1e-320), -38.0);
  for (const double probability : {0.0, 1.0, -1.0, 2.0, kNaN}) {
    ExpectError(ErrorCode::kInvalidArgument, "NormalQuantile: probability is",
                [=] { NormalQuantile(probability); });
  }
}

TEST(ObservationsToDecide, Golden) {
  const double t = TangStatistic({.both = 330, .lost = 40, .gained = 10, .neither = 120}, 0.9);
  ExpectClose(t, 0.998280683544);
  EXPECT_EQ(ObservationsToDecide(500, t, 0.05), 3102.0);
  EXPECT_EQ(ObservationsToDecide(500, -t, 0.05), 3102.0);
}

TEST(ObservationsToDecide, Edges) {
  EXPECT_EQ(ObservationsToDecide(500, 0.0, 0.05), kInfinity);
  EXPECT_EQ(ObservationsToDecide(500, 1e-300, 0.05), kInfinity);
  EXPECT_EQ(ObservationsToDecide(500, kInfinity, 0.05), 0.0);
  const auto code = ErrorCode::kInvalidArgument;
  ExpectError(code, "n is 0 and z is 1", [] { ObservationsToDecide(0, 1, 0.05); });
  ExpectError(code, "z is nan", [] { ObservationsToDecide(10, kNaN, 0.05); });
  ExpectError(code, "ObservationsToDecide: alpha is 0.5", [] { ObservationsToDecide(10, 1, 0.5); });
}

}  // namespace
}  // namespace gatetest
