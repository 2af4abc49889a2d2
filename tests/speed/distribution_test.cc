#include "src/speed/distribution.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

namespace gatetest::internal {
namespace {

const Scale kMilliseconds(Unit::kSeconds, 0.05);

/// `count` values from `first` on, `step` apart.
std::vector<double> Steps(std::size_t count, double first, double step) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(first + step * static_cast<double>(i));
  return values;
}

std::size_t CountOf(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at) ++count;
  return count;
}

TEST(Quantile, IsTheSmallestThatTheShareDoesNotExceed) {
  const std::vector<double> four = {1.0, 2.0, 3.0, 4.0};
  EXPECT_EQ(Quantile(four, 0.5), 2.0);
  EXPECT_EQ(Quantile(four, 0.51), 3.0);
  EXPECT_EQ(Quantile(four, 0.75), 3.0);
  EXPECT_EQ(Quantile(four, 0.95), 4.0);
  EXPECT_EQ(Quantile(four, 1.0), 4.0);
  EXPECT_EQ(Quantile(four, 0.0), 1.0);
  EXPECT_EQ(Quantile(std::vector<double>{7.0}, 0.99), 7.0);
}

TEST(Quantile, DoesNotSlipByARankWhereTheProductRounds) {
  for (const int percent : {10, 50, 90, 95, 99}) {
    for (int n = 1; n <= 3000; ++n) {
      const std::vector<double> sorted = Steps(static_cast<std::size_t>(n), 1.0, 1.0);
      const int rank = (percent * n + 99) / 100;
      ASSERT_EQ(Quantile(sorted, percent / 100.0), rank) << percent << " % of " << n;
    }
  }
}

TEST(OneLine, HasTheRangeTwoPercentilesAndTheCount) {
  EXPECT_EQ(OneLine(Steps(20, 0.011, 0.001), kMilliseconds),
            "min 11, p50 20, p95 29, max 30 ms (n = 20)");
  EXPECT_EQ(OneLine(std::vector<double>{1235.6}, Scale(Unit::kTokensPerSecond, 1.0)),
            "min 1236, p50 1236, p95 1236, max 1236 tokens/s (n = 1)");
  EXPECT_EQ(OneLine(std::vector<double>{1.5}, Scale(Unit::kNumber, 1.0)),
            "min 1.5, p50 1.5, p95 1.5, max 1.5 (n = 1)");
}

TEST(Histogram, HasEightBarsAndTheLimitAmongThem) {
  const std::vector<double> sorted = {0.010,  0.010,  0.010,  0.010,  0.0115,
                                      0.0125, 0.0135, 0.0145, 0.0155, 0.018};
  EXPECT_EQ(Histogram(sorted, 0.0142, kMilliseconds),
            "from 10 ms    4 ########################################\n"
            "from 11 ms    1 ##########\n"
            "from 12 ms    1 ##########\n"
            "from 13 ms    1 ##########\n"
            "from 14 ms    1 ##########  <- the limit\n"
            "from 15 ms    1 ##########\n"
            "from 16 ms    0\n"
            "from 17 ms    1 ##########");
}

TEST(Histogram, MarksALimitWhereNothingLies) {
  std::vector<double> sorted(9, 1.0);
  sorted.push_back(9.0);
  const std::string text = Histogram(sorted, 5.5, Scale(Unit::kNumber, 1.0));
  EXPECT_NE(text.find("\nfrom 5    0   <- the limit\n"), std::string::npos) << text;
}

TEST(Histogram, DoesNotMarkALimitBeyondAllValues) {
  const std::vector<double> sorted = Steps(10, 1.0, 1.0);
  const Scale scale(Unit::kNumber, 1.0);
  for (const double limit : {0.99, 10.01, 1e9, -1.0, std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(CountOf(Histogram(sorted, limit, scale), "the limit"), 0U) << limit;
  }
  const std::string first = Histogram(sorted, 1.0, scale);
  EXPECT_TRUE(first.substr(0, first.find('\n')).ends_with("  <- the limit")) << first;
  EXPECT_TRUE(Histogram(sorted, 10.0, scale).ends_with("  <- the limit"));
}

/// Where bars begin is rounded: the limit lies in the bar that a value of its size is counted in.
TEST(Histogram, MarksExactlyOneBar) {
  for (const double last : {0.1, 0.3, 0.7, 1.1, 3.3}) {
    std::vector<double> sorted = Steps(20, 0.05, (last - 0.05) / 19.0);
    const double width = (sorted.back() - sorted.front()) / 8.0;
    for (int i = 0; i <= 8; ++i) {
      const double begin = sorted.front() + width * i;
      for (const double limit : {begin, std::nextafter(begin, 0.0), std::nextafter(begin, 100.0)}) {
        if (limit < sorted.front() || limit > sorted.back()) continue;
        const std::string text = Histogram(sorted, limit, Scale(Unit::kNumber, 1.0));
        EXPECT_EQ(CountOf(text, "<- the limit"), 1U) << last << " " << limit << "\n" << text;
      }
    }
  }
}

TEST(Histogram, CountsAFewFarOutInItsLastBar) {
  std::vector<double> sorted = Steps(198, 1.0, 0.01);
  sorted.push_back(500.0);
  sorted.push_back(1e9);
  EXPECT_EQ(Histogram(sorted, 400.0, Scale(Unit::kNumber, 1.0)),
            "from     1   25 ######################################\n"
            "from 1.246   25 ######################################\n"
            "from 1.492   24 ####################################\n"
            "from 1.739   25 ######################################\n"
            "from 1.985   25 ######################################\n"
            "from 2.231   24 ####################################\n"
            "from 2.478   25 ######################################\n"
            "from 2.724   27 ########################################  <- the limit");
}

TEST(Histogram, ShowsTheFarOnesWhereAllOthersAreEqual) {
  std::vector<double> sorted(199, 1.0);
  sorted.push_back(9.0);
  const std::string text = Histogram(sorted, 100.0, Scale(Unit::kNumber, 1.0));
  EXPECT_TRUE(text.starts_with("from 1  199 #####")) << text;
  EXPECT_TRUE(text.ends_with("\nfrom 8    1 #")) << text;
}

/// However narrow the bars are.
TEST(Histogram, CountsEveryValue) {
  for (const double step : {1.0, 1e-3, 1e-9, 1e-15}) {
    std::istringstream text(Histogram(Steps(1000, 1.0, step), 1.0, Scale(Unit::kNumber, 1.0)));
    std::size_t sum = 0;
    std::string from;
    std::string begin;
    std::size_t count = 0;
    for (std::string line; std::getline(text, line);) {
      ASSERT_TRUE(std::istringstream(line) >> from >> begin >> count) << line;
      sum += count;
    }
    EXPECT_EQ(sum, 1000U) << step;
  }
}

/// A benchmark that differs in its sixth digit.
TEST(Histogram, NoTwoBarsLookAlike) {
  EXPECT_EQ(Histogram(Steps(10, 0.0500, 1e-7), 1.0, kMilliseconds),
            "from      50 ms    2 ########################################\n"
            "from 50.0001 ms    1 ####################\n"
            "from 50.0002 ms    1 ####################\n"
            "from 50.0003 ms    1 ####################\n"
            "from 50.0005 ms    1 ####################\n"
            "from 50.0006 ms    1 ####################\n"
            "from 50.0007 ms    1 ####################\n"
            "from 50.0008 ms    2 ########################################");
}

TEST(Histogram, IsEmptyForFewValuesAndForEqualOnes) {
  EXPECT_EQ(Histogram({}, 1.0, kMilliseconds), "");
  EXPECT_EQ(Histogram(Steps(9, 1.0, 1.0), 1.0, kMilliseconds), "");
  EXPECT_NE(Histogram(Steps(10, 1.0, 1.0), 1.0, kMilliseconds), "");
  EXPECT_EQ(Histogram(std::vector<double>(50, 1.0), 1.0, kMilliseconds), "");
}

TEST(SpreadOf, IsRelativeToTheMedian) {
  const Spread spread =
      SpreadOf(std::vector<double>{4.0, 1.0, 2.0, 10.0, 3.0, 5.0, 6.0, 7.0, 8.0, 20.0});
  EXPECT_EQ(spread.low, 1.0 / 5.0);
  EXPECT_EQ(spread.high, 10.0 / 5.0);
  EXPECT_EQ(spread.n, 10U);
}

TEST(SpreadOf, SaysNothingOfFewValuesAndOfNoTime) {
  EXPECT_EQ(SpreadOf({}).n, 0U);
  EXPECT_EQ(SpreadOf(std::vector<double>(4, 1.0)).n, 0U);
  EXPECT_EQ(SpreadOf(std::vector<double>(5, 1.0)).n, 5U);
  EXPECT_EQ(SpreadOf(std::vector<double>(5, 0.0)).n, 0U);
  EXPECT_EQ(SpreadOf(std::vector<double>(5, -1.0)).n, 0U);
}

TEST(SpreadText, IsASentenceOrNothing) {
  EXPECT_EQ(SpreadText({.low = 0.951, .high = 1.119, .n = 17}, "the same request"),
            "the same request, 17 times in this run, was 0.95 to 1.12 times its median (10th to "
            "90th percentile)");
  EXPECT_EQ(SpreadText({}, "the same request"), "");
}

}  // namespace
}  // namespace gatetest::internal
