// What an evaluation is known by within one process.
#ifndef GATETEST_SRC_EVALUATION_MEMO_KEY_H_
#define GATETEST_SRC_EVALUATION_MEMO_KEY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "gatetest/model.h"
#include "gatetest/store.h"
#include "gatetest/task.h"

namespace gatetest::internal {

/// The seed of the order in which samples are asked: the one given, else one from the data's hash.
std::uint64_t SeedFor(const Task& task, std::optional<std::uint64_t> seed);

/// Loads the data set. Context window and BOS are no part of a model's identity, but they decide
/// what a Corpus asks.
std::string MemoKey(Model& model, const Task& task, std::optional<std::uint64_t> seed,
                    StoreMode mode);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_EVALUATION_MEMO_KEY_H_
