// Errors of stores: what cannot be done, why, and the next step.
#ifndef GATETEST_SRC_STORE_STORE_ERROR_H_
#define GATETEST_SRC_STORE_STORE_ERROR_H_

#include <filesystem>
#include <string>
#include <string_view>

namespace gatetest::internal {

/// "the store FILE cannot be `doing`: `why`; `next`". Throws Error(kStoreFailed).
[[noreturn]] void ThrowStoreError(const std::filesystem::path& file, std::string_view doing,
                                  std::string_view why,
                                  std::string_view next =
                                      "choose another place with "
                                      "--gatetest_store");

/// The same for an errno: a full disk says so, and how much is left.
[[noreturn]] void ThrowStoreErrno(const std::filesystem::path& file, std::string_view doing,
                                  int error);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_STORE_ERROR_H_
