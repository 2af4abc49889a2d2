#include "src/task/logprobs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace gatetest::internal {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

LogprobSum Sum(const std::vector<double>& logprobs, std::size_t expected = 0) {
  return SumLogprobs(logprobs, expected);
}

TEST(SumLogprobs, AddsThemUp) {
  const LogprobSum sum = Sum({-0.5, -1.25, 0.0}, 3);
  EXPECT_EQ(sum.wrong, "");
  EXPECT_EQ(sum.sum, -1.75);
  EXPECT_EQ(sum.impossible_token, 0U);
}

TEST(SumLogprobs, TakesRoundingAboveZeroAsZero) {
  for (const double rounding : {1e-5, 1e-6, 1e-300}) {
    EXPECT_EQ(Sum({rounding}).wrong, "");
    EXPECT_EQ(Sum({rounding}).sum, 0.0);
    EXPECT_EQ(Sum({-2.0, rounding}).sum, -2.0);
  }
}

TEST(SumLogprobs, RefusesWhatIsNoLogProbabilityAndNamesTheToken) {
  EXPECT_THAT(Sum({-1.0, kNaN}).wrong, AllOf(HasSubstr("token 2"), HasSubstr("NaN")));
  EXPECT_THAT(Sum({0.5}).wrong, AllOf(HasSubstr("token 1"), HasSubstr("0.5")));
  EXPECT_THAT(Sum({-1.0, -1.0, 1.1e-5}).wrong, HasSubstr("token 3"));
  EXPECT_THAT(Sum({kInfinity}).wrong, HasSubstr("token 1"));
}

TEST(SumLogprobs, RefusesTheSentinelOfServers) {
  EXPECT_THAT(Sum({-1.0, -9999.0}).wrong, AllOf(HasSubstr("token 2"), HasSubstr("not available")));
  EXPECT_EQ(Sum({-9998.5}).wrong, "");
}

TEST(SumLogprobs, RefusesAnotherNumberThanExpected) {
  EXPECT_THAT(Sum({-1.0}, 2).wrong, AllOf(HasSubstr("1 for 2 tokens")));
  EXPECT_THAT(Sum({-1.0, -1.0, -1.0}, 2).wrong, HasSubstr("3 for 2 tokens"));
  EXPECT_THAT(Sum({}, 2).wrong, HasSubstr("missing"));
  EXPECT_THAT(Sum({}).wrong, HasSubstr("missing"));
}

TEST(SumLogprobs, ProbabilityZeroIsANumber) {
  const LogprobSum sum = Sum({-1.0, -kInfinity, -kInfinity});
  EXPECT_EQ(sum.wrong, "");
  EXPECT_EQ(sum.sum, -kInfinity);
  EXPECT_EQ(sum.impossible_token, 2U);
}

TEST(SumLogprobs, NaNBehindProbabilityZeroIsStillWrong) {
  EXPECT_THAT(Sum({-kInfinity, kNaN}).wrong, HasSubstr("token 2"));
}

}  // namespace
}  // namespace gatetest::internal
