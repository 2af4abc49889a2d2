#include "src/calibration/words.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace gatetest::internal {
namespace {

using Words = std::vector<std::string>;

/// Marks have a "!" before them.
Words Read(std::string_view text) {
  Words words;
  WordReader reader(text);
  while (reader.Next()) words.push_back((reader.is_mark() ? "!" : "") + reader.word());
  return words;
}

TEST(Words, AreRunsOfLettersAndDigitsInLowerCase) {
  EXPECT_EQ(Read("The INT4 model\tkeeps\n 93.5%"),
            (Words{"the", "int4", "model", "keeps", "93", "!.", "5", "!%"}));
  EXPECT_EQ(Read(""), Words{});
  EXPECT_EQ(Read(" \n\t "), Words{});
  EXPECT_EQ(Read("end"), Words{"end"});
}

TEST(Words, HaveEachMarkByItselfAndARulerOnce) {
  EXPECT_EQ(Read("if (a_b) {}"), (Words{"if", "!(", "a", "!_", "b", "!)", "!{", "!}"}));
  EXPECT_EQ(Read("// ----------- x"), (Words{"!/", "!-", "x"}));
  EXPECT_EQ(Read("- -"), (Words{"!-", "!-"}));
  EXPECT_EQ(Read("a-b-c"), (Words{"a", "!-", "b", "!-", "c"}));
}

TEST(Words, AreThoseOfOtherScripts) {
  EXPECT_EQ(Read("Ünïcode ÉTÉ"), (Words{"ünïcode", "été"}));
  EXPECT_EQ(Read("МОСКВА Ёлка ΑΩ"), (Words{"москва", "ёлка", "αω"}));
  EXPECT_EQ(Read("日本語text"), (Words{"日", "本", "語", "text"}));
  EXPECT_EQ(Read("한국어 서울"), (Words{"한국어", "서울"}));
  EXPECT_EQ(Read("“quoted” — 3×4。"), (Words{"!“", "quoted", "!”", "!—", "3", "!×", "4", "!。"}));
  EXPECT_EQ(Read("a\xC2\xA0"
                 "b"),
            (Words{"a", "b"}));  // A no-break space.
  EXPECT_EQ(Read("😀😀 ok"), (Words{"!😀", "ok"}));
}

TEST(Words, SayWhereTheyBegin) {
  const std::string text = "  ab, c";
  WordReader reader(text);
  std::vector<std::size_t> begins;
  while (reader.Next()) begins.push_back(reader.begin());
  EXPECT_EQ(begins, (std::vector<std::size_t>{2, 4, 6}));
}

}  // namespace
}  // namespace gatetest::internal
