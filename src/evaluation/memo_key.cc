#include "src/evaluation/memo_key.h"

#include <fmt/format.h>

#include <typeinfo>

#include "src/data/hash.h"
#include "src/evaluation/shuffle.h"

namespace gatetest::internal {

std::uint64_t SeedFor(const Task& task, std::optional<std::uint64_t> seed) {
  return seed.value_or(SeedFromHash(task.dataset().hash()));
}

std::string MemoKey(Model& model, const Task& task, std::optional<std::uint64_t> seed,
                    StoreMode mode) {
  const ModelInfo& info = model.info();
  const Store* const recording = model.recording();
  const std::string context = fmt::format(
      "{} {}", info.context_window, info.bos_token ? std::to_string(*info.bos_token) : "none");
  return Hasher()
      .Add(model.identity())
      .Add(recording == nullptr ? "" : recording->place())
      .Add(context)
      .Add(task.name())
      .Add(typeid(task).name())
      .Add(task.identity())
      .Add(task.dataset().hash())
      .AddCount(SeedFor(task, seed))
      .Add(Name(mode))
      .Hex();
}

}  // namespace gatetest::internal
