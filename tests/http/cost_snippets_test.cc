// The code that docs/cost.md quotes, and what it prints.
#include <gatetest/gatetest.h>
#include <gmock/gmock.h>

#include <iomanip>
#include <sstream>
#include <string>

#include "tests/support/temporary_folder.h"

namespace gatetest {
namespace {

constexpr const char* kPricesPath = GATETEST_SOURCE_DIR "/examples/quantization_ladder/prices.json";

TEST(CostSnippets, OneModel) {
  const std::string path = kPricesPath;
  const gatetest::PriceFile prices(path);
  const gatetest::ModelPtr model =
      gatetest::OpenAiModel({.name = "gpt-4.1", .prices = prices.Get("gpt-4.1").usd},
                            {.base_url = "https://relay.example/v1"});

  ASSERT_TRUE(model->info().prices);
  EXPECT_EQ(model->info().prices->output_usd_per_mtok, 8.0);
}

TEST(CostSnippets, AMonth) {
  const PriceFile prices(kPricesPath);
  std::ostringstream out;
  out << "model              a month  at 40 %  saved a year\n" << std::left;
  const gatetest::MonthlyVolume volume{.output_mtok = 10.0};
  const double baseline = gatetest::MonthlyUsd(prices.Get("gpt-4.1").usd, volume);
  for (const std::string& name : prices.names()) {
    const gatetest::Prices listed = prices.Get(name).usd;
    const double month = gatetest::MonthlyUsd(listed, volume);
    const double scaled = gatetest::MonthlyUsd(gatetest::Scaled(listed, 0.4), volume);
    const gatetest::Savings saved = gatetest::SavingsAgainst(baseline, month);
    out << std::setw(19) << name << std::setw(9) << gatetest::ShowUsd(month) << std::setw(9)
        << gatetest::ShowUsd(scaled) << gatetest::ShowUsd(saved.annual_usd) << "\n";
  }
  EXPECT_EQ(out.str(), R"(model              a month  at 40 %  saved a year
claude-sonnet-4.5  $150.00  $60.00   -$840.00
deepseek-v3.2      $4.20    $1.68    $909.60
gemini-2.5-flash   $25.00   $10.00   $660.00
gpt-4.1            $80.00   $32.00   $0.00
)");
}

TEST(CostSnippets, AnInvestment) {
  const PriceFile prices(kPricesPath);
  const gatetest::MonthlyVolume volume{.input_mtok = 30.0, .output_mtok = 10.0};
  const gatetest::Savings saved = gatetest::SavingsAgainst(
      gatetest::MonthlyUsd(prices.Get("gpt-4.1").usd, volume),         // 140.00
      gatetest::MonthlyUsd(prices.Get("deepseek-v3.2").usd, volume));  // 12.60
  const gatetest::Roi roi = gatetest::AnnualRoi(saved, /*investment_usd=*/5000.0);

  EXPECT_EQ(ShowUsd(saved.monthly_usd), "$127.40");
  EXPECT_NEAR(saved.share, 0.91, 1e-12);
  EXPECT_EQ(ShowUsd(saved.annual_usd), "$1,528.80");
  EXPECT_NEAR(roi.roi, (1528.8 - 5000.0) / 5000.0, 1e-12);
  EXPECT_NEAR(roi.payback_months, 5000.0 / 127.4, 1e-9);
  EXPECT_NEAR(UsdPer1kTokens(prices.Get("gpt-4.1").usd, 30, 10), 0.0035, 1e-12);
}

TEST(CostSnippets, AFileOfModels) {
  const testing_support::TemporaryFolder folder;
  folder.Write("prices.json", R"({"prices": {"gpt-4.1": {"input_per_mtok": 2,
      "output_per_mtok": 8, "date": "2026-11-26", "source": "s"}}})");
  const auto path = folder.Write("models.json", R"(
{
  "endpoints": {
    "relay": {"base_url": "https://relay.example/v1", "api_key_variable": "RELAY_KEY"}
  },
  "price_file": "prices.json",
  "models": {
    "baseline": {"endpoint": "relay", "name": "gpt-4.1", "price": "gpt-4.1"},
    "candidate": {"endpoint": "relay", "name": "llama-8b", "quantization": "int4",
                  "prices": {"input_usd_per_mtok": 0.05, "output_usd_per_mtok": 0.08}}
  }
}
)");
  const ModelsFile models(path.string());
  ASSERT_TRUE(models.Get("baseline")->info().prices);
  EXPECT_EQ(models.Get("baseline")->info().prices->input_usd_per_mtok, 2.0);
  ASSERT_TRUE(models.Get("candidate")->info().prices);
  EXPECT_EQ(models.Get("candidate")->info().prices->output_usd_per_mtok, 0.08);
}

}  // namespace
}  // namespace gatetest
