#include "src/text/utf8.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace gatetest::internal {
namespace {

constexpr std::size_t kValid = std::string_view::npos;

TEST(FindInvalidUtf8, AcceptsWellFormedText) {
  EXPECT_EQ(FindInvalidUtf8(""), kValid);
  EXPECT_EQ(FindInvalidUtf8("plain ASCII, longer than a word of the machine"), kValid);
  EXPECT_EQ(FindInvalidUtf8("\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"), kValid);
  EXPECT_EQ(FindInvalidUtf8(std::string_view("a\0b", 3)), kValid);
}

TEST(FindInvalidUtf8, AcceptsTheFirstAndLastCodePointOfEachLength) {
  for (const char* text : {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                           "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_EQ(FindInvalidUtf8(text), kValid) << testing::PrintToString(text);
  }
}

TEST(FindInvalidUtf8, RefusesWhatIsNoCodePoint) {
  const char* const cases[] = {
      "\x80",              // a continuation without a lead
      "\xC0\x80",          // overlong NUL
      "\xC1\xBF",          // overlong
      "\xE0\x9F\xBF",      // overlong
      "\xED\xA0\x80",      // surrogate
      "\xED\xBF\xBF",      // surrogate
      "\xF0\x8F\xBF\xBF",  // overlong
      "\xF4\x90\x80\x80",  // above U+10FFFF
      "\xF5\x80\x80\x80",  // no such lead
      "\xFF",              // no such lead
  };
  for (const char* text : cases)
    EXPECT_EQ(FindInvalidUtf8(text), 0U) << testing::PrintToString(text);
}

TEST(FindInvalidUtf8, GivesWhereABrokenSequenceBegins) {
  EXPECT_EQ(FindInvalidUtf8("caf\xE9"), 3U);
  EXPECT_EQ(FindInvalidUtf8("caf\xE9 au lait"), 3U);
  EXPECT_EQ(FindInvalidUtf8("0123456789\xE2\x82"), 10U);
  EXPECT_EQ(FindInvalidUtf8("\xC3\xA9\xF0\x9F\x98"), 2U);
  EXPECT_EQ(FindInvalidUtf8("\xF0\x9F\x98Z"), 0U);
}

TEST(FindInvalidUtf8, FindsItAtEveryDistance) {
  for (std::size_t length = 0; length < 40; ++length) {
    EXPECT_EQ(FindInvalidUtf8(std::string(length, 'a') + "\x80" + "bbbbbbbbbbbb"), length);
  }
}

TEST(CountCodePoints, CountsCharactersNotBytes) {
  EXPECT_EQ(CountCodePoints(""), 0U);
  EXPECT_EQ(CountCodePoints("abc"), 3U);
  EXPECT_EQ(CountCodePoints("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80"), 3U);
}

TEST(CutUtf8, EndsBetweenCharacters) {
  const std::string_view text = "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80";  // 1 + 2 + 3 + 4 bytes
  const std::size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (std::size_t max = 0; max < std::size(expected); ++max) {
    EXPECT_EQ(CutUtf8(text, max), text.substr(0, expected[max])) << max;
  }
}

TEST(CutUtf8, GivesUpSoonOnWhatIsNotUtf8) {
  EXPECT_EQ(CutUtf8(std::string(100, '\x80'), 50).size(), 47U);
}

}  // namespace
}  // namespace gatetest::internal
