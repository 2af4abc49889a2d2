// A SQLite file as a Store: safe for many processes at once, whatever kills them.
#ifndef GATETEST_SRC_STORE_SQLITE_STORE_H_
#define GATETEST_SRC_STORE_SQLITE_STORE_H_

#include <filesystem>
#include <memory>

#include "gatetest/store.h"

namespace gatetest::internal {

/// Throws as OpenStore does.
std::unique_ptr<Store> OpenSqlite(const std::filesystem::path& file);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_SQLITE_STORE_H_
