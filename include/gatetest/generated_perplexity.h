// GeneratedPerplexity: the perplexity of a model's own text, for models that give no
// log-probabilities of a text they are handed (chat endpoints). It tells how sure a model is of
// what it says, not how well it predicts a text: use Corpus where the model can.
//
//   gatetest::TaskPtr replies = gatetest::GeneratedPerplexity(
//       "data/questions.jsonl", {.generate = {.max_tokens = 64}});
#ifndef GATETEST_GENERATED_PERPLEXITY_H_
#define GATETEST_GENERATED_PERPLEXITY_H_

#include <string>

#include "gatetest/task.h"
#include "gatetest/tasks.h"

namespace gatetest {

/// How the text is asked for that is scored.
struct GeneratedPerplexityOptions {
  std::string name = {};     ///< In limits and messages; empty: the data set's.
  Generation generate = {};  ///< Prompt, stop strings, length.
};

/// Each sample's text is one window: all tokens that the model generated, the one that ends the
/// text where the model gives its log-probability. Never compared with a Corpus. Needs a model that
/// answers Request::logprobs; samples need no answer.
TaskPtr GeneratedPerplexity(DatasetSource source, GeneratedPerplexityOptions options = {});

}  // namespace gatetest

#endif  // GATETEST_GENERATED_PERPLEXITY_H_
