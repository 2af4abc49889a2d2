// p-values against a limit, one for each side, from which verdicts on several tasks are combined.
#ifndef GATETEST_SRC_STATISTICS_P_VALUES_H_
#define GATETEST_SRC_STATISTICS_P_VALUES_H_

#include <cstdint>

namespace gatetest::internal {

/// One-sided p-values; 1 where nothing can be said.
struct PValues {
  double above = 1.0;  ///< Against "the true value is at most the limit"; small: it is above.
  double below = 1.0;  ///< Against "the true value is at least the limit"; small: it is below.
};

/// Error(kInvalidArgument) unless 0 <= successes <= trials and trials > 0; `where` is the public
/// function's name.
void CheckTrials(const char* where, std::int64_t successes, std::int64_t trials);

/// Of the share behind k of n trials, exact: P(Bin(n, limit) >= k) and P(Bin(n, limit) <= k), the
/// inversion of ClopperPearson. No share is at a limit outside [0, 1], so that side's p-value is 0;
/// a limit that is NaN gives 1 and 1. Throws as CheckTrials does.
PValues BinomialPValues(std::int64_t k, std::int64_t n, double limit);

/// Of z = (estimate - limit) / standard error, standard normal at the limit; NaN gives 1 and 1.
PValues NormalPValues(double z);

/// Of t likewise, by Student's t with `degrees` > 0 of freedom; t may be infinite. NaN, or degrees
/// that are not above 0, give 1 and 1.
PValues StudentPValues(double t, double degrees);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STATISTICS_P_VALUES_H_
