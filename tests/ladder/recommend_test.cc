#include "src/ladder/recommend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace gatetest::internal {
namespace {

using ::testing::ElementsAre;

/// A rung that passes. Its figures: none where 0.
Rung Passing(const std::string& name, std::uint64_t bytes = 0,
             std::optional<double> cost_per_1k = {}, std::optional<double> monthly_usd = {}) {
  Rung rung{.name = name, .model = {.name = "tinylm", .bytes = bytes}};
  rung.verdict = Verdict::kPassed;
  if (cost_per_1k) rung.cost_per_1k = Estimate{.value = *cost_per_1k};
  rung.monthly_usd = monthly_usd;
  return rung;
}

Rung Kept(const std::string& name, Verdict verdict, std::vector<std::string> reasons) {
  Rung rung = Passing(name, 1);
  rung.verdict = verdict;
  rung.reasons = std::move(reasons);
  return rung;
}

/// "int8: passes, and is larger: 2,000 bytes".
std::vector<std::string> WhyNot(const std::vector<Rung>& rungs,
                                const Recommendation& recommendation) {
  std::vector<std::string> texts;
  for (const Recommendation::Rejected& one : recommendation.rejected) {
    texts.push_back(rungs.at(one.rung).name + ": " + one.why);
  }
  return texts;
}

TEST(Recommend, TheCheapestByTheMonth) {
  // By their sizes, and by 1000 tokens, it would be int8.
  const std::vector<Rung> rungs = {Passing("f16", 4000, 0.004, 140.0),
                                   Passing("int8", 1000, 0.001, 70.0),
                                   Passing("int4", 2000, 0.002, 35.0)};
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, 2U);
  EXPECT_EQ(recommendation.reason,
            "int4 is the cheapest of the 2 rungs that pass ($35.00 a month, 75% less than f16)");
  EXPECT_THAT(WhyNot(rungs, recommendation),
              ElementsAre("int8: passes, and costs more: $70.00 a month",
                          "f16: is the baseline, and costs more: $140.00 a month"));
}

TEST(Recommend, TheCheapestBy1kTokensWhereNotAllHaveAMonth) {
  const std::vector<Rung> rungs = {Passing("f16", 4000, 0.004), Passing("int8", 1000, 0.002, 1.0),
                                   Passing("int4", 2000, 0.001)};
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, 2U);
  EXPECT_EQ(recommendation.reason,
            "int4 is the cheapest of the 2 rungs that pass ($0.001 per 1k tokens, 75% less than "
            "f16)");
  EXPECT_THAT(WhyNot(rungs, recommendation),
              ElementsAre("int8: passes, and costs more: $0.002 per 1k tokens",
                          "f16: is the baseline, and costs more: $0.004 per 1k tokens"));
}

TEST(Recommend, TheSmallestWhereNotAllHaveCosts) {
  const std::vector<Rung> rungs = {Passing("f16", 4'000'000), Passing("int8", 2'000'000, 0.002),
                                   Passing("int4", 1'000'000)};
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, 2U);
  EXPECT_EQ(recommendation.reason,
            "int4 is the smallest of the 2 rungs that pass (1,000,000 bytes, 75% less than f16)");
  EXPECT_THAT(WhyNot(rungs, recommendation),
              ElementsAre("int8: passes, and is larger: 2,000,000 bytes",
                          "f16: is the baseline, and is larger: 4,000,000 bytes"));
}

TEST(Recommend, ByTheFiguresOfThoseThatPass) {
  // The one that fails has no size, and so does the baseline.
  const std::vector<Rung> rungs = {
      Passing("f16"), Passing("int8", 2000), Passing("int4", 1000),
      Kept("int2", Verdict::kFailed, {"retention on \"sums\": 0.4 is not above 0.9"})};
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, 2U);
  EXPECT_EQ(recommendation.reason, "int4 is the smallest of the 2 rungs that pass (1,000 bytes)");
  EXPECT_THAT(WhyNot(rungs, recommendation),
              ElementsAre("int8: passes, and is larger: 2,000 bytes",
                          "int2: FAILED: retention on \"sums\": 0.4 is not above 0.9",
                          "f16: is the baseline"));
}

TEST(Recommend, TheOnlyOneThatPasses) {
  const std::vector<Rung> rungs = {
      Passing("f16", 4000), Passing("int8", 2000),
      Kept("int4", Verdict::kInconclusive, {"first", "second", "third"}),
      Kept("int3", Verdict::kNotMeasured, {"first", "second"}), Kept("int2", Verdict::kFailed, {})};
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, 1U);
  EXPECT_EQ(recommendation.reason,
            "int8 is the only rung that passes (2,000 bytes, 50% less than f16)");
  EXPECT_THAT(WhyNot(rungs, recommendation),
              ElementsAre("int4: INCONCLUSIVE: first (and 2 reasons more)",
                          "int3: NOT MEASURED: first (and 1 reason more)", "int2: FAILED",
                          "f16: is the baseline, and is larger: 4,000 bytes"));
}

TEST(Recommend, NoneWhereNonePasses) {
  const std::vector<Rung> rungs = {Passing("f16", 4000),
                                   Kept("int8", Verdict::kFailed, {"why not"})};
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, std::nullopt);
  EXPECT_EQ(recommendation.reason,
            "no rung passes by evidence; f16, the baseline, is what there is to ship");
  EXPECT_THAT(WhyNot(rungs, recommendation), ElementsAre("int8: FAILED: why not"));
}

TEST(Recommend, NoneWhereNothingIsKnownOfThem) {
  const std::vector<Rung> rungs = {Passing("f16", 4000), Passing("int8", 2000), Passing("int4")};
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, std::nullopt);
  EXPECT_EQ(recommendation.reason,
            "2 rungs pass that cannot be ranked: set ModelInfo::prices, or ModelInfo::bytes, of "
            "each");
  EXPECT_THAT(WhyNot(rungs, recommendation),
              ElementsAre("int8: passes, and cannot be ranked",
                          "int4: passes, and cannot be ranked", "f16: is the baseline"));
  EXPECT_EQ(Recommend({Passing("f16"), Passing("int8")}).reason,
            "1 rung passes that cannot be ranked: set ModelInfo::prices, or ModelInfo::bytes, of "
            "each");
}

TEST(Recommend, TheBaselineWhereNothingIsSaved) {
  std::vector<Rung> rungs = {Passing("f16", 0, 0.001), Passing("int8", 0, 0.003),
                             Passing("int4", 0, 0.002)};
  const Recommendation dearer = Recommend(rungs);
  EXPECT_EQ(dearer.rung, 0U);
  EXPECT_EQ(dearer.reason,
            "f16, the baseline: int4, the cheapest of those that pass, saves nothing ($0.002 per "
            "1k tokens against $0.001 per 1k tokens)");
  EXPECT_THAT(WhyNot(rungs, dearer),
              ElementsAre("int8: passes, and costs more: $0.003 per 1k tokens",
                          "int4: passes, and costs more: $0.002 per 1k tokens"));
  rungs[2].cost_per_1k->value = 0.001;
  const Recommendation equal = Recommend(rungs);
  EXPECT_EQ(equal.rung, 0U);
  EXPECT_THAT(WhyNot(rungs, equal),
              ElementsAre("int8: passes, and costs more: $0.003 per 1k tokens",
                          "int4: passes, and costs as much: $0.001 per 1k tokens"));
}

TEST(Recommend, TheFirstOfEqualOnes) {
  const std::vector<Rung> rungs = {Passing("f16", 4000), Passing("a", 1000), Passing("b", 1000)};
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, 1U);
  EXPECT_THAT(WhyNot(rungs, recommendation),
              ElementsAre("b: passes, and is as large: 1,000 bytes",
                          "f16: is the baseline, and is larger: 4,000 bytes"));
}

TEST(Recommend, BySizeWhereEverythingIsFree) {
  const std::vector<Rung> rungs = {Passing("f16", 4000, 0.0, 0.0), Passing("int8", 2000, 0.0, 0.0),
                                   Passing("int4", 1000, 0.0, 0.0)};
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, 2U);
  EXPECT_EQ(recommendation.reason,
            "int4 is the smallest of the 2 rungs that pass (1,000 bytes, 75% less than f16)");
}

TEST(Recommend, AFreeRungOverABaselineThatCosts) {
  const std::vector<Rung> rungs = {Passing("f16", 1000, 0.004), Passing("int4", 4000, 0.0)};
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, 1U);
  EXPECT_EQ(recommendation.reason,
            "int4 is the only rung that passes ($0 per 1k tokens, 100% less than f16)");
}

}  // namespace
}  // namespace gatetest::internal
