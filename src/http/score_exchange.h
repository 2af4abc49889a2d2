// ScoreExchange: the log-probabilities of a given text, by whichever way the endpoint has.
#ifndef GATETEST_SRC_HTTP_SCORE_EXCHANGE_H_
#define GATETEST_SRC_HTTP_SCORE_EXCHANGE_H_

#include <memory>
#include <mutex>
#include <set>
#include <span>
#include <vector>

#include "src/http/abilities.h"
#include "src/http/exchange.h"
#include "src/http/served_model.h"

namespace gatetest::internal {

/// Tokens that llama-server cannot be made to generate by a grammar (they are no whole UTF-8, or
/// end the text), and those whose log-probability it then does not tell either. Learned as they
/// come. Safe to use from several threads.
class DifficultTokens {
 public:
  void AddUngrammatical(TokenId id);
  void AddSilent(TokenId id);
  bool IsUngrammatical(TokenId id) const;
  bool IsSilent(TokenId id) const;

 private:
  mutable std::mutex mutex_;
  std::set<TokenId> ungrammatical_;
  std::set<TokenId> silent_;
};

/// What must live as long as the exchange.
struct ScoreContext {
  const ServedModel& model;
  const Abilities& abilities;
  DifficultTokens& difficult;
};

/// A request without tokens is tokenized first, where the endpoint does that: prompt alone, and
/// prompt with continuation; all tokens that are not of the prompt's beginning are scored. (As
/// lm-evaluation-harness does, but that a token across the border counts to the continuation.)
std::unique_ptr<Exchange> MakeScoreExchange(const ScoreContext& context, const Request& request);

/// The bodies of the requests, for Probe too. All name the model: a llama-server may be a router of
/// several. `prompt`: a JSON string or array of token ids.
/// @{
std::string PromptLogprobsBody(const ServedModel& model, const std::string& prompt);
std::string EchoBody(const ServedModel& model, const std::string& prompt, bool generates);
std::string ForceByGrammarBody(const ServedModel& model, std::span<const TokenId> prompt,
                               std::span<const TokenId> forced);
std::string ForceByBiasBody(const ServedModel& model, std::span<const TokenId> prompt,
                            TokenId forced, int alternatives);
/// @}

/// [1,75,108]
std::string TokensJson(std::span<const TokenId> tokens);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_SCORE_EXCHANGE_H_
