// What may pass for log-probabilities. A missing one is never taken as a number.
#ifndef GATETEST_SRC_TASK_LOGPROBS_H_
#define GATETEST_SRC_TASK_LOGPROBS_H_

#include <span>
#include <string>
#include <vector>

namespace gatetest::internal {

/// Sum of natural-log probabilities, or why there is none.
struct LogprobSum {
  double sum = 0.0;
  /// Why they are not log-probabilities ("token 3: ..."); empty if they are.
  std::string wrong = {};
  /// The first token of probability 0, counted from 1; 0: none. The sum is then -infinity.
  std::size_t impossible_token = 0;
};

/// Missing, NaN, above 1e-5 (up to there it is rounding, taken as 0), or OpenAI's and vLLM's
/// sentinel -9999.0 ("not available") is wrong; so is another number than `expected` tokens (0: not
/// known).
LogprobSum SumLogprobs(std::span<const double> logprobs, std::size_t expected = 0);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_TASK_LOGPROBS_H_
