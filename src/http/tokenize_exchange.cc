#include "src/http/tokenize_exchange.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "src/http/wire_json.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

using nlohmann::json;

/// What a token stands for: text, or bytes where it is no whole UTF-8.
std::optional<std::string> PieceIn(const json& token) {
  if (!token.is_object() || !token.contains("piece")) return std::nullopt;
  const json& piece = token["piece"];
  if (piece.is_string()) return piece.get<std::string>();
  if (!piece.is_array()) return std::nullopt;
  std::string bytes;
  for (const json& byte : piece) {
    if (!byte.is_number_integer()) return std::nullopt;
    bytes += static_cast<char>(static_cast<unsigned char>(byte.get<int>()));
  }
  return bytes;
}

class TokenizeExchange final : public Exchange {
 public:
  TokenizeExchange(const ServedModel& model, const Abilities& abilities, const Request& request)
      : model_(model), abilities_(abilities), request_(request) {}

  HttpRequest Next() override {
    if (abilities_.tokenize == TokenizeBy::kNone) {
      throw NoAnswer("the server does not tokenize (/tokenize)");
    }
    return TokenizeRequest(model_, abilities_.tokenize, request_.prompt);
  }
  void Take(const HttpAnswer& answer) override {
    response_ = ReadTokens(answer.body, request_.prompt);
  }
  bool done() const override { return response_.has_value(); }
  Response TakeResponse() override { return *std::move(response_); }

 private:
  const ServedModel& model_;
  const Abilities& abilities_;
  const Request& request_;
  std::optional<Response> response_;
};

}  // namespace

HttpRequest TokenizeRequest(const ServedModel& model, TokenizeBy by, const std::string& text,
                            Special special) {
  const char* const with = special == Special::kWith ? "true" : "false";
  const std::string quoted = QuotedJson(text);
  // A text that spells a special token is a text.
  std::string body =
      by == TokenizeBy::kLlamaServer
          ? fmt::format(
                "{{\"model\":{},\"content\":{},\"add_special\":{},\"parse_special\":false,"
                "\"with_pieces\":true}}",
                QuotedJson(model.name()), quoted, with)
          : fmt::format("{{\"model\":{},\"prompt\":{},\"add_special_tokens\":{}}}",
                        QuotedJson(model.name()), quoted, with);
  return {.url = model.connection->root() + "/tokenize", .body = std::move(body)};
}

Response ReadTokens(const std::string& body, const std::string& text) {
  const json answer = ParseObject(body);
  const auto tokens = answer.find("tokens");
  if (tokens == answer.end() || !tokens->is_array()) {
    throw BadAnswer("an answer without tokens", Quote(body.substr(0, 80)));
  }
  Response response;
  std::string spelled;
  bool has_pieces = true;
  for (const json& token : *tokens) {
    const json& id = token.is_object() ? token.value("id", json()) : token;
    if (!id.is_number_integer()) {
      throw BadAnswer("an answer whose tokens are no numbers", Quote(body.substr(0, 80)));
    }
    response.tokens.push_back(id.get<TokenId>());
    const std::optional<std::string> piece = PieceIn(token);
    has_pieces = has_pieces && piece;
    if (!has_pieces) continue;
    spelled += *piece;
    response.token_ends.push_back(spelled.size());
  }
  // A tokenizer that adds or drops a blank tells nothing of where tokens end.
  if (!has_pieces || spelled != text) response.token_ends.clear();
  return response;
}

std::unique_ptr<Exchange> MakeTokenizeExchange(const ServedModel& model, const Abilities& abilities,
                                               const Request& request) {
  return std::make_unique<TokenizeExchange>(model, abilities, request);
}

}  // namespace gatetest::internal
