#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string>

#include "gatetest/ladder_analysis.h"
#include "tests/ladder/tutorial_ladder.h"
#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using testing_support::ExpectError;
using testing_support::kInfinity;
using testing_support::kNaN;
using testing_support::kTutorialLadder;

constexpr const char* kFull = "FP16 or INT8: loss below 2 %";
constexpr const char* kCalibrated = "INT4 with calibration: loss 2-5 %";
constexpr const char* kTuned = "INT4 with fine-tuning";
constexpr const char* kNot = "not recommended";

TEST(PerplexityAdvice, LimitsAreStrict) {
  const PerplexityAdvice fixed = FixedPerplexityAdvice();
  EXPECT_FALSE(fixed.relative);
  EXPECT_EQ(Advise(fixed, 1.0), kFull);
  EXPECT_EQ(Advise(fixed, std::nextafter(13.0, 0.0)), kFull);
  EXPECT_EQ(Advise(fixed, 13.0), kCalibrated);
  EXPECT_EQ(Advise(fixed, std::nextafter(15.0, 0.0)), kCalibrated);
  EXPECT_EQ(Advise(fixed, 15.0), kTuned);
  EXPECT_EQ(Advise(fixed, std::nextafter(20.0, 0.0)), kTuned);
  EXPECT_EQ(Advise(fixed, 20.0), kNot);
  EXPECT_EQ(Advise(fixed, kInfinity), kNot);
}

TEST(PerplexityAdvice, RelativeToTheBaseline) {
  const PerplexityAdvice relative = RelativePerplexityAdvice();
  EXPECT_TRUE(relative.relative);
  for (const double baseline : {1.0, 4.0, 1024.0}) {  // Powers of 2: no rounding.
    EXPECT_EQ(Advise(relative, 0.5 * baseline, baseline), kFull);
    EXPECT_EQ(Advise(relative, 1.0 * baseline, baseline), kFull);
    EXPECT_EQ(Advise(relative, 1.05 * baseline, baseline), kCalibrated);
    EXPECT_EQ(Advise(relative, 1.19 * baseline, baseline), kCalibrated);
    EXPECT_EQ(Advise(relative, 1.2 * baseline, baseline), kTuned);
    EXPECT_EQ(Advise(relative, 1.59 * baseline, baseline), kTuned);
    EXPECT_EQ(Advise(relative, 1.6 * baseline, baseline), kNot);
    EXPECT_EQ(Advise(relative, kInfinity, baseline), kNot);
  }
}

TEST(PerplexityAdvice, OfTheTutorialsLadder) {
  const double baseline = kTutorialLadder.front().perplexity;
  // INT8 is just above 13: the tutorial's own limits would not have it in the band named after it.
  const char* const expected[] = {kFull,       kFull,       kCalibrated, kTuned,     kNot,
                                  kCalibrated, kCalibrated, kTuned,      kCalibrated};
  ASSERT_EQ(std::size(expected), kTutorialLadder.size());
  for (std::size_t i = 0; i < kTutorialLadder.size(); ++i) {
    SCOPED_TRACE(kTutorialLadder[i].name);
    const double perplexity = kTutorialLadder[i].perplexity;
    EXPECT_EQ(Advise(FixedPerplexityAdvice(), perplexity), expected[i]);
    EXPECT_EQ(Advise(RelativePerplexityAdvice(), perplexity, baseline), expected[i]);
  }
}

TEST(PerplexityAdvice, RelativeLimitsAreTheFixedOnesOverTheTutorialsBaseline) {
  const PerplexityAdvice fixed = FixedPerplexityAdvice();
  const PerplexityAdvice relative = RelativePerplexityAdvice();
  ASSERT_EQ(fixed.bands.size(), relative.bands.size());
  for (std::size_t i = 0; i < fixed.bands.size(); ++i) {
    EXPECT_NEAR(fixed.bands[i].below / 12.4, relative.bands[i].below, 0.013);
    EXPECT_EQ(fixed.bands[i].advice, relative.bands[i].advice);
  }
  EXPECT_EQ(fixed.otherwise, relative.otherwise);
}

TEST(PerplexityAdvice, OfYourOwn) {
  const PerplexityAdvice own = {.bands = {{.below = 8.0, .advice = "ship"}}, .otherwise = "look"};
  EXPECT_EQ(Advise(own, 7.9), "ship");
  EXPECT_EQ(Advise(own, 8.0), "look");
  EXPECT_EQ(Advise(own, 7.9, kNaN), "ship");  // No baseline is looked at.
  EXPECT_EQ(Advise({.otherwise = "look"}, 7.9), "look");
}

TEST(PerplexityAdvice, Errors) {
  const auto expect = [](const std::string& text, const PerplexityAdvice& advice,
                         double perplexity = 12.0, std::optional<double> baseline = {}) {
    ExpectError(ErrorCode::kInvalidArgument, "Advise: " + text,
                [&] { Advise(advice, perplexity, baseline); });
  };
  for (const double below : {kNaN, kInfinity, 0.0, -1.0}) {
    expect("bands[1].below is ", {.bands = {{1.0, "a"}, {below, "b"}}});
  }
  expect("bands[0].below is 0; give a multiple of the baseline's that is finite and above 0",
         {.bands = {{0.0, "a"}}, .relative = true}, 12.0, 12.0);
  // Also where an earlier band holds.
  expect("bands[1].below is 13, which is not above the 13 before it; sort the bands",
         {.bands = {{13.0, "a"}, {13.0, "b"}}});
  expect("bands[2].below is 14, which is not above the 15 before it",
         {.bands = {{13.0, "a"}, {15.0, "b"}, {14.0, "c"}}});
  for (const double perplexity : {kNaN, 0.0, -12.0, -kInfinity}) {
    expect("perplexity is ", FixedPerplexityAdvice(), perplexity);
  }
  expect("the limits are multiples of the baseline's perplexity, and there is none",
         RelativePerplexityAdvice());
  for (const double baseline : {kNaN, 0.0, -1.0, kInfinity}) {
    expect("baseline_perplexity is ", RelativePerplexityAdvice(), 12.0, baseline);
  }
}

}  // namespace
}  // namespace gatetest
