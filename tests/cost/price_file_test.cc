#include "gatetest/price_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace gatetest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::ErrorOf;
using testing_support::TemporaryFolder;

class PriceFileTest : public ::testing::Test {
 protected:
  PriceFile Read(const std::string& content) const {
    return PriceFile(folder_.Write("prices.json", content).string());
  }

  std::string ErrorOfFile(const std::string& content) const {
    return WithoutFolder(ErrorOf([&] { Read(content); }, ErrorCode::kInvalidData));
  }

  /// That of a file with this entry "m".
  std::string ErrorOfPrice(const std::string& price) const {
    return ErrorOfFile(R"({"prices": {"m": )" + price + "}}");
  }

  /// That of an entry with one more field, or one in place of the good one.
  std::string ErrorWith(const std::string& field, const std::string& value) const {
    std::string price = "{\"" + field + "\": " + value;
    const std::pair<std::string, std::string> good[] = {{"input_per_mtok", "2"},
                                                        {"output_per_mtok", "8"},
                                                        {"date", "\"2026-11-26\""},
                                                        {"source", "\"a page\""}};
    for (const auto& [name, its_value] : good) {
      if (name != field) price += ", \"" + name + "\": " + its_value;
    }
    return ErrorOfPrice(price + "}");
  }

  /// That of a file with this rate "CNY".
  std::string ErrorOfRate(const std::string& rate) const {
    return ErrorOfFile(R"({"prices": {"m": {"input_per_mtok": 2, "output_per_mtok": 8,
                           "currency": "CNY", "date": "2026-11-26", "source": "s"}},
                           "rates": {"CNY": )" +
                       rate + "}}");
  }

  std::string WithoutFolder(std::string text) const {
    const std::string folder = folder_.path().string() + "/";
    const std::size_t at = text.find(folder);
    return at == std::string::npos ? text : text.erase(at, folder.size());
  }

  const TemporaryFolder folder_;
};

TEST_F(PriceFileTest, SaysWhatAModelCosts) {
  const PriceFile file = Read(R"(// Of the nightly gates.
    {"prices": {
      "large": {"input_per_mtok": 2.5, "output_per_mtok": 10, "date": "2026-11-26",
                "source": "https://large.example/prices"},
      "free": {"input_per_mtok": 0, "output_per_mtok": 0.0, "currency": "USD",
               "date": "2024-02-29", "source": "our own machine"}}})");
  const Price& large = file.Get("large");
  EXPECT_EQ(large.usd.input_usd_per_mtok, 2.5);
  EXPECT_EQ(large.usd.output_usd_per_mtok, 10.0);
  EXPECT_EQ(large.input_per_mtok, 2.5);
  EXPECT_EQ(large.output_per_mtok, 10.0);
  EXPECT_EQ(large.currency, "USD");
  EXPECT_EQ(large.date, "2026-11-26");
  EXPECT_EQ(large.source, "https://large.example/prices");
  EXPECT_EQ(file.Get("free").usd.output_usd_per_mtok, 0.0);
  EXPECT_THAT(file.names(), ElementsAre("free", "large"));
  EXPECT_EQ(WithoutFolder(file.path()), "prices.json");
}

TEST_F(PriceFileTest, ConvertsOtherCurrencies) {
  const PriceFile file = Read(R"({
    "prices": {"m": {"input_per_mtok": 2, "output_per_mtok": 3, "currency": "CNY",
                     "date": "2026-11-26", "source": "s"}},
    "rates": {"CNY": {"usd": 0.125, "date": "2026-11-25", "source": "a bank"},
              "EUR": {"usd": 1.25, "date": "2026-11-25", "source": "a bank"}}})");
  const Price& price = file.Get("m");
  EXPECT_EQ(price.usd.input_usd_per_mtok, 0.25);
  EXPECT_EQ(price.usd.output_usd_per_mtok, 0.375);
  EXPECT_EQ(price.input_per_mtok, 2.0);
  EXPECT_EQ(price.output_per_mtok, 3.0);
  EXPECT_EQ(price.currency, "CNY");
  EXPECT_EQ(file.UsdPer("CNY"), 0.125);
  EXPECT_EQ(file.UsdPer("EUR"), 1.25);
  EXPECT_EQ(file.UsdPer("USD"), 1.0);
  EXPECT_EQ(WithoutFolder(ErrorOf([&] { (void)file.UsdPer("usd"); }, ErrorCode::kInvalidArgument)),
            "prices.json has no rate for \"usd\"; \"rates\" has CNY, EUR (and \"USD\" needs none)");
}

TEST_F(PriceFileTest, ListsTheNamesThereAreAndTheNearest) {
  std::string content;
  for (const std::string name : {"gpt-4.1", "gpt-4.1-mini", "deepseek-v3.2"}) {
    content += (content.empty() ? "" : ",") + ("\"" + name + "\"") +
               R"(: {"input_per_mtok": 1, "output_per_mtok": 1, "date": "2026-11-26",
                     "source": "s"})";
  }
  const PriceFile file = Read("{\"prices\": {" + content + "}}");
  const auto error = [&](const std::string& name) {
    return WithoutFolder(ErrorOf([&] { file.Get(name); }, ErrorCode::kInvalidArgument));
  };
  const std::string there_are = "; there are deepseek-v3.2, gpt-4.1, gpt-4.1-mini";
  EXPECT_EQ(error("llama"), "prices.json has no price of \"llama\"" + there_are);
  EXPECT_EQ(error(""), "prices.json has no price of \"\"" + there_are);
  // One character left out, one too many, others of another case; three others are too many.
  EXPECT_EQ(error("gpt-41"),
            "prices.json has no price of \"gpt-41\"" + there_are + "; did you mean \"gpt-4.1\"?");
  EXPECT_THAT(error("gpt-4.1-minii"), HasSubstr("; did you mean \"gpt-4.1-mini\"?"));
  EXPECT_THAT(error("DeepSeek-V3.2"), HasSubstr("; did you mean \"deepseek-v3.2\"?"));
  EXPECT_THAT(error("gpt-xyz"), testing::EndsWith(there_are));
}

TEST_F(PriceFileTest, RefusesWhatCannotBeRead) {
  const std::string path = (folder_ / "nowhere.json").string();
  EXPECT_EQ(ErrorOf([&] { PriceFile{path}; }, ErrorCode::kNotFound), path + ": cannot be read");
}

TEST_F(PriceFileTest, RefusesAFileOfAnotherForm) {
  const std::string models = "an object with the prices of at least one model";
  const std::pair<std::string, std::string> cases[] = {
      {"[]", "prices.json: file: should be an object, but is \"[]\""},
      {"{}", "prices.json: file: field \"prices\" is missing: what models cost, by their names"},
      {R"({"prices": {}})", "prices.json: file.prices: should be " + models + ", but is \"{}\""},
      {R"({"prices": [1]})", "prices.json: file.prices: should be " + models + ", but is an array"},
      {R"({"price": {}})", "prices.json: file: unknown field \"price\"; there are prices, rates"},
      {R"({"prices": {"m": {}}, "rates": 7})",
       "prices.json: file.rates: should be an object, but is \"7\""},
      {R"({"prices": {"m": {}}, "prices": {}})",
       "prices.json: file: field \"prices\" appears twice; remove one"},
      {R"({"prices": {"m": {"input_per_mtok": 1, "input_per_mtok": 2}}})",
       "prices.json: prices.m: field \"input_per_mtok\" appears twice; remove one"}};
  for (const auto& [content, error] : cases) EXPECT_EQ(ErrorOfFile(content), error);
  EXPECT_THAT(ErrorOfFile("{\"prices\": {},}"), HasSubstr("prices.json: is no JSON: "));
}

TEST_F(PriceFileTest, RefusesPricesThatCannotBe) {
  EXPECT_EQ(ErrorOfPrice("3"), "prices.json: prices.m: should be an object, but is \"3\"");
  EXPECT_EQ(ErrorWith("input_usd_per_mtok", "3"),
            "prices.json: prices.m: unknown field \"input_usd_per_mtok\"; there are "
            "input_per_mtok, output_per_mtok, currency, date, source");
  EXPECT_EQ(ErrorWith("input_per_mtok", "-0.01"),
            "prices.json: prices.m.input_per_mtok: should be a price for a million tokens, 0 or "
            "more, but is \"-0.01\"");
  EXPECT_EQ(ErrorWith("output_per_mtok", "\"8\""),
            "prices.json: prices.m.output_per_mtok: should be a number, but is \"\\\"8\\\"\"");
  EXPECT_THAT(ErrorWith("output_per_mtok", "1e999"), HasSubstr("is no JSON"));
  EXPECT_EQ(ErrorWith("currency", "\"\""),
            "prices.json: prices.m.currency: should be a text that is not empty, but is "
            "\"\\\"\\\"\"");
  EXPECT_EQ(ErrorWith("source", "\"\""),
            "prices.json: prices.m.source: should be a text that is not empty, but is "
            "\"\\\"\\\"\"");
}

TEST_F(PriceFileTest, RefusesAPriceWithoutAField) {
  const std::string fields[] = {R"("input_per_mtok": 2)", R"("output_per_mtok": 8)",
                                R"("date": "2026-11-26")", R"("source": "a page")"};
  const std::string errors[] = {
      "field \"input_per_mtok\" is missing: what a million tokens that the model reads cost",
      "field \"output_per_mtok\" is missing: what a million tokens that it generates cost",
      "field \"date\" is missing: the day on which it was read, such as \"2026-11-26\"",
      "field \"source\" is missing: where it was read, a page or a contract"};
  for (std::size_t missing = 0; missing < std::size(fields); ++missing) {
    std::string price = R"("currency": "USD")";
    for (std::size_t i = 0; i < std::size(fields); ++i) {
      if (i != missing) price += ", " + fields[i];
    }
    EXPECT_EQ(ErrorOfPrice("{" + price + "}"), "prices.json: prices.m: " + errors[missing]);
  }
}

TEST_F(PriceFileTest, RefusesDaysThatAreNone) {
  for (const std::string day : {"2026-13-01", "2026-00-10", "2026-02-29", "2100-02-29",
                                "2026-11-31", "2026-11-00", "2026-11-2", "26-11-2026", "2026/11/26",
                                "2026-11-26 ", "-026-11-26", "2026-11-26T00:00", "today", ""}) {
    EXPECT_EQ(ErrorWith("date", "\"" + day + "\""),
              "prices.json: prices.m.date: should be a day of the calendar, as 2026-11-26, but is "
              "\"\\\"" +
                  day + "\\\"\"");
  }
  for (const std::string day : {"2024-02-29", "2000-02-29", "2026-12-31", "2026-01-01"}) {
    EXPECT_EQ(ErrorWith("date", "\"" + day + "\""), "no error");
  }
}

TEST_F(PriceFileTest, RefusesRatesThatCannotBe) {
  const std::string day_and_source = R"(, "date": "2026-11-26", "source": "s"})";
  EXPECT_EQ(ErrorOfRate("0.14"), "prices.json: rates.CNY: should be an object, but is \"0.14\"");
  for (const std::string usd : {"0", "-0.14"}) {
    EXPECT_EQ(ErrorOfRate("{\"usd\": " + usd + day_and_source),
              "prices.json: rates.CNY.usd: should be a rate, the US dollars of one unit, above 0, "
              "but is \"" +
                  usd + "\"");
  }
  EXPECT_EQ(ErrorOfRate(R"({"date": "2026-11-26", "source": "s"})"),
            "prices.json: rates.CNY: field \"usd\" is missing: how many US dollars one unit of the "
            "currency is");
  EXPECT_EQ(ErrorOfRate(R"({"usd": 0.14, "source": "s"})"),
            "prices.json: rates.CNY: field \"date\" is missing: the day on which it was read, such "
            "as \"2026-11-26\"");
  EXPECT_EQ(ErrorOfRate(R"({"usd": 0.14, "date": "2026-11-26"})"),
            "prices.json: rates.CNY: field \"source\" is missing: where it was read, a page or a "
            "contract");
  EXPECT_EQ(ErrorOfRate(R"({"eur": 1)" + day_and_source),
            "prices.json: rates.CNY: unknown field \"eur\"; there are usd, date, source");
  EXPECT_EQ(ErrorOfRate(R"({"usd": 1e-300)" + day_and_source), "no error");
  EXPECT_EQ(ErrorOfFile(R"({"prices": {"m": {"input_per_mtok": 20, "output_per_mtok": 0,
                            "currency": "X", "date": "2026-11-26", "source": "s"}},
                            "rates": {"X": {"usd": 1e308)" +
                        day_and_source + "}}"),
            "prices.json: prices.m: in US dollars the price is infinite; check it and its rate");
  EXPECT_EQ(
      ErrorOfFile(R"({"prices": {"m": {}}, "rates": {"USD": {"usd": 1)" + day_and_source + "}}"),
      "prices.json: rates.USD: rates are to US dollars, so that \"USD\" has none; remove it");
}

TEST_F(PriceFileTest, RefusesACurrencyWithoutARate) {
  EXPECT_EQ(ErrorWith("currency", "\"EUR\""),
            "prices.json: prices.m.currency: there is no rate for \"EUR\"; \"rates\" has none (and "
            "\"USD\" needs none)");
  EXPECT_EQ(
      ErrorOfFile(R"({"prices": {"m": {"input_per_mtok": 2, "output_per_mtok": 8,
                      "currency": "EUR", "date": "2026-11-26", "source": "s"}},
                      "rates": {"GBP": {"usd": 1.3, "date": "2026-11-26", "source": "s"},
                                "CNY": {"usd": 0.14, "date": "2026-11-26", "source": "s"}}})"),
      "prices.json: prices.m.currency: there is no rate for \"EUR\"; \"rates\" has CNY, GBP (and "
      "\"USD\" needs none)");
}

}  // namespace
}  // namespace gatetest
