// What answers belong to: the identity of a model.
#ifndef GATETEST_SRC_MODEL_IDENTITY_H_
#define GATETEST_SRC_MODEL_IDENTITY_H_

#include <cstdint>
#include <string>

#include "gatetest/model.h"

namespace gatetest::internal {

/// Canonical JSON of all that can change a model's answers: name, quantization, provider, weights,
/// code and options; fields that are empty are left out. A model of which something essential is
/// unknown has its `instance` in it. Throws as Model::identity does.
std::string IdentityOf(const ModelInfo& info, std::uint64_t instance);

/// Why answers of a model cannot be recorded: only the object itself can vouch for them. Empty when
/// they can.
std::string WhyNotRecordable(const ModelInfo& info);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_MODEL_IDENTITY_H_
