#include "gatetest/evaluator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gatetest/corpus.h"
#include "gatetest/error.h"
#include "gatetest/function_model.h"
#include "gatetest/metrics.h"
#include "gatetest/tasks.h"
#include "tests/support/fake_model.h"

namespace gatetest {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::Echo;
using testing_support::FakeModel;

// The order of Numbers(10) with seed 17.
const std::vector<std::size_t> kOrder = {2, 7, 5, 4, 3, 0, 8, 6, 1, 9};
const EvaluatorOptions kSeed17 = {.seed = 17};
const ModelInfo kInfo = {.name = "tinylm", .weights = "w"};

/// `count` samples with the inputs "0", "1", ... The echo is right for those with an even number.
Dataset Numbers(std::size_t count, const std::string& name = "numbers") {
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    samples.push_back({.id = "s" + number, .input = number, .answer = i % 2 == 0 ? number : "no"});
  }
  return MakeDataset(name, std::move(samples));
}

std::shared_ptr<FakeModel> MakeModel(FakeModel::Behaviour behaviour = Echo,
                                     ModelInfo info = kInfo) {
  return std::make_shared<FakeModel>(std::move(behaviour), std::move(info));
}

std::vector<std::size_t> SamplesOf(const EvaluationPtr& evaluation) {
  std::vector<std::size_t> samples;
  for (const Evaluation::Item& item : evaluation->items) samples.push_back(item.sample);
  return samples;
}

std::vector<std::string> InputsOf(const EvaluationPtr& evaluation) {
  std::vector<std::string> inputs;
  for (const std::size_t sample : SamplesOf(evaluation)) inputs.push_back(std::to_string(sample));
  return inputs;
}

/// Satisfied by the `count`th outcome; writes down the samples it has seen.
struct StopAfter {
  std::size_t count;
  std::shared_ptr<std::vector<std::string>> seen = std::make_shared<std::vector<std::string>>();

  bool operator()(const Sample& sample, const Outcome& outcome) const {
    EXPECT_EQ(outcome.answer, sample.input);
    seen->push_back(sample.input);
    return seen->size() >= count;
  }
};

/// The first `count` inputs in the order of kOrder.
std::vector<std::string> FirstInputs(std::size_t count) {
  std::vector<std::string> inputs;
  for (std::size_t i = 0; i < count; ++i) inputs.push_back(std::to_string(kOrder[i]));
  return inputs;
}

TEST(Evaluator, AsksEverySampleOnceInShuffledOrder) {
  const auto model = MakeModel();
  const TaskPtr task = ExactMatch(Numbers(10));
  Evaluator evaluator(kSeed17);
  const EvaluationPtr evaluation = evaluator.Evaluate(model, task);
  EXPECT_EQ(evaluation->failure, "");
  EXPECT_TRUE(evaluation->complete());
  EXPECT_THAT(model->asked, ElementsAreArray(FirstInputs(10)));
  EXPECT_THAT(SamplesOf(evaluation), ElementsAreArray(kOrder));
  for (const Evaluation::Item& item : evaluation->items) {
    EXPECT_EQ(item.outcome.answer, std::to_string(item.sample));
    EXPECT_EQ(item.outcome.score, item.sample % 2 == 0 ? 1.0 : 0.0);
  }
  EXPECT_EQ(evaluation->task, task);
  EXPECT_EQ(evaluation->model.name, "tinylm");
  EXPECT_EQ(evaluation->provenance.live, 10U);
  EXPECT_EQ(evaluation->provenance.cached, 0U);
  EXPECT_EQ(evaluation->provenance.seed, 17U);
}

TEST(Evaluator, WithoutASeedTheOrderIsTheDatas) {
  const EvaluationPtr one = Evaluator().Evaluate(MakeModel(), ExactMatch(Numbers(10)));
  const EvaluationPtr same = Evaluator().Evaluate(MakeModel(), ExactMatch(Numbers(10, "renamed")));
  const EvaluationPtr other = Evaluator().Evaluate(MakeModel(), ExactMatch(Numbers(11)));
  EXPECT_EQ(SamplesOf(one), SamplesOf(same));
  EXPECT_NE(one->provenance.seed, other->provenance.seed);
}

TEST(Evaluator, TasksThatShareASeedAreNotAskedInStep) {
  Evaluator evaluator(kSeed17);
  std::vector<Sample> letters;
  for (const char c : std::string("abcdefghij")) {
    letters.push_back({.id = std::string(1, c), .input = std::string(1, c), .answer = "no"});
  }
  const EvaluationPtr numbers = evaluator.Evaluate(MakeModel(), ExactMatch(Numbers(10)));
  const EvaluationPtr others =
      evaluator.Evaluate(MakeModel(), ExactMatch(MakeDataset("letters", std::move(letters))));
  EXPECT_EQ(numbers->provenance.seed, others->provenance.seed);
  EXPECT_NE(SamplesOf(numbers), SamplesOf(others));
}

TEST(Evaluator, TheSeedThatIsShownGivesTheSameOrder) {
  const TaskPtr task = ExactMatch(Numbers(10));
  const EvaluationPtr first = Evaluator().Evaluate(MakeModel(), task);
  Evaluator again({.seed = first->provenance.seed});
  EXPECT_EQ(SamplesOf(again.Evaluate(MakeModel(), task)), SamplesOf(first));
}

// ---------------------------------------------------------------------------------- the memo

TEST(EvaluatorMemo, OneEvaluationServesAllWhoAskTheSame) {
  const auto model = MakeModel();
  Evaluator evaluator;
  const EvaluationPtr first = evaluator.Evaluate(model, ExactMatch(Numbers(10)));
  EXPECT_EQ(evaluator.Evaluate(model, ExactMatch(Numbers(10))), first);
  const auto same_weights = MakeModel();
  EXPECT_EQ(evaluator.Evaluate(same_weights, ExactMatch(Numbers(10))), first);
  EXPECT_THAT(model->asked, SizeIs(10));
  EXPECT_THAT(same_weights->asked, IsEmpty());
}

/// How many requests it takes to evaluate `other` when (kInfo, ExactMatch(Numbers(4))) has been.
std::size_t AskedAfterwards(const std::shared_ptr<FakeModel>& other, const TaskPtr& task) {
  Evaluator evaluator;
  evaluator.Evaluate(MakeModel(), ExactMatch(Numbers(4)));
  other->asked.clear();
  EXPECT_EQ(evaluator.Evaluate(other, task)->failure, "");
  return other->asked.size();
}

TEST(EvaluatorMemo, WhateverElseIsAskedIsAskedAgain) {
  EXPECT_EQ(AskedAfterwards(MakeModel(), ExactMatch(Numbers(4))), 0U);
  EXPECT_EQ(AskedAfterwards(MakeModel(), ExactMatch(Numbers(5))), 5U);
  EXPECT_EQ(AskedAfterwards(MakeModel(), Contains(Numbers(4))), 4U);
  EXPECT_EQ(AskedAfterwards(MakeModel(), ExactMatch(Numbers(4), {.generate = {.max_tokens = 5}})),
            4U);
  EXPECT_EQ(AskedAfterwards(MakeModel(), ExactMatch(Numbers(4), {.name = "other"})), 4U);
  ModelInfo info = kInfo;
  info.quantization = "int4";
  EXPECT_EQ(AskedAfterwards(MakeModel(Echo, info), ExactMatch(Numbers(4))), 4U);
  info = kInfo;
  info.weights = "";
  EXPECT_EQ(AskedAfterwards(MakeModel(Echo, info), ExactMatch(Numbers(4))), 4U);
}

TEST(EvaluatorMemo, WithoutWeightsOnlyTheSameObjectIsTheSameModel) {
  const ModelInfo info = {.name = "tinylm"};
  const auto one = MakeModel(Echo, info);
  const auto other = MakeModel(Echo, info);
  Evaluator evaluator;
  evaluator.Evaluate(one, ExactMatch(Numbers(4)));
  evaluator.Evaluate(one, ExactMatch(Numbers(4)));
  evaluator.Evaluate(other, ExactMatch(Numbers(4)));
  EXPECT_THAT(one->asked, SizeIs(4));
  EXPECT_THAT(other->asked, SizeIs(4));
}

TEST(EvaluatorMemo, AnotherSeedIsAnotherEvaluator) {
  const auto model = MakeModel();
  EvaluatorOptions options = kSeed17;
  Evaluator(options).Evaluate(model, ExactMatch(Numbers(4)));
  options.seed = 18;
  Evaluator(options).Evaluate(model, ExactMatch(Numbers(4)));
  EXPECT_THAT(model->asked, SizeIs(8));
}

// A perplexity depends on where the windows end, which is no part of a model's identity.
TEST(EvaluatorMemo, AnotherContextWindowOrBosIsAskedAgain) {
  const TaskPtr task = Corpus(MakeDataset("text", {{.input = "abcdefgh"}}));
  const auto windows = [&](Evaluator& evaluator, int context, std::optional<TokenId> bos) {
    const auto by_bytes = [](const Request& request) {
      Response response;
      for (const char c : request.prompt) response.tokens.push_back(c);
      return response;
    };
    const auto score = [](const Request& request) {
      return Response::Logprobs(std::vector<double>(request.continuation_tokens.size(), -1.0));
    };
    const ModelPtr model = FunctionModel(
        {.name = "tinylm", .weights = "w", .context_window = context, .bos_token = bos},
        {.score = score, .tokenize = by_bytes});
    const EvaluationPtr evaluation = evaluator.Evaluate(model, task);
    EXPECT_EQ(evaluation->items.at(0).outcome.unmeasured, "");
    std::vector<std::size_t> tokens;
    for (const Window& w : evaluation->items.at(0).outcome.windows) tokens.push_back(w.tokens);
    return tokens;
  };
  Evaluator evaluator;
  EXPECT_THAT(windows(evaluator, 8, 1), ElementsAre(8));
  EXPECT_THAT(windows(evaluator, 4, 1), ElementsAre(4, 4));
  EXPECT_THAT(windows(evaluator, 8, std::nullopt), ElementsAre(7));
}

TEST(EvaluatorMemo, AFileThatCouldNotBeReadIsTriedAgain) {
  Evaluator evaluator;
  const auto model = MakeModel();
  const EvaluationPtr failed = evaluator.Evaluate(model, ExactMatch("no/such/file.jsonl"));
  EXPECT_THAT(failed->failure, HasSubstr("no such file"));
  EXPECT_FALSE(failed->complete());
  EXPECT_THAT(model->asked, IsEmpty());
}

// ---------------------------------------------------------------------------------- stop rules

TEST(EvaluatorStop, EndsTheEvaluationAtTheOutcomeThatSatisfiesIt) {
  const auto model = MakeModel();
  const StopAfter stop{4};
  Evaluator evaluator(kSeed17);
  const EvaluationPtr evaluation =
      evaluator.Evaluate(model, ExactMatch(Numbers(10)), {.stop = stop});
  EXPECT_EQ(evaluation->failure, "");
  EXPECT_FALSE(evaluation->complete());
  EXPECT_THAT(*stop.seen, ElementsAreArray(FirstInputs(4)));
  EXPECT_THAT(SamplesOf(evaluation), ElementsAre(2, 7, 5, 4));
  EXPECT_EQ(evaluation->provenance.live, 4U);
}

TEST(EvaluatorStop, ARuleThatIsNeverSatisfiedSeesAll) {
  const StopAfter stop{11};
  Evaluator evaluator(kSeed17);
  EXPECT_TRUE(evaluator.Evaluate(MakeModel(), ExactMatch(Numbers(10)), {.stop = stop})->complete());
  EXPECT_THAT(*stop.seen, ElementsAreArray(FirstInputs(10)));
}

void AnswerInReverse(std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
  for (std::size_t i = requests.size(); i-- > 0;) {
    sink.Receive(i, Response::Text(requests[i].prompt));
  }
}

void AnswerFromThreads(std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (std::size_t i = requests.size(); i-- > 0;) {
        if (i % 4 == t) sink.Receive(i, Response::Text(requests[i].prompt));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(EvaluatorStop, SeesTheSameSequenceHoweverAnswersArrive) {
  for (const auto& behaviour : {AnswerInReverse, AnswerFromThreads}) {
    const StopAfter stop{4};
    Evaluator evaluator(kSeed17);
    const EvaluationPtr evaluation =
        evaluator.Evaluate(MakeModel(behaviour), ExactMatch(Numbers(10)), {.stop = stop});
    EXPECT_THAT(*stop.seen, ElementsAreArray(FirstInputs(4)));
    EXPECT_THAT(SamplesOf(evaluation), ElementsAre(2, 7, 5, 4));
    EXPECT_TRUE(Evaluator().Evaluate(MakeModel(behaviour), ExactMatch(Numbers(500)))->complete());
  }
}

TEST(EvaluatorStop, APartialEvaluationGoesOnWithoutAskingAgain) {
  const auto model = MakeModel();
  Evaluator evaluator(kSeed17);
  const TaskPtr task = ExactMatch(Numbers(10));
  evaluator.Evaluate(model, task, {.stop = StopAfter{4}});
  model->asked.clear();
  const StopAfter stop{6};
  const EvaluationPtr six = evaluator.Evaluate(model, task, {.stop = stop});
  EXPECT_THAT(*stop.seen, ElementsAreArray(FirstInputs(6)));
  EXPECT_THAT(SamplesOf(six), ElementsAre(2, 7, 5, 4, 3, 0));
  EXPECT_EQ(model->asked.front(), "3");
  model->asked.clear();
  const EvaluationPtr full = evaluator.Evaluate(model, task);
  EXPECT_THAT(SamplesOf(full), ElementsAreArray(kOrder));
  EXPECT_THAT(model->asked, ElementsAre("8", "6", "1", "9"));
  EXPECT_EQ(full->provenance.live, 10U);
}

TEST(EvaluatorStop, APartialEvaluationIsNeverTakenForAFullOne) {
  const auto model = MakeModel();
  Evaluator evaluator(kSeed17);
  const TaskPtr task = ExactMatch(Numbers(10));
  const EvaluationPtr partial = evaluator.Evaluate(model, task, {.stop = StopAfter{4}});
  EXPECT_TRUE(evaluator.Evaluate(model, task)->complete());
  EXPECT_EQ(partial->items.size(), 4U);
}

TEST(EvaluatorStop, AFullEvaluationServesARuleWithTheSamePrefix) {
  const auto model = MakeModel();
  Evaluator evaluator(kSeed17);
  const TaskPtr task = ExactMatch(Numbers(10));
  const EvaluationPtr full = evaluator.Evaluate(model, task);
  const StopAfter stop{4};
  const EvaluationPtr prefix = evaluator.Evaluate(model, task, {.stop = stop});
  EXPECT_THAT(*stop.seen, ElementsAreArray(FirstInputs(4)));
  EXPECT_THAT(SamplesOf(prefix), ElementsAre(2, 7, 5, 4));
  EXPECT_EQ(prefix->provenance.live, 4U);
  EXPECT_TRUE(evaluator.Evaluate(model, task, {.stop = StopAfter{11}})->complete());
  EXPECT_EQ(evaluator.Evaluate(model, task), full);
  EXPECT_THAT(model->asked, SizeIs(10));
}

TEST(EvaluatorSamples, EndTheEvaluationAfterSoMany) {
  const auto model = MakeModel();
  Evaluator evaluator(kSeed17);
  const TaskPtr task = ExactMatch(Numbers(10));
  EXPECT_THAT(InputsOf(evaluator.Evaluate(model, task, {.samples = 4})),
              ElementsAreArray(FirstInputs(4)));
  EXPECT_THAT(model->asked, ElementsAreArray(FirstInputs(4)));  // No request more is even made.

  EXPECT_THAT(InputsOf(evaluator.Evaluate(model, task, {.samples = 6})),
              ElementsAreArray(FirstInputs(6)));
  EXPECT_THAT(InputsOf(evaluator.Evaluate(model, task, {.samples = 3})),
              ElementsAreArray(FirstInputs(3)));
  EXPECT_THAT(model->asked, ElementsAreArray(FirstInputs(6)));

  EXPECT_TRUE(evaluator.Evaluate(model, task, {.samples = 10})->complete());
  EXPECT_THAT(InputsOf(evaluator.Evaluate(model, task, {.samples = 3})),
              ElementsAreArray(FirstInputs(3)));
  EXPECT_THAT(model->asked, ElementsAreArray(FirstInputs(10)));
}

TEST(EvaluatorSamples, ZeroAsksNothing) {
  const auto model = MakeModel();
  Evaluator evaluator(kSeed17);
  const EvaluationPtr none = evaluator.Evaluate(model, ExactMatch(Numbers(10)), {.samples = 0});
  EXPECT_EQ(none->failure, "");
  EXPECT_FALSE(none->complete());
  EXPECT_THAT(model->asked, IsEmpty());
}

TEST(EvaluatorSamples, ARuleOrTheNumberWhicheverIsEarlier) {
  const auto model = MakeModel();
  Evaluator evaluator(kSeed17);
  const TaskPtr task = ExactMatch(Numbers(10));
  EXPECT_THAT(evaluator.Evaluate(model, task, {.samples = 4, .stop = StopAfter{6}})->items,
              SizeIs(4));
  EXPECT_THAT(evaluator.Evaluate(model, task, {.samples = 6, .stop = StopAfter{4}})->items,
              SizeIs(4));
  EXPECT_THAT(evaluator.Evaluate(model, task, {.samples = 8, .stop = StopAfter{6}})->items,
              SizeIs(6));
}

TEST(EvaluatorStop, ARuleThatThrowsIsAFailureOfThatCallAlone) {
  const auto model = MakeModel();
  Evaluator evaluator(kSeed17);
  const TaskPtr task = ExactMatch(Numbers(10));
  const StopRule stop = [](const Sample& sample, const Outcome&) -> bool {
    if (sample.input == "4") throw std::runtime_error("bad rule");
    return false;
  };
  const EvaluationPtr live = evaluator.Evaluate(model, task, {.stop = stop});
  EXPECT_THAT(live->failure, HasSubstr("bad rule"));
  EXPECT_THAT(live->items, IsEmpty());
  EXPECT_TRUE(evaluator.Evaluate(model, task)->complete());
  EXPECT_THAT(evaluator.Evaluate(model, task, {.stop = stop})->failure, HasSubstr("bad rule"));
  EXPECT_TRUE(evaluator.Evaluate(model, task)->complete());
}

// -------------------------------------------------------------------------------- broken models

EvaluationPtr EvaluateWith(FakeModel::Behaviour behaviour, std::size_t samples = 4) {
  Evaluator evaluator(kSeed17);
  return evaluator.Evaluate(MakeModel(std::move(behaviour)), ExactMatch(Numbers(samples)));
}

TEST(EvaluatorBrokenModel, AnswersTwice) {
  const EvaluationPtr evaluation =
      EvaluateWith([](std::span<const Request>, ResponseSink& sink, const Cancel& cancel) {
        sink.Receive(1, Response::Text("a"));
        sink.Receive(1, Response::Text("b"));
        EXPECT_TRUE(cancel.requested());
        sink.Receive(0, Response::Text("c"));
      });
  EXPECT_THAT(evaluation->failure, AllOf(HasSubstr("request 1 of 4"), HasSubstr("before")));
  EXPECT_THAT(evaluation->items, IsEmpty());
  EXPECT_EQ(evaluation->provenance.live, 0U);
}

TEST(EvaluatorBrokenModel, AnswersTwiceWhenSomeOutcomesAreIn) {
  const EvaluationPtr evaluation =
      EvaluateWith([](std::span<const Request>, ResponseSink& sink, const Cancel&) {
        sink.Receive(0, Response::Text("a"));
        sink.Receive(0, Response::Text("b"));
      });
  EXPECT_THAT(evaluation->failure, HasSubstr("request 0 of 4"));
  EXPECT_THAT(evaluation->items, IsEmpty());
}

TEST(EvaluatorBrokenModel, AnswersWhatWasNotAsked) {
  for (const std::size_t index : {std::size_t{4}, ~std::size_t{0}}) {
    const EvaluationPtr evaluation =
        EvaluateWith([=](std::span<const Request>, ResponseSink& sink, const Cancel&) {
          sink.Receive(index, Response::Text("a"));
        });
    EXPECT_THAT(evaluation->failure, HasSubstr("not asked"));
  }
}

TEST(EvaluatorBrokenModel, LeavesRequestsUnanswered) {
  const EvaluationPtr evaluation =
      EvaluateWith([](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
        sink.Receive(1, Response::Text(requests[1].prompt));
      });
  EXPECT_EQ(evaluation->failure, "");
  ASSERT_THAT(evaluation->items, SizeIs(4));
  for (std::size_t i = 0; i < 4; ++i) {
    const Outcome& outcome = evaluation->items[i].outcome;
    if (i == 1) {
      EXPECT_EQ(outcome.unmeasured, "");
    } else {
      EXPECT_THAT(outcome.unmeasured, HasSubstr("without answering"));
    }
  }
}

TEST(EvaluatorBrokenModel, ThrowsHavingAnsweredSome) {
  const EvaluationPtr evaluation =
      EvaluateWith([](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
        sink.Receive(0, Response::Text(requests[0].prompt));
        throw std::runtime_error("the GPU fell off");
      });
  EXPECT_EQ(evaluation->failure, "");
  ASSERT_THAT(evaluation->items, SizeIs(4));
  EXPECT_EQ(evaluation->items[0].outcome.unmeasured, "");
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_EQ(evaluation->items[i].outcome.unmeasured, "the model threw: the GPU fell off");
  }
}

TEST(EvaluatorBrokenModel, ThrowsWhatIsNoException) {
  const EvaluationPtr evaluation =
      EvaluateWith([](std::span<const Request>, ResponseSink&, const Cancel&) { throw 42; });
  EXPECT_THAT(evaluation->items.at(0).outcome.unmeasured, HasSubstr("the model threw"));
}

TEST(EvaluatorBrokenModel, AFailedRequestIsAnUnmeasuredSample) {
  const EvaluationPtr evaluation =
      EvaluateWith([](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
        for (std::size_t i = 0; i < requests.size(); ++i) {
          sink.Receive(i, i == 2 ? Response::Failed("refused") : Response::Text("x"));
        }
      });
  EXPECT_TRUE(evaluation->complete());
  EXPECT_EQ(evaluation->items[2].outcome.unmeasured, "refused");
  EXPECT_EQ(evaluation->items[3].outcome.unmeasured, "");
}

TEST(EvaluatorBrokenModel, ThrowsFromCapabilities) {
  const auto model = MakeModel();
  model->set_capabilities([]() -> Capabilities { throw std::runtime_error("probe failed"); });
  Evaluator evaluator;
  const EvaluationPtr evaluation = evaluator.Evaluate(model, ExactMatch(Numbers(4)));
  EXPECT_THAT(evaluation->failure, HasSubstr("probe failed"));
  EXPECT_EQ(model->runs, 0);
}

TEST(EvaluatorBrokenModel, LacksTheCapability) {
  const auto failure_of = [](const TaskPtr& task, Capabilities capabilities) {
    const auto model = MakeModel();
    model->set_capabilities([=] { return capabilities; });
    Evaluator evaluator;
    const EvaluationPtr evaluation = evaluator.Evaluate(model, task);
    EXPECT_EQ(model->runs, 0);
    EXPECT_THAT(evaluation->items, IsEmpty());
    return evaluation->failure;
  };
  const TaskPtr choice =
      MultipleChoice(MakeDataset("mc", {{.input = "q", .answer = "0", .choices = {"a", "b"}}}));
  EXPECT_THAT(failure_of(choice, {.generate = true}),
              AllOf(HasSubstr("log-probabilities"), HasSubstr("ExactMatch")));
  EXPECT_THAT(failure_of(ExactMatch(Numbers(3)), {.score = true}),
              AllOf(HasSubstr("does not generate"), HasSubstr("MultipleChoice")));
  EXPECT_THAT(failure_of(Corpus(Numbers(3)), {.generate = true}), HasSubstr("log-probabilities"));
}

TEST(EvaluatorBrokenModel, NullIsAFailureWithAReason) {
  Evaluator evaluator;
  EXPECT_THAT(evaluator.Evaluate(nullptr, ExactMatch(Numbers(3)))->failure, HasSubstr("no model"));
  EXPECT_THAT(evaluator.Evaluate(MakeModel(), nullptr)->failure, HasSubstr("no task"));
  EXPECT_THAT(evaluator.Evaluate(nullptr, nullptr)->failure, HasSubstr("no model"));
  EXPECT_FALSE(evaluator.Evaluate(nullptr, nullptr)->complete());
}

// --------------------------------------------------------------------------- tasks of one's own

/// Asks each sample, and then "again: " and the answer; right when both answers hold the input.
class TwoTurns final : public Task {
 public:
  explicit TwoTurns(Dataset data) : Task("", Measures::kAccuracy, std::move(data)) {}

  std::string protocol() const override { return "two turns"; }

  std::vector<Request> Next(const Sample& sample, std::span<const Exchange> so_far,
                            const ModelTraits& model) const override {
    EXPECT_EQ(model.info.name, "tinylm");
    if (so_far.size() == 2) return {};
    if (so_far.size() == 1 && on_second_turn) on_second_turn(sample);
    Request request;
    request.prompt = so_far.empty() ? sample.input : "again: " + so_far[0].response.text;
    return {request};
  }

  Outcome Score(const Sample& sample, std::span<const Exchange> exchanges,
                const ModelTraits& /*model*/) const override {
    Outcome outcome;
    outcome.answer = exchanges[1].response.text;
    outcome.score = outcome.answer == "again: " + sample.input ? 1.0 : 0.0;
    if (on_score) on_score(sample);
    return outcome;
  }

  std::function<void(const Sample&)> on_second_turn;
  std::function<void(const Sample&)> on_score;
};

TEST(EvaluatorRounds, AsksWhatFollowsFromTheAnswers) {
  for (const FakeModel::Behaviour behaviour : {AnswerInReverse, AnswerFromThreads}) {
    const auto model = MakeModel(behaviour);
    Evaluator evaluator(kSeed17);
    const EvaluationPtr evaluation =
        evaluator.Evaluate(model, std::make_shared<TwoTurns>(Numbers(10)));
    EXPECT_EQ(model->runs, 2);
    EXPECT_THAT(model->asked, SizeIs(20));
    EXPECT_THAT(SamplesOf(evaluation), ElementsAreArray(kOrder));
    for (const Evaluation::Item& item : evaluation->items) EXPECT_EQ(item.outcome.score, 1.0);
  }
}

TEST(EvaluatorRounds, AFailureInOneTurnEndsThatSampleAlone) {
  const auto model =
      MakeModel([](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
        for (std::size_t i = 0; i < requests.size(); ++i) {
          const std::string& prompt = requests[i].prompt;
          const bool fails = prompt == "3" || prompt == "again: 4";
          sink.Receive(i, fails ? Response::Failed("refused " + prompt) : Response::Text(prompt));
        }
      });
  Evaluator evaluator(kSeed17);
  const EvaluationPtr evaluation =
      evaluator.Evaluate(model, std::make_shared<TwoTurns>(Numbers(10)));
  EXPECT_THAT(model->asked, SizeIs(19));
  ASSERT_TRUE(evaluation->complete());
  for (const Evaluation::Item& item : evaluation->items) {
    EXPECT_EQ(item.outcome.unmeasured, item.sample == 3   ? "refused 3"
                                       : item.sample == 4 ? "refused again: 4"
                                                          : "");
  }
}

TEST(EvaluatorRounds, WhatATaskThrowsIsAnUnmeasuredSample) {
  const auto task = std::make_shared<TwoTurns>(Numbers(10));
  task->on_second_turn = [](const Sample& sample) {
    if (sample.input == "1") throw std::runtime_error("no second turn");
  };
  task->on_score = [](const Sample& sample) {
    if (sample.input == "2") throw std::runtime_error("no score");
  };
  Evaluator evaluator(kSeed17);
  const EvaluationPtr evaluation = evaluator.Evaluate(MakeModel(), task);
  ASSERT_TRUE(evaluation->complete());
  for (const Evaluation::Item& item : evaluation->items) {
    EXPECT_EQ(item.outcome.unmeasured, item.sample == 1   ? "no second turn"
                                       : item.sample == 2 ? "no score"
                                                          : "");
  }
}

TEST(EvaluatorRounds, AStopRuleEndsTheSecondRoundToo) {
  const auto model = MakeModel();
  Evaluator evaluator(kSeed17);
  std::size_t seen = 0;
  const EvaluationPtr evaluation =
      evaluator.Evaluate(model, std::make_shared<TwoTurns>(Numbers(10)),
                         {.stop = [&](const Sample&, const Outcome&) { return ++seen == 3; }});
  EXPECT_THAT(SamplesOf(evaluation), ElementsAre(2, 7, 5));
}

// ------------------------------------------------------------------------------------- progress

class Log final : public Progress {
 public:
  void Begin(const ModelInfo& model, const Task& task) override {
    lines.push_back("begin " + model.name + " " + task.name());
  }
  void Advance(std::size_t answered, std::size_t asked) override {
    lines.push_back(std::to_string(answered) + "/" + std::to_string(asked));
  }
  void End() override { lines.emplace_back("end"); }

  std::vector<std::string> lines;
};

TEST(EvaluatorProgress, IsToldOfEveryAnswer) {
  Log log;
  Evaluator evaluator({.seed = 17, .progress = &log});
  const TaskPtr task = ExactMatch(Numbers(3));
  evaluator.Evaluate(MakeModel(AnswerFromThreads), task);
  evaluator.Evaluate(MakeModel(), task);
  EXPECT_THAT(log.lines, ElementsAre("begin tinylm numbers", "1/3", "2/3", "3/3", "end"));
}

TEST(EvaluatorProgress, EndsWhenTheModelFails) {
  Log log;
  Evaluator evaluator({.seed = 17, .progress = &log});
  const auto model = MakeModel();
  model->set_capabilities([] { return Capabilities(); });
  evaluator.Evaluate(model, ExactMatch(Numbers(3)));
  EXPECT_THAT(log.lines, ElementsAre("begin tinylm numbers", "end"));
}

// ------------------------------------------------------------------------ tasks of one's own

/// Scores every answer by a fixed outcome.
class FixedOutcome final : public Task {
 public:
  FixedOutcome(Measures measures, Outcome outcome)
      : Task("fixed", measures, Numbers(2)), outcome_(std::move(outcome)) {}
  std::string protocol() const override { return "fixed"; }
  std::vector<Request> Next(const Sample& sample, std::span<const Exchange> so_far,
                            const ModelTraits& /*model*/) const override {
    if (!so_far.empty()) return {};
    Request request;
    request.prompt = sample.input;
    return {request};
  }
  Outcome Score(const Sample& /*sample*/, std::span<const Exchange> /*exchanges*/,
                const ModelTraits& /*model*/) const override {
    return outcome_;
  }

 private:
  const Outcome outcome_;
};

TEST(EvaluatorOwnTasks, OutcomesThatCannotBeAreUnmeasured) {
  const auto unmeasured = [](Measures measures, const Outcome& outcome) {
    Evaluator evaluator;
    const EvaluationPtr evaluation =
        evaluator.Evaluate(MakeModel(), std::make_shared<FixedOutcome>(measures, outcome));
    return evaluation->items.at(0).outcome.unmeasured;
  };
  Outcome outcome;
  outcome.score = 35.0;
  EXPECT_EQ(unmeasured(Measures::kAccuracy, outcome),
            "its score is 35, which is not between 0 and 1");
  outcome.score = std::nan("");
  EXPECT_EQ(unmeasured(Measures::kAccuracy, outcome),
            "its score is nan, which is not between 0 and 1");
  outcome.windows = {{.nll = std::nan(""), .tokens = 1}};
  EXPECT_EQ(unmeasured(Measures::kPerplexity, outcome),
            "a window's negative log-likelihood is nan, which is not 0 or more");
  outcome.windows = {{.nll = 1.0, .tokens = 1}};
  EXPECT_EQ(unmeasured(Measures::kPerplexity, outcome), "");
}

TEST(EvaluatorOwnTasks, HaveAPerplexityPerToken) {
  Outcome outcome;
  outcome.windows = {{.nll = 1.0, .tokens = 1}};
  Evaluator evaluator;
  EXPECT_NEAR(Perplexity(*evaluator.Evaluate(MakeModel(), std::make_shared<FixedOutcome>(
                                                              Measures::kPerplexity, outcome)))
                  .value,
              std::exp(1.0), 1e-12);
}

TEST(Evaluator, AskedFromWithinItsOwnEvaluationSaysSo) {
  Evaluator evaluator;
  std::string failure;
  const TaskPtr judged = CustomTask(Numbers(2), [&](const Sample&, const Response&) {
    failure = evaluator.Evaluate(MakeModel(), ExactMatch(Numbers(3)))->failure;
    return true;
  });
  evaluator.Evaluate(MakeModel(AnswerFromThreads), judged);
  EXPECT_THAT(failure, testing::HasSubstr("from within an evaluation of the same Evaluator"));
}

TEST(Evaluator, ModelsOfOneIdentityDoNotCompare) {
  const auto model = [] {
    return FunctionModel({.name = "kernel", .weights = "w"},
                         {.generate = [](const Request& r) { return Response::Text(r.prompt); }});
  };
  Evaluator evaluator;
  const TaskPtr task = ExactMatch(Numbers(2));
  try {
    const Comparison comparison(evaluator.Evaluate(model(), task),
                                evaluator.Evaluate(model(), task));
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("the candidate is the baseline"));
  }
}

TEST(Evaluator, ScorersOfOneVersionAreStillTwoScorers) {
  Evaluator evaluator;
  const ModelPtr model =
      FunctionModel({.name = "m", .weights = "w"},
                    {.generate = [](const Request& r) { return Response::Text(r.prompt); }});
  const auto accuracy = [&](Scorer scorer) {
    return Accuracy(*evaluator.Evaluate(
                        model, CustomTask(Numbers(2), std::move(scorer), {.version = "1"})))
        .value;
  };
  EXPECT_EQ(accuracy([](const Sample&, const Response&) { return true; }), 1.0);
  EXPECT_EQ(accuracy([](const Sample&, const Response&) { return false; }), 0.0);
}

TEST(Evaluator, SeveralThreadsMayAskAndOneEvaluationServesThem) {
  const auto model = MakeModel();
  const TaskPtr task = ExactMatch(Numbers(50));
  Evaluator evaluator;
  std::vector<EvaluationPtr> evaluations(8);
  std::vector<std::thread> threads;
  for (EvaluationPtr& evaluation : evaluations) {
    threads.emplace_back([&] { evaluation = evaluator.Evaluate(model, task); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(evaluations, testing::Each(evaluations[0]));
  EXPECT_THAT(model->asked, SizeIs(50));
}

TEST(EvaluatorMemory, CanBeReadWhileSomethingIsEvaluated) {
  class Watching : public Progress {
   public:
    void Begin(const ModelInfo& /*model*/, const Task& /*task*/) override {}
    void Advance(std::size_t /*answered*/, std::size_t /*asked*/) override {
      seen = evaluator->Evaluated().size();
    }
    void End() override {}
    Evaluator* evaluator = nullptr;
    std::size_t seen = 99;
  };
  Watching progress;
  Evaluator evaluator({.progress = &progress});
  progress.evaluator = &evaluator;
  const ModelPtr model = FunctionModel(
      {.name = "m"}, {.generate = [](const Request&) { return Response::Text("a"); }});
  const TaskPtr task = ExactMatch(MakeDataset("d", {{.input = "q", .answer = "a"}}));
  EXPECT_EQ(evaluator.Evaluate(model, task)->failure, "");
  EXPECT_EQ(progress.seen, 0U) << "the one that goes on is not there yet";
  EXPECT_EQ(evaluator.Evaluated().size(), 1U);
}

TEST(EvaluatorMemory, HasWhatCouldNotBegin) {
  Evaluator evaluator;
  const ModelPtr model =
      FunctionModel({.name = "m", .weights_file = "/no/such/file"},
                    {.generate = [](const Request&) { return Response::Text("a"); }});
  const TaskPtr task = ExactMatch(MakeDataset("d", {{.input = "q", .answer = "a"}}));
  EXPECT_NE(evaluator.Evaluate(model, task)->failure, "");
  EXPECT_NE(evaluator.Evaluate(model, ExactMatch("/no/such/data.jsonl"))->failure, "");
  EXPECT_EQ(evaluator.Evaluated().size(), 2U);
}

}  // namespace
}  // namespace gatetest
