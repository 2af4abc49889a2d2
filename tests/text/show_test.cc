#include "src/text/show.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

namespace gatetest::internal {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(ShowNumber, HasThreeDigitsOfWhatFourDecimalsWouldHide) {
  EXPECT_EQ(ShowNumber(0.000331), "0.000331");
  EXPECT_EQ(ShowNumber(0.0004204), "0.00042");
  EXPECT_EQ(ShowNumber(0.0000075), "0.0000075");
  EXPECT_EQ(ShowNumber(-0.0000075), "-0.0000075");
  EXPECT_EQ(ShowNumber(0.0002), "0.0002");
  EXPECT_EQ(ShowNumber(0.00099999), "0.0010");
  EXPECT_EQ(ShowNumber(0.001), "0.0010");
  EXPECT_EQ(ShowNumber(5e-324), "0.0000");
}

TEST(ShowNumber, HasFourDecimals) {
  EXPECT_EQ(ShowNumber(0.9), "0.9000");
  EXPECT_EQ(ShowNumber(17.57946), "17.5795");
  EXPECT_EQ(ShowNumber(0.0), "0.0000");
  EXPECT_EQ(ShowNumber(kInfinity), "infinite");
  EXPECT_EQ(ShowNumber(-kInfinity), "-infinite");
}

TEST(ShowBeside, IsNeverTheOtherNumbersText) {
  EXPECT_EQ(ShowBeside(0.89996, 0.9), "0.89996");
  EXPECT_EQ(ShowBeside(0.9457, 0.95), "0.9457");
  EXPECT_EQ(ShowBeside(0.9 - 1e-9, 0.9), "0.899999999");
  const double neighbour = std::nextafter(0.9, 0.0);
  EXPECT_NE(ShowBeside(neighbour, 0.9), ShowBeside(0.9, neighbour));
}

TEST(ShowBeside, IsShortWhereNothingMisleads) {
  EXPECT_EQ(ShowBeside(0.9, 0.9), "0.9000");
  EXPECT_EQ(ShowBeside(0.8725, 0.9), "0.8725");
  EXPECT_EQ(ShowBeside(kInfinity, 3.0), "infinite");
  EXPECT_EQ(ShowBeside(3.0, kInfinity), "3.0000");
}

TEST(Quote, KeepsPlainText) {
  EXPECT_EQ(Quote(""), R"("")");
  EXPECT_EQ(Quote("Canberra"), R"("Canberra")");
  EXPECT_EQ(Quote("caf\u00e9 \u65e5 \U0001f600"), "\"caf\u00e9 \u65e5 \U0001f600\"");
}

TEST(Quote, StaysOnOneLine) {
  EXPECT_EQ(Quote("a\nb\tc\rd"), R"("a\nb\tc\x0Dd")");
  EXPECT_EQ(Quote("say \"hi\" \\"), R"("say \"hi\" \\")");
  EXPECT_EQ(Quote(std::string("\0", 1)), R"("\x00")");
  EXPECT_EQ(Quote("\x1b[31m\x7f"), R"("\x1B[31m\x7F")");
}

TEST(Quote, EscapesControlCharactersBeyondAscii) {
  EXPECT_EQ(Quote("\xC2\x9B"
                  "31m"),
            R"("\xC2\x9B31m")");
  EXPECT_EQ(Quote("\xC2\x85"), R"("\xC2\x85")");
  EXPECT_EQ(Quote("\u00a0"), "\"\u00a0\"");
}

TEST(Quote, EscapesBytesThatAreNoText) {
  EXPECT_EQ(Quote("\xFF"), R"("\xFF")");
  EXPECT_EQ(Quote("a\xE2\x82"), R"("a\xE2\x82")");
  EXPECT_EQ(Quote("\xC3(\xC3\xA9"), "\"\\xC3(\u00e9\"");
}

TEST(Quote, CutsBetweenCharacters) {
  EXPECT_EQ(Quote("abcdef", 6), R"("abcdef")");
  EXPECT_EQ(Quote("abcdef", 5), "\"abcde\u2026\"");
  EXPECT_EQ(Quote("ab\u00e9", 4), "\"ab\u00e9\"");
  EXPECT_EQ(Quote("ab\u00e9", 3), "\"ab\u2026\"");
  EXPECT_EQ(Quote("\U0001f600", 3), "\"\u2026\"");
}

TEST(ShowCount, KnowsOneFromSeveral) {
  EXPECT_EQ(ShowCount(0, "samples"), "0 samples");
  EXPECT_EQ(ShowCount(1, "samples"), "1 sample");
  EXPECT_EQ(ShowCount(2, "paired samples"), "2 paired samples");
  EXPECT_EQ(ShowCount(1e7, "windows"), "10000000 windows");
}

}  // namespace
}  // namespace gatetest::internal
