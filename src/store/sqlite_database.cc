#include "src/store/sqlite_database.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <system_error>
#include <thread>

#include "src/store/store_error.h"

namespace gatetest::internal {
namespace {

constexpr std::chrono::seconds kPatience(60);

/// "file:" addresses are the only way to say that nobody writes a file.
std::string ImmutableAddress(const std::filesystem::path& file) {
  std::string address = "file:";
  for (const char c : file.string()) {
    const bool means_something = c == '%' || c == '?' || c == '#';
    address +=
        means_something ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return address + "?immutable=1";
}

int FlagsOf(SqliteAccess access) {
  const int always = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  switch (access) {
    case SqliteAccess::kCreate:
      return always | SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    case SqliteAccess::kReadWrite:
      return always | SQLITE_OPEN_READWRITE;
    case SqliteAccess::kRead:
      return always | SQLITE_OPEN_READONLY;
    case SqliteAccess::kReadImmutable:
      return always | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI;
  }
  return always;
}

}  // namespace

SqliteRows::~SqliteRows() { sqlite3_reset(statement_); }

bool SqliteRows::Next() {
  errno = 0;  // See ThrowLastError.
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result == SQLITE_DONE) return false;
  const bool writes = sqlite3_stmt_readonly(statement_) == 0 ||
                      std::string_view(sqlite3_sql(statement_)) == "COMMIT";
  database_.ThrowLastError(writes ? "written" : "read");
}

std::int64_t SqliteRows::Integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::string SqliteRows::Text(int column) const {
  const std::span<const std::uint8_t> bytes = Blob(column);
  return {bytes.begin(), bytes.end()};
}

std::span<const std::uint8_t> SqliteRows::Blob(int column) const {
  const auto* const bytes =
      static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

SqliteDatabase::SqliteDatabase(const std::filesystem::path& file, SqliteAccess access)
    : file_(file) {
  const std::string name =
      access == SqliteAccess::kReadImmutable ? ImmutableAddress(file) : file.string();
  if (sqlite3_open_v2(name.c_str(), &connection_, FlagsOf(access), nullptr) != SQLITE_OK) {
    const int error = connection_ == nullptr ? ENOMEM : sqlite3_system_errno(connection_);
    sqlite3_close(connection_);
    ThrowStoreErrno(file_, "opened", error);
  }
  // A file from elsewhere must not run code of its own in our queries.
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_ENABLE_VIEW, 0, nullptr);
  sqlite3_db_config(connection_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  SetPatient(true);
}

SqliteDatabase::~SqliteDatabase() {
  for (const auto& [sql, statement] : prepared_) sqlite3_finalize(statement);
  sqlite3_close(connection_);
}

std::int64_t SqliteDatabase::Number(std::string_view sql) {
  SqliteRows rows = Query(sql);
  return rows.Next() ? rows.Integer(0) : 0;
}

void SqliteDatabase::RunAll(const char* statements) {
  if (Try(statements) != SQLITE_OK) ThrowLastError("written");
}

int SqliteDatabase::Try(const char* statements) {
  errno = 0;
  return sqlite3_exec(connection_, statements, nullptr, nullptr, nullptr) & 0xFF;
}

std::size_t SqliteDatabase::changes() const {
  return static_cast<std::size_t>(sqlite3_changes64(connection_));
}

void SqliteDatabase::SetPatient(bool patient) {
  sqlite3_busy_handler(connection_, patient ? WaitForOthers : nullptr, this);
}

/// SQLite's own way to wait sleeps up to 100 ms at a time: too long beside a Put of 50 us.
int SqliteDatabase::WaitForOthers(void* database, int count) {
  auto& self = *static_cast<SqliteDatabase*>(database);
  const auto now = std::chrono::steady_clock::now();
  if (count == 0) self.waiting_since_ = now;
  if (now - self.waiting_since_ > kPatience) return 0;
  // By chance, so that those who wait do not come back all at once.
  thread_local std::minstd_rand random(std::random_device{}());
  const int longest_us = std::min(200 * (count + 1), 10'000);
  const auto pause_us = std::uniform_int_distribution<int>(50, longest_us)(random);
  std::this_thread::sleep_for(std::chrono::microseconds(pause_us));
  return 1;
}

sqlite3_stmt* SqliteDatabase::Prepared(std::string_view sql) {
  const auto found = prepared_.find(sql);
  if (found != prepared_.end()) return found->second;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(connection_, sql.data(), static_cast<int>(sql.size()),
                         SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    ThrowLastError("read");
  }
  prepared_.emplace(sql, statement);
  return statement;
}

void SqliteDatabase::Bind(sqlite3_stmt* statement, int index, std::int64_t number) {
  sqlite3_bind_int64(statement, index, number);
}

void SqliteDatabase::Bind(sqlite3_stmt* statement, int index, std::string_view text) {
  // A view of nothing has no address, which would be NULL.
  const char* const data = text.empty() ? "" : text.data();
  if (sqlite3_bind_text64(statement, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8) !=
      SQLITE_OK) {
    ThrowLastError("written");
  }
}

void SqliteDatabase::Bind(sqlite3_stmt* statement, int index, std::span<const std::uint8_t> bytes) {
  if (sqlite3_bind_blob64(statement, index, bytes.data(), bytes.size(), SQLITE_TRANSIENT) !=
      SQLITE_OK) {
    ThrowLastError("written");
  }
}

void SqliteDatabase::ThrowLastError(std::string_view doing) {
  // SQLite keeps the errno of a statement that fails, but not of a commit.
  const int last = errno;
  const int error = last != 0 ? last : sqlite3_system_errno(connection_);
  switch (sqlite3_errcode(connection_) & 0xFF) {
    case SQLITE_FULL:
      ThrowStoreErrno(file_, doing, ENOSPC);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      ThrowStoreError(
          file_, doing,
          fmt::format("other processes have kept it locked for {} s", kPatience.count()),
          "end those that hang, or choose another place with --gatetest_store");
    case SQLITE_NOTADB:
      ThrowStoreError(file_, doing, "it is no SQLite database");
    case SQLITE_CORRUPT:
      ThrowStoreError(
          file_, doing, fmt::format("it is damaged ({})", sqlite3_errmsg(connection_)),
          "delete it to record its answers anew, or choose another place with --gatetest_store");
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      if (error != 0) ThrowStoreErrno(file_, doing, error);
      [[fallthrough]];
    default:
      ThrowStoreError(file_, doing, sqlite3_errmsg(connection_));
  }
}

SqliteTransaction::SqliteTransaction(SqliteDatabase& database, Kind kind) : database_(database) {
  database_.Run(kind == kWrite ? "BEGIN IMMEDIATE" : "BEGIN");
}

SqliteTransaction::~SqliteTransaction() {
  // What failed badly SQLite has rolled back by itself: there is nothing to do then.
  if (!committed_) database_.Try("ROLLBACK");
}

void SqliteTransaction::Commit() {
  database_.Run("COMMIT");
  committed_ = true;
}

}  // namespace gatetest::internal
