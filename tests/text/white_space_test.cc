#include "src/text/white_space.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

namespace gatetest::internal {
namespace {

// What Python 3 says of some documents: len(re.split(r"\s+", text)), text.strip() and
// re.sub(r"\s+", " ", text).
struct Case {
  std::string_view text;
  std::size_t words;
  std::string_view stripped;
  std::string_view collapsed;
};

const Case kCases[] = {
    {"a", 1, "a", "a"},
    {"a b", 2, "a b", "a b"},
    {" a", 2, "a", " a"},
    {"a ", 2, "a", "a "},
    {" a b ", 4, "a b", " a b "},
    {"   ", 2, "", " "},
    {"\n", 2, "", " "},
    {"a\n\n b\t\tc", 3, "a\n\n b\t\tc", "a b c"},
    {"a\u00a0b", 2, "a\u00a0b", "a b"},
    {"\u3000a\u3000\u3000b\u2028", 4, "a\u3000\u3000b", " a b "},
    {"\u00e9 \u00e8", 2, "\u00e9 \u00e8", "\u00e9 \u00e8"},
    {"\u2003\u00e9\u2003", 3, "\u00e9", " \u00e9 "},
    {"a\x1c"
     "b\x1f",
     3,
     "a\x1c"
     "b",
     "a b "},
    {"a\u200bb", 1, "a\u200bb", "a\u200bb"},  // a zero-width space is none
    {"\u65e5\u672c\u3000\u8a9e", 2, "\u65e5\u672c\u3000\u8a9e", "\u65e5\u672c \u8a9e"},
    {"a\xc2\x85z", 2, "a\xc2\x85z", "a z"},
    {"a \u00a0\u3000 b", 2, "a \u00a0\u3000 b", "a b"},
    {"\U0001f600 \U0001f600\u205f", 3, "\U0001f600 \U0001f600", "\U0001f600 \U0001f600 "},
};

/// `code_point` as UTF-8.
std::string Utf8(unsigned code_point) {
  const auto tail = [&](unsigned shift) {
    return static_cast<char>(0x80U | ((code_point >> shift) & 0x3FU));
  };
  if (code_point < 0x80U) return {static_cast<char>(code_point)};
  if (code_point < 0x800U) return {static_cast<char>(0xC0U | (code_point >> 6U)), tail(0)};
  if (code_point < 0x10000U) {
    return {static_cast<char>(0xE0U | (code_point >> 12U)), tail(6), tail(0)};
  }
  return {static_cast<char>(0xF0U | (code_point >> 18U)), tail(12), tail(6), tail(0)};
}

TEST(SpaceAt, KnowsTheCharactersThatPythonKnows) {
  // [c for c in range(0x110000) if re.match(r"\s", chr(c))]
  const std::set<unsigned> expected = {
      0x9,    0xa,    0xb,    0xc,    0xd,    0x1c,   0x1d,   0x1e,   0x1f,   0x20,
      0x85,   0xa0,   0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006,
      0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000};
  std::set<unsigned> found;
  for (unsigned c = 0; c < 0x110000; ++c) {
    const bool surrogate = c >= 0xD800 && c < 0xE000;
    if (!surrogate && SpaceAt(Utf8(c), 0) > 0) found.insert(c);
  }
  EXPECT_EQ(found, expected);
  for (const unsigned c : found) EXPECT_EQ(SpaceAt(Utf8(c), 0), Utf8(c).size()) << c;
}

TEST(SpaceAt, IsZeroInsideACharacterAndPastTheEnd) {
  EXPECT_EQ(SpaceAt("\u3000", 1), 0U);
  EXPECT_EQ(SpaceAt("\u3000", 3), 0U);
  EXPECT_EQ(SpaceAt("", 0), 0U);
  EXPECT_EQ(SpaceAt("\xE3\x80", 0), 0U);
}

TEST(CountSpaceRuns, PlusOneIsPythonsNumberOfWords) {
  for (const Case& c : kCases) {
    EXPECT_EQ(CountSpaceRuns(c.text, 0, c.text.size()) + 1, c.words) << c.text;
  }
}

TEST(CountSpaceRuns, AddsUpHoweverTheTextIsCut) {
  for (const Case& c : kCases) {
    const std::size_t size = c.text.size();
    for (std::size_t one = 0; one <= size; ++one) {
      for (std::size_t two = one; two <= size; ++two) {
        EXPECT_EQ(CountSpaceRuns(c.text, 0, one) + CountSpaceRuns(c.text, one, two) +
                      CountSpaceRuns(c.text, two, size) + 1,
                  c.words)
            << c.text << " cut at " << one << " and " << two;
      }
    }
  }
}

TEST(CountSpaceRuns, GivesARunToThePartInWhichItBegins) {
  EXPECT_EQ(CountSpaceRuns("a  b", 0, 2), 1U);
  EXPECT_EQ(CountSpaceRuns("a  b", 2, 4), 0U);
  EXPECT_EQ(CountSpaceRuns("a  b", 2, 2), 0U);
}

TEST(Strip, IsPythons) {
  for (const Case& c : kCases) EXPECT_EQ(Strip(c.text), c.stripped);
  EXPECT_EQ(Strip(""), "");
}

TEST(Strip, LeavesBytesThatAreNoText) {
  EXPECT_EQ(Strip(" \xFF "), "\xFF");
  EXPECT_EQ(Strip("\x80\x80 "), "\x80\x80");
  EXPECT_EQ(Strip(" \x80"), "\x80");
  EXPECT_EQ(Strip(std::string(1'000'000, '\x80')).size(), 1'000'000U);
}

TEST(CollapseSpace, IsPythons) {
  for (const Case& c : kCases) EXPECT_EQ(CollapseSpace(c.text), c.collapsed);
  EXPECT_EQ(CollapseSpace(""), "");
}

}  // namespace
}  // namespace gatetest::internal
