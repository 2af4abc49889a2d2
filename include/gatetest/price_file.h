// PriceFile: what models cost, in a JSON file that says of each price when and where it was read,
// so that nobody gates on a price that nobody remembers the origin of.
//
//   {"prices": {"gpt-4.1": {"input_per_mtok": 2.00, "output_per_mtok": 8.00, "date": "2026-11-26",
//                           "source": "https://openai.com/api/pricing"},
//               "qwen": {"input_per_mtok": 2, "output_per_mtok": 8, "currency": "CNY",
//                        "date": "2026-11-26", "source": "our contract"}},
//    "rates": {"CNY": {"usd": 0.1404, "date": "2026-11-26", "source": "our bank"}}}
//
//   const gatetest::PriceFile prices("prices.json");
//   const gatetest::ModelInfo info{.name = "gpt-4.1", .prices = prices.Get("gpt-4.1").usd};
#ifndef GATETEST_PRICE_FILE_H_
#define GATETEST_PRICE_FILE_H_

#include <map>
#include <string>
#include <vector>

#include "gatetest/model.h"

namespace gatetest {

/// One entry of a price file.
struct Price {
  /// In US dollars for a million tokens, converted by the file's rate: what ModelInfo::prices
  /// takes.
  Prices usd = {};

  /// As it is listed, in `currency` for a million tokens.
  /// @{
  double input_per_mtok = 0.0;   ///< Of what the model reads.
  double output_per_mtok = 0.0;  ///< Of what it generates.
  std::string currency = "USD";  ///< As the file writes it.
  /// @}

  std::string date = {};    ///< "2026-11-26": the day on which it was read.
  std::string source = {};  ///< Where it was read: a page, a contract.
};

/// "prices" has at least one entry. Each has "input_per_mtok", "output_per_mtok", "date" and
/// "source", and "currency" where that is not "USD". "rates" has "usd", how many US dollars one
/// unit of the currency is, with "date" and "source" too, for each of the other currencies.
/// Comments are allowed; a name given twice is not.
class PriceFile {
 public:
  /// Throws Error(kNotFound) when it cannot be read, and Error(kInvalidData) that says which field
  /// of which entry cannot be: a negative price, a date that is none, a currency without a rate.
  explicit PriceFile(const std::string& path);

  /// Throws Error(kInvalidArgument), which lists the names there are.
  const Price& Get(const std::string& name) const;

  /// How many US dollars one unit of the currency is; 1 for "USD". Throws Error(kInvalidArgument),
  /// which lists the rates there are.
  double UsdPer(const std::string& currency) const;

  std::vector<std::string> names() const;            ///< Of the models, in their order.
  const std::string& path() const { return path_; }  ///< As given.

 private:
  const std::string path_;
  std::map<std::string, Price> prices_;
  std::map<std::string, double> rates_;
};

}  // namespace gatetest

#endif  // GATETEST_PRICE_FILE_H_
