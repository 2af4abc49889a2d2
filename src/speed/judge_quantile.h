// The verdict on a quantile of repeated measurements: by order statistics, so whatever their
// distribution is. Timing claims are always about the population: of the times that the model takes
// on this machine, not of the ones that were measured.
#ifndef GATETEST_SRC_SPEED_JUDGE_QUANTILE_H_
#define GATETEST_SRC_SPEED_JUDGE_QUANTILE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "src/speed/speed_judgement.h"
#include "src/speed/unit.h"

namespace gatetest::internal {

struct QuantileLimit {
  double p = 0.5;      ///< Which quantile, in (0, 1).
  double limit = 0.0;  ///< In `unit`; it has to be strictly below, or above.
  bool below = true;   ///< Else above.
  Unit unit = Unit::kSeconds;
};

/// Repetitions, in the order in which they were made.
struct Repetitions {
  std::vector<double> values = {};
  std::string observations = {};   ///< "requests", "runs", "repetitions".
  std::size_t failed = 0;          ///< Beside the values: they could not be measured,
  std::string first_failure = {};  ///< for this reason, the first of them.
  std::size_t left_out = 0;        ///< Repetitions that do not have what is judged, beside these.
  /// Of one piece of work, in the same run: what the machine adds to the spread. May be empty.
  std::vector<double> same_work = {};
  std::string what_same_work = {};  ///< "the same request".
};

/// How many observations have an upper (or, above, a lower) bound for the quantile at alpha.
std::size_t FewestFor(const QuantileLimit& limit, double alpha);

/// PASSED when the bound of the quantile (OrderStatisticRanks) clears the limit, FAILED when the
/// other one does not, else INCONCLUSIVE. What could not be measured counts for and against: where
/// that changes the verdict it is NOT MEASURED. Throws Error(kInvalidArgument) for alpha out of
/// (0, 0.5), and a limit that is not finite or, but
/// for Unit::kNumber, not above 0.
SpeedJudgement JudgeQuantile(const SpeedSubject& subject, const QuantileLimit& limit,
                             const Repetitions& repetitions);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_SPEED_JUDGE_QUANTILE_H_
