// SequentialTest: whether the mean of bounded observations is above a limit, asked again after
// every observation, so that a clear answer costs a fraction of them. A wrong answer has a
// probability of at most alpha on each side, however often it is looked at.
//
//   // Are fewer than 5 % of the requests slower than 50 ms? (A p95 below 50 ms.)
//   gatetest::SequentialTest slow({.limit = 0.05});
//   while (slow.answer() == gatetest::SequentialAnswer::kOpen && NextRequest()) {
//     slow.Add(milliseconds > 50.0 ? 1.0 : 0.0);
//   }
#ifndef GATETEST_SEQUENTIAL_H_
#define GATETEST_SEQUENTIAL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>

#include "gatetest/estimate.h"

namespace gatetest {

/// What is asked, and of what.
struct SequentialOptions {
  /// Every observation is in [lowest, highest]. Default: a share of ones.
  double lowest = 0.0;
  double highest = 1.0;  ///< Above `lowest`.

  /// What the mean is compared with, in [lowest, highest]. No default.
  double limit = std::numeric_limits<double>::quiet_NaN();

  /// The probability of a wrong answer, on each side; in (0, 0.5). The two sides exclude each
  /// other, so that neither pays for the other.
  double alpha = 0.05;

  /// How many there are, where the mean is that of a finite set whose members come in random order:
  /// all of a data set, say. None: observations are independent draws, and the mean is that of the
  /// population they come from.
  std::optional<std::int64_t> population = {};

  /// About how many there will be at most, for a population without a size: the bets are made for
  /// it, and hold whatever comes. Default: 10000.
  std::int64_t horizon = 10000;
};

/// Where the mean is.
enum class SequentialAnswer {
  kOpen,      ///< Nobody can say yet.
  kAbove,     ///< Above the limit, strictly.
  kNotAbove,  ///< At the limit or below it.
};

namespace internal {

/// Bets against "the mean of observations in [0, 1] is at most `mean`": a capital that grows only
/// by luck while that is true. By Ville's inequality it reaches 1/alpha with a probability of at
/// most alpha, ever.
class Bets {
 public:
  static constexpr std::size_t kCount = 8;
  /// Of what can be staked, for each of the bets.
  using Fractions = std::array<double, kCount>;

  /// Between what suits a mean far from `mean` and one that `horizon` observations just tell from
  /// it: f0 (0.95/f0)^(k/7), f0 = 3 sqrt(mean / (1 - mean) / horizon), within [0.002, 0.5].
  static Fractions FractionsFor(double mean, double horizon);

  Bets(double mean, std::optional<std::int64_t> population, const Fractions& fractions);

  void Add(double y);

  /// ln of the capital, the mean of the bets' capitals; it began as 0.
  double log_capital() const;
  /// Whether what was seen leaves no room for the mean that is bet against.
  bool impossible() const;

 private:
  double mean_;
  double population_;  ///< 0: no size.
  Fractions fractions_;
  std::array<double, kCount> capital_;
  double log_scale_ = 0.0;  ///< ln of what every capital is to be multiplied with.
  double seen_ = 0.0;
  double sum_ = 0.0;
};

}  // namespace internal

/// Betting by a uniform mixture of eight fractions: Waudby-Smith and Ramdas, "Estimating means of
/// bounded random variables by betting" (JRSS B, 2024; arXiv 2010.09686), for draws without
/// replacement by the mean that is left: "Confidence sequences for sampling without replacement"
/// (NeurIPS 2020; arXiv 2006.04347). An observation costs well below a microsecond.
class SequentialTest {
 public:
  /// Throws Error(kInvalidArgument) that names the option which is out of range.
  explicit SequentialTest(const SequentialOptions& options);

  /// The next observation. Throws Error(kInvalidArgument) when it is not in [lowest, highest], or
  /// is one more than the population has.
  void Add(double x) { AddBetween(x, x); }

  /// One of which only a lower and an upper bound are known: an answer that was not measured, say.
  /// It speaks for kAbove as the lower one, and for kNotAbove as the upper one. Throws as Add does.
  void AddBetween(double low, double high);

  /// The first answer that was safe; it stays.
  SequentialAnswer answer() const { return answer_; }
  /// The answer has no error at all: the rest of the population cannot change it.
  bool certain() const { return certain_; }
  std::int64_t count() const { return count_; }  ///< Observations so far.

  /// The evidence so far, as natural logarithms of e-values: 1 / e is a p-value at any time.
  /// @{
  double log_evidence_above() const { return above_.log_capital(); }
  double log_evidence_not_above() const { return not_above_.log_capital(); }
  /// @}

 private:
  const SequentialOptions options_;
  internal::Bets above_, not_above_;
  double low_sum_ = 0.0;  ///< As shares of the range.
  double high_sum_ = 0.0;
  bool whole_ = true;  ///< All of them at its ends, so that sums are exact.
  std::int64_t count_ = 0;
  SequentialAnswer answer_ = SequentialAnswer::kOpen;
  bool certain_ = false;
};

/// The means that the observations so far do not rule out, each bound wrong with a probability of
/// at most alpha whenever it is looked at: the limits that a SequentialTest with these options
/// leaves open, its bets being made for options.limit. Throws as SequentialTest does.
Interval ConfidenceSequence(std::span<const double> observations, const SequentialOptions& options);

}  // namespace gatetest

#endif  // GATETEST_SEQUENTIAL_H_
