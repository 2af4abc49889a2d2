#include "src/speed/request_timer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/function_model.h"
#include "tests/support/errors.h"
#include "tests/support/fake_model.h"
#include "tests/support/scoped_variable.h"

namespace gatetest::internal {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::Gt;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing_support::Echo;
using testing_support::ErrorOf;
using testing_support::FakeModel;
using testing_support::ScopedVariable;

Request Prompt(const std::string& prompt) { return {.prompt = prompt, .max_tokens = 8}; }

std::vector<Request> Prompts(std::size_t count) {
  std::vector<Request> requests;
  for (std::size_t i = 0; i < count; ++i) requests.push_back(Prompt(std::to_string(i)));
  return requests;
}

/// An answer that says how long it took, as no machine of a test takes.
Response Timed(milliseconds total, milliseconds first_token = {}) {
  Response response = Response::Text("yes");
  response.timing = {.first_token = first_token, .total = total};
  return response;
}

/// Answers every request so.
FakeModel Always(const Response& response, ModelInfo info = {.name = "fake"}) {
  return FakeModel(
      [response](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
        for (std::size_t i = 0; i < requests.size(); ++i) sink.Receive(i, response);
      },
      std::move(info));
}

std::vector<std::string> FailuresOf(const TimedRun& run) {
  std::vector<std::string> failures;
  for (const TimedAnswer& answer : run.answers) failures.push_back(answer.failure);
  return failures;
}

TEST(RequestTimer, TheModelsOwnTimeGoesBeforeTheWallClocks) {
  FakeModel model = Always(Timed(milliseconds(3'600'000), milliseconds(1500)));
  RequestTimer timer(model, nullptr);
  const TimedAnswer answer = timer.Ask(Prompt("?"));
  EXPECT_EQ(answer.failure, "");
  EXPECT_EQ(answer.seconds, 3600.0);
  EXPECT_EQ(answer.first_token, 1.5);
  EXPECT_FALSE(answer.retried);
  EXPECT_EQ(timer.ended(), "");
}

TEST(RequestTimer, TheWallClockStandsInWhereTheModelDoesNotSay) {
  FakeModel model(Echo);
  RequestTimer timer(model, nullptr);
  const TimedAnswer answer = timer.Ask(Prompt("?"));
  EXPECT_GT(answer.seconds, 0.0);
  EXPECT_LT(answer.seconds, 3600.0);
  EXPECT_EQ(answer.first_token, 0.0);
  // Of many, each has the time of its wave; one of them alone as well.
  EXPECT_THAT(timer.AskAll(Prompts(3), 2).answers, Each(Field(&TimedAnswer::seconds, Gt(0.0))));
  EXPECT_THAT(timer.AskAll(Prompts(1), 2).answers, Each(Field(&TimedAnswer::seconds, Gt(0.0))));
}

TEST(RequestTimer, TakesWhatTheAnswerSaysOfItself) {
  Response response = Timed(milliseconds(10));
  response.usage = {.prompt_tokens = 3, .completion_tokens = 17};
  response.retried = {"HTTP 429"};
  response.tokens = {5, 6};
  response.token_ends = {1, 2};
  FakeModel model = Always(response);
  RequestTimer timer(model, nullptr);
  const TimedAnswer answer = timer.Ask(Prompt("?"));
  EXPECT_EQ(answer.tokens, 17);
  EXPECT_TRUE(answer.retried);
  EXPECT_THAT(answer.text_tokens, ElementsAre(5, 6));
  EXPECT_THAT(answer.token_ends, ElementsAre(1U, 2U));
}

TEST(RequestTimer, AFailureIsInTheAnswer) {
  FakeModel model = Always(Response::Failed("the prompt is too long"));
  RequestTimer timer(model, nullptr);
  EXPECT_EQ(timer.Ask(Prompt("?")).failure, "the prompt is too long");
  EXPECT_EQ(timer.ended(), "");
}

TEST(RequestTimer, WhatAModelThrowsIsTheFailureOfWhatItHasNotAnswered) {
  const auto thrower = [](std::function<void()> what) {
    return [what = std::move(what)](std::span<const Request>, ResponseSink& sink, const Cancel&) {
      sink.Receive(1, Response::Text("yes"));
      what();
    };
  };
  FakeModel throws(thrower([] { throw std::runtime_error("out of memory"); }));
  EXPECT_THAT(FailuresOf(RequestTimer(throws, nullptr).AskAll(Prompts(2), 2)),
              ElementsAre("the model threw: out of memory", ""));
  FakeModel fails(thrower([] { throw Error(ErrorCode::kModelFailed, "HTTP 401"); }));
  EXPECT_THAT(FailuresOf(RequestTimer(fails, nullptr).AskAll(Prompts(2), 2)),
              ElementsAre("HTTP 401", ""));
  FakeModel odd(thrower([] { throw 7; }));
  EXPECT_THAT(FailuresOf(RequestTimer(odd, nullptr).AskAll(Prompts(2), 2)),
              ElementsAre("the model threw: something that is not a std::exception", ""));
}

TEST(RequestTimer, AModelThatDoesNotAnswerHasFailed) {
  FakeModel model([](std::span<const Request>, ResponseSink&, const Cancel&) {});
  RequestTimer timer(model, nullptr);
  EXPECT_EQ(timer.Ask(Prompt("?")).failure, "the model returned without answering");
  EXPECT_THAT(
      FailuresOf(timer.AskAll(Prompts(3), 2)),
      ElementsAre("the model returned without answering", "the model returned without answering",
                  "the model returned without answering"));
  EXPECT_EQ(timer.ended(), "");
}

TEST(RequestTimer, OnlyTheFirstAnswerCountsAndIsPaid) {
  FakeModel model([](std::span<const Request>, ResponseSink& sink, const Cancel&) {
    sink.Receive(0, Timed(milliseconds(10)));
    sink.Receive(0, Timed(milliseconds(20)));
    sink.Receive(1, Timed(milliseconds(30)));  // Nobody asked for it.
  });
  Spending spending;
  RequestTimer timer(model, &spending);
  EXPECT_EQ(timer.Ask(Prompt("?")).seconds, 0.01);
  EXPECT_EQ(spending.spent().requests, 1U);
}

TEST(RequestTimer, AnswersMayComeFromManyThreads) {
  FakeModel model([](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      threads.emplace_back([&, i] { sink.Receive(i, Timed(milliseconds(i + 1))); });
    }
    for (std::thread& thread : threads) thread.join();
  });
  Spending spending;
  RequestTimer timer(model, &spending);
  const TimedRun run = timer.AskAll(Prompts(16), 16);
  ASSERT_THAT(run.answers, SizeIs(16));
  for (std::size_t i = 0; i < run.answers.size(); ++i) {
    EXPECT_EQ(run.answers[i].failure, "");
    EXPECT_EQ(run.answers[i].seconds, static_cast<double>(milliseconds(i + 1).count()) / 1000.0);
  }
  EXPECT_EQ(spending.spent().requests, 16U);
  EXPECT_EQ(model.runs, 1);
}

TEST(RequestTimer, AsksSoManyAtATimeAndKeepsTheirOrder) {
  std::vector<std::size_t> waves;
  FakeModel model([&](std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) {
    waves.push_back(requests.size());
    Echo(requests, sink, cancel);
  });
  RequestTimer timer(model, nullptr);
  const TimedRun run = timer.AskAll(Prompts(7), 3);
  EXPECT_THAT(waves, ElementsAre(3U, 3U, 1U));
  EXPECT_THAT(model.asked, ElementsAre("0", "1", "2", "3", "4", "5", "6"));
  EXPECT_THAT(FailuresOf(run), Each(IsEmpty()));
  EXPECT_GT(run.seconds, 0.0);
  EXPECT_THAT(timer.AskAll({}, 3).answers, IsEmpty());
}

TEST(RequestTimer, AModelThatCannotHaveSoManyIsNoFailureOfItsRequests) {
  const ModelPtr model = FunctionModel(
      {.name = "engine"}, {.generate = [](const Request&) { return Response::Text("yes"); }});
  Spending spending;
  RequestTimer timer(*model, &spending);
  EXPECT_THAT(ErrorOf([&] { timer.AskAll(Prompts(4), 2); }, ErrorCode::kUnsupported),
              HasSubstr("2 requests at a time are wanted"));
  EXPECT_EQ(spending.spent().requests, 0U);
  // What was reserved for them is given back.
  EXPECT_THAT(FailuresOf(timer.AskAll(Prompts(4), 1)), Each(IsEmpty()));
}

TEST(RequestTimer, ABudgetOfRequestsEndsItAndSaysWhy) {
  FakeModel model(Echo);
  Spending spending({.requests = 2});
  RequestTimer timer(model, &spending);
  EXPECT_EQ(timer.Ask(Prompt("a")).failure, "");
  EXPECT_EQ(timer.Ask(Prompt("b")).failure, "");
  EXPECT_EQ(timer.ended(), "");
  const std::string failure = timer.Ask(Prompt("c")).failure;
  EXPECT_THAT(failure, HasSubstr("the budget of 2 requests does not pay for more: 2 requests, "));
  EXPECT_EQ(timer.ended(), failure);
  EXPECT_THAT(model.asked, ElementsAre("a", "b"));
  EXPECT_EQ(spending.spent().requests, 2U);
}

TEST(RequestTimer, ARunIsAskedAsFarAsItIsPaid) {
  FakeModel model(Echo);
  Spending spending({.requests = 5});
  RequestTimer timer(model, &spending);
  EXPECT_THAT(FailuresOf(timer.AskAll(Prompts(3), 2)), Each(IsEmpty()));
  const TimedRun second = timer.AskAll(Prompts(3), 2);
  EXPECT_THAT(FailuresOf(second),
              ElementsAre("", "", HasSubstr("the budget of 5 requests does not pay for more")));
  EXPECT_EQ(timer.ended(), second.answers[2].failure);
  EXPECT_THAT(model.asked, SizeIs(5));
  // It holds no reservation.
  EXPECT_EQ(spending.spent().requests, 5U);
}

/// Before a first answer, a budget of tokens foresees a few requests only.
TEST(RequestTimer, ABudgetOfTokensThatIsAmpleDoesNotEndAFirstRun) {
  FakeModel model(Echo);
  Spending spending({.tokens = 1'000'000});
  RequestTimer timer(model, &spending);
  EXPECT_THAT(FailuresOf(timer.AskAll(Prompts(64), 8)), AllOf(SizeIs(64), Each(IsEmpty())));
  EXPECT_EQ(timer.ended(), "");
  EXPECT_EQ(spending.spent().requests, 65U);  // One showed what an answer costs.
}

TEST(RequestTimer, ABudgetOfTokensThatIsNotAmpleEndsAFirstRun) {
  FakeModel model(Echo);
  Spending spending({.tokens = 100});
  RequestTimer timer(model, &spending);
  const TimedRun run = timer.AskAll(Prompts(64), 8);
  EXPECT_THAT(run.answers.back().failure,
              HasSubstr("the budget of 100 tokens does not pay for more"));
  EXPECT_EQ(timer.ended(), run.answers.back().failure);
}

TEST(RequestTimer, AnAnswerThatCostsMoreThanForeseenEndsTheRun) {
  Response talkative = Timed(milliseconds(1));
  talkative.usage = {.prompt_tokens = 1, .completion_tokens = 5000};
  FakeModel model = Always(talkative);
  Spending spending({.tokens = 1000});
  RequestTimer timer(model, &spending);
  const TimedRun run = timer.AskAll(Prompts(4), 1);
  EXPECT_EQ(model.runs, 1);  // Those after it are not asked.
  EXPECT_EQ(run.answers[0].failure, "");
  EXPECT_THAT(run.answers[1].failure, HasSubstr("the budget of 1,000 tokens does not pay"));
  EXPECT_EQ(timer.ended(), run.answers[3].failure);
}

TEST(RequestTimer, ABudgetWithoutTimeAsksNothing) {
  FakeModel model(Echo);
  Spending spending({.time = milliseconds(0)});
  RequestTimer timer(model, &spending);
  EXPECT_THAT(timer.Ask(Prompt("?")).failure, HasSubstr("the budget of 0 s does not pay for more"));
  EXPECT_THAT(model.asked, IsEmpty());
}

TEST(RequestTimer, ABudgetWhoseTimeRunsOutEndsTheRun) {
  FakeModel model([](std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) {
    sink.Receive(0, Response::Text(requests[0].prompt));
    while (!cancel.requested()) std::this_thread::yield();
  });
  Spending spending({.time = milliseconds(5)});
  RequestTimer timer(model, &spending);
  const TimedRun run = timer.AskAll(Prompts(4), 4);
  EXPECT_EQ(run.answers[0].failure, "");  // It was there before.
  EXPECT_THAT(run.answers[1].failure, HasSubstr("the budget of 0.005 s does not pay for more"));
  EXPECT_EQ(timer.ended(), run.answers[1].failure);
}

TEST(RequestTimer, TimeIsPaidForWhatThrowsToo) {
  FakeModel model([](std::span<const Request>, ResponseSink&, const Cancel&) {
    throw std::runtime_error("no");
  });
  Spending spending;
  RequestTimer(model, &spending).Ask(Prompt("?"));
  EXPECT_GT(spending.spent().time.count(), 0);
}

TEST(RequestTimer, CredentialsAreNotInFailures) {
  const ScopedVariable key("GATETEST_TEST_SECRET_OF_TIMER", "sk-hidden-0123456789");
  const ModelInfo info = {.name = "fake", .api_key_variable = "GATETEST_TEST_SECRET_OF_TIMER"};
  const std::string told = "refused sk-hidden-0123456789 at https://me:pass@h/v1";
  FakeModel says = Always(Response::Failed(told), info);
  const auto throws_as = [&](std::function<void()> what) {
    return FakeModel([what](std::span<const Request>, ResponseSink&, const Cancel&) { what(); },
                     info);
  };
  FakeModel throws = throws_as([&] { throw std::runtime_error(told); });
  FakeModel fails = throws_as([&] { throw Error(ErrorCode::kModelFailed, told); });
  for (FakeModel* model : {&says, &throws, &fails}) {
    const std::string failure = RequestTimer(*model, nullptr).Ask(Prompt("?")).failure;
    EXPECT_THAT(failure, AllOf(HasSubstr("refused [credential] at https://"),
                               Not(HasSubstr("0123456789")), Not(HasSubstr("pass"))));
  }
}

/// An interrupted process: nothing of it is left for the other tests.
TEST(RequestTimer, AnInterruptedRunSaysSo) {
  EXPECT_EXIT(
      {
        FakeModel model([](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
          sink.Receive(0, Response::Text(requests[0].prompt));
          Cancel::RequestAll();
        });
        RequestTimer timer(model, nullptr);
        const TimedRun run = timer.AskAll(Prompts(3), 1);
        const bool right = timer.ended() == "the run was interrupted" && model.runs == 1 &&
                           run.answers[0].failure.empty() &&
                           run.answers[1].failure == "the run was interrupted";
        std::_Exit(right ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace gatetest::internal
