// "sqlite:FILE" and "recording:FOLDER": where a store is, as people write it.
#ifndef GATETEST_SRC_STORE_STORE_PLACE_H_
#define GATETEST_SRC_STORE_STORE_PLACE_H_

#include <filesystem>
#include <string>

namespace gatetest::internal {

struct StorePlace {
  enum class Kind { kSqlite, kRecording } kind = Kind::kSqlite;
  std::filesystem::path path = {};
};

/// Looks at nothing but the text. Throws Error(kInvalidArgument), which shows `place` without the
/// password of an address.
StorePlace ParseStorePlace(const std::string& place);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_STORE_PLACE_H_
