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

/// Two one-sided bounds, each meant to be wrong with probability alpha; docs/statistics.md has what
/// was measured, method by method.
struct Interval {
  double lower = 0.0;   ///< In the metric's unit. Cluster t can go below 0, even for a share.
  double upper = 0.0;   ///< Likewise; cluster t can go above 1.
  double alpha = 0.05;  ///< One-sided; the interval's confidence is 1 - 2 alpha.
};

/// A metric's value, and what it says beyond the samples it was found on.
struct Estimate {
  /// A share, ratio, perplexity or bits per byte; infinite where a token has probability 0.
  double value = 0.0;
  /// None where the method cannot give one; `no_interval` then says why.
  std::optional<Interval> interval = {};
  std::string no_interval = {};  ///< Why there is none: "a token has probability 0".
  /// Observations the interval rests on, and what they are: 700 "samples", 256 "windows".
  std::size_t n = 0;
  std::string observations = {};  ///< "samples", "clusters", "documents" or "windows".
  /// "Clopper-Pearson", "Tang score", "cluster t (CR3)", "Korn-Graubard, design effect 2.1".
  std::string method = {};
  /// Too few observations for a claim beyond them: why. Empty: enough.
  std::string too_few = {};
};

}  // namespace gatetest

#endif  // GATETEST_ESTIMATE_H_
