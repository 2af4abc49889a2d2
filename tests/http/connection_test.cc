// Endpoints, and where their keys go and do not go.
#include "src/http/connection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gatetest/openai_model.h"
#include "tests/http/http_testing.h"
#include "tests/support/errors.h"
#include "tests/support/scoped_variable.h"

namespace gatetest {
namespace {

using internal::Connection;
using ::testing::HasSubstr;
using ::testing::Not;
using testing_support::Ask;
using testing_support::EndpointOf;
using testing_support::ErrorOf;
using testing_support::FailureOf;
using testing_support::ScopedVariable;

const std::string kVariable = "GATETEST_HTTP_TEST_KEY";
const std::string kYes = R"({"choices":[{"message":{"content":"yes"}}]})";

Answer Yes(const HttpCall& /*call*/) { return {.body = kYes}; }

ModelPtr WithKey(const FaultServer& server, bool in_query = false) {
  Endpoint endpoint = EndpointOf(server);
  endpoint.api_key_variable = kVariable;
  endpoint.key_in_query = in_query;
  return OpenAiModel({.name = "tiny"}, endpoint);
}

std::string RefusalOf(const Endpoint& endpoint) {
  return ErrorOf([&] { Connection::To(endpoint); }, ErrorCode::kInvalidArgument);
}

TEST(Connection, KnowsTheAddressesOfItsServer) {
  struct Case {
    std::string url;
    std::string base;
    std::string root;
    std::string host;
  };
  const std::vector<Case> cases = {
      {"http://localhost:8000/v1", "http://localhost:8000/v1", "http://localhost:8000",
       "localhost:8000"},
      {"http://localhost:8000/v1//", "http://localhost:8000/v1", "http://localhost:8000",
       "localhost:8000"},
      {"https://relay.example/openai/v1/", "https://relay.example/openai/v1",
       "https://relay.example/openai", "relay.example"},
      {"https://relay.example", "https://relay.example", "https://relay.example", "relay.example"},
      {"http://[::1]:80/v1", "http://[::1]:80/v1", "http://[::1]:80", "[::1]:80"},
      {"HTTP://h/v12", "HTTP://h/v12", "HTTP://h/v12", "h"},
  };
  for (const Case& one : cases) {
    const auto connection = Connection::To({.base_url = one.url});
    EXPECT_EQ(connection->base(), one.base);
    EXPECT_EQ(connection->root(), one.root);
    EXPECT_EQ(connection->host(), one.host);
  }
  EXPECT_EQ(internal::WithoutPort("localhost:8000"), "localhost");
  EXPECT_EQ(internal::WithoutPort("relay.example"), "relay.example");
  EXPECT_EQ(internal::WithoutPort("[::1]:8000"), "::1");
}

TEST(Connection, RefusesWhatIsNoEndpoint) {
  const std::string example = " is no http or https address like \"http://localhost:8000/v1\"";
  const std::string secret =
      "Endpoint::base_url has a user, a password or a query; keys come from the environment "
      "(Endpoint::api_key_variable)";
  EXPECT_EQ(RefusalOf({}),
            "Endpoint::base_url is empty; write the server's address, "
            "\"http://localhost:8000/v1\"");
  for (const std::string url : {"localhost:8000/v1", "ftp://h/v1", "/v1", "http://", "http:// /",
                                "file:///etc/passwd", "http://h:99999/v1"}) {
    EXPECT_THAT(RefusalOf({.base_url = url}), HasSubstr("http or https address")) << url;
  }
  for (const std::string url :
       {"http://user@h/v1", "http://user:hunter2@h/v1", "http://:hunter2@h/v1",
        "http://h/v1?api_key=hunter2", "http://h/v1?", "http://h/v1#part", "http://h?hunter2"}) {
    EXPECT_EQ(RefusalOf({.base_url = url}), secret) << url;
  }
  const std::string base = "http://h/v1";
  EXPECT_EQ(RefusalOf({.base_url = base, .concurrency = 0}),
            "Endpoint::concurrency is 0; it must be above 0");
  EXPECT_EQ(RefusalOf({.base_url = base, .timeouts = {.connect = std::chrono::milliseconds(0)}}),
            "Endpoint::timeouts.connect is 0 ms; it must be above 0");
  EXPECT_EQ(RefusalOf({.base_url = base, .retrying = {.attempts = 0}}),
            "Endpoint::retrying.attempts is 0; it must be above 0");
  EXPECT_EQ(
      RefusalOf({.base_url = base, .retrying = {.first_wait = std::chrono::milliseconds(-1)}}),
      "Endpoint::retrying.first_wait is -1 ms; it must be above 0");
  EXPECT_EQ(RefusalOf({.base_url = base, .largest_answer = 0}),
            "Endpoint::largest_answer is 0 bytes; it must be above 0");
  EXPECT_EQ(RefusalOf({.base_url = base, .headers = {{"A:", "x"}}}),
            "Endpoint::headers has a header \"A:\", which is no name of one");
  EXPECT_EQ(
      RefusalOf({.base_url = base, .api_key_variable = "sk-live-0123456789"}),
      "Endpoint::api_key_variable is no name of an environment variable; it is to be the name "
      "of the one that holds the key, never the key");
  EXPECT_EQ(RefusalOf({.base_url = base, .headers = {{"authorization", "Bearer x"}}}),
            "Endpoint::headers has Authorization; keys come from the environment "
            "(Endpoint::api_key_variable)");
  EXPECT_EQ(RefusalOf({.base_url = base, .headers = {{"A", "x\r\nB: y"}}}),
            "Endpoint::headers: the value of A has a line end");
}

TEST(Connection, IsOneForEqualEndpoints) {
  const Endpoint endpoint = {.base_url = "http://h/v1"};
  const auto one = Connection::To(endpoint);
  EXPECT_EQ(Connection::To(endpoint), one);
  for (const Endpoint& other :
       {Endpoint{.base_url = "http://h/v1/"}, Endpoint{.base_url = "http://h/v1", .concurrency = 3},
        Endpoint{.base_url = "http://h/v1", .api_key_variable = "X_KEY"}}) {
    EXPECT_NE(Connection::To(other), one);
  }
}

TEST(EndpointHeaders, AreSent) {
  FaultServer server(Yes, 0, /*keep=*/true);
  Endpoint endpoint = EndpointOf(server);
  endpoint.headers = {{"OpenAI-Organization", "org-1"}, {"X-Empty", ""}};
  Ask(OpenAiModel({.name = "tiny"}, endpoint), {.prompt = "?"});
  const auto headers = server.seen().at(0).headers;
  EXPECT_EQ(headers.at("openai-organization"), "org-1");
  ASSERT_EQ(headers.count("x-empty"), 1U);
  EXPECT_EQ(headers.at("x-empty"), "");
  EXPECT_EQ(headers.at("user-agent"), "GateTest");
}

TEST(EndpointKey, GoesWhereItIsWanted) {
  const ScopedVariable key(kVariable, "sk-12/34+5&6=7");
  FaultServer server(Yes, 0, /*keep=*/true);
  Ask(WithKey(server), {.prompt = "?"});
  Ask(WithKey(server, /*in_query=*/true), {.prompt = "?"});
  Ask(OpenAiModel({.name = "tiny"}, EndpointOf(server)), {.prompt = "?"});
  const std::vector<HttpCall> seen = server.seen();
  EXPECT_EQ(seen.at(0).headers.at("authorization"), "Bearer sk-12/34+5&6=7");
  EXPECT_EQ(seen.at(0).target, "/v1/chat/completions");
  EXPECT_EQ(seen.at(1).headers.count("authorization"), 0U);
  EXPECT_EQ(seen.at(1).target, "/v1/chat/completions?api_key=sk-12%2F34%2B5%266%3D7");
  EXPECT_EQ(seen.at(2).headers.count("authorization"), 0U);
  EXPECT_EQ(seen.at(2).target, "/v1/chat/completions");
}

TEST(EndpointKey, IsThatOfNow) {
  FaultServer server(Yes, 0, /*keep=*/true);
  const ModelPtr model = WithKey(server);
  for (const std::string value : {"first-key", "second-key"}) {
    const ScopedVariable key(kVariable, value);
    Ask(model, {.prompt = "?"});
    EXPECT_EQ(server.seen().back().headers.at("authorization"), "Bearer " + value);
  }
}

TEST(EndpointKey, ThatIsNoneIsSaidToBe) {
  FaultServer server(Yes);
  const auto error = [&] {
    return ErrorOf([&] { Ask(WithKey(server), {.prompt = "?"}); }, ErrorCode::kInvalidArgument);
  };
  const std::string begin =
      "the environment variable " + kVariable +
      ", which holds the API key of 127.0.0.1:" + std::to_string(server.port()) + ", ";
  ::unsetenv(kVariable.c_str());
  EXPECT_EQ(error(), begin + "is not set");
  for (const std::string bad : {"sk-1234567\n", "sk 12345678", "sk-12345\r\nX: y", "sk-é1234567"}) {
    const ScopedVariable key(kVariable, bad);
    EXPECT_EQ(error(), begin + "has a blank, a line end or another character that no key has");
  }
  EXPECT_EQ(server.calls(), 0U);
}

TEST(EndpointKey, IsNotTakenElsewhere) {
  const ScopedVariable key(kVariable, "sk-1234567890");
  FaultServer other(Yes, 0, /*keep=*/true);
  for (const int status : {301, 302, 303, 307, 308}) {
    FaultServer server([&](const HttpCall& call) {
      return Answer{
          .status = status, .headers = {{"Location", other.url() + call.target}}, .body = "moved"};
    });
    const std::string failure = FailureOf(WithKey(server, /*in_query=*/true), {.prompt = "?"});
    EXPECT_EQ(failure,
              "all: HTTP " + std::to_string(status) +
                  ": the server redirects to \"http://127.0.0.1:" + std::to_string(other.port()) +
                  "/v1/chat/completions?api_key=[credential]\"; redirects are not "
                  "followed, so set Endpoint::base_url to where it leads");
    EXPECT_EQ(server.calls(), 1U);
  }
  EXPECT_EQ(other.calls(), 0U);
}

/// Whether so much of the beginning of a key is in the text that it tells something.
bool Tells(const std::string& text, const std::string& key) {
  return text.find(key.substr(0, 5)) != std::string::npos;
}

TEST(EndpointKey, IsInNoMessageOfAServerThatRepeatsIt) {
  const std::string value = R"(kq-7/"9\x+8=&Zz%41_longer-than-most)";
  const ScopedVariable key(kVariable, value);
  std::string before;
  int form = 0;
  FaultServer server([&](const HttpCall& call) {
    const std::string sent =
        call.headers.count("authorization") > 0 ? call.headers.at("authorization") : call.target;
    const std::string said = before + sent + " is wrong";
    switch (form) {
      case 0:
        return Answer{.status = 400, .body = said};
      case 1:
        return Answer{.status = 400, .body = nlohmann::json{{"error", {{"message", said}}}}.dump()};
      default:
        return Answer{.status = 422, .body = nlohmann::json{{"detail", {said}}}.dump()};
    }
  });
  const std::vector<ModelPtr> models = {WithKey(server), WithKey(server, /*in_query=*/true)};
  for (form = 0; form < 3; ++form) {
    for (std::size_t size = 0; size < 320; size += size < 200 ? 20 : 1) {
      before = std::string(size, '.');
      for (const ModelPtr& model : models) {
        const std::string failure = FailureOf(model, {.prompt = "?"});
        ASSERT_FALSE(Tells(failure, value)) << failure;
        if (size < 200) {
          ASSERT_THAT(failure, HasSubstr("[credential]"));
        }
      }
    }
  }
}

TEST(EndpointKey, IsInNoMessageOfAnAnswerThatIsNone) {
  const std::string value = "kq-1234567890-abcdefghij";
  const ScopedVariable key(kVariable, value);
  std::string before;
  FaultServer server([&](const HttpCall&) { return Answer{.body = before + value}; });
  Endpoint endpoint = EndpointOf(server);
  endpoint.api_key_variable = kVariable;
  endpoint.retrying.attempts = 1;
  const ModelPtr model = OpenAiModel({.name = "tiny"}, endpoint);
  for (std::size_t size = 0; size < 100; ++size) {
    before = std::string(size, '.');
    const std::string failure = FailureOf(model, {.prompt = "?"});
    ASSERT_FALSE(Tells(failure, value)) << failure;
  }
}

TEST(EndpointKey, ThatIsAWordHidesNoWords) {
  const ScopedVariable key(kVariable, "EMPTY");
  FaultServer server([](const HttpCall&) { return Answer{.status = 400, .body = "EMPTY prompt"}; });
  EXPECT_EQ(FailureOf(WithKey(server), {.prompt = "?"}), "HTTP 400: \"EMPTY prompt\"");
}

}  // namespace
}  // namespace gatetest
