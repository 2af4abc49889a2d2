// The tables of a SQLite store, and how a file of an older version gets them.
#ifndef GATETEST_SRC_STORE_SQLITE_SCHEMA_H_
#define GATETEST_SRC_STORE_SQLITE_SCHEMA_H_

#include <cstdint>
#include <span>

#include "src/store/sqlite_database.h"

namespace gatetest::internal {

/// Marks a SQLite file as ours (PRAGMA application_id): "GtSt".
constexpr std::int64_t kSqliteApplication = 0x47745374;

/// Step i leads from version i (PRAGMA user_version) to version i + 1; a file that is new has
/// version 0. Those that were released never change: a change of the tables is one step more.
extern const std::span<const char* const> kSqliteSteps;

/// Whether nothing was ever made in it. Throws Error(kStoreFailed) for a file that is not ours, or
/// of a version that these steps do not reach.
bool IsNewSqliteFile(SqliteDatabase& database, std::span<const char* const> steps = kSqliteSteps);

/// Takes the steps that are missing, all or none of them.
void MigrateSqlite(SqliteDatabase& database, std::span<const char* const> steps = kSqliteSteps);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_SQLITE_SCHEMA_H_
