#include "src/calibration/telling_tokens.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace gatetest::internal {
namespace {

TEST(TellingTokens, AreThoseThatContributeMost) {
  const std::vector<CalibrationToken> tokens =
      TellingTokens({{"a", "a"}, {"a", "b"}}, {{"a", "b", "c", "c"}}, 10);
  ASSERT_EQ(tokens.size(), 3U);
  EXPECT_EQ(tokens[0].token, "c");
  EXPECT_EQ(tokens[0].calibration_share, 0.0);
  EXPECT_EQ(tokens[0].evaluation_share, 0.5);
  EXPECT_NEAR(tokens[0].bits, 0.25, 1e-12);
  EXPECT_EQ(tokens[1].token, "a");
  EXPECT_EQ(tokens[1].calibration_share, 0.75);
  EXPECT_EQ(tokens[1].evaluation_share, 0.25);
  EXPECT_NEAR(tokens[1].bits, 0.09436093777, 1e-11);
  EXPECT_EQ(tokens[2].token, "b");
  EXPECT_NEAR(tokens[2].bits, 0.0, 1e-12);
}

TEST(TellingTokens, AreNoMoreThanAskedFor) {
  const std::vector<CalibrationToken> tokens =
      TellingTokens({{"d", "b", "a"}}, {{"x", "y", "z"}}, 2);
  ASSERT_EQ(tokens.size(), 2U);  // All six are equal.
  EXPECT_EQ(tokens[0].token, "a");
  EXPECT_EQ(tokens[1].token, "b");
}

}  // namespace
}  // namespace gatetest::internal
