#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/evaluation.h"
#include "gatetest/metrics.h"
#include "tests/support/errors.h"
#include "tests/support/evaluations.h"

namespace gatetest {
namespace {

using namespace testing_support;  // NOLINT: builders

TaskPtr TaskOf(std::vector<Sample> samples) {
  return ExactMatch(MakeDataset("facts", std::move(samples)));
}

Sample Item(const std::string& id, const std::string& input = "x") {
  return {.id = id, .input = input, .answer = "right"};
}

std::string WhyNot(const TaskPtr& baseline, const TaskPtr& candidate) {
  const auto all_right = [](const TaskPtr& task) {
    return Outcomes(std::string(task->dataset().size(), '+'));
  };
  return ErrorOf(
      [&] {
        Comparison(MakeEvaluation(Rung("f16"), baseline, all_right(baseline)),
                   MakeEvaluation(Rung("int4"), candidate, all_right(candidate)));
      },
      ErrorCode::kInvalidArgument);
}

constexpr const char* kPrefix =
    "tinylm f16 on \"facts\" and tinylm int4 on \"facts\" do not compare: samples are paired by "
    "id, "
    "and ";
constexpr const char* kSuffix = "; evaluate both models on one data set";

TEST(Comparison, NamesTheSamplesThatOnlyOneWasAsked) {
  EXPECT_EQ(WhyNot(TaskOf({Item("a"), Item("b")}), TaskOf({Item("a")})),
            std::string(kPrefix) + "only the baseline was asked \"b\"" + kSuffix);
  EXPECT_EQ(WhyNot(TaskOf({Item("a")}), TaskOf({Item("b"), Item("a"), Item("c")})),
            std::string(kPrefix) + "only the candidate was asked \"b\", \"c\"" + kSuffix);
  EXPECT_EQ(WhyNot(TaskOf({Item("a"), Item("b")}), TaskOf({Item("c"), Item("a")})),
            std::string(kPrefix) +
                "only the baseline was asked \"b\"; only the candidate was asked \"c\"" + kSuffix);
}

TEST(Comparison, NamesFiveAndCountsTheRest) {
  std::vector<Sample> many;
  for (int i = 1; i <= 9; ++i) many.push_back(Item("q" + std::to_string(i)));
  EXPECT_EQ(WhyNot(TaskOf(many), TaskOf({Item("q1")})),
            std::string(kPrefix) +
                "only the baseline was asked \"q2\", \"q3\", \"q4\", \"q5\", \"q6\" and 3 more" +
                kSuffix);
}

TEST(Comparison, NamesSamplesThatAreNotTheSame) {
  Sample other_answer = Item("b");
  other_answer.answer = "wrong";
  Sample other_cluster = Item("c");
  other_cluster.cluster = "7";
  EXPECT_EQ(WhyNot(TaskOf({Item("a"), Item("b"), Item("c")}),
                   TaskOf({Item("a", "y"), other_answer, other_cluster})),
            std::string(kPrefix) +
                "not the same in both: \"a\" (its input), \"b\" (its answer), \"c\" (its cluster)" +
                kSuffix);
}

TEST(Comparison, PairsSamplesById) {
  // Right and wrong by the sample's id, in another order of the file.
  std::vector<Sample> samples;
  for (int i = 0; i < 6; ++i) samples.push_back(Item(std::to_string(i)));
  std::vector<Sample> turned = samples;
  std::reverse(turned.begin(), turned.end());
  const Comparison comparison(MakeEvaluation(Rung("f16"), TaskOf(turned), Outcomes("-+++++")),
                              MakeEvaluation(Rung("int4"), TaskOf(samples), Outcomes("++++--")));
  // The baseline is wrong in "5", the candidate in "4" and "5": one lost, none gained.
  EXPECT_EQ(Retention(comparison).value, 4.0 / 5.0);
  EXPECT_EQ(Flips(comparison).value, 1.0 / 6.0);
  EXPECT_EQ(AccuracyLoss(comparison).value, 1.0 / 6.0);
}

TEST(Comparison, RefusesOtherProtocols) {
  EXPECT_EQ(ErrorOf(
                [] {
                  Comparison(MakeEvaluation(Rung("f16"), Documents(1), {Text({})}),
                             MakeEvaluation(Rung("int4"),
                                            Documents(1, {.protocol = CorpusProtocol::kRolling}),
                                            {Text({})}));
                },
                ErrorCode::kInvalidArgument),
            "tinylm f16 on \"prose\" and tinylm int4 on \"prose\" do not compare: one is document "
            "perplexity per token, the other rolling perplexity per token");
}

/// Windows as long as what a server's context was: no difference of the models.
TEST(Comparison, RefusesTheSameTokensInOtherWindows) {
  const Outcome long_ones = Text({{.nll = 10.0, .tokens = 8}});
  const Outcome short_ones = Text({{.nll = 6.0, .tokens = 4}, {.nll = 6.0, .tokens = 4}});
  const Outcome other_tokens = Text({{.nll = 6.0, .tokens = 4}, {.nll = 6.0, .tokens = 5}});
  const auto compare = [](const Outcome& baseline, const Outcome& candidate) {
    Comparison(MakeEvaluation(Rung("f16"), Documents(1), {baseline}),
               MakeEvaluation(Rung("int4"), Documents(1), {candidate}));
  };
  EXPECT_THAT(
      ErrorOf([&] { compare(short_ones, long_ones); }, ErrorCode::kInvalidArgument),
      testing::HasSubstr("the contexts of the models cut the same tokens of sample \"d1\" into "
                         "windows of 4 and of 8; set CorpusOptions::window to what both hold"));
  const Outcome uneven = Text({{.nll = 6.0, .tokens = 5}, {.nll = 6.0, .tokens = 3}});
  EXPECT_THAT(ErrorOf([&] { compare(short_ones, uneven); }, ErrorCode::kInvalidArgument),
              testing::HasSubstr("windows of 4 and of 5"));
  compare(long_ones, long_ones);
  compare(long_ones, other_tokens);  // Of another tokenizer: documents are paired.
}

TEST(Comparison, RefusesEvaluationsThatHaveASampleTwiceOrOneThatIsNotThere) {
  const TaskPtr task = Questions(2);
  Evaluation twice = *MakeEvaluation(Rung("int4"), task, Outcomes("++"));
  twice.items[1].sample = 0;
  EXPECT_EQ(ErrorOf([&] { Accuracy(twice); }, ErrorCode::kInvalidArgument),
            "the evaluation of tinylm int4 on \"facts\" has an outcome of sample 0 (counted from "
            "0), which it had before");
  twice.items[1].sample = 2;
  EXPECT_EQ(ErrorOf([&] { Accuracy(twice); }, ErrorCode::kInvalidArgument),
            "the evaluation of tinylm int4 on \"facts\" has an outcome of sample 2 (counted from "
            "0), which its data set does not have");
}

TEST(Comparison, RefusesAModelAgainstItselfUnlessTheBaselineIsAnEarlierRelease) {
  const TaskPtr task = TaskOf({Item("a")});
  Evaluation release = *MakeEvaluation(Rung("int4"), task, Outcomes("+"));
  release.provenance.identity = R"({"name":"tinylm"})";
  const auto candidate = std::make_shared<const Evaluation>(release);
  // That it is a recording makes it no other model.
  release.provenance.recording = "recording:baselines";
  const auto baseline = std::make_shared<const Evaluation>(release);
  EXPECT_NE(ErrorOf([&] { Comparison(baseline, candidate); }, ErrorCode::kInvalidArgument)
                .find("the candidate is the baseline"),
            std::string::npos);
  EXPECT_NO_THROW(Comparison(baseline, candidate, SameModel::kAllowed));
}

}  // namespace
}  // namespace gatetest
