// TokenizeExchange: the tokens of a text, by /tokenize.
#ifndef GATETEST_SRC_HTTP_TOKENIZE_EXCHANGE_H_
#define GATETEST_SRC_HTTP_TOKENIZE_EXCHANGE_H_

#include <memory>
#include <string>

#include "src/http/abilities.h"
#include "src/http/exchange.h"
#include "src/http/served_model.h"

namespace gatetest::internal {

/// With the token that begins every text, or without.
enum class Special { kWithout, kWith };

/// Throws NoAnswer when the text cannot be sent.
HttpRequest TokenizeRequest(const ServedModel& model, TokenizeBy by, const std::string& text,
                            Special special = Special::kWithout);

/// Reads the answer to it: tokens, and where they end if the server tells what they stand for.
/// Throws BadAnswer when it is none.
Response ReadTokens(const std::string& body, const std::string& text);

std::unique_ptr<Exchange> MakeTokenizeExchange(const ServedModel& model, const Abilities& abilities,
                                               const Request& request);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_TOKENIZE_EXCHANGE_H_
