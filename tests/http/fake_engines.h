// Servers that score: a toy vLLM, which also is any other server with /completions, and a toy
// llama-server. Their log-probabilities depend on all tokens before, so that none is right by
// chance.
#ifndef GATETEST_TESTS_HTTP_FAKE_ENGINES_H_
#define GATETEST_TESTS_HTTP_FAKE_ENGINES_H_

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/request.h"
#include "src/text/utf8.h"
#include "tests/support/fault_server.h"

namespace gatetest::testing_support {

using Tokens = std::vector<TokenId>;

inline constexpr TokenId kBos = 1;

/// Of a token after others.
inline double ToyLogprob(const Tokens& before, TokenId token) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  const auto add = [&](TokenId id) {
    hash = (hash ^ static_cast<std::uint64_t>(id)) * 0x100000001b3U;
    hash ^= hash >> 29U;
  };
  for (const TokenId id : before) add(id);
  add(token);
  return -static_cast<double>(hash % 100'000) / 8192.0;
}

/// Of the tokens from `first` on.
inline std::vector<double> ToyLogprobs(const Tokens& tokens, std::size_t first) {
  std::vector<double> logprobs;
  for (std::size_t i = first; i < tokens.size(); ++i) {
    logprobs.push_back(ToyLogprob(
        Tokens(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(i)), tokens[i]));
  }
  return logprobs;
}

inline Tokens Joined(Tokens a, const Tokens& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline Answer JsonAnswer(const nlohmann::json& body, int status = 200) {
  return {.status = status, .body = body.dump()};
}
inline Answer Refusal(int status, const std::string& message) {
  return JsonAnswer({{"object", "error"}, {"message", message}}, status);
}

/// Two bytes are a token, and the last one alone where their number is odd: texts have tokens that
/// are no whole UTF-8, and tokens across borders.
class FakeVllm {
 public:
  bool tokenizes = true;
  bool has_bos = true;
  bool prompt_logprobs = true;
  bool echo = true;
  bool bos_in_echo = true;       ///< Of a prompt that is a text.
  bool echo_needs_more = false;  ///< "max_tokens" has to be at least 1.
  bool ends_at_once = false;  ///< What it generates is the end of the text, a token without text.
  int max_model_len = 1000;
  /// What else is done to an answer to /completions.
  std::function<void(nlohmann::json& answer)> spoil = {};
  std::map<std::string, int> calls = {};  ///< By their target.

  static Tokens TokensOf(const std::string& text) {
    Tokens tokens;
    for (std::size_t i = 0; i < text.size(); i += 2) {
      const TokenId first = static_cast<unsigned char>(text[i]);
      tokens.push_back(i + 1 < text.size()
                           ? 1000 + 256 * first + static_cast<unsigned char>(text[i + 1])
                           : 100 + first);
    }
    return tokens;
  }
  static std::string TextOf(TokenId token) {
    if (token == kBos) return "<s>";
    if (token < 1000) return std::string(1, static_cast<char>(token - 100));
    return {static_cast<char>((token - 1000) / 256), static_cast<char>((token - 1000) % 256)};
  }

  Answer operator()(const HttpCall& call) {
    ++calls[call.target];
    const auto body = nlohmann::json::parse(call.body, nullptr, false);
    if (call.target == "/tokenize" && tokenizes) return Tokenize(body);
    if (call.target == "/v1/completions") return Complete(body);
    return JsonAnswer({{"detail", "Not Found"}}, 404);
  }

 private:
  Answer Tokenize(const nlohmann::json& body) const {
    if (!body.contains("prompt")) return Refusal(400, "prompt: field required");
    Tokens tokens = TokensOf(body["prompt"].get<std::string>());
    if (has_bos && body.value("add_special_tokens", true)) tokens.insert(tokens.begin(), kBos);
    return JsonAnswer(
        {{"count", tokens.size()}, {"max_model_len", max_model_len}, {"tokens", tokens}});
  }

  Answer Complete(const nlohmann::json& body) const {
    const bool is_text = body["prompt"].is_string();
    Tokens tokens =
        is_text ? TokensOf(body["prompt"].get<std::string>()) : body["prompt"].get<Tokens>();
    if (is_text && has_bos && bos_in_echo) tokens.insert(tokens.begin(), kBos);
    const int most = body.value("max_tokens", 16);
    if (static_cast<int>(tokens.size()) + std::max(most, 1) > max_model_len) {
      return Refusal(400, "This model's maximum context length is " +
                              std::to_string(max_model_len) + " tokens");
    }
    const bool echoes = echo && body.value("echo", false);
    if (most < 1 && (echo_needs_more || !echoes)) {
      return Refusal(400, "max_tokens must be at least 1");
    }
    nlohmann::json choice = {{"index", 0}, {"finish_reason", "length"}};
    std::string text;
    nlohmann::json texts = nlohmann::json::array();
    nlohmann::json logprobs = nlohmann::json::array();
    if (echoes) {
      for (std::size_t i = 0; i < tokens.size(); ++i) Add(tokens, i, text, texts, logprobs);
    }
    if (most > 0 && ends_at_once) {
      texts.push_back("");
      logprobs.push_back(-0.125);
    } else {
      for (int i = 0; i < most; ++i) {
        text += "zz";
        texts.push_back("zz");
        logprobs.push_back(-0.25);
      }
    }
    choice["text"] = internal::FindInvalidUtf8(text) == std::string::npos ? text : "\ufffd";
    if (body.value("logprobs", 0) > 0) {
      choice["logprobs"] = {{"tokens", texts}, {"token_logprobs", logprobs}};
    }
    if (prompt_logprobs && body.contains("prompt_logprobs")) {
      choice["prompt_logprobs"] = PromptLogprobs(tokens);
    }
    nlohmann::json answer = {{"choices", {choice}},
                             {"usage",
                              {{"prompt_tokens", tokens.size()},
                               {"completion_tokens", most},
                               {"total_tokens", tokens.size() + static_cast<std::size_t>(most)}}}};
    if (spoil) spoil(answer);
    return JsonAnswer(answer);
  }

  static void Add(const Tokens& tokens, std::size_t i, std::string& text, nlohmann::json& texts,
                  nlohmann::json& logprobs) {
    const std::string piece = TextOf(tokens[i]);
    if (tokens[i] != kBos) text += piece;
    if (internal::FindInvalidUtf8(piece) == std::string::npos) {
      texts.push_back(piece);
    } else {
      std::string bytes = "bytes:";
      for (const char c : piece) {
        constexpr const char* kDigits = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(c);
        bytes += {'\\', 'x', kDigits[byte / 16], kDigits[byte % 16]};
      }
      texts.push_back(bytes);
    }
    logprobs.push_back(i == 0 ? nlohmann::json() : nlohmann::json(LogprobAt(tokens, i)));
  }

  static double LogprobAt(const Tokens& tokens, std::size_t i) {
    return ToyLogprobs(Tokens(tokens.begin(), tokens.begin() + static_cast<std::ptrdiff_t>(i + 1)),
                       i)
        .front();
  }

  static nlohmann::json PromptLogprobs(const Tokens& tokens) {
    nlohmann::json all = nlohmann::json::array({nullptr});
    for (std::size_t i = 1; i < tokens.size(); ++i) {
      all.push_back({{std::to_string(tokens[i]),
                      {{"logprob", LogprobAt(tokens, i)}, {"rank", 1}, {"decoded_token", "?"}}}});
    }
    return all;
  }
};

/// A byte is a token, number 3 + byte. Behaves as a real one where a token is no whole UTF-8.
class FakeLlamaServer {
 public:
  static constexpr int kVocabulary = 259;

  int context = 256;    ///< n_ctx
  bool grammar = true;  ///< Of tokens; older servers have none.
  bool bias = true;
  std::map<std::string, int> calls = {};  ///< By their target, and the way for /completion.

  static Tokens TokensOf(const std::string& text) {
    Tokens tokens;
    for (const char c : text) tokens.push_back(3 + static_cast<unsigned char>(c));
    return tokens;
  }
  /// End of text, NUL, and what is no character of its own.
  static bool IsUngrammatical(TokenId id) { return id == 2 || id == 3 || id >= 3 + 0x80; }
  static bool IsSilent(TokenId id) { return id >= 3 + 0xC0 && id <= 3 + 0xF7; }

  Answer operator()(const HttpCall& call) {
    const auto body = nlohmann::json::parse(call.body, nullptr, false);
    if (call.target != "/completion") ++calls[call.target];
    if (call.target == "/tokenize") return Tokenize(body);
    if (call.target == "/completion") return Complete(body);
    if (call.target.starts_with("/props")) {
      return JsonAnswer({{"default_generation_settings", {{"n_ctx", context}}}});
    }
    if (call.target == "/v1/models") {
      return JsonAnswer({{"data", {{{"id", "tiny"}, {"meta", {{"n_vocab", kVocabulary}}}}}}});
    }
    return JsonAnswer({{"error", {{"message", "File Not Found"}, {"code", 404}}}}, 404);
  }

 private:
  static Answer Tokenize(const nlohmann::json& body) {
    Tokens tokens = TokensOf(body.value("content", ""));
    if (body.value("add_special", false)) tokens.insert(tokens.begin(), kBos);
    nlohmann::json all = nlohmann::json::array();
    for (const TokenId id : tokens) {
      if (!body.value("with_pieces", false)) {
        all.push_back(id);
      } else if (id >= 3 + 0x80) {
        all.push_back({{"id", id}, {"piece", {id - 3}}});
      } else {
        all.push_back({{"id", id},
                       {"piece", id == kBos ? "<s>" : std::string(1, static_cast<char>(id - 3))}});
      }
    }
    return JsonAnswer({{"tokens", all}});
  }

  Answer Complete(const nlohmann::json& body) {
    Tokens tokens = body["prompt"].get<Tokens>();
    if (static_cast<int>(tokens.size()) >= context) {
      return Refusal(400, "request exceeds the available context size");
    }
    const bool by_grammar = body.contains("grammar");
    ++calls[by_grammar ? "/completion by grammar" : "/completion by bias"];
    const Tokens forced = by_grammar ? InGrammar(body["grammar"].get<std::string>())
                                     : Tokens{body["logit_bias"][0][0].get<TokenId>()};
    if ((by_grammar && !grammar) || (!by_grammar && !bias)) return Probabilities(tokens, {9}, 1);
    if (by_grammar && std::any_of(forced.begin(), forced.end(), IsUngrammatical)) {
      return JsonAnswer(
          {{"error",
            {{"code", 500}, {"message", "got exception: Unexpected empty grammar stack"}}}},
          500);
    }
    if (!by_grammar && IsSilent(forced[0])) return JsonAnswer({{"content", "\ufffd"}});
    const std::size_t room = static_cast<std::size_t>(context) - tokens.size();
    return Probabilities(
        tokens,
        Tokens(forced.begin(),
               forced.begin() + static_cast<std::ptrdiff_t>(std::min(forced.size(), room))),
        body.value("n_probs", 0));
  }

  static Answer Probabilities(Tokens tokens, const Tokens& forced, int alternatives) {
    nlohmann::json all = nlohmann::json::array();
    for (const TokenId id : forced) {
      nlohmann::json top = nlohmann::json::array();
      for (TokenId other = 0; other < kVocabulary && alternatives > 1; ++other) {
        top.push_back({{"id", other}, {"logprob", ToyLogprob(tokens, other)}});
      }
      all.push_back({{"id", id}, {"logprob", ToyLogprob(tokens, id)}, {"top_logprobs", top}});
      tokens.push_back(id);
    }
    return JsonAnswer({{"completion_probabilities", all}});
  }

  /// Of "root ::= <[75]> <[108]>".
  static Tokens InGrammar(const std::string& text) {
    Tokens tokens;
    for (std::size_t at = 0; (at = text.find("<[", at)) != std::string::npos; ++at) {
      TokenId id = 0;
      std::from_chars(text.data() + at + 2, text.data() + text.size(), id);
      tokens.push_back(id);
    }
    return tokens;
  }
};

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_HTTP_FAKE_ENGINES_H_
