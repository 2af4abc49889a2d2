// The intervals and tests of a gate, as functions of counts, sums and observations: Clopper-Pearson
// for shares, Tang, Tango and McNemar for two models on the same samples, cluster t (CR3) and Hall
// for ratios of sums, order statistics for percentiles, Hodges-Lehmann for paired timings. Every
// alpha is one-sided, for each bound, in (0, 0.5); all else is an Error(kInvalidArgument).
//
//   gatetest::Interval i = gatetest::TangRetention({.both = 700, .lost = 50, .gained = 20,
//                                                   .neither = 230}, 0.05);   // [0.9412, 0.9777]
#ifndef GATETEST_INTERVALS_H_
#define GATETEST_INTERVALS_H_

#include <cstdint>
#include <optional>
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

/// The score statistic for H0: candidate share - baseline share = difference, in (-1, 1), paired
/// samples; decreasing in `difference`, standard normal under H0. Tango (1998), Statistics in
/// Medicine 17:891-908. Throws Error(kInvalidArgument) for a negative count, for no samples at all,
/// or a difference out of range.
double TangoStatistic(const PairedCounts& counts, double difference);

/// The differences, candidate share - baseline share, within [-1, 1], that Tango's statistic does
/// not reject at alpha on either side. Throws as TangoStatistic does.
Interval TangoDifference(const PairedCounts& counts, double alpha);

/// Exact p-values of "the two models are right equally often". Only the `lost + gained` pairs that
/// the models answered differently count; without any, each p-value is 1.
struct McNemarTest {
  double worse = 1.0;      ///< P(Bin(lost+gained, 1/2) >= lost); small: the candidate is worse.
  double better = 1.0;     ///< P(Bin(lost+gained, 1/2) >= gained); small: it is better.
  double two_sided = 1.0;  ///< Twice the smaller of the two, at most 1.
  /// Two-sided mid-p: counts what was observed by half (Fagerland, Lydersen and Laake, 2013).
  /// Nearer to its nominal error than two_sided, which it no longer guarantees.
  double mid_p = 1.0;
};

/// McNemar's test (1947), exact; above 10^12 such pairs by the normal approximation, which is then
/// as good as double can tell. Throws Error(kInvalidArgument) for a negative count.
McNemarTest ExactMcNemar(const PairedCounts& counts);

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

/// The skewness of clusters up to which HallRatioInterval can be relied on: at alpha 0.05 its worst
/// error is 0.07 with 30 clusters and 0.052 with 300. Above, say so beside the interval, and use
/// more clusters.
inline constexpr double kMostSkewness = 3.0;

/// As ClusterRatio, of clusters whose values are skewed, such as a divergence.
struct SkewedRatio {
  double ratio = 0.0;     ///< sum(value) / sum(weight).
  double lower = 0.0;     ///< In the ratio's unit; below 0 where the clusters allow it.
  double upper = 0.0;     ///< Likewise.
  double skewness = 0.0;  ///< Of the clusters (third central moment / sd^3); see kMostSkewness.
};

/// Hall (1992), JRSS B 54:221-228: the t interval with its skewness removed by a cubic transform.
/// With e_d and h_d as in ClusterRatioInterval, psi_d = ratio + (D/T) e_d/(1-h_d), s their standard
/// deviation (D-1), g their skewness (D) and y = t(1-alpha, D-1)/sqrt(D):
/// G(y) = (3/g)(cbrt(1 + g(y - g/(6D))) - 1), lower = ratio - s G(y), upper = ratio - s G(-y).
/// Clusters that are all equal give lower = upper = ratio. Throws as ClusterRatioInterval does.
SkewedRatio HallRatioInterval(std::span<const double> values, std::span<const double> weights,
                              double alpha);

/// Which of the sorted observations bound a quantile: 1 is the smallest.
struct QuantileRanks {
  /// The quantile is below this observation with probability at most alpha. None: too few
  /// observations for a lower bound.
  std::optional<std::int64_t> lower = {};
  std::optional<std::int64_t> upper = {};  ///< Likewise above it; none: FewestForUpperRank.
};

/// The ranks of `n` > 0 independent observations that bound their quantile `p` in (0, 1), whatever
/// their distribution: upper is the smallest k with P(Bin(n, p) >= k) <= alpha, lower the largest k
/// with P(Bin(n, p) < k) <= alpha (David and Nagaraja, Order Statistics, 2003, section 7.1).
QuantileRanks OrderStatisticRanks(std::int64_t n, double p, double alpha);

/// The fewest observations that have an upper rank for quantile `p` in (0, 1), the smallest n with
/// p^n <= alpha: at alpha 0.05 the median needs 5, p95 needs 59, p99 needs 299.
std::int64_t FewestForUpperRank(double p, double alpha);

/// Where symmetric differences have their centre, with bounds by the signed-rank test.
struct HodgesLehmann {
  double estimate = 0.0;  ///< The median of all Walsh averages; in the differences' unit.
  double lower = 0.0;     ///< The k-th smallest Walsh average, k = SignedRankCount.
  double upper = 0.0;     ///< The k-th largest.
};

/// Hodges and Lehmann (1963): over the Walsh averages (d_i + d_j)/2, i <= j, of independent paired
/// differences, such as ln(candidate's time / baseline's time). Throws Error(kInvalidArgument) for
/// a difference that is not finite (by its index), and where there are too few for a bound (says
/// how many are needed: 5 at alpha 0.05). n log n time and memory for n differences.
HodgesLehmann HodgesLehmannInterval(std::span<const double> differences, double alpha);

/// k = #{w >= 0: P(W <= w) <= alpha}, W the signed-rank statistic (Wilcoxon, 1945) of `n` >= 0
/// differences without ties; 0: too few for a bound. Exact to n = 500. Above, by the normal
/// approximation with continuity correction, which there is off by less than 1 in 5,000 for alpha
/// from 0.01 on, and for smaller alphas too small: by 1 in 500 for 1e-6, which makes wider bounds.
std::int64_t SignedRankCount(std::int64_t n, double alpha);

}  // namespace gatetest

#endif  // GATETEST_INTERVALS_H_
