#include "src/store/store_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdint>
#include <optional>
#include <system_error>

namespace gatetest::internal {
namespace {

std::string StoreErrorText(const std::filesystem::path& file, std::string_view doing,
                           std::string_view why, std::string_view next) {
  return fmt::format("the store {} cannot be {}: {}; {}", file.string(), doing, why, next);
}

std::optional<std::uintmax_t> BytesLeft(const std::filesystem::path& folder) {
  std::error_code unknown;
  const std::filesystem::space_info space = std::filesystem::space(folder, unknown);
  return unknown ? std::nullopt : std::optional(space.available);
}

}  // namespace

void ThrowStoreError(const std::filesystem::path& file, std::string_view doing,
                     std::string_view why, std::string_view next) {
  throw Error(ErrorCode::kStoreFailed, StoreErrorText(file, doing, why, next));
}

void ThrowStoreErrno(const std::filesystem::path& file, std::string_view doing, int error,
                     std::string_view next) {
  if (error == ENOSPC || error == EDQUOT) {
    const std::filesystem::path folder = file.parent_path();
    const std::optional<std::uintmax_t> left = BytesLeft(folder);
    const std::string why = left
                                ? fmt::format("disk full (the file system of {} has {} bytes left)",
                                              folder.string(), *left)
                                : "disk full";
    throw DiskFullError(
        StoreErrorText(file, doing, why, fmt::format("free some space, or {}", next)));
  }
  if (error == EFBIG) {
    ThrowStoreError(file, doing, "it would be larger than this process may make a file (ulimit -f)",
                    fmt::format("raise that limit, or {}", next));
  }
  ThrowStoreError(file, doing, std::generic_category().message(error), next);
}

void ThrowRecordingError(const std::filesystem::path& file, std::string_view doing,
                         std::string_view why, std::string_view next) {
  ThrowStoreError(file, doing, why, next);
}

void ThrowRecordingErrno(const std::filesystem::path& file, std::string_view doing, int error) {
  ThrowStoreErrno(file, doing, error, kAnotherFolder);
}

std::string WhyFull(const std::filesystem::path& folder) {
  const std::optional<std::uintmax_t> left = BytesLeft(folder);
  return fmt::format("the file system of {} is full{}", folder.string(),
                     left ? fmt::format(" ({} bytes left)", *left) : "");
}

}  // namespace gatetest::internal
