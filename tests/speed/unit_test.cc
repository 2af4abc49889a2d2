#include "src/speed/unit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace gatetest::internal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

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

TEST(Scale, ShowsMemoryInPowersOfTwo) {
  const auto shows = [](double bytes) {
    const Scale scale(Unit::kBytes, bytes);
    return scale.Show(bytes) + scale.suffix();
  };
  EXPECT_EQ(shows(512.0), "0.5 KiB");
  EXPECT_EQ(shows(2048.0), "2 KiB");
  EXPECT_EQ(shows(64.0 * 1024.0 * 1024.0), "64 MiB");
  EXPECT_EQ(shows(1.5 * 1024.0 * 1024.0 * 1024.0), "1.5 GiB");
}

TEST(Scale, NumbersHaveNoUnit) {
  const Scale scale(Unit::kNumber, 1.05);
  EXPECT_EQ(scale.Show(1.05), "1.05");
  EXPECT_EQ(scale.suffix(), "");
  EXPECT_EQ(Scale(Unit::kRequestsPerSecond, 3.0).suffix(), " requests/s");
}

TEST(Scale, ShowsAllOnTheScaleOfTheTypicalValue) {
  const Scale scale(Unit::kSeconds, 0.05);
  EXPECT_EQ(scale.Show(2.0), "2000");
  EXPECT_EQ(scale.Show(0.0), "0");
  EXPECT_EQ(scale.Show(123e-9), "0.000123");
  EXPECT_EQ(scale.Show(-0.0123), "-12.3");
}

TEST(Scale, ShowsFourDigitsAndNoZerosBehindThem) {
  const Scale scale(Unit::kNumber, 1.0);
  EXPECT_EQ(scale.Show(0.123456), "0.1235");
  EXPECT_EQ(scale.Show(12.3456), "12.35");
  EXPECT_EQ(scale.Show(999.96), "1000");
  EXPECT_EQ(scale.Show(1200.0), "1200");
  EXPECT_EQ(scale.Show(9999.4), "9999");
}

TEST(Scale, GroupsWhatIsRoundedToFiveDigitsToo) {
  const Scale scale(Unit::kNumber, 1.0);
  EXPECT_EQ(scale.Show(9999.6), "10,000");
  EXPECT_EQ(scale.Show(10000.0), "10,000");
  EXPECT_EQ(scale.Show(-9999.6), "-10,000");
}

TEST(Scale, ShowsBesideOnTheSameScale) {
  const Scale scale(Unit::kTokensPerSecond, 1000.0);
  EXPECT_EQ(scale.ShowBeside(999.96, 1000.0), "999.96");
  EXPECT_EQ(scale.ShowBeside(1000.0, 999.96), "1000");
  EXPECT_EQ(scale.ShowBeside(12345.4, 12345.0), "12,345.4");
  EXPECT_EQ(scale.ShowBeside(9999.6, 10000.0), "9999.6");
  EXPECT_EQ(scale.ShowBeside(-1234567.25, -1234567.0), "-1,234,567.2");
  EXPECT_EQ(scale.ShowBeside(std::numeric_limits<double>::infinity(), 1.0), "infinite");
  EXPECT_EQ(scale.ShowBeside(1.0, std::numeric_limits<double>::infinity()), "1");
}

TEST(Scale, ShowsNeighboursApart) {
  const Scale scale(Unit::kSeconds, 0.05);
  EXPECT_THAT(scale.ShowApart({0.05, 0.0501, 0.052}), ElementsAre("50", "50.1", "52"));
  EXPECT_THAT(scale.ShowApart({0.05, 0.0500001, 0.0500002}),
              ElementsAre("50", "50.0001", "50.0002"));
  EXPECT_THAT(scale.ShowApart({}), IsEmpty());
  EXPECT_THAT(scale.ShowApart({0.05, 0.05}), ElementsAre("50", "50"));
}

TEST(Scale, StandsWhereThereIsNoTypicalValue) {
  EXPECT_EQ(Scale(Unit::kSeconds, std::numeric_limits<double>::infinity()).suffix(), " s");
  EXPECT_EQ(Scale(Unit::kSeconds, 0.0).suffix(), " ns");
}

}  // namespace
}  // namespace gatetest::internal
