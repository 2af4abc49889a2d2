// Parts of an evaluation: what a verdict that ended early rests on.
#ifndef GATETEST_SRC_EVALUATION_PART_H_
#define GATETEST_SRC_EVALUATION_PART_H_

#include <cstddef>
#include <functional>

#include "gatetest/evaluation.h"

namespace gatetest::internal {

/// The first `count` items; the evaluation itself where it has no more. Null stays null.
EvaluationPtr FirstItems(const EvaluationPtr& evaluation, std::size_t count);

/// Says so where an evaluation ended because a budget has so many samples of each task.
EvaluationPtr WithBudgetOfSamples(const EvaluationPtr& evaluation, std::size_t samples);

/// The items of the samples (indices in the data set) that `wanted` says; the evaluation itself
/// where those are all.
EvaluationPtr ItemsOf(const EvaluationPtr& evaluation,
                      const std::function<bool(std::size_t sample)>& wanted);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_EVALUATION_PART_H_
