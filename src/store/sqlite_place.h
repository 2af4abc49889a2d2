// Where a SQLite store is: a file that may not be there yet, or may not be ours to write.
#ifndef GATETEST_SRC_STORE_SQLITE_PLACE_H_
#define GATETEST_SRC_STORE_SQLITE_PLACE_H_

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "src/store/asker.h"
#include "src/store/sqlite_database.h"

namespace gatetest::internal {

/// What a Store and its shelves share. Whoever calls anything else holds mutex().
class SqlitePlace {
 public:
  /// Opens nothing yet.
  explicit SqlitePlace(const std::filesystem::path& file);

  const std::filesystem::path& file() const { return file_; }
  std::mutex& mutex() { return mutex_; }

  /// Null where there is nothing yet. Throws Error(kStoreFailed) for what is there and is no store,
  /// as Writable does. What either has returned before may be gone after it.
  SqliteDatabase* Readable();

  /// Makes the file and its folder if need be. Null where there is no permission to, or no space.
  SqliteDatabase* Writable();

  /// After Writable was null.
  [[noreturn]] void ThrowReadOnly() const;

  /// For claims, in a place that is writable.
  Asker& asker();

  /// All claims of the asker end. The next call of asker() makes another.
  void RetireAsker() { asker_.reset(); }

 private:
  bool MayWrite();
  void OpenWhatIsThere();
  void OpenForWriting(SqliteAccess access);
  void OpenForReading();

  const std::filesystem::path file_;
  std::mutex mutex_;
  std::unique_ptr<SqliteDatabase> database_;
  std::string why_read_only_;  ///< Empty while nothing forbids writing.
  bool is_full_ = false;       ///< Whether that is because no space was left to open it.
  std::unique_ptr<Asker> asker_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_SQLITE_PLACE_H_
