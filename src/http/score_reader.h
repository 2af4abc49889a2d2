// ScoreReader: the log-probabilities in an answer that may be megabytes, read without a tree of it.
#ifndef GATETEST_SRC_HTTP_SCORE_READER_H_
#define GATETEST_SRC_HTTP_SCORE_READER_H_

#include <optional>
#include <string>
#include <vector>

#include "gatetest/request.h"

namespace gatetest::internal {

/// What stands in one place of a scored text.
struct ScoredToken {
  std::optional<double> logprob = {};  ///< None: null, or not there.
  std::optional<TokenId> id = {};      ///< Where the server tells it.
  std::string text = {};               ///< Where it tells that.
};

/// An answer as the formats have it that score a text.
struct ScoreAnswer {
  std::vector<ScoredToken> prompt = {};     ///< vLLM: choices[0].prompt_logprobs.
  std::vector<ScoredToken> echoed = {};     ///< OpenAI: choices[0].logprobs, of an echoed prompt.
  std::vector<ScoredToken> generated = {};  ///< llama-server: completion_probabilities.
  std::string text = {};                    ///< choices[0].text.
  Usage usage = {};                         ///< 0 where it is not told.
};

/// Throws BadAnswer when the body is no JSON object, or is an error.
ScoreAnswer ReadScores(const std::string& body);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_SCORE_READER_H_
