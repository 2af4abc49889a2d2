#include "src/store/response_json.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <limits>
#include <nlohmann/json.hpp>
#include <vector>

#include "gatetest/error.h"
#include "src/data/json_row.h"
#include "src/store/json_text.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

using nlohmann::json;

std::string JsonOfDouble(double number) {
  if (std::isnan(number)) return "\"nan\"";
  if (std::isinf(number)) return number > 0 ? "\"inf\"" : "\"-inf\"";
  // Without a point it would come back as an integer, which has no -0.
  if (number == 0 && std::signbit(number)) return "-0.0";
  return fmt::format("{}", number);
}

/// [["the",-0.5],["a",-1.25]]
std::string JsonOfTopLogprobs(const std::vector<TokenLogprob>& tokens) {
  std::string out = "[";
  for (const TokenLogprob& one : tokens) {
    fmt::format_to(std::back_inserter(out), "{}[{},{}]", out.size() == 1 ? "" : ",",
                   TextToJson(one.token), JsonOfDouble(one.logprob));
  }
  return out + "]";
}

std::string_view JsonOfFinishReason(FinishReason reason) {
  switch (reason) {
    case FinishReason::kStop:
      return "\"stop\"";
    case FinishReason::kLength:
      return "\"length\"";
    case FinishReason::kUnknown:
      break;
  }
  return "";
}

/// Writes the fields of an object.
class ResponseFieldWriter {
 public:
  void Field(std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(out_), "{}\"{}\":{}", out_.empty() ? "{" : ",", name, value);
  }
  void Text(std::string_view name, const std::string& text) {
    if (!text.empty()) Field(name, TextToJson(text));
  }
  template <typename Item, typename Show>
  void Array(std::string_view name, const std::vector<Item>& items, const Show& show) {
    if (items.empty()) return;
    Field(name, "[");
    for (std::size_t i = 0; i < items.size(); ++i) {
      fmt::format_to(std::back_inserter(out_), "{}{}", i == 0 ? "" : ",", show(items[i]));
    }
    out_ += ']';
  }
  void Count(std::string_view name, std::int64_t count) {
    if (count != 0) Field(name, fmt::format("{}", count));
  }
  std::string Take() const { return out_.empty() ? "{}" : out_ + "}"; }

 private:
  std::string out_;
};

[[noreturn]] void ThrowResponseError(const std::string& what) {
  throw Error(ErrorCode::kStoreFailed, "not a recorded response: " + what);
}

/// Reads one field; its errors name it.
class ResponseFieldReader {
 public:
  explicit ResponseFieldReader(const JsonMember& member) : member_(member) {}

  std::string Text() const {
    if (member_.kind == JsonKind::kText) return member_.text;
    Expect(member_.kind == JsonKind::kObject, "text, or {\"bytes\": [...]}");
    return TextOf(json::parse(member_.text));
  }

  FinishReason Reason() const {
    Expect(member_.kind == JsonKind::kText && (member_.text == "stop" || member_.text == "length"),
           "\"stop\" or \"length\"");
    return member_.text == "stop" ? FinishReason::kStop : FinishReason::kLength;
  }

  std::vector<double> Doubles() const {
    std::vector<double> numbers;
    for (const json& item : Items()) numbers.push_back(Double(item));
    return numbers;
  }

  std::vector<std::vector<TokenLogprob>> TopLogprobs() const {
    std::vector<std::vector<TokenLogprob>> places;
    for (const json& place : Items()) {
      Expect(place.is_array(), "arrays of [token, logarithm]");
      std::vector<TokenLogprob>& tokens = places.emplace_back();
      for (const json& one : place) {
        Expect(one.is_array() && one.size() == 2, "arrays of [token, logarithm]");
        tokens.push_back({.token = TextOf(one[0]), .logprob = Double(one[1])});
      }
    }
    return places;
  }

  template <typename Number>
  std::vector<Number> Integers() const {
    std::vector<Number> numbers;
    for (const json& item : Items()) {
      numbers.push_back(Integer<Number>(
          item, fmt::format("whole numbers of {} bits", std::numeric_limits<Number>::digits)));
    }
    return numbers;
  }

  std::int64_t Count() const {
    Expect(member_.kind == JsonKind::kNumber, "a whole number");
    return Integer<std::int64_t>(json::parse(member_.text), "a whole number");
  }

 private:
  void Expect(bool as_expected, std::string_view expected) const {
    if (as_expected) return;
    ThrowResponseError(fmt::format("field \"{}\" should be {}, but is {}", member_.name, expected,
                                   Quote(member_.text)));
  }

  std::string TextOf(const json& value) const {
    if (value.is_string()) return value.get<std::string>();
    Expect(value.is_object() && value.size() == 1 && value.contains("bytes") &&
               value["bytes"].is_array(),
           "text, or {\"bytes\": [...]}");
    std::string text;
    for (const json& byte : value["bytes"]) {
      text += static_cast<char>(static_cast<unsigned char>(
          Integer<std::uint8_t>(byte, "bytes: whole numbers from 0 to 255")));
    }
    return text;
  }

  json Items() const {
    Expect(member_.kind == JsonKind::kArray, "an array");
    return json::parse(member_.text);
  }

  double Double(const json& item) const {
    if (item.is_number()) return item.get<double>();
    Expect(item == "nan" || item == "inf" || item == "-inf",
           "numbers, or one of \"inf\", \"-inf\", \"nan\"");
    if (item == "nan") return std::numeric_limits<double>::quiet_NaN();
    const double infinity = std::numeric_limits<double>::infinity();
    return item == "inf" ? infinity : -infinity;
  }

  template <typename Number>
  Number Integer(const json& item, std::string_view expected) const {
    using Limits = std::numeric_limits<Number>;
    if (item.is_number_unsigned()) {
      const auto number = item.get<std::uint64_t>();
      Expect(number <= static_cast<std::uint64_t>(Limits::max()), expected);
      return static_cast<Number>(number);
    }
    Expect(item.is_number_integer(), expected);
    const auto number = item.get<std::int64_t>();  // Below 0: others are unsigned.
    Expect(Limits::is_signed && number >= static_cast<std::int64_t>(Limits::min()), expected);
    return static_cast<Number>(number);
  }

  const JsonMember& member_;
};

Usage UsageFromJson(const JsonMember& field) {
  const JsonMembers members = ReadJson(field.text, JsonKind::kObject, "it counts tokens");
  if (!members.problem.empty()) ThrowResponseError("field \"usage\": " + members.problem);
  Usage usage;
  for (const JsonMember& member : members.list) {
    if (member.name == "prompt_tokens") {
      usage.prompt_tokens = ResponseFieldReader(member).Count();
    } else if (member.name == "completion_tokens") {
      usage.completion_tokens = ResponseFieldReader(member).Count();
    } else {
      ThrowResponseError(fmt::format("unknown field {} in \"usage\"", Quote(member.name)));
    }
  }
  return usage;
}

}  // namespace

std::string ResponseToJson(const Response& response) {
  ResponseFieldWriter writer;
  const auto as_it_is = [](auto number) { return number; };
  writer.Text("text", response.text);
  writer.Array("logprobs", response.logprobs, JsonOfDouble);
  writer.Array("top_logprobs", response.top_logprobs, JsonOfTopLogprobs);
  writer.Array("tokens", response.tokens, as_it_is);
  writer.Array("token_ends", response.token_ends, as_it_is);
  if (response.finish_reason != FinishReason::kUnknown) {
    writer.Field("finish_reason", JsonOfFinishReason(response.finish_reason));
  }
  ResponseFieldWriter usage;
  usage.Count("prompt_tokens", response.usage.prompt_tokens);
  usage.Count("completion_tokens", response.usage.completion_tokens);
  if (usage.Take() != "{}") writer.Field("usage", usage.Take());
  writer.Text("failure", response.failure);
  return writer.Take();
}

Response ResponseFromJson(std::string_view text) {
  const JsonMembers members =
      ReadJson(text, JsonKind::kObject, "a response is one JSON object on one line");
  if (!members.problem.empty()) ThrowResponseError(members.problem);
  Response response;
  for (const JsonMember& member : members.list) {
    const ResponseFieldReader reader(member);
    if (member.name == "text") {
      response.text = reader.Text();
    } else if (member.name == "logprobs") {
      response.logprobs = reader.Doubles();
    } else if (member.name == "top_logprobs") {
      response.top_logprobs = reader.TopLogprobs();
    } else if (member.name == "tokens") {
      response.tokens = reader.Integers<TokenId>();
    } else if (member.name == "token_ends") {
      response.token_ends = reader.Integers<std::size_t>();
    } else if (member.name == "finish_reason") {
      response.finish_reason = reader.Reason();
    } else if (member.name == "usage") {
      response.usage = UsageFromJson(member);
    } else if (member.name == "failure") {
      response.failure = reader.Text();
    } else {
      ThrowResponseError(fmt::format(
          "unknown field {}; the fields are text, logprobs, top_logprobs, tokens, token_ends, "
          "finish_reason, usage and failure",
          Quote(member.name)));
    }
  }
  return response;
}

}  // namespace gatetest::internal
