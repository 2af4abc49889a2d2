// Requests that took more than one attempt: how they are counted and shown, and that neither they
// nor times are recorded.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "gatetest/evaluator.h"
#include "gatetest/tasks.h"
#include "src/evaluation/sources.h"
#include "tests/support/memory_store.h"
#include "tests/support/recording.h"
#include "tests/support/scoped_variable.h"

namespace gatetest {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using testing_support::kRecordable;
using testing_support::MakeModel;
using testing_support::MemoryStore;
using testing_support::NeverLoaded;
using testing_support::Numbers;
using testing_support::ScopedVariable;

/// Of every second sample the first two attempts fail.
void Stumbles(std::span<const Request> requests, ResponseSink& sink, const Cancel& /*cancel*/) {
  for (std::size_t i = 0; i < requests.size(); ++i) {
    Response response = Response::Text(requests[i].prompt);
    response.timing = {.first_token = std::chrono::milliseconds(1),
                       .total = std::chrono::milliseconds(2)};
    if (std::stoi(requests[i].prompt) % 2 == 1) response.retried = {"HTTP 429", "HTTP 503"};
    sink.Receive(i, response);
  }
}

TEST(Retries, AreCountedByRequestAndByReason) {
  Evaluator evaluator;
  const EvaluationPtr evaluation =
      evaluator.Evaluate(MakeModel(kRecordable, Stumbles), ExactMatch(Numbers(10)));
  EXPECT_EQ(evaluation->provenance.retries.requests, 5U);
  EXPECT_THAT(evaluation->provenance.retries.why,
              ElementsAre(Pair("HTTP 429", 5), Pair("HTTP 503", 5)));
}

TEST(Retries, AreThoseOfAllPartsOfAnEvaluation) {
  Evaluator evaluator;
  const ModelPtr model = MakeModel(kRecordable, Stumbles);
  const TaskPtr task = ExactMatch(Numbers(10));
  evaluator.Evaluate(model, task, {.samples = 4});
  EXPECT_EQ(evaluator.Evaluate(model, task)->provenance.retries.requests, 5U);
}

TEST(Retries, OfAnAnswerThatServesSeveralAreOne) {
  const auto behaviour = [](std::span<const Request>, ResponseSink& sink, const Cancel&) {
    Response response = Response::Text("x");
    response.retried = {"HTTP 429"};
    sink.Receive(0, response);
  };
  Evaluator evaluator;
  const EvaluationPtr evaluation =
      evaluator.Evaluate(MakeModel(kRecordable, behaviour),
                         ExactMatch(MakeDataset("twins", {{.input = "same", .answer = "x"},
                                                          {.input = "same", .answer = "y"},
                                                          {.input = "same", .answer = "z"}})));
  EXPECT_TRUE(evaluation->complete());
  EXPECT_EQ(evaluation->provenance.retries.requests, 1U);
}

TEST(Retries, AndTimesAreNotRecorded) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(10));
  Evaluator evaluator({.store = &store});
  EXPECT_EQ(evaluator.Evaluate(MakeModel(kRecordable, Stumbles), task)->provenance.retries.requests,
            5U);
  ASSERT_THAT(store.records, SizeIs(10));
  for (const MemoryStore::Record& record : store.records) {
    EXPECT_THAT(record.answer.response.retried, IsEmpty());
    EXPECT_EQ(record.answer.response.timing.total.count(), 0);
    EXPECT_EQ(record.answer.response.timing.first_token.count(), 0);
  }
  Evaluator replay({.store = &store, .mode = StoreMode::kReplay});
  const EvaluationPtr replayed = replay.Evaluate(NeverLoaded(), task);
  EXPECT_EQ(replayed->provenance.cached, 10U);
  EXPECT_EQ(replayed->provenance.retries.requests, 0U);
}

TEST(Retries, ShowNoCredentials) {
  const ScopedVariable key("GATETEST_TESTED_TOKEN", "token-0123456789");
  const auto behaviour = [](std::span<const Request>, ResponseSink& sink, const Cancel&) {
    Response response = Response::Text("x");
    response.retried = {"HTTP 401 for token-0123456789"};
    sink.Receive(0, response);
  };
  Evaluator evaluator;
  EXPECT_THAT(evaluator.Evaluate(MakeModel(kRecordable, behaviour), ExactMatch(Numbers(1)))
                  ->provenance.retries.why,
              ElementsAre(Pair("HTTP 401 for [credential]", 1)));
}

TEST(ShowRetries, NamesTheMostFrequentFirst) {
  using internal::ShowRetries;
  EXPECT_EQ(ShowRetries({}), "");
  EXPECT_EQ(ShowRetries({.requests = 1, .why = {{"HTTP 429", 1}}}),
            "1 request was asked again (HTTP 429 x 1)");
  EXPECT_EQ(ShowRetries({.requests = 1234,
                         .why = {{"HTTP 429", 2},
                                 {"HTTP 503", 2},
                                 {"a timeout", 1},
                                 {"connection reset", 1000}}}),
            "1,234 requests were asked again (connection reset x 1000, HTTP 429 x 2, HTTP 503 x 2, "
            "a timeout x 1)");
}

TEST(AddRetries, AddsUp) {
  Retries all = {.requests = 2, .why = {{"HTTP 429", 3}}};
  internal::AddRetries({.requests = 1, .why = {{"HTTP 429", 1}, {"HTTP 503", 4}}}, all);
  EXPECT_EQ(all.requests, 3U);
  EXPECT_THAT(all.why, ElementsAre(Pair("HTTP 429", 4), Pair("HTTP 503", 4)));
}

}  // namespace
}  // namespace gatetest
