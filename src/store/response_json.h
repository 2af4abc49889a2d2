// Responses as JSON, the same in every kind of store. A response comes back equal bit for bit.
#ifndef GATETEST_SRC_STORE_RESPONSE_JSON_H_
#define GATETEST_SRC_STORE_RESPONSE_JSON_H_

#include <string>
#include <string_view>

#include "gatetest/request.h"

namespace gatetest::internal {

/// One line; fields at their defaults are left out, numbers are the shortest text that is the same
/// double. What JSON cannot hold: "inf", "-inf" and "nan" are strings, a text that is not UTF-8 is
/// {"bytes": [...]}.
std::string ResponseToJson(const Response& response);

/// Throws Error(kStoreFailed) for anything that ResponseToJson does not write, naming the field.
Response ResponseFromJson(std::string_view text);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_RESPONSE_JSON_H_
