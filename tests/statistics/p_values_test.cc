#include "src/statistics/p_values.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>

#include "gatetest/intervals.h"
#include "gatetest/planning.h"
#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using testing_support::ExpectClose;
using testing_support::ExpectError;
using testing_support::kInfinity;
using testing_support::kNaN;

using internal::BinomialPValues;
using internal::NormalPValues;
using internal::PValues;
using internal::StudentPValues;

TEST(BinomialPValues, AreSmallExactlyWhereTheBoundClears) {
  for (const std::int64_t n : {1, 2, 19, 20, 77}) {
    for (std::int64_t k = 0; k <= n; ++k) {
      for (const double alpha : {0.001, 0.05, 0.3}) {
        const Interval interval = ClopperPearson(k, n, alpha);
        for (int i = 0; i <= 100; ++i) {
          const double limit = (i + 1.0 / 3.0) / 100.4;  // At no bound.
          const PValues p = BinomialPValues(k, n, limit);
          SCOPED_TRACE(testing::Message() << k << " of " << n << ", limit " << limit);
          EXPECT_EQ(p.above <= alpha, interval.lower >= limit && k > 0);
          EXPECT_EQ(p.below <= alpha, interval.upper <= limit && k < n);
        }
      }
    }
  }
}

TEST(BinomialPValues, SumToOneAndTheTermBothHave) {
  for (const int n : {1, 19, 50}) {
    for (int k = 0; k <= n; ++k) {
      const PValues p = BinomialPValues(k, n, 0.3);
      const double term =
          std::exp(std::lgamma(n + 1.0) - std::lgamma(k + 1.0) - std::lgamma(n - k + 1.0) +
                   k * std::log(0.3) + (n - k) * std::log(0.7));
      EXPECT_NEAR(p.above + p.below, 1.0 + term, 1e-13);
      if (k > 0) {
        EXPECT_LT(p.above, BinomialPValues(k - 1, n, 0.3).above);
      }
    }
  }
}

TEST(BinomialPValues, EdgesOfTheLimit) {
  const auto expect = [](std::int64_t k, double limit, double above, double below) {
    SCOPED_TRACE(testing::Message() << k << " of 10, limit " << limit);
    const PValues p = BinomialPValues(k, 10, limit);
    EXPECT_EQ(p.above, above);
    EXPECT_EQ(p.below, below);
  };
  expect(0, 0.0, 1.0, 1.0);
  expect(1, 0.0, 0.0, 1.0);
  expect(10, 1.0, 1.0, 1.0);
  expect(9, 1.0, 1.0, 0.0);
  expect(0, -0.1, 0.0, 1.0);
  expect(10, 1.1, 1.0, 0.0);
  expect(3, kNaN, 1.0, 1.0);
  ExpectError(ErrorCode::kInvalidArgument, "BinomialPValues: 3 successes of 2 trials",
              [] { BinomialPValues(3, 2, 0.5); });
  const PValues huge = BinomialPValues(900'000'000, 1'000'000'000, 0.9);
  EXPECT_NEAR(huge.above, 0.5, 1e-4);
  EXPECT_NEAR(huge.below, 0.5, 1e-4);
}

TEST(NormalPValues, Values) {
  ExpectClose(NormalPValues(NormalQuantile(0.95)).above, 0.05, 1e-14);
  ExpectClose(NormalPValues(NormalQuantile(0.05)).below, 0.05, 1e-14);
  EXPECT_EQ(NormalPValues(0.0).above, 0.5);
  EXPECT_GT(NormalPValues(37.0).above, 0.0);
  EXPECT_EQ(NormalPValues(kInfinity).above, 0.0);
  EXPECT_EQ(NormalPValues(kInfinity).below, 1.0);
  EXPECT_EQ(NormalPValues(-kInfinity).below, 0.0);
  EXPECT_EQ(NormalPValues(kNaN).above, 1.0);
  EXPECT_EQ(NormalPValues(kNaN).below, 1.0);
}

TEST(StudentPValues, Values) {
  ExpectClose(StudentPValues(2.353363434801823, 3.0).above, 0.05, 1e-12);
  ExpectClose(StudentPValues(-2.353363434801823, 3.0).below, 0.05, 1e-12);
  ExpectClose(StudentPValues(1.0, 1.0).above, 0.25, 1e-14);  // Cauchy.
  EXPECT_EQ(StudentPValues(kInfinity, 5.0).above, 0.0);
  EXPECT_EQ(StudentPValues(kInfinity, 5.0).below, 1.0);
  EXPECT_EQ(StudentPValues(-kInfinity, 5.0).below, 0.0);
  EXPECT_EQ(StudentPValues(-kInfinity, 5.0).above, 1.0);
  EXPECT_EQ(StudentPValues(1.0, kInfinity).above, NormalPValues(1.0).above);
  for (const double degrees : {0.0, -1.0, kNaN}) {
    EXPECT_EQ(StudentPValues(3.0, degrees).above, 1.0);
    EXPECT_EQ(StudentPValues(3.0, degrees).below, 1.0);
  }
  EXPECT_EQ(StudentPValues(kNaN, 3.0).above, 1.0);
}

TEST(StudentPValues, AreSmallExactlyWhereTheBoundClears) {
  const double values[] = {1.0, 2.0, 3.0, 6.0, 2.5};
  const double weights[] = {1.0, 1.0, 2.0, 1.5, 1.0};
  for (const double alpha : {0.01, 0.05, 0.2}) {
    const ClusterRatio ratio = ClusterRatioInterval(values, weights, alpha);
    for (int i = -100; i <= 500; ++i) {
      const double limit = i / 100.0;
      const PValues p = StudentPValues((ratio.ratio - limit) / ratio.standard_error, 4.0);
      EXPECT_EQ(p.above <= alpha, ratio.lower >= limit);
      EXPECT_EQ(p.below <= alpha, ratio.upper <= limit);
    }
  }
}

}  // namespace
}  // namespace gatetest
