// What the samples of a population claim can decide, before any of them is asked.
#ifndef GATETEST_MATCHERS_PLAN_POWER_H_
#define GATETEST_MATCHERS_PLAN_POWER_H_

#include <span>
#include <string>

#include "gatetest/verdict.h"

namespace gatetest::internal {

/// The error that a verdict may have, one-sided.
struct Levels {
  double pass = 0.0;
  double fail = 0.0;  ///< Of the first of several tasks that fails (Holm).
};

/// "700 samples decide (with power 0.8) where the true accuracy is above 0.9300 or below 0.8650";
/// empty where that cannot be told. Throws what reading the data throws.
std::string PowerText(const Requirement& requirement, std::span<const Subject> subjects,
                      const Levels& levels);

}  // namespace gatetest::internal

#endif  // GATETEST_MATCHERS_PLAN_POWER_H_
