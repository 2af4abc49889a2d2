#include "src/store/json_text.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "src/text/utf8.h"

namespace gatetest::internal {

std::string TextToJson(std::string_view text) {
  using nlohmann::json;
  if (FindInvalidUtf8(text) == std::string_view::npos) return json(text).dump();
  json bytes = json::array();
  for (const char byte : text) bytes.push_back(static_cast<unsigned char>(byte));
  return json{{"bytes", std::move(bytes)}}.dump();
}

bool TextFromJson(std::string_view json, std::string& text) {
  const nlohmann::json value = nlohmann::json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (value.is_string()) {
    text = value.get<std::string>();
    return true;
  }
  if (!value.is_object() || value.size() != 1 || !value.contains("bytes")) return false;
  std::string read;
  for (const nlohmann::json& byte : value["bytes"]) {
    if (!byte.is_number_unsigned() || byte.get<std::uint64_t>() > 0xFF) return false;
    read += static_cast<char>(byte.get<unsigned char>());
  }
  text = std::move(read);
  return value["bytes"].is_array();
}

}  // namespace gatetest::internal
