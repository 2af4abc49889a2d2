#include "gatetest/cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "gatetest/price_file.h"
#include "tests/support/errors.h"

namespace gatetest {
namespace {

using testing::HasSubstr;
using testing_support::ErrorOf;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kBadAmounts[] = {-0.01, kNan, kInfinity, -kInfinity};

constexpr Prices kTwoAndEight = {.input_usd_per_mtok = 2.0, .output_usd_per_mtok = 8.0};

// ---------------------------------------------------------------- the tutorial's figures, to the
// cent

/// Ten million generated tokens a month, at the prices of the example's file.
class TutorialCost : public ::testing::Test {
 protected:
  double Monthly(const std::string& model, double factor = 1.0) const {
    return MonthlyUsd(Scaled(prices_.Get(model).usd, factor), kVolume);
  }
  Savings SavedAgainstGpt(const std::string& model, double factor = 1.0) const {
    return SavingsAgainst(Monthly("gpt-4.1"), Monthly(model, factor));
  }

  static constexpr MonthlyVolume kVolume = {.output_mtok = 10.0};
  const PriceFile prices_{GATETEST_SOURCE_DIR "/examples/quantization_ladder/prices.json"};
};

TEST_F(TutorialCost, OfAMonth) {
  EXPECT_EQ(ShowUsd(Monthly("gpt-4.1")), "$80.00");
  EXPECT_EQ(ShowUsd(Monthly("claude-sonnet-4.5")), "$150.00");
  EXPECT_EQ(ShowUsd(Monthly("gemini-2.5-flash")), "$25.00");
  EXPECT_EQ(ShowUsd(Monthly("deepseek-v3.2")), "$4.20");
}

TEST_F(TutorialCost, OfAMonthAtFortyPercent) {
  const std::pair<const char*, const char*> cases[] = {{"gpt-4.1", "$32.00"},
                                                       {"claude-sonnet-4.5", "$60.00"},
                                                       {"gemini-2.5-flash", "$10.00"},
                                                       {"deepseek-v3.2", "$1.68"}};
  for (const auto& [model, usd] : cases) {
    EXPECT_EQ(ShowUsd(Monthly(model, 0.4)), usd);
    EXPECT_NEAR(SavingsAgainst(Monthly(model), Monthly(model, 0.4)).share, 0.6, 1e-12) << model;
  }
}

TEST_F(TutorialCost, AnnualSavingsAreThoseOfTheUnquantizedPrices) {
  EXPECT_EQ(ShowUsd(SavedAgainstGpt("deepseek-v3.2").annual_usd), "$909.60");
  EXPECT_EQ(ShowUsd(SavedAgainstGpt("gemini-2.5-flash").annual_usd), "$660.00");
  // What its "DeepSeek V3.2 INT4" and "Gemini 2.5 Flash INT4" would save at 40 %.
  EXPECT_EQ(ShowUsd(SavedAgainstGpt("deepseek-v3.2", 0.4).annual_usd), "$939.84");
  EXPECT_EQ(ShowUsd(SavedAgainstGpt("gemini-2.5-flash", 0.4).annual_usd), "$840.00");
}

TEST_F(TutorialCost, SharesAreNotThoseOfItsHeadline) {
  EXPECT_NEAR(SavedAgainstGpt("deepseek-v3.2").share, 0.9475, 1e-12);
  EXPECT_NEAR(SavedAgainstGpt("gemini-2.5-flash").share, 0.6875, 1e-12);
}

TEST_F(TutorialCost, InputChangesIt) {
  // 30 * 2.00 + 10 * 8.00, 30 * 0.28 + 10 * 0.42: by hand.
  const MonthlyVolume with_input{.input_mtok = 30.0, .output_mtok = 10.0};
  const double gpt = MonthlyUsd(prices_.Get("gpt-4.1").usd, with_input);
  const double deepseek = MonthlyUsd(prices_.Get("deepseek-v3.2").usd, with_input);
  EXPECT_EQ(ShowUsd(gpt), "$140.00");
  EXPECT_EQ(ShowUsd(deepseek), "$12.60");
  EXPECT_NEAR(SavingsAgainst(gpt, deepseek).share, 0.91, 1e-12);
  EXPECT_EQ(ShowUsd(SavingsAgainst(gpt, deepseek).annual_usd), "$1,528.80");
}

TEST_F(TutorialCost, ItsPricesSayWhereTheyWereRead) {
  EXPECT_EQ(prices_.names().size(), 4U);
  for (const std::string& name : prices_.names()) {
    EXPECT_EQ(prices_.Get(name).date, "2026-11-26") << name;
    EXPECT_THAT(prices_.Get(name).source, testing::StartsWith("https://")) << name;
  }
}

// --------------------------------------------------------------------------------- of 1,000 tokens

TEST(UsdPer1kTokens, IsTheMixOfBothPrices) {
  EXPECT_DOUBLE_EQ(UsdPer1kTokens(kTwoAndEight, 1, 0), 0.002);
  EXPECT_DOUBLE_EQ(UsdPer1kTokens(kTwoAndEight, 0, 123), 0.008);
  // (300 * 2 + 100 * 8) / 1e6 dollars for 400 tokens.
  EXPECT_DOUBLE_EQ(UsdPer1kTokens(kTwoAndEight, 300, 100), 0.0035);
  EXPECT_DOUBLE_EQ(UsdPer1kTokens(kTwoAndEight, 3e9, 1e9), 0.0035);
  EXPECT_EQ(UsdPer1kTokens({}, 300, 100), 0.0);
}

TEST(UsdPer1kTokens, RefusesWhatCannotBe) {
  EXPECT_EQ(ErrorOf([] { UsdPer1kTokens(kTwoAndEight, 0, 0); }, ErrorCode::kUndefined),
            "UsdPer1kTokens: input_tokens and output_tokens are 0; a workload of no tokens has no "
            "price: give those of a typical request");
  EXPECT_EQ(ErrorOf([] { UsdPer1kTokens(kTwoAndEight, -1, 2); }, ErrorCode::kInvalidArgument),
            "UsdPer1kTokens: input_tokens is -1; give how many tokens are read, 0 or more");
  EXPECT_EQ(ErrorOf([] { UsdPer1kTokens({.output_usd_per_mtok = -8}, 1, 2); },
                    ErrorCode::kInvalidArgument),
            "UsdPer1kTokens: output_usd_per_mtok is -8; give US dollars for a million tokens, 0 or "
            "more");
  for (const double bad : kBadAmounts) {
    const auto code = ErrorCode::kInvalidArgument;
    EXPECT_THAT(ErrorOf([&] { UsdPer1kTokens(kTwoAndEight, bad, 1); }, code),
                HasSubstr("input_tokens is"));
    EXPECT_THAT(ErrorOf([&] { UsdPer1kTokens(kTwoAndEight, 1, bad); }, code),
                HasSubstr("output_tokens is"));
    EXPECT_THAT(ErrorOf([&] { UsdPer1kTokens({.input_usd_per_mtok = bad}, 1, 1); }, code),
                HasSubstr("input_usd_per_mtok is"));
  }
}

// ------------------------------------------------------------------------------- months and
// savings

TEST(MonthlyUsd, RefusesWhatCannotBe) {
  const auto code = ErrorCode::kInvalidArgument;
  EXPECT_EQ(ErrorOf([] { MonthlyUsd(kTwoAndEight, {.input_mtok = -3}); }, code),
            "MonthlyUsd: input_mtok is -3; give millions of tokens a month, 0 or more");
  for (const double bad : kBadAmounts) {
    EXPECT_THAT(ErrorOf([&] { MonthlyUsd(kTwoAndEight, {.output_mtok = bad}); }, code),
                HasSubstr("output_mtok is"));
    EXPECT_THAT(ErrorOf([&] { MonthlyUsd({.output_usd_per_mtok = bad}, {}); }, code),
                HasSubstr("output_usd_per_mtok is"));
  }
  EXPECT_EQ(MonthlyUsd(kTwoAndEight, {}), 0.0);
}

TEST(SavingsAgainst, AreNegativeWhereItCostsMore) {
  const Savings savings = SavingsAgainst(80.0, 100.0);
  EXPECT_EQ(savings.monthly_usd, -20.0);
  EXPECT_EQ(savings.share, -0.25);
  EXPECT_EQ(savings.annual_usd, -240.0);
}

TEST(SavingsAgainst, RefusesWhatCannotBe) {
  EXPECT_EQ(ErrorOf([] { SavingsAgainst(0.0, 1.0); }, ErrorCode::kUndefined),
            "SavingsAgainst: baseline_monthly_usd is 0; of a baseline that costs nothing no share "
            "can be saved: check its prices and the volume");
  for (const double bad : kBadAmounts) {
    const auto code = ErrorCode::kInvalidArgument;
    EXPECT_THAT(ErrorOf([&] { SavingsAgainst(bad, 1.0); }, code),
                HasSubstr("SavingsAgainst: baseline_monthly_usd is"));
    EXPECT_THAT(ErrorOf([&] { SavingsAgainst(1.0, bad); }, code),
                HasSubstr("SavingsAgainst: monthly_usd is"));
  }
  EXPECT_EQ(SavingsAgainst(1.0, 0.0).share, 1.0);
}

TEST(AnnualRoi, IsAReturnOnAnInvestment) {
  // 75.80 a month, 909.60 a year, of 300 dollars: (909.60 - 300) / 300.
  const Savings savings = SavingsAgainst(80.0, 4.2);
  EXPECT_NEAR(AnnualRoi(savings, 300.0).roi, 2.032, 1e-12);
  EXPECT_NEAR(AnnualRoi(savings, 300.0).payback_months, 300.0 / 75.8, 1e-12);
  EXPECT_EQ(AnnualRoi(SavingsAgainst(10.0, 5.0), 60.0).roi, 0.0);
  EXPECT_EQ(AnnualRoi(SavingsAgainst(10.0, 5.0), 60.0).payback_months, 12.0);
}

TEST(AnnualRoi, NeverPaysBackWhereNothingIsSaved) {
  EXPECT_EQ(AnnualRoi(SavingsAgainst(10.0, 10.0), 100.0).roi, -1.0);
  EXPECT_EQ(AnnualRoi(SavingsAgainst(10.0, 10.0), 100.0).payback_months, kInfinity);
  EXPECT_EQ(AnnualRoi(SavingsAgainst(10.0, 20.0), 100.0).payback_months, kInfinity);
  EXPECT_NEAR(AnnualRoi(SavingsAgainst(10.0, 20.0), 100.0).roi, -2.2, 1e-12);
}

TEST(AnnualRoi, RefusesWhatCannotBe) {
  const Savings savings = SavingsAgainst(80.0, 4.2);
  EXPECT_EQ(ErrorOf([&] { AnnualRoi(savings, 0.0); }, ErrorCode::kUndefined),
            "AnnualRoi: investment_usd is 0; without an investment there is no return on it: "
            "report the savings instead");
  for (const double bad : kBadAmounts) {
    EXPECT_THAT(ErrorOf([&] { AnnualRoi(savings, bad); }, ErrorCode::kInvalidArgument),
                HasSubstr("AnnualRoi: investment_usd is"));
  }
  for (const double bad : {kNan, kInfinity, -kInfinity}) {
    EXPECT_THAT(ErrorOf([&] { AnnualRoi({.monthly_usd = bad, .annual_usd = 12.0}, 1.0); },
                        ErrorCode::kInvalidArgument),
                HasSubstr("AnnualRoi: the savings are"));
    EXPECT_THAT(ErrorOf([&] { AnnualRoi({.monthly_usd = 1.0, .annual_usd = bad}, 1.0); },
                        ErrorCode::kInvalidArgument),
                HasSubstr("AnnualRoi: the savings are"));
  }
}

TEST(Scaled, RefusesWhatCannotBe) {
  const Prices scaled = Scaled(kTwoAndEight, 0.5);
  EXPECT_EQ(scaled.input_usd_per_mtok, 1.0);
  EXPECT_EQ(scaled.output_usd_per_mtok, 4.0);
  for (const double bad : kBadAmounts) {
    EXPECT_THAT(ErrorOf([&] { Scaled(kTwoAndEight, bad); }, ErrorCode::kInvalidArgument),
                HasSubstr("Scaled: factor is"));
    EXPECT_THAT(
        ErrorOf([&] { Scaled({.input_usd_per_mtok = bad}, 1.0); }, ErrorCode::kInvalidArgument),
        HasSubstr("Scaled: input_usd_per_mtok is"));
  }
}

TEST(ShowUsd, IsToTheCent) {
  EXPECT_EQ(ShowUsd(0.0), "$0.00");
  EXPECT_EQ(ShowUsd(-0.001), "-$0.0010");
  EXPECT_EQ(ShowUsd(0.00042), "$0.00042");
  EXPECT_EQ(ShowUsd(0.0), "$0.00");
  EXPECT_EQ(ShowUsd(0.42), "$0.42");
  EXPECT_EQ(ShowUsd(-0.42), "-$0.42");
  EXPECT_EQ(ShowUsd(999.999), "$1,000.00");
  EXPECT_EQ(ShowUsd(999.99), "$999.99");
  EXPECT_EQ(ShowUsd(-1234.5), "-$1,234.50");
  EXPECT_EQ(ShowUsd(1234567890.0), "$1,234,567,890.00");
  EXPECT_EQ(ShowUsd(kInfinity), "infinite");
}

}  // namespace
}  // namespace gatetest
