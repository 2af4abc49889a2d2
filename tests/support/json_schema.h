// Whether a JSON document is what a JSON Schema (draft 2020-12) says: the part of it that this
// repository's schemas use. A keyword that is not known here is an error, not a pass.
#ifndef GATETEST_TESTS_SUPPORT_JSON_SCHEMA_H_
#define GATETEST_TESTS_SUPPORT_JSON_SCHEMA_H_

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatetest::testing_support {

class JsonSchema {
 public:
  /// Throws std::invalid_argument for a keyword, a type or a reference that is not known.
  explicit JsonSchema(nlohmann::json schema) : root_(std::move(schema)) { CheckSchema(root_, "#"); }

  /// What is wrong, each with its place ("/rungs/0/verdict"); empty: the document is valid.
  std::vector<std::string> ErrorsIn(const nlohmann::json& document) const {
    std::vector<std::string> errors;
    Validate(root_, document, "", errors);
    return errors;
  }

 private:
  [[noreturn]] static void Reject(const std::string& place, const std::string& why) {
    throw std::invalid_argument("the schema at " + place + ": " + why);
  }

  /// Of "#/$defs/name".
  const nlohmann::json& Find(const std::string& reference) const {
    if (!reference.starts_with("#/")) Reject(reference, "only #/... can be referred to");
    const nlohmann::json::json_pointer pointer(reference.substr(1));
    if (!root_.contains(pointer)) Reject(reference, "is not there");
    return root_.at(pointer);
  }

  void CheckSchema(const nlohmann::json& schema, const std::string& place) const {
    static const std::set<std::string_view> kKnown = {
        "$schema",    "title",    "description",          "$defs", "$ref", "type",
        "properties", "required", "additionalProperties", "items", "enum", "const",
        "anyOf"};
    static const std::set<std::string_view> kTypes = {"object",  "array",   "string", "number",
                                                      "integer", "boolean", "null"};
    if (!schema.is_object()) Reject(place, "is no object");
    for (const auto& [keyword, value] : schema.items()) {
      if (!kKnown.contains(keyword)) Reject(place, "unknown keyword " + keyword);
      if (keyword == "type" && !kTypes.contains(value.get_ref<const std::string&>())) {
        Reject(place, "unknown type " + value.dump());
      }
      if (keyword == "additionalProperties" && value != false) Reject(place, "has to be false");
      if (keyword == "$ref") Find(value);
      if (keyword == "items") CheckSchema(value, place + "/items");
      if (keyword == "anyOf") {
        for (const nlohmann::json& one : value) CheckSchema(one, place + "/anyOf");
      }
      if (keyword != "properties" && keyword != "$defs") continue;
      for (const auto& [name, one] : value.items()) CheckSchema(one, place + "/" + name);
    }
  }

  static bool IsOfType(const nlohmann::json& value, const std::string& type) {
    if (type == "number") return value.is_number();
    // 3.0 is an integer too, by the specification.
    if (type == "integer") {
      return value.is_number_integer() ||
             (value.is_number_float() && value.get<double>() == std::floor(value.get<double>()));
    }
    return value.type_name() == type;
  }

  void Validate(const nlohmann::json& schema, const nlohmann::json& value, const std::string& place,
                std::vector<std::string>& errors) const {
    const auto fail = [&](const std::string& why) { errors.push_back(place + ": " + why); };
    if (schema.contains("$ref")) Validate(Find(schema["$ref"]), value, place, errors);
    if (schema.contains("type") && !IsOfType(value, schema["type"])) {
      fail(value.dump() + " is no " + schema["type"].get<std::string>());
      return;
    }
    if (schema.contains("const") && value != schema["const"]) {
      fail(value.dump() + " is not " + schema["const"].dump());
    }
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
      fail(value.dump() + " is none of " + schema["enum"].dump());
    }
    if (schema.contains("anyOf") && !IsAnyOf(schema["anyOf"], value)) {
      fail(value.dump() + " is none of " + std::to_string(schema["anyOf"].size()) + " kinds");
    }
    if (value.is_object()) ValidateObject(schema, value, place, errors);
    if (value.is_array() && schema.contains("items")) {
      for (std::size_t i = 0; i < value.size(); ++i) {
        Validate(schema["items"], value[i], place + "/" + std::to_string(i), errors);
      }
    }
  }

  bool IsAnyOf(const nlohmann::json& schemas, const nlohmann::json& value) const {
    return std::any_of(schemas.begin(), schemas.end(), [&](const nlohmann::json& one) {
      std::vector<std::string> errors;
      Validate(one, value, "", errors);
      return errors.empty();
    });
  }

  void ValidateObject(const nlohmann::json& schema, const nlohmann::json& value,
                      const std::string& place, std::vector<std::string>& errors) const {
    for (const nlohmann::json& name : schema.value("required", nlohmann::json::array())) {
      if (!value.contains(name.get<std::string>()))
        errors.push_back(place + ": has no " + name.dump());
    }
    const nlohmann::json known = schema.value("properties", nlohmann::json::object());
    for (const auto& [name, one] : value.items()) {
      if (known.contains(name)) {
        Validate(known[name], one, place + "/" + name, errors);
      } else if (schema.contains("additionalProperties")) {
        errors.push_back(place + ": has \"" + name + "\", which is not known");
      }
    }
  }

  const nlohmann::json root_;
};

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_SUPPORT_JSON_SCHEMA_H_
