#include "tests/support/fault_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "tests/http/curl_testing.h"

namespace gatetest {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using testing_support::Curl;
using testing_support::CurlResult;
using Break = Answer::Break;
using Clock = std::chrono::steady_clock;

/// A connection whose every byte the test decides.
class Raw {
 public:
  explicit Raw(const FaultServer& server) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(server.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      error = errno;
    }
  }
  ~Raw() { ::close(fd_); }
  Raw(const Raw&) = delete;
  Raw& operator=(const Raw&) = delete;

  void Send(const std::string& bytes) const {
    EXPECT_EQ(::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()))
        << std::strerror(errno);
  }
  /// Whatever comes until the text ends so, or the connection ends.
  std::string ReadUntil(const std::string& end) {
    std::string text;
    std::array<char, 4096> buffer{};
    while (!text.ends_with(end)) {
      const ssize_t size = ::recv(fd_, buffer.data(), buffer.size(), 0);
      if (size < 0) error = errno;
      if (size <= 0) break;
      text.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return text;
  }
  void ReadAtLeast(std::size_t size) const {
    std::array<char, 4096> buffer{};
    for (ssize_t got = 1; size > 0 && got > 0;
         size -= std::min(size, static_cast<std::size_t>(got))) {
      got = ::recv(fd_, buffer.data(), buffer.size(), 0);
      ASSERT_GT(got, 0);
    }
  }

  int error = 0;

 private:
  const int fd_;
};

Answer Echo(const HttpCall& call) { return {.body = call.method + " " + call.target + call.body}; }

FaultServer::Handler Always(const Answer& answer) {
  return [answer](const HttpCall&) { return answer; };
}

std::string Post(const std::string& body) {
  return "POST /v1 HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\n\r\n" + body;
}

/// The server's thread may be a moment behind its client.
bool Soon(const std::function<bool()>& condition) {
  const auto end = Clock::now() + std::chrono::seconds(10);
  while (!condition() && Clock::now() < end) std::this_thread::sleep_for(milliseconds(1));
  return condition();
}

TEST(HttpCallReader, ReadsRequestsHoweverTheyAreCut) {
  const std::string bytes =
      "GET /a?b=c HTTP/1.1\r\nX-Twice: 1\r\nx-twice:  2 \r\n\r\n"
      "POST /d HTTP/1.1\r\nContent-Length: 6\r\n\r\nab\r\ncd"
      "POST /e HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;x=y\r\nabc\r\n0B\r\n0123456789\n\r\n0\r\nTrailer: t\r\n\r\n"
      "HEAD / HTTP/1.1\r\nConnection: Close\r\n\r\n";
  for (std::size_t size = 1; size <= bytes.size(); ++size) {
    HttpCallReader reader;
    std::vector<HttpCall> calls;
    for (std::size_t at = 0; at < bytes.size(); at += size) {
      reader.Append(bytes.substr(at, size));
      HttpCall call;
      while (reader.Next(call) == HttpCallReader::Found::kCall) calls.push_back(call);
    }
    ASSERT_EQ(calls.size(), 4U) << size;
    EXPECT_EQ(calls[0].target, "/a?b=c");
    EXPECT_THAT(calls[0].headers, ElementsAre(Pair("x-twice", "1, 2")));
    EXPECT_EQ(calls[1].body, "ab\r\ncd");
    EXPECT_EQ(calls[2].body, "abc0123456789\n");
    EXPECT_EQ(calls[3].method, "HEAD");
    EXPECT_TRUE(reader.closes());
  }
}

TEST(FaultServer, AnswersOnOneConnection) {
  FaultServer server(Echo, 0, true);
  Curl curl(server.url());
  EXPECT_EQ(curl.Get("/v1/models?x=1").body, "GET /v1/models?x=1");
  EXPECT_EQ(curl.Post("/v1", "body", {"X-Key: Value"}).body, "POST /v1body");
  const CurlResult head = curl.Head("/");
  EXPECT_EQ(head.status, 200);
  EXPECT_EQ(head.headers.at("content-length"), "6");
  EXPECT_EQ(head.body, "");
  EXPECT_EQ(curl.Get("/").body, "GET /");
  EXPECT_EQ(server.calls(), 4U);
  EXPECT_EQ(server.connections(), 1U);
  EXPECT_EQ(server.most_at_once(), 1U);
  const std::vector<HttpCall> seen = server.seen();
  ASSERT_EQ(seen.size(), 4U);
  EXPECT_EQ(seen[1].headers.at("x-key"), "Value");
  EXPECT_EQ(seen[1].number, 1U);
  EXPECT_EQ(seen[1].connection, seen[3].connection);
}

TEST(FaultServer, TakesLargeBodiesOfEitherKind) {
  FaultServer server(Echo, 0, true);
  const std::string large(3'000'000, 'x');
  Curl curl(server.url());
  const auto begin = Clock::now();
  EXPECT_EQ(curl.Post("/", large, {"Expect: 100-continue"}).body, "POST /" + large);
  EXPECT_LT(Clock::now() - begin, milliseconds(900)) << "curl waits a second for 100 Continue";
  EXPECT_EQ(curl.Post("/", large, {"Transfer-Encoding: chunked"}).body, "POST /" + large);
  EXPECT_EQ(server.seen()[1].headers.count("content-length"), 0U);
}

TEST(FaultServer, AnswersAPipelineInItsOrder) {
  FaultServer server([](const HttpCall& call) {
    return Answer{.body = call.body + ".", .before = milliseconds(call.number == 0 ? 20 : 0)};
  });
  Raw client(server);
  client.Send(Post("a") + Post("b") + "HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n");
  const std::string text = client.ReadUntil("never");
  EXPECT_EQ(client.error, 0);
  EXPECT_LT(text.find("a."), text.find("b."));
  EXPECT_THAT(text, ::testing::EndsWith("Connection: close\r\nContent-Length: 1\r\n\r\n"));
}

TEST(FaultServer, RefusesNonsense) {
  FaultServer server(Echo);
  Raw client(server);
  client.Send("this is not a request\r\n\r\n");
  EXPECT_THAT(client.ReadUntil("never"), HasSubstr("HTTP/1.1 400 Bad Request"));
  EXPECT_EQ(server.calls(), 0U);
}

TEST(FaultServer, WhatTheHandlerThrowsIsA500) {
  FaultServer server([](const HttpCall&) -> Answer { throw std::runtime_error("out of words"); });
  const CurlResult result = Curl(server.url()).Get("/");
  EXPECT_EQ(result.status, 500);
  EXPECT_EQ(result.body, "out of words");
}

TEST(FaultServer, BreaksWhereItIsTold) {
  struct Case {
    Break how;
    CURLcode code;
    std::string body;
    std::string of_chunks;
  };
  const std::vector<Case> cases = {
      {Break::kNone, CURLE_OK, "0123456789", "abcdef"},
      {Break::kResetBeforeStatus, CURLE_RECV_ERROR, "", ""},
      {Break::kCloseBeforeStatus, CURLE_GOT_NOTHING, "", ""},
      {Break::kResetInBody, CURLE_RECV_ERROR, "01234", "ab"},
      {Break::kCloseInBody, CURLE_PARTIAL_FILE, "01234", "ab"},
      {Break::kStall, CURLE_OPERATION_TIMEDOUT, "01234", "ab"},
  };
  for (const Case& one : cases) {
    const auto ask = [&](const Answer& answer) {
      FaultServer server(Always(answer));
      Curl curl(server.url());
      const CurlResult result = curl.Post("/", "x", {}, milliseconds(200));
      EXPECT_EQ(result.code, one.code) << static_cast<int>(one.how) << " " << result.error;
      EXPECT_EQ(result.status, result.body.empty() ? 0 : 200);
      EXPECT_TRUE(Soon([&] { return server.open_connections() == (one.how == Break::kNone); }));
      EXPECT_EQ(server.abandoned(), one.how == Break::kStall ? 1U : 0U);
      return result.body;
    };
    EXPECT_EQ(ask({.body = "0123456789", .how = one.how}), one.body);
    EXPECT_EQ(ask({.body = "0123456789", .piece = 1, .how = one.how}), one.body);
    EXPECT_EQ(ask({.chunks = {"ab", "cd", "ef"}, .how = one.how}), one.of_chunks);
  }
}

TEST(FaultServer, AResetDropsNothingThatWasWritten) {
  const std::string large(8'000'000, 'x');
  FaultServer server(Always({.body = large, .how = Break::kResetInBody}));
  const CurlResult result = Curl(server.url()).Get("/");
  EXPECT_EQ(result.code, CURLE_RECV_ERROR) << result.error;
  EXPECT_EQ(result.body.size(), large.size() / 2);
}

TEST(FaultServer, AnEmptyBodyCanBreakToo) {
  FaultServer server(Always({.how = Break::kCloseInBody}));
  EXPECT_EQ(Curl(server.url()).Get("/").code, CURLE_PARTIAL_FILE);
}

TEST(FaultServer, WritesPiecesWithWaits) {
  for (const Answer& answer : {Answer{.body = "0123456789",
                              .before = milliseconds(30),
                              .between = milliseconds(10),
                              .piece = 3},
                               Answer{.chunks = {"0", "123", "45678", "9"},
                               .before = milliseconds(30),
                               .between = milliseconds(10)}}) {
    FaultServer server(Always(answer));
    Curl curl(server.url());
    const auto begin = Clock::now();
    EXPECT_EQ(curl.Get("/").body, "0123456789");
    EXPECT_GE(Clock::now() - begin, milliseconds(60));
  }
}

TEST(FaultServer, EndlessAnswersHaveNoEndAndLeaveRoomForOthers) {
  FaultServer server([](const HttpCall& call) {
    if (call.target == "/body") return Answer{.body = "{}", .how = Break::kEndless};
    if (call.target == "/head") return Answer{.how = Break::kEndlessHeaders};
    return Echo(call);
  });
  {
    Raw body(server);
    Raw head(server);
    body.Send("GET /body HTTP/1.1\r\n\r\n");
    head.Send("GET /head HTTP/1.1\r\n\r\n");
    body.ReadAtLeast(1 << 20);
    head.ReadAtLeast(1 << 20);
    std::atomic<bool> is_answered = false;
    std::thread greedy([&] {
      while (!is_answered) body.ReadAtLeast(1 << 16);
    });
    const CurlResult other = Curl(server.url()).Post("/", "x", {}, std::chrono::seconds(20));
    is_answered = true;
    greedy.join();
    EXPECT_EQ(other.body, "POST /x") << other.error;
  }
  EXPECT_TRUE(Soon([&] { return server.open_connections() == 0; }));
  EXPECT_EQ(server.abandoned(), 2U);
}

TEST(FaultServer, ManyAnswersAreLateAtATime) {
  FaultServer server(Always({.body = "late", .before = milliseconds(200)}));
  std::vector<std::unique_ptr<Raw>> clients;
  const auto begin = Clock::now();
  for (int i = 0; i < 100; ++i) {
    clients.push_back(std::make_unique<Raw>(server));
    clients.back()->Send(Post("x"));
  }
  for (const auto& client : clients) EXPECT_THAT(client->ReadUntil("late"), HasSubstr("200 OK"));
  const auto took = Clock::now() - begin;
  EXPECT_GE(took, milliseconds(200));
  EXPECT_LT(took, milliseconds(10'000)) << "one after the other it is 20 s";
  EXPECT_GT(server.most_at_once(), 50U);
}

TEST(FaultServer, DiesAndComesBackOnItsPort) {
  FaultServer server(Echo);
  Raw client(server);
  client.Send(Post("a"));
  client.ReadUntil("a");
  EXPECT_THROW(FaultServer(Echo, server.port()).Stop(), std::system_error) << "the port is taken";
  server.Stop();
  client.ReadUntil("never");
  EXPECT_EQ(client.error, ECONNRESET);
  EXPECT_EQ(Raw(server).error, ECONNREFUSED);
  server.Stop();
  server.Start();
  server.Start();
  EXPECT_EQ(Curl(server.url()).Post("/", "b").body, "POST /b");
  EXPECT_EQ(server.calls(), 2U);
}

TEST(FaultServer, DiesInTheMiddleOfACall) {
  FaultServer* self = nullptr;
  FaultServer server([&](const HttpCall& call) {
    if (call.number == 0) self->Stop();
    return Echo(call);
  });
  self = &server;
  EXPECT_EQ(Curl(server.url()).Post("/", "a").code, CURLE_RECV_ERROR);
  EXPECT_TRUE(Soon([&] { return Raw(server).error == ECONNREFUSED; }));
  server.Start();
  EXPECT_EQ(Curl(server.url()).Post("/", "a").body, "POST /a");
}

TEST(FaultServer, CarriesManyRequests) {
  constexpr std::size_t kConnections = 64;
  constexpr std::size_t kRounds = 320;
  FaultServer server(Always({.body = R"({"choices":[{"message":{"content":"yes"}}]})"}));
  std::vector<std::unique_ptr<Raw>> clients;
  for (std::size_t i = 0; i < kConnections; ++i) clients.push_back(std::make_unique<Raw>(server));
  const std::string post = Post(R"({"model":"m","messages":[{"role":"user","content":"?"}]})");
  const auto begin = Clock::now();
  for (std::size_t round = 0; round < kRounds; ++round) {
    for (const auto& client : clients) client->Send(post);
    for (const auto& client : clients) ASSERT_THAT(client->ReadUntil("]}"), HasSubstr("200 OK"));
  }
  const std::chrono::duration<double> took = Clock::now() - begin;
  EXPECT_EQ(server.calls(), kConnections * kRounds);
  EXPECT_EQ(server.connections(), kConnections);
  RecordProperty("requests_per_second", static_cast<int>(kConnections * kRounds / took.count()));
}

TEST(FaultServer, LeavesNoDescriptorBehind) {
  const auto descriptors = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  const auto before = descriptors();
  for (const Break how :
       {Break::kNone, Break::kResetInBody, Break::kCloseInBody, Break::kEndless, Break::kStall}) {
    FaultServer server(Always({.body = "0123456789", .how = how}));
    for (int i = 0; i < 10; ++i) {
      Raw client(server);
      client.Send(Post("x"));
      client.ReadAtLeast(1);
    }
    EXPECT_TRUE(Soon([&] { return server.open_connections() == 0; })) << static_cast<int>(how);
    Raw client(server);
    client.Send(Post("x"));
    client.ReadAtLeast(1);
    server.Stop();
    server.Start();
  }
  EXPECT_EQ(descriptors(), before);
}

}  // namespace
}  // namespace gatetest
