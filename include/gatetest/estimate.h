// Estimate: a number with its interval, how many observations it rests on, and the method's name.
//
//   gatetest::Estimate accuracy = gatetest::Accuracy(evaluation);
//   if (accuracy.interval) std::cout << accuracy.interval->lower;
#ifndef GATETEST_ESTIMATE_H_
#define GATETEST_ESTIMATE_H_

#include <cstddef>
#include <optional>
#include <string>

namespace gatetest {

/// Two one-sided bounds, each wrong with probability at most alpha.
struct Interval {
  double lower = 0.0;
  double upper = 0.0;
  double alpha = 0.05;  ///< One-sided; the interval's confidence is 1 - 2 alpha.
};

struct Estimate {
  double value = 0.0;
  /// None where the method cannot give one; `no_interval` then says why.
  std::optional<Interval> interval = {};
  std::string no_interval = {};
  /// Observations the interval rests on, and what they are: 700 "samples", 256 "windows".
  std::size_t n = 0;
  std::string observations = {};
  /// "Clopper-Pearson", "Tang score", "cluster t (CR3)".
  std::string method = {};
  /// Too few observations for a claim beyond them: why. Empty: enough.
  std::string too_few = {};
};

}  // namespace gatetest

#endif  // GATETEST_ESTIMATE_H_
