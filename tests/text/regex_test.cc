#include "src/text/regex.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/support/errors.h"

namespace gatetest::internal {
namespace {

using testing::HasSubstr;
using testing::Optional;
using testing_support::ErrorOf;

TEST(Regex, FindsTheFirstMatch) {
  EXPECT_THAT(Regex(R"(\d+)").Search("a 12 b 34"), Optional(std::string("12")));
  EXPECT_EQ(Regex(R"(\d+)").Search("none"), std::nullopt);
  EXPECT_THAT(Regex("x*").Search(""), Optional(std::string()));
}

TEST(Regex, GivesTheFirstCapture) {
  const Regex regex(R"(answer: (\w+)(!)?)");
  EXPECT_TRUE(regex.has_capture());
  EXPECT_THAT(regex.Search("the answer: Canberra!"), Optional(std::string("Canberra")));
  EXPECT_FALSE(Regex("(?:a)").has_capture());
}

TEST(Regex, ACaptureThatTookNoPartIsEmpty) {
  EXPECT_THAT(Regex("(a)?b").Search("b"), Optional(std::string()));
  EXPECT_THAT(Regex("(a)|(b)").Search("b"), Optional(std::string()));
  EXPECT_THAT(Regex("(a*)b").Search("b"), Optional(std::string()));
}

TEST(Regex, ReadsTextAsUtf8) {
  EXPECT_THAT(Regex("^.$").Search("\u00e9"), Optional(std::string("\u00e9")));
  EXPECT_THAT(Regex(R"(^\w+$)").Search("\u65e5\u672c"), Optional(std::string("\u65e5\u672c")));
  EXPECT_THAT(Regex(R"(\s)").Search("a\u3000b"), Optional(std::string("\u3000")));
}

TEST(Regex, SearchesTextThatIsNotUtf8) {
  EXPECT_THAT(Regex(R"(\d+)").Search("\xFF 42 \xC3"), Optional(std::string("42")));
  EXPECT_EQ(Regex(R"(\d+)").Search("\xFF\xFE"), std::nullopt);
}

TEST(Regex, SearchesPastNul) {
  EXPECT_THAT(Regex("b").Search(std::string_view("a\0b", 3)), Optional(std::string("b")));
}

TEST(Regex, SaysWhereThePatternIsWrong) {
  EXPECT_THAT(ErrorOf([] { Regex("a(b"); }, ErrorCode::kInvalidArgument),
              AllOf(HasSubstr("\"a(b\""), HasSubstr("parenthes"), HasSubstr("character 3")));
  EXPECT_THAT(ErrorOf([] { Regex("*"); }, ErrorCode::kInvalidArgument), HasSubstr("character"));
  ErrorOf([] { Regex("\xFF"); }, ErrorCode::kInvalidArgument);
  ErrorOf([] { Regex(std::string(100'000, '(')); }, ErrorCode::kInvalidArgument);
}

/// What the search found, or that it gave up; it must not take long either way.
std::string Outcome(const std::string& pattern, const std::string& text) {
  const auto start = std::chrono::steady_clock::now();
  std::string outcome = "no match";
  try {
    if (Regex(pattern).Search(text)) outcome = "match";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidData);
    EXPECT_THAT(error.what(), HasSubstr("make it simpler"));
    outcome = "error";
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20)) << pattern;
  return outcome;
}

TEST(Regex, GivesUpOnPatternsThatWouldTakeForEver) {
  const std::string text = std::string(100, 'a') + "!";
  EXPECT_EQ(Outcome("(a+)+$", text), "error");
  EXPECT_EQ(Outcome("(a|aa)+$", text), "error");
  EXPECT_EQ(Outcome("(a|a)*b$", text + "b"), "error");
  EXPECT_EQ(Outcome(R"(^(\w+\s?)*$)", text), "error");
}

TEST(Regex, ALongTextOverflowsNoStack) {
  const std::string text(1'000'000, 'a');
  EXPECT_EQ(Outcome("(a+)+$", text), "match");
  EXPECT_EQ(Outcome("^[^b]*$", text), "match");
  EXPECT_NE(Outcome("^(?:a|b)*$", text), "no match");
  EXPECT_NE(Outcome("(?:.|\n)*x", text), "match");
}

// PCRE2 counts its work anew at every position of the text.
TEST(Regex, ManySmallExplosionsTakeNoLongerThanOne) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "aaaaaaaaaaaaaaaaaa!";
  EXPECT_EQ(Outcome("(a+)+;", text + ";"), "error");
  EXPECT_EQ(Outcome(R"(\w+;\d)", std::string(1'000'000, 'a') + ";"), "error");
}

TEST(Regex, AnOrdinaryPatternReadsALongAnswer) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "The answer may be " + std::to_string(i) + ".\n";
  EXPECT_EQ(Outcome(R"((?i)^\s*final answer:\s*(\w+))", text), "no match");
  EXPECT_THAT(Regex(R"(#### (-?[\d,]+))").Search(text + "#### 1,234"),
              Optional(std::string("1,234")));
  EXPECT_THAT(Regex(R"(\w+: (\d+))").Search(text + "Result: 42"), Optional(std::string("42")));
}

}  // namespace
}  // namespace gatetest::internal
