// Places where a store cannot be written: what tests of both kinds do there, each in a child
// process (sqlite_testing.h), which gives up what it must not have or mounts what it needs.
#ifndef GATETEST_TESTS_STORE_PLACES_TESTING_H_
#define GATETEST_TESTS_STORE_PLACES_TESTING_H_

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/mount.h>
#endif

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <utility>

#include "gatetest/store.h"
#include "tests/store/sqlite_testing.h"
#include "tests/support/errors.h"

namespace gatetest::testing_support {

using Path = std::filesystem::path;

/// What Put throws; "no error" if nothing.
inline std::string ErrorOfPut(Shelf& shelf, std::uint64_t number) {
  return ErrorOf([&] { shelf.Put(QuestionOf(number), AnswerOf(number)); }, ErrorCode::kStoreFailed);
}

/// Permissions bind everybody but root.
inline void GiveUpRoot() {
  if (::geteuid() != 0) return;
  if (::setgid(65534) != 0 || ::setuid(65534) != 0) throw std::runtime_error("cannot leave root");
}

inline void SetMode(const Path& path, mode_t mode) {
  if (::chmod(path.c_str(), mode) != 0) throw std::runtime_error("chmod: " + path.string());
}

/// Puts from `first` on until it fails; the number that failed, and the error.
inline std::pair<std::uint64_t, std::string> PutUntilItFails(Shelf& shelf, std::uint64_t first) {
  for (std::uint64_t number = first; number < first + 100'000; ++number) {
    const std::string error = ErrorOfPut(shelf, number);
    if (error != "no error") return {number, error};
  }
  return {0, "it never fails"};
}

/// What is wrong with answers 0 to `count`; "" when all are found.
inline std::string MissingBelow(Shelf& shelf, std::uint64_t count) {
  for (std::uint64_t number = 0; number < count; ++number) {
    if (!Finds(shelf, number)) return "answer " + std::to_string(number) + " is lost";
  }
  return "";
}

#ifdef __linux__

/// Why this process can mount nothing, or empty. It then sees mounts of its own.
inline std::string EnterMounts() {
  const int flags = ::geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER;
  const uid_t uid = ::geteuid();
  if (::unshare(flags) != 0) return std::string("unshare: ") + std::strerror(errno);
  if (uid != 0) {
    std::ofstream("/proc/self/setgroups") << "deny";
    std::ofstream("/proc/self/uid_map") << "0 " << uid << " 1";
  }
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) {
    return std::string("mount: ") + std::strerror(errno);
  }
  return "";
}

inline std::string MountTmpfs(const Path& path, const std::string& options) {
  if (::mount("tmpfs", path.c_str(), "tmpfs", 0, options.c_str()) != 0) {
    return std::string("mount: ") + std::strerror(errno);
  }
  return "";
}

/// Fills the file system of `folder` but for that many pages.
inline void FillDisk(const Path& folder, std::uintmax_t pages) {
  constexpr std::size_t kPage = 4096;
  const Path filler = folder / "filler";
  std::ofstream out(filler);
  while (out << std::string(kPage, 'x') << std::flush) continue;
  out.close();
  const std::uintmax_t size = std::filesystem::file_size(filler);
  std::filesystem::resize_file(filler, (size / kPage - pages) * kPage);
}

#endif  // __linux__

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_STORE_PLACES_TESTING_H_
