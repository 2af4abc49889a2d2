#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "gatetest/intervals.h"
#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using testing_support::ExpectClose;
using testing_support::ExpectError;
using testing_support::kInfinity;
using testing_support::kNaN;

// P(Bin(n, p) >= k), term by term.
double UpperTail(int k, int n, double p) {
  double sum = 0.0;
  for (int i = k; i <= n; ++i) {
    sum += std::exp(std::lgamma(n + 1.0) - std::lgamma(i + 1.0) - std::lgamma(n - i + 1.0) +
                    i * std::log(p) + (n - i) * std::log1p(-p));
  }
  return sum;
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

TEST(ClopperPearson, BoundsRiseWithSuccessesAndAreNestedInAlpha) {
  for (const int n : {1, 2, 19, 60}) {
    for (int k = 0; k <= n; ++k) {
      SCOPED_TRACE(testing::Message() << k << " of " << n);
      const Interval wide = ClopperPearson(k, n, 0.01);
      const Interval narrow = ClopperPearson(k, n, 0.1);
      EXPECT_LE(wide.lower, narrow.lower);
      EXPECT_GE(wide.upper, narrow.upper);
      // Exchanging right and wrong turns the interval over.
      const Interval turned = ClopperPearson(n - k, n, 0.1);
      EXPECT_NEAR(narrow.lower, 1.0 - turned.upper, 1e-14);
      if (k == 0) continue;
      const Interval before = ClopperPearson(k - 1, n, 0.1);
      EXPECT_LT(before.lower, narrow.lower);
      EXPECT_LT(before.upper, narrow.upper);
    }
  }
}

}  // namespace
}  // namespace gatetest
