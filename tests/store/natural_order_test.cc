#include "src/store/natural_order.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <vector>

namespace gatetest::internal {
namespace {

TEST(NaturalOrderTest, CountsAsPeopleDo) {
  const std::vector<std::string> in_order = {"",
                                             "01",
                                             "1",
                                             "2",
                                             "10",
                                             "10a2",
                                             "10a10",
                                             "99999999999999999999999999",
                                             "100000000000000000000000000",
                                             "a",
                                             "a-1",
                                             "a0",
                                             "a1b1",
                                             "a1b2",
                                             "a2",
                                             "b",
                                             "\xFF"};
  for (std::size_t a = 0; a < in_order.size(); ++a) {
    for (std::size_t b = 0; b < in_order.size(); ++b) {
      const int order = CompareNaturally(in_order[a], in_order[b]);
      EXPECT_EQ(order < 0, a < b) << in_order[a] << " and " << in_order[b];
      EXPECT_EQ(order == 0, a == b) << in_order[a] << " and " << in_order[b];
    }
  }
}

}  // namespace
}  // namespace gatetest::internal
