// One JSON object or array, taken apart into its fields or items.
#ifndef GATETEST_SRC_DATA_JSON_ROW_H_
#define GATETEST_SRC_DATA_JSON_ROW_H_

#include <string>
#include <string_view>
#include <vector>

namespace gatetest::internal {

enum class JsonKind { kNull, kBool, kNumber, kText, kArray, kObject };

/// "an array".
std::string_view KindName(JsonKind kind);

/// A field of a row, or an item of an array (then without a name).
struct JsonMember {
  std::string name;
  JsonKind kind = JsonKind::kNull;
  std::string text;  ///< Text as it is, anything else as compact JSON.
};

struct JsonMembers {
  std::vector<JsonMember> list;
  std::string problem;  ///< Why there are none; empty when there are.
};

/// Takes one JSON object or array apart; `hint` says what `json` should have been.
JsonMembers ReadJson(std::string_view json, JsonKind expected, std::string_view hint);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_DATA_JSON_ROW_H_
