#include "src/http/score_exchange.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "src/http/score_reader.h"
#include "src/http/tokenize_exchange.h"
#include "src/http/wire_json.h"

namespace gatetest::internal {
namespace {

using nlohmann::json;

using Tokens = std::vector<TokenId>;

Tokens Joined(std::span<const TokenId> a, std::span<const TokenId> b) {
  Tokens all(a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  return all;
}

/// The log-probabilities of the last `count` tokens, which are `expected` where ids are told.
std::vector<double> LastOf(const std::vector<ScoredToken>& scored,
                           std::span<const TokenId> expected) {
  std::vector<double> logprobs;
  const std::size_t begin = scored.size() - expected.size();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const ScoredToken& token = scored[begin + i];
    if (token.id && *token.id != expected[i]) {
      throw NoAnswer(fmt::format("token {}: the server scored token {} in place of {}", i + 1,
                                 *token.id, expected[i]));
    }
    if (!token.logprob) {
      throw NoAnswer(fmt::format("token {}: the server gave no log-probability (null)", i + 1));
    }
    logprobs.push_back(*token.logprob);
  }
  return logprobs;
}

[[noreturn]] void RefuseCount(std::size_t got, std::size_t wanted) {
  if (got == 0) throw NoAnswer("the server gave no log-probabilities of the text");
  throw NoAnswer(
      fmt::format("the server gave log-probabilities of {} tokens, not of {}", got, wanted));
}

/// Has the tokens of prompt and continuation made where the request does not bring them.
class Tokenizing {
 public:
  Tokenizing(const ScoreContext& context, const Request& request)
      : context_(context), request_(request) {
    if (!request.continuation_tokens.empty()) {
      prompt_ = request.prompt_tokens;
      scored_ = request.continuation_tokens;
      step_ = 2;
    } else if (request.prompt.empty()) {
      step_ = 1;
    }
  }

  bool done() const { return step_ == 2; }

  HttpRequest Next() const {
    return TokenizeRequest(context_.model, context_.abilities.tokenize,
                           step_ == 0 ? request_.prompt : request_.prompt + request_.continuation);
  }

  void Take(const HttpAnswer& answer) {
    Tokens tokens = ReadTokens(answer.body, "").tokens;
    if (step_++ == 0) {
      prompt_ = std::move(tokens);
      return;
    }
    const auto border = std::mismatch(prompt_.begin(), prompt_.end(), tokens.begin(), tokens.end());
    scored_.assign(border.second, tokens.end());
    prompt_.erase(border.first, prompt_.end());
    if (scored_.empty()) throw NoAnswer("the model's tokenizer made no tokens of the continuation");
    const std::optional<TokenId>& declared = context_.model.info.bos_token;
    const std::optional<TokenId> bos = declared ? declared : context_.abilities.bos;
    if (bos) prompt_.insert(prompt_.begin(), *bos);
  }

  const Tokens& prompt() const { return prompt_; }
  const Tokens& scored() const { return scored_; }

 private:
  const ScoreContext context_;
  const Request& request_;
  int step_ = 0;  ///< 0: the prompt is to be tokenized; 1: all of it; 2: done.
  Tokens prompt_;
  Tokens scored_;
};

/// A text whose tokens are known, or that is tokenized first.
class TokensExchange : public Exchange {
 public:
  TokensExchange(const ScoreContext& context, const Request& request)
      : context_(context), tokenizing_(context, request) {}

  HttpRequest Next() final {
    if (!tokenizing_.done()) return tokenizing_.Next();
    if (prompt().empty()) {
      throw NoAnswer(
          "nothing goes before the first token, and the model has no token that begins a text");
    }
    return NextScoring();
  }
  void Take(const HttpAnswer& answer) final {
    if (tokenizing_.done()) {
      TakeScoring(answer);
    } else {
      tokenizing_.Take(answer);
    }
  }
  bool Understands(const HttpAnswer& answer) const final {
    return tokenizing_.done() && UnderstandsScoring(answer);
  }
  bool done() const final { return done_; }
  Response TakeResponse() final { return std::move(response_); }

 protected:
  virtual HttpRequest NextScoring() = 0;
  virtual void TakeScoring(const HttpAnswer& answer) = 0;
  virtual bool UnderstandsScoring(const HttpAnswer& answer) const {
    static_cast<void>(answer);
    return false;
  }

  const ScoreContext& context() const { return context_; }
  const Tokens& prompt() const { return tokenizing_.prompt(); }
  const Tokens& scored() const { return tokenizing_.scored(); }

  void Finish(std::vector<double> logprobs, Usage usage) {
    response_.logprobs = std::move(logprobs);
    response_.usage = usage;
    done_ = true;
  }

 private:
  const ScoreContext context_;
  Tokenizing tokenizing_;
  Response response_;
  bool done_ = false;
};

class PromptLogprobsExchange final : public TokensExchange {
 public:
  using TokensExchange::TokensExchange;

 private:
  HttpRequest NextScoring() override {
    return {.url = context().model.connection->base() + "/completions",
            .body = PromptLogprobsBody(context().model, TokensJson(Joined(prompt(), scored())))};
  }
  void TakeScoring(const HttpAnswer& answer) override {
    const ScoreAnswer scores = ReadScores(answer.body);
    const std::size_t all = prompt().size() + scored().size();
    if (scores.prompt.size() != all) RefuseCount(scores.prompt.size(), all);
    Finish(LastOf(scores.prompt, scored()), scores.usage);
  }
};

class EchoedTokensExchange final : public TokensExchange {
 public:
  using TokensExchange::TokensExchange;

 private:
  HttpRequest NextScoring() override {
    return {.url = context().model.connection->base() + "/completions",
            .body = EchoBody(context().model, TokensJson(Joined(prompt(), scored())),
                             context().abilities.echo_generates)};
  }
  void TakeScoring(const HttpAnswer& answer) override {
    ScoreAnswer scores = ReadScores(answer.body);
    const std::size_t all = prompt().size() + scored().size();
    const std::size_t most = all + (context().abilities.echo_generates ? 1 : 0);
    const std::size_t got = scores.echoed.size();
    if (got < all || got > most) RefuseCount(got, all);
    scores.echoed.resize(all);
    Finish(LastOf(scores.echoed, scored()), scores.usage);
  }
};

/// What a token of OpenAI's format stands for: "bytes:\xe2\x80" is two bytes.
std::string SpelledBy(const std::string& token) {
  constexpr std::string_view kBytes = "bytes:";
  if (!token.starts_with(kBytes) || token.find("\\x") == std::string::npos) return token;
  std::string bytes;
  for (std::size_t i = kBytes.size(); i < token.size();) {
    if (token.compare(i, 2, "\\x") == 0 && i + 4 <= token.size()) {
      unsigned byte = 0;
      std::from_chars(token.data() + i + 2, token.data() + i + 4, byte, 16);
      bytes += static_cast<char>(static_cast<unsigned char>(byte));
      i += 4;
    } else {
      bytes += token[i++];
    }
  }
  return bytes;
}

/// A text that is not tokenized: its echo tells which tokens are those of the continuation.
class EchoedTextExchange final : public Exchange {
 public:
  EchoedTextExchange(const ScoreContext& context, const Request& request)
      : context_(context), request_(request), text_(request.prompt + request.continuation) {}

  HttpRequest Next() override {
    if (!request_.continuation_tokens.empty()) {
      throw NoAnswer(
          "the server does not tokenize any more (/tokenize), and the text was cut by tokens");
    }
    return {.url = context_.model.connection->base() + "/completions",
            .body = EchoBody(context_.model, QuotedJson(text_), context_.abilities.echo_generates)};
  }

  void Take(const HttpAnswer& answer) override {
    ScoreAnswer scores = ReadScores(answer.body);
    std::vector<ScoredToken>& tokens = scores.echoed;
    if (tokens.empty()) RefuseCount(0, 1);
    DropGenerated(scores);
    std::size_t begin = text_.size();  // Of the text that the tokens from `first` on spell.
    std::size_t first = tokens.size();
    while (begin > request_.prompt.size()) {
      const std::string spelled = first == 0 ? "" : SpelledBy(tokens[first - 1].text);
      if (first == 0 || !std::string_view(text_).substr(0, begin).ends_with(spelled)) {
        throw NoAnswer(
            "the tokens of the echo do not spell the text, so nobody can tell which of them are "
            "the continuation's (a server that has /tokenize needs no echo)");
      }
      --first;
      begin -= spelled.size();
    }
    if (first == 0 && request_.prompt.empty() && !tokens[0].logprob) {
      throw NoAnswer(
          "the server scores no first token of a text, for nothing goes before it; texts without a "
          "prompt need a server that tokenizes (/tokenize) or begins every text with a token of "
          "its "
          "own");
    }
    std::vector<double> logprobs;
    for (std::size_t i = first; i < tokens.size(); ++i) {
      if (!tokens[i].logprob) {
        throw NoAnswer(
            fmt::format("token {}: the server gave no log-probability (null)", i - first + 1));
      }
      logprobs.push_back(*tokens[i].logprob);
    }
    response_ = Response::Logprobs(std::move(logprobs));
    response_->usage = scores.usage;
  }

  bool done() const override { return response_.has_value(); }
  Response TakeResponse() override { return *std::move(response_); }

 private:
  void DropGenerated(ScoreAnswer& scores) const {
    if (!context_.abilities.echo_generates) return;
    if (scores.text == text_) {  // Nothing was, or what ends a text.
      while (!scores.echoed.empty() && scores.echoed.back().text.empty()) scores.echoed.pop_back();
      return;
    }
    const bool counted = scores.usage.prompt_tokens > 0;
    const std::size_t generated =
        counted ? static_cast<std::size_t>(scores.usage.completion_tokens) : 1;
    scores.echoed.resize(scores.echoed.size() - std::min(generated, scores.echoed.size()));
  }

  const ScoreContext context_;
  const Request& request_;
  const std::string text_;
  std::optional<Response> response_;
};

/// llama-server tells log-probabilities of what it generates alone, so it is made to generate the
/// text: many tokens at a time by a grammar, which they are reported before, and those that no
/// grammar can have one by one, by a bias.
class ForcedTokensExchange final : public TokensExchange {
 public:
  using TokensExchange::TokensExchange;

 private:
  /// Tokens [begin, end) of those that are scored.
  struct Piece {
    std::size_t begin;
    std::size_t end;
  };
  enum class Way { kGrammar, kBias, kAllAlternatives };

  HttpRequest NextScoring() override {
    if (!planned_) Plan();
    const Piece piece = pieces_.back();
    const Tokens before = Joined(prompt(), std::span(scored()).first(piece.begin));
    const TokenId token = scored()[piece.begin];
    way_ = WayFor(piece);
    std::string body;
    switch (way_) {
      case Way::kGrammar:
        body =
            ForceByGrammarBody(context().model, before,
                               std::span(scored()).subspan(piece.begin, piece.end - piece.begin));
        break;
      case Way::kBias:
        body = ForceByBiasBody(context().model, before, token, 1);
        break;
      case Way::kAllAlternatives:
        body =
            ForceByBiasBody(context().model, before, context().abilities.whole_token, AllTokens());
        break;
    }
    return {.url = context().model.connection->root() + "/completion", .body = std::move(body)};
  }

  bool UnderstandsScoring(const HttpAnswer& answer) const override {
    return answer.status == 500 && way_ == Way::kGrammar;
  }

  void TakeScoring(const HttpAnswer& answer) override {
    const Piece piece = pieces_.back();
    if (answer.status == 500) return Split(piece);
    if (way_ == Way::kAllAlternatives) {
      logprobs_[piece.begin] = AlternativeIn(answer.body, scored()[piece.begin]);
    } else {
      const ScoreAnswer scores = ReadScores(answer.body);
      if (way_ == Way::kBias && scores.generated.empty()) {
        context().difficult.AddSilent(scored()[piece.begin]);
        return;  // The same again, the other way.
      }
      TakeGenerated(scores.generated, piece);
    }
    pieces_.pop_back();
    if (!pieces_.empty()) return;
    Finish(std::move(logprobs_), {.prompt_tokens = static_cast<std::int64_t>(prompt().size()),
                                  .completion_tokens = static_cast<std::int64_t>(scored().size())});
  }

  bool NeedsBias(TokenId id) const {
    return !context().abilities.grammar || context().difficult.IsUngrammatical(id);
  }

  Way WayFor(const Piece& piece) const {
    const TokenId id = scored()[piece.begin];
    if (piece.end - piece.begin > 1 || !NeedsBias(id)) return Way::kGrammar;
    return context().difficult.IsSilent(id) ? Way::kAllAlternatives : Way::kBias;
  }

  /// Runs of tokens between difficult ones, the first at the back.
  void Plan() {
    planned_ = true;
    logprobs_.assign(scored().size(), 0.0);
    for (std::size_t i = 0; i < scored().size(); ++i) {
      const bool alone = NeedsBias(scored()[i]);
      const bool after_alone = i > 0 && NeedsBias(scored()[i - 1]);
      if (i == 0 || alone || after_alone) {
        pieces_.push_back({i, i + 1});
      } else {
        ++pieces_.back().end;
      }
    }
    std::reverse(pieces_.begin(), pieces_.end());
  }

  void Split(const Piece& piece) {
    if (piece.end - piece.begin == 1) {
      context().difficult.AddUngrammatical(scored()[piece.begin]);
      return;  // The same again, the other way.
    }
    const std::size_t middle = piece.begin + (piece.end - piece.begin) / 2;
    pieces_.back() = {middle, piece.end};
    pieces_.push_back({piece.begin, middle});
  }

  void TakeGenerated(const std::vector<ScoredToken>& generated, const Piece& piece) {
    const std::size_t count = piece.end - piece.begin;
    if (generated.size() < count) {
      throw NoAnswer(
          fmt::format("the server scored {} of {} tokens: its context is full after {}; declare "
                      "ModelInfo::context_window, or set CorpusOptions::window, to what it holds",
                      generated.size(), count, prompt().size() + piece.begin + generated.size()));
    }
    const std::vector<ScoredToken> first(generated.begin(),
                                         generated.begin() + static_cast<std::ptrdiff_t>(count));
    const std::vector<double> logprobs =
        LastOf(first, std::span(scored()).subspan(piece.begin, count));
    std::copy(logprobs.begin(), logprobs.end(),
              logprobs_.begin() + static_cast<std::ptrdiff_t>(piece.begin));
  }

  /// As many alternatives as there are tokens.
  int AllTokens() const {
    constexpr int kMoreThanThereAre = 1'000'000;
    const int known = context().abilities.vocabulary;
    return known > 0 ? known : kMoreThanThereAre;
  }

  static double AlternativeIn(const std::string& body, TokenId wanted) {
    const json answer = ParseObject(body);
    const json place =
        answer.value("/completion_probabilities/0/top_logprobs"_json_pointer, json());
    for (const json& token : place) {
      if (token.is_object() && token.value("id", json()) == wanted) {
        return LogprobIn(token.value("logprob", json()), 0);
      }
    }
    throw NoAnswer(fmt::format("the server told no log-probability of token {}", wanted));
  }

  bool planned_ = false;
  std::vector<Piece> pieces_;
  Way way_ = Way::kGrammar;
  std::vector<double> logprobs_;
};

/// For requests that the endpoint turned out not to answer.
class UnscoredExchange final : public Exchange {
 public:
  explicit UnscoredExchange(std::string why) : why_(std::move(why)) {}
  HttpRequest Next() override { throw NoAnswer(why_); }
  void Take(const HttpAnswer&) override {}
  bool done() const override { return false; }
  Response TakeResponse() override { return {}; }

 private:
  const std::string why_;
};

}  // namespace

void DifficultTokens::AddUngrammatical(TokenId id) {
  const std::lock_guard lock(mutex_);
  ungrammatical_.insert(id);
}

void DifficultTokens::AddSilent(TokenId id) {
  const std::lock_guard lock(mutex_);
  silent_.insert(id);
}

bool DifficultTokens::IsUngrammatical(TokenId id) const {
  const std::lock_guard lock(mutex_);
  return ungrammatical_.contains(id);
}

bool DifficultTokens::IsSilent(TokenId id) const {
  const std::lock_guard lock(mutex_);
  return silent_.contains(id);
}

std::unique_ptr<Exchange> MakeScoreExchange(const ScoreContext& context, const Request& request) {
  switch (context.abilities.score) {
    case ScoreBy::kPromptLogprobs:
      return std::make_unique<PromptLogprobsExchange>(context, request);
    case ScoreBy::kEcho:
      if (context.abilities.tokenize == TokenizeBy::kNone) {
        return std::make_unique<EchoedTextExchange>(context, request);
      }
      return std::make_unique<EchoedTokensExchange>(context, request);
    case ScoreBy::kForcedTokens:
      return std::make_unique<ForcedTokensExchange>(context, request);
    case ScoreBy::kNone:
      break;
  }
  return std::make_unique<UnscoredExchange>("no log-probabilities of a given text: " +
                                            context.abilities.why_no_score);
}

std::string TokensJson(std::span<const TokenId> tokens) {
  return fmt::format("[{}]", fmt::join(tokens, ","));
}

std::string PromptLogprobsBody(const ServedModel& model, const std::string& prompt) {
  // 0: the text's own tokens and no others, which would be twenty times as much to send and read.
  return fmt::format(
      "{{\"model\":{},\"prompt\":{},\"max_tokens\":1,\"temperature\":0,\"prompt_logprobs\":0}}",
      QuotedJson(model.name()), prompt);
}

std::string EchoBody(const ServedModel& model, const std::string& prompt, bool generates) {
  // Servers take 0 log-probabilities for none.
  return fmt::format(
      "{{\"model\":{},\"prompt\":{},\"max_tokens\":{},\"temperature\":0,\"echo\":true,"
      "\"logprobs\":1}}",
      QuotedJson(model.name()), prompt, generates ? 1 : 0);
}

std::string ForceByGrammarBody(const ServedModel& model, std::span<const TokenId> prompt,
                               std::span<const TokenId> forced) {
  std::string grammar = "root ::=";
  for (const TokenId id : forced) grammar += fmt::format(" <[{}]>", id);
  return fmt::format(
      "{{\"model\":{},\"prompt\":{},\"n_predict\":{},\"n_probs\":1,\"temperature\":0,\"cache_"
      "prompt\":false,"
      "\"grammar\":\"{}\",\"response_fields\":[\"completion_probabilities\"]}}",
      QuotedJson(model.name()), TokensJson(prompt), forced.size(), grammar);
}

std::string ForceByBiasBody(const ServedModel& model, std::span<const TokenId> prompt,
                            TokenId forced, int alternatives) {
  // The prompt of one is that of the next but for a token: the server keeps it.
  return fmt::format(
      "{{\"model\":{},\"prompt\":{},\"n_predict\":1,\"n_probs\":{},\"temperature\":0,\"cache_"
      "prompt\":true,"
      "\"logit_bias\":[[{},1000000.0]],\"response_fields\":[\"completion_probabilities\"]}}",
      QuotedJson(model.name()), TokensJson(prompt), alternatives, forced);
}

}  // namespace gatetest::internal
