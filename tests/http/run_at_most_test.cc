// OpenAiModel::RunAtMost, and how long it says that answers took.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/openai_model.h"
#include "tests/http/fake_engines.h"
#include "tests/http/http_testing.h"
#include "tests/support/errors.h"
#include "tests/support/scripted_faults.h"

namespace gatetest {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::IsEmpty;
using testing_support::Ask;
using testing_support::EndpointOf;
using testing_support::ErrorOf;
using testing_support::FakeVllm;
using testing_support::Received;

const std::string kYes = R"({"choices":[{"message":{"content":"yes"},"finish_reason":"stop"}]})";
const std::string kStreamed =
    "data: {\"choices\":[{\"delta\":{\"content\":\"yes\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    "data: [DONE]\n\n";

std::vector<Request> Requests(std::size_t count) {
  std::vector<Request> requests;
  for (std::size_t i = 0; i < count; ++i) requests.push_back({.prompt = std::to_string(i)});
  return requests;
}

/// The server answers late, so that all that may be under way is.
FaultServer::Handler Late(milliseconds wait) {
  return [wait](const HttpCall&) { return Answer{.body = kYes, .before = wait}; };
}

TEST(OpenAiModelRunAtMost, HasNoMoreRequestsUnderWay) {
  for (const std::size_t at_a_time : {1U, 3U, 16U}) {
    FaultServer server(Late(milliseconds(5)));
    const ModelPtr model = OpenAiModel({.name = "tiny"}, EndpointOf(server));
    Received answers;
    model->RunAtMost(at_a_time, Requests(48), answers, Cancel());
    EXPECT_EQ(answers.size(), 48U);
    EXPECT_EQ(server.calls(), 48U);
    EXPECT_LE(server.most_at_once(), at_a_time);
  }
}

TEST(OpenAiModelRunAtMost, HasSoManyRequestsUnderWay) {
  for (const std::size_t at_a_time : {1U, 3U, 16U}) {
    Cancel cancel;
    // Nobody is answered before so many have asked: with fewer it would never end.
    FaultServer server([&](const HttpCall& call) {
      if (call.number + 1 == at_a_time) cancel.Request();
      return Answer{.body = kYes, .before = minutes(5)};
    });
    const ModelPtr model = OpenAiModel({.name = "tiny"}, EndpointOf(server));
    Received answers;
    model->RunAtMost(at_a_time, Requests(48), answers, cancel);
    EXPECT_EQ(answers.size(), 0U);
    EXPECT_EQ(server.calls(), at_a_time);
  }
}

TEST(OpenAiModelRunAtMost, StartsTheNextOneAsSoonAsThereIsAPlace) {
  FaultServer server([](const HttpCall& call) {
    return Answer{.body = kYes,
                  .before = minutes(call.body.find("\"slow\"") != call.body.npos ? 5 : 0)};
  });
  const ModelPtr model = OpenAiModel({.name = "tiny"}, EndpointOf(server));
  /// Ends it when all but the first are answered, which they are in their order.
  class AllButTheFirst final : public ResponseSink {
   public:
    void Receive(std::size_t index, Response) override {
      indices.push_back(index);
      if (index == 5) cancel.Request();
    }
    std::vector<std::size_t> indices;
    Cancel cancel;
  };
  std::vector<Request> requests = Requests(6);
  requests[0].prompt = "slow";
  AllButTheFirst sink;
  model->RunAtMost(2, requests, sink, sink.cancel);
  EXPECT_THAT(sink.indices, ElementsAre(1U, 2U, 3U, 4U, 5U));
  EXPECT_LE(server.most_at_once(), 2U);
}

TEST(OpenAiModelRunAtMost, IsBoundedWhileRequestsFailAndAreAskedAgain) {
  const FaultPlan plan{
      .share = 0.3,
      .seed = 17,
      .faults = FaultsNamed({"InternalError", "ResetBeforeStatus", "LimitedWithZero"})};
  FaultServer server(WithFaults(Late(milliseconds(2)), plan));
  const ModelPtr model = OpenAiModel({.name = "tiny"}, EndpointOf(server));
  Received answers;
  model->RunAtMost(3, Requests(60), answers, Cancel());
  ASSERT_EQ(answers.size(), 60U);
  for (std::size_t i = 0; i < 60; ++i) EXPECT_EQ(answers.at(i).failure, "") << i;
  EXPECT_GT(plan.tally->failures(), 0U);
  EXPECT_LE(server.most_at_once(), 3U);
}

TEST(OpenAiModelRunAtMost, ScoresAreBoundedToo) {
  FakeVllm engine;
  FaultServer server([&](const HttpCall& call) {
    Answer answer = engine(call);
    answer.before = milliseconds(3);
    return answer;
  });
  const ModelPtr model = OpenAiModel({.name = "tiny"}, EndpointOf(server));
  std::vector<Request> requests;
  for (std::size_t i = 0; i < 12; ++i) {
    requests.push_back({.kind = RequestKind::kScore,
                        .prompt = "Capital of Australia?",
                        .continuation = " Canberra " + std::to_string(i)});
  }
  Received answers;
  model->RunAtMost(2, requests, answers, Cancel());
  ASSERT_EQ(answers.size(), 12U);
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(answers.at(i).failure, "");
    EXPECT_GE(answers.at(i).timing.total, milliseconds(3));
  }
  EXPECT_LE(server.most_at_once(), 2U);
}

TEST(OpenAiModelRunAtMost, RefusesMoreThanTheEndpointIsAsked) {
  FaultServer server(Late(milliseconds(0)));
  Endpoint endpoint = EndpointOf(server);
  endpoint.concurrency = 4;
  const ModelPtr model = OpenAiModel({.name = "tiny"}, endpoint);
  Received answers;
  EXPECT_EQ(ErrorOf([&] { model->RunAtMost(5, Requests(8), answers, Cancel()); },
                    ErrorCode::kUnsupported),
            "5 requests at a time are wanted, and its endpoint is asked at most 4 "
            "(Endpoint::concurrency)");
  EXPECT_EQ(server.calls(), 0U);
  model->RunAtMost(4, Requests(8), answers, Cancel());
  EXPECT_EQ(answers.size(), 8U);
}

TEST(OpenAiModelRunAtMost, StopsWhereItIsCancelled) {
  FaultServer server(Late(milliseconds(0)));
  const ModelPtr model = OpenAiModel({.name = "tiny"}, EndpointOf(server));
  Cancel cancel;
  cancel.Request();
  Received answers;
  model->RunAtMost(2, Requests(8), answers, cancel);
  EXPECT_EQ(answers.size(), 0U);
  EXPECT_EQ(server.calls(), 0U);
}

/// The user has waited for all attempts, and between them.
TEST(OpenAiModelTiming, TheTotalHasTheAttemptsThatFailed) {
  for (const bool stream : {false, true}) {
    FaultServer server([&](const HttpCall& call) {
      if (call.number == 0) return Answer{.status = 500, .body = "{}", .before = milliseconds(60)};
      return Answer{
          .headers = {{"Content-Type", stream ? "text/event-stream" : "application/json"}},
          .body = stream ? kStreamed : kYes,
          .before = milliseconds(5)};
    });
    const ModelPtr model = OpenAiModel({.name = "tiny"}, EndpointOf(server), {.stream = stream});
    const Response answer = Ask(model, {.prompt = "?"});
    EXPECT_EQ(answer.failure, "");
    EXPECT_THAT(answer.retried, ElementsAre("HTTP 500"));
    EXPECT_GE(answer.timing.total, milliseconds(65));
    if (stream) {
      EXPECT_GE(answer.timing.first_token, milliseconds(65));
      EXPECT_LE(answer.timing.first_token, answer.timing.total);
    } else {
      EXPECT_EQ(answer.timing.first_token.count(), 0);
    }
  }
}

/// An answer that cannot be read is asked again too.
TEST(OpenAiModelTiming, TheTotalHasTheAnswersThatCouldNotBeRead) {
  FaultServer server([](const HttpCall& call) {
    return call.number == 0 ? Answer{.body = "{\"choices\":", .before = milliseconds(60)}
                            : Answer{.body = kYes};
  });
  const Response answer = Ask(OpenAiModel({.name = "tiny"}, EndpointOf(server)), {.prompt = "?"});
  EXPECT_EQ(answer.failure, "");
  EXPECT_EQ(answer.retried.size(), 1U);
  EXPECT_GE(answer.timing.total, milliseconds(60));
}

/// Not the time that others have taken before it was its turn.
TEST(OpenAiModelTiming, TheTotalBeginsWithItsOwnFirstAttempt) {
  FaultServer server(Late(milliseconds(30)));
  const ModelPtr model = OpenAiModel({.name = "tiny"}, EndpointOf(server));
  Received answers;
  const auto start = std::chrono::steady_clock::now();
  model->RunAtMost(1, Requests(4), answers, Cancel());
  const auto whole = std::chrono::steady_clock::now() - start;
  std::chrono::nanoseconds sum{0};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_GE(answers.at(i).timing.total, milliseconds(30));
    sum += answers.at(i).timing.total;
  }
  EXPECT_LE(sum, whole);
}

TEST(OpenAiModelTiming, ScoresHaveATotalToo) {
  FakeVllm engine;
  std::atomic<bool> fails = false;
  FaultServer server([&](const HttpCall& call) {
    if (fails.exchange(false)) return Answer{.status = 500, .before = milliseconds(60)};
    Answer answer = engine(call);
    answer.before = milliseconds(4);
    return answer;
  });
  const ModelPtr model = OpenAiModel({.name = "tiny"}, EndpointOf(server));
  const Request score = {.kind = RequestKind::kScore, .prompt = "a", .continuation = "b"};
  ASSERT_TRUE(model->capabilities().score);
  const Response once = Ask(model, score);
  EXPECT_EQ(once.failure, "");
  EXPECT_THAT(once.retried, IsEmpty());
  EXPECT_GE(once.timing.total, milliseconds(4));
  EXPECT_EQ(once.timing.first_token.count(), 0);
  fails = true;
  const Response again = Ask(model, score);
  EXPECT_EQ(again.failure, "");
  EXPECT_THAT(again.retried, ElementsAre("HTTP 500"));
  EXPECT_GE(again.timing.total, milliseconds(64));
}

}  // namespace
}  // namespace gatetest
