// A connection to a SQLite file: SQL with values in, rows out, errors as people need them.
//
//   SqliteDatabase database(file, SqliteAccess::kReadWrite);
//   SqliteTransaction writing(database, SqliteTransaction::kWrite);
//   database.Run("INSERT INTO pets VALUES (?, ?)", "Rex", 7);
//   writing.Commit();
//   SqliteRows pets = database.Query("SELECT age FROM pets WHERE name = ?", "Rex");
//   while (pets.Next()) ages.push_back(pets.Integer(0));
#ifndef GATETEST_SRC_STORE_SQLITE_DATABASE_H_
#define GATETEST_SRC_STORE_SQLITE_DATABASE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

struct sqlite3;       // NOLINT(readability-identifier-naming): SQLite's name.
struct sqlite3_stmt;  // NOLINT(readability-identifier-naming): SQLite's name.

namespace gatetest::internal {

enum class SqliteAccess {
  kCreate,         ///< Reads and writes a file that may not be there yet.
  kReadWrite,      ///< A file that is there.
  kRead,           ///< Writes nothing; SQLite still wants its index file beside the database.
  kReadImmutable,  ///< Nobody writes it: SQLite wants no other file, and takes no locks.
};

class SqliteDatabase;

/// The rows of a query, one after the other. Only one at a time for one text of SQL.
class SqliteRows {
 public:
  SqliteRows(SqliteDatabase& database, sqlite3_stmt* statement)
      : database_(database), statement_(statement) {}
  ~SqliteRows();
  SqliteRows(const SqliteRows&) = delete;
  SqliteRows& operator=(const SqliteRows&) = delete;

  /// Goes to the next row; false when there is none.
  bool Next();
  std::int64_t Integer(int column) const;
  std::string Text(int column) const;
  /// Until Next.
  std::span<const std::uint8_t> Blob(int column) const;

 private:
  SqliteDatabase& database_;
  sqlite3_stmt* statement_;
};

/// For one thread at a time. Its functions throw Error(kStoreFailed).
class SqliteDatabase {
 public:
  SqliteDatabase(const std::filesystem::path& file, SqliteAccess access);
  ~SqliteDatabase();
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  /// `sql` is prepared once. Values: integers, texts, and spans of bytes.
  template <typename... Values>
  SqliteRows Query(std::string_view sql, const Values&... values) {
    sqlite3_stmt* const statement = Prepared(sql);
    int index = 0;
    (Bind(statement, ++index, values), ...);
    return {*this, statement};
  }
  template <typename... Values>
  void Run(std::string_view sql, const Values&... values) {
    Query(sql, values...).Next();
  }
  /// The number in the only row.
  std::int64_t Number(std::string_view sql);

  /// Runs statements without values.
  void RunAll(const char* statements);
  /// Runs statements; returns SQLite's primary result code instead of throwing.
  int Try(const char* statements);

  /// How many rows the last statement changed.
  std::size_t changes() const;

  /// Locks of others are waited for, up to a minute, or not at all.
  void SetPatient(bool patient);

  const std::filesystem::path& file() const { return file_; }

  /// Throws what went wrong last.
  [[noreturn]] void ThrowLastError(std::string_view doing);

 private:
  static int WaitForOthers(void* database, int count);
  sqlite3_stmt* Prepared(std::string_view sql);
  void Bind(sqlite3_stmt* statement, int index, std::int64_t number);
  void Bind(sqlite3_stmt* statement, int index, std::string_view text);
  void Bind(sqlite3_stmt* statement, int index, std::span<const std::uint8_t> bytes);

  const std::filesystem::path file_;
  sqlite3* connection_ = nullptr;
  std::map<std::string, sqlite3_stmt*, std::less<>> prepared_;
  std::chrono::steady_clock::time_point waiting_since_;
};

/// Rolls back unless committed.
class SqliteTransaction {
 public:
  enum Kind {
    kRead,   ///< Sees one state of the file.
    kWrite,  ///< And is the only one to write it.
  };
  SqliteTransaction(SqliteDatabase& database, Kind kind);
  ~SqliteTransaction();
  SqliteTransaction(const SqliteTransaction&) = delete;
  SqliteTransaction& operator=(const SqliteTransaction&) = delete;
  void Commit();

 private:
  SqliteDatabase& database_;
  bool committed_ = false;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_SQLITE_DATABASE_H_
