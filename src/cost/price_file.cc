#include "gatetest/price_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string_view>
#include <utility>

#include "gatetest/error.h"
#include "src/cost/read_price.h"
#include "src/data/data_error.h"
#include "src/data/json_reader.h"
#include "src/text/show.h"

namespace gatetest {
namespace {

using internal::JsonPlace;
using internal::Quote;
using internal::ReadObject;
using internal::ReadPrice;

constexpr const char* kUsd = "USD";
constexpr const char* kDateMeaning = "the day on which it was read, such as \"2026-11-26\"";
constexpr const char* kSourceMeaning = "where it was read, a page or a contract";

/// YYYY-MM-DD, and a day that there is.
bool IsDay(std::string_view text) {
  constexpr std::string_view kForm = "dddd-dd-dd";
  const bool formed =
      std::equal(text.begin(), text.end(), kForm.begin(), kForm.end(), [](char c, char form) {
        const auto byte = static_cast<unsigned char>(c);
        return form == 'd' ? std::isdigit(byte) != 0 : c == form;
      });
  if (!formed) return false;
  const auto number = [text](std::size_t at, std::size_t size) {
    return std::stoi(std::string(text.substr(at, size)));
  };
  return std::chrono::year_month_day(std::chrono::year(number(0, 4)),
                                     std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                     std::chrono::day(static_cast<unsigned>(number(8, 2))))
      .ok();
}

std::string ReadDay(const JsonPlace& at) {
  std::string day = at.Text();
  at.Expect(IsDay(day), "a day of the calendar, as 2026-11-26");
  return day;
}

std::string ReadSomeText(const JsonPlace& at) {
  std::string text = at.Text();
  at.Expect(!text.empty(), "a text that is not empty");
  return text;
}

double ReadRate(const JsonPlace& place) {
  double usd = 0.0;
  // All of an exchange rate has to be there, though its origin is for readers of the file.
  ReadObject(place, {{"usd",
                      [&](const JsonPlace& at) {
                        usd = at.Number();
                        at.Expect(usd > 0.0, "a rate, the US dollars of one unit, above 0");
                      }},
                     {"date", [](const JsonPlace& at) { ReadDay(at); }},
                     {"source", [](const JsonPlace& at) { ReadSomeText(at); }}});
  (void)place.Required("usd", "how many US dollars one unit of the currency is");
  (void)place.Required("date", kDateMeaning);
  (void)place.Required("source", kSourceMeaning);
  return usd;
}

std::string ShowRates(const std::map<std::string, double>& rates) {
  std::vector<std::string> currencies;
  for (const auto& [currency, unused] : rates) currencies.push_back(currency);
  return currencies.empty() ? "none" : internal::Listed(currencies);
}

/// Without `usd`, which needs the rates.
Price ReadListedPrice(const JsonPlace& place) {
  Price price;
  ReadObject(
      place,
      {{"input_per_mtok", [&](const JsonPlace& at) { price.input_per_mtok = ReadPrice(at); }},
       {"output_per_mtok", [&](const JsonPlace& at) { price.output_per_mtok = ReadPrice(at); }},
       {"currency", [&](const JsonPlace& at) { price.currency = ReadSomeText(at); }},
       {"date", [&](const JsonPlace& at) { price.date = ReadDay(at); }},
       {"source", [&](const JsonPlace& at) { price.source = ReadSomeText(at); }}});
  (void)place.Required("input_per_mtok", internal::kInputPriceMeaning);
  (void)place.Required("output_per_mtok", internal::kOutputPriceMeaning);
  (void)place.Required("date", kDateMeaning);
  (void)place.Required("source", kSourceMeaning);
  return price;
}

/// How many characters have to be changed, added or left out (Levenshtein), whatever their case.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() +
                               1);  // Of the first i characters of a: to the first j of b.
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const bool same = std::tolower(static_cast<unsigned char>(a[i])) ==
                        std::tolower(static_cast<unsigned char>(b[j]));
      const std::size_t changed = diagonal + (same ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

/// "; did you mean gpt-4.1?", where a name is near enough to have been meant.
std::string DidYouMean(const std::string& name, const std::vector<std::string>& names) {
  const auto distance = [&](const std::string& other) { return EditDistance(name, other); };
  const auto nearest = std::min_element(
      names.begin(), names.end(),
      [&](const std::string& a, const std::string& b) { return distance(a) < distance(b); });
  if (nearest == names.end() || distance(*nearest) > std::max<std::size_t>(1, name.size() / 3)) {
    return "";
  }
  return fmt::format("; did you mean {}?", Quote(*nearest));
}

}  // namespace

PriceFile::PriceFile(const std::string& path) : path_(path) {
  const nlohmann::json file = internal::ReadJsonFile(path);
  const JsonPlace whole{.value = file, .where = path + ": file"};
  ReadObject(whole, {{"prices",
                      [](const JsonPlace& at) {
                        at.Expect(at.value.is_object() && !at.value.empty(),
                                  "an object with the prices of at least one model");
                      }},
                     {"rates", [&](const JsonPlace& at) {
                        at.Expect(at.value.is_object(), "an object");
                        for (const auto& [currency, value] : at.value.items()) {
                          const JsonPlace rate{
                              .value = value, .where = fmt::format("{}: rates.{}", path, currency)};
                          if (currency == kUsd) {
                            internal::RefuseJson(rate.where,
                                                 "rates are to US dollars, so that "
                                                 "\"USD\" has none; remove it");
                          }
                          rates_[currency] = ReadRate(rate);
                        }
                      }}});
  const JsonPlace prices = whole.Required("prices", "what models cost, by their names");
  for (const auto& [name, value] : prices.value.items()) {
    const JsonPlace place{.value = value, .where = fmt::format("{}: prices.{}", path, name)};
    Price price = ReadListedPrice(place);
    if (price.currency != kUsd && !rates_.contains(price.currency)) {
      internal::RefuseJson(
          place.where + ".currency",
          fmt::format("there is no rate for {}; \"rates\" has {} (and \"USD\" needs none)",
                      Quote(price.currency), ShowRates(rates_)));
    }
    const double rate = UsdPer(price.currency);
    price.usd = {.input_usd_per_mtok = price.input_per_mtok * rate,
                 .output_usd_per_mtok = price.output_per_mtok * rate};
    if (!std::isfinite(price.usd.input_usd_per_mtok) ||
        !std::isfinite(price.usd.output_usd_per_mtok)) {
      internal::RefuseJson(place.where,
                           "in US dollars the price is infinite; check it and its rate");
    }
    prices_.emplace(name, std::move(price));
  }
}

const Price& PriceFile::Get(const std::string& name) const {
  const auto found = prices_.find(name);
  if (found != prices_.end()) return found->second;
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("{} has no price of {}; there are {}{}", path_, Quote(name),
                          internal::Listed(names()), DidYouMean(name, names())));
}

double PriceFile::UsdPer(const std::string& currency) const {
  if (currency == kUsd) return 1.0;
  const auto found = rates_.find(currency);
  if (found != rates_.end()) return found->second;
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("{} has no rate for {}; \"rates\" has {} (and \"USD\" needs none)", path_,
                          Quote(currency), ShowRates(rates_)));
}

std::vector<std::string> PriceFile::names() const {
  std::vector<std::string> names;
  for (const auto& [name, unused] : prices_) names.push_back(name);
  return names;
}

}  // namespace gatetest
