// Accepted releases: where they are, and --gatetest_accept, which makes one.
#ifndef GATETEST_MATCHERS_ACCEPT_H_
#define GATETEST_MATCHERS_ACCEPT_H_

#include <string>

#include "gatetest/error.h"
#include "gatetest/gate.h"
#include "gatetest/model.h"
#include "gatetest/task.h"

namespace gatetest::internal {

/// There is no accepted release.
class NothingAccepted : public Error {
 public:
  explicit NothingAccepted(const std::string& why) : Error(ErrorCode::kNotFound, why) {}
};

/// What was accepted last of a model of this name and quantization, on this task. Throws
/// NothingAccepted when nothing was.
ModelPtr AcceptedRelease(const Gate& gate, const ModelInfo& info, const Task& task);

/// Evaluates `model` on all tasks of the scope's gate and writes its answers to Gate::accepted, in
/// place of what was accepted before, once all tasks are evaluated. Returns a summary of what
/// changed. Throws Error for what cannot be accepted: a model of which nothing can be recorded, an
/// evaluation that failed or has unmeasured samples, a folder that cannot be written.
std::string AcceptRelease(const ModelPtr& model, const GateScope& scope);

}  // namespace gatetest::internal

#endif  // GATETEST_MATCHERS_ACCEPT_H_
