// The log-probabilities of several runs of one model, and how far they are apart.
#ifndef GATETEST_SRC_EVALUATION_LOGPROB_SPREAD_H_
#define GATETEST_SRC_EVALUATION_LOGPROB_SPREAD_H_

#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "gatetest/noise_floor.h"
#include "gatetest/store.h"
#include "gatetest/task.h"

namespace gatetest::internal {

/// What one run scored.
class RunLogprobs {
 public:
  /// The `turn`th exchange of a sample (its index in the data set); in place of an earlier one.
  /// What is not scored is passed over.
  void Add(std::size_t sample, std::size_t turn, const Exchange& exchange);

 private:
  friend std::optional<NoiseFloor::LogprobSpread> SpreadOf(const std::vector<RunLogprobs>& runs);

  struct Scored {
    AnswerKey request = {};  ///< Stands for it: a later turn may be another in each run.
    std::vector<double> logprobs = {};
  };
  std::map<std::pair<std::size_t, std::size_t>, Scored> scored_;
};

/// Over all pairs of runs, of tokens that both scored after the same text; none where there are no
/// such tokens.
std::optional<NoiseFloor::LogprobSpread> SpreadOf(const std::vector<RunLogprobs>& runs);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_EVALUATION_LOGPROB_SPREAD_H_
