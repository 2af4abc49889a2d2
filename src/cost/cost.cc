#include "gatetest/cost.h"

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <limits>

#include "gatetest/error.h"
#include "src/text/show.h"

namespace gatetest {
namespace {

constexpr double kMonthsOfAYear = 12.0;
constexpr double kTokensOfAMillion = 1e6;

/// `what` says what to give, with its unit.
void CheckAmount(const char* where, const char* field, double amount, const char* what) {
  if (std::isfinite(amount) && amount >= 0.0) return;
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("{}: {} is {}; give {}, 0 or more", where, field, amount, what));
}

void CheckPrices(const char* where, const Prices& prices) {
  constexpr const char* kWhat = "US dollars for a million tokens";
  CheckAmount(where, "input_usd_per_mtok", prices.input_usd_per_mtok, kWhat);
  CheckAmount(where, "output_usd_per_mtok", prices.output_usd_per_mtok, kWhat);
}

[[noreturn]] void FailUndefined(const std::string& why) { throw Error(ErrorCode::kUndefined, why); }

}  // namespace

double UsdPer1kTokens(const Prices& prices, double input_tokens, double output_tokens) {
  const char* const where = "UsdPer1kTokens";
  CheckPrices(where, prices);
  CheckAmount(where, "input_tokens", input_tokens, "how many tokens are read");
  CheckAmount(where, "output_tokens", output_tokens, "how many tokens are generated");
  const double tokens = input_tokens + output_tokens;
  if (tokens == 0.0) {
    FailUndefined(
        "UsdPer1kTokens: input_tokens and output_tokens are 0; a workload of no tokens "
        "has no price: give those of a typical request");
  }
  return (input_tokens / tokens * prices.input_usd_per_mtok +
          output_tokens / tokens * prices.output_usd_per_mtok) *
         (1000.0 / kTokensOfAMillion);
}

double MonthlyUsd(const Prices& prices, const MonthlyVolume& volume) {
  const char* const where = "MonthlyUsd";
  CheckPrices(where, prices);
  CheckAmount(where, "input_mtok", volume.input_mtok, "millions of tokens a month");
  CheckAmount(where, "output_mtok", volume.output_mtok, "millions of tokens a month");
  return volume.input_mtok * prices.input_usd_per_mtok +
         volume.output_mtok * prices.output_usd_per_mtok;
}

Savings SavingsAgainst(double baseline_monthly_usd, double monthly_usd) {
  const char* const where = "SavingsAgainst";
  constexpr const char* kWhat = "US dollars a month";
  CheckAmount(where, "baseline_monthly_usd", baseline_monthly_usd, kWhat);
  CheckAmount(where, "monthly_usd", monthly_usd, kWhat);
  if (baseline_monthly_usd == 0.0) {
    FailUndefined(
        "SavingsAgainst: baseline_monthly_usd is 0; of a baseline that costs nothing no "
        "share can be saved: check its prices and the volume");
  }
  const double saved = baseline_monthly_usd - monthly_usd;
  return {.monthly_usd = saved,
          .share = saved / baseline_monthly_usd,
          .annual_usd = saved * kMonthsOfAYear};
}

Roi AnnualRoi(const Savings& savings, double investment_usd) {
  const char* const where = "AnnualRoi";
  if (!std::isfinite(savings.monthly_usd) || !std::isfinite(savings.annual_usd)) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("{}: the savings are {} a month and {} a year; give US dollars, from "
                            "SavingsAgainst",
                            where, savings.monthly_usd, savings.annual_usd));
  }
  CheckAmount(where, "investment_usd", investment_usd, "US dollars that are spent once");
  if (investment_usd == 0.0) {
    FailUndefined(
        "AnnualRoi: investment_usd is 0; without an investment there is no return on it: "
        "report the savings instead");
  }
  return {.roi = (savings.annual_usd - investment_usd) / investment_usd,
          .payback_months = savings.monthly_usd > 0.0 ? investment_usd / savings.monthly_usd
                                                      : std::numeric_limits<double>::infinity()};
}

Prices Scaled(const Prices& prices, double factor) {
  const char* const where = "Scaled";
  CheckPrices(where, prices);
  CheckAmount(where, "factor", factor, "what to multiply the prices by");
  return {.input_usd_per_mtok = prices.input_usd_per_mtok * factor,
          .output_usd_per_mtok = prices.output_usd_per_mtok * factor};
}

std::string ShowUsd(double usd) {
  if (!std::isfinite(usd)) return internal::ShowNumber(usd);
  constexpr double kCent = 0.01;
  if (usd != 0.0 && std::abs(usd) < kCent) {
    return (usd < 0.0 ? "-$" : "$") + internal::ShowNumber(std::abs(usd));
  }
  std::string text = fmt::format("{:.2f}", std::abs(usd));
  constexpr std::size_t kCents = 3;  // ".60"
  for (std::size_t at = text.size() - kCents; at > 3;) text.insert(at -= 3, ",");
  return (usd < 0.0 ? "-$" : "$") + text;
}

}  // namespace gatetest
