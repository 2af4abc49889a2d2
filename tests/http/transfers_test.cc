#include "src/http/transfers.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <utility>

#include "tests/http/http_testing.h"

namespace gatetest::internal {
namespace {

using std::chrono::milliseconds;
using testing_support::EndpointOf;

Answer Echo(const HttpCall& call) {
  return {.body = call.method + " " + call.target + " " + call.body};
}

/// Until all have ended.
std::map<std::size_t, HttpAnswer> Finish(Transfers& transfers) {
  std::map<std::size_t, HttpAnswer> answers;
  while (transfers.active() > 0) {
    transfers.Drive(milliseconds(50), [&](std::size_t tag, HttpAnswer answer) {
      EXPECT_TRUE(answers.emplace(tag, std::move(answer)).second) << tag;
    });
  }
  return answers;
}

HttpAnswer Fetch(const FaultServer& server, HttpRequest request) {
  Transfers transfers(EndpointOf(server), "");
  request.url = server.url() + request.url;
  transfers.Start(7, std::move(request));
  return Finish(transfers).at(7);
}

TEST(Transfers, GetAndPost) {
  FaultServer server(Echo);
  Transfers transfers(EndpointOf(server), "");
  for (int round = 0; round < 3; ++round) {
    transfers.Start(1, {.url = server.url() + "/a"});
    transfers.Start(2, {.url = server.url() + "/b", .body = "{}"});
    transfers.Start(3, {.url = server.url() + "/c"});
    const auto answers = Finish(transfers);
    EXPECT_EQ(answers.at(1).body, "GET /a ");
    EXPECT_EQ(answers.at(2).body, "POST /b {}");
    EXPECT_EQ(answers.at(3).body, "GET /c ");
    for (const auto& [tag, answer] : answers) {
      EXPECT_EQ(answer.end, HttpEnd::kAnswered);
      EXPECT_EQ(answer.status, 200);
      EXPECT_EQ(answer.problem, "");
      EXPECT_GT(answer.total.count(), 0);
    }
  }
}

TEST(Transfers, TellWhatTheHeadersSay) {
  FaultServer server([](const HttpCall&) {
    return Answer{.status = 429,
                  .headers = {{"CONTENT-TYPE", "text/plain; charset=utf-8"},
                              {"Retry-After", " 7 "},
                              {"retry-after-MS", "20"},
                              {"X-Should-Retry", "true"},
                              {"Location", "/there"},
                              {"Retry-After-Else", "9"},
                              {"X-Retry-After", "8"}},
                  .body = "no"};
  });
  const HttpAnswer answer = Fetch(server, {.url = "/"});
  EXPECT_EQ(answer.status, 429);
  EXPECT_EQ(answer.content_type, "text/plain; charset=utf-8");
  EXPECT_EQ(answer.retry_after, "7");
  EXPECT_EQ(answer.retry_after_ms, "20");
  EXPECT_EQ(answer.should_retry, "true");
  EXPECT_EQ(answer.location, "/there");
  EXPECT_EQ(answer.body, "no");
}

TEST(Transfers, HandOverGoodAnswersAsTheyArrive) {
  for (const int status : {200, 201, 400, 500}) {
    FaultServer server([&](const HttpCall&) {
      return Answer{.status = status, .chunks = {"one ", "two ", "three"}};
    });
    std::string data;
    const HttpAnswer answer =
        Fetch(server, {.url = "/", .on_data = [&](std::string_view piece) { data += piece; }});
    EXPECT_EQ(answer.status, status);
    EXPECT_EQ(data, status < 300 ? "one two three" : "");
    EXPECT_EQ(answer.body, status < 300 ? "" : "one two three");
  }
}

TEST(Transfers, MayBeginAsOthersEnd) {
  FaultServer server(Echo);
  Transfers transfers(EndpointOf(server), "");
  std::size_t next = 4;
  std::size_t finished = 0;
  for (std::size_t i = 0; i < next; ++i) transfers.Start(i, {.url = server.url() + "/"});
  while (transfers.active() > 0) {
    transfers.Drive(milliseconds(50), [&](std::size_t, const HttpAnswer& answer) {
      EXPECT_EQ(answer.status, 200);
      ++finished;
      if (next < 100) transfers.Start(next++, {.url = server.url() + "/"});
    });
  }
  EXPECT_EQ(finished, 100U);
}

TEST(Transfers, ThatAreAbortedAreNotHeardOf) {
  FaultServer server([](const HttpCall& call) {
    Answer answer = Echo(call);
    if (call.target == "/late") answer.before = std::chrono::seconds(60);
    return answer;
  });
  Transfers transfers(EndpointOf(server), "");
  for (std::size_t i = 0; i < 5; ++i) {
    transfers.Start(i, {.url = server.url() + "/late",
                        .on_data = [](std::string_view) { ADD_FAILURE() << "it is aborted"; }});
  }
  transfers.Drive(milliseconds(20), [](std::size_t, const HttpAnswer&) { ADD_FAILURE(); });
  transfers.Abort();
  EXPECT_EQ(transfers.active(), 0U);
  transfers.Start(9, {.url = server.url() + "/soon"});
  const auto answers = Finish(transfers);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers.at(9).body, "GET /soon ");
}

TEST(Transfers, WaitNoLongerThanTheyAreAllowed) {
  FaultServer server(Echo);
  Transfers transfers(EndpointOf(server), "");
  const auto begin = std::chrono::steady_clock::now();
  transfers.Drive(milliseconds(30), [](std::size_t, const HttpAnswer&) { ADD_FAILURE(); });
  const auto took = std::chrono::steady_clock::now() - begin;
  EXPECT_GE(took, milliseconds(25)) << "nothing is under way, so it waits";
  EXPECT_LT(took, std::chrono::seconds(20));
  transfers.Drive(milliseconds(-5), [](std::size_t, const HttpAnswer&) { ADD_FAILURE(); });
}

TEST(Transfers, SayWhyThereIsNoAnswer) {
  FaultServer server(Echo);
  Transfers transfers(EndpointOf(server), "");
  server.Stop();
  transfers.Start(1, {.url = server.url()});
  const HttpAnswer answer = Finish(transfers).at(1);
  EXPECT_EQ(answer.end, HttpEnd::kBroken);
  EXPECT_EQ(answer.problem, "no connection");
  EXPECT_EQ(answer.status, 0);
}

}  // namespace
}  // namespace gatetest::internal
