// EvaluationPlan: what evaluating a model on a task would take, before anything is asked or loaded.
//
//   gatetest::EvaluationPlan plan = evaluator.Plan(model, task);
//   std::cout << plan.requests << " requests, about " << plan.prompt_tokens << " tokens\n";
#ifndef GATETEST_EVALUATION_PLAN_H_
#define GATETEST_EVALUATION_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <string>

namespace gatetest {

/// Counts of samples are exact, the rest is what can be known without the model: tokens are counted
/// as four bytes of UTF-8 each, a rule of thumb for English.
struct EvaluationPlan {
  std::size_t samples = 0;   ///< Of the task's data set.
  std::size_t requests = 0;  ///< In the first round; a model that tokenizes may be asked more.
  std::int64_t prompt_tokens = 0;      ///< About: all that the model reads.
  std::int64_t completion_tokens = 0;  ///< At most: what it may generate.
  double usd = 0.0;      ///< What that costs by ModelInfo::prices; 0 where those are not known.
  std::string key = {};  ///< The same for what is asked once.
  /// The same evaluator has planned the same before, evaluated it in full, or failed to: it takes
  /// nothing more. Not so where a stop rule ended the evaluation.
  bool shared = false;
};

}  // namespace gatetest

#endif  // GATETEST_EVALUATION_PLAN_H_
