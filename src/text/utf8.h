// UTF-8: where a text stops being well-formed, its length in characters, and cuts between
// characters.
//
//   FindInvalidUtf8("caf\xE9");        // 3
//   CountCodePoints("caf\xC3\xA9");    // 4
//   CutUtf8("caf\xC3\xA9", 4);         // "caf"
#ifndef GATETEST_SRC_TEXT_UTF8_H_
#define GATETEST_SRC_TEXT_UTF8_H_

#include <cstddef>
#include <string_view>

namespace gatetest::internal {

/// The position, in bytes from 0, of the first byte that begins no well-formed sequence (Unicode
/// 15, table 3-7: no overlong forms, no surrogates, nothing above U+10FFFF), or npos.
std::size_t FindInvalidUtf8(std::string_view text);

/// How many characters (code points, not what a reader sees as one letter) a well-formed text has.
std::size_t CountCodePoints(std::string_view text);

/// The longest beginning of a well-formed text that has at most `max_bytes` and ends between
/// characters. Of a text that is not well-formed it may cut off up to three bytes more.
std::string_view CutUtf8(std::string_view text, std::size_t max_bytes);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_TEXT_UTF8_H_
