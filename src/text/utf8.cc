#include "src/text/utf8.h"

#include <cstdint>
#include <cstring>

namespace gatetest::internal {
namespace {

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

bool InRange(unsigned char c, unsigned char low, unsigned char high) {
  return c >= low && c <= high;
}

/// How many of the first bytes are ASCII; eight at a time, because nearly all of a file is.
std::size_t AsciiPrefix(std::string_view text) {
  std::size_t at = 0;
  for (std::uint64_t word = 0; at + sizeof word <= text.size(); at += sizeof word) {
    std::memcpy(&word, text.data() + at, sizeof word);
    if ((word & 0x8080808080808080U) != 0) break;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80U) ++at;
  return at;
}

/// What a lead byte promises: the sequence's length, and the range of its second byte, which is
/// where overlong forms, surrogates and code points beyond Unicode show.
struct Lead {
  std::size_t length = 0;  ///< 0: no sequence begins with this byte.
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
};

Lead ReadLead(unsigned char c) {
  if (InRange(c, 0xC2, 0xDF)) return {.length = 2};
  if (c == 0xE0) return {.length = 3, .low = 0xA0};
  if (c == 0xED) return {.length = 3, .high = 0x9F};
  if (InRange(c, 0xE1, 0xEF)) return {.length = 3};
  if (c == 0xF0) return {.length = 4, .low = 0x90};
  if (InRange(c, 0xF1, 0xF3)) return {.length = 4};
  if (c == 0xF4) return {.length = 4, .high = 0x8F};
  return {};
}

/// The length of the well-formed sequence of several bytes that `text` begins with, or 0.
std::size_t SequenceLength(std::string_view text) {
  const Lead lead = ReadLead(static_cast<unsigned char>(text[0]));
  if (lead.length == 0 || text.size() < lead.length) return 0;
  if (!InRange(static_cast<unsigned char>(text[1]), lead.low, lead.high)) return 0;
  for (std::size_t i = 2; i < lead.length; ++i) {
    if (!IsContinuation(text[i])) return 0;
  }
  return lead.length;
}

}  // namespace

std::size_t FindInvalidUtf8(std::string_view text) {
  std::size_t at = AsciiPrefix(text);
  while (at < text.size()) {
    const std::size_t length = SequenceLength(text.substr(at));
    if (length == 0) return at;
    at += length;
    at += AsciiPrefix(text.substr(at));
  }
  return std::string_view::npos;
}

std::size_t CountCodePoints(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += IsContinuation(c) ? 0U : 1U;
  return count;
}

std::string_view CutUtf8(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  // Three steps reach any sequence's first byte; more would be cutting into bytes that are no
  // UTF-8.
  std::size_t end = max_bytes;
  for (int steps = 0; steps < 3 && end > 0 && IsContinuation(text[end]); ++steps) --end;
  return text.substr(0, end);
}

}  // namespace gatetest::internal
