#include "gatetest/planning.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "src/statistics/distributions.h"
#include "src/statistics/paired.h"

namespace gatetest {
namespace {

using internal::ThrowInvalid;
using internal::UpperNormal;

// Shares that were computed may miss 0 by some roundings.
constexpr double kRounding = 1e-12;

void CheckPower(const char* where, double power) {
  if (!(power >= 0.5 && power < 1.0)) {
    ThrowInvalid(
        fmt::format("{}: power is {}; give how probable the right verdict shall be, at least 0.5 "
                    "and below 1 (0.8)",
                    where, power));
  }
}

void CheckShare(const char* where, const char* field, double share) {
  if (!(share >= 0.0 && share <= 1.0)) {
    ThrowInvalid(fmt::format("{}: {} is {}; give a share of all samples, from 0 to 1 (not percent)",
                             where, field, share));
  }
}

struct Distance {
  double truth, limit;  // As they are shown.
  double between;       // In units of the variances' roots.
};

SamplePlan Plan(const char* where, const Distance& distance, double variance_at_limit,
                double variance_at_truth, double alpha, double power) {
  const double needed = (UpperNormal(alpha) * std::sqrt(variance_at_limit) +
                         UpperNormal(1.0 - power) * std::sqrt(variance_at_truth)) /
                        distance.between;
  const double samples = std::ceil(needed * needed);
  if (!(samples < 0x1p53)) {
    ThrowInvalid(
        fmt::format("{}: the truth is {} and the limit is {}; no number of samples decides on "
                    "which side of the limit it is: plan for a truth farther from it",
                    where, distance.truth, distance.limit));
  }
  return {.samples = std::max<std::int64_t>(1, static_cast<std::int64_t>(samples)),
          .variance_at_limit = variance_at_limit,
          .variance_at_truth = variance_at_truth};
}

}  // namespace

double NormalQuantile(double probability) {
  if (!(probability > 0.0 && probability < 1.0)) {
    ThrowInvalid(fmt::format("NormalQuantile: probability is {}; give one above 0 and below 1",
                             probability));
  }
  return boost::math::quantile(internal::Normal(), probability);
}

double ObservationsToDecide(double n, double z, double alpha) {
  internal::CheckAlpha("ObservationsToDecide", alpha);
  if (!(n > 0.0 && std::isfinite(n)) || std::isnan(z)) {
    ThrowInvalid(
        fmt::format("ObservationsToDecide: n is {} and z is {}; give the number of "
                    "observations so far, above 0, and their distance from the limit",
                    n, z));
  }
  if (z == 0.0) return std::numeric_limits<double>::infinity();
  const double factor = (UpperNormal(alpha) + UpperNormal(0.2)) / z;
  return std::ceil(n * factor * factor);
}

SamplePlan PlanRetention(const RetentionPlan& plan) {
  const char* const where = "PlanRetention";
  internal::CheckAlpha(where, plan.alpha);
  CheckPower(where, plan.power);
  if (!(plan.baseline_accuracy > 0.0 && plan.baseline_accuracy <= 1.0)) {
    ThrowInvalid(
        fmt::format("{}: baseline_accuracy is {}; give the share that the baseline has right, "
                    "above 0 and at most 1 (0.75, not 75)",
                    where, plan.baseline_accuracy));
  }
  if (!(plan.retention >= 0.0 && std::isfinite(plan.retention))) {
    ThrowInvalid(
        fmt::format("{}: retention is {}; give the ratio of the two accuracies that is "
                    "planned for, such as 0.95",
                    where, plan.retention));
  }
  CheckShare(where, "gained", plan.gained);
  if (!(plan.limit > 0.0 && std::isfinite(plan.limit))) {
    ThrowInvalid(fmt::format("{}: limit is {}; give the retention to clear, such as 0.9", where,
                             plan.limit));
  }
  const double candidate = plan.retention * plan.baseline_accuracy;
  const double both = candidate - plan.gained;
  const double lost = plan.baseline_accuracy - both;
  if (!(plan.gained <= 1.0 - plan.baseline_accuracy + kRounding)) {
    ThrowInvalid(fmt::format("{}: gained is {}, but the baseline has only {} wrong; lower gained",
                             where, plan.gained, 1.0 - plan.baseline_accuracy));
  }
  if (!(both >= -kRounding)) {
    ThrowInvalid(
        fmt::format("{}: gained is {}, but with this retention the candidate has only {} "
                    "right; lower gained or raise retention",
                    where, plan.gained, candidate));
  }
  if (!(lost >= -kRounding)) {
    ThrowInvalid(
        fmt::format("{}: retention is {}, but with what is gained ({}) the candidate has "
                    "at most {} right; lower retention or raise gained",
                    where, plan.retention, plan.gained, plan.baseline_accuracy + plan.gained));
  }
  const double a = std::max(both, 0.0);
  const double l = std::max(lost, 0.0);
  const double distance = (plan.retention - plan.limit) * plan.baseline_accuracy;
  const double keep = 1.0 - plan.limit;
  const double at_truth =
      a * keep * keep + l * plan.limit * plan.limit + plan.gained - distance * distance;
  return Plan(where, {.truth = plan.retention, .limit = plan.limit, .between = distance},
              internal::TangVariance(a, l, plan.gained, plan.limit), std::max(at_truth, 0.0),
              plan.alpha, plan.power);
}

SamplePlan PlanShare(const SharePlan& plan) {
  const char* const where = "PlanShare";
  internal::CheckAlpha(where, plan.alpha);
  CheckPower(where, plan.power);
  CheckShare(where, "share", plan.share);
  if (!(plan.limit > 0.0 && plan.limit < 1.0)) {
    ThrowInvalid(
        fmt::format("{}: limit is {}; give the share to clear, above 0 and below 1 (0.9, "
                    "not 90)",
                    where, plan.limit));
  }
  return Plan(where, {.truth = plan.share, .limit = plan.limit, .between = plan.share - plan.limit},
              plan.limit * (1.0 - plan.limit), plan.share * (1.0 - plan.share), plan.alpha,
              plan.power);
}

SamplePlan PlanDifference(const DifferencePlan& plan) {
  const char* const where = "PlanDifference";
  internal::CheckAlpha(where, plan.alpha);
  CheckPower(where, plan.power);
  CheckShare(where, "lost", plan.lost);
  CheckShare(where, "gained", plan.gained);
  if (!(plan.lost + plan.gained <= 1.0 + kRounding)) {
    ThrowInvalid(
        fmt::format("{}: lost is {} and gained is {}; the two are shares of the same "
                    "samples and cannot be more than 1 together",
                    where, plan.lost, plan.gained));
  }
  if (!(plan.limit > -1.0 && plan.limit < 1.0)) {
    ThrowInvalid(
        fmt::format("{}: limit is {}; give the loss of accuracy that is allowed, above "
                    "-1 and below 1 (0.02, not 2)",
                    where, plan.limit));
  }
  const double loss = plan.lost - plan.gained;
  const double same = std::max(1.0 - plan.lost - plan.gained, 0.0);
  return Plan(where, {.truth = loss, .limit = plan.limit, .between = loss - plan.limit},
              internal::TangoVariance(same, plan.lost, plan.gained, -plan.limit),
              std::max(plan.lost + plan.gained - loss * loss, 0.0), plan.alpha, plan.power);
}

SamplePlan PlanClusters(const ClusterPlan& plan) {
  const char* const where = "PlanClusters";
  internal::CheckAlpha(where, plan.alpha);
  CheckPower(where, plan.power);
  if (!std::isfinite(plan.mean)) {
    ThrowInvalid(
        fmt::format("{}: mean is {}; give the mean that is planned for, for perplexity "
                    "its logarithm",
                    where, plan.mean));
  }
  if (!std::isfinite(plan.limit)) {
    ThrowInvalid(
        fmt::format("{}: limit is {}; give the limit in the unit of the mean, for "
                    "perplexity its logarithm",
                    where, plan.limit));
  }
  if (!(plan.standard_deviation > 0.0 && std::isfinite(plan.standard_deviation))) {
    ThrowInvalid(
        fmt::format("{}: standard_deviation is {}; give that of the means of single clusters, "
                    "above 0: the standard error of an earlier evaluation times the root of its "
                    "number of clusters",
                    where, plan.standard_deviation));
  }
  const double variance = plan.standard_deviation * plan.standard_deviation;
  return Plan(where, {.truth = plan.mean, .limit = plan.limit, .between = plan.mean - plan.limit},
              variance, variance, plan.alpha, plan.power);
}

}  // namespace gatetest
