#include "src/speed/unit.h"

#include <gtest/gtest.h>

#include <limits>

namespace gatetest::internal {
namespace {

TEST(Scale, ShowsTimesInTheUnitThatFits) {
  EXPECT_EQ(Scale(Unit::kSeconds, 0.05).Show(0.05) + Scale(Unit::kSeconds, 0.05).suffix(), "50 ms");
  EXPECT_EQ(Scale(Unit::kSeconds, 3.5).Show(3.5), "3.5");
  EXPECT_EQ(Scale(Unit::kSeconds, 2e-6).Show(2.5e-6), "2.5");
  EXPECT_EQ(Scale(Unit::kSeconds, 2e-9).suffix(), " ns");
}

TEST(Scale, NeverLooksLikeWhatItIsNot) {
  const Scale scale(Unit::kSeconds, 0.05);
  EXPECT_EQ(scale.ShowBeside(0.05000001, 0.05), "50.00001");
  EXPECT_EQ(scale.ShowBeside(0.05, 0.05), "50");
}

TEST(Scale, HasNoExponentsAndNamesInfinities) {
  const Scale scale(Unit::kTokensPerSecond, 1e6);
  EXPECT_EQ(scale.Show(1234567.0), "1,234,567");
  EXPECT_EQ(scale.Show(std::numeric_limits<double>::infinity()), "infinite");
  EXPECT_EQ(scale.Show(-std::numeric_limits<double>::infinity()), "none");
}

}  // namespace
}  // namespace gatetest::internal
