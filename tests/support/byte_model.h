// A model for tests of how texts are cut, and sums over the windows of an outcome.
#ifndef GATETEST_TESTS_SUPPORT_BYTE_MODEL_H_
#define GATETEST_TESTS_SUPPORT_BYTE_MODEL_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "gatetest/corpus.h"
#include "tests/support/outcomes.h"

namespace gatetest::testing_support {

/// A model whose tokens are the bytes of a text, or pieces of `token_bytes` of them, and each token
/// has the log-probability -1.
struct ByteModel {
  static constexpr TokenId kBos = 1;

  ModelInfo info = {.name = "bytes", .context_window = 4, .bos_token = kBos};
  Capabilities capabilities = {.score = true, .generate = false, .tokenize = true};
  std::size_t token_bytes = 1;
  bool gives_ends = true;
  /// Replaces the log-probabilities of the score request of this number, counted from 0.
  std::map<std::size_t, std::vector<double>> logprobs_of = {};
  std::vector<Request> scored = {};

  Response Tokenize(const std::string& text) const {
    Response response;
    for (std::size_t i = 0; i < text.size(); i += token_bytes) {
      response.tokens.push_back(static_cast<unsigned char>(text[i]));
      if (gives_ends) {
        response.token_ends.push_back(std::min(i + token_bytes, text.size()));
      }
    }
    return response;
  }

  Response Answer(const Request& request) {
    if (request.kind == RequestKind::kTokenize) return Tokenize(request.prompt);
    scored.push_back(request);
    const auto special = logprobs_of.find(scored.size() - 1);
    if (special != logprobs_of.end()) return Response::Logprobs(special->second);
    const std::size_t count =
        capabilities.tokenize ? request.continuation_tokens.size() : request.continuation.size();
    return Response::Logprobs(std::vector<double>(count, -1.0));
  }

  Outcome OutcomeOf(const std::string& text, const CorpusOptions& options = {}) {
    const Sample sample = {.id = "doc", .input = text};
    const TaskPtr task = Corpus(OneSample(sample), options);
    return testing_support::OutcomeOf(*task, sample, info, capabilities,
                                      [&](const Request& request) { return Answer(request); });
  }
};

/// Over all windows.
struct Sums {
  double nll = 0.0;
  std::size_t tokens = 0;
  std::size_t bytes = 0;
  std::size_t words = 0;
};

inline Sums SumsOf(const Outcome& outcome) {
  EXPECT_EQ(outcome.unmeasured, "");
  Sums sums;
  for (const Window& window : outcome.windows) {
    sums.nll += window.nll;
    sums.tokens += window.tokens;
    sums.bytes += window.bytes;
    sums.words += window.words;
  }
  return sums;
}

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_SUPPORT_BYTE_MODEL_H_
