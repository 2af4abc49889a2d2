// The JSON of requests and answers, with errors that say what was wrong with it.
#ifndef GATETEST_SRC_HTTP_WIRE_JSON_H_
#define GATETEST_SRC_HTTP_WIRE_JSON_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "gatetest/request.h"

namespace gatetest::internal {

/// The text as a JSON string. Throws NoAnswer when it is not UTF-8: JSON has no other bytes.
std::string QuotedJson(std::string_view text);

/// What the body is; discarded where that is no JSON, or nested deeper than any answer is.
nlohmann::json ParseJson(const std::string& body);

/// The object in the body of a good answer. Throws BadAnswer when it is none, and what it says when
/// it is an error ({"error": ...}), which some relays send with HTTP 200.
nlohmann::json ParseObject(const std::string& body);

/// The server's own words in an error answer: {"error": {"message": ...}} and its variants, else
/// the beginning of the text. Empty: it has none.
std::string MessageIn(const std::string& body);

/// The token counts of an answer; those that contradict themselves are none.
Usage UsageIn(const nlohmann::json& answer);

/// Of those generated, the tokens that no text shows: completion_tokens_details.reasoning_tokens,
/// and what the total alone counts.
std::int64_t SilentTokensIn(const nlohmann::json& answer);

/// Reads finish_reason. Throws NoAnswer when the provider withheld the answer (content_filter).
FinishReason FinishReasonIn(const nlohmann::json& choice);

/// A log-probability of an answer. Throws NoAnswer when it is none (null): it is never made up.
double LogprobIn(const nlohmann::json& value, std::size_t token);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_WIRE_JSON_H_
