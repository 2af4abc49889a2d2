#include "src/task/logprobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace gatetest::internal {
namespace {

constexpr double kRounding = 1e-5;
constexpr double kNotAvailable = -9999.0;

}  // namespace

LogprobSum SumLogprobs(std::span<const double> logprobs, std::size_t expected) {
  LogprobSum result;
  if (logprobs.empty()) {
    result.wrong = "log-probabilities missing: the model returned none";
    return result;
  }
  if (expected != 0 && logprobs.size() != expected) {
    result.wrong = fmt::format("log-probabilities missing: the model returned {} for {} tokens",
                               logprobs.size(), expected);
    return result;
  }
  for (std::size_t i = 0; i < logprobs.size(); ++i) {
    const double logprob = logprobs[i];
    if (std::isnan(logprob)) {
      result.wrong = fmt::format("token {}: its log-probability is NaN", i + 1);
    } else if (logprob > kRounding) {
      result.wrong = fmt::format("token {}: its log-probability is {}, above 0", i + 1, logprob);
    } else if (logprob == kNotAvailable) {
      result.wrong = fmt::format(
          "token {}: its log-probability is -9999, which servers send for \"not available\"",
          i + 1);
    }
    if (!result.wrong.empty()) return result;
    if (std::isinf(logprob) && result.impossible_token == 0) result.impossible_token = i + 1;
    result.sum += std::min(logprob, 0.0);
  }
  return result;
}

}  // namespace gatetest::internal
