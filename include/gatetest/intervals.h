// The intervals of a gate, as functions of counts and sums: Clopper-Pearson for shares, Tang for
// the ratio of two paired shares, cluster t (CR3) for ratios of sums such as perplexity. Every
// alpha is one-sided, for each bound, in (0, 0.5).
//
//   gatetest::Interval i = gatetest::TangRetention({.both = 700, .lost = 50, .gained = 20,
//                                                   .neither = 230}, 0.05);   // [0.9412, 0.9777]
#ifndef GATETEST_INTERVALS_H_
#define GATETEST_INTERVALS_H_

#include <cstdint>
#include <span>

#include "gatetest/estimate.h"

namespace gatetest {

/// Clopper and Pearson (1934), exact for the share behind `successes` of `trials` > 0 independent
/// trials: lower = BetaInv(alpha; k, n-k+1), upper = BetaInv(1-alpha; k+1, n-k); 0 and 1 at the
/// ends. Throws Error(kInvalidArgument) when successes > trials, trials = 0, or alpha is out of
/// range.
Interval ClopperPearson(std::int64_t successes, std::int64_t trials, double alpha);

/// Two models on the same samples.
struct PairedCounts {
  std::int64_t both = 0;     ///< Both right.
  std::int64_t lost = 0;     ///< Only the baseline right.
  std::int64_t gained = 0;   ///< Only the candidate right.
  std::int64_t neither = 0;  ///< Both wrong.

  std::int64_t samples() const { return both + lost + gained + neither; }  ///< All pairs.
  std::int64_t baseline_right() const { return both + lost; }     ///< 0: retention is undefined.
  std::int64_t candidate_right() const { return both + gained; }  ///< May exceed the baseline's.
};

/// The score statistic T(ratio) for H0: candidate share = ratio * baseline share, paired samples;
/// decreasing in `ratio` > 0, standard normal under H0. Tang, Tang and Chan (2003); Nam and
/// Blackwelder (2002). Throws Error(kUndefined) when the baseline has nothing right.
double TangStatistic(const PairedCounts& counts, double ratio);

/// The ratios that T does not reject at alpha on either side, by root finding; the lower bound is 0
/// when the candidate has nothing right. Throws as TangStatistic does.
Interval TangRetention(const PairedCounts& counts, double alpha);

/// A ratio of sums over clusters, sum(value) / sum(weight), with a standard error that holds when
/// observations within a cluster depend on each other.
struct ClusterRatio {
  double ratio = 0.0;           ///< sum(value) / sum(weight).
  double standard_error = 0.0;  ///< CR3; the formula is at ClusterRatioInterval.
  double lower = 0.0;           ///< ratio - t(1-alpha, clusters-1) * standard_error.
  double upper = 0.0;           ///< ratio + the same.
};

/// CR3 (jackknife-like) standard error: e_d = L_d - ratio*T_d, h_d = T_d/T,
/// SE^2 = (D-1)/D * sum((e_d/(1-h_d))^2) / T^2. `values` and `weights` have one entry a cluster,
/// weights >= 0, at least 2 clusters, no cluster with all the weight; else Error(kInvalidArgument).
ClusterRatio ClusterRatioInterval(std::span<const double> values, std::span<const double> weights,
                                  double alpha);

/// The standard normal quantile of a probability in (0, 1): z(1-alpha) = NormalQuantile(1 - alpha).
double NormalQuantile(double probability);

/// About how many observations in all would decide, with power 0.8, when `n` give a distance of
/// `z` standard errors from the limit: ceil(n * ((z(1-alpha) + z(0.8)) / |z|)^2).
/// Infinity when z = 0.
double ObservationsToDecide(double n, double z, double alpha);

}  // namespace gatetest

#endif  // GATETEST_INTERVALS_H_
