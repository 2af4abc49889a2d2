// Does one figure of a ladder of models follow another: does accuracy fall as perplexity rises?
// Pearson with Fisher's interval; Spearman and Kendall with p-values over all permutations.
//
//   const gatetest::Point ladder[] = {{12.4, 94.2}, {12.6, 94.0}, {13.1, 93.5}, {15.8, 89.3}};
//   gatetest::RankCorrelation rank = gatetest::Spearman(ladder);
//   std::cout << rank.coefficient << ", p = " << rank.p_value;   // -1, p = 0.0833333
#ifndef GATETEST_CORRELATION_H_
#define GATETEST_CORRELATION_H_

#include <optional>
#include <span>
#include <string>

#include "gatetest/estimate.h"

namespace gatetest {

/// Two figures of one model.
struct Point {
  double x = 0.0;  ///< Finite.
  double y = 0.0;  ///< Finite.
};

/// How near points lie to a line.
struct PearsonCorrelation {
  double r = 0.0;                         ///< From -1 to 1.
  std::optional<Interval> interval = {};  ///< Of r; none where `no_interval` says why.
  std::string no_interval = {};           ///< "3 points; an interval needs at least 5".
};

/// Pearson's r with Fisher's (1921) interval, tanh(atanh(r) -+ z(1-alpha)/sqrt(n-3)), from 5 points
/// on; alpha is one-sided, so the default makes a 95% interval. |r| = 1 to rounding has none.
/// Throws Error(kInvalidArgument) for fewer than 2 points or more than 1,000,000, or one that is
/// not finite (by its index), Error(kUndefined) where all x or all y are equal.
PearsonCorrelation Pearson(std::span<const Point> points, double alpha = 0.025);

/// How well the order of y follows the order of x.
struct RankCorrelation {
  double coefficient = 0.0;  ///< From -1 to 1.
  /// Two-sided: the share of all permutations of y whose coefficient is at least as far from 0.
  /// Permutations too few to count (below 1e-308 of all) are 0.
  double p_value = 1.0;
  bool exact = true;        ///< False: p_value is an approximation, which `method` names.
  std::string method = {};  ///< "exact, over all permutations", "Student t approximation".
};

/// Spearman's rho (1904), Pearson's r of the midranks. The p-value is exact to 12 points, with or
/// without ties, and for any number where |rho| = 1; above, by Student's t of
/// rho sqrt((n-2)/(1-rho^2)). Throws as Pearson does.
RankCorrelation Spearman(std::span<const Point> points);

/// Kendall's tau-b (1945), ties counted. The p-value is exact to 12 points, to 1000 without ties;
/// above, by the normal approximation with the variance of Kendall, Rank Correlation Methods
/// (1970). n^2 time for n points, n^3 where exact without ties (half a second for 1000). Throws as
/// Pearson does.
RankCorrelation Kendall(std::span<const Point> points);

}  // namespace gatetest

#endif  // GATETEST_CORRELATION_H_
