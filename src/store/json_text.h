// Texts of any bytes as JSON, which holds UTF-8 only.
#ifndef GATETEST_SRC_STORE_JSON_TEXT_H_
#define GATETEST_SRC_STORE_JSON_TEXT_H_

#include <string>
#include <string_view>

namespace gatetest::internal {

/// In quotes; a text that is not UTF-8 is {"bytes":[...]}.
std::string TextToJson(std::string_view text);

/// False for what TextToJson does not write.
bool TextFromJson(std::string_view json, std::string& text);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_JSON_TEXT_H_
