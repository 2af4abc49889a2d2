#include "src/store/sqlite_schema.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>

#include "src/store/store_error.h"

namespace gatetest::internal {
namespace {

// An answer belongs to its key alone. It is kept once for each shelf that has it, so that what a
// task used can be told. `shelf_of_asker` is a number of the asker's own, not one of `shelves`.
constexpr std::array kReleasedSteps = {
    R"(CREATE TABLE models (id INTEGER PRIMARY KEY, identity TEXT NOT NULL UNIQUE,
                            model TEXT NOT NULL);
       CREATE TABLE shelves (id INTEGER PRIMARY KEY, model INTEGER NOT NULL, task TEXT NOT NULL,
                             UNIQUE (model, task));
       CREATE TABLE answers (key BLOB NOT NULL, shelf INTEGER NOT NULL, sample TEXT NOT NULL,
                             turn INTEGER NOT NULL, recorded INTEGER NOT NULL,
                             request TEXT NOT NULL, response BLOB NOT NULL,
                             PRIMARY KEY (key, shelf)) WITHOUT ROWID;
       CREATE INDEX answers_by_sample ON answers (shelf, sample, turn, recorded);
       CREATE TABLE claims (key BLOB PRIMARY KEY, asker INTEGER NOT NULL,
                            shelf_of_asker INTEGER NOT NULL) WITHOUT ROWID;)",
};

}  // namespace

const std::span<const char* const> kSqliteSteps = kReleasedSteps;

bool IsNewSqliteFile(SqliteDatabase& database, std::span<const char* const> steps) {
  const std::int64_t application = database.Number("PRAGMA application_id");
  const std::int64_t version = database.Number("PRAGMA user_version");
  if (application != kSqliteApplication || version < 0) {
    const std::int64_t tables = database.Number("SELECT count(*) FROM sqlite_master");
    if (application == 0 && version == 0 && tables == 0) return true;
    ThrowStoreError(database.file(), "used", "it is a SQLite database of another program");
  }
  if (version > static_cast<std::int64_t>(steps.size())) {
    ThrowStoreError(
        database.file(), "read",
        fmt::format("it was written by a newer GateTest (schema {}; this one reads up to {})",
                    version, steps.size()),
        "use that, or choose another place with --gatetest_store");
  }
  return false;
}

void MigrateSqlite(SqliteDatabase& database, std::span<const char* const> steps) {
  SqliteTransaction writing(database, SqliteTransaction::kWrite);
  IsNewSqliteFile(database, steps);  // Again: another process may have been faster.
  const std::int64_t version = database.Number("PRAGMA user_version");
  if (version == static_cast<std::int64_t>(steps.size())) return;
  for (const char* const step : steps.subspan(static_cast<std::size_t>(version))) {
    database.RunAll(step);
  }
  database.RunAll(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}",
                              kSqliteApplication, steps.size())
                      .c_str());
  writing.Commit();
}

}  // namespace gatetest::internal
