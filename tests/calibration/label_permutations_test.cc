#include "src/calibration/label_permutations.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "src/calibration/chunks.h"
#include "tests/support/numbers.h"

namespace gatetest::internal {
namespace {

using testing_support::ExpectClose;

TEST(PermuteLabels, HasTheDivergenceOfTheCounts) {
  // Counts [3, 1, 0] and [1, 1, 2].
  const CalibrationDistance distance =
      PermuteLabels({{"a", "a", "a", "b"}}, {{"a", "b", "c", "c"}}, 99, 1);
  EXPECT_NEAR(distance.jsd_bits, 0.34436093777, 1e-11);
  // Of one document a side there are two ways to label them, with the same divergence.
  ExpectClose(distance.chance_bits, distance.jsd_bits);
  EXPECT_NEAR(distance.effect_bits, 0.0, 1e-12);
  EXPECT_EQ(distance.p, 1.0);
}

/// Of six ways to deal two "x" and two "y" to two sides two have a divergence of 1, the others of
/// 0.
TEST(PermuteLabels, DrawsEveryWayAsOften) {
  const CalibrationDistance distance = PermuteLabels({{"x"}, {"x"}}, {{"y"}, {"y"}}, 9999, 1);
  ExpectClose(distance.jsd_bits, 1.0);
  const double deviation = std::sqrt(2.0 / 9.0 / 9999.0);
  EXPECT_NEAR(distance.chance_bits, 1.0 / 3.0, 4.0 * deviation);
  EXPECT_NEAR(distance.p, 1.0 / 3.0, 4.0 * deviation);
  EXPECT_NEAR(distance.effect_bits, 2.0 / 3.0, 4.0 * deviation);
}

/// Sides of 1 and 3: of four ways one is as far apart as "x" against "y y y".
TEST(PermuteLabels, KeepsTheSizesOfTheSides) {
  const std::vector<Chunk> single = {{"x"}};
  const std::vector<Chunk> many = {{"y"}, {"y"}, {"y"}};
  for (const CalibrationDistance& distance :
       {PermuteLabels(single, many, 9999, 1), PermuteLabels(many, single, 9999, 2)}) {
    ExpectClose(distance.jsd_bits, 1.0);
    EXPECT_NEAR(distance.p, 0.25, 4.0 * std::sqrt(0.25 * 0.75 / 9999.0));
    // One "y" against "x y y": by [0, 1] and [1/3, 2/3] 0.19087450462.
    EXPECT_NEAR(distance.chance_bits, 0.25 + 0.75 * 0.19087450462, 0.02);
  }
}

/// Words of one document stay together: 400 of two are worth no more than two words.
TEST(PermuteLabels, MovesWholeDocuments) {
  const CalibrationDistance distance = PermuteLabels({Chunk(200, "x")}, {Chunk(200, "y")}, 999, 1);
  ExpectClose(distance.jsd_bits, 1.0);
  EXPECT_EQ(distance.p, 1.0);
}

TEST(PermuteLabels, OfTheSameTextsIsNoDistance) {
  const std::vector<Chunk> texts(50, {"a", "b", "c"});
  const CalibrationDistance distance = PermuteLabels(texts, texts, 99, 1);
  EXPECT_NEAR(distance.jsd_bits, 0.0, 1e-12);
  EXPECT_EQ(distance.p, 1.0);
}

/// The smallest p there can be: no permutation is as far apart.
TEST(PermuteLabels, CountsTheObservationAmongThePermutations) {
  const std::vector<Chunk> one(30, {"x"});
  const std::vector<Chunk> other(30, {"y"});
  EXPECT_EQ(PermuteLabels(one, other, 99, 1).p, 0.01);
}

}  // namespace
}  // namespace gatetest::internal
