// What becomes of requests when the server, the network or the key are not as they should be.
#include "src/http/courier.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "gatetest/openai_model.h"
#include "src/http/connection.h"
#include "tests/http/http_testing.h"
#include "tests/support/scripted_faults.h"

namespace gatetest {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using testing_support::Ask;
using testing_support::AskAll;
using testing_support::EndpointOf;
using testing_support::FailureOf;
using testing_support::Received;
using Break = Answer::Break;
using Clock = std::chrono::steady_clock;

const std::string kYes = R"({"choices":[{"message":{"content":"yes"},"finish_reason":"stop"}]})";
const std::vector<std::string> kYesStream = {
    "data: {\"choices\":[{\"delta\":{\"content\":\"y\"}}]}\n\n",
    "data: {\"choices\":[{\"delta\":{\"content\":\"es\"},\"finish_reason\":\"stop\"}]}\n\n",
    "data: [DONE]\n\n"};

Answer Yes(const HttpCall& /*call*/) { return {.body = kYes}; }
Answer YesStream(const HttpCall& /*call*/) {
  return {.headers = {{"Content-Type", "text/event-stream"}}, .chunks = kYesStream};
}

/// The prompt of a call, as its answer.
Answer Echo(const HttpCall& call) {
  const std::string begin = R"("content":")";
  const std::size_t at = call.body.find(begin) + begin.size();
  return {.body = R"({"choices":[{"message":{"content":")" +
                  call.body.substr(at, call.body.find('"', at) - at) + "\"}}]}"};
}

ModelPtr Tiny(const Endpoint& endpoint, bool stream = false) {
  return OpenAiModel({.name = "tiny"}, endpoint, {.stream = stream});
}
ModelPtr Tiny(const FaultServer& server) { return Tiny(EndpointOf(server)); }

std::vector<Request> Numbered(std::size_t count) {
  std::vector<Request> requests;
  for (std::size_t i = 0; i < count; ++i) requests.push_back({.prompt = std::to_string(i)});
  return requests;
}

void ExpectNumbered(const std::vector<Response>& answers) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    ASSERT_EQ(answers[i].failure, "") << i;
    ASSERT_EQ(answers[i].text, std::to_string(i));
  }
}

// ------------------------------------------------------------------------------------- faults

struct FaultCase {
  std::string why;     ///< As it is told after another attempt; empty: it does no harm.
  std::string stream;  ///< The same of a stream.
  std::string said;    ///< What follows in the end.
};

const std::map<std::string, FaultCase>& FaultCases() {
  const std::string limited = ": \"Rate limit reached for requests\"";
  const std::string no_object = "an answer that is no JSON object";
  const std::string no_stream = "an answer that is no event stream";
  static const std::map<std::string, FaultCase> cases = {
      {"LimitedWithMilliseconds", {"HTTP 429", "HTTP 429", limited}},
      {"LimitedWithZero", {"HTTP 429", "HTTP 429", limited}},
      {"LimitedWithFraction", {"HTTP 429", "HTTP 429", limited}},
      {"LimitedWithDate", {"HTTP 429", "HTTP 429", limited}},
      {"LimitedWithoutTime", {"HTTP 429", "HTTP 429", limited}},
      {"InternalError", {"HTTP 500", "HTTP 500", ": \"The server had an error\""}},
      {"BadGateway",
       {"HTTP 502", "HTTP 502",
        R"(: "<html>\x0D\n<head><title>502 Bad Gateway</title></head>\x0D\n<body>\x0D\n)"
        R"(<center><h1>502 Bad Gateway</h1></center>\x0D\n</body>\x0D\n</html>\x0D\n")"}},
      {"Unavailable", {"HTTP 503", "HTTP 503", ": \"The model is overloaded\""}},
      {"ResetBeforeStatus", {"connection reset", "connection reset", "*"}},
      {"CloseBeforeStatus",
       {"connection closed without an answer", "connection closed without an answer", "*"}},
      {"ResetInBody", {"connection reset", "connection reset", "*"}},
      {"CloseInBody", {"answer cut off", "answer cut off", "*"}},
      {"TruncatedJson",
       {no_object, "a stream that was cut off",
        R"(: it begins "{\"choices\":[{\"message\":{\"content\"")"}},
      {"InvalidJson", {no_object, no_stream, R"(: it begins "{\"choices\": [,]}")"}},
      {"WrongContentType",
       {no_object, no_stream, R"(: it begins "\x1F\x8B\x08\x00\xFF\xFE\x00{\x80")"}},
      {"HtmlWithSuccess",
       {no_object, no_stream,
        R"(: it begins "<html>\x0D\n<head><title>We will be back soon</title></head>\x0D\n)"
        R"(<body>\x0D\n<center><h1>We…")"}},
      {"JsonNull", {no_object, no_stream, ": it begins \"null\""}},
      {"ErrorWithSuccess", {"an error with HTTP 200", no_stream, ": \"The model is overloaded\""}},
      {"EmptyBody", {no_object, no_stream, ": it is empty"}},
      {"SlowBody", {"", "", ""}},
      {"ChunksOfOneByte", {"", "", ""}},
  };
  return cases;
}

TEST(CourierFaults, AreAskedAgainAndTold) {
  for (const FaultMaker& fault : AllFaults()) {
    const FaultCase& expected = FaultCases().at(fault.name);
    for (const bool stream : {false, true}) {
      SCOPED_TRACE(fault.name + (stream ? ", stream" : ""));
      FaultServer server(WithFaults(stream ? YesStream : Yes,
                                    {.share = 1, .faults = {fault}, .most_in_a_row = 1}));
      const Response answer = Ask(Tiny(EndpointOf(server), stream), {.prompt = "?"});
      EXPECT_EQ(answer.failure, "");
      EXPECT_EQ(answer.text, "yes");
      const std::string& why = stream ? expected.stream : expected.why;
      EXPECT_EQ(answer.retried,
                why.empty() ? std::vector<std::string>() : std::vector<std::string>{why});
      EXPECT_EQ(server.calls(), why.empty() ? 1U : 2U);
    }
  }
}

TEST(CourierFaults, ThatStayFailWithWhatWasSeen) {
  for (const FaultMaker& fault : AllFaults()) {
    if (fault.is_harmless || fault.name == "LimitedWithDate") continue;  // A second each.
    SCOPED_TRACE(fault.name);
    const FaultCase& expected = FaultCases().at(fault.name);
    FaultServer server(
        WithFaults(Yes, {.share = 1, .faults = {fault}, .most_in_a_row = 1'000'000}));
    Endpoint endpoint = EndpointOf(server);
    endpoint.retrying.attempts = 3;
    const std::string failure = FailureOf(Tiny(endpoint), {.prompt = "?"});
    // Of those that name a time to come back, ten count as one.
    const bool names_a_time =
        fault.name == "LimitedWithMilliseconds" || fault.name == "LimitedWithFraction";
    const std::size_t attempts = names_a_time ? 30 : 3;
    const std::string end = fmt::format(" ({} attempts)", attempts);
    if (expected.said == "*") {  // And what libcurl said.
      EXPECT_THAT(failure, AllOf(StartsWith("all: " + expected.why + ": "), EndsWith(end)));
    } else {
      EXPECT_EQ(failure, "all: " + expected.why + expected.said + end);
    }
    EXPECT_EQ(server.calls(), attempts);
  }
}

TEST(CourierFaults, OfOneRequestAreToldInTheirOrder) {
  const std::vector<Answer> answers = {InternalError(),
                                       ResetInBody({.body = kYes}),
                                       LimitedWithoutTime(),
                                       EmptyBody(),
                                       {.body = kYes}};
  FaultServer server([&](const HttpCall& call) { return answers.at(call.number); });
  const Response answer = Ask(Tiny(server), {.prompt = "?"});
  EXPECT_EQ(answer.text, "yes");
  EXPECT_THAT(answer.retried, ElementsAre("HTTP 500", "connection reset", "HTTP 429",
                                          "an answer that is no JSON object"));
}

TEST(CourierFaults, OfOneRequestDoNotFailOthers) {
  FaultServer server([](const HttpCall& call) {
    return call.body.find("\"7\"") == std::string::npos ? Echo(call) : InternalError();
  });
  Endpoint endpoint = EndpointOf(server);
  endpoint.concurrency = 2;
  endpoint.retrying = {
      .attempts = 4, .first_wait = milliseconds(10), .longest_wait = milliseconds(10)};
  const std::vector<Response> answers = AskAll(Tiny(endpoint), Numbered(500));
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (i == 7) continue;
    EXPECT_EQ(answers[i].text, std::to_string(i));
    EXPECT_EQ(answers[i].failure, "");
    EXPECT_THAT(answers[i].retried, IsEmpty());
  }
  EXPECT_THAT(answers[7].failure, EndsWith(": HTTP 500: \"The server had an error\" (4 attempts)"));
  EXPECT_THAT(answers[7].retried, ElementsAre("HTTP 500", "HTTP 500", "HTTP 500", "HTTP 500"));
  EXPECT_EQ(server.calls(), 503U);
}

TEST(CourierFaults, ThatNoAttemptCanMendFailAtOnce) {
  struct Case {
    Answer answer;
    std::string failure;  ///< "all: " where all requests fail.
  };
  const auto json = [](int status, const std::string& message) {
    return Answer{.status = status, .body = R"({"error":{"message":")" + message + "\"}}"};
  };
  Answer never = json(500, "never");
  never.headers.emplace_back("X-Should-Retry", "false");
  const std::vector<Case> cases = {
      {json(400, "bad"), "HTTP 400: \"bad\""},
      {json(413, "too large"), "HTTP 413: \"too large\""},
      {json(422, "no"), "HTTP 422: \"no\""},
      {never, "HTTP 500: \"never\""},
      {json(401, "who?"),
       "all: HTTP 401: \"who?\"; no API key was sent; name the environment variable that holds it "
       "in Endpoint::api_key_variable"},
      {json(403, "not you"),
       "all: HTTP 403: \"not you\"; no API key was sent; name the environment variable that holds "
       "it in Endpoint::api_key_variable"},
  };
  for (const Case& one : cases) {
    FaultServer server([&](const HttpCall&) { return one.answer; });
    EXPECT_EQ(FailureOf(Tiny(server), {.prompt = "?"}), one.failure);
    EXPECT_EQ(server.calls(), 1U);
  }
}

TEST(CourierFaults, OfAllRequestsAreNoticedSoon) {
  FaultServer server([](const HttpCall&) {
    return Answer{.status = 404, .body = R"({"error":{"message":"no such model"}})"};
  });
  Received answers;
  EXPECT_THROW(Tiny(server)->Run(Numbered(1000), answers, Cancel()), Error);
  EXPECT_EQ(answers.size(), 0U);
  EXPECT_LE(server.calls(), 16U);
}

// ----------------------------------------------------------------------------- a server's life

TEST(CourierServer, ThatStaysAwayFailsAllRequestsSoon) {
  FaultServer server(Yes);
  server.Stop();
  const auto begin = Clock::now();
  EXPECT_THAT(FailureOf(Tiny(server), {.prompt = "?"}),
              AllOf(StartsWith("all: no connection: "), EndsWith(" (5 attempts)")));
  Received answers;
  EXPECT_THROW(Tiny(server)->Run(Numbered(10'000), answers, Cancel()), Error);
  EXPECT_EQ(answers.size(), 0U);
  EXPECT_LT(Clock::now() - begin, seconds(10));
}

/// A moderator's word on one text.
TEST(CourierServer, ThatForbidsOneTextAnswersTheOthers) {
  FaultServer server([](const HttpCall& call) {
    const bool bad = call.body.find("\"50\"") != std::string::npos;
    return bad ? Answer{.status = 403, .body = R"({"error":{"message":"flagged"}})"} : Echo(call);
  });
  Received answers;
  Tiny(server)->Run(Numbered(100), answers, Cancel());
  EXPECT_EQ(answers.size(), 100U);
  EXPECT_THAT(answers.at(50).failure, HasSubstr("HTTP 403: \"flagged\""));
  EXPECT_EQ(answers.at(51).failure, "");
}

TEST(CourierServer, ThatStayedAwayIsNotWaitedForAsLongAgain) {
  FaultServer server(Yes);
  const ModelPtr model = Tiny(server);
  server.Stop();
  EXPECT_THAT(FailureOf(model, {.prompt = "?"}), EndsWith(" (5 attempts)"));
  EXPECT_THAT(FailureOf(model, {.prompt = "?"}), EndsWith(" (2 attempts)"));
  server.Start();
  EXPECT_EQ(Ask(model, {.prompt = "?"}).failure, "");
  server.Stop();
  EXPECT_THAT(FailureOf(model, {.prompt = "?"}), EndsWith(" (5 attempts)"));
}

TEST(CourierServer, ThatDiesForGoodFailsTheRest) {
  FaultServer* self = nullptr;
  FaultServer server([&](const HttpCall& call) {
    if (call.number == 200) self->Stop();
    return Echo(call);
  });
  self = &server;
  Received answers;
  std::string failure;
  try {
    Tiny(server)->Run(Numbered(1000), answers, Cancel());
  } catch (const Error& error) {
    failure = error.what();
  }
  EXPECT_THAT(failure, HasSubstr(": no connection: "));
  std::size_t good = 0;
  for (std::size_t i = 0; i < 1000; ++i) {
    // One that used up its attempts while the last answers were still being read fails alone.
    if (!answers.has(i) || !answers.at(i).failure.empty()) continue;
    ++good;
    EXPECT_EQ(answers.at(i).text, std::to_string(i));
  }
  EXPECT_GT(good, 150U);
  EXPECT_LE(good, 200U);
}

TEST(CourierServer, ThatIsRestartedLosesNothing) {
  FaultServer* self = nullptr;
  std::atomic<int> died{0};
  FaultServer server([&](const HttpCall& call) {
    if (call.number == 200 || call.number == 500) {
      self->Stop();
      ++died;
    }
    return Echo(call);
  });
  self = &server;
  Endpoint endpoint = EndpointOf(server);
  endpoint.retrying = {.attempts = 1000, .longest_wait = milliseconds(20)};
  endpoint.retrying.first_wait = milliseconds(5);
  std::atomic<bool> over{false};
  std::thread nurse([&] {
    int mended = 0;
    while (!over) {
      std::this_thread::sleep_for(milliseconds(10));
      if (died > mended) {
        server.Start();
        ++mended;
      }
    }
  });
  const std::vector<Response> answers = AskAll(Tiny(endpoint), Numbered(1000));
  over = true;
  nurse.join();
  EXPECT_EQ(died, 2);
  ExpectNumbered(answers);
}

TEST(CourierServer, ThatAnswersOutOfOrderIsUnderstood) {
  FaultServer server([](const HttpCall& call) {
    Answer answer = Echo(call);
    if (call.body.find("\"0\"") != std::string::npos) answer.before = milliseconds(200);
    return answer;
  });
  class Order final : public ResponseSink {
   public:
    void Receive(std::size_t index, Response response) override {
      EXPECT_EQ(response.text, std::to_string(index));
      order.push_back(index);
    }
    std::vector<std::size_t> order;
  };
  Order order;
  Tiny(server)->Run(Numbered(100), order, Cancel());
  ASSERT_THAT(order.order, SizeIs(100));
  EXPECT_EQ(order.order.back(), 0U);
  std::sort(order.order.begin(), order.order.end());
  for (std::size_t i = 0; i < 100; ++i) EXPECT_EQ(order.order[i], i);
}

/// Writes the same bytes to whoever connects, and hangs up.
class RawServer {
 public:
  explicit RawServer(std::string bytes) : bytes_(std::move(bytes)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    EXPECT_EQ(::bind(listener_, any, size), 0);
    EXPECT_EQ(::listen(listener_, 16), 0);
    EXPECT_EQ(::getsockname(listener_, any, &size), 0);
    url_ = "http://127.0.0.1:" + std::to_string(ntohs(address.sin_port));
    thread_ = std::thread([this] { Serve(); });
  }
  ~RawServer() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  const std::string& url() const { return url_; }

 private:
  void Serve() const {
    for (int fd = 0; (fd = ::accept(listener_, nullptr, nullptr)) >= 0; ::close(fd)) {
      char request[4096];
      std::string all;
      while (all.find("temperature") == std::string::npos) {
        const ssize_t got = ::recv(fd, request, sizeof request, 0);
        if (got <= 0) break;
        all.append(request, static_cast<std::size_t>(got));
      }
      static_cast<void>(::send(fd, bytes_.data(), bytes_.size(), MSG_NOSIGNAL));
    }
  }

  const std::string bytes_;
  int listener_ = -1;
  std::string url_;
  std::thread thread_;
};

TEST(CourierServer, ThatSpeaksNoHttpIsAskedAgain) {
  struct Case {
    std::string bytes;
    std::string begin;
  };
  const std::vector<Case> cases = {
      {"Hello\r\n\r\n", "all: an answer that is no HTTP: "},
      {"HTTP/9.9 abc\r\n\r\n", "all: "},
      {"\r\n\r\n", "all: "},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}", "all: "},
      {"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n{}", "all: "},
      {"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", "all: "},
      {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "all: an answer without choices: "},
      {"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 503 No\r\nContent-Length: 2\r\n\r\n{}",
       "all: HTTP 503: \"{}\" (2"},
      {"HTTP/1.1 200 OK\r\n\r\n", "all: an answer that is no JSON object: it is empty (2"},
  };
  for (const Case& one : cases) {
    const RawServer server(one.bytes);
    Endpoint endpoint = EndpointOf(server.url());
    endpoint.retrying.attempts = 2;
    EXPECT_THAT(FailureOf(Tiny(endpoint), {.prompt = "?"}),
                AllOf(StartsWith(one.begin), EndsWith(" (2 attempts)")))
        << one.bytes;
  }
}

// --------------------------------------------------------------------------------------- pace

TEST(CourierPace, SlowsDownForAllAndGrowsBack) {
  std::shared_ptr<internal::Connection> connection;
  int least = 1000;
  FaultServer server([&](const HttpCall& call) {
    least = std::min(least, connection->pace().places());
    return call.number == 20 ? LimitedWithoutTime() : Echo(call);
  });
  const Endpoint endpoint = EndpointOf(server);
  connection = internal::Connection::To(endpoint);
  EXPECT_EQ(connection->pace().places(), 16);
  ExpectNumbered(AskAll(Tiny(endpoint), Numbered(600)));
  EXPECT_LE(least, 11);
  EXPECT_EQ(connection->pace().places(), 16);
  EXPECT_EQ(server.calls(), 601U);
}

/// Received so many at a time, each for some time, and tells others that they are too many.
class Crowded {
 public:
  explicit Crowded(std::size_t most) : most_(most) {}

  Answer operator()(const HttpCall& call) {
    const auto now = Clock::now();
    std::erase_if(until_, [&](Clock::time_point end) { return end <= now; });
    if (until_.size() >= most_) {
      ++refused;
      return LimitedWithoutTime();
    }
    Answer answer = Echo(call);
    answer.before = milliseconds(3);
    until_.push_back(now + answer.before);
    return answer;
  }
  std::size_t refused = 0;

 private:
  const std::size_t most_;
  std::vector<Clock::time_point> until_;
};

TEST(CourierPace, FindsWhatTheServerBears) {
  Crowded crowded(3);
  FaultServer server([&](const HttpCall& call) { return crowded(call); });
  ExpectNumbered(AskAll(Tiny(server), Numbered(400)));
  EXPECT_GT(crowded.refused, 0U);
  EXPECT_LT(crowded.refused, 400U) << "at most one refusal an answer";
}

TEST(CourierPace, TooManyIsNoFailureWhileOthersGetThrough) {
  // One request in four attempts is let through, whoever comes.
  FaultServer server([](const HttpCall& call) {
    return call.number % 4 == 3 ? Echo(call) : LimitedWithoutTime();
  });
  Endpoint endpoint = EndpointOf(server);
  endpoint.retrying.attempts = 8;
  ExpectNumbered(AskAll(Tiny(endpoint), Numbered(100)));
}

TEST(CourierPace, TooManyForEverIsAFailureThoughOthersGetThrough) {
  std::size_t refused = 0;
  FaultServer server([&](const HttpCall& call) {
    if (call.body.find("\"7\"") == std::string::npos) return Echo(call);
    ++refused;
    return LimitedWithoutTime();
  });
  Endpoint endpoint = EndpointOf(server);
  endpoint.retrying.attempts = 2;
  const std::vector<Response> answers = AskAll(Tiny(endpoint), Numbered(3000));
  EXPECT_THAT(answers[7].failure, HasSubstr("HTTP 429: \"Rate limit reached for requests\" ("));
  EXPECT_GE(refused, 2U);
  EXPECT_LE(refused, 20U);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (i == 7) continue;
    ASSERT_EQ(answers[i].text, std::to_string(i));
  }
}

TEST(CourierPace, EndsWhereTheServerAsksForTooMuch) {
  FaultServer server([](const HttpCall&) {
    Answer answer = LimitedWithoutTime();
    answer.headers.emplace_back("Retry-After", "86400");
    return answer;
  });
  EXPECT_EQ(FailureOf(Tiny(server), {.prompt = "?"}),
            "all: HTTP 429: \"Rate limit reached for requests\"; the server asks to wait 86400 s, "
            "longer than Retrying::longest_asked (120 s)");
  EXPECT_EQ(server.calls(), 1U);
}

TEST(CourierPace, WaitsAsLongAsTheServerAsks) {
  std::vector<Clock::time_point> times;
  FaultServer server([&](const HttpCall& call) {
    times.push_back(Clock::now());
    Answer answer = Echo(call);
    if (call.number == 0) {
      answer = Unavailable();
      answer.headers.emplace_back("Retry-After", "0.15");
    }
    return answer;
  });
  Endpoint endpoint = EndpointOf(server);
  endpoint.concurrency = 1;
  ExpectNumbered(AskAll(Tiny(endpoint), Numbered(3)));
  ASSERT_THAT(times, SizeIs(4));
  EXPECT_GE(times[1] - times[0], milliseconds(150)) << "the others wait too";
}

TEST(CourierPace, HasOneLimitForAllThreads) {
  FaultServer server([](const HttpCall& call) {
    Answer answer = Echo(call);
    answer.before = milliseconds(2);
    return answer;
  });
  Endpoint endpoint = EndpointOf(server);
  endpoint.concurrency = 4;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] { ExpectNumbered(AskAll(Tiny(endpoint), Numbered(60))); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(server.calls(), 240U);
  EXPECT_LE(server.most_at_once(), 4U);
}

TEST(CourierConnections, AreKeptAndSharedByTheModelsOfAnEndpoint) {
  FaultServer server(Echo);
  Endpoint endpoint = EndpointOf(server);
  endpoint.concurrency = 1;
  const ModelPtr one = Tiny(endpoint);
  const ModelPtr two = OpenAiModel({.name = "two"}, endpoint);
  for (int i = 0; i < 3; ++i) {
    ExpectNumbered(AskAll(one, Numbered(5)));
    ExpectNumbered(AskAll(two, Numbered(5)));
  }
  EXPECT_EQ(server.connections(), 1U);
  Endpoint other = endpoint;
  other.timeouts.total += milliseconds(1);
  ExpectNumbered(AskAll(Tiny(other), Numbered(5)));
  EXPECT_EQ(server.connections(), 2U);
}

TEST(CourierConnections, ThatWereClosedMeanwhileAreNoFailure) {
  FaultServer server(Echo);
  const ModelPtr model = Tiny(server);
  for (int i = 0; i < 5; ++i) {
    ExpectNumbered(AskAll(model, Numbered(40)));  // libcurl tries five dead ones, then we do.
    server.Stop();
    server.Start();
  }
}

TEST(CourierConnections, MayEndWithEachAnswer) {
  FaultServer server([](const HttpCall& call) {
    Answer answer = Echo(call);
    answer.headers.emplace_back("Connection", "close");
    return answer;
  });
  for (const Response& answer : AskAll(Tiny(server), Numbered(100))) {
    EXPECT_EQ(answer.failure, "");
    EXPECT_THAT(answer.retried, IsEmpty());
  }
}

TEST(CourierConnections, AreAsManyAsRequestsAtATime) {
  FaultServer server([](const HttpCall& call) {
    Answer answer = Echo(call);
    answer.before = milliseconds(1);
    return answer;
  });
  Endpoint endpoint = EndpointOf(server);
  endpoint.concurrency = 5;
  ExpectNumbered(AskAll(Tiny(endpoint), Numbered(200)));
  EXPECT_LE(server.connections(), 5U);
  EXPECT_LE(server.most_at_once(), 5U);
}

// ------------------------------------------------------------------------------ time and size

TEST(CourierTime, ToTheFirstByteIsLimited) {
  FaultServer server([](const HttpCall& call) {
    Answer answer = Echo(call);
    if (call.number == 0) answer.before = seconds(60);
    return answer;
  });
  Endpoint endpoint = EndpointOf(server);
  endpoint.timeouts.first_byte = milliseconds(400);
  const Response answer = Ask(Tiny(endpoint), {.prompt = "0"});
  EXPECT_EQ(answer.text, "0");
  EXPECT_THAT(answer.retried, ElementsAre("no answer in time (Timeouts::first_byte)"));
}

TEST(CourierTime, OfTheWholeIsLimited) {
  FaultServer server([](const HttpCall& call) {
    Answer answer = Echo(call);
    if (call.number == 0) answer.how = Break::kStall;
    return answer;
  });
  Endpoint endpoint = EndpointOf(server);
  endpoint.timeouts.total = milliseconds(1000);
  const Response answer = Ask(Tiny(endpoint), {.prompt = "0"});
  EXPECT_EQ(answer.text, "0");
  EXPECT_THAT(answer.retried, ElementsAre("out of time"));
  endpoint.retrying.attempts = 1;
  endpoint.timeouts.total = milliseconds(200);
  FaultServer stuck([](const HttpCall&) { return Answer{.body = kYes, .how = Break::kStall}; });
  endpoint.base_url = stuck.url() + "/v1";
  EXPECT_THAT(FailureOf(Tiny(endpoint), {.prompt = "0"}),
              AllOf(StartsWith("all: out of time: "), EndsWith(" (1 attempt)")));
}

TEST(CourierTime, OfManyThatAreSilentIsLimitedForEach) {
  FaultServer server([](const HttpCall& call) {
    Answer answer = Echo(call);
    if (call.number < 40) answer.before = seconds(60);
    return answer;
  });
  Endpoint endpoint = EndpointOf(server);
  endpoint.timeouts.first_byte = milliseconds(300);
  ExpectNumbered(AskAll(Tiny(endpoint), Numbered(100)));
}

TEST(CourierTime, EndsWhenItIsCancelled) {
  std::atomic<bool> slow{true};
  FaultServer server([&](const HttpCall& call) {
    Answer answer = Echo(call);
    if (slow && call.number >= 10) answer.before = seconds(60);
    return answer;
  });
  const ModelPtr model = Tiny(server);
  Received answers;
  Cancel cancel;
  const auto begin = Clock::now();
  cancel.SetDeadline(begin + milliseconds(150));
  model->Run(Numbered(1000), answers, cancel);
  EXPECT_LT(Clock::now() - begin, seconds(20));
  EXPECT_LE(answers.size(), 10U);
  slow = false;
  ExpectNumbered(AskAll(model, Numbered(50)));
  Cancel requested;
  requested.Request();
  Received none;
  const std::size_t calls = server.calls();
  model->Run(Numbered(50), none, requested);
  EXPECT_EQ(none.size(), 0U);
  EXPECT_EQ(server.calls(), calls);
}

TEST(CourierTime, IsNotSpentWhereThereIsNothingToAsk) {
  FaultServer server(Yes);
  EXPECT_THAT(AskAll(Tiny(server), {}), IsEmpty());
  EXPECT_EQ(server.calls(), 0U);
}

TEST(CourierSize, OfAnAnswerIsLimited) {
  struct Case {
    Answer answer;
    std::string failure;
  };
  const std::string large = "the answer is larger than 100000 bytes (Endpoint::largest_answer)";
  const std::vector<Case> cases = {
      {{.body = std::string(100'001, ' ')}, large},
      {{.body = std::string(5'000'000, ' ')}, large},
      {{.body = kYes, .how = Break::kEndless}, large},
      {{.chunks = {": \n", kYes}, .how = Break::kEndless}, large},
      {{.status = 500, .body = kYes, .how = Break::kEndless}, large},
      {{.how = Break::kEndlessHeaders}, "the answer's headers are larger than 262144 bytes"},
  };
  for (const bool stream : {false, true}) {
    for (const Case& one : cases) {
      FaultServer server([&](const HttpCall&) { return one.answer; });
      Endpoint endpoint = EndpointOf(server);
      endpoint.largest_answer = 100'000;
      EXPECT_EQ(FailureOf(Tiny(endpoint, stream), {.prompt = "?"}), one.failure);
      EXPECT_EQ(server.calls(), 1U);
    }
  }
  FaultServer server([](const HttpCall&) {
    return Answer{.body = kYes + std::string(100'000 - kYes.size(), ' ')};
  });
  Endpoint endpoint = EndpointOf(server);
  endpoint.largest_answer = 100'000;
  EXPECT_EQ(Ask(Tiny(endpoint), {.prompt = "?"}).text, "yes");
}

}  // namespace
}  // namespace gatetest
