#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "gatetest/intervals.h"
#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using testing_support::ExpectClose;
using testing_support::ExpectError;
using testing_support::kInfinity;
using testing_support::kNaN;

const std::vector<double> kNll = {250.0, 510.5, 130.25, 900.0, 75.5, 333.0};
const std::vector<double> kBaselineNll = {245.0, 505.0, 131.0, 880.0, 74.0, 330.0};
const std::vector<double> kTokens = {100, 200, 50, 400, 25, 128};

TEST(ClusterRatioInterval, GoldenPerplexity) {
  const ClusterRatio result = ClusterRatioInterval(kNll, kTokens, 0.05);
  ExpectClose(result.ratio, 2.43549280177);
  ExpectClose(result.standard_error, 0.141596875674);
  ExpectClose(result.lower, 2.15016824787);
  ExpectClose(result.upper, 2.72081735567);
  ExpectClose(std::exp(result.ratio), 11.4214458355);
  ExpectClose(std::exp(result.lower), 8.58630290283);
  ExpectClose(std::exp(result.upper), 15.1927350396);
}

TEST(ClusterRatioInterval, GoldenPerplexityRatio) {
  std::vector<double> differences;
  for (std::size_t d = 0; d < kNll.size(); ++d) differences.push_back(kNll[d] - kBaselineNll[d]);
  const ClusterRatio result = ClusterRatioInterval(differences, kTokens, 0.05);
  ExpectClose(result.ratio, 0.0379291251384);
  ExpectClose(result.standard_error, 0.00995636472129);
  ExpectClose(std::exp(result.ratio), 1.03865761555);
  ExpectClose(std::exp(result.lower), 1.01802713055);
  ExpectClose(std::exp(result.upper), 1.05970618069);
}

TEST(ClusterRatioInterval, EqualWeightsGiveTheStudentInterval) {
  // The mean of 1, 2, 3, 6: s^2 = 14/3, SE = s/2, t(0.95, 3) = 2.3533634348.
  const ClusterRatio result =
      ClusterRatioInterval(std::vector{1.0, 2.0, 3.0, 6.0}, std::vector(4, 1.0), 0.05);
  ExpectClose(result.ratio, 3.0, 1e-15);
  ExpectClose(result.standard_error, std::sqrt(14.0 / 12.0), 1e-14);
  ExpectClose(result.upper, 3.0 + 2.3533634348 * std::sqrt(14.0 / 12.0), 1e-10);
  ExpectClose(result.lower, 3.0 - 2.3533634348 * std::sqrt(14.0 / 12.0), 1e-9);
}

TEST(ClusterRatioInterval, NoSpreadIsAPoint) {
  const ClusterRatio result =
      ClusterRatioInterval(std::vector{2.0, 4.0}, std::vector{1.0, 2.0}, 0.05);
  EXPECT_EQ(result.standard_error, 0.0);
  EXPECT_EQ(result.lower, 2.0);
  EXPECT_EQ(result.upper, 2.0);
}

TEST(ClusterRatioInterval, AClusterMayWeighNothing) {
  const std::vector<double> values = {0.5, 0.25, 0.75};
  const std::vector<double> weights = {1.0, 0.0, 1.0};
  EXPECT_DOUBLE_EQ(ClusterRatioInterval(values, weights, 0.05).ratio, 0.75);
}

TEST(ClusterRatioInterval, Errors) {
  using Numbers = std::vector<double>;
  struct Row {
    const char* text;
    Numbers values, weights;
  };
  for (const Row& row :
       {Row{"3 values but 2 weights", {1, 2, 3}, {1, 1}},
        Row{"ClusterRatioInterval: a standard error needs at least 2 clusters, got 0", {}, {}},
        Row{"at least 2 clusters, got 1", {1}, {1}}, Row{"no finite interval", {1, 2}, {1, 0}},
        Row{"weights[0] is -1", {1, 2}, {-1, 2}}, Row{"weights[1] is nan", {1, 2}, {1, kNaN}},
        Row{"weights[1] is inf", {1, 2}, {1, kInfinity}},
        Row{"values[1] is nan", {1, kNaN}, {1, 1}},
        Row{"values[0] is -inf", {-kInfinity, 2}, {1, 1}},
        Row{"one cluster outweighs all others", {1, 2}, {1e20, 1}},
        Row{"no finite interval (sum of values inf", {1e308, 1e308}, {1, 1}}}) {
    ExpectError(ErrorCode::kInvalidArgument, row.text,
                [&] { ClusterRatioInterval(row.values, row.weights, 0.05); });
  }
  ExpectError(ErrorCode::kInvalidArgument, "ClusterRatioInterval: alpha is 0",
              [] { ClusterRatioInterval(kNll, kTokens, 0.0); });
}

struct Clusters {
  std::vector<double> values, weights;

  void Shuffle(std::mt19937& random) {
    for (std::size_t i = values.size(); i > 1; --i) {
      const std::size_t j = random() % i;
      std::swap(values[i - 1], values[j]);
      std::swap(weights[i - 1], weights[j]);
    }
  }
};

Clusters Random(std::size_t count, std::mt19937& random) {
  Clusters clusters;
  for (std::size_t d = 0; d < count; ++d) {
    clusters.weights.push_back(static_cast<double>(1 + random() % 500));
    clusters.values.push_back(clusters.weights.back() *
                              std::ldexp(static_cast<double>(random()), -30) *
                              std::pow(10.0, static_cast<double>(random() % 7) - 3.0));
  }
  return clusters;
}

TEST(ClusterRatioInterval, TheOrderOfTheClustersChangesNoBit) {
  std::mt19937 random(20240607);
  for (int repeat = 0; repeat < 50; ++repeat) {
    Clusters clusters = Random(2 + random() % 200, random);
    const ClusterRatio ratio = ClusterRatioInterval(clusters.values, clusters.weights, 0.05);
    const SkewedRatio skewed = HallRatioInterval(clusters.values, clusters.weights, 0.05);
    clusters.Shuffle(random);
    const ClusterRatio ratio2 = ClusterRatioInterval(clusters.values, clusters.weights, 0.05);
    const SkewedRatio skewed2 = HallRatioInterval(clusters.values, clusters.weights, 0.05);
    EXPECT_EQ(ratio.ratio, ratio2.ratio);
    EXPECT_EQ(ratio.standard_error, ratio2.standard_error);
    EXPECT_EQ(ratio.lower, ratio2.lower);
    EXPECT_EQ(ratio.upper, ratio2.upper);
    EXPECT_EQ(skewed.ratio, skewed2.ratio);
    EXPECT_EQ(skewed.skewness, skewed2.skewness);
    EXPECT_EQ(skewed.lower, skewed2.lower);
    EXPECT_EQ(skewed.upper, skewed2.upper);
  }
}

TEST(ClusterRatioInterval, IsNestedInAlpha) {
  std::mt19937 random(7);
  const Clusters clusters = Random(40, random);
  const ClusterRatio wide = ClusterRatioInterval(clusters.values, clusters.weights, 0.01);
  const ClusterRatio narrow = ClusterRatioInterval(clusters.values, clusters.weights, 0.1);
  EXPECT_LT(wide.lower, narrow.lower);
  EXPECT_GT(wide.upper, narrow.upper);
  EXPECT_EQ(wide.standard_error, narrow.standard_error);
}

// G as it is published, by division by the skewness.
double PublishedG(double y, double skewness, double clusters) {
  return 3.0 / skewness * (std::cbrt(1.0 + skewness * (y - skewness / (6.0 * clusters))) - 1.0);
}

TEST(HallRatioInterval, AgreesWithThePublishedFormula) {
  std::mt19937 random(1992);
  for (int repeat = 0; repeat < 200; ++repeat) {
    const Clusters clusters = Random(3 + random() % 60, random);
    const SkewedRatio result = HallRatioInterval(clusters.values, clusters.weights, 0.05);
    const ClusterRatio ratio = ClusterRatioInterval(clusters.values, clusters.weights, 0.05);
    const double n = static_cast<double>(clusters.values.size());
    const double total = std::accumulate(clusters.weights.begin(), clusters.weights.end(), 0.0);
    EXPECT_EQ(result.ratio, ratio.ratio);
    std::vector<double> psi;
    for (std::size_t d = 0; d < clusters.values.size(); ++d) {
      const double e = clusters.values[d] - result.ratio * clusters.weights[d];
      const double h = clusters.weights[d] / total;
      psi.push_back(result.ratio + n / total * e / (1.0 - h));
    }
    const double mean = std::accumulate(psi.begin(), psi.end(), 0.0) / n;
    double squares = 0.0;
    double cubes = 0.0;
    for (const double p : psi) {
      squares += (p - mean) * (p - mean);
      cubes += (p - mean) * (p - mean) * (p - mean);
    }
    const double skewness = cubes / n / std::pow(squares / n, 1.5);
    EXPECT_NEAR(result.skewness, skewness, 1e-9);
    const double s = std::sqrt(squares / (n - 1.0));
    // The t quantile, from the interval that is tested above.
    const double t = (ratio.upper - ratio.ratio) / ratio.standard_error;
    const double y = t / std::sqrt(n);
    if (std::abs(skewness) < 1e-3) continue;
    EXPECT_NEAR(result.lower, result.ratio - s * PublishedG(y, skewness, n), 1e-8 * s);
    EXPECT_NEAR(result.upper, result.ratio - s * PublishedG(-y, skewness, n), 1e-8 * s);
    const SkewedRatio wider = HallRatioInterval(clusters.values, clusters.weights, 0.01);
    EXPECT_LT(wider.lower, result.lower);
    EXPECT_GT(wider.upper, result.upper);
  }
}

TEST(HallRatioInterval, WithoutSkewnessItIsTheStudentInterval) {
  // Equal weights: psi_d = mean + (x_d - mean) D/(D-1), whose s/sqrt(D) is the CR3 standard error
  // times sqrt(D/(D-1)) sqrt((D-1)/D) = 1 up to that factor.
  const std::vector<double> values = {1.0, 2.0, 3.0, 4.0, 5.0};
  const std::vector<double> weights(5, 1.0);
  const SkewedRatio hall = HallRatioInterval(values, weights, 0.05);
  EXPECT_EQ(hall.skewness, 0.0);
  EXPECT_DOUBLE_EQ(hall.ratio, 3.0);
  // s = sqrt(2.5) 5/4, t(0.95, 4) = 2.1318467863.
  const double margin = 2.1318467863 * std::sqrt(2.5) * 1.25 / std::sqrt(5.0);
  ExpectClose(hall.lower, 3.0 - margin);
  ExpectClose(hall.upper, 3.0 + margin);
  // Next to no skewness: the limit, not noise.
  std::vector<double> almost = values;
  almost[4] += 1e-13;
  const SkewedRatio near = HallRatioInterval(almost, weights, 0.05);
  ExpectClose(near.lower, hall.lower);
  ExpectClose(near.upper, hall.upper);
}

TEST(HallRatioInterval, ALongTailMovesBothBoundsTowardIt) {
  std::vector<double> values(60, 1.0);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] += 0.001 * static_cast<double>(i);
  values[7] = 50.0;
  const std::vector<double> weights(values.size(), 1.0);
  const SkewedRatio hall = HallRatioInterval(values, weights, 0.05);
  const ClusterRatio student = ClusterRatioInterval(values, weights, 0.05);
  EXPECT_GT(hall.skewness, kMostSkewness);
  EXPECT_GT(hall.upper, student.upper);
  EXPECT_GT(hall.lower, student.lower);
  // The other way round it is the other way round.
  for (double& value : values) value = -value;
  const SkewedRatio turned = HallRatioInterval(values, weights, 0.05);
  EXPECT_DOUBLE_EQ(turned.lower, -hall.upper);
  EXPECT_DOUBLE_EQ(turned.upper, -hall.lower);
  EXPECT_DOUBLE_EQ(turned.skewness, -hall.skewness);
}

TEST(HallRatioInterval, EqualClustersAreAPoint) {
  const SkewedRatio result =
      HallRatioInterval(std::vector{2.0, 4.0, 1.0}, std::vector{1.0, 2.0, 0.5}, 0.05);
  EXPECT_EQ(result.ratio, 2.0);
  EXPECT_EQ(result.lower, 2.0);
  EXPECT_EQ(result.upper, 2.0);
  EXPECT_EQ(result.skewness, 0.0);
}

TEST(HallRatioInterval, Errors) {
  const auto code = ErrorCode::kInvalidArgument;
  const std::vector<double> one = {1.0};
  const std::vector<double> two = {1.0, 2.0};
  ExpectError(code, "HallRatioInterval: 2 values but 1 weights",
              [&] { HallRatioInterval(two, one, 0.05); });
  ExpectError(code, "HallRatioInterval: a standard error needs at least 2 clusters, got 1",
              [&] { HallRatioInterval(one, one, 0.05); });
  ExpectError(code, "HallRatioInterval: values[1] is nan", [&] {
    HallRatioInterval(std::vector{1.0, kNaN}, two, 0.05);
  });
  ExpectError(code, "HallRatioInterval: weights[0] is inf", [&] {
    HallRatioInterval(two, std::vector{kInfinity, 1.0}, 0.05);
  });
  ExpectError(code, "HallRatioInterval: no finite interval", [&] {
    HallRatioInterval(two, std::vector{1.0, 0.0}, 0.05);
  });
  ExpectError(code, "HallRatioInterval: alpha is 0.5", [&] { HallRatioInterval(two, two, 0.5); });
}

}  // namespace
}  // namespace gatetest
