// How many samples a gate needs before anything is run, and how many more an inconclusive one
// needs. Every plan is for one alpha (one-sided) and one power: how probable the right verdict
// shall be.
//
//   gatetest::SamplePlan plan = gatetest::PlanRetention(
//       {.baseline_accuracy = 0.75, .retention = 0.95, .gained = 0.025, .limit = 0.9});
//   std::cout << plan.samples;   // 414
#ifndef GATETEST_PLANNING_H_
#define GATETEST_PLANNING_H_

#include <cstddef>
#include <cstdint>

namespace gatetest {

/// The fewest observations for a claim beyond them; with fewer a population claim is INCONCLUSIVE,
/// whatever the interval.
/// @{
inline constexpr std::size_t kFewestForShare = 2;   ///< Clopper-Pearson: samples.
inline constexpr std::size_t kFewestForScore = 20;  ///< Tang and Tango: pairs of samples.
inline constexpr std::size_t kFewestClusters = 30;  ///< Clusters, documents or windows.
/// @}

/// The standard normal quantile of a probability in (0, 1): z(1-alpha) = NormalQuantile(1 - alpha).
double NormalQuantile(double probability);

/// About how many observations in all would decide, with power 0.8, when `n` give a distance of
/// `z` standard errors from the limit: ceil(n * ((z(1-alpha) + z(0.8)) / |z|)^2).
/// Infinity when z = 0.
double ObservationsToDecide(double n, double z, double alpha);

/// The number of samples, and what it was found from: n = ceil(((z(1-alpha) s0 + z(power) s1) /
/// distance)^2), the distance between the truth and the limit (as in Chow, Shao and Wang, Sample
/// Size Calculations in Clinical Research, 2008).
///
/// Each plan is good on either side of the limit: a truth that clears it is planned to pass, one
/// that does not is planned to fail. A truth at the limit, or nearer to it than 2^53 samples can
/// see, is Error(kInvalidArgument): no number of samples decides.
struct SamplePlan {
  std::int64_t samples = 0;        ///< Clusters for PlanClusters.
  double variance_at_limit = 0.0;  ///< s0^2: of one sample if the truth were the limit.
  double variance_at_truth = 0.0;  ///< s1^2: of one sample at the truth that is planned for.
};

/// For a limit on retention.
struct RetentionPlan {
  /// The baseline's accuracy, in (0, 1]. No default: take it from an evaluation of the baseline.
  double baseline_accuracy = 0.0;
  /// The candidate's true retention that is to be told from the limit. Default 1: as good as the
  /// baseline. Lower it to what a good candidate of yours keeps.
  double retention = 1.0;
  /// The share of all samples that only the candidate has right. Default 0, which is too few where
  /// the models differ at all: take it from an evaluation of a similar pair.
  double gained = 0.0;
  /// The gate's limit, above 0. Default 0.9.
  double limit = 0.9;
  /// The gate's alpha, in (0, 0.5). Default 0.05.
  double alpha = 0.05;
  /// How probable the right verdict shall be, in [0.5, 1). Default 0.8; raise it where a run that
  /// says nothing is expensive.
  double power = 0.8;
};

/// For Tang's score (TangRetention). With b the baseline's accuracy: distance (retention - limit)
/// b, s1^2 = both (1-limit)^2 + lost limit^2 + gained - distance^2, s0^2 = the variance of Tang,
/// Tang and Chan (2003) at these shares and the limit. Throws Error(kInvalidArgument) that names
/// the field which is out of range, or the shares that cannot be.
SamplePlan PlanRetention(const RetentionPlan& plan);

/// For a limit on a share: accuracy, or flips.
struct SharePlan {
  /// The true share, in [0, 1]. Default 0: no flips. For accuracy give the one you expect.
  double share = 0.0;
  /// The gate's limit, in (0, 1). No default.
  double limit = 0.0;
  /// The gate's alpha, in (0, 0.5). Default 0.05.
  double alpha = 0.05;
  /// How probable the right verdict shall be, in [0.5, 1). Default 0.8.
  double power = 0.8;
};

/// For one share, by the normal formula: s0^2 = limit (1-limit), s1^2 = share (1-share), distance
/// share - limit. Clopper-Pearson, being exact, needs some more: about 1/distance. Throws
/// Error(kInvalidArgument) that names the field.
SamplePlan PlanShare(const SharePlan& plan);

/// For a limit on what the candidate loses, baseline share - candidate share.
struct DifferencePlan {
  /// The share of all samples that only the baseline has right. Default 0.
  double lost = 0.0;
  /// The share that only the candidate has right. Default 0. Take both from an evaluation of a
  /// similar pair: they, and not the accuracies, decide how many samples are needed.
  double gained = 0.0;
  /// The margin: the loss that is still allowed, in (-1, 1). Default 0: none at all.
  double limit = 0.0;
  /// The gate's alpha, in (0, 0.5). Default 0.05.
  double alpha = 0.05;
  /// How probable the right verdict shall be, in [0.5, 1). Default 0.8.
  double power = 0.8;
};

/// For Tango's score (TangoDifference): distance lost - gained - limit,
/// s1^2 = lost + gained - (lost - gained)^2, s0^2 = Tango's (1998) constrained variance at these
/// shares and the limit. Throws Error(kInvalidArgument) that names the field.
SamplePlan PlanDifference(const DifferencePlan& plan);

/// For a limit on a mean over clusters, such as perplexity over documents.
struct ClusterPlan {
  /// The true mean, in the metric's unit: for perplexity and its ratio, the logarithm. Default 0: a
  /// perplexity ratio of 1.
  double mean = 0.0;
  /// The gate's limit, in the same unit: log(1.02) for a perplexity ratio. No default.
  double limit = 0.0;
  /// How far the means of single clusters lie apart, above 0. No default: standard_error *
  /// sqrt(clusters) of an earlier ClusterRatioInterval.
  double standard_deviation = 0.0;
  /// The gate's alpha, in (0, 0.5). Default 0.05.
  double alpha = 0.05;
  /// How probable the right verdict shall be, in [0.5, 1). Default 0.8.
  double power = 0.8;
};

/// In clusters (documents or windows) of the size that standard_deviation is of, by the normal
/// formula: s0 = s1 = standard_deviation, distance mean - limit. The t quantile of few clusters
/// adds 2 or 3; and a claim beyond the clusters at hand wants 30 of them, however few the plan
/// says. Throws Error(kInvalidArgument) that names the field.
SamplePlan PlanClusters(const ClusterPlan& plan);

}  // namespace gatetest

#endif  // GATETEST_PLANNING_H_
