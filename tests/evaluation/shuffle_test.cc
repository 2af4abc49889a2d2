#include "src/evaluation/shuffle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace gatetest::internal {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// From a Python implementation of mt19937_64 and Fisher-Yates: these must never change, or the same
// seed would stop an evaluation at another sample.
TEST(ShuffledOrder, IsTheSameEverywhereAndForEver) {
  EXPECT_THAT(ShuffledOrder(10, 0), ElementsAre(7, 2, 0, 8, 3, 9, 6, 1, 5, 4));
  EXPECT_THAT(ShuffledOrder(10, 17), ElementsAre(5, 0, 4, 8, 6, 2, 7, 1, 3, 9));
  EXPECT_THAT(ShuffledOrder(10, ~std::uint64_t{0}), ElementsAre(1, 3, 6, 9, 8, 4, 2, 7, 5, 0));
}

TEST(ShuffledOrder, IsAPermutation) {
  for (const std::size_t count : {1U, 2U, 3U, 1000U}) {
    std::vector<std::size_t> order = ShuffledOrder(count, 5);
    EXPECT_EQ(order.size(), count);
    std::sort(order.begin(), order.end());
    for (std::size_t i = 0; i < count; ++i) ASSERT_EQ(order[i], i);
  }
  EXPECT_THAT(ShuffledOrder(0, 5), IsEmpty());
}

TEST(ShuffledOrder, PutsEverySampleEverywhereEquallyOften) {
  // 24 orders of 4, 24000 seeds: each 1000 times, with a standard deviation of 31.
  std::vector<std::vector<std::size_t>> orders;
  for (std::uint64_t seed = 0; seed < 24'000; ++seed) orders.push_back(ShuffledOrder(4, seed));
  std::sort(orders.begin(), orders.end());
  std::vector<std::size_t> order = {0, 1, 2, 3};
  do {
    const auto [begin, end] = std::equal_range(orders.begin(), orders.end(), order);
    EXPECT_NEAR(static_cast<double>(end - begin), 1000.0, 200.0);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(SeedFromHash, IsItsFirst32Bits) {
  EXPECT_EQ(SeedFromHash("00000011ffffffffffffffffffffffff"), 17U);
  EXPECT_EQ(SeedFromHash("ffffffff000000000000000000000000"), 0xFFFFFFFFU);
}

TEST(SeedOfOrder, IsAnotherForEachDataSetButItsOwn) {
  const std::string one = "00000011ffffffffffffffffffffffff";
  const std::string other = "00000012ffffffffffffffffffffffff";
  // The seed that a message shows gives the same order again.
  EXPECT_EQ(SeedOfOrder(17, one), 17U);
  EXPECT_EQ(SeedOfOrder(18, other), 18U);
  // By arithmetic elsewhere; it must never change either.
  EXPECT_EQ(SeedOfOrder(18, one), 11400714819323198502U);
  EXPECT_EQ(SeedOfOrder(17, other), 7046029254386353149U);
  EXPECT_NE(ShuffledOrder(100, SeedOfOrder(5, one)), ShuffledOrder(100, SeedOfOrder(5, other)));
}

}  // namespace
}  // namespace gatetest::internal
