#include "src/statistics/exact_sum.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using testing_support::kInfinity;
using testing_support::kNaN;

using internal::ExactSum;

double Sum(const std::vector<double>& values) {
  ExactSum sum;
  for (const double value : values) sum.Add(value);
  return sum.Value();
}

constexpr double kMost = std::numeric_limits<double>::max();
constexpr double kLeast = std::numeric_limits<double>::denorm_min();
constexpr double kHalfUlp = 0x1p-53;  // Of 1.

TEST(ExactSum, RoundsOnce) {
  EXPECT_EQ(Sum({}), 0.0);
  EXPECT_EQ(Sum({-0.0}), 0.0);
  EXPECT_EQ(Sum({0.1}), 0.1);
  EXPECT_EQ(Sum({1e100, 1.0, -1e100, 1e-100}), 1.0);
  EXPECT_EQ(Sum(std::vector(10, 0.1)), 1.0);
  EXPECT_EQ(Sum({1e16, 1.0, 1e-16}), 10000000000000002.0);
  EXPECT_EQ(Sum({1e16 - 2.0, 1.0 - 0x1p-53, -(1e16 - 2.0), -(1.0 - 0x1p-53)}), 0.0);
}

TEST(ExactSum, TiesGoToEvenUnlessSomethingIsBelow) {
  for (const double sign : {1.0, -1.0}) {
    const auto expect = [sign](std::vector<double> values, double expected) {
      for (double& value : values) value *= sign;
      EXPECT_EQ(Sum(values), sign * expected) << testing::PrintToString(values);
    };
    const double up = 1.0 + 2.0 * kHalfUlp;
    expect({1.0, kHalfUlp}, 1.0);
    expect({1.0, kHalfUlp, kLeast}, up);
    expect({1.0, kHalfUlp, -kLeast}, 1.0);
    expect({1.0, kHalfUlp, 1e-40}, up);
    expect({up, kHalfUlp}, 1.0 + 4.0 * kHalfUlp);
    expect({up, kHalfUlp, -kLeast}, up);
    expect({up, -kHalfUlp}, 1.0);
    expect({up, -kHalfUlp, kLeast}, up);
    expect({1.0, -kHalfUlp / 2.0}, 1.0);
    expect({1.0, -kHalfUlp / 2.0, -kLeast}, 1.0 - kHalfUlp);
  }
}

TEST(ExactSum, EndsOfTheRange) {
  EXPECT_EQ(Sum({kMost, kMost, -kMost}), kMost);  // In whatever order.
  EXPECT_EQ(Sum({kMost, kMost, -kMost, -kMost, 1.5}), 1.5);
  EXPECT_EQ(Sum({kMost, kMost}), kInfinity);
  EXPECT_EQ(Sum({-kMost, -kMost}), -kInfinity);
  EXPECT_EQ(Sum({kMost, 0x1p969}), kMost);      // Below the half unit in the last place.
  EXPECT_EQ(Sum({kMost, 0x1p970}), kInfinity);  // At it: to even, which is beyond.
  EXPECT_EQ(Sum({kMost, 0x1p970, -kLeast}), kMost);
  EXPECT_EQ(Sum({kLeast, kLeast}), 2.0 * kLeast);
  EXPECT_EQ(Sum({0x1p-1022, -kLeast}), 0x1p-1022 - kLeast);
  EXPECT_EQ(Sum({0x1p-1022, kLeast}), 0x1p-1022 + kLeast);
}

TEST(ExactSum, InfinitiesAndNaNPropagate) {
  EXPECT_EQ(Sum({1.0, kInfinity, -1.0}), kInfinity);
  EXPECT_EQ(Sum({-kInfinity, kMost}), -kInfinity);
  EXPECT_TRUE(std::isnan(Sum({kInfinity, -kInfinity})));
  EXPECT_TRUE(std::isnan(Sum({kInfinity, kNaN})));
  EXPECT_TRUE(std::isnan(Sum({kNaN, 1.0})));
}

TEST(ExactSum, TheOrderChangesNoBitAndWideArithmeticAgrees) {
  std::mt19937_64 random(1997);
  for (int repeat = 0; repeat < 200; ++repeat) {
    std::vector<double> values;
    for (std::size_t i = 0; i < 3000; ++i) {
      // 40 bits at 16 exponents: the sum fits the 64 bits of long double on x86, exactly.
      const double bits = static_cast<double>(random() % (std::uint64_t{1} << 40));
      values.push_back(
          std::ldexp(random() % 2 == 0 ? bits : -bits, static_cast<int>(random() % 8)));
    }
    std::int64_t exact = 0;
    for (const double value : values) exact += static_cast<std::int64_t>(value);
    const double sum = Sum(values);
    EXPECT_EQ(sum, static_cast<double>(exact));
    std::shuffle(values.begin(), values.end(), random);
    EXPECT_EQ(Sum(values), sum);
  }
  for (int repeat = 0; repeat < 200; ++repeat) {  // Any doubles at all, with what cancels them.
    std::vector<double> values;
    for (int i = 0; i < 50; ++i) {
      const double value = std::bit_cast<double>(static_cast<std::uint64_t>(random()));
      if (!std::isfinite(value)) continue;
      values.push_back(value);
      if (i % 2 == 0) values.push_back(-value);
    }
    const double sum = Sum(values);
    std::reverse(values.begin(), values.end());
    EXPECT_EQ(Sum(values), sum);
    std::shuffle(values.begin(), values.end(), random);
    EXPECT_EQ(Sum(values), sum);
    for (double& value : values) value = -value;
    EXPECT_EQ(Sum(values), -sum);
    // Take the sum away, and what is left is at most half a unit in its last place.
    if (std::isfinite(sum)) {
      values.push_back(sum);
      EXPECT_LE(std::abs(Sum(values)),
                (std::nextafter(std::abs(sum), kInfinity) - std::abs(sum)) / 2.0);
    }
  }
}

TEST(ExactSum, ManyAddendsOfOneKind) {
  ExactSum sum;
  for (int i = 0; i < 1'000'000; ++i) sum.Add(kMost / 4.0);
  for (int i = 0; i < 1'000'000; ++i) sum.Add(-kMost / 4.0);
  sum.Add(0.25);
  EXPECT_EQ(sum.Value(), 0.25);
}

}  // namespace
}  // namespace gatetest
