// The words of a text, for comparing what texts are about.
#ifndef GATETEST_SRC_CALIBRATION_WORDS_H_
#define GATETEST_SRC_CALIBRATION_WORDS_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace gatetest::internal {

/// Reads a well-formed UTF-8 text word by word. A word is a run of letters and digits in lower
/// case; characters of scripts that are written without blanks (Chinese, Japanese, Thai) are words
/// by themselves; so is every punctuation mark and symbol, because these tell code, prose and
/// tables apart better than words do, but one that is repeated (a ruler) counts once. Numbers stay
/// as they are: a rare one counts like any rare word, on both sides alike, and questions that
/// differ in a number alone are different questions.
///
/// Only ASCII and the capitals of Latin-1, Greek and Cyrillic become lower case; other letters stay
/// as they are, on both sides.
class WordReader {
 public:
  /// `text` must outlive the reader.
  explicit WordReader(std::string_view text) : text_(text) {}

  /// Goes on to the next word; false where there is none.
  bool Next();

  const std::string& word() const { return word_; }  ///< After a Next() that was true.
  bool is_mark() const { return is_mark_; }          ///< It is punctuation or a symbol.
  std::size_t begin() const { return begin_; }       ///< Its first byte in the text.

 private:
  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t begin_ = 0;
  std::string word_ = {};
  bool is_mark_ = false;
  std::string_view last_mark_ = {};  ///< The one right before position_; empty: none is.
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_CALIBRATION_WORDS_H_
