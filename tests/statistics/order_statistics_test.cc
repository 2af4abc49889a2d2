#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>

#include "gatetest/intervals.h"
#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using testing_support::ExpectError;
using testing_support::kInfinity;
using testing_support::kNaN;

// P(Bin(n, p) <= k), term by term.
double LowerTail(std::int64_t k, std::int64_t n, double p) {
  double sum = 0.0;
  for (std::int64_t i = 0; i <= k; ++i) {
    const double successes = static_cast<double>(i);
    const double failures = static_cast<double>(n - i);
    sum +=
        std::exp(std::lgamma(static_cast<double>(n) + 1.0) - std::lgamma(successes + 1.0) -
                 std::lgamma(failures + 1.0) + successes * std::log(p) + failures * std::log1p(-p));
  }
  return sum;
}

TEST(OrderStatisticRanks, AreTheOutermostOfTheirDefinition) {
  for (const std::int64_t n : {1, 2, 4, 5, 19, 58, 59, 60, 150}) {
    for (const double p : {0.05, 0.5, 0.9, 0.95, 0.99}) {
      // No binomial term is an alpha: 1-p rounds.
      for (const double alpha : {0.011, 0.05 + 1e-6, 0.21}) {
        SCOPED_TRACE(testing::Message() << n << " observations, p " << p << ", alpha " << alpha);
        const QuantileRanks ranks = OrderStatisticRanks(n, p, alpha);
        std::int64_t upper = 0;
        std::int64_t lower = 0;
        for (std::int64_t k = n; k >= 1; --k) {
          if (LowerTail(k - 1, n, p) >= 1.0 - alpha) upper = k;
        }
        for (std::int64_t k = 1; k <= n; ++k) {
          if (LowerTail(k - 1, n, p) <= alpha) lower = k;
        }
        EXPECT_EQ(ranks.upper.value_or(0), upper);
        EXPECT_EQ(ranks.lower.value_or(0), lower);
        EXPECT_EQ(ranks.upper.has_value(), n >= FewestForUpperRank(p, alpha));
        // From above, the quantile 1-p is the quantile p from below.
        const QuantileRanks turned = OrderStatisticRanks(n, 1.0 - p, alpha);
        EXPECT_EQ(turned.lower.has_value(), ranks.upper.has_value());
        if (turned.lower && ranks.upper) {
          EXPECT_EQ(*turned.lower, n + 1 - *ranks.upper);
        }
      }
    }
  }
}

TEST(OrderStatisticRanks, AreNestedInAlphaAndMonotoneInTheQuantile) {
  for (const std::int64_t n : {300, 5000}) {
    std::int64_t last = 0;
    for (const double p : {0.1, 0.5, 0.9, 0.95, 0.98}) {
      const QuantileRanks wide = OrderStatisticRanks(n, p, 0.01);
      const QuantileRanks narrow = OrderStatisticRanks(n, p, 0.1);
      ASSERT_TRUE(wide.lower && wide.upper && narrow.lower && narrow.upper);
      EXPECT_LE(*wide.lower, *narrow.lower);
      EXPECT_LE(*narrow.lower, *narrow.upper);
      EXPECT_LE(*narrow.upper, *wide.upper);
      EXPECT_GT(*narrow.upper, last);
      last = *narrow.upper;
    }
  }
}

TEST(OrderStatisticRanks, ManyObservations) {
  const QuantileRanks ranks = OrderStatisticRanks(1'000'000'000, 0.5, 0.05);
  EXPECT_NEAR(static_cast<double>(ranks.upper.value_or(0)), 5e8 + 1.6448536 * std::sqrt(1e9) / 2.0,
              2.0);
  EXPECT_NEAR(static_cast<double>(ranks.lower.value_or(0)), 5e8 - 1.6448536 * std::sqrt(1e9) / 2.0,
              2.0);
}

TEST(FewestForUpperRank, Values) {
  EXPECT_EQ(FewestForUpperRank(0.5, 0.05), 5);
  EXPECT_EQ(FewestForUpperRank(0.95, 0.05), 59);
  EXPECT_EQ(FewestForUpperRank(0.99, 0.05), 299);
  EXPECT_EQ(FewestForUpperRank(0.5, 0.25), 2);  // Exactly alpha will do.
  EXPECT_EQ(FewestForUpperRank(0.5, 0.125), 3);
  EXPECT_EQ(FewestForUpperRank(1e-300, 0.05), 1);
  EXPECT_GT(FewestForUpperRank(1.0 - 1.2e-16, 1e-300), std::int64_t{1} << 60);
}

TEST(OrderStatisticRanks, Errors) {
  const auto code = ErrorCode::kInvalidArgument;
  ExpectError(code, "OrderStatisticRanks: n is 0", [] { OrderStatisticRanks(0, 0.5, 0.05); });
  ExpectError(code, "OrderStatisticRanks: alpha is nan",
              [] { OrderStatisticRanks(10, 0.5, kNaN); });
  for (const double p : {0.0, 1.0, -0.5, 95.0, kInfinity, kNaN}) {
    ExpectError(code, "OrderStatisticRanks: the quantile p is",
                [=] { OrderStatisticRanks(10, p, 0.05); });
    ExpectError(code, "FewestForUpperRank: the quantile p is",
                [=] { FewestForUpperRank(p, 0.05); });
  }
  ExpectError(code, "FewestForUpperRank: alpha is 0.5", [] { FewestForUpperRank(0.5, 0.5); });
}

}  // namespace
}  // namespace gatetest
