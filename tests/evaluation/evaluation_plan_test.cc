#include "gatetest/evaluation_plan.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "gatetest/corpus.h"
#include "gatetest/evaluator.h"
#include "gatetest/function_model.h"
#include "gatetest/lazy.h"
#include "gatetest/tasks.h"
#include "tests/support/errors.h"
#include "tests/support/memory_store.h"
#include "tests/support/recording.h"

namespace gatetest {
namespace {

/// A model whose loading fails the test.
ModelPtr NeverLoaded(int context_window = 0) {
  return Lazy({.name = "lazy", .weights = "w1", .context_window = context_window},
              []() -> ModelPtr {
                ADD_FAILURE() << "a plan loaded the model";
                return nullptr;
              });
}

TaskPtr Sums(int count) {
  std::vector<Sample> samples;
  for (int i = 0; i < count; ++i) samples.push_back({.input = "12345678", .answer = "1"});
  return ExactMatch(MakeDataset("sums", std::move(samples)), {.generate = {.max_tokens = 16}});
}

TEST(EvaluationPlan, CountsWhatWouldBeAskedWithoutLoadingTheModel) {
  Evaluator evaluator;
  const EvaluationPlan plan = evaluator.Plan(NeverLoaded(), Sums(30));
  EXPECT_EQ(plan.samples, 30U);
  EXPECT_EQ(plan.requests, 30U);
  EXPECT_EQ(plan.prompt_tokens, 30 * 2);
  EXPECT_EQ(plan.completion_tokens, 30 * 16);
  EXPECT_FALSE(plan.shared);
}

TEST(EvaluationPlan, CountsEveryChoice) {
  const TaskPtr task = MultipleChoice(MakeDataset(
      "choices", {{.input = "four", .answer = "0", .choices = {"yes", "no", "perhaps"}}}));
  Evaluator evaluator;
  const EvaluationPlan plan = evaluator.Plan(NeverLoaded(), task);
  EXPECT_EQ(plan.samples, 1U);
  EXPECT_EQ(plan.requests, 3U);
  EXPECT_EQ(plan.completion_tokens, 0);
}

TEST(EvaluationPlan, KnowsCorporaThatNeedTokens) {
  const Dataset prose = MakeDataset("prose", {{.input = std::string(4000, 'x')}});
  Evaluator evaluator;
  const EvaluationPlan document = evaluator.Plan(NeverLoaded(), Corpus(prose));
  EXPECT_EQ(document.prompt_tokens, 1000);
  const EvaluationPlan rolling =
      evaluator.Plan(NeverLoaded(), Corpus(prose, {.protocol = CorpusProtocol::kRolling}));
  EXPECT_EQ(rolling.requests, 1U);  // The tokens come first, and decide the rest.
}

TEST(EvaluationPlan, WhatWasPlannedOrEvaluatedTakesNothingMore) {
  Evaluator evaluator;
  const ModelPtr model = NeverLoaded();
  const TaskPtr task = Sums(3);
  EXPECT_FALSE(evaluator.Plan(model, task).shared);
  EXPECT_TRUE(evaluator.Plan(model, task).shared);
  EXPECT_FALSE(evaluator.Plan(model, Sums(4)).shared);
  const ModelPtr quick = FunctionModel({.name = "quick", .weights = "w1"},
                                       {.generate = [](auto&) { return Response::Text("1"); }});
  evaluator.Evaluate(quick, task);
  EXPECT_TRUE(evaluator.Plan(quick, task).shared);
}

TEST(EvaluationPlan, WhatAStopRuleEndedTakesMore) {
  const ModelPtr quick = FunctionModel({.name = "quick", .weights = "w1"},
                                       {.generate = [](auto&) { return Response::Text("1"); }});
  const TaskPtr task = Sums(3);
  Evaluator stopped;
  ASSERT_FALSE(
      stopped.Evaluate(quick, task, {.stop = [](auto&, auto&) { return true; }})->complete());
  EXPECT_FALSE(stopped.Plan(quick, task).shared);
  Evaluator went_on;
  went_on.Evaluate(quick, task, {.stop = [](auto&, auto&) { return true; }});
  went_on.Evaluate(quick, task);
  EXPECT_TRUE(went_on.Plan(quick, task).shared);
}

TEST(EvaluationPlan, WhatFailedTakesNothingMore) {
  const ModelPtr scores_only = FunctionModel(
      {.name = "scores", .weights = "w1"}, {.score = [](auto&) { return Response::Logprobs({}); }});
  Evaluator evaluator;
  ASSERT_FALSE(evaluator.Evaluate(scores_only, Sums(3))->failure.empty());
  EXPECT_TRUE(evaluator.Plan(scores_only, Sums(3)).shared);
}

TEST(EvaluationPlan, OfARecordingAsksNothing) {
  testing_support::MemoryStore recording;
  Evaluator evaluator;
  const EvaluationPlan plan = evaluator.Plan(
      std::make_shared<testing_support::RecordingModel>(recording, "identity"), Sums(30));
  EXPECT_EQ(plan.samples, 30U);
  EXPECT_EQ(plan.requests, 0U);
}

TEST(EvaluationPlan, OfNothingIsAnError) {
  Evaluator evaluator;
  EXPECT_EQ(testing_support::ErrorOf([&] { evaluator.Plan(nullptr, Sums(1)); },
                                     ErrorCode::kInvalidArgument),
            "there is no model: null pointer");
  EXPECT_EQ(testing_support::ErrorOf([&] { evaluator.Plan(NeverLoaded(), nullptr); },
                                     ErrorCode::kInvalidArgument),
            "there is no task: null pointer");
}

TEST(EvaluationPlan, AnEvaluatorThatOnlyPlansAsksNothing) {
  Evaluator evaluator({.plan_only = true});
  EXPECT_EQ(evaluator.Evaluate(NeverLoaded(), Sums(3))->failure,
            "nothing is evaluated: this run only plans");
}

TEST(Evaluator, KnowsAnswersThatWereDrawnAtRandom) {
  const ModelPtr model =
      FunctionModel({.name = "m"}, {.generate = [](auto&) { return Response::Text("1"); }});
  const Dataset data = MakeDataset("sums", {{.input = "1", .answer = "1"}});
  Evaluator evaluator;
  EXPECT_FALSE(evaluator.Evaluate(model, ExactMatch(data))->sampled);
  EXPECT_TRUE(
      evaluator.Evaluate(model, ExactMatch(data, {.generate = {.temperature = 0.7}}))->sampled);
}

}  // namespace
}  // namespace gatetest
