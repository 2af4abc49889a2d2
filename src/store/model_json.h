// RecordedModels as JSON, the same in every kind of store.
#ifndef GATETEST_SRC_STORE_MODEL_JSON_H_
#define GATETEST_SRC_STORE_MODEL_JSON_H_

#include <string>
#include <string_view>

#include "gatetest/store.h"

namespace gatetest::internal {

/// One line: {"can": ["generate", "score", "tokenize"], "found": {"context_window": 4096},
/// "identity": {...}, "info": {...}}. What is at its default is left out, "found" too. Of the API
/// key's variable nothing is written.
std::string ModelToJson(const RecordedModel& model);

/// Throws Error(kStoreFailed) for anything that ModelToJson does not write, naming the field.
RecordedModel ModelFromJson(std::string_view text);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_MODEL_JSON_H_
