// What tokens cost.
#ifndef GATETEST_SRC_EVALUATION_PRICE_H_
#define GATETEST_SRC_EVALUATION_PRICE_H_

#include <cstdint>

#include "gatetest/model.h"

namespace gatetest::internal {

/// In US dollars, by the model's prices; 0 where it declares none.
inline double PriceOf(const ModelInfo& model, std::int64_t prompt_tokens,
                      std::int64_t completion_tokens) {
  constexpr double kMillion = 1e6;
  const Prices prices = model.prices.value_or(Prices{});
  return (static_cast<double>(prompt_tokens) * prices.input_usd_per_mtok +
          static_cast<double>(completion_tokens) * prices.output_usd_per_mtok) /
         kMillion;
}

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_EVALUATION_PRICE_H_
