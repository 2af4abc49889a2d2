// What the tests of served models have in common: endpoints of a server of the test, which fail
// fast, and an environment without proxies.
#ifndef GATETEST_TESTS_HTTP_HTTP_TESTING_H_
#define GATETEST_TESTS_HTTP_HTTP_TESTING_H_

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/endpoint.h"
#include "gatetest/error.h"
#include "gatetest/model.h"
#include "tests/support/fault_server.h"

namespace gatetest::testing_support {

/// Servers of the tests are in this process: no proxy leads there.
class WithoutProxies final : public ::testing::Environment {
 public:
  void SetUp() override {
    for (const char* const name : {"http_proxy", "https_proxy", "all_proxy", "no_proxy",
                                   "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"}) {
      ::unsetenv(name);
    }
  }
};
inline ::testing::Environment* const kWithoutProxies =
    ::testing::AddGlobalTestEnvironment(new WithoutProxies);

/// An endpoint whose waits are short.
inline Endpoint EndpointOf(const std::string& url) {
  return {.base_url = url + "/v1",
          .concurrency = 16,
          .retrying = {.first_wait = std::chrono::milliseconds(1),
                       .longest_wait = std::chrono::milliseconds(4)}};
}
inline Endpoint EndpointOf(const FaultServer& server) { return EndpointOf(server.url()); }

/// Keeps the answers by their index.
class Received final : public ResponseSink {
 public:
  void Receive(std::size_t index, Response response) override {
    if (!answers_.emplace(index, std::move(response)).second) {
      throw std::logic_error("answered twice: " + std::to_string(index));
    }
  }
  std::size_t size() const { return answers_.size(); }
  bool has(std::size_t index) const { return answers_.count(index) > 0; }
  const Response& at(std::size_t index) const { return answers_.at(index); }

 private:
  std::map<std::size_t, Response> answers_;
};

/// The answers to requests of which each has one.
inline std::vector<Response> AskAll(const ModelPtr& model, const std::vector<Request>& requests) {
  Received answers;
  model->Run(requests, answers, Cancel());
  std::vector<Response> all;
  for (std::size_t i = 0; i < requests.size(); ++i) all.push_back(answers.at(i));
  return all;
}
inline Response Ask(const ModelPtr& model, const Request& request) {
  return AskAll(model, {request}).front();
}

/// Why there is no answer, without the host that it begins with: of this request, or of all.
inline std::string FailureOf(const ModelPtr& model, const Request& request) {
  std::string failure;
  try {
    failure = Ask(model, request).failure;
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kModelFailed) << error.what();
    failure = std::string("all: ") + error.what();
  }
  const std::size_t host = failure.find("127.0.0.1:");
  if (host == std::string::npos) return failure;
  return failure.replace(host, failure.find(": ", host) + 2 - host, "");
}

/// A file of tests/http/recordings: a real answer of a llama-server.
inline std::string Recorded(const std::string& name) {
  const std::filesystem::path file =
      std::filesystem::path(GATETEST_SOURCE_DIR) / "tests/http/recordings" / name;
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file.string());
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_HTTP_HTTP_TESTING_H_
