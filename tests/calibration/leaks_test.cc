#include "src/calibration/leaks.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/calibration/texts.h"

namespace gatetest::internal {
namespace {

using testing_support::DatasetOf;
using testing_support::NumberedWords;

/// "1-2 exact" or "1-2 0.94" of each.
std::vector<std::string> Find(const std::vector<std::string>& calibration,
                              const std::vector<std::string>& evaluation) {
  std::vector<std::string> found;
  for (const CalibrationLeak& leak :
       FindLeaks(DatasetOf(calibration), DatasetOf(evaluation), 0.8)) {
    found.push_back(leak.calibration_id + "-" + leak.evaluation_id + " " +
                    (leak.exact ? "exact" : std::to_string(leak.overlap).substr(0, 4)));
  }
  return found;
}

using Found = std::vector<std::string>;

TEST(Leaks, AreEachSamplesBest) {
  const std::string text = NumberedWords(0, 20);
  const std::string almost = NumberedWords(0, 19) + "other";
  // Every text is like every other: what is the same goes before what is like it.
  EXPECT_EQ(Find({almost, text}, {text, almost}), (Found{"1-2 exact", "2-1 exact"}));
  EXPECT_EQ(Find({almost}, {"x", text}), Found{"1-2 0.93"});
}

/// One calibration document with several questions, and one question in several documents.
TEST(Leaks, CoverAllSamplesOfBothSides) {
  const std::string a = NumberedWords(0, 20);
  const std::string b = NumberedWords(100, 20);
  EXPECT_EQ(Find({a + b}, {a, b}), (Found{"1-1 1.00", "1-2 1.00"}));
  EXPECT_EQ(Find({a + "x", "y", a + "z"}, {a}), (Found{"1-1 1.00", "3-1 1.00"}));
}

TEST(Leaks, AreInTheOrderOfTheCalibrationSet) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 12; ++i) texts.push_back("t" + std::to_string(i));
  const Found found = Find(texts, texts);
  ASSERT_EQ(found.size(), 12U);
  EXPECT_EQ(found[1], "2-2 exact");
  EXPECT_EQ(found[11], "12-12 exact");
}

TEST(Leaks, AreNoneBetweenDifferentTexts) {
  EXPECT_EQ(Find({NumberedWords(0, 50), "47+93="}, {NumberedWords(100, 50), "47+94="}), Found{});
}

}  // namespace
}  // namespace gatetest::internal
