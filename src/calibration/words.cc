#include "src/calibration/words.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "src/text/white_space.h"

namespace gatetest::internal {
namespace {

enum class CharacterKind { kLetter, kAlone, kMark, kSpace };

struct Character {
  std::uint32_t code_point = 0;
  std::size_t bytes = 1;
};

Character CharacterAt(std::string_view text, std::size_t position) {
  const auto byte_at = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i]));
  };
  const std::uint32_t lead = byte_at(position);
  const std::size_t bytes = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  std::uint32_t code_point = bytes == 1 ? lead : lead & (0x7FU >> bytes);
  const std::size_t end = std::min(position + bytes, text.size());
  for (std::size_t i = position + 1; i < end; ++i)
    code_point = code_point << 6U | (byte_at(i) & 0x3FU);
  return {.code_point = code_point, .bytes = end - position};
}

struct CodePoints {
  std::uint32_t first;
  std::uint32_t last;
};

template <std::size_t kCount>
bool IsIn(const std::array<CodePoints, kCount>& ranges, std::uint32_t code_point) {
  return std::any_of(ranges.begin(), ranges.end(), [&](const CodePoints& range) {
    return range.first <= code_point && code_point <= range.last;
  });
}

/// Unicode's blocks of punctuation and symbols, the large ones. What is missing here counts as
/// letters, which costs little: both sides are read alike.
constexpr std::array<CodePoints, 13> kMarks = {{{0xA1, 0xA9},
                                                {0xAB, 0xB4},
                                                {0xB6, 0xB9},
                                                {0xBB, 0xBF},
                                                {0xD7, 0xD7},
                                                {0xF7, 0xF7},
                                                {0x2000, 0x2BFF},
                                                {0x2E00, 0x2E7F},
                                                {0x3000, 0x303F},
                                                {0xFF01, 0xFF0F},
                                                {0xFF1A, 0xFF20},
                                                {0xFF3B, 0xFF65},
                                                {0x1F000, 0x1FAFF}}};

/// Scripts without blanks between words: Thai and Lao, Burmese, Khmer, kana, and Chinese
/// characters.
constexpr std::array<CodePoints, 7> kAlone = {{{0x0E00, 0x0EFF},
                                               {0x1000, 0x109F},
                                               {0x1780, 0x17FF},
                                               {0x3040, 0x30FF},
                                               {0x3400, 0x9FFF},
                                               {0xF900, 0xFAFF},
                                               {0x20000, 0x3FFFF}}};

/// Full-width letters that are in the middle of marks.
constexpr std::array<CodePoints, 1> kWideLetters = {{{0xFF41, 0xFF5A}}};

CharacterKind KindOfCharacter(std::uint32_t c) {
  if (c < 0x80) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter) return CharacterKind::kLetter;
    return c < ' ' || c == 0x7F ? CharacterKind::kSpace : CharacterKind::kMark;
  }
  if (IsIn(kMarks, c) && !IsIn(kWideLetters, c)) return CharacterKind::kMark;
  return IsIn(kAlone, c) ? CharacterKind::kAlone : CharacterKind::kLetter;
}

/// Of letters whose lower case takes as many bytes.
std::uint32_t Lower(std::uint32_t c) {
  const bool by_32 = (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c <= 0xDE && c != 0xD7) ||
                     (c >= 0x391 && c <= 0x3A9) || (c >= 0x410 && c <= 0x42F);
  if (by_32) return c + 32;
  return c >= 0x400 && c <= 0x40F ? c + 80 : c;
}

void AppendLower(std::string_view bytes, std::uint32_t code_point, std::string& word) {
  const std::uint32_t lower = Lower(code_point);
  if (lower == code_point) {
    word += bytes;
  } else if (lower < 0x80) {
    word += static_cast<char>(lower);
  } else {
    word += static_cast<char>(0xC0U | lower >> 6U);
    word += static_cast<char>(0x80U | (lower & 0x3FU));
  }
}

}  // namespace

bool WordReader::Next() {
  word_.clear();
  while (position_ < text_.size()) {
    const Character character = CharacterAt(text_, position_);
    const CharacterKind kind = SpaceAt(text_, position_) > 0
                                   ? CharacterKind::kSpace
                                   : KindOfCharacter(character.code_point);
    if (kind != CharacterKind::kLetter && !word_.empty()) return true;
    const std::string_view bytes = text_.substr(position_, character.bytes);
    if (word_.empty()) begin_ = position_;
    position_ += character.bytes;
    is_mark_ = kind == CharacterKind::kMark;
    const bool repeats = is_mark_ && bytes == last_mark_;
    last_mark_ = is_mark_ ? bytes : std::string_view();
    if (kind == CharacterKind::kSpace || repeats) continue;
    AppendLower(bytes, character.code_point, word_);
    if (kind != CharacterKind::kLetter) return true;
  }
  return !word_.empty();
}

}  // namespace gatetest::internal
