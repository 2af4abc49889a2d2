#include "src/store/sqlite_place.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

#include "src/store/sqlite_schema.h"
#include "src/store/store_error.h"

namespace gatetest::internal {
namespace {

/// Where SQLite has its own files too: beside the file itself, not beside a link to it.
std::filesystem::path Beside(const std::filesystem::path& file, const char* suffix) {
  std::error_code unknown;
  std::filesystem::path path = std::filesystem::weakly_canonical(file, unknown);
  if (unknown) path = file;
  path += suffix;
  return path;
}

/// "/ci is read-only (Permission denied)", or empty. In place of what is not there, the folder in
/// which it would be made.
std::string WhyNotWritable(std::filesystem::path path) {
  while (true) {
    if (::faccessat(AT_FDCWD, path.c_str(), W_OK, AT_EACCESS) == 0) return "";
    const int error = errno;
    if (error == ENOENT && path.has_relative_path()) {
      path = path.parent_path();
      continue;
    }
    // What else there is (a file in place of a folder, say) shows when it is opened.
    if (error != EACCES && error != EROFS && error != EPERM) return "";
    return fmt::format("{} is read-only ({})", path.string(),
                       std::generic_category().message(error));
  }
}

/// One process at a time opens the file: the first switch of a new one to WAL fails at once when
/// others look at it, however patient a connection is. Where there can be no lock file, none is
/// needed: nobody makes anything there.
class OpeningLock {
 public:
  explicit OpeningLock(const std::filesystem::path& store)
      : descriptor_(::open(Beside(store, ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
    while (descriptor_ >= 0 && ::flock(descriptor_, LOCK_EX) != 0 && errno == EINTR) continue;
  }
  ~OpeningLock() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  OpeningLock(const OpeningLock&) = delete;
  OpeningLock& operator=(const OpeningLock&) = delete;

 private:
  const int descriptor_;
};

/// Where there can be no WAL (some network file systems), SQLite stays with its older journal,
/// which is slower and as safe.
void SwitchToWal(SqliteDatabase& database) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  int result = database.Try("PRAGMA journal_mode = WAL");
  // SQLite does not wait here, though a reader that does not know of the lock file may be there.
  while (result == SQLITE_BUSY && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    result = database.Try("PRAGMA journal_mode = WAL");
  }
  if (result != SQLITE_OK) database.ThrowLastError("opened");
  // A commit then outlives the process; a power failure may take the last ones, and only them.
  // Keys are spread over the whole file, so that many answers share a page only in a longer log and
  // a larger memory than the usual ones (32 MB each, where there are as many answers).
  database.RunAll(
      "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 8000; PRAGMA cache_size = -32000");
}

}  // namespace

SqlitePlace::SqlitePlace(const std::filesystem::path& file) : file_(file) {}

SqliteDatabase* SqlitePlace::Readable() {
  // While the disk is full it is opened anew each time: there may be space again, and what is read
  // without locks does not see what others write.
  if (database_ != nullptr && !is_full_) return database_.get();
  database_.reset();
  is_full_ = false;
  std::error_code unknown;
  const std::filesystem::file_status status = std::filesystem::status(file_, unknown);
  if (status.type() == std::filesystem::file_type::not_found) return nullptr;
  if (std::filesystem::is_directory(status)) ThrowStoreError(file_, "read", "it is a folder");
  if (std::filesystem::file_size(file_, unknown) == 0 && !unknown) return nullptr;
  OpenWhatIsThere();
  return database_.get();
}

SqliteDatabase* SqlitePlace::Writable() {
  if (Readable() != nullptr) return why_read_only_.empty() ? database_.get() : nullptr;
  if (!MayWrite()) return nullptr;
  try {
    std::error_code error;
    std::filesystem::create_directories(file_.parent_path(), error);
    if (error) ThrowStoreErrno(file_, "made", error.value());
    OpenForWriting(SqliteAccess::kCreate);
  } catch (const DiskFullError&) {
    is_full_ = true;
  }
  return database_.get();
}

bool SqlitePlace::MayWrite() {
  why_read_only_ = WhyNotWritable(file_);
  if (why_read_only_.empty()) why_read_only_ = WhyNotWritable(file_.parent_path());
  return why_read_only_.empty();
}

void SqlitePlace::OpenWhatIsThere() {
  if (MayWrite()) {
    try {
      return OpenForWriting(SqliteAccess::kReadWrite);
    } catch (const DiskFullError&) {
      // Even a reader wants an index file beside it, and that cannot be made.
      is_full_ = true;
      why_read_only_ = WhyFull(file_.parent_path());
    }
  }
  OpenForReading();
}

void SqlitePlace::OpenForWriting(SqliteAccess access) {
  const OpeningLock lock(file_);
  auto database = std::make_unique<SqliteDatabase>(file_, access);
  // One that is being made, or is to be made, is nothing yet for those who only read.
  if (IsNewSqliteFile(*database) && access != SqliteAccess::kCreate) return;
  SwitchToWal(*database);
  MigrateSqlite(*database);
  database_ = std::move(database);
}

void SqlitePlace::OpenForReading() {
  auto database = std::make_unique<SqliteDatabase>(file_, SqliteAccess::kRead);
  const int result = database->Try("SELECT count(*) FROM sqlite_master");
  // A file in WAL mode is not readable where SQLite cannot make its index file beside it.
  if (result == SQLITE_CANTOPEN || result == SQLITE_READONLY || result == SQLITE_IOERR ||
      result == SQLITE_FULL) {
    std::error_code none;
    const std::filesystem::path wal = Beside(file_, "-wal");
    if (std::filesystem::file_size(wal, none) > 0 && !none) {
      ThrowStoreError(
          file_, "read",
          fmt::format("{}, and its last answers are still in {}", why_read_only_, wal.string()),
          is_full_ ? "free some space"
                   : "open it once where it can be written, or copy both files to such a place");
    }
    database = std::make_unique<SqliteDatabase>(file_, SqliteAccess::kReadImmutable);
  }
  if (IsNewSqliteFile(*database)) return;
  const std::int64_t version = database->Number("PRAGMA user_version");
  if (version < static_cast<std::int64_t>(kSqliteSteps.size())) {
    ThrowStoreError(file_, "read",
                    fmt::format("it was written by an older GateTest (schema {}), and {}", version,
                                why_read_only_),
                    is_full_ ? "free some space" : "open it once where it can be written");
  }
  database_ = std::move(database);
}

void SqlitePlace::ThrowReadOnly() const {
  if (is_full_) ThrowStoreErrno(file_, "written", ENOSPC);
  ThrowStoreError(file_, "written", why_read_only_);
}

Asker& SqlitePlace::asker() {
  if (asker_ == nullptr) asker_ = std::make_unique<Asker>(Beside(file_, ".askers"));
  return *asker_;
}

}  // namespace gatetest::internal
