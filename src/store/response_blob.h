// Responses as a database keeps them: their JSON, compressed where that pays.
#ifndef GATETEST_SRC_STORE_RESPONSE_BLOB_H_
#define GATETEST_SRC_STORE_RESPONSE_BLOB_H_

#include <cstdint>
#include <span>
#include <string>

#include "gatetest/request.h"

namespace gatetest::internal {

/// 'j' and the JSON, or 'z', the JSON's size in 8 bytes (the lowest first), and the JSON in zlib's
/// format: for a JSON above 1024 bytes that gets smaller by it.
std::string ResponseToBlob(const Response& response);

/// Throws Error(kStoreFailed) for what ResponseToBlob does not write.
Response ResponseFromBlob(std::span<const std::uint8_t> blob);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_RESPONSE_BLOB_H_
