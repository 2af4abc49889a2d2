#include "src/text/lines.h"

#include <gtest/gtest.h>

namespace gatetest::internal {
namespace {

TEST(Lines, LabelsEndAtOneColumn) {
  Lines lines;
  EXPECT_EQ(lines.text(), "");
  lines.Add("Actual", "latency p95 61 ms");
  lines.Add("Verdict", "FAILED");
  lines.Add("Evidence", "40 requests");
  EXPECT_EQ(lines.text(),
            "  Actual: latency p95 61 ms\n"
            " Verdict: FAILED\n"
            "Evidence: 40 requests\n");
}

TEST(Lines, ContinuationsStandBelowTheText) {
  Lines lines;
  lines.Add("Noise", "first\nsecond\nthird");
  lines.Add("", "fourth");
  EXPECT_EQ(lines.text(),
            "   Noise: first\n"
            "          second\n"
            "          third\n"
            "          fourth\n");
}

TEST(Lines, AnEmptyTextIsALine) {
  Lines lines;
  lines.Add("Actual", "");
  lines.Add("Noise", "a\n\nb");
  EXPECT_EQ(lines.text(),
            "  Actual: \n"
            "   Noise: a\n"
            "          \n"
            "          b\n");
}

TEST(Lines, ALabelThatIsTooLongPushesItsText) {
  Lines lines;
  lines.Add("Expectation", "above");
  EXPECT_EQ(lines.text(), "Expectation: above\n");
}

}  // namespace
}  // namespace gatetest::internal
