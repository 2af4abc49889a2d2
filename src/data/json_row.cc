#include "src/data/json_row.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "src/data/data_error.h"
#include "src/text/utf8.h"

namespace gatetest::internal {
namespace {

/// A SAX reader, because the tree nlohmann/json builds has forgotten what matters here: a name
/// given twice, how a number was written, the fields' order.
class MemberReader final : public nlohmann::json_sax<nlohmann::json> {
 public:
  MemberReader(std::string_view json, JsonKind expected, std::string_view hint)
      : json_(json), expected_(expected), hint_(hint) {}

  JsonMembers Read() {
    const bool complete = nlohmann::json::sax_parse(json_, this);
    if (!complete && result_.problem.empty()) result_.problem = "not valid JSON";
    return std::move(result_);
  }

  bool null() override { return Value(JsonKind::kNull, "null"); }
  bool boolean(bool value) override { return Value(JsonKind::kBool, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override {
    return Value(JsonKind::kNumber, std::to_string(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return Value(JsonKind::kNumber, std::to_string(value));
  }
  bool number_float(number_float_t /*value*/, const std::string& written) override {
    std::string text = written;  // With the locale's decimal point, which may be a comma.
    for (char& c : text) {
      if (std::string_view("0123456789+-eE").find(c) == std::string::npos) c = '.';
    }
    return Value(JsonKind::kNumber, std::move(text));
  }
  bool string(std::string& value) override { return Value(JsonKind::kText, std::move(value)); }
  bool binary(binary_t& /*value*/) override { return Refuse("binary data"); }  // Not in text.

  bool start_object(std::size_t /*size*/) override { return Open(JsonKind::kObject); }
  bool start_array(std::size_t /*size*/) override { return Open(JsonKind::kArray); }
  bool end_object() override { return Close('}'); }
  bool end_array() override { return Close(']'); }

  bool key(std::string& name) override {
    if (!names_.back().insert(name).second) {
      return Refuse(fmt::format("field {} appears twice; remove one", QuoteJson(name)));
    }
    if (names_.size() == 1) {
      name_ = std::move(name);
    } else {
      WriteNested(nlohmann::json(name).dump());
      result_.list.back().text += ':';
    }
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*last_token*/,
                   const nlohmann::json::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 9: syntax error ...": only
    // the last part is about the user's file.
    std::string_view what = error.what();
    if (what.starts_with('[')) what.remove_prefix(std::min(what.find(' '), what.size() - 1) + 1);
    if (what.starts_with("parse error at")) what.remove_prefix(what.find(": ") + 2);
    const std::size_t before = std::min(std::max(position, std::size_t{1}) - 1, json_.size());
    return Refuse(fmt::format("not valid JSON: {}{} at column {}; {}", CutUtf8(what, 200),
                              what.size() > 200 ? "..." : "",
                              CountCodePoints(json_.substr(0, before)) + 1, hint_));
  }

 private:
  /// More than any data has; what is nested deeper is an attack or a mistake.
  static constexpr std::size_t kMaxDepth = 100;

  bool Refuse(std::string problem) {
    result_.problem = std::move(problem);
    return false;
  }

  bool Expect(JsonKind found) {
    if (found == expected_) return true;
    return Refuse(
        fmt::format("expected {}, but found {}; {}", KindName(expected_), KindName(found), hint_));
  }

  bool Value(JsonKind kind, std::string text) {
    if (names_.empty()) return Expect(kind);
    if (names_.size() == 1) {
      result_.list.push_back({std::exchange(name_, {}), kind, std::move(text)});
    } else {
      WriteNested(kind == JsonKind::kText ? nlohmann::json(text).dump() : text);
    }
    return true;
  }

  bool Open(JsonKind kind) {
    if (names_.size() >= kMaxDepth) {
      return Refuse(fmt::format("nested deeper than {} levels", kMaxDepth));
    }
    if (names_.empty() ? !Expect(kind) : !Value(kind, "")) return false;
    if (!names_.empty()) result_.list.back().text += kind == JsonKind::kObject ? '{' : '[';
    names_.emplace_back();
    return true;
  }

  bool Close(char bracket) {
    names_.pop_back();
    if (!names_.empty()) result_.list.back().text += bracket;
    return true;
  }

  void WriteNested(const std::string& json) {
    std::string& text = result_.list.back().text;
    // A text within ends in a quote, so these three are always structure.
    const bool first = text.ends_with('[') || text.ends_with('{') || text.ends_with(':');
    if (!first) text += ',';
    text += json;
  }

  const std::string_view json_;
  const JsonKind expected_;
  const std::string_view hint_;
  JsonMembers result_;
  std::string name_;                          ///< Of the row's field whose value comes next.
  std::vector<std::set<std::string>> names_;  ///< Those seen at each level; its size is the depth.
};

}  // namespace

std::string_view KindName(JsonKind kind) {
  switch (kind) {
    case JsonKind::kNull:
      return "null";
    case JsonKind::kBool:
      return "true or false";
    case JsonKind::kNumber:
      return "a number";
    case JsonKind::kText:
      return "text";
    case JsonKind::kArray:
      return "an array";
    case JsonKind::kObject:
      return "an object";
  }
  return "unknown";
}

JsonMembers ReadJson(std::string_view json, JsonKind expected, std::string_view hint) {
  return MemberReader(json, expected, hint).Read();
}

}  // namespace gatetest::internal
