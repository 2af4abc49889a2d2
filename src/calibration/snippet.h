// The beginning of a text, for a message.
#ifndef GATETEST_SRC_CALIBRATION_SNIPPET_H_
#define GATETEST_SRC_CALIBRATION_SNIPPET_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "src/text/utf8.h"
#include "src/text/white_space.h"

namespace gatetest::internal {

/// From the byte at `begin`, which begins a character, with single blanks: enough to be recognized.
inline std::string SnippetAt(std::string_view text, std::size_t begin) {
  constexpr std::size_t kMostBytes = 120;
  return CollapseSpace(Strip(CutUtf8(text.substr(begin), kMostBytes)));
}

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_CALIBRATION_SNIPPET_H_
