#include "src/http/wire_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>

#include "src/http/exchange.h"
#include "src/text/show.h"
#include "src/text/utf8.h"

namespace gatetest::internal {
namespace {

using nlohmann::json;

std::optional<std::int64_t> CountIn(const json& object, const char* name) {
  if (!object.contains(name)) return std::nullopt;
  const json& value = object[name];
  constexpr std::int64_t kMost = std::int64_t{1} << 40;
  if (!value.is_number_integer()) return std::nullopt;
  const auto count = value.get<std::int64_t>();
  return count >= 0 && count <= kMost ? std::optional(count) : std::nullopt;
}

/// Copies and destructors of what is nested as deep as a long body allows overflow the stack.
bool IsNestedTooDeep(std::string_view body) {
  constexpr int kDeepest = 100;
  int depth = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < body.size(); ++i) {
    const char c = body[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '[' || c == '{') {
      if (++depth > kDeepest) return true;
    } else if (c == ']' || c == '}') {
      --depth;
    }
  }
  return false;
}

std::string Excerpt(const std::string& body) {
  constexpr std::size_t kLongest = 80;
  return body.empty() ? "it is empty" : "it begins " + Quote(body, kLongest);
}

}  // namespace

std::string QuotedJson(std::string_view text) {
  const std::size_t bad = FindInvalidUtf8(text);
  if (bad != std::string_view::npos) {
    throw NoAnswer(fmt::format(
        "the text has a byte that is not UTF-8, at offset {}, and JSON cannot carry it", bad));
  }
  return json(text).dump();
}

json ParseJson(const std::string& body) {
  if (IsNestedTooDeep(body)) return json::value_t::discarded;
  return json::parse(body, nullptr, /*allow_exceptions=*/false);
}

std::string MessageIn(const std::string& body) {
  using nlohmann::json;
  constexpr std::size_t kLongest = 300;
  const json parsed = ParseJson(body);
  std::string text;
  const auto take = [&](const json& object) {
    for (const char* const name : {"message", "detail", "error", "msg"}) {
      if (text.empty() && object.is_object() && object.contains(name)) {
        const json& value = object[name];
        if (value.is_string()) text = value.get<std::string>();
      }
    }
  };
  if (parsed.is_object()) {
    if (parsed.contains("error")) take(parsed["error"]);
    take(parsed);
    if (text.empty() && parsed.contains("detail")) text = parsed["detail"].dump();
  }
  if (text.empty()) text = body;
  const bool blank = text.find_first_not_of(" \t\r\n") == std::string::npos;
  return blank ? "" : Quote(text, kLongest);
}

json ParseObject(const std::string& body) {
  json answer = ParseJson(body);
  if (!answer.is_object()) {
    throw BadAnswer("an answer that is no JSON object", Excerpt(body));
  }
  if (answer.contains("error") && !answer["error"].is_null()) {
    throw BadAnswer("an error with HTTP 200", MessageIn(body));
  }
  return answer;
}

Usage UsageIn(const json& answer) {
  if (!answer.contains("usage") || !answer["usage"].is_object()) return {};
  const json& usage = answer["usage"];
  const auto prompt = CountIn(usage, "prompt_tokens");
  const auto completion =
      usage.contains("completion_tokens") ? CountIn(usage, "completion_tokens") : std::int64_t{0};
  if (!prompt || !completion) return {};
  if (!usage.contains("total_tokens")) {
    return {.prompt_tokens = *prompt, .completion_tokens = *completion};
  }
  // Some count a model's reasoning in the total alone, and charge for it.
  const auto total = CountIn(usage, "total_tokens");
  if (!total || *total < *prompt + *completion) return {};
  return {.prompt_tokens = *prompt, .completion_tokens = *total - *prompt};
}

std::int64_t SilentTokensIn(const json& answer) {
  if (!answer.contains("usage") || !answer["usage"].is_object()) return 0;
  const json& usage = answer["usage"];
  const std::int64_t counted = UsageIn(answer).completion_tokens;
  const std::int64_t in_total_alone =
      counted - std::min(counted, CountIn(usage, "completion_tokens").value_or(0));
  const auto details = usage.find("completion_tokens_details");
  const std::int64_t reasoned = details == usage.end() || !details->is_object()
                                    ? 0
                                    : CountIn(*details, "reasoning_tokens").value_or(0);
  // Whoever counts them in the total alone may name them as well.
  return std::min(counted, std::max(in_total_alone, reasoned));
}

FinishReason FinishReasonIn(const json& choice) {
  if (!choice.contains("finish_reason") || !choice["finish_reason"].is_string()) {
    return FinishReason::kUnknown;
  }
  const auto reason = choice["finish_reason"].get<std::string>();
  if (reason == "content_filter") {
    throw NoAnswer("the provider's content filter withheld the answer");
  }
  if (reason == "length" || reason == "max_tokens" || reason == "model_length") {
    return FinishReason::kLength;
  }
  return FinishReason::kStop;
}

double LogprobIn(const json& value, std::size_t token) {
  if (!value.is_number()) {
    throw NoAnswer(fmt::format("token {}: the server gave no log-probability ({})", token + 1,
                               value.is_null() ? "null" : value.type_name()));
  }
  return value.get<double>();
}

}  // namespace gatetest::internal
