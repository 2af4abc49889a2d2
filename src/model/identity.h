// What an answer belongs to: the identity of a model, and the key of a request to it.
#ifndef GATETEST_SRC_MODEL_IDENTITY_H_
#define GATETEST_SRC_MODEL_IDENTITY_H_

#include <string>

#include "gatetest/model.h"
#include "gatetest/request.h"

namespace gatetest::internal {

/// Canonical JSON of all that can change a model's answers: name, quantization, provider, weights,
/// code and options. A model that declares no weights is known by its object alone: nobody could
/// tell its answers from those of another build or file.
std::string ModelIdentity(const Model& model);

/// 32 hexadecimal digits: XXH3-128 of the canonical JSON of {protocol version, model identity,
/// request, replicate}. Fields at their default are left out, so that a new field invalidates
/// nothing that was recorded before it.
std::string RequestKey(const std::string& model_identity, const Request& request,
                       int replicate = 0);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_MODEL_IDENTITY_H_
