// Abilities: what an endpoint was found to do for a model, beyond generating text.
#ifndef GATETEST_SRC_HTTP_ABILITIES_H_
#define GATETEST_SRC_HTTP_ABILITIES_H_

#include <optional>
#include <string>

#include "gatetest/request.h"
#include "src/http/served_model.h"

namespace gatetest::internal {

/// How the log-probabilities of a given text are had.
enum class ScoreBy {
  kNone,            ///< They are not: Abilities::why_no_score.
  kPromptLogprobs,  ///< vLLM: /completions with prompt_logprobs, of tokens.
  kEcho,            ///< OpenAI's first models, vLLM and others: /completions with echo.
  kForcedTokens,    ///< llama-server: /completion, made to generate these tokens.
};

/// How a text becomes tokens: /tokenize, in two dialects.
enum class TokenizeBy { kNone, kLlamaServer, kVllm };

struct Abilities {
  ScoreBy score = ScoreBy::kNone;
  TokenizeBy tokenize = TokenizeBy::kNone;
  std::optional<TokenId> bos = {};
  /// Tokens that fit before one that is scored; 0: not known.
  int context_window = 0;
  bool echo_generates = false;  ///< kEcho: at least one token has to be generated, too.
  bool grammar = false;         ///< kForcedTokens: many at a time, by a grammar of tokens.
  int vocabulary = 0;           ///< kForcedTokens: how many tokens there are; 0: not known.
  TokenId whole_token = 0;      ///< kForcedTokens: one that is whole UTF-8.
  /// What was tried, and what came of it.
  std::string why_no_score = {};
  /// Whether it would be found again; otherwise something was refused that may be granted later.
  bool is_sure = true;
};

/// Tries it out, by a few short requests. Throws Error(kModelFailed) when the endpoint does not
/// answer, and Error(kInvalidArgument) without a key.
Abilities Probe(const ServedModel& model);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_ABILITIES_H_
