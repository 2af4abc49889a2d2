// Corpus: the task whose score is perplexity, and the protocols by which a text becomes windows
// that fit the model. Perplexities of different protocols are never compared.
//
//   gatetest::TaskPtr prose = gatetest::Corpus("data/heldout.txt");
//   gatetest::TaskPtr wiki = gatetest::Corpus(
//       "data/wikitext.jsonl", {.protocol = gatetest::CorpusProtocol::kRolling,
//                               .per = gatetest::Per::kWord});
#ifndef GATETEST_CORPUS_H_
#define GATETEST_CORPUS_H_

#include <string>

#include "gatetest/task.h"

namespace gatetest {

/// How a text becomes windows that fit the model.
enum class CorpusProtocol {
  /// Every token is scored. A document longer than the context is cut into windows of
  /// `context_window` scored tokens, each after BOS. A model without BOS uses the first token of a
  /// window as its context, unscored.
  kDocument,
  /// lm-evaluation-harness's loglikelihood_rolling: as above, but each later window follows the one
  /// token before it in place of BOS, and a last, shorter one as many as fit.
  kRolling,
  /// llama.cpp's perplexity tool: the whole text is cut into windows of `CorpusOptions::window`
  /// tokens that do not overlap, the tail is dropped, BOS stands in place of a window's first
  /// token,
  /// and only the second half of each is scored. Needs at least two windows.
  kLlamaCpp,
};

/// What EXPECT_PPL_BELOW counts the perplexity of this corpus over: exp(NLL / units).
enum class Per {
  kToken,  ///< The model's own tokens: not comparable between tokenizers.
  kWord,   ///< word_perplexity: runs of white space plus one, a document.
  kByte,   ///< byte_perplexity: bytes of UTF-8.
};

/// How a Corpus cuts its texts, and what its perplexity is counted over.
struct CorpusOptions {
  /// The task's name in limits and messages; empty: the data set's.
  std::string name = {};
  /// kRolling gives the figures of lm-evaluation-harness and kLlamaCpp those of llama-perplexity;
  /// both need a model that tokenizes.
  CorpusProtocol protocol = CorpusProtocol::kDocument;
  /// Tokens in a window. 0: as many as the model's context; for kLlamaCpp 512, its n_ctx. Set it to
  /// compare models of different contexts; it must fit them.
  int window = 0;
  Per per = Per::kToken;  ///< kWord or kByte for models whose tokenizers differ.
};

/// A text file is one document; JSONL and CSV hold one a row, in the input field. A model that does
/// not tokenize gets each document in pieces that end at line ends and have at most as many bytes
/// as its context has tokens (the whole document where the context is unknown).
TaskPtr Corpus(DatasetSource source, CorpusOptions options = {});

/// What `task` counts perplexity over: tokens, unless it is a Corpus that says otherwise.
Per PerplexityUnit(const Task& task);

}  // namespace gatetest

#endif  // GATETEST_CORPUS_H_
