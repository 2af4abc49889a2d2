// What answers come to in tokens and bytes, as the evaluator sums it over the exchanges of a
// sample.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/corpus.h"
#include "gatetest/cost.h"
#include "gatetest/evaluator.h"
#include "gatetest/function_model.h"
#include "gatetest/metrics.h"
#include "gatetest/tasks.h"
#include "gatetest/verdict.h"
#include "tests/support/memory_store.h"
#include "tests/support/recording.h"

namespace gatetest {
namespace {

using testing_support::kRecordable;
using testing_support::MemoryStore;
using testing_support::NeverLoaded;
using testing_support::Numbers;
using testing_support::TwoTurns;

/// Answers "é", of two bytes, and reports `usage`.
ModelPtr Reporting(const Usage& usage, const std::string& text = "é") {
  ModelInfo info = kRecordable;
  info.prices = Prices{.input_usd_per_mtok = 1.0, .output_usd_per_mtok = 3.0};
  return FunctionModel(info, {.generate = [=](const Request&) {
                         Response response = Response::Text(text);
                         response.usage = usage;
                         return response;
                       }});
}

Outcome FirstOf(const ModelPtr& model, const TaskPtr& task) {
  Evaluator evaluator;
  const EvaluationPtr evaluation = evaluator.Evaluate(model, task);
  EXPECT_EQ(evaluation->failure, "");
  return evaluation->items.at(0).outcome;
}

TEST(Usage, IsWhatTheAnswerReports) {
  const Outcome outcome =
      FirstOf(Reporting({.prompt_tokens = 7, .completion_tokens = 2}), ExactMatch(Numbers(1)));
  ASSERT_TRUE(outcome.usage);
  EXPECT_EQ(outcome.usage->prompt_tokens, 7);
  EXPECT_EQ(outcome.usage->completion_tokens, 2);
  EXPECT_EQ(outcome.text_bytes, 2U);
}

TEST(Usage, OfSeveralExchangesIsTheirSum) {
  const Outcome outcome = FirstOf(Reporting({.prompt_tokens = 7, .completion_tokens = 2}),
                                  std::make_shared<TwoTurns>(Numbers(1)));
  ASSERT_TRUE(outcome.usage);
  EXPECT_EQ(outcome.usage->prompt_tokens, 14);
  EXPECT_EQ(outcome.usage->completion_tokens, 4);
  EXPECT_EQ(outcome.text_bytes, 4U);
}

TEST(Usage, OfWhichOneExchangeIsMissingIsNone) {
  int answers = 0;
  const ModelPtr once = FunctionModel({.name = "once"}, {.generate = [&](const Request&) {
                                        Response response = Response::Text("é");
                                        if (answers++ == 0) response.usage = {7, 2};
                                        return response;
                                      }});
  const Outcome outcome = FirstOf(once, std::make_shared<TwoTurns>(Numbers(1)));
  EXPECT_FALSE(outcome.usage);
  EXPECT_EQ(outcome.text_bytes, 4U);
}

// A price of half the tokens would be too low, and pass.
TEST(Usage, ThatIsReportedByHalfIsNone) {
  const TaskPtr task = ExactMatch(Numbers(1));
  EXPECT_FALSE(FirstOf(Reporting({}), task).usage);
  EXPECT_FALSE(FirstOf(Reporting({.prompt_tokens = 7}), task).usage);
  EXPECT_FALSE(FirstOf(Reporting({.completion_tokens = 2}), task).usage);
  // No text is no tokens.
  EXPECT_TRUE(FirstOf(Reporting({.prompt_tokens = 7}, ""), task).usage);
}

TEST(Usage, OfScoredTextHasNoTokensOut) {
  const ModelPtr scores = FunctionModel({.name = "scores"}, {.score = [](const Request& request) {
                                          Response response = Response::Logprobs(
                                              std::vector<double>(request.continuation.size(), -1));
                                          response.usage.prompt_tokens = 9;
                                          return response;
                                        }});
  const Outcome outcome = FirstOf(scores, Corpus(MakeDataset("prose", {{.input = "text"}})));
  ASSERT_TRUE(outcome.usage);
  EXPECT_EQ(outcome.usage->prompt_tokens, 9);
  EXPECT_EQ(outcome.usage->completion_tokens, 0);
  EXPECT_EQ(outcome.text_bytes, 0U);
}

TEST(Usage, OfRecordedAnswersIsTheSame) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(3));
  Evaluator live({.store = &store});
  const EvaluationPtr before =
      live.Evaluate(Reporting({.prompt_tokens = 7, .completion_tokens = 2}), task);
  EXPECT_EQ(before->provenance.live, 3U);
  Evaluator replaying({.store = &store});
  ModelInfo info = kRecordable;
  info.prices = Prices{.input_usd_per_mtok = 1.0, .output_usd_per_mtok = 3.0};
  const EvaluationPtr after =
      replaying.Evaluate(NeverLoaded(info), task, {.mode = StoreMode::kReplay});
  EXPECT_EQ(after->failure, "");
  EXPECT_EQ(after->provenance.cached, 3U);
  // 1000 * (7 * 1 + 2 * 3) / 1e6 / 9.
  EXPECT_NEAR(CostPer1kTokens(*before).value, 13.0 / 9000.0, 1e-15);
  EXPECT_EQ(CostPer1kTokens(*after).value, CostPer1kTokens(*before).value);
  EXPECT_EQ(after->items[0].outcome.text_bytes, 2U);
}

/// Answers of one identity are shared; what they cost is each model's own.
TEST(Usage, CostsWhatTheModelAtHandTakes) {
  const TaskPtr task = ExactMatch(Numbers(3));
  const ModelPtr dear = Reporting({.prompt_tokens = 1, .completion_tokens = 1});
  ModelInfo info = dear->info();
  info.prices = Scaled(*info.prices, 0.4);
  const ModelPtr cheap = FunctionModel(info, {.generate = [](const Request&) {
                                         ADD_FAILURE() << "it is asked anew";
                                         return Response::Failed("");
                                       }});
  Evaluator evaluator;
  EXPECT_DOUBLE_EQ(CostPer1kTokens(*evaluator.Evaluate(dear, task)).value, 0.002);
  EXPECT_DOUBLE_EQ(CostPer1kTokens(*evaluator.Evaluate(cheap, task)).value, 0.0008);
  EXPECT_DOUBLE_EQ(CostPer1kTokens(*evaluator.Evaluate(dear, task)).value, 0.002);
}

TEST(Usage, BelowZeroIsNone) {
  const Outcome outcome = FirstOf(Reporting({.prompt_tokens = 10, .completion_tokens = -5}, ""),
                                  ExactMatch(Numbers(1)));
  EXPECT_FALSE(outcome.usage);
}

/// Of a model that does not say why its answers end.
TEST(EndOfAnAnswer, IsKnownByItsTokensWhereThoseAreKnown) {
  const TaskPtr task = ExactMatch(Numbers(1), {.generate = {.max_tokens = 4}});
  const Outcome shorter = FirstOf(Reporting({7, 3}), task);
  EXPECT_TRUE(shorter.end_is_known);
  EXPECT_FALSE(shorter.truncated);
  const Outcome longest = FirstOf(Reporting({7, 4}), task);
  EXPECT_TRUE(longest.end_is_known);
  EXPECT_TRUE(longest.truncated);
  const Outcome unknown = FirstOf(Reporting({}), task);
  EXPECT_FALSE(unknown.end_is_known);
  EXPECT_FALSE(unknown.truncated);
}

TEST(EndOfAnAnswer, ThatIsNotKnownIsNoEvidenceOfItsLength) {
  Evaluator evaluator;
  const Subject subject{.candidate = evaluator.Evaluate(Reporting({}), ExactMatch(Numbers(3)))};
  const Judgement judgement = Judge({Metric::kTruncation, 0.5}, {&subject, 1});
  EXPECT_EQ(judgement.verdict, Verdict::kNotMeasured);
  EXPECT_NE(Explain(judgement).find("fill in Response::finish_reason"), std::string::npos)
      << Explain(judgement);
}

}  // namespace
}  // namespace gatetest
