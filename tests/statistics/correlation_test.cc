#include "gatetest/correlation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "src/statistics/p_values.h"
#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using testing_support::ExpectClose;
using testing_support::ExpectError;
using testing_support::kInfinity;
using testing_support::kNaN;

using Points = std::vector<Point>;

const Points kLadder = {{12.4, 94.2}, {12.6, 94.0}, {13.1, 93.5}, {15.8, 89.3}, {24.3, 76.1},
                        {14.2, 91.8}, {13.9, 92.4}, {15.1, 90.1}, {14.7, 91.2}};

Points Line(int n, double slope) {
  Points points;
  for (int i = 0; i < n; ++i) points.push_back({static_cast<double>(i), slope * i});
  return points;
}

double PlainPearson(const std::vector<double>& x, const std::vector<double>& y) {
  const double n = static_cast<double>(x.size());
  const double mean_x = std::accumulate(x.begin(), x.end(), 0.0) / n;
  const double mean_y = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0.0;
  double yy = 0.0;
  double xy = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xx += (x[i] - mean_x) * (x[i] - mean_x);
    yy += (y[i] - mean_y) * (y[i] - mean_y);
    xy += (x[i] - mean_x) * (y[i] - mean_y);
  }
  return xy / std::sqrt(xx * yy);
}

std::vector<double> Midranks(const std::vector<double>& values) {
  std::vector<double> ranks;
  for (const double value : values) {
    double rank = 0.5;
    for (const double other : values) rank += other < value ? 1.0 : other == value ? 0.5 : 0.0;
    ranks.push_back(rank);
  }
  return ranks;
}

double PlainTau(const std::vector<double>& x, const std::vector<double>& y) {
  const auto sign = [](double a) { return a > 0.0 ? 1.0 : a < 0.0 ? -1.0 : 0.0; };
  double sum = 0.0;
  double in_x = 0.0;
  double in_y = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      sum += sign(x[i] - x[j]) * sign(y[i] - y[j]);
      in_x += std::abs(sign(x[i] - x[j]));
      in_y += std::abs(sign(y[i] - y[j]));
    }
  }
  return sum / std::sqrt(in_x * in_y);
}

TEST(RankCorrelation, PValuesAreThoseOfAllPermutations) {
  std::mt19937 random(1938);
  for (int repeat = 0; repeat < 60; ++repeat) {
    const std::size_t n = 2 + random() % 6;
    const unsigned kinds = repeat % 2 == 0 ? 1'000'000 : 4;  // Few kinds: many ties.
    std::vector<double> x;
    std::vector<double> y;
    Points points;
    for (std::size_t i = 0; i < n; ++i) {
      x.push_back(static_cast<double>(random() % kinds));
      y.push_back(static_cast<double>(random() % kinds));
      points.push_back({x.back(), y.back()});
    }
    if (std::count(x.begin(), x.end(), x[0]) == static_cast<int>(n)) continue;
    if (std::count(y.begin(), y.end(), y[0]) == static_cast<int>(n)) continue;
    SCOPED_TRACE(testing::PrintToString(x) + " against " + testing::PrintToString(y));
    const auto rho = [](const auto& a, const auto& b) {
      return PlainPearson(Midranks(a), Midranks(b));
    };
    const auto p_value = [&](const auto& coefficient) {
      const double observed = std::abs(coefficient(x, y));
      std::vector<std::size_t> order(n);
      std::iota(order.begin(), order.end(), std::size_t{0});
      double all = 0.0;
      double extreme = 0.0;
      do {
        std::vector<double> permuted;
        for (const std::size_t i : order) permuted.push_back(y[i]);
        all += 1.0;
        if (std::abs(coefficient(x, permuted)) >= observed - 1e-9) extreme += 1.0;
      } while (std::next_permutation(order.begin(), order.end()));
      return extreme / all;
    };
    const RankCorrelation spearman = Spearman(points);
    EXPECT_NEAR(spearman.coefficient, rho(x, y), 1e-12);
    ExpectClose(spearman.p_value, p_value(rho), 1e-12);
    EXPECT_TRUE(spearman.exact);
    const RankCorrelation kendall = Kendall(points);
    EXPECT_NEAR(kendall.coefficient, PlainTau(x, y), 1e-12);
    ExpectClose(kendall.p_value, p_value(PlainTau), 1e-12);
    EXPECT_TRUE(kendall.exact);
    EXPECT_EQ(kendall.method, "exact, over all permutations");
  }
}

TEST(RankCorrelation, TheOrderOfThePointsChangesNoBit) {
  std::mt19937 random(1904);
  for (const std::size_t n : {5, 12, 40}) {
    Points points;
    for (std::size_t i = 0; i < n; ++i) {
      points.push_back({std::ldexp(static_cast<double>(random()), -20) + 1e3,
                        static_cast<double>(random() % 10)});
    }
    const PearsonCorrelation pearson = Pearson(points);
    const RankCorrelation spearman = Spearman(points);
    const RankCorrelation kendall = Kendall(points);
    for (int repeat = 0; repeat < 10; ++repeat) {
      std::shuffle(points.begin(), points.end(), random);
      EXPECT_EQ(Pearson(points).r, pearson.r);
      EXPECT_EQ(Pearson(points).interval->lower, pearson.interval->lower);
      EXPECT_EQ(Spearman(points).coefficient, spearman.coefficient);
      EXPECT_EQ(Spearman(points).p_value, spearman.p_value);
      EXPECT_EQ(Kendall(points).coefficient, kendall.coefficient);
      EXPECT_EQ(Kendall(points).p_value, kendall.p_value);
    }
  }
}

TEST(RankCorrelation, ExactToTwelvePointsAndAlmostEqualToTheApproximationThere) {
  std::mt19937 random(1970);
  for (int repeat = 0; repeat < 20; ++repeat) {
    Points points;
    for (int i = 0; i < 13; ++i) {
      points.push_back({static_cast<double>(i), i + static_cast<double>(random() % 1000) * 0.02});
    }
    const RankCorrelation beyond = Spearman(points);
    EXPECT_FALSE(beyond.exact);
    EXPECT_EQ(beyond.method, "Student t approximation");
    points.pop_back();
    const RankCorrelation exact = Spearman(points);
    EXPECT_TRUE(exact.exact);
    const double rho = exact.coefficient;
    const double t = std::abs(rho) * std::sqrt(10.0 / (1.0 - rho * rho));
    EXPECT_NEAR(exact.p_value, 2.0 * internal::StudentPValues(t, 10.0).above, 0.01);
  }
}

TEST(Kendall, CountsInversions) {
  // 1 inversion in 10 points: 1 + 9 of 10! orders have no more, and as many are as far below 0.
  Points points = Line(10, 1.0);
  std::swap(points[0].y, points[1].y);
  ExpectClose(Kendall(points).p_value, 2.0 * 10.0 / 3628800.0, 1e-12);
  // With ties it is exact to 12 points.
  EXPECT_TRUE(Kendall(Line(13, 1.0)).exact);
  points = Line(13, 1.0);
  points[4].y = points[5].y;
  EXPECT_FALSE(Kendall(points).exact);
  EXPECT_EQ(Kendall(points).method, "normal approximation");
  points.pop_back();
  EXPECT_TRUE(Kendall(points).exact);
}

TEST(RankCorrelation, ApproximationsAreThePublishedOnes) {
  // 20 points, y = 0 0 1 1 2 2 ...: ties in y only.
  Points points;
  for (int i = 0; i < 20; ++i) points.push_back({static_cast<double>(i), std::floor(i / 2.0)});
  std::swap(points[3].y, points[10].y);
  const RankCorrelation kendall = Kendall(points);
  const double s = kendall.coefficient * std::sqrt(190.0 * 180.0);
  const double variance = (20.0 * 19.0 * 45.0 - 10.0 * 2.0 * 9.0) / 18.0;
  ExpectClose(kendall.p_value, std::erfc(s / std::sqrt(2.0 * variance)));
  // Without ties, 1001 points.
  std::mt19937 random(3);
  Points many;
  for (int i = 0; i < 1001; ++i)
    many.push_back({static_cast<double>(i), static_cast<double>(random())});
  const RankCorrelation normal = Kendall(many);
  EXPECT_FALSE(normal.exact);
  many.pop_back();
  const RankCorrelation exact = Kendall(many);
  EXPECT_TRUE(exact.exact);
  EXPECT_NEAR(normal.p_value, exact.p_value, 0.05);
  ExpectClose(exact.p_value,
              std::erfc(std::abs(exact.coefficient) * 499500.0 /
                        std::sqrt(2.0 * 1000.0 * 999.0 * 2005.0 / 18.0)),
              2e-3);
}

TEST(RankCorrelation, PerfectOrder) {
  for (const int n : {2, 3, 9, 12, 13, 30, 100}) {
    SCOPED_TRACE(n);
    const double expected = 2.0 * std::exp(-std::lgamma(n + 1.0));
    for (const double slope : {2.0, -0.5}) {
      const RankCorrelation spearman = Spearman(Line(n, slope));
      EXPECT_EQ(spearman.coefficient, slope > 0.0 ? 1.0 : -1.0);
      EXPECT_TRUE(spearman.exact);
      ExpectClose(spearman.p_value, expected, 1e-11);
      const RankCorrelation kendall = Kendall(Line(n, slope));
      EXPECT_EQ(kendall.coefficient, slope > 0.0 ? 1.0 : -1.0);
      ExpectClose(kendall.p_value, expected, 1e-11);
    }
  }
  // The same ties in both: 2! of 14! orders agree, none opposes.
  Points points = Line(14, 1.0);
  points[1] = points[0];
  const RankCorrelation tied = Spearman(points);
  EXPECT_EQ(tied.coefficient, 1.0);
  EXPECT_TRUE(tied.exact);
  ExpectClose(tied.p_value, 2.0 * std::exp(-std::lgamma(15.0)), 1e-11);
}

TEST(Pearson, IntervalAndItsAbsence) {
  const PearsonCorrelation four = Pearson(Points{{1, 1}, {2, 3}, {3, 2}, {4, 5}});
  EXPECT_FALSE(four.interval);
  EXPECT_EQ(four.no_interval, "4 points; an interval needs at least 5");
  const PearsonCorrelation line = Pearson(Line(9, -0.3));
  EXPECT_NEAR(line.r, -1.0, 1e-15);
  EXPECT_FALSE(line.interval);
  EXPECT_EQ(line.no_interval, "all points are on one line");
  const PearsonCorrelation wide = Pearson(kLadder, 0.005);
  const PearsonCorrelation narrow = Pearson(kLadder, 0.1);
  ASSERT_TRUE(wide.interval && narrow.interval);
  EXPECT_EQ(narrow.no_interval, "");
  EXPECT_EQ(narrow.interval->alpha, 0.1);
  EXPECT_LT(wide.interval->lower, narrow.interval->lower);
  EXPECT_LT(narrow.interval->lower, narrow.r);
  EXPECT_LT(narrow.r, narrow.interval->upper);
  EXPECT_LT(narrow.interval->upper, wide.interval->upper);
}

TEST(Pearson, ScaleDoesNotMatter) {
  const double r = Pearson(kLadder).r;
  for (const double scale : {0x1p-1000, 0x1p1000}) {  // Of which the squares are 0 and infinite.
    Points points = kLadder;
    for (Point& point : points) point = {point.x * scale, point.y / scale};
    EXPECT_EQ(Pearson(points).r, r);
  }
  Points far = kLadder;
  for (Point& point : far) point.x += 1e6;
  ExpectClose(Pearson(far).r, r);
}

TEST(Correlation, Errors) {
  for (const auto& [name, call] : {std::pair<std::string, std::function<void(const Points&)>>{
                                       "Pearson", [](const Points& points) { Pearson(points); }},
                                   {"Spearman", [](const Points& points) { Spearman(points); }},
                                   {"Kendall", [](const Points& points) { Kendall(points); }}}) {
    const auto expect = [&, &function = call, &where = name](ErrorCode code, const char* text,
                                                             const Points& points) {
      ExpectError(code, where + ": " + text, [&] { function(points); });
    };
    expect(ErrorCode::kInvalidArgument, "a correlation needs at least 2 points, got 0", {});
    expect(ErrorCode::kInvalidArgument, "a correlation needs at least 2 points, got 1", {{1, 2}});
    expect(ErrorCode::kInvalidArgument, "points[1].x is nan", {{1, 2}, {kNaN, 3}});
    expect(ErrorCode::kInvalidArgument, "points[2].y is -inf", {{1, 2}, {2, 3}, {3, -kInfinity}});
    expect(ErrorCode::kUndefined, "the correlation is undefined: every x is 1", {{1, 2}, {1, 3}});
    expect(ErrorCode::kUndefined, "the correlation is undefined: every y is 2", {{1, 2}, {5, 2}});
    expect(ErrorCode::kInvalidArgument, "1000001 points", Points(1'000'001));
  }
  ExpectError(ErrorCode::kInvalidArgument, "Pearson: alpha is 0.95",
              [] { Pearson(kLadder, 0.95); });
}

}  // namespace
}  // namespace gatetest
