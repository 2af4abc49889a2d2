// What tokens cost.
#ifndef GATETEST_SRC_EVALUATION_PRICE_H_
#define GATETEST_SRC_EVALUATION_PRICE_H_

#include <fmt/format.h>

#include <cstdint>

#include "gatetest/error.h"
#include "gatetest/model.h"

namespace gatetest::internal {

/// Throws Error(kInvalidArgument) where the model has prices that cannot be: negative ones would
/// make any cost look good.
inline void CheckPrices(const ModelInfo& model) {
  if (!model.prices) return;
  for (const double price : {model.prices->input_usd_per_mtok, model.prices->output_usd_per_mtok}) {
    if (price >= 0.0 && price <= 1e12) continue;
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{} has a price of {} dollars for a million tokens "
                            "(ModelInfo::prices); a price is 0 or more, and finite",
                            ToString(model), price));
  }
}

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
