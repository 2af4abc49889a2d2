// In whose evaluation a thread is, so that an evaluator that is asked from within its own
// evaluation can say so: waiting for its lock would be waiting for itself.
#ifndef GATETEST_SRC_EVALUATION_EVALUATING_H_
#define GATETEST_SRC_EVALUATION_EVALUATING_H_

#include <utility>

#include "gatetest/evaluator.h"

namespace gatetest::internal {

/// While it lives, this thread is in an evaluation of that evaluator.
class Evaluating {
 public:
  explicit Evaluating(const Evaluator* evaluator) : outer_(std::exchange(Current(), evaluator)) {}
  ~Evaluating() { Current() = outer_; }
  Evaluating(const Evaluating&) = delete;
  Evaluating& operator=(const Evaluating&) = delete;

  static const Evaluator*& Current() {
    thread_local const Evaluator* current = nullptr;
    return current;
  }

 private:
  const Evaluator* const outer_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_EVALUATION_EVALUATING_H_
