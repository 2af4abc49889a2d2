#include "src/statistics/design_effect.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "gatetest/error.h"

namespace gatetest::internal {
namespace {

Design Both(const Widening& widening) { return {.estimated = widening, .worst = widening}; }

/// `right` of `size` in each cluster.
ClusterCounts Clusters(const std::vector<double>& right, double size) {
  return {.values = right,
          .weights = std::vector<double>(right.size(), size),
          .sizes = std::vector<double>(right.size(), size)};
}

/// `wrong` clusters without a right sample, the rest all right.
std::vector<double> AllOrNothing(std::size_t clusters, std::size_t wrong, double size) {
  std::vector<double> right(clusters, size);
  for (std::size_t i = 0; i < wrong; ++i) right[i] = 0.0;
  return right;
}

TEST(Design, OfClustersOfOneIsIndependence) {
  // 30 samples, 24 right: the jackknife-like variance is D/(D-1) times p(1-p)/n.
  const Design design = DesignOf(Clusters(AllOrNothing(30, 6, 1.0), 1.0), 0.8 * 0.2 / 30.0);
  EXPECT_NEAR(design.estimated.effect, 30.0 / 29.0, 1e-12);
}

TEST(Design, OfClustersOfOneMindIsTheirSize) {
  // 40 clusters of 5, all right or all wrong: five times the variance.
  const ClusterCounts counts = Clusters(AllOrNothing(40, 8, 5.0), 5.0);
  EXPECT_NEAR(DesignOf(counts, 0.8 * 0.2 / 200.0).estimated.effect, 5.0 * 40.0 / 39.0, 1e-12);
}

TEST(Design, WithoutSpreadTakesClustersToBeOfOneMind) {
  const Design alike = DesignOf(Clusters(AllOrNothing(40, 0, 5.0), 5.0), 0.0);
  EXPECT_EQ(alike.estimated.effect, 5.0);
  EXPECT_EQ(alike.estimated.degrees, 39.0);
  // Of unequal ones the large ones count for more: (2 * 1 + 2 * 81) / 20.
  const std::vector<double> sizes = {1.0, 9.0, 1.0, 9.0};
  EXPECT_EQ(DesignOf({.values = sizes, .weights = sizes, .sizes = sizes}, 0.0).estimated.effect,
            8.2);
}

TEST(Design, HasTheDegreesOfTheClustersThatItRestsOn) {
  // One wrong cluster of 100 is one degree and a little, fifty are nearly all.
  EXPECT_NEAR(DesignOf(Clusters(AllOrNothing(100, 1, 5.0), 5.0), 0.01).estimated.degrees, 1.0,
              0.03);
  EXPECT_NEAR(DesignOf(Clusters(AllOrNothing(100, 5, 5.0), 5.0), 0.01).estimated.degrees, 5.5, 0.1);
  EXPECT_EQ(DesignOf(Clusters(AllOrNothing(100, 50, 5.0), 5.0), 0.01).estimated.degrees, 99.0);
}

TEST(Design, IsNeverBetterThanIndependence) {
  // Every cluster has 4 of 5 right, but for one.
  std::vector<double> right(40, 4.0);
  right[0] = 5.0;
  EXPECT_EQ(DesignOf(Clusters(right, 5.0), 0.8 * 0.2 / 200.0).estimated.effect, 1.0);
}

TEST(Design, OfOneClusterIsAnError) {
  EXPECT_THROW(DesignOf({.values = {4.0}, .weights = {5.0}, .sizes = {5.0}}, 0.01), Error);
  EXPECT_THROW(DesignOf({.values = {4.0, 0.0}, .weights = {5.0, 0.0}, .sizes = {5.0, 5.0}}, 0.01),
               Error);
}

TEST(ClusteredShare, WithoutClustersIsClopperPearson) {
  const Design none = Both({.effect = 1.0, .degrees = 99.0});
  const Interval clustered = ClusteredShare(80, 100, none, 0.05);
  const Interval exact = ClopperPearson(80, 100, 0.05);
  EXPECT_NEAR(clustered.lower, exact.lower, 1e-12);
  EXPECT_NEAR(clustered.upper, exact.upper, 1e-12);
}

TEST(ClusteredShare, IsTheIntervalOfTheEffectiveCounts) {
  // Effect 2 halves the counts; the rest is for 100 clusters in place of 400 samples.
  const Interval interval = ClusteredShare(320, 400, Both({.effect = 2.0, .degrees = 99.0}), 0.05);
  const Interval half = ClopperPearson(160, 200, 0.05);
  EXPECT_LT(interval.lower, half.lower);
  EXPECT_NEAR(interval.lower, half.lower, 1e-3);
  EXPECT_GT(interval.upper, half.upper);
  EXPECT_NEAR(interval.upper, half.upper, 1e-3);
  EXPECT_EQ(ClusteredShare(0, 400, Both({.effect = 2.0, .degrees = 99.0}), 0.05).lower, 0.0);
  EXPECT_EQ(ClusteredShare(400, 400, Both({.effect = 2.0, .degrees = 99.0}), 0.05).upper, 1.0);
}

TEST(ClusteredShare, PValuesAreSmallExactlyWhereTheBoundClears) {
  for (const std::int64_t successes : {0, 1, 57, 199, 200}) {
    for (const double alpha : {0.001, 0.05, 0.3}) {
      const Design design = Both({.effect = 1.7, .degrees = 39.0});
      const Interval interval = ClusteredShare(successes, 200, design, alpha);
      for (double limit = 0.0; limit <= 1.0; limit += 0.03125) {
        const PValues p = ClusteredSharePValues(successes, 200, design, limit, alpha);
        EXPECT_EQ(p.above<alpha, interval.lower> limit) << successes << " " << limit;
        EXPECT_EQ(p.below < alpha, interval.upper < limit) << successes << " " << limit;
      }
    }
  }
}

TEST(ClusteredRetention, WithoutClustersIsTangsWithStudentsT) {
  const PairedCounts counts{.both = 700, .lost = 50, .gained = 20, .neither = 230};
  const Interval tang = TangRetention(counts, 0.05);
  const Interval many = ClusteredRetention(counts, Both({.effect = 1.0, .degrees = 1e6}), 0.05);
  EXPECT_NEAR(many.lower, tang.lower, 1e-6);
  EXPECT_NEAR(many.upper, tang.upper, 1e-6);
  EXPECT_EQ(many.alpha, 0.05);
  const Interval few = ClusteredRetention(counts, Both({.effect = 1.0, .degrees = 29.0}), 0.05);
  EXPECT_LT(few.lower, tang.lower);
}

TEST(ClusteredRetention, TheBoundHasTheStatisticOfItsQuantile) {
  // At a bound, T / sqrt(effect) is the quantile of t(39): 1.684875 at 0.05.
  const PairedCounts counts{.both = 140, .lost = 20, .gained = 5, .neither = 35};
  const Design design = Both({.effect = 2.5, .degrees = 39.0});
  const Interval interval = ClusteredRetention(counts, design, 0.05);
  EXPECT_NEAR(TangStatistic(counts, interval.lower) / std::sqrt(2.5), 1.684875, 1e-5);
  EXPECT_NEAR(TangStatistic(counts, interval.upper) / std::sqrt(2.5), -1.684875, 1e-5);
  EXPECT_NEAR(ClusteredScorePValues(TangStatistic(counts, interval.lower), design).above, 0.05,
              1e-9);
  const Interval difference = ClusteredDifference(counts, design, 0.05);
  EXPECT_NEAR(TangoStatistic(counts, difference.lower) / std::sqrt(2.5), 1.684875, 1e-5);
}

TEST(ClusteredRetention, StandsAnyDesignEffect) {
  const PairedCounts counts{.both = 140, .lost = 20, .gained = 5, .neither = 35};
  const Interval interval = ClusteredRetention(counts, Both({.effect = 1e6, .degrees = 1.0}), 0.01);
  EXPECT_GE(interval.lower, 0.0);
  EXPECT_LT(interval.lower, 0.2);
}

}  // namespace
}  // namespace gatetest::internal
