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

/// A rung that passes; "f16" is the baseline. `cost`: of the samples, in parts of the baseline's.
Rung Passing(const std::string& name, std::uint64_t bytes = 0, std::optional<double> cost = {},
             std::optional<double> monthly_usd = {}) {
  Rung rung{.name = name, .model = {.name = "tinylm", .bytes = bytes}};
  rung.is_baseline = name == "f16";
  rung.verdict = Verdict::kPassed;
  if (cost) rung.cost_per_1k = Estimate{.value = 0.004 * *cost};
  if (cost && !rung.is_baseline) rung.savings = Estimate{.value = 1.0 - *cost};
  rung.monthly_usd = monthly_usd;
  return rung;
}

Rung Kept(const std::string& name, Verdict verdict, std::vector<std::string> reasons,
          std::uint64_t bytes = 10'000) {
  Rung rung = Passing(name, bytes);
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
  // By their sizes, and by the samples, it would be int8.
  const std::vector<Rung> rungs = {Passing("f16", 4000, 1.0, 140.0),
                                   Passing("int8", 1000, 0.25, 70.0),
                                   Passing("int4", 2000, 0.5, 35.0)};
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, 2U);
  EXPECT_EQ(recommendation.reason,
            "int4 is the cheapest of the 2 rungs that pass ($35.00 a month, 75% less than f16)");
  EXPECT_THAT(WhyNot(rungs, recommendation),
              ElementsAre("int8: passes, and costs more: $70.00 a month",
                          "f16: is the baseline, and costs more: $140.00 a month"));
  EXPECT_THAT(recommendation.unsettled, ElementsAre());
}

// Not by the price of a token: who writes more pays more.
TEST(Recommend, TheCheapestOfTheSameSamplesWhereNotAllHaveAMonth) {
  std::vector<Rung> rungs = {Passing("f16", 4000, 1.0), Passing("int8", 1000, 0.5, 1.0),
                             Passing("int4", 2000, 0.25)};
  rungs[2].cost_per_1k->value = 1.0;
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, 2U);
  EXPECT_EQ(recommendation.reason,
            "int4 is the cheapest of the 2 rungs that pass (0.25 times what f16 costs for the same "
            "samples, 75% less than f16)");
  EXPECT_THAT(
      WhyNot(rungs, recommendation),
      ElementsAre(
          "int8: passes, and costs more: 0.5 times what f16 costs for the same samples",
          "f16: is the baseline, and costs more: 1 times what f16 costs for the same samples"));
}

TEST(Recommend, TheSmallestWhereNotAllHaveCosts) {
  const std::vector<Rung> rungs = {Passing("f16", 4'000'000), Passing("int8", 2'000'000, 0.5),
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
  const std::vector<Rung> rungs = {
      Passing("f16", 4000), Passing("int8", 2000), Passing("int4", 1000),
      Kept("int2", Verdict::kFailed, {"retention on \"sums\": 0.4 is not above 0.9"}, 0)};
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, 2U);
  EXPECT_EQ(recommendation.reason,
            "int4 is the smallest of the 2 rungs that pass (1,000 bytes, 75% less than f16)");
  EXPECT_THAT(WhyNot(rungs, recommendation),
              ElementsAre("int8: passes, and is larger: 2,000 bytes",
                          "int2: FAILED: retention on \"sums\": 0.4 is not above 0.9",
                          "f16: is the baseline, and is larger: 4,000 bytes"));
}

// int8 has prices and is larger; whether it is cheaper than a baseline without prices is not known.
TEST(Recommend, ByNothingThatTheBaselineDoesNotHave) {
  const Recommendation larger = Recommend({Passing("f16", 100), Passing("int8", 500, 0.5, 1.0)});
  EXPECT_EQ(larger.rung, 0U);
  EXPECT_EQ(larger.reason,
            "f16, the baseline: int8, the smallest of those that pass, saves nothing (500 bytes "
            "against 100 bytes)");
  const Recommendation unknown = Recommend({Passing("f16"), Passing("int8", 500, 0.5, 1.0)});
  EXPECT_EQ(unknown.rung, std::nullopt);
  EXPECT_EQ(unknown.reason,
            "1 rung passes that cannot be compared with f16: all of them, and it, need prices "
            "(ModelInfo::prices) or sizes (ModelInfo::bytes); in a models file \"prices\", or "
            "\"bytes\"");
}

// Whether one of them is the cheapest that passes is not known.
TEST(Recommend, NamesWhatWasNotMeasuredAndMightBePreferable) {
  const std::vector<Rung> rungs = {Passing("f16", 4000),
                                   Passing("int8", 2000),
                                   Kept("int6", Verdict::kNotMeasured, {"down"}, 3000),
                                   Kept("int4", Verdict::kNotMeasured, {"down"}, 1000),
                                   Kept("int3", Verdict::kNotMeasured, {"down"}, 0),
                                   Kept("int2", Verdict::kFailed, {"bad"}, 500)};
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, 1U);
  EXPECT_THAT(recommendation.unsettled, ElementsAre(3U, 4U));
  EXPECT_EQ(recommendation.reason,
            "int8 is the only rung that passes (2,000 bytes, 50% less than f16); NOT MEASURED, and "
            "preferable if they passed: int4, int3");
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

TEST(Recommend, TheBaselineWhereAllOthersFail) {
  const std::vector<Rung> rungs = {Passing("f16", 4000),
                                   Kept("int8", Verdict::kFailed, {"why not"})};
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, 0U);
  EXPECT_EQ(recommendation.reason, "f16, the baseline: no rung passes");
  EXPECT_THAT(WhyNot(rungs, recommendation), ElementsAre("int8: FAILED: why not"));
}

TEST(Recommend, NoneWhereThatIsNotKnown) {
  const Recommendation recommendation =
      Recommend({Passing("f16", 4000), Kept("int8", Verdict::kNotMeasured, {}),
                 Kept("int4", Verdict::kInconclusive, {}), Kept("int2", Verdict::kFailed, {})});
  EXPECT_EQ(recommendation.rung, std::nullopt);
  EXPECT_EQ(recommendation.reason,
            "none, because no rung passes by evidence, and int8 is NOT MEASURED, int4 is "
            "INCONCLUSIVE");
  EXPECT_THAT(recommendation.unsettled, ElementsAre(1U));
}

TEST(Recommend, NoneWhereNothingIsKnownOfThem) {
  const std::vector<Rung> rungs = {Passing("f16", 4000), Passing("int8", 2000), Passing("int4")};
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, std::nullopt);
  EXPECT_EQ(recommendation.reason,
            "2 rungs pass that cannot be compared with f16: all of them, and it, need prices "
            "(ModelInfo::prices) or sizes (ModelInfo::bytes); in a models file \"prices\", or "
            "\"bytes\"");
  EXPECT_THAT(WhyNot(rungs, recommendation),
              ElementsAre("int8: passes, and cannot be ranked",
                          "int4: passes, and cannot be ranked", "f16: is the baseline"));
}

TEST(Recommend, TheBaselineWhereNothingIsSaved) {
  std::vector<Rung> rungs = {Passing("f16", 0, 1.0), Passing("int8", 0, 3.0),
                             Passing("int4", 0, 2.0)};
  const Recommendation dearer = Recommend(rungs);
  EXPECT_EQ(dearer.rung, 0U);
  EXPECT_EQ(
      dearer.reason,
      "f16, the baseline: int4, the cheapest of those that pass, saves nothing (2 times what f16 "
      "costs for the same samples against 1 times what f16 costs for the same samples)");
  rungs[2].savings->value = 0.0;
  const Recommendation equal = Recommend(rungs);
  EXPECT_EQ(equal.rung, 0U);
  EXPECT_THAT(
      WhyNot(rungs, equal),
      ElementsAre("int8: passes, and costs more: 3 times what f16 costs for the same samples",
                  "int4: passes, and costs as much: 1 times what f16 costs for the same samples"));
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
  std::vector<Rung> rungs = {Passing("f16", 4000, 0.0, 0.0), Passing("int8", 2000, 0.0, 0.0),
                             Passing("int4", 1000, 0.0, 0.0)};
  // Of a baseline that costs nothing there is no part.
  for (Rung& rung : rungs) rung.savings.reset();
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, 2U);
  EXPECT_EQ(recommendation.reason,
            "int4 is the smallest of the 2 rungs that pass (1,000 bytes, 75% less than f16)");
}

TEST(Recommend, AFreeRungOverABaselineThatCosts) {
  const std::vector<Rung> rungs = {Passing("f16", 1000, 1.0), Passing("int4", 4000, 0.0)};
  const Recommendation recommendation = Recommend(rungs);
  EXPECT_EQ(recommendation.rung, 1U);
  EXPECT_EQ(recommendation.reason,
            "int4 is the only rung that passes (0 times what f16 costs for the same samples, 100% "
            "less than "
            "f16)");
}

}  // namespace
}  // namespace gatetest::internal
