// What models are asked when their speed is measured: the prompts of a gate's tasks.
#ifndef GATETEST_SRC_SPEED_PROMPTS_H_
#define GATETEST_SRC_SPEED_PROMPTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gatetest/gate.h"
#include "gatetest/model.h"
#include "gatetest/request.h"
#include "src/speed/request_timer.h"

namespace gatetest::internal {

/// Which of a gate's prompts are wanted.
struct PromptChoice {
  std::string on = {};  ///< SpeedParticulars::On; empty: all that ask for text, else all.
  std::optional<std::uint64_t> seed = {};  ///< EvaluatorOptions::seed.
  std::size_t most = 0;                    ///< No more requests than these are made.
};

/// At least one.
struct Prompts {
  RequestKind kind = RequestKind::kGenerate;  ///< Of all of them: kGenerate or kScore.
  std::vector<Request> requests = {};         ///< In the order to ask.
  TaskPtr task = {};                          ///< The first that they are of.
  std::string tasks = {};  ///< "\"skills\"", "\"skills\", \"sums\"", "\"skills/add\"".
  std::vector<std::string> evidence = {};  ///< "data xxh3:..., seed 7", the protocols.
};

/// The first requests of the samples of a gate's tasks, in the workload's order. What a task asks
/// beforehand (the tokens of a text) is asked by `timer`, unmeasured. May load the model. Throws
/// Error(kInvalidArgument) where there are none, with what there is; Error(kUnsupported) where the
/// model cannot answer any; and what reading data and the model throw.
Prompts PromptsFor(const Gate& gate, const PromptChoice& choice, Model& model, RequestTimer& timer);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_SPEED_PROMPTS_H_
