#include "src/text/white_space.h"

#include <algorithm>
#include <array>

namespace gatetest::internal {
namespace {

// U+0085, U+00A0, U+1680, U+2000 to U+200A, U+2028, U+2029, U+202F, U+205F, U+3000.
constexpr std::array<std::string_view, 19> kWideSpaces = {
    "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80", "\xE2\x80\x80", "\xE2\x80\x81",
    "\xE2\x80\x82", "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85", "\xE2\x80\x86",
    "\xE2\x80\x87", "\xE2\x80\x88", "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
    "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F", "\xE3\x80\x80"};

bool IsAsciiSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r') || (c >= '\x1c' && c <= '\x1f');
}

/// The start of the character that ends before `end`.
std::size_t PreviousCharacter(std::string_view text, std::size_t end) {
  std::size_t start = end - 1;
  while (start > 0 && (static_cast<unsigned char>(text[start]) & 0xC0U) == 0x80U) --start;
  return start;
}

}  // namespace

std::size_t SpaceAt(std::string_view text, std::size_t position) {
  if (position >= text.size()) return 0;
  if (static_cast<unsigned char>(text[position]) < 0x80U)
    return IsAsciiSpace(text[position]) ? 1 : 0;
  const std::string_view rest = text.substr(position);
  const auto* const space = std::find_if(kWideSpaces.begin(), kWideSpaces.end(),
                                         [&](std::string_view s) { return rest.starts_with(s); });
  return space == kWideSpaces.end() ? 0 : space->size();
}

std::size_t CountSpaceRuns(std::string_view text, std::size_t begin, std::size_t end) {
  bool in_run = begin > 0 && SpaceAt(text, PreviousCharacter(text, begin)) > 0;
  std::size_t runs = 0;
  for (std::size_t i = begin; i < end;) {
    const std::size_t space = SpaceAt(text, i);
    if (space > 0 && !in_run) ++runs;
    // A range of tokens may begin inside a character: its rest belongs to what came before.
    in_run = space > 0 || (in_run && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U);
    i += std::max<std::size_t>(space, 1);
  }
  return runs;
}

std::string_view Strip(std::string_view text) {
  while (const std::size_t space = SpaceAt(text, 0)) text.remove_prefix(space);
  while (!text.empty()) {
    const std::size_t start = PreviousCharacter(text, text.size());
    if (SpaceAt(text, start) != text.size() - start) break;
    text.remove_suffix(text.size() - start);
  }
  return text;
}

std::string CollapseSpace(std::string_view text) {
  std::string collapsed;
  bool in_run = false;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t space = SpaceAt(text, i);
    if (space == 0) {
      collapsed += text[i++];
    } else {
      if (!in_run) collapsed += ' ';
      i += space;
    }
    in_run = space > 0;
  }
  return collapsed;
}

}  // namespace gatetest::internal
