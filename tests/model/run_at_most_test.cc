// Model::RunAtMost, as models have it that do not override it, of functions, and of Lazy.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <mutex>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gatetest/function_model.h"
#include "gatetest/lazy.h"
#include "gatetest/model.h"
#include "tests/support/errors.h"
#include "tests/support/fake_model.h"

namespace gatetest {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing_support::Answers;
using testing_support::Echo;
using testing_support::ErrorOf;
using testing_support::FakeModel;

const ModelInfo kInfo = {.name = "engine"};

/// Requests with prompts "0", "1", ...
std::vector<Request> Requests(std::size_t count) {
  std::vector<Request> requests(count);
  for (std::size_t i = 0; i < count; ++i) requests[i].prompt = std::to_string(i);
  return requests;
}

Response EchoOne(const Request& request) { return Response::Text(request.prompt); }

std::vector<Response> EchoAll(std::span<const Request> requests) {
  std::vector<Response> responses;
  for (const Request& request : requests) responses.push_back(EchoOne(request));
  return responses;
}

void ExpectAllEchoed(const Answers& answers) {
  for (std::size_t i = 0; i < answers.responses.size(); ++i) {
    EXPECT_EQ(answers.times[i], 1) << i;
    EXPECT_EQ(answers.responses[i].text, std::to_string(i));
  }
}

/// Counts how many are under way.
class Gauge {
 public:
  void Begin(std::size_t count = 1) {
    const std::lock_guard lock(mutex_);
    open_ += count;
    most_ = std::max(most_, open_);
  }
  void End(std::size_t count = 1) {
    const std::lock_guard lock(mutex_);
    open_ -= count;
  }
  std::size_t most() const { return most_; }

 private:
  std::mutex mutex_;
  std::size_t open_ = 0;
  std::size_t most_ = 0;
};

TEST(RunAtMost, IsWavesOfRunThatNeverExceedIt) {
  for (const std::size_t at_a_time : {1U, 3U, 10U, 64U}) {
    std::vector<std::size_t> waves;
    FakeModel model(
        [&](std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) {
          waves.push_back(requests.size());
          Echo(requests, sink, cancel);
        });
    Answers answers(10);
    model.RunAtMost(at_a_time, Requests(10), answers, Cancel());
    ExpectAllEchoed(answers);
    for (std::size_t i = 0; i + 1 < waves.size(); ++i) EXPECT_EQ(waves[i], at_a_time);
    EXPECT_LE(waves.back(), at_a_time);
  }
}

/// A model that answers from threads of its own: no wave begins before the one before has ended.
TEST(RunAtMost, HasNoMoreUnderWayAtAnyTime) {
  Gauge gauge;
  FakeModel model([&](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
    gauge.Begin(requests.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      threads.emplace_back([&, i] {
        sink.Receive(i, Response::Text(requests[i].prompt));
        gauge.End();
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  Answers answers(23);
  model.RunAtMost(4, Requests(23), answers, Cancel());
  ExpectAllEchoed(answers);
  EXPECT_EQ(gauge.most(), 4U);
}

TEST(RunAtMost, OfNothingIsNoRun) {
  FakeModel model(Echo);
  Answers answers(0);
  model.RunAtMost(4, {}, answers, Cancel());
  EXPECT_EQ(model.runs, 0);
}

TEST(RunAtMost, StopsBetweenWavesWhereItIsCancelled) {
  Cancel cancel;
  FakeModel model(Echo);
  Answers answers(9);
  answers.on_receive = [&] { cancel.Request(); };
  model.RunAtMost(3, Requests(9), answers, cancel);
  EXPECT_EQ(model.runs, 1);
  EXPECT_THAT(answers.times, ElementsAre(1, 0, 0, 0, 0, 0, 0, 0, 0));
  Answers none(9);
  model.RunAtMost(3, Requests(9), none, cancel);
  EXPECT_EQ(model.runs, 1);
}

TEST(RunAtMost, WhatRunThrowsEndsIt) {
  FakeModel model([](std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) {
    if (requests[0].prompt == "2") throw std::runtime_error("out of memory");
    Echo(requests, sink, cancel);
  });
  Answers answers(6);
  EXPECT_THROW(model.RunAtMost(2, Requests(6), answers, Cancel()), std::runtime_error);
  EXPECT_THAT(answers.times, ElementsAre(1, 1, 0, 0, 0, 0));
}

TEST(RunAtMost, FillsInTheTimeThatTheModelDoesNotSay) {
  FakeModel model([](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      Response response = Response::Text("");
      if (requests[i].prompt == "1") response.timing = {.first_token = hours(1), .total = hours(2)};
      sink.Receive(i, std::move(response));
    }
  });
  Answers answers(3);
  model.RunAtMost(2, Requests(3), answers, Cancel());
  EXPECT_EQ(answers.responses[1].timing.total, hours(2));
  EXPECT_EQ(answers.responses[1].timing.first_token, hours(1));
  for (const std::size_t i : {0U, 2U}) {
    EXPECT_GT(answers.responses[i].timing.total.count(), 0);
    EXPECT_LT(answers.responses[i].timing.total, hours(1));
    EXPECT_EQ(answers.responses[i].timing.first_token.count(), 0);
  }
}

TEST(RunAtMost, AnswersThatComeTogetherStayTogether) {
  /// Counts the calls of ReceiveAll.
  class Together final : public ResponseSink {
   public:
    void Receive(std::size_t, Response) override { FAIL(); }
    void ReceiveAll(std::vector<Answer> answers) override {
      for (const Answer& answer : answers) {
        indices.push_back(answer.index);
        EXPECT_GT(answer.response.timing.total.count(), 0);
      }
      ++calls;
    }
    std::vector<std::size_t> indices;
    int calls = 0;
  };
  FakeModel model([](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
    std::vector<ResponseSink::Answer> answers;
    for (std::size_t i = requests.size(); i-- > 0;) answers.push_back({.index = i});
    sink.ReceiveAll(std::move(answers));
  });
  Together sink;
  model.RunAtMost(2, Requests(5), sink, Cancel());
  EXPECT_EQ(sink.calls, 3);
  EXPECT_THAT(sink.indices, ElementsAre(1U, 0U, 3U, 2U, 4U));
}

TEST(FunctionModelRunAtMost, HasSoManyThreadsAndNoMore) {
  for (const std::size_t at_a_time : {1U, 2U, 5U, 8U}) {
    Gauge gauge;
    const ModelPtr model = FunctionModel(kInfo, {.generate =
                                                     [&](const Request& request) {
                                                       gauge.Begin();
                                                       std::this_thread::yield();
                                                       gauge.End();
                                                       return EchoOne(request);
                                                     },
                                                 .concurrent = 8});
    Answers answers(103);
    model->RunAtMost(at_a_time, Requests(103), answers, Cancel());
    ExpectAllEchoed(answers);
    EXPECT_LE(gauge.most(), at_a_time);
  }
}

/// A function that waits for the others returns only where they are under way together.
TEST(FunctionModelRunAtMost, HasSoManyUnderWay) {
  std::atomic<int> begun{0};
  const ModelPtr model = FunctionModel(kInfo, {.generate =
                                                   [&](const Request& request) {
                                                     ++begun;
                                                     while (begun < 3) std::this_thread::yield();
                                                     return EchoOne(request);
                                                   },
                                               .concurrent = 8});
  Answers answers(3);
  model->RunAtMost(3, Requests(3), answers, Cancel());
  ExpectAllEchoed(answers);
}

TEST(FunctionModelRunAtMost, BatchesAreAsLargeAsWhatIsUnderWay) {
  struct Case {
    std::size_t at_a_time;
    std::size_t max_batch;
    std::size_t concurrent;
    std::size_t largest;  ///< Of the batches.
  };
  for (const Case& one : {Case{1, 4, 1, 1}, Case{3, 4, 1, 3}, Case{4, 4, 1, 4}, Case{8, 4, 2, 4},
                          Case{6, 4, 2, 3}, Case{5, 4, 5, 1}, Case{9, 4, 4, 3}}) {
    SCOPED_TRACE(testing::Message() << one.at_a_time << " of " << one.max_batch);
    Gauge gauge;
    std::mutex mutex;
    std::vector<std::size_t> sizes;
    const ModelPtr model = FunctionModel(kInfo, {.generate_batch =
                                                     [&](std::span<const Request> requests) {
                                                       gauge.Begin(requests.size());
                                                       std::this_thread::yield();
                                                       {
                                                         const std::lock_guard lock(mutex);
                                                         sizes.push_back(requests.size());
                                                       }
                                                       gauge.End(requests.size());
                                                       return EchoAll(requests);
                                                     },
                                                 .max_batch = one.max_batch,
                                                 .concurrent = one.concurrent});
    Answers answers(23);
    model->RunAtMost(one.at_a_time, Requests(23), answers, Cancel());
    ExpectAllEchoed(answers);
    EXPECT_LE(gauge.most(), one.at_a_time);
    EXPECT_EQ(*std::max_element(sizes.begin(), sizes.end()), one.largest);
  }
}

TEST(FunctionModelRunAtMost, RefusesMoreThanItsFunctionsTake) {
  const auto refusal = [](const ModelPtr& model, std::size_t at_a_time) {
    Answers answers(1);
    return ErrorOf([&] { model->RunAtMost(at_a_time, Requests(1), answers, Cancel()); },
                   ErrorCode::kUnsupported);
  };
  EXPECT_EQ(refusal(FunctionModel(kInfo, {.generate = EchoOne, .concurrent = 2}), 3),
            "3 requests at a time are wanted, and its functions take at most 2 "
            "(ModelFunctions::concurrent)");
  EXPECT_EQ(
      refusal(FunctionModel(kInfo, {.generate_batch = EchoAll, .max_batch = 4, .concurrent = 2}),
              9),
      "9 requests at a time are wanted, and its functions take batches of at most 4 in at most 2 "
      "threads (ModelFunctions::max_batch, concurrent)");
  // Two batches of one size are never five.
  EXPECT_EQ(
      refusal(FunctionModel(kInfo, {.generate_batch = EchoAll, .max_batch = 4, .concurrent = 2}),
              5),
      "5 requests at a time are wanted, and its functions take batches of at most 4 in at most 2 "
      "threads (ModelFunctions::max_batch, concurrent)");
  EXPECT_EQ(refusal(FunctionModel(kInfo, {.generate = EchoOne, .concurrent = 2}), 2), "no error");
}

TEST(RunAtMost, AnAnswerToNothingIsNotAnotherWaves) {
  FakeModel confused([](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
    sink.Receive(requests.size(), Response::Text("nobody asked"));
  });
  Answers answers(4);
  confused.RunAtMost(2, Requests(4), answers, Cancel());
  EXPECT_EQ(answers.times, std::vector<int>(4, 0));
}

TEST(FunctionModelRunAtMost, StopsWhereItIsCancelled) {
  Cancel cancel;
  const ModelPtr model = FunctionModel(kInfo, {.generate = EchoOne});
  Answers answers(9);
  answers.on_receive = [&] { cancel.Request(); };
  model->RunAtMost(1, Requests(9), answers, cancel);
  EXPECT_THAT(answers.times, ElementsAre(1, 0, 0, 0, 0, 0, 0, 0, 0));
}

TEST(FunctionModelRunAtMost, FillsInTheTimeThatTheFunctionDoesNotSay) {
  const auto answer = [](const Request& request) {
    if (request.prompt == "0") throw std::runtime_error("out of memory");
    Response response = EchoOne(request);
    if (request.prompt == "1") response.timing = {.first_token = hours(1), .total = hours(2)};
    return response;
  };
  const auto batch = [&](std::span<const Request> requests) {
    std::vector<Response> responses;
    for (const Request& request : requests) {
      responses.push_back(request.prompt == "0" ? Response::Failed("out of memory")
                                                : answer(request));
    }
    return responses;
  };
  for (const ModelPtr& model : {FunctionModel(kInfo, {.generate = answer}),
                                FunctionModel(kInfo, {.generate_batch = batch, .max_batch = 4})}) {
    Answers answers(4);
    model->RunAtMost(1, Requests(4), answers, Cancel());
    EXPECT_THAT(answers.responses[0].failure, testing::HasSubstr("out of memory"));
    EXPECT_EQ(answers.responses[1].timing.total, hours(2));
    EXPECT_EQ(answers.responses[1].timing.first_token, hours(1));
    for (const std::size_t i : {2U, 3U}) {
      EXPECT_GT(answers.responses[i].timing.total.count(), 0) << i;
      EXPECT_LT(answers.responses[i].timing.total, hours(1)) << i;
    }
    // Run says it too: a model that is asked for one request alone is.
    Answers of_run(4);
    model->Run(Requests(4), of_run, Cancel());
    EXPECT_EQ(of_run.responses[1].timing.total, hours(2));
    EXPECT_GT(of_run.responses[2].timing.total.count(), 0);
  }
}

TEST(FunctionModelRunAtMost, ABatchThatThrowsFailsAsAWhole) {
  const ModelPtr model = FunctionModel(
      kInfo, {.generate_batch = [](std::span<const Request> requests) -> std::vector<Response> {
                if (requests[0].prompt == "2") throw std::runtime_error("out of memory");
                return EchoAll(requests);
              },
              .max_batch = 2});
  Answers answers(5);
  model->RunAtMost(2, Requests(5), answers, Cancel());
  std::vector<std::string> failures;
  for (const Response& response : answers.responses) failures.push_back(response.failure);
  EXPECT_THAT(failures, ElementsAre("", "", "the model threw: out of memory",
                                    "the model threw: out of memory", ""));
}

/// Kinds that have no batch function are asked one by one, whatever the first request is.
TEST(FunctionModelRunAtMost, StaysWithinItForMixedKinds) {
  Gauge gauge;
  const ModelPtr model = FunctionModel(kInfo, {.score =
                                                   [&](const Request& request) {
                                                     gauge.Begin();
                                                     gauge.End();
                                                     return EchoOne(request);
                                                   },
                                               .generate_batch =
                                                   [&](std::span<const Request> requests) {
                                                     gauge.Begin(requests.size());
                                                     gauge.End(requests.size());
                                                     return EchoAll(requests);
                                                   },
                                               .max_batch = 4,
                                               .concurrent = 2});
  for (const RequestKind first : {RequestKind::kScore, RequestKind::kGenerate}) {
    std::vector<Request> requests = Requests(12);
    for (std::size_t i = 0; i < requests.size(); ++i) {
      requests[i].kind = (i % 3 == 0) == (first == RequestKind::kScore) ? RequestKind::kScore
                                                                        : RequestKind::kGenerate;
    }
    requests[0].kind = first;
    Answers answers(12);
    model->RunAtMost(2, requests, answers, Cancel());
    ExpectAllEchoed(answers);
  }
  EXPECT_LE(gauge.most(), 2U);
}

TEST(LazyRunAtMost, IsThatOfTheLoadedModel) {
  const auto inner = std::make_shared<FakeModel>(Echo);
  const ModelPtr lazy = Lazy(kInfo, [&] { return inner; });
  Answers answers(5);
  lazy->RunAtMost(2, Requests(5), answers, Cancel());
  ExpectAllEchoed(answers);
  EXPECT_EQ(inner->runs, 3);
  const ModelPtr functions =
      Lazy(kInfo, [] { return FunctionModel(kInfo, {.generate = EchoOne, .concurrent = 2}); });
  EXPECT_EQ(ErrorOf([&] { functions->RunAtMost(3, Requests(5), answers, Cancel()); },
                    ErrorCode::kUnsupported),
            "3 requests at a time are wanted, and its functions take at most 2 "
            "(ModelFunctions::concurrent)");
}

TEST(LazyRunAtMost, SaysWhyTheModelCouldNotBeLoaded) {
  const ModelPtr lazy = Lazy(kInfo, []() -> ModelPtr { throw std::runtime_error("no such file"); });
  Answers answers(1);
  EXPECT_EQ(
      ErrorOf([&] { lazy->RunAtMost(1, Requests(1), answers, Cancel()); }, ErrorCode::kModelFailed),
      "it could not be loaded: no such file");
}

}  // namespace
}  // namespace gatetest
