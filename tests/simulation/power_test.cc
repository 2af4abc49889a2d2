// The sizes that are planned have the power that they are planned for.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <vector>

#include "gatetest/intervals.h"
#include "gatetest/planning.h"
#include "tests/simulation/errors.h"
#include "tests/simulation/exact.h"
#include "tests/simulation/random.h"

namespace gatetest::simulation {
namespace {

constexpr double kLeastPower = 0.77;

double Z() { return NormalQuantile(1.0 - kAlpha); }

TEST(Power, Retention) {
  const std::vector<RetentionPlan> plans = {
      {.baseline_accuracy = 0.75, .retention = 0.95, .gained = 0.025, .limit = 0.9},
      {.baseline_accuracy = 0.75, .retention = 1.0, .gained = 0.02, .limit = 0.95},
      {.baseline_accuracy = 0.95, .retention = 0.98, .gained = 0.01, .limit = 0.95},
      {.baseline_accuracy = 0.5, .retention = 0.95, .gained = 0.1, .limit = 0.9},
      {.baseline_accuracy = 0.75, .retention = 0.85, .gained = 0.025, .limit = 0.9}};
  for (const RetentionPlan& plan : plans) {
    const std::int64_t n = PlanRetention(plan).samples;
    const Errors decided = PairedErrors(
        n, Retaining(plan.baseline_accuracy, plan.retention, plan.gained), Z(),
        [&](std::int64_t both, std::int64_t lost, std::int64_t gained) {
          return TangStatistic({.both = both, .lost = lost, .gained = gained}, plan.limit);
        });
    const double power = plan.retention > plan.limit ? decided.high : decided.low;
    std::cout << fmt::format("retention {} against {}: n = {}, power {:.3f}\n", plan.retention,
                             plan.limit, n, power);
    EXPECT_GE(power, kLeastPower) << n;
  }
}

TEST(Power, Difference) {
  const std::vector<DifferencePlan> plans = {{.lost = 0.02, .gained = 0.02, .limit = 0.02},
                                             {.lost = 0.05, .gained = 0.03, .limit = 0.05},
                                             {.lost = 0.1, .gained = 0.02, .limit = 0.05}};
  for (const DifferencePlan& plan : plans) {
    const std::int64_t n = PlanDifference(plan).samples;
    const Errors decided = DiscordantErrors(
        n, {.lost = plan.lost, .gained = plan.gained}, Z(),
        [&](std::int64_t lost, std::int64_t gained) {
          return -TangoStatistic({.lost = lost, .gained = gained, .neither = n - lost - gained},
                                 -plan.limit);
        });
    const double power = plan.lost - plan.gained > plan.limit ? decided.high : decided.low;
    std::cout << fmt::format("loss {:.3g} against {}: n = {}, power {:.3f}\n",
                             plan.lost - plan.gained, plan.limit, n, power);
    EXPECT_GE(power, kLeastPower) << n;
  }
}

TEST(Power, Share) {
  const std::vector<SharePlan> plans = {{.share = 0.9, .limit = 0.85},
                                        {.share = 0.7, .limit = 0.6},
                                        {.share = 0.8, .limit = 0.85},
                                        {.share = 0.02, .limit = 0.04},
                                        {.share = 0.95, .limit = 0.9}};
  for (const SharePlan& plan : plans) {
    // Clopper-Pearson is exact and needs these more, as planning.h says.
    const auto more = static_cast<std::int64_t>(std::ceil(1.0 / std::abs(plan.share - plan.limit)));
    const std::int64_t n = PlanShare(plan).samples + more;
    const Binomial right(n, plan.share);
    double power = 0.0;
    for (std::int64_t k = right.first(); k < right.end(); ++k) {
      const Interval interval = ClopperPearson(k, n, kAlpha);
      const bool decided =
          plan.share > plan.limit ? interval.lower > plan.limit : interval.upper < plan.limit;
      if (decided) power += right[k];
    }
    std::cout << fmt::format("share {} against {}: n = {}, power {:.3f}\n", plan.share, plan.limit,
                             n, power);
    EXPECT_GE(power, kLeastPower) << n;
  }
}

TEST(Power, Clusters) {
  constexpr int kDraws = 20000;
  const std::vector<ClusterPlan> plans = {
      {.limit = std::log(1.02), .standard_deviation = 0.05},
      {.mean = 0.01, .limit = std::log(1.02), .standard_deviation = 0.05},
      {.mean = 0.03, .limit = std::log(1.02), .standard_deviation = 0.03}};
  for (const ClusterPlan& plan : plans) {
    const auto clusters = static_cast<std::size_t>(PlanClusters(plan).samples);
    Random random(clusters);
    const std::vector<double> weights(clusters, 100.0);
    std::vector<double> values(clusters);
    int decided = 0;
    for (int i = 0; i < kDraws; ++i) {
      for (double& value : values) {
        value = 100.0 * (plan.mean + plan.standard_deviation * random.Normal());
      }
      const ClusterRatio ratio = ClusterRatioInterval(values, weights, kAlpha);
      decided += plan.mean < plan.limit ? ratio.upper < plan.limit : ratio.lower > plan.limit;
    }
    const double power = static_cast<double>(decided) / kDraws;
    std::cout << fmt::format("mean {} against {:.4f}: {} clusters, power {:.3f}\n", plan.mean,
                             plan.limit, clusters, power);
    EXPECT_GE(power, kLeastPower) << clusters;
  }
}

}  // namespace
}  // namespace gatetest::simulation
