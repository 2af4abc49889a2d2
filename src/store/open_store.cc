#include "gatetest/open_store.h"

#include "src/store/recording_store.h"
#include "src/store/sqlite_store.h"
#include "src/store/store_place.h"

namespace gatetest {

std::unique_ptr<Store> OpenStore(const std::string& place) {
  const internal::StorePlace parsed = internal::ParseStorePlace(place);
  return parsed.kind == internal::StorePlace::Kind::kSqlite ? internal::OpenSqlite(parsed.path)
                                                            : internal::OpenRecording(parsed.path);
}

}  // namespace gatetest
