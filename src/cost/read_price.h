// A price as JSON files have it.
#ifndef GATETEST_SRC_COST_READ_PRICE_H_
#define GATETEST_SRC_COST_READ_PRICE_H_

#include "src/data/json_reader.h"

namespace gatetest::internal {

/// For JsonPlace::Required.
inline constexpr const char* kInputPriceMeaning = "what a million tokens that the model reads cost";
inline constexpr const char* kOutputPriceMeaning = "what a million tokens that it generates cost";

/// For a million tokens. Throws as JsonPlace does where it is none.
inline double ReadPrice(const JsonPlace& at) {
  const double price = at.Number();
  at.Expect(price >= 0.0, "a price for a million tokens, 0 or more");
  return price;
}

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_COST_READ_PRICE_H_
