#include "src/task/normalize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/support/errors.h"

namespace gatetest::internal {
namespace {

using testing::HasSubstr;

TEST(LowerAscii, ChangesAsciiLettersOnly) {
  EXPECT_EQ(LowerAscii("ABC xyz @[`{ 1"), "abc xyz @[`{ 1");
  EXPECT_EQ(LowerAscii("\u00c9\u0130"), "\u00c9\u0130");
}

TEST(Normalizer, StripsByDefaultAndDoesNoMore) {
  const Normalizer normalizer{Normalization{}};
  EXPECT_EQ(normalizer.Answer(" \n A  b!\u3000"), "A  b!");
}

TEST(Normalizer, CanLeaveTextAsItIs) {
  const Normalizer normalizer{Normalization{.strip = false}};
  EXPECT_EQ(normalizer.Answer(" A\n"), " A\n");
  EXPECT_EQ(normalizer.description(), "as it is");
}

TEST(Normalizer, IgnoresWhatItIsToldTo) {
  EXPECT_EQ(Normalizer({.ignore_case = true}).Answer("CanBerra"), "canberra");
  EXPECT_EQ(Normalizer({.ignore_punctuation = true}).Answer("!\"#$%&'()*+,-./a:;<=>?@[\\]^_`{|}~b"),
            "ab");
  EXPECT_EQ(Normalizer({.ignore_punctuation = true}).Answer("\u00bfqu\u00e9?"), "\u00bfqu\u00e9");
  EXPECT_EQ(Normalizer({.collapse_space = true}).Answer("a \u00a0\n b"), "a b");
}

TEST(Normalizer, WorksInTheDeclaredOrder) {
  // Punctuation goes first, so the space around it is one run, and then at the end.
  const Normalizer normalizer(
      {.ignore_case = true, .ignore_punctuation = true, .collapse_space = true});
  EXPECT_EQ(normalizer.Answer("A - B ."), "a b");
}

TEST(Normalizer, ExtractsFromTheAnswerAlone) {
  const Normalizer normalizer({.extract = R"(#### (\S+))", .ignore_case = true});
  EXPECT_EQ(normalizer.Answer("thinking #### ABC more"), "abc");
  EXPECT_EQ(normalizer.Answer("ABC"), "");
  EXPECT_EQ(normalizer.Expected(" ABC "), "abc");
}

TEST(Normalizer, ExtractsTheWholeMatchWithoutACapture) {
  EXPECT_EQ(Normalizer({.extract = R"(\d+)"}).Answer("it is 42, not 43"), "42");
}

TEST(Normalizer, RefusesAPatternThatDoesNotCompile) {
  EXPECT_THAT(
      testing_support::ErrorOf([] { Normalizer({.extract = "("}); }, ErrorCode::kInvalidArgument),
      HasSubstr("regular expression"));
}

TEST(Normalizer, DescribesEachSettingDifferently) {
  std::set<std::string> descriptions;
  const Normalization all[] = {{},
                               {.extract = "a"},
                               {.extract = "b"},
                               {.ignore_case = true},
                               {.ignore_punctuation = true},
                               {.collapse_space = true},
                               {.strip = false}};
  for (const Normalization& one : all) descriptions.insert(Normalizer(one).description());
  EXPECT_EQ(descriptions.size(), std::size(all));
}

}  // namespace
}  // namespace gatetest::internal
