#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <system_error>

#include "gatetest/error.h"
#include "gatetest/fingerprints.h"
#include "src/data/hash.h"

namespace gatetest {
namespace {

namespace fs = std::filesystem;

/// Nobody changes a file's content and keeps all of these. (A modification time alone can be set,
/// and build systems do.)
std::string StampOf(const struct stat& status) {
#ifdef __APPLE__
  const auto& modified = status.st_mtimespec;
  const auto& changed = status.st_ctimespec;
#else
  const auto& modified = status.st_mtim;
  const auto& changed = status.st_ctim;
#endif
  return fmt::format("{} {}.{:09} {}.{:09} {} {}", status.st_size, modified.tv_sec,
                     modified.tv_nsec, changed.tv_sec, changed.tv_nsec, status.st_dev,
                     status.st_ino);
}

/// A change within the clock's resolution after the hash was taken would leave the stamp as it is.
bool IsSettled(const struct stat& status) {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return status.st_mtime < now - 2;
}

/// Where the hash of this path is remembered; none where there is no place for such things.
std::optional<fs::path> NoteFor(const fs::path& absolute) {
  const char* const cache = std::getenv("XDG_CACHE_HOME");
  const char* const home = std::getenv("HOME");
  fs::path folder;
  if (cache != nullptr && *cache != '\0') {
    folder = cache;
  } else if (home != nullptr && *home != '\0') {
    folder = fs::path(home) / ".cache";
  } else {
    return std::nullopt;
  }
  return folder / "gatetest" / "file-hashes" / internal::Hasher().Add(absolute.string()).Hex();
}

/// A note is one line: stamp, ": ", hash.
std::optional<std::string> ReadNote(const fs::path& note, const std::string& stamp) {
  std::ifstream in(note);
  std::string line;
  if (!std::getline(in, line) || !line.starts_with(stamp + ": xxh3:")) return std::nullopt;
  return line.substr(stamp.size() + 2);
}

/// By a rename, so that nobody reads half of it. Where it cannot be written the next process hashes
/// again.
void WriteNote(const fs::path& note, const std::string& stamp, const std::string& hash) {
  std::error_code ignored;
  fs::create_directories(note.parent_path(), ignored);
  const fs::path temporary = note.string() + fmt::format(".{}", ::getpid());
  bool written = false;
  {
    std::ofstream out(temporary);
    out << stamp << ": " << hash << "\n";
    out.close();
    written = !out.fail();
  }
  if (written) fs::rename(temporary, note, ignored);
  if (!written || ignored) fs::remove(temporary, ignored);
}

[[noreturn]] void CannotRead(const fs::path& path, int error) {
  std::error_code unknown;
  const fs::path absolute = fs::absolute(path, unknown);
  throw Error(ErrorCode::kNotFound,
              fmt::format("{} cannot be read, so its content cannot be told from another's: {}. "
                          "(ModelInfo::weights_file and libraries are read to know whose answers "
                          "are recorded; ModelInfo::weights is a revision that you state instead.)",
                          unknown ? path.string() : absolute.string(), std::strerror(error)));
}

std::string HashContent(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) CannotRead(path, errno);
  internal::Hasher hasher;
  std::string block(std::size_t{1} << 20U, '\0');
  while (in) {
    in.read(block.data(), static_cast<std::streamsize>(block.size()));
    hasher.AddBytes({block.data(), static_cast<std::size_t>(in.gcount())});
  }
  if (in.bad()) CannotRead(path, errno);
  return "xxh3:" + hasher.Hex();
}

}  // namespace

std::string FileHash(const std::filesystem::path& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) CannotRead(path, errno);
  if (!S_ISREG(status.st_mode)) CannotRead(path, S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
  const std::string stamp = StampOf(status);
  std::error_code error;
  const fs::path absolute = fs::canonical(path, error);
  if (error) CannotRead(path, error.value());

  static std::mutex mutex;
  static std::map<std::string, std::string> known;
  const std::lock_guard lock(mutex);
  const std::string name = absolute.string() + " " + stamp;
  if (const auto found = known.find(name); found != known.end()) return found->second;
  const bool settled = IsSettled(status);
  const std::optional<fs::path> note = settled ? NoteFor(absolute) : std::nullopt;
  std::optional<std::string> hash = note ? ReadNote(*note, stamp) : std::nullopt;
  if (!hash) {
    hash = HashContent(path);
    if (note) WriteNote(*note, stamp, *hash);
  }
  if (settled) known[name] = *hash;
  return *hash;
}

}  // namespace gatetest
