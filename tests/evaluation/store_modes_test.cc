// What an Evaluator reads from its store and records there, by StoreMode.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gatetest/corpus.h"
#include "gatetest/evaluator.h"
#include "gatetest/function_model.h"
#include "gatetest/tasks.h"
#include "tests/support/memory_store.h"
#include "tests/support/recording.h"

namespace gatetest {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::UnorderedElementsAre;
using testing_support::ItemsOf;
using testing_support::kRecordable;
using testing_support::MakeModel;
using testing_support::MemoryStore;
using testing_support::NeverLoaded;
using testing_support::Numbers;
using testing_support::RecordingModel;
using testing_support::Says;
using testing_support::TwoTurns;

std::int64_t SecondsNow() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

EvaluationPtr EvaluateOnce(Store& store, const ModelPtr& model, const TaskPtr& task,
                           StoreMode mode = StoreMode::kAuto) {
  Evaluator evaluator({.store = &store});
  return evaluator.Evaluate(model, task, {.mode = mode});
}

// ----------------------------------------------------------------------------------------- auto

TEST(StoreAuto, RecordsAndThenReplaysWithoutLoadingTheModel) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(4));
  const std::int64_t before = SecondsNow();
  const EvaluationPtr live = EvaluateOnce(store, MakeModel(), task);
  EXPECT_EQ(live->provenance.live, 4U);
  EXPECT_EQ(live->provenance.cached, 0U);
  EXPECT_EQ(live->provenance.oldest, 0);
  EXPECT_EQ(live->provenance.not_recorded, "");
  ASSERT_THAT(store.records, SizeIs(4));
  for (const MemoryStore::Record& record : store.records) {
    EXPECT_GE(record.answer.recorded, before);
    EXPECT_LE(record.answer.recorded, SecondsNow());
    EXPECT_EQ(record.identity, live->provenance.identity);
    EXPECT_EQ(record.task, "numbers");
    EXPECT_EQ(record.question.sample, "s" + record.answer.response.text);
    EXPECT_EQ(record.question.turn, 0U);
    EXPECT_EQ(record.question.request,
              R"({"kind":"generate","prompt":")" + record.answer.response.text + "\"}");
  }
  EXPECT_THAT(store.claims, IsEmpty());

  const EvaluationPtr replayed = EvaluateOnce(store, NeverLoaded(), task);
  EXPECT_EQ(ItemsOf(*replayed), ItemsOf(*live));
  EXPECT_EQ(replayed->provenance.live, 0U);
  EXPECT_EQ(replayed->provenance.cached, 4U);
  EXPECT_EQ(replayed->provenance.seed, live->provenance.seed);
  EXPECT_EQ(replayed->provenance.identity, live->provenance.identity);
  EXPECT_EQ(store.puts, 4U);
}

TEST(StoreAuto, KnowsWhenTheOldestAnswerWasRecorded) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(3));
  EvaluateOnce(store, MakeModel(), task);
  ASSERT_THAT(store.records, SizeIs(3));
  for (std::size_t i = 0; i < 3; ++i) {
    store.records[i].answer.recorded = std::vector<std::int64_t>{2000, 1000, 3000}[i];
  }
  const EvaluationPtr replayed = EvaluateOnce(store, NeverLoaded(), task);
  EXPECT_EQ(replayed->provenance.oldest, 1000);
  std::vector<std::int64_t> recorded;
  for (const Evaluation::Item& item : replayed->items) recorded.push_back(item.recorded);
  EXPECT_THAT(recorded, UnorderedElementsAre(1000, 2000, 3000));
}

TEST(StoreAuto, AsksOnlyWhatIsMissing) {
  MemoryStore store;
  EvaluateOnce(store, MakeModel(), ExactMatch(Numbers(5)));
  const auto model = MakeModel();
  const EvaluationPtr evaluation = EvaluateOnce(store, model, ExactMatch(Numbers(9)));
  EXPECT_THAT(model->asked, UnorderedElementsAre("5", "6", "7", "8"));
  EXPECT_EQ(evaluation->provenance.live, 4U);
  EXPECT_EQ(evaluation->provenance.cached, 5U);
  EXPECT_TRUE(evaluation->complete());
  for (const Evaluation::Item& item : evaluation->items) {
    EXPECT_EQ(item.outcome.answer, std::to_string(item.sample));
    EXPECT_EQ(item.recorded == 0, item.sample >= 5);
  }
  EXPECT_EQ(store.puts, 9U);
}

TEST(StoreAuto, ServesAnotherTaskThatAsksTheSame) {
  MemoryStore store;
  EvaluateOnce(store, MakeModel(), ExactMatch(Numbers(4)));
  const EvaluationPtr other =
      EvaluateOnce(store, NeverLoaded(), Contains(Numbers(4), {.name = "other"}));
  EXPECT_EQ(other->provenance.cached, 4U);
}

TEST(StoreAuto, FailedAnswersAreNotRecordedAndAskedAgain) {
  MemoryStore store;
  const auto refuses = [](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      sink.Receive(i, requests[i].prompt == "2" ? Response::Failed("refused")
                                                : Response::Text(requests[i].prompt));
    }
  };
  const TaskPtr task = ExactMatch(Numbers(4));
  const EvaluationPtr first = EvaluateOnce(store, MakeModel(kRecordable, refuses), task);
  EXPECT_EQ(first->provenance.live, 4U);
  EXPECT_EQ(first->provenance.not_recorded, "");
  EXPECT_THAT(store.records, SizeIs(3));
  const auto model = MakeModel();
  EXPECT_EQ(EvaluateOnce(store, model, task)->provenance.cached, 3U);
  EXPECT_THAT(model->asked, ElementsAre("2"));
}

TEST(StoreAuto, WhatAModelDoesNotAnswerIsNotRecorded) {
  MemoryStore store;
  const auto throws = [](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
    sink.Receive(1, Response::Text(requests[1].prompt));
    throw std::runtime_error("out of memory");
  };
  EvaluateOnce(store, MakeModel(kRecordable, throws), ExactMatch(Numbers(4)));
  EXPECT_THAT(store.records, SizeIs(1));
}

TEST(StoreAuto, AsksOneKeyOnce) {
  MemoryStore store;
  const Dataset data = MakeDataset("twins", {{.id = "a", .input = "same", .answer = "same"},
                                             {.id = "b", .input = "same", .answer = "other"},
                                             {.id = "c", .input = "another", .answer = "x"}});
  const auto model = MakeModel();
  const EvaluationPtr live = EvaluateOnce(store, model, ExactMatch(data));
  EXPECT_THAT(model->asked, UnorderedElementsAre("same", "another"));
  EXPECT_EQ(live->provenance.live, 3U);
  for (const Evaluation::Item& item : live->items) {
    EXPECT_EQ(item.outcome.answer, item.sample == 2 ? "another" : "same");
    EXPECT_EQ(item.outcome.score, item.sample == 0 ? 1.0 : 0.0);
  }
  EXPECT_EQ(ItemsOf(*EvaluateOnce(store, NeverLoaded(), ExactMatch(data))), ItemsOf(*live));

  const auto without_store = MakeModel();
  Evaluator evaluator;
  evaluator.Evaluate(without_store, ExactMatch(data));
  EXPECT_THAT(without_store->asked, SizeIs(2));
}

TEST(StoreAuto, AFailureOfOneKeyIsOneOfAllThatShareIt) {
  const Dataset data = MakeDataset(
      "twins", {{.input = "same", .answer = "same"}, {.input = "same", .answer = "other"}});
  const auto refuses = [](std::span<const Request>, ResponseSink& sink, const Cancel&) {
    sink.Receive(0, Response::Failed("refused"));
  };
  Evaluator evaluator;
  const EvaluationPtr evaluation =
      evaluator.Evaluate(MakeModel(kRecordable, refuses), ExactMatch(data));
  ASSERT_THAT(evaluation->items, SizeIs(2));
  EXPECT_EQ(evaluation->items[0].outcome.unmeasured, "refused");
  EXPECT_EQ(evaluation->items[1].outcome.unmeasured, "refused");
}

TEST(StoreAuto, RecordsWhatThreadsAnswer) {
  const auto from_threads = [](std::span<const Request> requests, ResponseSink& sink,
                               const Cancel&) {
    std::vector<std::thread> threads;
    for (std::size_t t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (std::size_t i = t; i < requests.size(); i += 4) {
          sink.Receive(i, Response::Text(requests[i].prompt));
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  };
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(200));
  const EvaluationPtr live = EvaluateOnce(store, MakeModel(kRecordable, from_threads), task);
  EXPECT_THAT(store.records, SizeIs(200));
  EXPECT_EQ(ItemsOf(*EvaluateOnce(store, NeverLoaded(), task)), ItemsOf(*live));
}

// --------------------------------------------------------------------------------------- replay

TEST(StoreReplay, NeverAsksTheModel) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(4));
  EvaluateOnce(store, MakeModel(), task);
  const EvaluationPtr replayed = EvaluateOnce(store, NeverLoaded(), task, StoreMode::kReplay);
  EXPECT_EQ(replayed->failure, "");
  EXPECT_EQ(replayed->provenance.cached, 4U);

  const auto model = MakeModel();
  const EvaluationPtr missing =
      EvaluateOnce(store, model, ExactMatch(Numbers(5)), StoreMode::kReplay);
  EXPECT_EQ(model->runs, 0);
  EXPECT_FALSE(missing->complete());
  EXPECT_EQ(missing->unrecorded, 1U);
  EXPECT_THAT(missing->items, IsEmpty());
  EXPECT_EQ(missing->provenance.cached, 0U);
  EXPECT_EQ(store.puts, 4U);
}

TEST(StoreReplay, WithoutAStoreSaysSo) {
  const auto model = MakeModel();
  Evaluator evaluator({.mode = StoreMode::kReplay});
  const EvaluationPtr evaluation = evaluator.Evaluate(model, ExactMatch(Numbers(4)));
  EXPECT_EQ(evaluation->failure,
            "the mode is replay, and there is no store to replay from (--gatetest_store)");
  EXPECT_EQ(model->runs, 0);
}

TEST(StoreReplay, OfAModelThatCannotBeRecordedSaysWhy) {
  MemoryStore store;
  const EvaluationPtr evaluation = EvaluateOnce(store, MakeModel({.name = "tinylm"}),
                                                ExactMatch(Numbers(4)), StoreMode::kReplay);
  EXPECT_THAT(evaluation->failure,
              AllOf(HasSubstr("the mode is replay"), HasSubstr("declares no weights")));
}

// -------------------------------------------------------------------------------------- refresh

TEST(StoreRefresh, AsksAllAndRecordsItInPlaceOfWhatWasThere) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(4));
  EvaluateOnce(store, MakeModel(), task);
  const std::size_t finds = store.finds;
  const auto model = MakeModel(kRecordable, Says("new"));
  const EvaluationPtr refreshed = EvaluateOnce(store, model, task, StoreMode::kRefresh);
  EXPECT_THAT(model->asked, SizeIs(4));
  EXPECT_EQ(refreshed->provenance.live, 4U);
  EXPECT_EQ(refreshed->items.at(0).outcome.answer, "new");
  EXPECT_EQ(store.finds, finds);
  EXPECT_THAT(store.records, SizeIs(4));
  EXPECT_EQ(ItemsOf(*EvaluateOnce(store, NeverLoaded(), task)), ItemsOf(*refreshed));
}

// ----------------------------------------------------------------------------------------- live

TEST(StoreLive, NeitherReadsNorRecords) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(4));
  EvaluateOnce(store, MakeModel(), task);
  store.on_find_model = [] { ADD_FAILURE() << "the store was read"; };
  store.on_find = store.on_find_model;
  const auto model = MakeModel(kRecordable, Says("new"));
  const EvaluationPtr live = EvaluateOnce(store, model, task, StoreMode::kLive);
  EXPECT_THAT(model->asked, SizeIs(4));
  EXPECT_EQ(live->provenance.live, 4U);
  EXPECT_EQ(live->provenance.not_recorded, "");
  EXPECT_EQ(store.puts, 4U);
  EXPECT_NE(store.records.at(0).answer.response.text, "new");
}

// ------------------------------------------------------------------------------ whose mode it is

TEST(StoreModes, TheEvaluatorsOwnWins) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(4));
  Evaluator live({.store = &store, .mode = StoreMode::kLive});
  live.Evaluate(MakeModel(), task, {.mode = StoreMode::kAuto});
  EXPECT_THAT(store.records, IsEmpty());
  EvaluateOnce(store, MakeModel(), task);
  Evaluator replay({.store = &store, .mode = StoreMode::kReplay});
  EXPECT_EQ(replay.Evaluate(NeverLoaded(), task, {.mode = StoreMode::kLive})->provenance.cached,
            4U);
}

TEST(StoreModes, AreRememberedSeparately) {
  MemoryStore store;
  const auto model = MakeModel();
  const TaskPtr task = ExactMatch(Numbers(4));
  Evaluator evaluator({.store = &store});
  const auto evaluate = [&](StoreMode mode) {
    return evaluator.Evaluate(model, task, {.mode = mode});
  };
  const EvaluationPtr recorded = evaluate(StoreMode::kAuto);
  const EvaluationPtr live = evaluate(StoreMode::kLive);
  const EvaluationPtr replayed = evaluate(StoreMode::kReplay);
  EXPECT_THAT(model->asked, SizeIs(8));
  EXPECT_EQ(replayed->provenance.cached, 4U);
  EXPECT_EQ(evaluate(StoreMode::kAuto), recorded);
  EXPECT_EQ(evaluate(StoreMode::kLive), live);
  EXPECT_EQ(evaluate(StoreMode::kReplay), replayed);
  EXPECT_EQ(evaluator.Evaluate(model, task), recorded);
}

TEST(StoreModes, AnotherReplicateHasAnswersOfItsOwn) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(4));
  EvaluateOnce(store, MakeModel(), task);
  const auto model = MakeModel(kRecordable, Says("again"));
  Evaluator second({.store = &store, .replicate = 1});
  const EvaluationPtr again = second.Evaluate(model, task);
  EXPECT_THAT(model->asked, SizeIs(4));
  EXPECT_THAT(store.records, SizeIs(8));
  Evaluator replay({.store = &store, .replicate = 1});
  EXPECT_EQ(ItemsOf(*replay.Evaluate(NeverLoaded(), task)), ItemsOf(*again));
  EXPECT_NE(ItemsOf(*EvaluateOnce(store, NeverLoaded(), task)), ItemsOf(*again));
}

// ----------------------------------------------------------------------------------- stop rules

/// Satisfied by the `count`th outcome.
StopRule StopAfter(std::size_t count) {
  return [count, seen = std::size_t{0}](const Sample&, const Outcome&) mutable {
    return ++seen >= count;
  };
}

TEST(StoreStop, EndsAtTheSameSampleAsLive) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(10));
  Evaluator without_store;
  const EvaluationPtr live = without_store.Evaluate(MakeModel(), task, {.stop = StopAfter(4)});
  ASSERT_THAT(live->items, SizeIs(4));
  EvaluateOnce(store, MakeModel(), task);
  for (const StoreMode mode : {StoreMode::kAuto, StoreMode::kReplay}) {
    Evaluator evaluator({.store = &store, .mode = mode});
    const EvaluationPtr stopped = evaluator.Evaluate(NeverLoaded(), task, {.stop = StopAfter(4)});
    EXPECT_EQ(ItemsOf(*stopped), ItemsOf(*live));
    EXPECT_EQ(stopped->provenance.cached, 4U);
    Evaluator whole({.store = &store, .mode = mode});
    whole.Evaluate(NeverLoaded(), task);
    EXPECT_EQ(ItemsOf(*whole.Evaluate(NeverLoaded(), task, {.stop = StopAfter(4)})),
              ItemsOf(*live));
  }
}

/// The recorded answer to that sample of ten is forgotten, which is the seventh in their order.
struct WithoutTheSeventh {
  WithoutTheSeventh() {
    const EvaluationPtr whole = EvaluateOnce(store, MakeModel(), task);
    const std::string id = "s" + std::to_string(whole->items.at(6).sample);
    std::erase_if(store.records,
                  [&](const MemoryStore::Record& r) { return r.question.sample == id; });
  }

  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(10));
};

TEST(StoreStop, ARuleThatEndsBeforeAMissingSampleNeedsNoneOfIt) {
  WithoutTheSeventh recorded;
  Evaluator evaluator({.store = &recorded.store, .mode = StoreMode::kReplay});
  const EvaluationPtr stopped =
      evaluator.Evaluate(NeverLoaded(), recorded.task, {.stop = StopAfter(6)});
  EXPECT_EQ(stopped->failure, "");
  EXPECT_THAT(stopped->items, SizeIs(6));
  const EvaluationPtr longer =
      evaluator.Evaluate(NeverLoaded(), recorded.task, {.stop = StopAfter(7)});
  EXPECT_EQ(longer->unrecorded, 1U);
  EXPECT_THAT(longer->items, IsEmpty());
}

TEST(StoreStop, APartThatIsNotRecordedDoesNotSpeakForTheWhole) {
  WithoutTheSeventh recorded;
  recorded.store.records.pop_back();
  Evaluator evaluator({.store = &recorded.store, .mode = StoreMode::kReplay});
  EXPECT_THAT(evaluator.Evaluate(NeverLoaded(), recorded.task, {.samples = 6})->items, SizeIs(6));
  EXPECT_EQ(evaluator.Evaluate(NeverLoaded(), recorded.task, {.samples = 7})->unrecorded, 1U);
  EXPECT_EQ(evaluator.Evaluate(NeverLoaded(), recorded.task)->unrecorded, 2U);
}

TEST(StoreStop, AReplayThatFailedDoesNotSpeakForARuleThatNeedsLess) {
  WithoutTheSeventh recorded;
  Evaluator evaluator({.store = &recorded.store, .mode = StoreMode::kReplay});
  const EvaluationPtr whole = evaluator.Evaluate(NeverLoaded(), recorded.task);
  EXPECT_EQ(whole->unrecorded, 1U);
  EXPECT_EQ(evaluator.Evaluate(NeverLoaded(), recorded.task), whole);
  EXPECT_THAT(evaluator.Evaluate(NeverLoaded(), recorded.task, {.stop = StopAfter(6)})->items,
              SizeIs(6));
  EXPECT_EQ(evaluator.Evaluate(NeverLoaded(), recorded.task)->unrecorded, 1U);
}

// ---------------------------------------------------------------------------------------- turns

TEST(StoreTurns, AreRecordedAndReplayed) {
  MemoryStore store;
  const auto task = std::make_shared<TwoTurns>(Numbers(4));
  const EvaluationPtr live = EvaluateOnce(store, MakeModel(), task);
  ASSERT_THAT(store.records, SizeIs(8));
  for (const MemoryStore::Record& record : store.records) {
    const bool second = record.answer.response.text.starts_with("again: ");
    EXPECT_EQ(record.question.turn, second ? 1U : 0U);
  }
  const EvaluationPtr replayed = EvaluateOnce(store, NeverLoaded(), task, StoreMode::kReplay);
  EXPECT_EQ(ItemsOf(*replayed), ItemsOf(*live));
  EXPECT_EQ(replayed->provenance.cached, 4U);
}

TEST(StoreTurns, ASampleIsLiveWhereOneOfItsTurnsIs) {
  MemoryStore store;
  const auto task = std::make_shared<TwoTurns>(Numbers(4));
  EvaluateOnce(store, MakeModel(), task);
  std::erase_if(store.records, [](const MemoryStore::Record& record) {
    return record.question.turn == 1 && record.question.sample == "s2";
  });
  const auto model = MakeModel();
  const EvaluationPtr evaluation = EvaluateOnce(store, model, task);
  EXPECT_THAT(model->asked, ElementsAre("again: 2"));
  EXPECT_EQ(evaluation->provenance.live, 1U);
  EXPECT_EQ(evaluation->provenance.cached, 3U);
}

TEST(StoreTurns, TheOldestOfThemDatesTheSample) {
  for (const std::size_t older : {0U, 1U}) {
    MemoryStore store;
    const auto task = std::make_shared<TwoTurns>(Numbers(1));
    EvaluateOnce(store, MakeModel(), task);
    for (MemoryStore::Record& record : store.records) {
      record.answer.recorded = record.question.turn == older ? 2000 : 3000;
    }
    EXPECT_EQ(EvaluateOnce(store, NeverLoaded(), task)->items.at(0).recorded, 2000);
  }
}

// --------------------------------------------------------------------- equal, whoever has answered

TEST(StoreReplay, FindsWhatWasFoundLive) {
  const auto tokens = [](const Request& request) {
    std::vector<TokenId> ids;
    std::vector<std::size_t> ends;
    for (std::size_t i = 0; i < request.prompt.size(); ++i) {
      ids.push_back(request.prompt[i]);
      ends.push_back(i + 1);
    }
    return Response::Tokens(ids, ends);
  };
  const auto score = [](const Request& request) {
    if (request.continuation_tokens.empty()) {
      return Response::Logprobs({-0.1 * static_cast<double>(request.continuation.size())});
    }
    std::vector<double> logprobs;
    for (const TokenId token : request.continuation_tokens) logprobs.push_back(-1.0 / token);
    return Response::Logprobs(logprobs);
  };
  const auto generate = [](const Request& request) {
    return Response::Text(request.prompt,
                          request.prompt == "2" ? FinishReason::kLength : FinishReason::kStop);
  };
  ModelInfo info = kRecordable;
  info.context_window = 4;
  info.bos_token = 1;
  const ModelPtr model =
      FunctionModel(info, {.score = score, .generate = generate, .tokenize = tokens});
  const std::vector<TaskPtr> tasks = {
      ExactMatch(Numbers(5)),
      MultipleChoice(
          MakeDataset("choices", {{.input = "q", .answer = "1", .choices = {"abc", "a"}},
                                  {.input = "r", .answer = "1", .choices = {"a", "b"}}})),
      Corpus(MakeDataset("prose", {{.input = "one two\nthree"}, {.input = "four"}})),
      std::make_shared<TwoTurns>(Numbers(3)),
      ExactMatch(Numbers(3), {.name = "drawn", .generate = {.temperature = 0.7}}),
  };
  for (const TaskPtr& task : tasks) {
    SCOPED_TRACE(task->name());
    MemoryStore store;
    Evaluator without_store;
    const EvaluationPtr live = without_store.Evaluate(model, task);
    ASSERT_TRUE(live->complete()) << live->failure;
    for (const Evaluation::Item& item : live->items) EXPECT_EQ(item.outcome.unmeasured, "");
    EXPECT_EQ(ItemsOf(*EvaluateOnce(store, model, task)), ItemsOf(*live));
    const EvaluationPtr replayed = EvaluateOnce(store, NeverLoaded(info), task, StoreMode::kReplay);
    EXPECT_EQ(ItemsOf(*replayed), ItemsOf(*live));
    EXPECT_EQ(replayed->provenance.live, 0U);
    EXPECT_EQ(replayed->provenance.cached, live->items.size());
    EXPECT_EQ(replayed->model.context_window, live->model.context_window);
  }
}

TEST(StoreReplay, WhatAModelCannotDoIsKnownWithoutIt) {
  MemoryStore store;
  const ModelPtr generates = FunctionModel(
      kRecordable, {.generate = [](const Request& r) { return Response::Text(r.prompt); }});
  EvaluateOnce(store, generates, ExactMatch(Numbers(2)));
  Evaluator replay({.store = &store, .mode = StoreMode::kReplay});
  EXPECT_THAT(replay.Evaluate(NeverLoaded(), Corpus(Numbers(2)))->failure,
              HasSubstr("log-probabilities"));
}

TEST(StoreAuto, AModelThatCanDoMoreThanWhenItWasRecordedIsAsked) {
  MemoryStore store;
  const ModelPtr generates = FunctionModel(
      kRecordable, {.generate = [](const Request& r) { return Response::Text(r.prompt); }});
  EvaluateOnce(store, generates, ExactMatch(Numbers(2)));
  const ModelPtr scores_too = FunctionModel(
      kRecordable, {.score =
                        [](const Request& r) {
                          return Response::Logprobs(std::vector<double>(r.continuation.size(), -1));
                        },
                    .generate = [](const Request& r) { return Response::Text(r.prompt); }});
  EXPECT_EQ(EvaluateOnce(store, scores_too, Corpus(Numbers(2)))->failure, "");
  // And from then on that is recorded too.
  Evaluator replay({.store = &store, .mode = StoreMode::kReplay});
  EXPECT_EQ(replay.Evaluate(NeverLoaded(), Corpus(Numbers(2)))->failure, "");
}

TEST(StoreAuto, AnEvaluationThatGoesOnKeepsItsOutcomesWhenTheModelIsAskedWhatItCanDo) {
  // Generates, and then scores for all but the sample that is asked first.
  class Mixed : public Task {
   public:
    explicit Mixed(Dataset dataset) : Task("mixed", Measures::kAccuracy, std::move(dataset)) {}
    std::string protocol() const override { return "mixed"; }
    std::vector<Request> Next(const Sample& sample, std::span<const Exchange> so_far,
                              const ModelTraits& /*model*/) const override {
      if (first.empty()) first = sample.id;
      if (so_far.empty()) return {{.kind = RequestKind::kGenerate, .prompt = sample.input}};
      if (sample.id == first || so_far.size() > 1) return {};
      return {{.kind = RequestKind::kScore, .prompt = "p", .continuation = sample.input}};
    }
    Outcome Score(const Sample& /*sample*/, std::span<const Exchange> /*exchanges*/,
                  const ModelTraits& /*model*/) const override {
      return {.score = 1.0};
    }
    mutable std::string first = {};
  };
  MemoryStore store;
  const auto generate = [](const Request& r) { return Response::Text(r.prompt); };
  EvaluateOnce(store, FunctionModel(kRecordable, {.generate = generate}), ExactMatch(Numbers(3)));
  const ModelPtr model = FunctionModel(
      kRecordable,
      {.score = [](const Request&) { return Response::Logprobs({-1}); }, .generate = generate});
  const auto task = std::make_shared<Mixed>(Numbers(3));
  Evaluator evaluator({.store = &store});
  const StopRule at_once = [](const Sample&, const Outcome&) { return true; };
  EXPECT_EQ(evaluator.Evaluate(model, task, {.stop = at_once})->items.size(), 1U);
  const EvaluationPtr whole = evaluator.Evaluate(model, task);
  EXPECT_EQ(whole->failure, "");
  EXPECT_TRUE(whole->complete()) << whole->items.size();
}

TEST(StoreAuto, ARuleSeesNoSampleTwiceWhenTheModelIsAskedWhatItCanDo) {
  // Generates, and scores the sample that is asked last.
  class LastIsScored : public Task {
   public:
    explicit LastIsScored(Dataset dataset) : Task("", Measures::kAccuracy, std::move(dataset)) {}
    std::string protocol() const override { return "the last is scored"; }
    std::vector<Request> Next(const Sample& sample, std::span<const Exchange> so_far,
                              const ModelTraits& /*model*/) const override {
      if (so_far.empty()) return {{.kind = RequestKind::kGenerate, .prompt = sample.input}};
      if (sample.id != last || so_far.size() > 1) return {};
      return {{.kind = RequestKind::kScore, .prompt = "p", .continuation = sample.input}};
    }
    Outcome Score(const Sample& /*sample*/, std::span<const Exchange> /*exchanges*/,
                  const ModelTraits& /*model*/) const override {
      return {.score = 1.0};
    }
    std::string last = {};
  };
  MemoryStore store;
  const auto generate = [](const Request& r) { return Response::Text(r.prompt); };
  const EvaluationPtr recorded = EvaluateOnce(
      store, FunctionModel(kRecordable, {.generate = generate}), ExactMatch(Numbers(5)));
  const ModelPtr model = FunctionModel(
      kRecordable,
      {.score = [](const Request&) { return Response::Logprobs({-1}); }, .generate = generate});
  const auto task = std::make_shared<LastIsScored>(Numbers(5));
  task->last = task->dataset().samples()[recorded->items.back().sample].id;
  Evaluator evaluator({.store = &store});
  std::vector<std::string> seen;
  const EvaluationPtr whole =
      evaluator.Evaluate(model, task, {.stop = [&](const Sample& sample, const Outcome&) {
                           seen.push_back(sample.id);
                           return false;
                         }});
  EXPECT_EQ(whole->failure, "");
  EXPECT_TRUE(whole->complete());
  EXPECT_EQ(seen.size(), 5U);
}

TEST(StoreAuto, AnEvaluationWithinAnotherOneWaitsForNobody) {
  MemoryStore store;
  const ModelPtr model = MakeModel();
  const TaskPtr inner_task = ExactMatch(Numbers(3));
  std::vector<std::string> inner_failures;
  // Its scorer evaluates the same questions, which the outer evaluation has claimed.
  const TaskPtr outer_task =
      CustomTask(Numbers(3),
                 [&](const Sample& sample, const Response& response) {
                   Evaluator inner({.store = &store});
                   inner_failures.push_back(inner.Evaluate(model, inner_task)->failure);
                   return response.text == sample.answer ? 1.0 : 0.0;
                 },
                 {.name = "outer"});
  EXPECT_EQ(EvaluateOnce(store, model, outer_task)->failure, "");
  EXPECT_THAT(inner_failures, ElementsAre("", "", ""));
}

// ------------------------------------------------------------------------------------ on_answer

/// Writes down what an observer is told, as a store that it is put into.
struct Told {
  AnswerObserver observer() {
    return
        [this](const RecordedModel& model, const Question& question, const RecordedAnswer& answer) {
          models.push_back(model);
          store.Open(model, "numbers", 0)->Put(question, answer);
        };
  }

  MemoryStore store;
  std::vector<RecordedModel> models;
};

TEST(AnswerObserver, IsToldEveryAnswerRecordedAndLive) {
  MemoryStore store;
  EvaluateOnce(store, MakeModel(), ExactMatch(Numbers(3)));
  store.records.at(0).answer.recorded = 1000;
  Told told;
  Evaluator evaluator({.store = &store, .on_answer = told.observer()});
  const EvaluationPtr evaluation = evaluator.Evaluate(MakeModel(), ExactMatch(Numbers(5)));
  EXPECT_EQ(evaluation->provenance.cached, 3U);
  EXPECT_THAT(told.models, SizeIs(5));
  for (const RecordedModel& model : told.models) {
    EXPECT_EQ(model.identity, evaluation->provenance.identity);
    EXPECT_EQ(model.info.name, "tinylm");
    EXPECT_TRUE(model.capabilities.generate);
  }
  EXPECT_EQ(std::count_if(told.store.records.begin(), told.store.records.end(),
                          [](const auto& record) { return record.answer.recorded == 1000; }),
            1);
  EXPECT_EQ(ItemsOf(*EvaluateOnce(told.store, NeverLoaded(), ExactMatch(Numbers(5)))),
            ItemsOf(*evaluation));
}

TEST(AnswerObserver, NeedsNoStore) {
  for (const StoreMode mode : {StoreMode::kAuto, StoreMode::kRefresh, StoreMode::kLive}) {
    Told told;
    Evaluator evaluator({.mode = mode, .on_answer = told.observer()});
    const EvaluationPtr evaluation = evaluator.Evaluate(MakeModel(), ExactMatch(Numbers(5)));
    EXPECT_EQ(evaluation->provenance.live, 5U);
    EXPECT_EQ(evaluation->provenance.not_recorded, "");
    EXPECT_THAT(told.store.records, SizeIs(5));
  }
}

TEST(AnswerObserver, IsToldEveryTurnOfAReplay) {
  MemoryStore store;
  const auto task = std::make_shared<TwoTurns>(Numbers(3));
  EvaluateOnce(store, MakeModel(), task);
  Told told;
  Evaluator evaluator({.store = &store, .mode = StoreMode::kReplay, .on_answer = told.observer()});
  evaluator.Evaluate(NeverLoaded(), task);
  EXPECT_THAT(told.store.records, SizeIs(6));
}

TEST(AnswerObserver, IsToldOfNoFailure) {
  Told told;
  const auto refuses = [](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      sink.Receive(i, i == 0 ? Response::Failed("refused") : Response::Text("x"));
    }
  };
  Evaluator evaluator({.on_answer = told.observer()});
  evaluator.Evaluate(MakeModel(kRecordable, refuses), ExactMatch(Numbers(3)));
  EXPECT_THAT(told.models, SizeIs(2));
}

// ---------------------------------------------------------------------------- Model::recording()

TEST(ModelThatIsItsRecording, IsReplayedWhateverTheMode) {
  MemoryStore recording;
  const TaskPtr task = ExactMatch(Numbers(4));
  const EvaluationPtr live = EvaluateOnce(recording, MakeModel(), task);
  const auto model = std::make_shared<RecordingModel>(recording, live->provenance.identity);
  for (const StoreMode mode :
       {StoreMode::kAuto, StoreMode::kReplay, StoreMode::kRefresh, StoreMode::kLive}) {
    MemoryStore store;
    store.on_find = [] { ADD_FAILURE() << "the other store was read"; };
    const EvaluationPtr evaluation = EvaluateOnce(store, model, task, mode);
    EXPECT_EQ(ItemsOf(*evaluation), ItemsOf(*live));
    EXPECT_EQ(evaluation->provenance.cached, 4U);
    EXPECT_EQ(evaluation->provenance.recording, "memory:test");
    EXPECT_THAT(store.records, IsEmpty());
  }
  EXPECT_EQ(live->provenance.recording, "");
}

TEST(ModelThatIsItsRecording, NeedsNoStore) {
  MemoryStore recording;
  const TaskPtr task = ExactMatch(Numbers(4));
  const EvaluationPtr live = EvaluateOnce(recording, MakeModel(), task);
  const auto model = std::make_shared<RecordingModel>(recording, live->provenance.identity);
  Evaluator evaluator;
  EXPECT_EQ(ItemsOf(*evaluator.Evaluate(model, task)), ItemsOf(*live));
  const EvaluationPtr missing = evaluator.Evaluate(model, ExactMatch(Numbers(5)));
  EXPECT_EQ(missing->unrecorded, 1U);
  EXPECT_THAT(missing->failure, HasSubstr("\"s4\""));
  EXPECT_EQ(recording.puts, 4U);
}

}  // namespace
}  // namespace gatetest
