#include "src/calibration/duplicates.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/calibration/texts.h"

namespace gatetest::internal {
namespace {

using testing_support::DatasetOf;

using Pairs = std::set<std::pair<std::size_t, std::size_t>>;

Pairs Find(const Dataset& calibration, const Dataset& evaluation) {
  Pairs pairs;
  FindDuplicates(calibration, evaluation, [&](const Overlap& overlap) {
    EXPECT_TRUE(overlap.exact);
    EXPECT_EQ(overlap.share, 1.0);
    pairs.emplace(overlap.calibration, overlap.evaluation);
  });
  return pairs;
}

TEST(Duplicates, AreEqualButForCaseAndWhiteSpace) {
  const Dataset evaluation = DatasetOf({"47+93=", "Capital of\nFrance?"});
  EXPECT_EQ(Find(DatasetOf({"other", " capital  of FRANCE? ", "47+93="}), evaluation),
            (Pairs{{1, 1}, {2, 0}}));
  EXPECT_EQ(Find(DatasetOf({"47+94=", "the capital of france?", "47 + 93 ="}), evaluation),
            Pairs{});
}

TEST(Duplicates, MayHaveTheAnswer) {
  const Dataset evaluation =
      MakeDataset("sums", {{.input = "47+93=", .answer = "140"},
                           {.input = "Pick:", .answer = "1", .choices = {"a cat", "a dog"}}});
  EXPECT_EQ(Find(DatasetOf({"47+93=140", "47+93= 140", "pick: a dog", "pick: a cat", "Pick: 1"}),
                 evaluation),
            (Pairs{{0, 0}, {1, 0}, {2, 1}}));
  const Dataset calibration = MakeDataset("c", {{.input = "47+93=", .answer = "140"}});
  EXPECT_EQ(Find(calibration, DatasetOf({"47+93=140"})), (Pairs{{0, 0}}));
}

TEST(Duplicates, AreNotTextsWithoutWords) {
  EXPECT_EQ(Find(DatasetOf({"", " "}), DatasetOf({" \n", ""})), Pairs{});
}

/// Each has a pair, and there are not as many as the product.
TEST(Duplicates, OfManyEqualSamples) {
  const Dataset three = DatasetOf({"x", "X", " x"});
  EXPECT_EQ(Find(DatasetOf({"x", "x"}), three), (Pairs{{0, 0}, {0, 1}, {0, 2}, {1, 0}}));
}

}  // namespace
}  // namespace gatetest::internal
