// Errors of stores: what cannot be done, why, and the next step.
#ifndef GATETEST_SRC_STORE_STORE_ERROR_H_
#define GATETEST_SRC_STORE_STORE_ERROR_H_

#include <filesystem>
#include <string>
#include <string_view>

#include "gatetest/error.h"

namespace gatetest::internal {

/// What to do about a place that is no good. A recording may be Gate::accepted, or that of
/// Recorded: no flag chooses those.
/// @{
inline constexpr std::string_view kAnotherPlace = "choose another place with --gatetest_store";
inline constexpr std::string_view kAnotherFolder = "choose another folder";
/// @}

/// No space is left: nothing can be recorded, but what is recorded may yet be read.
class DiskFullError final : public Error {
 public:
  explicit DiskFullError(const std::string& message) : Error(ErrorCode::kStoreFailed, message) {}
};

/// "the store FILE cannot be `doing`: `why`; `next`". Throws Error(kStoreFailed).
[[noreturn]] void ThrowStoreError(const std::filesystem::path& file, std::string_view doing,
                                  std::string_view why, std::string_view next = kAnotherPlace);

/// The same for an errno: a full disk says so, and how much is left (DiskFullError).
[[noreturn]] void ThrowStoreErrno(const std::filesystem::path& file, std::string_view doing,
                                  int error, std::string_view next = kAnotherPlace);

/// The same for recordings: whoever calls these cannot forget the other advice.
/// @{
[[noreturn]] void ThrowRecordingError(const std::filesystem::path& file, std::string_view doing,
                                      std::string_view why, std::string_view next = kAnotherFolder);
[[noreturn]] void ThrowRecordingErrno(const std::filesystem::path& file, std::string_view doing,
                                      int error);
/// @}

/// "the file system of FOLDER is full (512 bytes left)": why nothing can be written there.
std::string WhyFull(const std::filesystem::path& folder);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_STORE_ERROR_H_
