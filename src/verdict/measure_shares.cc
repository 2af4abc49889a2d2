#include "src/verdict/measure_shares.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "gatetest/error.h"
#include "gatetest/intervals.h"
#include "gatetest/planning.h"
#include "src/statistics/design_effect.h"
#include "src/verdict/measure_clusters.h"
#include "src/verdict/scores.h"

namespace gatetest::internal {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The metric is sum(value) / sum(weight) over samples.
double ValueOf(Metric metric, const Score& score) {
  switch (metric) {
    case Metric::kAccuracyLoss:
      return score.baseline - score.candidate;
    case Metric::kFlips:
      return score.baseline == score.candidate ? 0.0 : 1.0;
    default:
      return score.candidate;
  }
}

double WeightOf(Metric metric, const Score& score) {
  return metric == Metric::kRetention ? score.baseline : 1.0;
}

Support SupportOf(Metric metric) {
  if (metric == Metric::kRetention) return Support::kQuotient;
  return metric == Metric::kAccuracyLoss ? Support::kDifference : Support::kShare;
}

ClusterSums SumClusters(Metric metric, const Scores& scores) {
  std::vector<std::size_t> place;  // By cluster number; samples that were left out leave gaps.
  constexpr std::size_t kNoPlace = std::numeric_limits<std::size_t>::max();
  ClusterSums sums;
  ClusterCounts& counts = sums.counts;
  sums.observations = scores.clustered ? "clusters" : "samples";
  for (const Score& score : scores.all) {
    if (score.cluster >= place.size()) place.resize(score.cluster + 1, kNoPlace);
    std::size_t& at = place[score.cluster];
    if (at == kNoPlace) {
      at = counts.values.size();
      counts.values.push_back(0.0);
      counts.weights.push_back(0.0);
      counts.sizes.push_back(0.0);
    }
    counts.values[at] += ValueOf(metric, score);
    counts.weights[at] += WeightOf(metric, score);
    counts.sizes[at] += 1.0;
  }
  DropEmpty(counts);
  return sums;
}

// --- samples that are right or wrong

/// The metric in whole numbers: numerator / denominator.
struct Quotient {
  std::int64_t numerator;
  std::int64_t denominator;

  double value() const { return static_cast<double>(numerator) / static_cast<double>(denominator); }
};

Quotient QuotientOf(Metric metric, const PairedCounts& counts) {
  switch (metric) {
    case Metric::kRetention:
      return {counts.candidate_right(), counts.baseline_right()};
    case Metric::kAccuracyLoss:
      return {counts.lost - counts.gained, counts.samples()};
    case Metric::kFlips:
      return {counts.lost + counts.gained, counts.samples()};
    default:
      return {counts.candidate_right(), counts.samples()};
  }
}

bool IsShare(Metric metric) {
  return metric != Metric::kRetention && metric != Metric::kAccuracyLoss;
}

Interval Negated(const Interval& interval) {
  return {.lower = -interval.upper, .upper = -interval.lower, .alpha = interval.alpha};
}

/// The score statistic of retention or loss against the limit, positive above it.
double ScoreStatistic(Metric metric, const PairedCounts& counts, double limit) {
  if (metric == Metric::kAccuracyLoss) return -TangoStatistic(counts, -limit);
  // Tang's statistic is for ratios above 0; any right answer at all is above 0.
  if (limit >= 1e-100) return TangStatistic(counts, limit);
  return counts.candidate_right() > 0 ? kInfinity : 0.0;
}

/// Its own standard error; at the ends that is 0, and the limit's is not.
double ShareZ(const Quotient& quotient, double limit) {
  const double share = quotient.value();
  const bool end = quotient.numerator == 0 || quotient.numerator == quotient.denominator;
  const double p = end ? limit : share;
  return (share - limit) / std::sqrt(p * (1.0 - p) / static_cast<double>(quotient.denominator));
}

/// Independent samples.
void MeasureCounts(Metric metric, const PairedCounts& counts, const MeasureOptions& options,
                   Measurement& measurement) {
  Estimate& estimate = measurement.estimate;
  const Quotient quotient = QuotientOf(metric, counts);
  estimate.n = static_cast<std::size_t>(counts.samples());
  estimate.observations = "samples";
  if (IsShare(metric)) {
    estimate.method = "Clopper-Pearson";
    estimate.interval = ClopperPearson(quotient.numerator, quotient.denominator, options.alpha);
    RequireObservations(measurement, kFewestForShare);
    if (std::isnan(options.limit)) return;
    measurement.p = BinomialPValues(quotient.numerator, quotient.denominator, options.limit);
    measurement.z = ShareZ(quotient, options.limit);
    return;
  }
  estimate.method = metric == Metric::kRetention ? "Tang score" : "Tango score";
  estimate.interval = metric == Metric::kRetention
                          ? TangRetention(counts, options.alpha)
                          : Negated(TangoDifference(counts, options.alpha));
  RequireObservations(measurement, kFewestForScore);
  if (std::isnan(options.limit)) return;
  measurement.z = ScoreStatistic(metric, counts, options.limit);
  measurement.p = NormalPValues(measurement.z);
  if (metric == Metric::kAccuracyLoss && options.limit == 0.0) {
    const McNemarTest test = ExactMcNemar(counts);
    measurement.p = {.above = test.worse, .below = test.better};
    measurement.test = "exact McNemar test";
  }
}

/// The variance of the metric if samples were independent.
double IndependentVariance(Metric metric, const PairedCounts& counts) {
  const double n = static_cast<double>(counts.samples());
  const double value = QuotientOf(metric, counts).value();
  const double discordant = static_cast<double>(counts.lost + counts.gained);
  switch (metric) {
    case Metric::kRetention: {
      const double baseline = static_cast<double>(counts.baseline_right());
      const double both = static_cast<double>(counts.both);
      const double lost = static_cast<double>(counts.lost);
      const double gained = static_cast<double>(counts.gained);
      return (both * (1.0 - value) * (1.0 - value) + lost * value * value + gained) /
             (baseline * baseline);
    }
    case Metric::kAccuracyLoss:
      return (discordant / n - value * value) / n;
    default:
      return value * (1.0 - value) / n;
  }
}

/// Samples in clusters.
void MeasureClusteredCounts(Metric metric, const PairedCounts& counts, const Scores& scores,
                            const MeasureOptions& options, Measurement& measurement) {
  Estimate& estimate = measurement.estimate;
  const Quotient quotient = QuotientOf(metric, counts);
  const ClusterSums sums = SumClusters(metric, scores);
  estimate.n = sums.counts.values.size();
  estimate.observations = sums.observations;
  RequireObservations(measurement, kFewestClusters);
  estimate.no_interval = WhyNoInterval(sums);
  if (!estimate.no_interval.empty()) {
    estimate.method = "design effect";
    return;
  }
  const Design design = DesignOf(sums.counts, IndependentVariance(metric, counts));
  const bool has_limit = !std::isnan(options.limit);
  const double effect = std::min(design.estimated.effect, design.worst.effect);
  const double root = std::sqrt(effect);
  if (IsShare(metric)) {
    estimate.method = fmt::format("Korn-Graubard, design effect {:.1f}", effect);
    estimate.interval =
        ClusteredShare(quotient.numerator, quotient.denominator, design, options.alpha);
    if (!has_limit) return;
    measurement.p = ClusteredSharePValues(quotient.numerator, quotient.denominator, design,
                                          options.limit, options.p_alpha);
    measurement.z = ShareZ(quotient, options.limit) / root;
    return;
  }
  const bool retention = metric == Metric::kRetention;
  estimate.method =
      fmt::format("{} score, design effect {:.1f}", retention ? "Tang" : "Tango", effect);
  estimate.interval = retention ? ClusteredRetention(counts, design, options.alpha)
                                : Negated(ClusteredDifference(counts, design, options.alpha));
  if (!has_limit) return;
  const double statistic = ScoreStatistic(metric, counts, options.limit);
  measurement.z = statistic / root;
  measurement.p = ClusteredScorePValues(statistic, design);
}

}  // namespace

Measurement MeasureShare(Metric metric, const std::vector<Pair>& pairs,
                         const MeasureOptions& options) {
  const Scores scores = ScoresOf(metric, pairs, options.missing);
  const bool nothing_right = std::all_of(scores.all.begin(), scores.all.end(),
                                         [](const Score& score) { return score.baseline == 0.0; });
  if (metric == Metric::kRetention && nothing_right) {
    throw Error(ErrorCode::kUndefined,
                fmt::format("retention is undefined: the baseline has none of {} samples right; "
                            "check the task with the baseline before gating on it",
                            scores.all.size()));
  }
  if (scores.graded) {
    return MeasureClusters(SumClusters(metric, scores), SupportOf(metric), options.limit,
                           options.alpha);
  }
  const PairedCounts counts = Count(scores);
  Measurement measurement;
  measurement.estimate.value = QuotientOf(metric, counts).value();
  measurement.distance = measurement.estimate.value - options.limit;
  if (scores.clustered) {
    MeasureClusteredCounts(metric, counts, scores, options, measurement);
  } else {
    MeasureCounts(metric, counts, options, measurement);
  }
  return measurement;
}

}  // namespace gatetest::internal
