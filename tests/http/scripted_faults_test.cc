#include "tests/support/scripted_faults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "tests/http/curl_testing.h"

namespace gatetest {
namespace {

using testing_support::Curl;
using testing_support::CurlResult;

const std::string kHonest = R"({"choices":[{"message":{"content":"yes"}}]})";

Answer Honest(const HttpCall& /*call*/) { return {.body = kHonest}; }

HttpCall CallOf(const std::string& body) {
  return {.method = "POST", .target = "/v1", .body = body, .headers = {}};
}

/// "." for an honest answer, "x" for one that is not.
std::string Fates(const FaultServer::Handler& handler, const std::string& body, int calls) {
  std::string fates;
  for (int i = 0; i < calls; ++i) fates += handler(CallOf(body)).status == 200 ? '.' : 'x';
  return fates;
}

TEST(ScriptedFaults, AreOnTheWireWhatTheirNamesSay) {
  struct Case {
    CURLcode code;
    int status;
    std::string content_type;
    bool is_json;
    std::string wait = {};  ///< What says how long to wait.
  };
  const std::string json = "application/json";
  const std::map<std::string, Case> cases = {
      {"LimitedWithMilliseconds", {CURLE_OK, 429, json, true, "20"}},
      {"LimitedWithZero", {CURLE_OK, 429, json, true, "0"}},
      {"LimitedWithFraction", {CURLE_OK, 429, json, true, "0.02"}},
      {"LimitedWithDate", {CURLE_OK, 429, json, true, "date"}},
      {"LimitedWithoutTime", {CURLE_OK, 429, json, true}},
      {"InternalError", {CURLE_OK, 500, json, true}},
      {"BadGateway", {CURLE_OK, 502, "text/html", false}},
      {"Unavailable", {CURLE_OK, 503, json, true}},
      {"ResetBeforeStatus", {CURLE_RECV_ERROR, 0, "", false}},
      {"CloseBeforeStatus", {CURLE_GOT_NOTHING, 0, "", false}},
      {"ResetInBody", {CURLE_RECV_ERROR, 200, json, false}},
      {"CloseInBody", {CURLE_PARTIAL_FILE, 200, json, false}},
      {"TruncatedJson", {CURLE_OK, 200, json, false}},
      {"InvalidJson", {CURLE_OK, 200, json, false}},
      {"WrongContentType", {CURLE_OK, 200, "application/octet-stream", false}},
      {"HtmlWithSuccess", {CURLE_OK, 200, "text/html", false}},
      {"JsonNull", {CURLE_OK, 200, json, true}},
      {"ErrorWithSuccess", {CURLE_OK, 200, json, true}},
      {"EmptyBody", {CURLE_OK, 200, json, false}},
      {"SlowBody", {CURLE_OK, 200, json, true}},
      {"ChunksOfOneByte", {CURLE_OK, 200, json, true}},
  };
  const std::vector<FaultMaker> faults = AllFaults();
  EXPECT_EQ(faults.size(), cases.size());
  for (const FaultMaker& fault : faults) {
    SCOPED_TRACE(fault.name);
    const Case& expected = cases.at(fault.name);
    FaultServer server(WithFaults(Honest, {.share = 1, .faults = {fault}}));
    const CurlResult result = Curl(server.url()).Post("/v1", "{}");
    EXPECT_EQ(result.code, expected.code) << result.error;
    EXPECT_EQ(result.status, expected.status);
    const auto header = [&](const std::string& name) {
      const auto found = result.headers.find(name);
      return found == result.headers.end() ? std::string() : found->second;
    };
    EXPECT_EQ(header("content-type"), expected.content_type);
    EXPECT_EQ(nlohmann::json::accept(result.body), expected.is_json) << result.body;
    EXPECT_EQ(result.body == kHonest, fault.is_harmless) << result.body;
    if (expected.wait == "date") {
      const double wait =
          std::difftime(::curl_getdate(header("retry-after").c_str(), nullptr), std::time(nullptr));
      EXPECT_GE(wait, -1) << header("retry-after");
      EXPECT_LE(wait, 1) << header("retry-after");
    } else {
      EXPECT_EQ(header("retry-after") + header("retry-after-ms"), expected.wait);
    }
  }
}

TEST(ScriptedFaults, CutStreamsToo) {
  const std::vector<std::string> events = {"data: 1\n\n", "data: 2\n\n", "data: [DONE]\n\n"};
  EXPECT_EQ(ChunksOfOneByte({.chunks = events}).chunks.size(), 32U);
  EXPECT_EQ(TruncatedJson({.chunks = events}).body, "data: 1\n\ndata: 2");
  FaultServer server([&](const HttpCall& /*call*/) { return CloseInBody({.chunks = events}); });
  const CurlResult result = Curl(server.url()).Get("/");
  EXPECT_EQ(result.code, CURLE_PARTIAL_FILE);
  EXPECT_THAT(result.body, ::testing::StartsWith("data: 1\n\n"));
}

TEST(ScriptedFaults, ComeAtTheirShareAndEvenly) {
  const FaultPlan plan{.share = 0.3, .seed = 17, .faults = AllFaults()};
  const FaultServer::Handler handler = WithFaults(Honest, plan);
  constexpr int kCalls = 20'000;
  for (int i = 0; i < kCalls; ++i) handler(CallOf("question " + std::to_string(i)));
  const FaultTally& tally = *plan.tally;
  EXPECT_EQ(tally.honest() + tally.harmless() + tally.failures(), std::size_t{kCalls});
  const auto faults = static_cast<double>(tally.harmless() + tally.failures());
  EXPECT_NEAR(faults / kCalls, 0.3, 4 * std::sqrt(0.3 * 0.7 / kCalls));
  const double each = faults / static_cast<double>(plan.faults.size());
  EXPECT_EQ(tally.by_name().size(), plan.faults.size());
  for (const auto& [name, count] : tally.by_name()) {
    EXPECT_NEAR(static_cast<double>(count), each, 5 * std::sqrt(each)) << name;
  }
}

TEST(ScriptedFaults, DependOnTheSeedAndTheRequestNotOnTheOrder) {
  const auto handler = [](std::uint64_t seed) {
    return WithFaults(Honest, {.share = 0.5, .seed = seed, .faults = {{"500", InternalError}}});
  };
  const FaultServer::Handler one = handler(1);
  const FaultServer::Handler other = handler(1);
  const std::string a = Fates(one, "a", 40);
  const std::string b = Fates(one, "b", 40);
  EXPECT_EQ(Fates(other, "b", 40), b);
  EXPECT_EQ(Fates(other, "a", 40), a);
  EXPECT_NE(a, b);
  EXPECT_NE(Fates(handler(2), "a", 40), a);
  EXPECT_THAT(a, ::testing::AllOf(::testing::HasSubstr("x."), ::testing::HasSubstr(".x")))
      << "the same request may succeed when it comes again";
}

TEST(ScriptedFaults, LeaveEveryRequestASuccess) {
  const auto fates = [](const FaultPlan& plan) { return Fates(WithFaults(Honest, plan), "a", 9); };
  EXPECT_EQ(fates({.share = 1, .faults = {{"500", InternalError}}}), "xxx.xxx.x");
  EXPECT_EQ(fates({.share = 1, .faults = {{"500", InternalError}}, .most_in_a_row = 0}),
            ".........");
  EXPECT_EQ(fates({.share = 0, .faults = AllFaults()}), ".........");
}

TEST(ScriptedFaults, AreFoundByName) {
  EXPECT_EQ(FaultsNamed({"SlowBody", "JsonNull"}).at(1).name, "JsonNull");
  EXPECT_THROW(FaultsNamed({"JsonNil"}), std::invalid_argument);
}

}  // namespace
}  // namespace gatetest
