#include "src/http/abilities.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "src/http/courier.h"
#include "src/http/retry_policy.h"
#include "src/http/score_exchange.h"
#include "src/http/score_reader.h"
#include "src/http/tokenize_exchange.h"
#include "src/http/wire_json.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

using nlohmann::json;

/// A request whose answer is looked at, whatever its status: a gateway says whatever it says of
/// what is not there, and a key may be good for other requests.
class Trial final : public Exchange {
 public:
  Trial(HttpRequest request, int attempts) : request_(std::move(request)), attempts_(attempts) {}

  HttpRequest Next() override { return request_; }
  void Take(const HttpAnswer& answer) override {
    const std::string mishap = MishapOf(answer);
    const bool may_pass = answer.status == 408 || answer.status == 409 || answer.status == 429 ||
                          answer.status == 503 || answer.status == 504;
    const int most = may_pass ? attempts_ : std::min(attempts_, kMostOfMishaps);
    if (!mishap.empty() && ++tries_ < most) throw BadAnswer(mishap, MessageIn(answer.body));
    answer_ = answer;
    is_clear_ = mishap.empty();
    done_ = true;
  }
  bool Understands(const HttpAnswer& answer) const override {
    return answer.end == HttpEnd::kAnswered;
  }
  bool done() const override { return done_; }
  Response TakeResponse() override { return {}; }

  const HttpAnswer& answer() const { return answer_; }
  /// Whether it would be the same another time.
  bool is_clear() const { return is_clear_; }

 private:
  static constexpr int kMostOfMishaps = 3;

  /// What is known of an endpoint is known for long, so what may be a mishap is asked again.
  static std::string MishapOf(const HttpAnswer& answer) {
    const int status = answer.status;
    if (status == 408 || status == 409 || status == 429 || (status >= 500 && status != 501)) {
      return fmt::format("HTTP {}", status);
    }
    if (status >= 300) return "";
    try {
      ParseObject(answer.body);
      return "";
    } catch (const BadAnswer& bad) {
      return bad.what();
    }
  }

  const HttpRequest request_;
  const int attempts_;
  int tries_ = 0;
  HttpAnswer answer_;
  bool is_clear_ = true;
  bool done_ = false;
};

class Prober {
 public:
  explicit Prober(const ServedModel& model) : model_(model) {}

  Abilities Run() {
    FindTokenizer();
    if (found_.tokenize == TokenizeBy::kLlamaServer && TryForcedTokens()) return found_;
    if (found_.tokenize != TokenizeBy::kNone && TryPromptLogprobs()) return found_;
    if (TryEcho(/*generates=*/false) || TryEcho(/*generates=*/true)) return found_;
    found_.why_no_score = fmt::format("{}", fmt::join(tried_, "; "));
    return found_;
  }

 private:
  /// More than one token, and nothing that anybody would take for a template's.
  static constexpr const char* kText = "One two three.";

  /// The answer, or none where the server says no.
  std::optional<std::string> Ask(HttpRequest request) {
    const bool usual = request.url.starts_with(model_.connection->base() + "/");
    const Endpoint& endpoint = model_.connection->endpoint();
    Trial trial(std::move(request), endpoint.retrying.attempts);
    DeliverOne(*model_.connection, trial);
    const HttpAnswer& answer = trial.answer();
    if (!trial.is_clear()) found_.is_sure = false;
    if (answer.status < 300) return answer.body;
    refusal_ = fmt::format("HTTP {}", answer.status);
    const bool is_forbidden = answer.status == 401 || answer.status == 403;
    const std::string said = MessageIn(answer.body);
    if (usual && !said.empty()) refusal_ += ": " + said;
    if (usual && is_forbidden) refusal_ += "; " + KeyAdvice(endpoint);
    if (usual && answer.status == 404) {
      refusal_ += fmt::format(" (asked for model {})", Quote(model_.name()));
    }
    refusal_ = model_.connection->WithoutKey(std::move(refusal_));
    if (usual && is_forbidden) found_.is_sure = false;
    return std::nullopt;
  }

  std::vector<TokenId> Tokenize(TokenizeBy by, Special special) {
    const std::optional<std::string> body = Ask(TokenizeRequest(model_, by, kText, special));
    if (!body) return {};
    try {
      if (by == TokenizeBy::kVllm) {
        // The token that is scored last has a place too, and so has one that is generated.
        const int most = CountAt(ParseObject(*body), "/max_model_len"_json_pointer);
        found_.context_window = std::max(most - 2, 0);
      }
      return ReadTokens(*body, kText).tokens;
    } catch (const std::exception&) {
      return {};  // Something else that has this address.
    }
  }

  void FindTokenizer() {
    for (const TokenizeBy by : {TokenizeBy::kLlamaServer, TokenizeBy::kVllm}) {
      const std::vector<TokenId> plain = Tokenize(by, Special::kWithout);
      if (plain.empty()) continue;
      const std::vector<TokenId> special = Tokenize(by, Special::kWith);
      found_.tokenize = by;
      found_.whole_token = plain.back();
      tokens_ = plain;
      const bool begins = special.size() > plain.size() &&
                          std::equal(plain.begin(), plain.end(), special.begin() + 1);
      if (begins) found_.bos = special.front();
      return;
    }
    tried_.push_back("/tokenize " +
                     (refusal_.empty() ? "gives no tokens" : "answers with " + refusal_));
  }

  bool TryForcedTokens() {
    ReadProperties();
    const std::vector<TokenId> prompt =
        found_.bos ? std::vector<TokenId>{*found_.bos} : std::vector<TokenId>{tokens_[0]};
    const std::vector<TokenId> forced(tokens_.begin() + (found_.bos ? 0 : 1), tokens_.end());
    if (forced.empty()) return false;
    const std::string url = model_.connection->root() + "/completion";
    for (const bool grammar : {true, false}) {
      const std::span<const TokenId> wanted =
          grammar ? std::span<const TokenId>(forced) : std::span<const TokenId>(forced).first(1);
      const std::optional<std::string> body =
          Ask({.url = url,
               .body = grammar ? ForceByGrammarBody(model_, prompt, wanted)
                               : ForceByBiasBody(model_, prompt, wanted.front(), 1)});
      if (body && Forced(*body, wanted)) {
        found_.score = ScoreBy::kForcedTokens;
        found_.grammar = grammar;
        return true;
      }
      tried_.push_back(fmt::format("/completion did not generate given tokens by {} ({})",
                                   grammar ? "a grammar" : "logit_bias",
                                   body ? "others came" : refusal_));
    }
    return false;
  }

  static bool Forced(const std::string& body, std::span<const TokenId> wanted) {
    try {
      const std::vector<ScoredToken> generated = ReadScores(body).generated;
      if (generated.size() < wanted.size()) return false;
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (generated[i].id != wanted[i] || !generated[i].logprob) return false;
      }
      return true;
    } catch (const BadAnswer&) {
      return false;
    }
  }

  /// llama-server's, which may be a router of several models.
  void ReadProperties() {
    const json properties =
        Read(model_.connection->root() + "/props?model=" + InQuery(model_.name()));
    const int context = CountAt(properties, "/default_generation_settings/n_ctx"_json_pointer);
    found_.context_window = std::max(context - 1, 0);  // One is always left for what is generated.
    const json models = Read(model_.connection->base() + "/models").value("data", json::array());
    const bool is_one = models.size() == 1 && models[0].is_object();
    const json id = is_one ? models[0].value("id", json()) : json();
    if (id.is_string()) {
      const std::string twice = model_.connection->NoteServed(model_.name(), id.get<std::string>());
      if (!twice.empty()) {
        throw Error(ErrorCode::kModelFailed, model_.connection->host() + ": " + twice);
      }
    }
    for (const json& model : models) {
      const bool is_it =
          models.size() == 1 || (model.is_object() && model.value("id", json()) == model_.name());
      if (is_it) found_.vocabulary = CountAt(model, "/meta/n_vocab"_json_pointer);
    }
  }

  /// An object that may be empty.
  json Read(const std::string& url) {
    const std::optional<std::string> body = Ask({.url = url});
    json answer = body ? ParseJson(*body) : json();
    return answer.is_object() ? answer : json::object();
  }

  static int CountAt(const json& object, const json::json_pointer& where) {
    try {
      const json& value = object.at(where);
      return value.is_number_integer() ? std::max(value.get<int>(), 0) : 0;
    } catch (const json::exception&) {
      return 0;
    }
  }

  bool TryPromptLogprobs() {
    const std::optional<std::string> body =
        Ask({.url = model_.connection->base() + "/completions",
             .body = PromptLogprobsBody(model_, TokensJson(tokens_))});
    const bool works = body && HasLogprobs(*body, &ScoreAnswer::prompt);
    if (works) found_.score = ScoreBy::kPromptLogprobs;
    if (!works) tried_.push_back("/completions " + Outcome(body, "prompt_logprobs"));
    return works;
  }

  bool TryEcho(bool generates) {
    const bool tokens = found_.tokenize != TokenizeBy::kNone;
    const std::optional<std::string> body = Ask(
        {.url = model_.connection->base() + "/completions",
         .body = EchoBody(model_, tokens ? TokensJson(tokens_) : QuotedJson(kText), generates)});
    if (body && HasLogprobs(*body, &ScoreAnswer::echoed) && Repeats(*body)) {
      found_.score = ScoreBy::kEcho;
      found_.echo_generates = generates;
      return true;
    }
    if (generates) tried_.push_back("/completions " + Outcome(body, "echo"));
    return false;
  }

  /// Otherwise it is what the server went on to generate.
  static bool Repeats(const std::string& body) {
    const ScoreAnswer answer = ReadScores(body);
    std::string spelled;
    for (const ScoredToken& token : answer.echoed) spelled += token.text;
    return (answer.text + '\n' + spelled).find(kText) != std::string::npos;
  }

  std::string Outcome(const std::optional<std::string>& body, const char* field) const {
    return body ? fmt::format("ignores {}", field)
                : fmt::format("answers {} with {}", field, refusal_);
  }

  /// Of all tokens but the first, which nothing goes before; one that was generated is none.
  bool HasLogprobs(const std::string& body, std::vector<ScoredToken> ScoreAnswer::*where) const {
    try {
      const ScoreAnswer answer = ReadScores(body);
      const std::vector<ScoredToken>& scored = answer.*where;
      const std::size_t least = tokens_.empty() ? 3 : tokens_.size();
      if (scored.size() < least) return false;
      return std::all_of(scored.begin() + 1, scored.begin() + static_cast<std::ptrdiff_t>(least),
                         [](const ScoredToken& token) { return token.logprob.has_value(); });
    } catch (const BadAnswer&) {
      return false;
    }
  }

  const ServedModel& model_;
  Abilities found_;
  std::vector<TokenId> tokens_;  ///< Of kText, where it is tokenized.
  std::string refusal_;
  std::vector<std::string> tried_;
};

}  // namespace

Abilities Probe(const ServedModel& model) { return Prober(model).Run(); }

}  // namespace gatetest::internal
