// The order in which people count: "2" before "10".
#ifndef GATETEST_SRC_STORE_NATURAL_ORDER_H_
#define GATETEST_SRC_STORE_NATURAL_ORDER_H_

#include <string_view>

namespace gatetest::internal {

/// Below, at or above 0, as `a` comes before, is, or comes after `b`. Runs of digits are numbers of
/// any length; where only leading zeros differ ("1", "01"), bytes decide. A total order.
int CompareNaturally(std::string_view a, std::string_view b);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_NATURAL_ORDER_H_
