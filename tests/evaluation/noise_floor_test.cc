#include "gatetest/noise_floor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <cstddef>
#include <memory>
#include <set>
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
#include "tests/support/errors.h"
#include "tests/support/memory_store.h"
#include "tests/support/recording.h"

namespace gatetest {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing_support::Echo;
using testing_support::ErrorOf;
using testing_support::FakeModel;
using testing_support::kRecordable;
using testing_support::MakeModel;
using testing_support::MemoryStore;
using testing_support::NeverLoaded;
using testing_support::RecordingModel;

/// Samples "0", "1", ... of which each is its own answer.
TaskPtr Echoes(std::size_t count) {
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    samples.push_back(
        {.id = number, .input = number, .answer = number, .group = i < 5 ? "low" : "high"});
  }
  return ExactMatch(MakeDataset("echoes", std::move(samples)));
}

/// Answers each prompt with itself, but in its `n`th call, counted from 0, wrongly the prompts in
/// `wrong[n]`. An evaluation of one round is one call.
std::shared_ptr<FakeModel> Flipping(std::vector<std::set<std::string>> wrong) {
  auto call = std::make_shared<std::atomic<std::size_t>>(0);
  return MakeModel(kRecordable,
                   [call, wrong = std::move(wrong)](std::span<const Request> requests,
                                                    ResponseSink& sink, const Cancel& /*cancel*/) {
                     const std::set<std::string>& now = wrong.at((*call)++);
                     for (std::size_t i = 0; i < requests.size(); ++i) {
                       const std::string& prompt = requests[i].prompt;
                       sink.Receive(i, Response::Text(now.contains(prompt) ? "?" : prompt));
                     }
                   });
}

/// Gives every byte the log-probability -1, but the first of a text -1 - shift[n] in the nth call.
ModelPtr Jittering(std::vector<double> shifts, ModelInfo info = kRecordable) {
  auto call = std::make_shared<std::atomic<std::size_t>>(0);
  return FunctionModel(
      std::move(info),
      {.score_batch = [call, shifts = std::move(shifts)](std::span<const Request> requests) {
        const double shift = shifts.at((*call)++);
        std::vector<Response> responses;
        for (const Request& request : requests) {
          std::vector<double> logprobs(request.continuation.size(), -1.0);
          logprobs.front() -= shift;
          responses.push_back(Response::Logprobs(std::move(logprobs)));
        }
        return responses;
      }});
}

TaskPtr Prose() { return Corpus(MakeDataset("prose", {{.input = "ab\ncd\n"}, {.input = "efgh"}})); }

std::vector<std::string> WrongIn(const Evaluation& run) {
  std::vector<std::string> wrong;
  for (const Evaluation::Item& item : run.items) {
    if (item.outcome.score == 0.0) wrong.push_back(std::to_string(item.sample));
  }
  return wrong;
}

// ---------------------------------------------------------------------------------- what it is

TEST(NoiseFloor, OfAModelThatAlwaysAnswersTheSameIsZero) {
  Evaluator evaluator;
  const NoiseFloorPtr floor = evaluator.MeasureNoiseFloor(MakeModel(), Echoes(10), 3);
  EXPECT_EQ(floor->failure, "");
  EXPECT_THAT(floor->runs, SizeIs(3));
  ASSERT_TRUE(floor->flips.has_value());
  EXPECT_EQ(floor->flips->mean, 0.0);
  EXPECT_EQ(floor->flips->largest, 0.0);
  EXPECT_EQ(floor->flips->samples, 10U);
  EXPECT_FALSE(floor->logprobs.has_value());  // Of generated text there are none.
  for (const Metric metric : {Metric::kRetention, Metric::kAccuracyLoss, Metric::kFlips}) {
    EXPECT_EQ(WorstBetweenRuns(metric, *floor), metric == Metric::kRetention ? 1.0 : 0.0);
  }
}

TEST(NoiseFloor, CountsFlipsBetweenAllPairsOfRuns) {
  Evaluator evaluator;
  const NoiseFloorPtr floor =
      evaluator.MeasureNoiseFloor(Flipping({{"1"}, {"2", "3"}, {"1"}}), Echoes(10), 3);
  EXPECT_EQ(floor->failure, "");
  ASSERT_THAT(floor->runs, SizeIs(3));
  EXPECT_THAT(WrongIn(*floor->runs[0]), ElementsAre("1"));
  EXPECT_THAT(WrongIn(*floor->runs[1]), ::testing::UnorderedElementsAre("2", "3"));
  ASSERT_TRUE(floor->flips.has_value());
  EXPECT_DOUBLE_EQ(floor->flips->mean, (0.3 + 0.0 + 0.3) / 3.0);
  EXPECT_EQ(floor->flips->largest, 0.3);
  EXPECT_EQ(WorstBetweenRuns(Metric::kFlips, *floor), 0.3);
  EXPECT_EQ(WorstBetweenRuns(Metric::kRetention, *floor), 8.0 / 9.0);
  EXPECT_DOUBLE_EQ(WorstBetweenRuns(Metric::kAccuracyLoss, *floor), 0.1);
}

TEST(NoiseFloor, TheWorstIsThatOfEitherOrder) {
  for (const auto& wrong : {std::vector<std::set<std::string>>{{"1"}, {}},
                            std::vector<std::set<std::string>>{{}, {"1"}}}) {
    Evaluator evaluator;
    const NoiseFloorPtr floor = evaluator.MeasureNoiseFloor(Flipping(wrong), Echoes(10), 2);
    EXPECT_EQ(WorstBetweenRuns(Metric::kRetention, *floor), 0.9);
    EXPECT_DOUBLE_EQ(WorstBetweenRuns(Metric::kAccuracyLoss, *floor), 0.1);
  }
}

TEST(NoiseFloor, OfAGroupIsOfItsSamples) {
  Evaluator evaluator;
  const NoiseFloorPtr floor = evaluator.MeasureNoiseFloor(Flipping({{"1"}, {}}), Echoes(10), 2);
  EXPECT_EQ(WorstBetweenRuns(Metric::kFlips, *floor, "low"), 0.2);
  EXPECT_EQ(WorstBetweenRuns(Metric::kFlips, *floor, "high"), 0.0);
}

TEST(NoiseFloor, ComparesTheLogProbabilitiesOfTheSameTokens) {
  Evaluator evaluator;
  const NoiseFloorPtr floor =
      evaluator.MeasureNoiseFloor(Jittering({0.0, 0.25, 0.125}), Prose(), 3);
  EXPECT_EQ(floor->failure, "");
  EXPECT_FALSE(floor->flips.has_value());
  ASSERT_TRUE(floor->logprobs.has_value());
  EXPECT_EQ(floor->logprobs->tokens, 10U);
  EXPECT_EQ(floor->logprobs->largest, 0.25);
  // The first token of each of two texts differs by 0.25, 0.125 and 0.125.
  EXPECT_DOUBLE_EQ(floor->logprobs->mean, 2 * 0.5 / 30.0);
  EXPECT_DOUBLE_EQ(WorstBetweenRuns(Metric::kPerplexityRatio, *floor), std::exp(2 * 0.25 / 10.0));
}

TEST(NoiseFloor, OfChoicesHasFlipsAndLogProbabilities) {
  const ModelPtr model = FunctionModel(
      {.name = "m"}, {.score = [](const Request& request) {
        return Response::Logprobs(std::vector<double>(request.continuation.size(), -1.0));
      }});
  const TaskPtr task = MultipleChoice(
      MakeDataset("choices", {{.input = "four", .answer = "0", .choices = {"yes", "no"}}}));
  Evaluator evaluator;
  const NoiseFloorPtr floor = evaluator.MeasureNoiseFloor(model, task, 2);
  EXPECT_TRUE(floor->flips.has_value());
  EXPECT_TRUE(floor->logprobs.has_value());
}

TEST(NoiseFloor, HasNoFlipsWhereScoresAreBetweenRightAndWrong) {
  const TaskPtr task = CustomTask(MakeDataset("graded", {{.input = "a"}, {.input = "b"}}),
                                  [](const Sample&, const Response&) { return 0.5; });
  Evaluator evaluator;
  const NoiseFloorPtr floor = evaluator.MeasureNoiseFloor(MakeModel(), task, 2);
  EXPECT_EQ(floor->failure, "");
  EXPECT_FALSE(floor->flips.has_value());
  EXPECT_EQ(WorstBetweenRuns(Metric::kRetention, *floor), 1.0);
}

// What shares a batch with a sample is part of the noise, and in one order it would always be the
// same.
TEST(NoiseFloor, RunsAskInOrdersOfTheirOwn) {
  const auto model = MakeModel(kRecordable, [](std::span<const Request> requests,
                                               ResponseSink& sink, const Cancel& /*cancel*/) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      // Right unless it is the first of its batch.
      sink.Receive(i, Response::Text(i == 0 ? "?" : requests[i].prompt));
    }
  });
  Evaluator evaluator({.seed = 17});
  const NoiseFloorPtr floor = evaluator.MeasureNoiseFloor(model, Echoes(10), 3);
  EXPECT_EQ(floor->flips->largest, 0.2);
  EXPECT_EQ(floor->runs[0]->provenance.seed, 17U);
  EXPECT_NE(floor->runs[1]->provenance.seed, floor->runs[0]->provenance.seed);
  EXPECT_NE(floor->runs[2]->provenance.seed, floor->runs[1]->provenance.seed);
}

// ---------------------------------------------------------------------------------- what it costs

TEST(NoiseFloor, IsMeasuredOnceForAllWhoAsk) {
  const auto model = MakeModel();
  Evaluator evaluator;
  const NoiseFloorPtr floor = evaluator.MeasureNoiseFloor(model, Echoes(10), 3);
  EXPECT_EQ(evaluator.MeasureNoiseFloor(model, Echoes(10), 3), floor);
  EXPECT_EQ(evaluator.MeasureNoiseFloor(MakeModel(), Echoes(10), 3), floor);
  EXPECT_EQ(model->runs, 3);
  EXPECT_NE(evaluator.MeasureNoiseFloor(model, Echoes(10), 2), floor);
  EXPECT_NE(evaluator.MeasureNoiseFloor(model, Echoes(9), 3), floor);
  EXPECT_NE(evaluator.MeasureNoiseFloor(model, Echoes(10), 3, {.mode = StoreMode::kLive}), floor);
}

TEST(NoiseFloor, ItsFirstRunIsTheModelsEvaluation) {
  const auto model = MakeModel();
  Evaluator evaluator;
  const NoiseFloorPtr floor = evaluator.MeasureNoiseFloor(model, Echoes(10), 3);
  EXPECT_EQ(evaluator.Evaluate(model, Echoes(10)), floor->runs[0]);
  EXPECT_EQ(model->runs, 3);
  EXPECT_THAT(evaluator.Evaluated(), ::testing::UnorderedElementsAreArray(floor->runs));
}

TEST(NoiseFloor, WhatWasEvaluatedBeforeStaysAsItWas) {
  const auto model = Flipping({{}, {"1"}, {"2"}});
  Evaluator evaluator;
  const EvaluationPtr before = evaluator.Evaluate(model, Echoes(10));
  const NoiseFloorPtr floor = evaluator.MeasureNoiseFloor(model, Echoes(10), 2);
  EXPECT_EQ(evaluator.Evaluate(model, Echoes(10)), before);
  EXPECT_THAT(WrongIn(*floor->runs[0]), ElementsAre("1"));  // Without a store it is asked again.
  EXPECT_THAT(evaluator.Evaluated(), SizeIs(3));
}

TEST(NoiseFloor, RecordsEachRunAndReplaysThem) {
  MemoryStore store;
  const auto model = Flipping({{"1"}, {"2", "3"}, {"1"}});
  Evaluator first({.store = &store});
  const NoiseFloorPtr live = first.MeasureNoiseFloor(model, Echoes(10), 3);
  EXPECT_EQ(live->failure, "");
  EXPECT_EQ(store.records.size(), 30U);
  EXPECT_EQ(model->runs, 3);

  Evaluator again({.store = &store});
  const NoiseFloorPtr recorded = again.MeasureNoiseFloor(NeverLoaded(), Echoes(10), 3);
  Evaluator replay({.store = &store, .mode = StoreMode::kReplay});
  const NoiseFloorPtr replayed = replay.MeasureNoiseFloor(NeverLoaded(), Echoes(10), 3);
  for (const NoiseFloorPtr& floor : {recorded, replayed}) {
    EXPECT_EQ(floor->failure, "");
    EXPECT_EQ(floor->flips->largest, live->flips->largest);
    EXPECT_EQ(floor->flips->mean, live->flips->mean);
    EXPECT_EQ(floor->runs[2]->provenance.cached, 10U);
  }
  EXPECT_EQ(store.puts, 30U);
}

TEST(NoiseFloor, ReplaysLogProbabilities) {
  MemoryStore store;
  Evaluator first({.store = &store});
  const NoiseFloorPtr live = first.MeasureNoiseFloor(Jittering({0.0, 0.25}), Prose(), 2);
  Evaluator replay({.store = &store, .mode = StoreMode::kReplay});
  const NoiseFloorPtr replayed = replay.MeasureNoiseFloor(NeverLoaded(), Prose(), 2);
  ASSERT_TRUE(live->logprobs.has_value());
  ASSERT_TRUE(replayed->logprobs.has_value()) << replayed->failure;
  EXPECT_EQ(replayed->logprobs->largest, 0.25);
  EXPECT_EQ(replayed->logprobs->mean, live->logprobs->mean);
  EXPECT_EQ(replayed->logprobs->tokens, 10U);
}

TEST(NoiseFloor, ServesItsFirstRunFromTheStore) {
  MemoryStore store;
  const auto model = MakeModel();
  Evaluator evaluator({.store = &store});
  evaluator.Evaluate(model, Echoes(10));
  EXPECT_EQ(evaluator.MeasureNoiseFloor(model, Echoes(10), 3)->failure, "");
  EXPECT_EQ(model->runs, 3);
  EXPECT_EQ(store.records.size(), 30U);
}

TEST(NoiseFloor, ARefreshAsksEachRunOnce) {
  MemoryStore store;
  const auto model = MakeModel();
  Evaluator({.store = &store}).MeasureNoiseFloor(model, Echoes(10), 3);
  for (const bool evaluate_first : {true, false}) {
    model->runs = 0;
    Evaluator evaluator({.store = &store, .mode = StoreMode::kRefresh});
    if (evaluate_first) evaluator.Evaluate(model, Echoes(10));
    EXPECT_EQ(evaluator.MeasureNoiseFloor(model, Echoes(10), 3)->failure, "");
    evaluator.Evaluate(model, Echoes(10));
    EXPECT_EQ(model->runs, 3);
  }
  EXPECT_EQ(store.records.size(), 30U);
}

TEST(NoiseFloor, ReplicatesCountFromThatOfTheEvaluator) {
  MemoryStore store;
  Evaluator({.store = &store}).MeasureNoiseFloor(MakeModel(), Echoes(10), 3);
  const auto model = MakeModel();
  Evaluator second({.store = &store, .replicate = 1});
  EXPECT_EQ(second.MeasureNoiseFloor(model, Echoes(10), 3)->failure, "");
  EXPECT_EQ(model->runs, 1);  // 1 and 2 are recorded, 3 is not.
}

TEST(NoiseFloor, LeavesAPartialEvaluationAlone) {
  MemoryStore store;
  const auto model = MakeModel();
  Evaluator evaluator({.store = &store});
  int outcomes = 0;
  const EvaluationPtr partial = evaluator.Evaluate(
      model, Echoes(10), {.stop = [&](const Sample&, const Outcome&) { return ++outcomes == 4; }});
  const NoiseFloorPtr floor = evaluator.MeasureNoiseFloor(model, Echoes(10), 2);
  EXPECT_EQ(floor->failure, "");
  EXPECT_TRUE(floor->runs[0]->complete());
  EXPECT_THAT(partial->items, SizeIs(4));
}

TEST(NoiseFloor, PlansWhatItWouldAskBeyondTheFirstRun) {
  Evaluator evaluator;
  const EvaluationPlan plan = evaluator.PlanNoiseFloor(NeverLoaded(), Echoes(10), 3);
  EXPECT_EQ(plan.samples, 20U);
  EXPECT_EQ(plan.requests, 20U);
  EXPECT_EQ(plan.completion_tokens, 20 * 256);
  EXPECT_FALSE(plan.shared);
  EXPECT_TRUE(evaluator.PlanNoiseFloor(NeverLoaded(), Echoes(10), 3).shared);
  EXPECT_FALSE(evaluator.PlanNoiseFloor(NeverLoaded(), Echoes(10), 4).shared);
  const auto model = MakeModel();
  evaluator.MeasureNoiseFloor(model, Echoes(9), 3);
  EXPECT_TRUE(evaluator.PlanNoiseFloor(model, Echoes(9), 3).shared);
}

// ------------------------------------------------------------------------------ what has no floor

std::string FailureOf(const ModelPtr& model, const TaskPtr& task, int runs = 3,
                      EvaluatorOptions options = {}) {
  Evaluator evaluator(std::move(options));
  const NoiseFloorPtr floor = evaluator.MeasureNoiseFloor(model, task, runs);
  EXPECT_FALSE(floor->flips.has_value());
  EXPECT_FALSE(floor->logprobs.has_value());
  return floor->failure;
}

TEST(NoiseFloor, NeedsTwoRuns) {
  EXPECT_EQ(FailureOf(NeverLoaded(), Echoes(3), 1),
            "a noise floor needs at least 2 runs, and 1 was asked for");
  EXPECT_EQ(FailureOf(NeverLoaded(), Echoes(3), 0),
            "a noise floor needs at least 2 runs, and 0 were asked for");
}

TEST(NoiseFloor, NeedsAModelAndATask) {
  EXPECT_EQ(FailureOf(nullptr, Echoes(3)), "there is no model: the pointer is null");
  EXPECT_EQ(FailureOf(NeverLoaded(), nullptr), "there is no task");
}

TEST(NoiseFloor, OfARecordingIsNone) {
  MemoryStore recording;
  EXPECT_EQ(FailureOf(std::make_shared<RecordingModel>(recording, "identity"), Echoes(3)),
            "memory:test has one set of answers");
}

TEST(NoiseFloor, IsNotMeasuredInAPlan) {
  EXPECT_EQ(FailureOf(NeverLoaded(), Echoes(3), 3, {.plan_only = true}),
            "nothing is evaluated: this run only plans");
}

TEST(NoiseFloor, OfDataThatCannotBeReadSaysSo) {
  EXPECT_THAT(FailureOf(NeverLoaded(), ExactMatch("no/such/file.jsonl")),
              HasSubstr("no such file"));
}

TEST(NoiseFloor, EndsWithTheRunThatFailed) {
  const auto model =
      MakeModel(kRecordable, [calls = 0](std::span<const Request> requests, ResponseSink& sink,
                                         const Cancel& cancel) mutable {
        if (++calls == 2) throw std::runtime_error("out of memory");
        Echo(requests, sink, cancel);
      });
  Evaluator evaluator({.seed = 17});
  const NoiseFloorPtr floor = evaluator.MeasureNoiseFloor(model, Echoes(4), 3);
  EXPECT_THAT(floor->failure,
              AllOf(StartsWith("run 2 of 3: 4 of 4 samples could not be measured; the first: "),
                    HasSubstr("the model threw: out of memory")));
  EXPECT_EQ(model->runs, 2);
  EXPECT_THAT(floor->runs, SizeIs(2));
  // It would fail as long as this evaluator lives, as an evaluation does.
  EXPECT_EQ(evaluator.MeasureNoiseFloor(model, Echoes(4), 3), floor);
  EXPECT_EQ(ErrorOf([&] { WorstBetweenRuns(Metric::kFlips, *floor); }, ErrorCode::kUndefined),
            "the noise floor was not measured: " + floor->failure);
}

TEST(NoiseFloor, OneSampleThatIsNotMeasuredIsEnough) {
  const auto model = MakeModel(kRecordable, [](std::span<const Request> requests,
                                               ResponseSink& sink, const Cancel& /*cancel*/) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      sink.Receive(i, requests[i].prompt == "2" ? Response::Failed("busy")
                                                : Response::Text(requests[i].prompt));
    }
  });
  EXPECT_EQ(FailureOf(model, Echoes(4)),
            "run 1 of 3: 1 of 4 samples could not be measured; the first: sample \"2\": busy");
}

TEST(NoiseFloor, AFailedFirstRunIsTheModelsEvaluationToo) {
  const ModelPtr scores =
      FunctionModel(kRecordable, {.score = [](auto&) { return Response::Logprobs({}); }});
  Evaluator evaluator;
  const NoiseFloorPtr floor = evaluator.MeasureNoiseFloor(scores, Echoes(4), 2);
  EXPECT_THAT(floor->failure, StartsWith("run 1 of 2: it does not generate text"));
  EXPECT_EQ(evaluator.Evaluate(scores, Echoes(4)), floor->runs[0]);
}

TEST(NoiseFloor, ThatIsNotRecordedSaysHowItIs) {
  MemoryStore store;
  Evaluator({.store = &store}).Evaluate(MakeModel(), Echoes(4));
  EXPECT_EQ(
      FailureOf(NeverLoaded(), Echoes(4), 3, {.store = &store, .mode = StoreMode::kReplay}),
      "run 2 of 3: 4 of 4 samples are not recorded: \"0\", \"1\", \"2\", ...; a run in mode auto "
      "records them");
}

TEST(NoiseFloor, WithinAnEvaluationOfTheSameEvaluatorIsRefused) {
  Evaluator evaluator;
  std::string failure;
  const TaskPtr asks =
      CustomTask(MakeDataset("asks", {{.input = "a"}}), [&](const Sample&, const Response&) {
        failure = evaluator.MeasureNoiseFloor(MakeModel(), Echoes(3), 2)->failure;
        return 1.0;
      });
  evaluator.Evaluate(MakeModel(), asks);
  EXPECT_THAT(failure, HasSubstr("from within an evaluation of the same Evaluator"));
  failure.clear();
  // A run of a noise floor is an evaluation too.
  evaluator.MeasureNoiseFloor(MakeModel(), asks, 2);
  EXPECT_THAT(failure, HasSubstr("from within an evaluation of the same Evaluator"));
}

// ------------------------------------------------------------------------------- slices, threads

TEST(NoiseFloor, SlicesRecordAllRunsAndReplayAsOne) {
  MemoryStore store;
  std::size_t asked = 0;
  for (std::size_t index = 0; index < 3; ++index) {
    const auto model = MakeModel();
    Evaluator evaluator({.store = &store, .slice = Slice{.index = index, .count = 3}});
    const NoiseFloorPtr floor = evaluator.MeasureNoiseFloor(model, Echoes(10), 2);
    EXPECT_EQ(floor->failure, "only part " + std::to_string(index + 1) +
                                  " of 3 of the samples was evaluated (--gatetest_slice); a run "
                                  "with --gatetest_mode=replay measures it");
    asked += model->asked.size();
  }
  EXPECT_EQ(asked, 20U);
  EXPECT_EQ(store.records.size(), 20U);
  Evaluator replay({.store = &store, .mode = StoreMode::kReplay});
  const NoiseFloorPtr floor = replay.MeasureNoiseFloor(NeverLoaded(), Echoes(10), 2);
  EXPECT_EQ(floor->failure, "");
  EXPECT_EQ(floor->flips->samples, 10U);
}

TEST(NoiseFloor, ASliceThatFailsSaysSo) {
  MemoryStore store;
  EXPECT_THAT(FailureOf(NeverLoaded(), Echoes(3), 2,
                        {.store = &store, .mode = StoreMode::kLive, .slice = Slice{0, 2}}),
              HasSubstr("the gate's mode is live"));
  EXPECT_THAT(FailureOf(NeverLoaded(), Echoes(3), 2, {.slice = Slice{2, 2}}),
              HasSubstr("there is no slice"));
}

TEST(NoiseFloor, IsMeasuredOnceForManyThreads) {
  const auto model = MakeModel();
  MemoryStore store;
  Evaluator evaluator({.store = &store});
  std::vector<NoiseFloorPtr> floors(8);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < floors.size(); ++i) {
    threads.emplace_back([&, i] {
      if (i % 2 == 0) evaluator.Evaluate(MakeModel({.name = "other"}), Echoes(10));
      floors[i] = evaluator.MeasureNoiseFloor(model, Echoes(10), 3);
      evaluator.Evaluated();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(floors, Each(floors[0]));
  EXPECT_EQ(model->runs, 3);
}

TEST(NoiseFloor, TakesAnswersFromManyThreads) {
  const ModelPtr model =
      FunctionModel(kRecordable, {.score =
                                      [](const Request& request) {
                                        return Response::Logprobs(
                                            std::vector<double>(request.continuation.size(), -1.0));
                                      },
                                  .concurrent = 4});
  std::vector<Sample> samples;
  for (int i = 0; i < 200; ++i) samples.push_back({.input = "text " + std::to_string(i) + "\n"});
  Evaluator evaluator;
  const NoiseFloorPtr floor =
      evaluator.MeasureNoiseFloor(model, Corpus(MakeDataset("prose", std::move(samples))), 3);
  ASSERT_TRUE(floor->logprobs.has_value()) << floor->failure;
  EXPECT_EQ(floor->logprobs->tokens, 10U * 7 + 90U * 8 + 100U * 9);
  EXPECT_EQ(floor->logprobs->largest, 0.0);
}

// --------------------------------------------------------------------------------------- as text

TEST(NoiseFloor, AsText) {
  NoiseFloor floor{.model = {.name = "tinylm", .quantization = "f16"}, .task = Echoes(10)};
  Evaluation run;
  run.items.resize(10);
  floor.runs.assign(3, std::make_shared<const Evaluation>(run));
  floor.flips = {.mean = 0.00142, .largest = 0.00001, .samples = 10};
  floor.logprobs = {.mean = 0.0003141, .largest = 0.02, .tokens = 1234567};
  EXPECT_EQ(ToString(floor),
            "tinylm f16 against itself on \"echoes\", 3 runs of 10 samples\n"
            "flips 0.0014 on average, 0.00001 at most\n"
            "log-probabilities differ by 0.00031 on average, by 0.02 at most, over 1,234,567 "
            "tokens");
  floor.flips.reset();
  floor.logprobs->tokens = 123;
  EXPECT_EQ(::testing::PrintToString(std::make_shared<const NoiseFloor>(floor)),
            "tinylm f16 against itself on \"echoes\", 3 runs of 10 samples; log-probabilities "
            "differ by 0.00031 on average, by 0.02 at most, over 123 tokens");
  floor.failure = "run 1 of 3: busy";
  EXPECT_EQ(ToString(floor),
            "tinylm f16 against itself on \"echoes\": not measured: run 1 of 3: busy");
  EXPECT_EQ(::testing::PrintToString(NoiseFloorPtr()), "no noise floor");
}

TEST(WorstBetweenRuns, IsOfMetricsThatCompare) {
  Evaluator evaluator;
  const NoiseFloorPtr floor = evaluator.MeasureNoiseFloor(MakeModel(), Echoes(3), 2);
  EXPECT_EQ(
      ErrorOf([&] { WorstBetweenRuns(Metric::kAccuracy, *floor); }, ErrorCode::kInvalidArgument),
      "accuracy does not compare with a baseline, so not two runs either; use "
      "retention, accuracy loss, flips, perplexity ratio, output length ratio or savings");
  EXPECT_EQ(ErrorOf([&] { WorstBetweenRuns(Metric::kPerplexityRatio, *floor); },
                    ErrorCode::kInvalidArgument),
            "task \"echoes\" has no perplexity ratio");
  EXPECT_EQ(ErrorOf([] { WorstBetweenRuns(Metric::kFlips, {}); }, ErrorCode::kUndefined),
            "the noise floor was not measured: there are no two runs");
}

}  // namespace
}  // namespace gatetest
