#include "matchers/plan_power.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>

#include "gatetest/planning.h"
#include "src/text/show.h"
#include "src/verdict/metric_traits.h"

namespace gatetest::internal {
namespace {

/// The value nearest to the limit, on one side of it, which `samples` decide with power 0.8; none
/// where no value does. `plan` gives the samples that a value needs.
template <typename Plan>
std::optional<double> NearestDecided(double limit, double end, std::size_t samples,
                                     const Plan& plan) {
  const auto decided = [&](double value) { return plan(value) <= static_cast<double>(samples); };
  double undecided = limit;
  double far = end;
  if (!decided(far)) return std::nullopt;
  for (int i = 0; i < 50; ++i) {
    const double middle = (undecided + far) / 2.0;
    (decided(middle) ? far : undecided) = middle;
  }
  return far;
}

/// The samples that one verdict is about.
struct Observed {
  std::size_t samples = 0;
  std::size_t clusters = 0;  ///< A sample without one is one of its own.
  bool clustered = false;    ///< Whether any sample carries a cluster.
};

Observed ObservedIn(std::span<const Subject> subjects) {
  Observed observed;
  for (const Subject& subject : subjects) {
    std::set<std::string> known;  // Clusters are within a task.
    for (const Sample& sample : subject.candidate->task->dataset().samples()) {
      if (!subject.group.empty() && sample.group != subject.group) continue;
      ++observed.samples;
      observed.clustered = observed.clustered || !sample.cluster.empty();
      if (sample.cluster.empty() || known.insert(sample.cluster).second) ++observed.clusters;
    }
  }
  return observed;
}

/// As the subject of a sentence.
std::string_view ShareName(Metric metric) {
  return metric == Metric::kEmpty ? "share of empty answers" : Name(metric);
}

std::string SharePower(const Requirement& requirement, std::size_t samples, const Levels& levels) {
  constexpr double kEdge = 1e-6;
  const double limit = requirement.limit.threshold();
  const auto nearest = [&](double end, double alpha) {
    return NearestDecided(limit, end, samples, [&](double share) {
      return static_cast<double>(
          PlanShare({.share = share, .limit = limit, .alpha = alpha}).samples);
    });
  };
  const bool above_passes = MoreIsBetter(requirement.metric);
  std::optional<double> above;
  std::optional<double> below;
  if (limit < 1.0 - kEdge) above = nearest(1.0 - kEdge, above_passes ? levels.pass : levels.fail);
  if (limit > kEdge) below = nearest(kEdge, above_passes ? levels.fail : levels.pass);
  return fmt::format("{} samples decide (with power 0.8) where the true {} is{}{}{}{}", samples,
                     ShareName(requirement.metric),
                     above ? fmt::format(" above {:.4f}", *above) : "", above && below ? " or" : "",
                     below ? fmt::format(" below {:.4f}", *below) : "",
                     above || below ? "" : " nowhere");
}

/// Empty where nothing sensible can be planned for.
std::string RetentionPower(double limit, std::size_t samples, double alpha) {
  constexpr double kBaseline = 0.75;
  constexpr double kGained = 0.025;
  const double true_retention = limit + (1.0 - limit) / 2.0;
  constexpr double kEdge = 1e-6;
  if (!(limit > kEdge && limit < 1.0) || true_retention * kBaseline <= kGained) return "";
  const std::int64_t needed = PlanRetention({.baseline_accuracy = kBaseline,
                                             .retention = true_retention,
                                             .gained = kGained,
                                             .limit = limit,
                                             .alpha = alpha})
                                  .samples;
  return fmt::format(
      "there are {} samples; a true retention of {:.4f} would need about {} (power "
      "0.8, for a baseline accuracy of {} with {} gained)",
      samples, true_retention, std::max(needed, static_cast<std::int64_t>(kFewestForScore)),
      kBaseline, kGained);
}

}  // namespace

std::string PowerText(const Requirement& requirement, std::span<const Subject> subjects,
                      const Levels& levels) {
  const Observed observed = ObservedIn(subjects);
  if (observed.clustered) {
    return fmt::format("there are {} in {}; how much they decide depends on how alike those are{}",
                       ShowMany(observed.samples, "sample"), ShowMany(observed.clusters, "cluster"),
                       observed.clusters < kFewestClusters
                           ? fmt::format(", and a claim beyond them needs {}", kFewestClusters)
                           : "");
  }
  const Metric metric = requirement.metric;
  if (!HasBounds(metric)) return "";
  const bool share = metric != Metric::kRetention && metric != Metric::kAccuracyLoss;
  const std::size_t fewest = share ? kFewestForShare : kFewestForScore;
  if (observed.samples < fewest) {
    return fmt::format("there {} {}; a claim beyond {} needs at least {}",
                       observed.samples == 1 ? "is" : "are", ShowMany(observed.samples, "sample"),
                       observed.samples == 1 ? "it" : "them", fewest);
  }
  const double limit = requirement.limit.threshold();
  if (share) {
    return limit > 0.0 && limit < 1.0 ? SharePower(requirement, observed.samples, levels) : "";
  }
  return metric == Metric::kRetention ? RetentionPower(limit, observed.samples, levels.pass) : "";
}

}  // namespace gatetest::internal
