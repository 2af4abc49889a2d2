#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
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

TEST(SignedRankCount, IsThatOfAllSigns) {
  for (int n = 0; n <= 12; ++n) {
    std::vector<int> times(static_cast<std::size_t>(n * (n + 1) / 2 + 1), 0);
    for (unsigned signs = 0; signs < (1U << n); ++signs) {
      std::size_t w = 0;
      for (int rank = 1; rank <= n; ++rank) {
        if ((signs >> (rank - 1) & 1U) != 0) w += static_cast<std::size_t>(rank);
      }
      ++times[w];
    }
    for (const double alpha : {1.0 / 1024.0, 0.01, 0.025, 0.03125, 0.05, 0.2, 0.49}) {
      SCOPED_TRACE(testing::Message() << n << " differences, alpha " << alpha);
      std::int64_t expected = 0;
      int sum = 0;
      for (const int t : times) {
        sum += t;
        if (std::ldexp(sum, -n) <= alpha) ++expected;
      }
      EXPECT_EQ(SignedRankCount(n, alpha), expected);
    }
  }
}

TEST(SignedRankCount, MeetsTheNormalApproximation) {
  for (const double alpha : {1e-6, 0.01, 0.05, 0.2}) {
    SCOPED_TRACE(alpha);
    const auto normal = [&](double n) {
      const double mean = n * (n + 1.0) / 4.0;
      return mean - NormalQuantile(1.0 - alpha) * std::sqrt(mean * (2.0 * n + 1.0) / 6.0);
    };
    const double tolerance = alpha < 0.001 ? 1.0 / 500.0 : 1.0 / 5000.0;
    ExpectClose(static_cast<double>(SignedRankCount(500, alpha)), normal(500), tolerance);
    ExpectClose(static_cast<double>(SignedRankCount(501, alpha)), normal(501), 1.0 / 40000.0);
    EXPECT_GT(SignedRankCount(501, alpha), SignedRankCount(500, alpha));
  }
  EXPECT_GT(SignedRankCount(50'000'000, 0.05), std::int64_t{1} << 49);
}

// Every Walsh average, sorted.
std::vector<double> Walsh(const std::vector<double>& differences) {
  std::vector<double> averages;
  for (std::size_t i = 0; i < differences.size(); ++i) {
    for (std::size_t j = i; j < differences.size(); ++j) {
      averages.push_back(differences[i] / 2.0 + differences[j] / 2.0);
    }
  }
  std::sort(averages.begin(), averages.end());
  return averages;
}

TEST(HodgesLehmann, IsThatOfAllWalshAverages) {
  std::mt19937 random(1963);
  for (int repeat = 0; repeat < 300; ++repeat) {
    const std::size_t n = 5 + random() % 60;
    const unsigned kinds = repeat % 3 == 0 ? 5 : 1'000'000;  // Few kinds: many ties.
    std::vector<double> differences;
    for (std::size_t i = 0; i < n; ++i) {
      differences.push_back((static_cast<double>(random() % kinds) - kinds / 3.0) *
                            (repeat % 5 == 0   ? 1e-310
                             : repeat % 7 == 0 ? 1e300
                                               : 1e-4));
    }
    SCOPED_TRACE(testing::Message() << "repeat " << repeat << " n " << n);
    const std::vector<double> walsh = Walsh(differences);
    const std::size_t m = walsh.size();
    const auto k = static_cast<std::size_t>(SignedRankCount(static_cast<std::int64_t>(n), 0.05));
    const HodgesLehmann result = HodgesLehmannInterval(differences, 0.05);
    EXPECT_EQ(result.lower, walsh[k - 1]);
    EXPECT_EQ(result.upper, walsh[m - k]);
    EXPECT_EQ(result.estimate,
              m % 2 == 1 ? walsh[m / 2] : walsh[m / 2 - 1] / 2.0 + walsh[m / 2] / 2.0);
    EXPECT_LE(result.lower, result.estimate);
    EXPECT_LE(result.estimate, result.upper);

    std::shuffle(differences.begin(), differences.end(), random);
    const HodgesLehmann shuffled = HodgesLehmannInterval(differences, 0.05);
    EXPECT_EQ(shuffled.estimate, result.estimate);
    EXPECT_EQ(shuffled.lower, result.lower);
    EXPECT_EQ(shuffled.upper, result.upper);
    const HodgesLehmann narrow = HodgesLehmannInterval(differences, 0.2);
    EXPECT_LE(result.lower, narrow.lower);
    EXPECT_GE(result.upper, narrow.upper);
    for (double& difference : differences) difference = -difference;
    const HodgesLehmann turned = HodgesLehmannInterval(differences, 0.05);
    EXPECT_EQ(turned.estimate, -result.estimate);
    EXPECT_EQ(turned.lower, -result.upper);
    EXPECT_EQ(turned.upper, -result.lower);
  }
}

TEST(HodgesLehmann, Edges) {
  const std::vector<double> zeros = {0.0, -0.0, 0.0, -0.0, 0.0, 0.0};
  const HodgesLehmann none = HodgesLehmannInterval(zeros, 0.05);
  EXPECT_EQ(none.estimate, 0.0);
  EXPECT_FALSE(std::signbit(none.lower));
  const std::vector<double> huge = {1.7e308, 1.7e308, 1.7e308, -1.7e308, 1.7e308};
  EXPECT_EQ(HodgesLehmannInterval(huge, 0.05).upper, 1.7e308);
  EXPECT_EQ(HodgesLehmannInterval(huge, 0.05).lower, -1.7e308);
}

TEST(HodgesLehmann, ManyDifferencesNeedNoTableOfAverages) {
  std::vector<double> differences;
  for (int i = -100'000; i <= 100'000; ++i) differences.push_back(0.5 + 1e-3 * i);
  const HodgesLehmann result = HodgesLehmannInterval(differences, 0.05);
  EXPECT_NEAR(result.estimate, 0.5, 1e-9);
  // z(0.95) sd/sqrt(n) of a uniform distribution from -100 to 100.
  EXPECT_NEAR(result.upper - 0.5, 1.6448536 * 200.0 / std::sqrt(12.0 * 200'001.0), 1e-3);
}

TEST(HodgesLehmann, Errors) {
  const auto code = ErrorCode::kInvalidArgument;
  const std::vector<double> four = {1.0, 2.0, 3.0, 4.0};
  ExpectError(code, "4 differences give no bound at alpha 0.05; take at least 5",
              [&] { HodgesLehmannInterval(four, 0.05); });
  EXPECT_EQ(HodgesLehmannInterval(four, 0.0625).lower, 1.0);
  ExpectError(code, "0 differences give no bound", [] { HodgesLehmannInterval({}, 0.05); });
  ExpectError(code, "1 differences give no bound at alpha 0.001; take at least 10",
              [] { HodgesLehmannInterval(std::vector{1.0}, 0.001); });
  ExpectError(code, "differences[1] is nan", [] {
    HodgesLehmannInterval(std::vector{1.0, kNaN}, 0.05);
  });
  ExpectError(code, "differences[0] is -inf", [] {
    HodgesLehmannInterval(std::vector{-kInfinity, 1.0}, 0.05);
  });
  ExpectError(code, "HodgesLehmannInterval: alpha is 0", [&] { HodgesLehmannInterval(four, 0.0); });
  ExpectError(code, "SignedRankCount: n is -1", [] { SignedRankCount(-1, 0.05); });
  ExpectError(code, "SignedRankCount: alpha is 1", [] { SignedRankCount(5, 1.0); });
}

}  // namespace
}  // namespace gatetest
