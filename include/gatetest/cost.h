// What models cost, and what another one saves: prices and volumes to US dollars, by plain
// arithmetic. Prices come from a price file (price_file.h), volumes from what is known of the use.
//
//   const gatetest::MonthlyVolume volume{.input_mtok = 30.0, .output_mtok = 10.0};
//   const gatetest::Savings saved = gatetest::SavingsAgainst(
//       gatetest::MonthlyUsd(prices.Get("gpt-4.1").usd, volume),
//       gatetest::MonthlyUsd(prices.Get("deepseek-v3.2").usd, volume));
//   std::cout << gatetest::ShowUsd(saved.annual_usd);   // $1,528.80
#ifndef GATETEST_COST_H_
#define GATETEST_COST_H_

#include <string>

#include "gatetest/model.h"

namespace gatetest {

// All of them throw Error(kInvalidArgument), which names the number, when a price, a volume, a cost
// or a factor is negative, infinite or NaN.

/// What 1,000 tokens of a workload cost, in US dollars:
///   (input_tokens * input price + output_tokens * output price) / 1e6
///       / (input_tokens + output_tokens) * 1000.
/// Only the ratio of the two numbers matters: give those of one typical request, or of all that
/// were counted. Throws Error(kUndefined) when both are 0.
double UsdPer1kTokens(const Prices& prices, double input_tokens, double output_tokens);

/// How much a model is used in a month.
struct MonthlyVolume {
  /// Millions of tokens that the model reads. Default 0: leave it out only where input is free;
  /// prompts are often several times as long as answers.
  double input_mtok = 0.0;

  /// Millions of tokens that it generates. Default 0.
  double output_mtok = 0.0;
};

/// What that costs in a month, in US dollars:
/// input_mtok * input price + output_mtok * output price.
double MonthlyUsd(const Prices& prices, const MonthlyVolume& volume);

/// What one model saves against another, at the same volume. Negative where it costs more.
struct Savings {
  double monthly_usd = 0.0;  ///< In US dollars a month: baseline - candidate.
  double share = 0.0;        ///< Of the baseline's cost: 0.6 is 60 %.
  double annual_usd = 0.0;   ///< In US dollars a year: 12 * monthly_usd.
};

/// From what the baseline and the candidate cost in a month, in US dollars. A baseline that costs
/// nothing has no share to save: Error(kUndefined).
Savings SavingsAgainst(double baseline_monthly_usd, double monthly_usd);

/// The return on an investment, such as the work and the hardware that a quantization takes.
struct Roi {
  /// Of the first year: (annual savings - investment) / investment. 0: it has just paid for itself;
  /// -1: nothing is saved, and all of it is lost.
  double roi = 0.0;

  /// investment / monthly savings. Infinity when nothing is saved.
  double payback_months = 0.0;
};

/// `investment_usd`: spent once, in US dollars. Without one there is nothing to return: 0 is
/// Error(kUndefined). Savings may be negative, but have to be finite.
Roi AnnualRoi(const Savings& savings, double investment_usd);

/// Both prices times a factor: an exchange rate, or what is believed of another deployment ("a
/// quantized model costs 40 %": 0.4).
Prices Scaled(const Prices& prices, double factor);

/// "$909.60", "-$1,234.50": to the cent, for people; "$0.0042" where that would be nothing.
std::string ShowUsd(double usd);

}  // namespace gatetest

#endif  // GATETEST_COST_H_
