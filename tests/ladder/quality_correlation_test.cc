#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "gatetest/ladder_analysis.h"
#include "tests/ladder/tutorial_ladder.h"
#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing_support::Configurations;
using testing_support::ExpectClose;
using testing_support::ExpectError;
using testing_support::kInfinity;
using testing_support::kNaN;
using testing_support::kTutorialLadder;

Configurations Ladder(const std::vector<Point>& points) {
  Configurations ladder;
  for (const Point& point : points) {
    ladder.push_back({"model" + std::to_string(ladder.size()), point.x, point.y});
  }
  return ladder;
}

// As unlike as it can be: the mean and the squares as they are written in books.
std::vector<double> PlainHatValues(const Configurations& ladder) {
  const double n = static_cast<double>(ladder.size());
  double mean = 0.0;
  for (const Configuration& model : ladder) mean += model.perplexity / n;
  double squares = 0.0;
  for (const Configuration& model : ladder) squares += std::pow(model.perplexity - mean, 2);
  std::vector<double> values;
  for (const Configuration& model : ladder) {
    values.push_back(1.0 / n + std::pow(model.perplexity - mean, 2) / squares);
  }
  return values;
}

TEST(CorrelateQuality, TheTutorialsLadder) {
  const QualityCorrelation result = CorrelateQuality(kTutorialLadder);
  EXPECT_EQ(result.n, 9U);
  ExpectClose(result.pearson.r, -0.999392335165, 1e-12);
  ASSERT_TRUE(result.pearson.interval);
  ExpectClose(result.pearson.interval->lower, -0.999877322113, 1e-12);
  ExpectClose(result.pearson.interval->upper, -0.996992914645, 1e-12);
  EXPECT_EQ(result.spearman.coefficient, -1.0);
  ExpectClose(result.spearman.p_value, 2.0 / 362880.0, 1e-12);
  EXPECT_TRUE(result.spearman.exact);
  EXPECT_EQ(result.kendall.coefficient, -1.0);
  ExpectClose(result.kendall.p_value, 5.5114638e-6, 1e-7);
  EXPECT_TRUE(result.kendall.exact);
  EXPECT_EQ(result.strength, Strength::kStrong);
  ASSERT_TRUE(result.leverage);
  EXPECT_EQ(result.leverage->name, "INT2");
  ExpectClose(result.leverage->value, 0.9127400389137975, 1e-12);
  ASSERT_TRUE(result.leverage->r_without);
  ExpectClose(*result.leverage->r_without, -0.994279551412, 1e-12);
  EXPECT_EQ(result.leverage->strength_without, Strength::kStrong);
  EXPECT_EQ(result.leverage->no_r_without, "");
  EXPECT_THAT(result.left_out, IsEmpty());
}

TEST(CorrelateQuality, TextOfTheTutorialsLadder) {
  const QualityCorrelation result = CorrelateQuality(kTutorialLadder);
  EXPECT_EQ(LeverageWarning(result),
            "INT2 alone has 0.91 of 1 leverage: without it r is -0.9943 (strong)");
  EXPECT_EQ(ToText(result), R"(  Models: 9; accuracy falls as perplexity rises (strong)
 Pearson: -0.9994, 95% interval [-0.9999, -0.9970]
Spearman: -1.0000, p < 0.0001 (exact, over all permutations)
 Kendall: -1.0000, p < 0.0001 (exact, over all permutations)
 Warning: INT2 alone has 0.91 of 1 leverage: without it r is -0.9943 (strong)
)");
}

TEST(CorrelateQuality, OneModelCanMakeAStrongCorrelationOfNone) {
  const QualityCorrelation result =
      CorrelateQuality(Ladder({{12.0, 91}, {12.1, 90}, {12.2, 92}, {12.3, 91}, {30.0, 70}}));
  ExpectClose(result.pearson.r, -0.9967472473869008, 1e-12);
  EXPECT_EQ(result.strength, Strength::kStrong);
  ASSERT_TRUE(result.leverage && result.leverage->r_without);
  ExpectClose(result.leverage->value, 0.9998431052606807, 1e-12);
  ExpectClose(*result.leverage->r_without, 0.31622776601683794, 1e-12);
  EXPECT_EQ(LeverageWarning(result),
            "model4 alone has 1.00 of 1 leverage: without it r is 0.3162 (weak)");
}

TEST(CorrelateQuality, TheLargestLeverageIsThatOfTheFormula) {
  std::mt19937 random(1981);
  int with = 0;
  int without = 0;
  for (int repeat = 0; repeat < 200; ++repeat) {
    Configurations ladder;
    for (std::size_t i = 0; i < 3 + random() % 10; ++i) {
      ladder.push_back({std::to_string(i), 10.0 + static_cast<double>(random() % 100000) * 1e-4,
                        static_cast<double>(random() % 1000)});
    }
    const std::vector<double> hats = PlainHatValues(ladder);
    const auto most = std::max_element(hats.begin(), hats.end());
    const QualityCorrelation result = CorrelateQuality(ladder);
    ASSERT_EQ(result.leverage.has_value(), *most > 0.5);
    (result.leverage ? with : without) += 1;
    if (!result.leverage) continue;
    const auto whose = most - hats.begin();
    EXPECT_EQ(result.leverage->name, std::to_string(whose));
    ExpectClose(result.leverage->value, *most);
    if (!result.leverage->r_without) continue;
    ladder.erase(ladder.begin() + whose);
    EXPECT_EQ(CorrelateQuality(ladder).pearson.r, *result.leverage->r_without);
  }
  EXPECT_GT(with, 20);
  EXPECT_GT(without, 20);
}

TEST(CorrelateQuality, OfEvenModelsTheEndsHaveMostLeverageAndTheWorstIsNamed) {
  Configurations six;
  for (int i = 0; i < 6; ++i) six.push_back({std::to_string(i), 12.1 + 0.7 * i, 90.0 - i * i});
  Configurations seven = six;
  seven.push_back({"6", 12.1 + 0.7 * 6, 50.0});
  EXPECT_FALSE(CorrelateQuality(seven).leverage);  // 1/7 + 9/28.
  for (int repeat = 0; repeat < 2; ++repeat) {
    const QualityCorrelation result = CorrelateQuality(six);
    ASSERT_TRUE(result.leverage);
    EXPECT_EQ(result.leverage->name, "5");
    ExpectClose(result.leverage->value, 1.0 / 6.0 + 6.25 / 17.5);
    std::reverse(six.begin(), six.end());
  }
  // Two pairs of twins have 0.5 each, which is not above it.
  for (const double step : {1.0, 0.1, 0.3, 0.7}) {
    const QualityCorrelation twins =
        CorrelateQuality(Ladder({{12.1, 91}, {12.1, 90}, {12.1 + step, 88}, {12.1 + step, 87}}));
    EXPECT_FALSE(twins.leverage);
    EXPECT_EQ(LeverageWarning(twins), "");
  }
}

TEST(CorrelateQuality, OrderAndUnitsDoNotMatter) {
  const QualityCorrelation expected = CorrelateQuality(kTutorialLadder);
  std::mt19937 random(1895);
  Configurations ladder = kTutorialLadder;
  for (int repeat = 0; repeat < 10; ++repeat) {
    std::shuffle(ladder.begin(), ladder.end(), random);
    const QualityCorrelation result = CorrelateQuality(ladder);
    EXPECT_EQ(result.pearson.r, expected.pearson.r);
    EXPECT_EQ(result.spearman.p_value, expected.spearman.p_value);
    EXPECT_EQ(result.kendall.p_value, expected.kendall.p_value);
    EXPECT_EQ(result.leverage->name, "INT2");
    EXPECT_EQ(result.leverage->value, expected.leverage->value);
    EXPECT_EQ(*result.leverage->r_without, *expected.leverage->r_without);
  }
  for (const auto& [scale, shift] : {Point{0.01, 0.0}, Point{3.0, -17.0}, Point{-1.0, 100.0}}) {
    Configurations changed = kTutorialLadder;
    for (Configuration& model : changed) model.accuracy = scale * model.accuracy + shift;
    const double sign = scale < 0.0 ? -1.0 : 1.0;
    const QualityCorrelation result = CorrelateQuality(changed);
    ExpectClose(result.pearson.r, sign * expected.pearson.r);
    EXPECT_EQ(result.spearman.coefficient, -sign);
    EXPECT_EQ(result.kendall.coefficient, -sign);
    EXPECT_EQ(result.strength, Strength::kStrong);
    EXPECT_EQ(result.leverage->value, expected.leverage->value);
    ExpectClose(*result.leverage->r_without, sign * *expected.leverage->r_without);
  }
  for (const double scale : {0x1p-1000, 0x1p1000}) {  // Of which the squares are 0 and infinite.
    Configurations changed = kTutorialLadder;
    for (Configuration& model : changed) model.perplexity *= scale;
    EXPECT_EQ(CorrelateQuality(changed).leverage->value, expected.leverage->value);
  }
}

TEST(CorrelateQuality, StrengthInWords) {
  // y = a u + b v of orthogonal u and v: r = a / sqrt(a^2 + b^2), without a rounding.
  const auto strength = [](double a, double b) {
    return CorrelateQuality(Ladder({{1, a + b}, {-1, -a + b}, {1, a - b}, {-1, -a - b}})).strength;
  };
  EXPECT_EQ(ToText(strength(5, 12)), "weak");      // 0.385
  EXPECT_EQ(ToText(strength(-5, 12)), "weak");     //
  EXPECT_EQ(ToText(strength(3, 4)), "moderate");   // 0.6
  EXPECT_EQ(ToText(strength(-3, 4)), "moderate");  //
  EXPECT_EQ(ToText(strength(4, 3)), "moderate");   // 0.8 is not above 0.8.
  EXPECT_EQ(ToText(strength(-4, 3)), "moderate");  //
  EXPECT_EQ(ToText(strength(12, 5)), "strong");    // 0.923
  EXPECT_EQ(ToText(strength(-12, 5)), "strong");   //
}

TEST(CorrelateQuality, TheAlphaIsThatOfTheInterval) {
  const QualityCorrelation result = CorrelateQuality(kTutorialLadder, 0.05);
  const PearsonCorrelation wider = CorrelateQuality(kTutorialLadder).pearson;
  ASSERT_TRUE(result.pearson.interval && wider.interval);
  EXPECT_EQ(result.pearson.interval->alpha, 0.05);
  EXPECT_GT(result.pearson.interval->lower, wider.interval->lower);
  EXPECT_THAT(ToText(result), ::testing::HasSubstr("90% interval"));
}

TEST(CorrelateQuality, TwoModels) {
  const QualityCorrelation result = CorrelateQuality(Ladder({{12, 94}, {16, 89}}));
  EXPECT_EQ(result.n, 2U);
  EXPECT_FALSE(result.leverage);
  EXPECT_EQ(ToText(result), R"(  Models: 2; accuracy falls as perplexity rises (strong)
 Pearson: -1.0000, no interval: 2 points; an interval needs at least 5
Spearman: -1.0000, p = 1.0000 (exact, over all permutations)
 Kendall: -1.0000, p = 1.0000 (exact, over all permutations)
 Warning: 2 points always lie on a line
)");
}

TEST(CorrelateQuality, ThreeModels) {
  const QualityCorrelation result = CorrelateQuality(Ladder({{10, 95}, {11, 94}, {12, 90}}));
  ExpectClose(result.pearson.r, -0.944911182523068, 1e-12);
  ASSERT_TRUE(result.leverage);
  EXPECT_FALSE(result.leverage->r_without);
  EXPECT_FALSE(result.leverage->strength_without);
  EXPECT_EQ(LeverageWarning(result),
            "model2 alone has 0.83 of 1 leverage: without it there is no r, 2 points always lie on "
            "a line");
}

TEST(CorrelateQuality, FourModels) {
  const QualityCorrelation result =
      CorrelateQuality(Ladder({{10, 95}, {11, 94}, {12, 90}, {13, 91}}));
  // 1 of 6 pairs is in the wrong order: so few, or so many, are 8 of 24 orders.
  EXPECT_EQ(ToText(result), R"(  Models: 4; accuracy falls as perplexity rises (strong)
 Pearson: -0.8677, no interval: 4 points; an interval needs at least 5
Spearman: -0.8000, p = 0.3333 (exact, over all permutations)
 Kendall: -0.6667, p = 0.3333 (exact, over all permutations)
 Warning: model3 alone has 0.70 of 1 leverage: without it r is -0.9449 (strong)
)");
}

TEST(CorrelateQuality, WhereTheOthersHaveNoCorrelation) {
  EXPECT_EQ(LeverageWarning(CorrelateQuality(Ladder({{12.4, 94}, {12.4, 93}, {24.3, 76}}))),
            "model2 alone has 1.00 of 1 leverage: without it there is no r, every perplexity is "
            "12.4");
  EXPECT_EQ(
      LeverageWarning(CorrelateQuality(Ladder({{12.4, 94.2}, {12.5, 94.2}, {13, 94.2}, {24, 76}}))),
      "model3 alone has 1.00 of 1 leverage: without it there is no r, every accuracy is 94.2");
}

TEST(CorrelateQuality, TheWrongWayRound) {
  Configurations ladder;
  for (int i = 0; i < 9; ++i) ladder.push_back({std::to_string(i), 12.0 + i, 80.0 + i});
  EXPECT_EQ(ToText(CorrelateQuality(ladder)),
            R"(  Models: 9; accuracy rises with perplexity, the wrong way round (strong)
 Pearson: 1.0000, no interval: all points are on one line
Spearman: 1.0000, p < 0.0001 (exact, over all permutations)
 Kendall: 1.0000, p < 0.0001 (exact, over all permutations)
)");
  const std::string none =
      ToText(CorrelateQuality(Ladder({{1, 90}, {1, 80}, {2, 90}, {2, 80}, {2, 85}, {1, 85}})));
  EXPECT_THAT(none,
              ::testing::StartsWith("  Models: 6; accuracy does not follow perplexity (weak)"));
}

TEST(CorrelateQuality, AlmostALineIsNotShownAsOne) {
  Configurations ladder = Ladder({{1, 9}, {2, 8}, {3, 7}, {4, 6}, {5, 5}, {6, 4}, {7, 3}});
  ladder[3].accuracy += 0.01;  // r = -sqrt(28 / (28 + 6/7 * 0.01^2))
  EXPECT_THAT(ToText(CorrelateQuality(ladder)), ::testing::HasSubstr("Pearson: -0.999998, 95%"));
}

TEST(CorrelateQuality, ModelsWithoutAFigureAreLeftOutAndNamed) {
  Configurations ladder = kTutorialLadder;
  ladder.insert(ladder.begin(), {"broken", kInfinity, 12.0});
  ladder.insert(ladder.begin() + 4, {"unscored", 13.0, kNaN});
  ladder.push_back({"unread", kNaN, 90.0});
  const QualityCorrelation result = CorrelateQuality(ladder);
  EXPECT_EQ(result.n, 9U);
  EXPECT_THAT(result.left_out, ElementsAre("broken", "unscored", "unread"));
  EXPECT_EQ(result.pearson.r, CorrelateQuality(kTutorialLadder).pearson.r);
  EXPECT_EQ(result.leverage->name, "INT2");
  EXPECT_THAT(ToText(result),
              ::testing::EndsWith("\nLeft out: broken, unscored, unread: a figure that is not "
                                  "finite\n"));
}

TEST(CorrelateQuality, Errors) {
  const auto expect = [](ErrorCode code, const std::string& text, const Configurations& ladder) {
    // What is wrong with the call names it; what is wrong with the figures stands in tables too.
    const std::string where = code == ErrorCode::kInvalidArgument ? "CorrelateQuality: " : "";
    ExpectError(code, where + text, [&] { CorrelateQuality(ladder); });
  };
  expect(ErrorCode::kUndefined,
         "a correlation needs two models whose perplexity and accuracy are finite, got 0; add "
         "models",
         {});
  expect(ErrorCode::kUndefined,
         "a correlation needs two models whose perplexity and accuracy are finite, got 1; add "
         "models; left out: b, c",
         {{"a", 12.0, 90.0}, {"b", kNaN, 80.0}, {"c", 14.0, -kInfinity}});
  expect(ErrorCode::kUndefined, "the correlation is undefined: every perplexity is 12.4",
         {{"a", 12.4, 90.0}, {"b", 12.4, 80.0}});
  expect(ErrorCode::kUndefined,
         "the correlation is undefined: every accuracy is 90; add a model where it differs; left "
         "out: c",
         {{"a", 12.0, 90.0}, {"b", 13.0, 90.0}, {"c", kNaN, 80.0}});
  expect(ErrorCode::kInvalidArgument, "two configurations are named \"int4\"; give each",
         {{"int4", 12.0, 90.0}, {"int8", 13.0, 90.0}, {"int4", kNaN, 80.0}});
  ExpectError(ErrorCode::kInvalidArgument, "alpha is 0.5",
              [] { CorrelateQuality(kTutorialLadder, 0.5); });
}

}  // namespace
}  // namespace gatetest
