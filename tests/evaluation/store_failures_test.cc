// A store that cannot be read or written, and others that ask at the same time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/evaluator.h"
#include "gatetest/tasks.h"
#include "src/model/request_key.h"
#include "tests/support/memory_store.h"
#include "tests/support/recording.h"

namespace gatetest {
namespace {

using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using testing_support::FakeModel;
using testing_support::ItemsOf;
using testing_support::kRecordable;
using testing_support::MakeModel;
using testing_support::MemoryStore;
using testing_support::Numbers;

void Fail() { throw Error(ErrorCode::kStoreFailed, "sqlite:x: the disk is full"); }

// ------------------------------------------------------------------------------------- writing

TEST(StoreThatCannotBeWritten, LeavesTheEvaluationAsItIs) {
  MemoryStore store;
  store.on_put = [](const Question&) { Fail(); };
  Evaluator evaluator({.store = &store});
  const EvaluationPtr evaluation = evaluator.Evaluate(MakeModel(), ExactMatch(Numbers(4)));
  Evaluator without_store;
  EXPECT_EQ(ItemsOf(*evaluation),
            ItemsOf(*without_store.Evaluate(MakeModel(), ExactMatch(Numbers(4)))));
  EXPECT_EQ(evaluation->provenance.live, 4U);
  EXPECT_EQ(evaluation->provenance.not_recorded, "sqlite:x: the disk is full");
}

TEST(StoreThatCannotBeWritten, IsRememberedWhenTheRestIsRecorded) {
  MemoryStore store;
  bool full = true;
  store.on_put = [&](const Question&) {
    if (full) Fail();
  };
  Evaluator evaluator({.store = &store});
  const TaskPtr task = ExactMatch(Numbers(4));
  const EvaluationPtr first = evaluator.Evaluate(
      MakeModel(), task, {.stop = [](const Sample&, const Outcome&) { return true; }});
  EXPECT_EQ(first->provenance.not_recorded, "sqlite:x: the disk is full");
  full = false;
  const EvaluationPtr whole = evaluator.Evaluate(MakeModel(), task);
  EXPECT_TRUE(whole->complete());
  EXPECT_EQ(whole->provenance.not_recorded, "sqlite:x: the disk is full");
}

TEST(StoreThatCannotBeWritten, CannotBeClaimedInEither) {
  MemoryStore store;
  store.on_claim = Fail;
  const auto model = MakeModel();
  Evaluator evaluator({.store = &store});
  const EvaluationPtr evaluation = evaluator.Evaluate(model, ExactMatch(Numbers(4)));
  EXPECT_TRUE(evaluation->complete());
  EXPECT_THAT(model->asked, SizeIs(4));
  EXPECT_EQ(evaluation->provenance.not_recorded, "sqlite:x: the disk is full");
}

TEST(StoreThatCannotBeWritten, NorTakeClaimsBack) {
  MemoryStore store;
  store.on_give_back = Fail;
  Evaluator evaluator({.store = &store});
  const auto refuses = [](std::span<const Request>, ResponseSink& sink, const Cancel&) {
    sink.Receive(0, Response::Failed("refused"));
  };
  const EvaluationPtr evaluation =
      evaluator.Evaluate(MakeModel(kRecordable, refuses), ExactMatch(Numbers(1)));
  EXPECT_EQ(evaluation->items.at(0).outcome.unmeasured, "refused");
  EXPECT_EQ(evaluation->provenance.not_recorded, "sqlite:x: the disk is full");
}

// -------------------------------------------------------------------------------------- reading

TEST(StoreThatCannotBeRead, FailsTheEvaluationAndAsksNothing) {
  for (const bool model_too : {false, true}) {
    MemoryStore store;
    (model_too ? store.on_find_model : store.on_find) = Fail;
    for (const StoreMode mode : {StoreMode::kAuto, StoreMode::kReplay}) {
      const auto model = MakeModel();
      store.models["other"] = {};
      store.models[model->identity()] = {
          .identity = model->identity(), .info = kRecordable, .capabilities = {.generate = true}};
      Evaluator evaluator({.store = &store, .mode = mode});
      const EvaluationPtr evaluation = evaluator.Evaluate(model, ExactMatch(Numbers(4)));
      EXPECT_EQ(evaluation->failure, "sqlite:x: the disk is full");
      EXPECT_EQ(evaluation->unrecorded, 0U);
      EXPECT_THAT(evaluation->items, IsEmpty());
      EXPECT_EQ(model->runs, 0);
    }
  }
}

// --------------------------------------------------------------------------------------- claims

AnswerKey KeyOf(const std::string& prompt) {
  Request request;
  request.prompt = prompt;
  return internal::RequestKeys(MakeModel()->identity()).KeyOf(request);
}

TEST(StoreClaims, WhatAnotherAsksIsWaitedForAndNotAsked) {
  MemoryStore store;
  const AnswerKey theirs = KeyOf("2");
  int times = 0;
  store.claim = [&](const AnswerKey& key) {
    if (key != theirs) return ClaimResult::kMine;
    if (++times < 3) return ClaimResult::kTaken;
    // The other has answered meanwhile.
    store.records.push_back({.identity = MakeModel()->identity(),
                             .task = "numbers",
                             .question = {.key = theirs, .sample = "s2"},
                             .answer = {.response = Response::Text("theirs"), .recorded = 1000}});
    return ClaimResult::kRecorded;
  };
  const auto model = MakeModel();
  Evaluator evaluator({.store = &store});
  const EvaluationPtr evaluation = evaluator.Evaluate(model, ExactMatch(Numbers(4)));
  EXPECT_EQ(times, 3);
  EXPECT_THAT(model->asked, UnorderedElementsAre("0", "1", "3"));
  EXPECT_EQ(evaluation->provenance.live, 3U);
  EXPECT_EQ(evaluation->provenance.cached, 1U);
  EXPECT_EQ(evaluation->provenance.oldest, 1000);
  for (const Evaluation::Item& item : evaluation->items) {
    EXPECT_EQ(item.outcome.answer, item.sample == 2 ? "theirs" : std::to_string(item.sample));
  }
}

TEST(StoreClaims, WhatADeadAskerClaimedIsAsked) {
  MemoryStore store;
  const AnswerKey theirs = KeyOf("2");
  int times = 0;
  store.claim = [&](const AnswerKey& key) {
    return key == theirs && ++times < 4 ? ClaimResult::kTaken : ClaimResult::kMine;
  };
  const auto model = MakeModel();
  Evaluator evaluator({.store = &store});
  const EvaluationPtr evaluation = evaluator.Evaluate(model, ExactMatch(Numbers(4)));
  EXPECT_EQ(times, 4);
  EXPECT_EQ(model->runs, 2);
  EXPECT_THAT(model->asked, SizeIs(4));
  EXPECT_EQ(model->asked.back(), "2");
  EXPECT_EQ(evaluation->provenance.live, 4U);
  EXPECT_THAT(store.records, SizeIs(4));
}

TEST(StoreClaims, AreGivenBackForWhatFailed) {
  MemoryStore store;
  const auto refuses = [&](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      EXPECT_TRUE(store.claims.contains(KeyOf(requests[i].prompt)));
      sink.Receive(i, i == 0 ? Response::Failed("refused") : Response::Text("x"));
    }
    EXPECT_THAT(store.claims, SizeIs(1));
  };
  bool given_back = false;
  store.on_give_back = [&] { given_back = true; };
  Evaluator evaluator({.store = &store});
  evaluator.Evaluate(MakeModel(kRecordable, refuses), ExactMatch(Numbers(4)));
  EXPECT_TRUE(given_back);
  EXPECT_THAT(store.claims, IsEmpty());
}

TEST(StoreClaims, AreGivenBackForWhatAStopRuleLeftUnasked) {
  MemoryStore store;
  bool given_back = false;
  store.on_give_back = [&] { given_back = true; };
  Evaluator evaluator({.store = &store});
  evaluator.Evaluate(MakeModel(), ExactMatch(Numbers(10)),
                     {.stop = [](const Sample&, const Outcome&) { return true; }});
  EXPECT_TRUE(given_back);
  EXPECT_THAT(store.claims, IsEmpty());
  EXPECT_THAT(store.records, SizeIs(1));
}

TEST(StoreClaims, TwoThatEvaluateAtOnceAskEverySampleOnce) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(100));
  const std::vector<std::shared_ptr<FakeModel>> models = {MakeModel(), MakeModel()};
  std::vector<EvaluationPtr> evaluations(2);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 2; ++i) {
    threads.emplace_back([&, i] {
      Evaluator evaluator({.store = &store});
      evaluations[i] = evaluator.Evaluate(models[i], task);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(models[0]->asked.size() + models[1]->asked.size(), 100U);
  EXPECT_EQ(ItemsOf(*evaluations[0]), ItemsOf(*evaluations[1]));
  EXPECT_TRUE(evaluations[0]->complete());
  EXPECT_THAT(store.records, SizeIs(100));
}

TEST(StoreClaims, AreNotNeededToRefresh) {
  MemoryStore store;
  store.on_claim = [] { ADD_FAILURE() << "claimed"; };
  Evaluator evaluator({.store = &store, .mode = StoreMode::kRefresh});
  EXPECT_TRUE(evaluator.Evaluate(MakeModel(), ExactMatch(Numbers(4)))->complete());
}

TEST(StoreClaims, EndWithAModelThatBrokeTheProtocol) {
  MemoryStore store;
  const auto twice = [](std::span<const Request>, ResponseSink& sink, const Cancel&) {
    sink.Receive(0, Response::Text("a"));
    sink.Receive(0, Response::Text("b"));
  };
  Evaluator evaluator({.store = &store});
  const EvaluationPtr evaluation =
      evaluator.Evaluate(MakeModel(kRecordable, twice), ExactMatch(Numbers(4)));
  EXPECT_FALSE(evaluation->failure.empty());
  EXPECT_THAT(store.claims, IsEmpty());
}

}  // namespace
}  // namespace gatetest
