// The lines of a message.
#ifndef GATETEST_SRC_TEXT_LINES_H_
#define GATETEST_SRC_TEXT_LINES_H_

#include <string>
#include <string_view>

namespace gatetest::internal {

/// Labels right-aligned before a colon, continuations below the text.
class Lines {
 public:
  /// `text` may have several lines; each is ended by a newline here.
  void Add(std::string_view label, std::string_view text);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_TEXT_LINES_H_
