#include "gatetest/planning.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <vector>

#include "gatetest/intervals.h"
#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using testing_support::ExpectClose;
using testing_support::ExpectError;
using testing_support::kInfinity;
using testing_support::kNaN;

TEST(NormalQuantile, Values) {
  EXPECT_EQ(NormalQuantile(0.5), 0.0);
  ExpectClose(NormalQuantile(0.8), 0.84162123357291442, 1e-14);
  ExpectClose(NormalQuantile(0.95), 1.6448536269514722, 1e-14);
  ExpectClose(NormalQuantile(0.025), -1.9599639845400545, 1e-14);
  EXPECT_LT(NormalQuantile(1e-320), -38.0);
  for (const double probability : {0.0, 1.0, -1.0, 2.0, kNaN}) {
    ExpectError(ErrorCode::kInvalidArgument, "NormalQuantile: probability is",
                [=] { NormalQuantile(probability); });
  }
}

TEST(ObservationsToDecide, Golden) {
  const double t = TangStatistic({.both = 330, .lost = 40, .gained = 10, .neither = 120}, 0.9);
  ExpectClose(t, 0.998280683544);
  EXPECT_EQ(ObservationsToDecide(500, t, 0.05), 3102.0);
  EXPECT_EQ(ObservationsToDecide(500, -t, 0.05), 3102.0);
}

TEST(ObservationsToDecide, Edges) {
  EXPECT_EQ(ObservationsToDecide(500, 0.0, 0.05), kInfinity);
  EXPECT_EQ(ObservationsToDecide(500, 1e-300, 0.05), kInfinity);
  EXPECT_EQ(ObservationsToDecide(500, kInfinity, 0.05), 0.0);
  const auto code = ErrorCode::kInvalidArgument;
  ExpectError(code, "n is 0 and z is 1", [] { ObservationsToDecide(0, 1, 0.05); });
  ExpectError(code, "z is nan", [] { ObservationsToDecide(10, kNaN, 0.05); });
  ExpectError(code, "ObservationsToDecide: alpha is 0.5", [] { ObservationsToDecide(10, 1, 0.5); });
}

TEST(PlanRetention, MorePowerAndANearerTruthNeedMore) {
  const RetentionPlan plan = {.baseline_accuracy = 0.75, .retention = 0.95, .gained = 0.025};
  RetentionPlan strong = plan;
  strong.power = 0.9;
  EXPECT_GT(PlanRetention(strong).samples, PlanRetention(plan).samples);
  RetentionPlan strict = plan;
  strict.alpha = 0.01;
  EXPECT_GT(PlanRetention(strict).samples, PlanRetention(plan).samples);
  RetentionPlan near = plan;
  near.retention = 0.93;
  EXPECT_GT(PlanRetention(near).samples, PlanRetention(plan).samples);
  RetentionPlan bad = plan;  // To fail.
  bad.retention = 0.85;
  EXPECT_GT(PlanRetention(bad).samples, 0);
}

TEST(PlanRetention, TheVarianceAtTheLimitIsTangs) {
  // T = n (R - limit) b / sqrt(n s0^2) for counts at the plan's shares.
  const SamplePlan plan =
      PlanRetention({.baseline_accuracy = 0.75, .retention = 0.96, .gained = 0.02, .limit = 0.9});
  const PairedCounts counts{.both = 700, .lost = 50, .gained = 20, .neither = 230};
  ExpectClose(TangStatistic(counts, 0.9),
              1000.0 * 0.06 * 0.75 / std::sqrt(1000.0 * plan.variance_at_limit));
}

TEST(PlanRetention, Edges) {
  // Same answers: both keep all, and the two variances are those of b (1 - limit).
  const SamplePlan same = PlanRetention({.baseline_accuracy = 1.0});
  EXPECT_EQ(same.variance_at_truth, 0.0);
  EXPECT_GE(same.samples, 1);
  EXPECT_GE(PlanRetention({.baseline_accuracy = 0.5, .retention = 0.0}).samples, 1);
  EXPECT_GE(PlanRetention({.baseline_accuracy = 0.5, .retention = 2.0, .gained = 0.5}).samples, 1);
  // 0.1 + 0.2 is not 0.3 in double: that must not be an impossible share.
  EXPECT_GE(PlanRetention({.baseline_accuracy = 0.1, .retention = 3.0, .gained = 0.2}).samples, 1);
}

TEST(PlanRetention, Errors) {
  const auto code = ErrorCode::kInvalidArgument;
  const RetentionPlan good = {.baseline_accuracy = 0.75, .retention = 0.95, .gained = 0.025};
  const auto expect = [&](const char* text, double RetentionPlan::*field, double value) {
    RetentionPlan plan = good;
    plan.*field = value;
    ExpectError(code, text, [&] { PlanRetention(plan); });
  };
  for (const double bad : {-0.1, kNaN, kInfinity}) {
    expect("PlanRetention: baseline_accuracy is", &RetentionPlan::baseline_accuracy, bad);
    expect("PlanRetention: retention is", &RetentionPlan::retention, bad);
    expect("PlanRetention: gained is", &RetentionPlan::gained, bad);
    expect("PlanRetention: limit is", &RetentionPlan::limit, bad);
    expect("PlanRetention: alpha is", &RetentionPlan::alpha, bad);
    expect("PlanRetention: power is", &RetentionPlan::power, bad);
  }
  expect("baseline_accuracy is 0;", &RetentionPlan::baseline_accuracy, 0.0);
  expect("gained is 0.3, but the baseline has only 0.25 wrong", &RetentionPlan::gained, 0.3);
  expect("has at most 0.775 right", &RetentionPlan::retention, 1.3);
  expect("gained is 0.025, but with this retention the candidate has only",
         &RetentionPlan::retention, 0.01);
  expect("power is 0.4", &RetentionPlan::power, 0.4);
  expect("power is 1", &RetentionPlan::power, 1.0);
  expect("no number of samples decides", &RetentionPlan::limit, 0.95);
  expect("no number of samples decides", &RetentionPlan::limit, 0.95 + 1e-14);
}

TEST(PlanShare, Values) {
  // (1.6448536 sqrt(0.9 0.1) + 0.8416212 sqrt(0.95 0.05))^2 / 0.05^2 = 183.2.
  const SamplePlan plan = PlanShare({.share = 0.95, .limit = 0.9});
  EXPECT_EQ(plan.samples, 184);
  EXPECT_DOUBLE_EQ(plan.variance_at_limit, 0.09);
  ExpectClose(plan.variance_at_truth, 0.0475);
  // Turned over, the same.
  EXPECT_EQ(PlanShare({.share = 0.05, .limit = 0.1}).samples, plan.samples);
  // To fail.
  EXPECT_GT(PlanShare({.share = 0.85, .limit = 0.9}).samples, plan.samples);
  EXPECT_GE(PlanShare({.share = 1.0, .limit = 0.9}).samples, 1);
  EXPECT_GE(PlanShare({.share = 0.0, .limit = 0.02}).samples, 1);
}

TEST(PlanShare, Errors) {
  const auto code = ErrorCode::kInvalidArgument;
  for (const double share : {-0.1, 1.1, kNaN}) {
    ExpectError(code, "PlanShare: share is", [=] { PlanShare({.share = share, .limit = 0.5}); });
  }
  for (const double limit : {0.0, 1.0, 90.0, kNaN}) {
    ExpectError(code, "PlanShare: limit is", [=] { PlanShare({.share = 0.5, .limit = limit}); });
  }
  ExpectError(code, "no number of samples decides",
              [] { PlanShare({.share = 0.9, .limit = 0.9}); });
  ExpectError(code, "PlanShare: alpha is 0.5",
              [] { PlanShare({.share = 0.9, .limit = 0.8, .alpha = 0.5}); });
}

TEST(PlanDifference, TheVarianceAtTheLimitIsTangos) {
  const SamplePlan plan = PlanDifference({.lost = 0.05, .gained = 0.02, .limit = 0.06});
  ExpectClose(plan.variance_at_truth, 0.07 - 0.0009);
  // T = n (difference - at) / sqrt(n s0^2), at = -limit.
  const PairedCounts counts{.both = 700, .lost = 50, .gained = 20, .neither = 230};
  ExpectClose(TangoStatistic(counts, -0.06),
              1000.0 * (-0.03 + 0.06) / std::sqrt(1000.0 * plan.variance_at_limit));
  const double needed = (NormalQuantile(0.95) * std::sqrt(plan.variance_at_limit) +
                         NormalQuantile(0.8) * std::sqrt(plan.variance_at_truth)) /
                        0.03;
  EXPECT_EQ(static_cast<double>(plan.samples), std::ceil(needed * needed));
  // No margin: McNemar's variance.
  ExpectClose(PlanDifference({.lost = 0.05, .gained = 0.02}).variance_at_limit, 0.07);
  EXPECT_GE(PlanDifference({.limit = 0.02}).samples, 1);  // Models that never differ.
  EXPECT_GE(PlanDifference({.lost = 1.0, .limit = 0.02}).samples, 1);
}

TEST(PlanDifference, Errors) {
  const auto code = ErrorCode::kInvalidArgument;
  ExpectError(code, "PlanDifference: lost is nan", [] { PlanDifference({.lost = kNaN}); });
  ExpectError(code, "PlanDifference: gained is 5", [] { PlanDifference({.gained = 5.0}); });
  ExpectError(code, "cannot be more than 1 together",
              [] { PlanDifference({.lost = 0.6, .gained = 0.5}); });
  for (const double limit : {-1.0, 1.0, kNaN}) {
    ExpectError(code, "PlanDifference: limit is",
                [=] { PlanDifference({.lost = 0.1, .limit = limit}); });
  }
  ExpectError(code, "no number of samples decides", [] { PlanDifference({}); });
  // 0.05 - 0.03 is 0.02 only to rounding.
  ExpectError(code, "no number of samples decides",
              [] { PlanDifference({.lost = 0.05, .gained = 0.03, .limit = 0.02}); });
}

TEST(PlanClusters, Values) {
  // ((1.6448536 + 0.8416212) 0.1 / 0.02)^2 = 154.6.
  const SamplePlan plan = PlanClusters({.mean = 0.0, .limit = 0.02, .standard_deviation = 0.1});
  EXPECT_EQ(plan.samples, 155);
  EXPECT_DOUBLE_EQ(plan.variance_at_limit, 0.01);
  EXPECT_EQ(plan.variance_at_limit, plan.variance_at_truth);
  EXPECT_EQ(PlanClusters({.mean = 0.04, .limit = 0.02, .standard_deviation = 0.1}).samples, 155);
}

TEST(PlanClusters, Errors) {
  const auto code = ErrorCode::kInvalidArgument;
  for (const double bad : {kNaN, kInfinity}) {
    ExpectError(code, "PlanClusters: mean is",
                [=] { PlanClusters({.mean = bad, .limit = 1.0, .standard_deviation = 1.0}); });
    ExpectError(code, "PlanClusters: limit is",
                [=] { PlanClusters({.mean = 1.0, .limit = bad, .standard_deviation = 1.0}); });
  }
  for (const double bad : {0.0, -1.0, kNaN, kInfinity}) {
    ExpectError(code, "PlanClusters: standard_deviation is",
                [=] { PlanClusters({.limit = 1.0, .standard_deviation = bad}); });
  }
  ExpectError(code, "no number of samples decides",
              [] { PlanClusters({.mean = 1.0, .limit = 1.0, .standard_deviation = 1.0}); });
}

}  // namespace
}  // namespace gatetest
