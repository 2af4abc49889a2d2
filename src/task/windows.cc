#include "src/task/windows.h"

#include <algorithm>

#include "src/text/utf8.h"

namespace gatetest::internal {
namespace {

/// The document protocol: every window begins anew.
std::vector<TokenWindow> CutDocument(std::size_t count, std::size_t size, bool has_bos) {
  std::vector<TokenWindow> windows;
  const std::size_t unscored = has_bos ? 0 : 1;
  for (std::size_t start = 0; start + unscored < count; start += size + unscored) {
    TokenWindow window;
    window.context_begin = start;
    window.begin = start + unscored;
    window.end = window.begin + std::min(size, count - window.begin);
    window.after_bos = has_bos;
    windows.push_back(window);
  }
  return windows;
}

/// lm-evaluation-harness's get_rolling_token_windows and make_disjoint_window with context_len 1:
/// the first window follows BOS; each later one has as much context as fits beside its scored
/// tokens, which is one token for all but a shorter last window.
std::vector<TokenWindow> CutRolling(std::size_t count, std::size_t size, bool has_bos) {
  std::vector<TokenWindow> windows;
  const std::size_t first = has_bos ? 0 : 1;
  for (std::size_t begin = first; begin < count;) {
    TokenWindow window;
    window.begin = begin;
    window.end = begin + std::min(size, count - begin);
    window.after_bos = has_bos && begin == 0;
    window.context_begin = window.end > size + 1 ? window.end - size - 1 : 0;
    windows.push_back(window);
    begin = window.end;
  }
  return windows;
}

/// llama.cpp's tools/perplexity/perplexity.cpp, without a stride: it cuts the text with its BOS, so
/// that a window is `size` tokens of that sequence; what the logits at positions size/2 to size - 2
/// predict is scored.
std::vector<TokenWindow> CutLlamaCpp(std::size_t count, std::size_t size, bool has_bos) {
  std::vector<TokenWindow> windows;
  const std::size_t bos = has_bos ? 1 : 0;
  for (std::size_t start = 0; start + size <= count + bos; start += size) {
    windows.push_back({.begin = start + size / 2 + 1 - bos,
                       .end = start + size - bos,
                       .context_begin = start,
                       .after_bos = has_bos});
  }
  return windows;
}

}  // namespace

std::vector<TokenWindow> CutTokens(std::size_t count, std::size_t size, bool has_bos,
                                   CorpusProtocol protocol) {
  if (protocol == CorpusProtocol::kLlamaCpp) return CutLlamaCpp(count, size, has_bos);
  if (size == 0) size = std::max<std::size_t>(count, 1);
  return protocol == CorpusProtocol::kRolling ? CutRolling(count, size, has_bos)
                                              : CutDocument(count, size, has_bos);
}

std::size_t ScoredTokens(const std::vector<TokenWindow>& windows) {
  std::size_t tokens = 0;
  for (const TokenWindow& window : windows) tokens += window.end - window.begin;
  return tokens;
}

std::vector<std::string_view> CutLines(std::string_view text, std::size_t most_bytes) {
  if (most_bytes == 0) return {text};
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    std::size_t size = text.size();
    if (size > most_bytes) {
      const std::size_t line_end = text.rfind('\n', most_bytes - 1);
      size = line_end != std::string_view::npos ? line_end + 1 : CutUtf8(text, most_bytes).size();
      if (size == 0) size = most_bytes;  // a character wider than the context
    }
    pieces.push_back(text.substr(0, size));
    text.remove_prefix(size);
  }
  return pieces;
}

}  // namespace gatetest::internal
