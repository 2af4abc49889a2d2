#include "src/store/store_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

#include "gatetest/error.h"

namespace gatetest::internal {

void ThrowStoreError(const std::filesystem::path& file, std::string_view doing,
                     std::string_view why, std::string_view next) {
  throw Error(ErrorCode::kStoreFailed,
              fmt::format("the store {} cannot be {}: {}; {}", file.string(), doing, why, next));
}

void ThrowStoreErrno(const std::filesystem::path& file, std::string_view doing, int error) {
  if (error == ENOSPC || error == EDQUOT) {
    std::error_code unknown;
    const std::filesystem::path folder = file.parent_path();
    const std::filesystem::space_info space = std::filesystem::space(folder, unknown);
    ThrowStoreError(file, doing,
                    unknown ? "disk full"
                            : fmt::format("disk full (the file system of {} has {} bytes left)",
                                          folder.string(), space.available),
                    "free some space, or choose another place with --gatetest_store");
  }
  if (error == EFBIG) {
    ThrowStoreError(file, doing, "it would be larger than this process may make a file (ulimit -f)",
                    "raise that limit, or choose another place with --gatetest_store");
  }
  ThrowStoreError(file, doing, std::generic_category().message(error));
}

}  // namespace gatetest::internal
