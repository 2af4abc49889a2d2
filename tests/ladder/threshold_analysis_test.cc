#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "gatetest/ladder_analysis.h"
#include "tests/ladder/tutorial_ladder.h"
#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_support::Configurations;
using testing_support::ExpectError;
using testing_support::kInfinity;
using testing_support::kNaN;
using testing_support::kTutorialLadder;

// "name: why" of each.
std::vector<std::string> Texts(const std::vector<Disagreement>& disagreements) {
  std::vector<std::string> texts;
  for (const auto& [name, why] : disagreements) texts.push_back(name);
  for (std::size_t i = 0; i < texts.size(); ++i) texts[i] += ": " + disagreements[i].why;
  return texts;
}

TEST(AnalyzeThreshold, TheTutorialsLadder) {
  const ThresholdAnalysis result = AnalyzeThreshold(kTutorialLadder, 90.0);
  EXPECT_THAT(result.acceptable, ElementsAre("FP32", "FP16", "INT8", "DeepSeek-INT4", "Gemini-INT4",
                                             "Claude-INT4", "GPT4-INT4"));
  EXPECT_THAT(result.unacceptable, ElementsAre("INT4", "INT2"));
  ASSERT_TRUE(result.worst_acceptable && result.best_unacceptable);
  EXPECT_EQ(result.worst_acceptable->name, "Claude-INT4");
  EXPECT_EQ(result.worst_acceptable->perplexity, 15.1);
  EXPECT_EQ(result.best_unacceptable->name, "INT4");
  EXPECT_EQ(result.best_unacceptable->perplexity, 15.8);
  EXPECT_TRUE(result.separates);
  EXPECT_THAT(result.disagreements, IsEmpty());
  EXPECT_THAT(result.left_out, IsEmpty());
  EXPECT_EQ(
      ToText(result),
      R"(Accepted: 7 of 9, accuracy above 90.0000: FP32, FP16, INT8, DeepSeek-INT4, Gemini-INT4, Claude-INT4, GPT4-INT4
Rejected: 2 of 9: INT4, INT2
   Limit: perplexity below any limit above 15.1000 (Claude-INT4), up to 15.8000 (INT4), decides as accuracy does
)");
}

TEST(AnalyzeThreshold, AboveIsStrict) {
  EXPECT_THAT(AnalyzeThreshold(kTutorialLadder, 90.1).unacceptable,
              ElementsAre("INT4", "INT2", "Claude-INT4"));
  EXPECT_THAT(AnalyzeThreshold(kTutorialLadder, 90.09).unacceptable, ElementsAre("INT4", "INT2"));
}

TEST(AnalyzeThreshold, Disagreements) {
  const Configurations ladder = {{"miscalibrated", 13.0, 71.5}, {"f16", 12.6, 94.0},
                                 {"int8", 13.1, 93.5},          {"lucky", 13.9, 93.75},
                                 {"int4", 15.8, 89.3},          {"int3", 15.7, 89.2}};
  const ThresholdAnalysis result = AnalyzeThreshold(ladder, 90.0);
  EXPECT_FALSE(result.separates);
  EXPECT_EQ(result.worst_acceptable->name, "lucky");
  EXPECT_EQ(result.best_unacceptable->name, "miscalibrated");
  EXPECT_THAT(
      Texts(result.disagreements),
      ElementsAre("miscalibrated: perplexity would let it pass: 13.0000 is not above 13.9000 of "
                  "lucky, which is acceptable",
                  "int8: perplexity would reject it: 13.1000 is not below 13.0000 of "
                  "miscalibrated, which is not acceptable",
                  "lucky: perplexity would reject it: 13.9000 is not below 13.0000 of "
                  "miscalibrated, which is not acceptable",
                  // Not beside int8 and lucky, too: that is said above.
                  "miscalibrated: perplexity 13.0000 is below the 15.8000 of int4, but accuracy "
                  "71.5000 is below its 89.3000",
                  "miscalibrated: perplexity 13.0000 is below the 15.7000 of int3, but accuracy "
                  "71.5000 is below its 89.2000",
                  "int8: perplexity 13.1000 is below the 13.9000 of lucky, but accuracy 93.5000 is "
                  "below its 93.7500",
                  "int3: perplexity 15.7000 is below the 15.8000 of int4, but accuracy 89.2000 is "
                  "below its 89.3000"));
  EXPECT_EQ(ToText(result), R"(Accepted: 3 of 6, accuracy above 90.0000: f16, int8, lucky
Rejected: 3 of 6: miscalibrated, int4, int3
   Limit: none on perplexity decides as accuracy does: the worst accepted has 13.9000 (lucky), the best rejected 13.0000 (miscalibrated)
Disagree: miscalibrated: perplexity would let it pass: 13.0000 is not above 13.9000 of lucky, which is acceptable
          int8: perplexity would reject it: 13.1000 is not below 13.0000 of miscalibrated, which is not acceptable
          lucky: perplexity would reject it: 13.9000 is not below 13.0000 of miscalibrated, which is not acceptable
          miscalibrated: perplexity 13.0000 is below the 15.8000 of int4, but accuracy 71.5000 is below its 89.3000
          miscalibrated: perplexity 13.0000 is below the 15.7000 of int3, but accuracy 71.5000 is below its 89.2000
          and 2 more
)");
}

TEST(AnalyzeThreshold, EqualPerplexitiesAreOnNoSideOfALimit) {
  const ThresholdAnalysis result =
      AnalyzeThreshold(Configurations{{"a", 15.0, 0.91}, {"b", 15.0, 0.89}}, 0.9);
  EXPECT_FALSE(result.separates);
  EXPECT_THAT(Texts(result.disagreements),
              ElementsAre("b: perplexity would let it pass: 15.0000 is not above 15.0000 of a, "
                          "which is acceptable",
                          "a: perplexity would reject it: 15.0000 is not below 15.0000 of b, which "
                          "is not acceptable"));
  // The first of equal ones.
  const Configurations twins = {
      {"a", 14.0, 0.95}, {"b", 14.0, 0.96}, {"c", 15.0, 0.8}, {"d", 15.0, 0.7}};
  const ThresholdAnalysis separated = AnalyzeThreshold(twins, 0.9);
  EXPECT_TRUE(separated.separates);
  EXPECT_EQ(separated.worst_acceptable->name, "a");
  EXPECT_EQ(separated.best_unacceptable->name, "c");
  EXPECT_THAT(separated.disagreements, IsEmpty());
}

TEST(AnalyzeThreshold, FiguresThatDifferAreNotShownAsEqual) {
  const ThresholdAnalysis result = AnalyzeThreshold(
      Configurations{{"a", 15.00001, 0.91}, {"b", 15.0, 0.89}, {"c", 15.1, 0.89001}}, 0.9);
  EXPECT_THAT(Texts(result.disagreements), ElementsAre(HasSubstr("15.00000 is not above 15.00001"),
                                                       HasSubstr("15.00001 is not below 15.00000"),
                                                       HasSubstr("0.89000 is below its 0.89001")));
}

TEST(AnalyzeThreshold, OneSideIsEmpty) {
  const ThresholdAnalysis all = AnalyzeThreshold(kTutorialLadder, 70.0);
  EXPECT_FALSE(all.separates);
  EXPECT_EQ(all.worst_acceptable->name, "INT2");
  EXPECT_FALSE(all.best_unacceptable);
  EXPECT_THAT(ToText(all), HasSubstr("\nRejected: 0 of 9\n   Limit: none follows: every one of the "
                                     "models is acceptable\n"));
  const ThresholdAnalysis none = AnalyzeThreshold(kTutorialLadder, 95.0);
  EXPECT_FALSE(none.separates);
  EXPECT_FALSE(none.worst_acceptable);
  EXPECT_EQ(none.best_unacceptable->name, "FP32");
  EXPECT_THAT(none.disagreements, IsEmpty());
  EXPECT_THAT(ToText(none), EndsWith("   Limit: none follows: none of the models is acceptable\n"));
}

TEST(AnalyzeThreshold, WhatAGateFoundAcceptable) {
  const Configurations ladder = {
      {"f16", 12.6, 94.0}, {"int8", 13.1, 93.5}, {"int4", 15.8, 95.0}, {"unscored", 13.5, kNaN}};
  const ThresholdAnalysis result =
      AnalyzeThreshold(ladder, std::vector<bool>{true, true, false, false});
  EXPECT_FALSE(result.accuracy_above);
  EXPECT_THAT(result.acceptable, ElementsAre("f16", "int8"));
  EXPECT_THAT(result.unacceptable, ElementsAre("int4", "unscored"));
  EXPECT_TRUE(result.separates);
  EXPECT_EQ(result.worst_acceptable->perplexity, 13.1);
  EXPECT_EQ(result.best_unacceptable->perplexity, 13.5);
  EXPECT_THAT(result.left_out, IsEmpty());
  // The gate and perplexity reject int4; its accuracy is the best all the same.
  EXPECT_THAT(Texts(result.disagreements),
              ElementsAre("f16: perplexity 12.6000 is below the 15.8000 of int4, but accuracy "
                          "94.0000 is below its 95.0000",
                          "int8: perplexity 13.1000 is below the 15.8000 of int4, but accuracy "
                          "93.5000 is below its 95.0000"));
  EXPECT_THAT(ToText(result), ::testing::StartsWith("Accepted: 2 of 4: f16, int8\n"));
}

TEST(AnalyzeThreshold, InfinitePerplexityIsTheWorst) {
  Configurations ladder = kTutorialLadder;
  ladder.push_back({"broken", kInfinity, 12.0});
  ladder.push_back({"unread", kNaN, 95.0});
  ladder.push_back({"unscored", 12.0, kNaN});
  ladder.push_back({"impossible", -kInfinity, 12.0});
  const ThresholdAnalysis result = AnalyzeThreshold(ladder, 90.0);
  EXPECT_THAT(result.unacceptable, ElementsAre("INT4", "INT2", "broken"));
  EXPECT_TRUE(result.separates);
  EXPECT_THAT(result.left_out, ElementsAre("unread", "unscored", "impossible"));
  EXPECT_THAT(ToText(result),
              EndsWith("\nLeft out: unread, unscored, impossible: a figure is missing\n"));
}

// The order and the words aside, by trying every limit on perplexity.
TEST(AnalyzeThreshold, SeparatesWhereSomeLimitDecidesAlike) {
  std::mt19937 random(17);
  int separated = 0;
  int mixed = 0;
  for (int repeat = 0; repeat < 500; ++repeat) {
    Configurations ladder;
    for (std::size_t i = 0; i < 2 + random() % 4; ++i) {
      ladder.push_back({std::to_string(i), static_cast<double>(random() % 8),
                        static_cast<double>(random() % 4)});
    }
    const ThresholdAnalysis result = AnalyzeThreshold(ladder, 1.0);
    const bool both = !result.acceptable.empty() && !result.unacceptable.empty();
    bool alike = false;
    for (int limit = 0; limit <= 8; ++limit) {
      const bool here = std::all_of(ladder.begin(), ladder.end(), [&](const Configuration& model) {
        return (model.perplexity < limit) == (model.accuracy > 1.0);
      });
      alike = alike || here;
      if (!both) continue;
      // Those above the one and up to the other.
      EXPECT_EQ(here, result.worst_acceptable->perplexity < limit &&
                          limit <= result.best_unacceptable->perplexity);
    }
    EXPECT_EQ(result.separates, both && alike);
    if (!both) continue;
    (alike ? separated : mixed) += 1;
    const bool misjudged = std::any_of(
        result.disagreements.begin(), result.disagreements.end(),
        [](const Disagreement& item) { return item.why.starts_with("perplexity would "); });
    EXPECT_EQ(misjudged, !alike);
    std::shuffle(ladder.begin(), ladder.end(), random);
    const ThresholdAnalysis shuffled = AnalyzeThreshold(ladder, 1.0);
    EXPECT_EQ(shuffled.worst_acceptable->perplexity, result.worst_acceptable->perplexity);
    EXPECT_EQ(shuffled.best_unacceptable->perplexity, result.best_unacceptable->perplexity);
    EXPECT_EQ(shuffled.disagreements.size(), result.disagreements.size());
  }
  EXPECT_GT(separated, 50);
  EXPECT_GT(mixed, 50);
}

TEST(AnalyzeThreshold, Errors) {
  const Configurations twice = {{"int4", 12.0, 90.0}, {"int4", 13.0, 80.0}};
  const std::string named = "AnalyzeThreshold: two configurations are named \"int4\"";
  ExpectError(ErrorCode::kInvalidArgument, named, [&] { AnalyzeThreshold(twice, 85.0); });
  ExpectError(ErrorCode::kInvalidArgument, named, [&] {
    AnalyzeThreshold(twice, std::vector<bool>{true, false});
  });
  for (const double limit : {kNaN, kInfinity, -kInfinity}) {
    ExpectError(ErrorCode::kInvalidArgument, "AnalyzeThreshold: accuracy_above is ",
                [&] { AnalyzeThreshold(kTutorialLadder, limit); });
  }
  ExpectError(ErrorCode::kInvalidArgument,
              "AnalyzeThreshold: 9 configurations, but acceptable has 2 entries; give one for each",
              [] {
                AnalyzeThreshold(kTutorialLadder, std::vector<bool>{true, false});
              });
  ExpectError(ErrorCode::kUndefined, "AnalyzeThreshold: no model has both figures; add models",
              [] { AnalyzeThreshold(Configurations{}, 90.0); });
  ExpectError(ErrorCode::kUndefined, "add models; left out: a, b", [] {
    AnalyzeThreshold(Configurations{{"a", kNaN, 90.0}, {"b", 12.0, kNaN}}, 90.0);
  });
}

}  // namespace
}  // namespace gatetest
