// How a text becomes the windows that are scored, by the protocol of its Corpus.
#ifndef GATETEST_SRC_TASK_WINDOWS_H_
#define GATETEST_SRC_TASK_WINDOWS_H_

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "gatetest/corpus.h"
#include "gatetest/request.h"

namespace gatetest::internal {

/// Tokens [begin, end) of a document are scored after tokens [context_begin, begin), which follow
/// BOS where it is said.
struct TokenWindow {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t context_begin = 0;
  bool after_bos = false;
};

/// The windows of a document of `count` tokens. `size`: tokens in a window, which bounds context +
/// scored - 1 (the last scored token is never fed); 0: unbounded, but for kLlamaCpp, which needs it
/// and whose windows hold one token less beside BOS. `has_bos`: the model has a beginning-of-text
/// token; without one the first token of a document is not scored.
std::vector<TokenWindow> CutTokens(std::size_t count, std::size_t size, bool has_bos,
                                   CorpusProtocol protocol);

std::size_t ScoredTokens(const std::vector<TokenWindow>& windows);

/// The pieces of a document for a model that does not tokenize: ending at line ends where they can,
/// else between characters, at most `most_bytes` long (0: unbounded).
std::vector<std::string_view> CutLines(std::string_view text, std::size_t most_bytes);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_TASK_WINDOWS_H_
