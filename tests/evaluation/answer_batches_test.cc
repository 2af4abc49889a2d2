// Answers that a model hands over together (ResponseSink::ReceiveAll), and what it throws.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gatetest/budget.h"
#include "gatetest/error.h"
#include "gatetest/evaluator.h"
#include "gatetest/tasks.h"
#include "tests/support/memory_store.h"
#include "tests/support/recording.h"

namespace gatetest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::Answers;
using testing_support::FakeModel;
using testing_support::ItemsOf;
using testing_support::kRecordable;
using testing_support::MakeModel;
using testing_support::MemoryStore;
using testing_support::NeverLoaded;
using testing_support::Numbers;

using Answer = ResponseSink::Answer;

/// Echoes of these requests.
std::vector<Answer> EchoesOf(std::span<const Request> requests,
                             const std::vector<std::size_t>& indices) {
  std::vector<Answer> answers;
  for (const std::size_t index : indices) {
    const std::string text = index < requests.size() ? requests[index].prompt : "nobody asked";
    answers.push_back({.index = index, .response = Response::Text(text)});
  }
  return answers;
}

/// Hands over the echoes of these requests in one batch.
FakeModel::Behaviour Batch(std::vector<std::size_t> indices) {
  return [indices = std::move(indices)](std::span<const Request> requests, ResponseSink& sink,
                                        const Cancel&) {
    sink.ReceiveAll(EchoesOf(requests, indices));
  };
}

EvaluationPtr Evaluate(const ModelPtr& model, const TaskPtr& task, Store* store = nullptr) {
  Evaluator evaluator({.store = store});
  return evaluator.Evaluate(model, task);
}

TEST(AnswerBatch, IsHandedOnOneByOneByDefault) {
  Answers answers(3);
  ResponseSink& sink = answers;
  sink.ReceiveAll({{.index = 2, .response = Response::Text("c")},
                   {.index = 0, .response = Response::Text("a")}});
  EXPECT_EQ(answers.responses[0].text, "a");
  EXPECT_EQ(answers.responses[2].text, "c");
  EXPECT_THAT(answers.times, ElementsAre(1, 0, 1));
  sink.ReceiveAll({});
  EXPECT_THAT(answers.times, ElementsAre(1, 0, 1));
}

TEST(AnswerBatch, ComesInAnyOrder) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(4));
  Evaluator without_store;
  const EvaluationPtr one_by_one = without_store.Evaluate(MakeModel(), task);
  const EvaluationPtr batch = Evaluate(MakeModel(kRecordable, Batch({3, 0, 2, 1})), task, &store);
  EXPECT_EQ(ItemsOf(*batch), ItemsOf(*one_by_one));
  EXPECT_EQ(batch->provenance.live, 4U);
  EXPECT_THAT(store.records, SizeIs(4));
  EXPECT_THAT(store.claims, IsEmpty());
  EXPECT_EQ(ItemsOf(*Evaluate(NeverLoaded(), task, &store)), ItemsOf(*batch));
}

TEST(AnswerBatch, MayBeOneOfSeveralAndEmpty) {
  const auto behaviour = [](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
    sink.ReceiveAll({});
    sink.ReceiveAll(EchoesOf(requests, {1, 2}));
    sink.Receive(0, Response::Text(requests[0].prompt));
    sink.ReceiveAll(EchoesOf(requests, {3}));
  };
  const EvaluationPtr evaluation =
      Evaluate(MakeModel(kRecordable, behaviour), ExactMatch(Numbers(4)));
  EXPECT_EQ(ItemsOf(*evaluation), ItemsOf(*Evaluate(MakeModel(), ExactMatch(Numbers(4)))));
}

TEST(AnswerBatch, MayComeFromSeveralThreads) {
  const auto behaviour = [](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (std::size_t i = t * 5; i < requests.size(); i += 20) {
          sink.ReceiveAll(EchoesOf(requests, {i, i + 1, i + 2, i + 3, i + 4}));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  };
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(200));
  EXPECT_EQ(ItemsOf(*Evaluate(MakeModel(kRecordable, behaviour), task, &store)),
            ItemsOf(*Evaluate(MakeModel(), task)));
  EXPECT_THAT(store.records, SizeIs(200));
}

TEST(AnswerBatch, WhatFailedInItIsNotRecordedAndGivenBack) {
  MemoryStore store;
  const auto behaviour = [](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
    std::vector<Answer> answers = EchoesOf(requests, {0, 1, 2, 3});
    answers[1].response = Response::Failed("refused");
    sink.ReceiveAll(std::move(answers));
  };
  const EvaluationPtr evaluation =
      Evaluate(MakeModel(kRecordable, behaviour), ExactMatch(Numbers(4)), &store);
  EXPECT_EQ(std::count_if(evaluation->items.begin(), evaluation->items.end(),
                          [](const auto& item) { return item.outcome.unmeasured == "refused"; }),
            1);
  EXPECT_THAT(store.records, SizeIs(3));
  EXPECT_THAT(store.claims, IsEmpty());
}

TEST(AnswerBatch, OneAnswerServesAllThatAskedForIt) {
  MemoryStore store;
  const Dataset data = MakeDataset("twins", {{.id = "a", .input = "same", .answer = "same"},
                                             {.id = "b", .input = "same", .answer = "other"},
                                             {.id = "c", .input = "another", .answer = "x"},
                                             {.id = "d", .input = "same", .answer = "same"}});
  const auto model = MakeModel(kRecordable, Batch({1, 0}));
  const EvaluationPtr evaluation = Evaluate(model, ExactMatch(data), &store);
  EXPECT_THAT(model->asked, SizeIs(2));
  ASSERT_TRUE(evaluation->complete()) << evaluation->failure;
  for (const Evaluation::Item& item : evaluation->items) {
    EXPECT_EQ(item.outcome.answer, item.sample == 2 ? "another" : "same");
  }
  EXPECT_THAT(store.records, SizeIs(2));
}

TEST(AnswerBatch, ThatCannotBeRecordedCountsNevertheless) {
  MemoryStore store;
  int puts = 0;
  store.on_put = [&](const Question&) {
    if (++puts == 3) throw Error(ErrorCode::kStoreFailed, "sqlite:x: the disk is full");
  };
  const EvaluationPtr evaluation =
      Evaluate(MakeModel(kRecordable, Batch({0, 1, 2, 3})), ExactMatch(Numbers(4)), &store);
  EXPECT_EQ(ItemsOf(*evaluation), ItemsOf(*Evaluate(MakeModel(), ExactMatch(Numbers(4)))));
  EXPECT_EQ(evaluation->provenance.not_recorded, "sqlite:x: the disk is full");
  EXPECT_THAT(store.records, SizeIs(2));
  EXPECT_THAT(store.claims, IsEmpty());
}

// ---------------------------------------------------------------------------------- the protocol

TEST(AnswerBatch, WithOneAnswerTwiceBreaksTheProtocol) {
  MemoryStore store;
  const EvaluationPtr evaluation =
      Evaluate(MakeModel(kRecordable, Batch({0, 1, 0, 2})), ExactMatch(Numbers(4)), &store);
  EXPECT_EQ(evaluation->failure,
            "the model broke the protocol: it answered request 0 of 4, which it had answered "
            "before");
  EXPECT_THAT(evaluation->items, IsEmpty());
  EXPECT_THAT(store.claims, IsEmpty());
}

TEST(AnswerBatch, WithAnAnswerToNoRequestBreaksTheProtocol) {
  const EvaluationPtr evaluation =
      Evaluate(MakeModel(kRecordable, Batch({1, 4, 0})), ExactMatch(Numbers(4)));
  EXPECT_EQ(evaluation->failure,
            "the model broke the protocol: it answered request 4 of 4, which was not asked");
}

TEST(AnswerBatch, AfterABreachIsTakenNoMore) {
  MemoryStore store;
  bool cancelled = false;
  const auto behaviour = [&](std::span<const Request> requests, ResponseSink& sink,
                             const Cancel& cancel) {
    sink.ReceiveAll(EchoesOf(requests, {0, 0}));
    cancelled = cancel.requested();
    sink.ReceiveAll(EchoesOf(requests, {1, 2, 3}));
  };
  EXPECT_THAT(Evaluate(MakeModel(kRecordable, behaviour), ExactMatch(Numbers(4)), &store)->failure,
              HasSubstr("request 0 of 4"));
  EXPECT_TRUE(cancelled);
  EXPECT_THAT(store.records, SizeIs(1)) << "what came before the breach";
}

// ------------------------------------------------------------------------------------ the budget

TEST(AnswerBatch, ThatExceedsTheBudgetIsTakenWholeAndIsTheLast) {
  MemoryStore store;
  bool cancelled = false;
  const auto behaviour = [&](std::span<const Request> requests, ResponseSink& sink,
                             const Cancel& cancel) {
    std::vector<Answer> answers = EchoesOf(requests, {0, 1, 2});
    for (Answer& answer : answers) {
      answer.response.usage = {.prompt_tokens = 1, .completion_tokens = 2000};
    }
    sink.ReceiveAll(std::move(answers));
    cancelled = cancel.requested();
  };
  Evaluator evaluator({.store = &store});
  Spending spending({.tokens = 3000});
  const EvaluationPtr evaluation = evaluator.Evaluate(
      MakeModel(kRecordable, behaviour), ExactMatch(Numbers(20), {.generate = {.max_tokens = 10}}),
      {.spending = &spending});
  EXPECT_TRUE(cancelled);
  EXPECT_EQ(spending.spent().requests, 3U);
  EXPECT_THAT(evaluation->items, SizeIs(3));
  EXPECT_THAT(store.records, SizeIs(3)) << "they are paid for";
  EXPECT_THAT(store.claims, IsEmpty());
  EXPECT_THAT(evaluation->ended, HasSubstr("the budget of 3,000 tokens does not pay for more"));
}

// ----------------------------------------------------------------------------- what a model throws

FakeModel::Behaviour AnswersOneAndThrows(std::function<void()> fail) {
  return [fail = std::move(fail)](std::span<const Request> requests, ResponseSink& sink,
                                  const Cancel&) {
    sink.Receive(0, Response::Text(requests[0].prompt));
    fail();
  };
}

std::vector<std::string> WhyUnmeasured(const FakeModel::Behaviour& behaviour) {
  const EvaluationPtr evaluation =
      Evaluate(MakeModel(kRecordable, behaviour), ExactMatch(Numbers(3)));
  EXPECT_EQ(evaluation->failure, "");
  std::vector<std::string> why;
  for (const Evaluation::Item& item : evaluation->items) why.push_back(item.outcome.unmeasured);
  return why;
}

TEST(ThrowingModel, AnErrorOfOursIsTheFailureOfWhatIsUnanswered) {
  const std::string text = "http://host/v1 refuses the key in RELAY_KEY (HTTP 401)";
  EXPECT_THAT(
      WhyUnmeasured(AnswersOneAndThrows([&] { throw Error(ErrorCode::kModelFailed, text); })),
      ElementsAre("", text, text));
}

TEST(ThrowingModel, WhatElseItThrowsIsTheModels) {
  EXPECT_THAT(
      WhyUnmeasured(AnswersOneAndThrows([] { throw std::runtime_error("the GPU fell off"); })),
      ElementsAre("", "the model threw: the GPU fell off", "the model threw: the GPU fell off"));
}

/// A budget asks in small batches: a wrong key is not tried in each of them.
TEST(ThrowingModel, BeforeAnyAnswerFailsAllThatABudgetWouldAskFor) {
  int runs = 0;
  const auto behaviour = [&](std::span<const Request>, ResponseSink&, const Cancel&) {
    ++runs;
    throw Error(ErrorCode::kModelFailed, "HTTP 401");
  };
  Evaluator evaluator;
  Spending spending({.tokens = 1'000'000});
  const EvaluationPtr evaluation = evaluator.Evaluate(
      MakeModel(kRecordable, behaviour), ExactMatch(Numbers(20)), {.spending = &spending});
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(spending.spent().requests, 4U);  // The first batch, which may be charged for.
  ASSERT_THAT(evaluation->items, SizeIs(20));
  for (const Evaluation::Item& item : evaluation->items) {
    EXPECT_EQ(item.outcome.unmeasured, "HTTP 401");
  }
}

TEST(ThrowingModel, IsAskedForTheRestNextTime) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(3));
  Evaluate(MakeModel(kRecordable,
                     AnswersOneAndThrows([] { throw Error(ErrorCode::kModelFailed, "HTTP 401"); })),
           task, &store);
  EXPECT_THAT(store.claims, IsEmpty());
  const auto model = MakeModel();
  EXPECT_TRUE(Evaluate(model, task, &store)->complete());
  EXPECT_THAT(model->asked, SizeIs(2));
}

}  // namespace
}  // namespace gatetest
