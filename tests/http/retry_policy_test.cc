#include "src/http/retry_policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <optional>
#include <string>
#include <vector>

namespace gatetest::internal {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;
using ::testing::Not;
using Kind = Trouble::Kind;

constexpr std::time_t kNow = 1'795'459'072;  // Mon, 23 Nov 2026 18:37:52 GMT

HttpAnswer Status(int status, std::string body = "") {
  return {.end = HttpEnd::kAnswered, .status = status, .body = std::move(body)};
}

const Endpoint kEndpoint = {.base_url = "http://relay.example/v1"};

Trouble Of(const HttpAnswer& answer, const Endpoint& endpoint = kEndpoint) {
  return TroubleOf(answer, endpoint, kNow).value_or(Trouble{.why = "none"});
}

std::string TextOf(const HttpAnswer& answer, const Endpoint& endpoint = kEndpoint) {
  const Trouble trouble = Of(answer, endpoint);
  return trouble.why + trouble.detail;
}

TEST(AskedWait, IsReadInThreeForms) {
  struct Case {
    std::string ms;     ///< retry-after-ms
    std::string after;  ///< retry-after
    std::optional<int> wait;
  };
  const std::vector<Case> cases = {
      {"20", "", 20},
      {"0.2", "", 1},
      {"1500.5", "", 1501},
      {"", "2", 2000},
      {"", "0.02", 20},
      {"", "0.0201", 21},
      {"", "1e2", 100'000},
      {"", "Mon, 23 Nov 2026 18:37:57 GMT", 5000},
      {"", "Monday, 23-Nov-26 18:37:57 GMT", 5000},
      {"", "Mon Nov 23 18:37:57 2026", 5000},
      // The first that can be read counts.
      {"20", "2", 20},
      {"soon", "2", 2000},
      {"", "", {}},
      {"20", "Mon, 23 Nov 2026 18:37:57 GMT", 20},
      // Nothing that could be waited for.
      {"0", "", {}},
      {"0", "2", {}},
      {"-1", "", {}},
      {"", "0", {}},
      {"", "-3", {}},
      {"", "Mon, 23 Nov 2026 18:37:52 GMT", {}},
      {"", "Mon, 23 Nov 2026 18:37:42 GMT", {}},
      {"", "Thu, 01 Jan 1970 00:00:00 GMT", {}},
      {"", "soon", {}},
      {"", "2 s", {}},
      {"", "2s", {}},
      {"", "2,5", {}},
      {"", "nan", {}},
      {"", "inf", {}},
      {"", "1e999", {}},
      {"", "0x10", {}},
      {"nan", "", {}},
  };
  for (const Case& one : cases) {
    const HttpAnswer answer = {.retry_after_ms = one.ms, .retry_after = one.after};
    const std::optional<milliseconds> wait = AskedWait(answer, kNow);
    const std::optional<int> ms =
        wait ? std::optional(static_cast<int>(wait->count())) : std::nullopt;
    EXPECT_EQ(ms, one.wait) << "retry-after-ms: " << one.ms << ", retry-after: " << one.after;
  }
}

TEST(AskedWait, HasNoOverflow) {
  for (const std::string huge : {"1e300", "1e308", "99999999999999999999999999"}) {
    for (const HttpAnswer& answer :
         {HttpAnswer{.retry_after_ms = huge}, HttpAnswer{.retry_after = huge}}) {
      EXPECT_GT(AskedWait(answer, kNow).value_or(milliseconds(0)), std::chrono::hours(24)) << huge;
    }
  }
  EXPECT_GT(
      AskedWait({.retry_after = "Fri, 31 Dec 9999 23:59:59 GMT"}, kNow).value_or(milliseconds(0)),
      std::chrono::hours(24));
}

TEST(TroubleOf, SortsStatuses) {
  struct Case {
    int status;
    std::string should_retry;
    std::optional<Kind> kind;
  };
  const std::vector<Case> cases = {
      {200, "", {}},
      {201, "", {}},
      {204, "", {}},
      {200, "true", {}},
      {300, "", Kind::kHopeless},
      {301, "", Kind::kHopeless},
      {307, "true", Kind::kHopeless},
      {400, "", Kind::kFailed},
      {400, "true", Kind::kFailed},
      {401, "", Kind::kHopeless},
      {401, "true", Kind::kHopeless},
      {402, "", Kind::kHopeless},
      {402, "true", Kind::kHopeless},
      {403, "", Kind::kHopeless},
      {404, "", Kind::kHopeless},
      {408, "", Kind::kAgain},
      {408, "false", Kind::kFailed},
      {409, "", Kind::kAgain},
      {413, "", Kind::kFailed},
      {418, "", Kind::kFailed},
      {418, "true", Kind::kAgain},
      {422, "", Kind::kFailed},
      {422, "true", Kind::kFailed},
      {429, "", Kind::kSlowDown},
      {429, "true", Kind::kSlowDown},
      {429, "false", Kind::kFailed},
      {429, "maybe", Kind::kSlowDown},
      {500, "", Kind::kAgain},
      {500, "false", Kind::kFailed},
      {501, "", Kind::kAgain},
      {502, "", Kind::kAgain},
      {503, "", Kind::kAgain},
      {504, "", Kind::kAgain},
      {529, "", Kind::kAgain},
      {599, "", Kind::kAgain},
  };
  for (const Case& one : cases) {
    HttpAnswer answer = Status(one.status);
    answer.should_retry = one.should_retry;
    const std::optional<Trouble> trouble = TroubleOf(answer, kEndpoint, kNow);
    const std::optional<Kind> kind = trouble ? std::optional(trouble->kind) : std::nullopt;
    EXPECT_EQ(kind, one.kind) << one.status << " " << one.should_retry;
    if (trouble) {
      EXPECT_EQ(trouble->why, "HTTP " + std::to_string(one.status));
    }
  }
}

TEST(TroubleOf, WithoutAnAnswerDependsOnHowItEnded) {
  const auto ended = [](HttpEnd end) {
    return Of({.end = end, .problem = "no connection", .detail = "refused", .status = 200});
  };
  EXPECT_EQ(ended(HttpEnd::kBroken).kind, Kind::kAgain);
  EXPECT_EQ(ended(HttpEnd::kTooLarge).kind, Kind::kFailed);
  EXPECT_EQ(ended(HttpEnd::kHopeless).kind, Kind::kHopeless);
  EXPECT_EQ(ended(HttpEnd::kBroken).why, "no connection");
  EXPECT_EQ(ended(HttpEnd::kBroken).detail, ": refused");
  EXPECT_EQ(Of({.end = HttpEnd::kBroken, .problem = "no connection"}).detail, "");
}

TEST(TroubleOf, KeepsTheWaitOfWhatIsAskedAgain) {
  for (const int status : {429, 503}) {
    HttpAnswer answer = Status(status);
    answer.retry_after = "2";
    EXPECT_EQ(Of(answer).wait, milliseconds(2000)) << status;
  }
  HttpAnswer answer = Status(400);
  answer.retry_after = "2000";
  EXPECT_FALSE(Of(answer).wait) << "it is not asked again";
  EXPECT_EQ(Of(answer).kind, Kind::kFailed);
}

TEST(TroubleOf, WaitsForNoMoreThanIsAllowed) {
  HttpAnswer answer = Status(429, R"({"error":{"message":"daily limit"}})");
  answer.retry_after = "120";
  EXPECT_EQ(Of(answer).kind, Kind::kSlowDown) << "exactly Retrying::longest_asked";
  answer.retry_after = "120.001";
  EXPECT_EQ(Of(answer).kind, Kind::kHopeless);
  answer.retry_after = "3600";
  EXPECT_EQ(TextOf(answer),
            "HTTP 429: \"daily limit\"; the server asks to wait 3600 s, longer than "
            "Retrying::longest_asked (120 s)");
  Endpoint patient = kEndpoint;
  patient.retrying.longest_asked = std::chrono::hours(1);
  EXPECT_EQ(Of(answer, patient).kind, Kind::kSlowDown);
}

TEST(TroubleOf, SaysWhereTheKeyCameFromAndNeverTheKey) {
  const std::string body = R"({"error":{"message":"Invalid API Key"}})";
  EXPECT_EQ(TextOf(Status(401, body)),
            "HTTP 401: \"Invalid API Key\"; no API key was sent; name the environment variable "
            "that holds it in Endpoint::api_key_variable");
  Endpoint endpoint = kEndpoint;
  endpoint.api_key_variable = "RELAY_KEY";
  EXPECT_EQ(TextOf(Status(401, body), endpoint),
            "HTTP 401: \"Invalid API Key\"; the API key came from the environment variable "
            "RELAY_KEY");
  EXPECT_EQ(TextOf(Status(403), endpoint),
            "HTTP 403; the API key came from the environment variable RELAY_KEY");
}

TEST(TroubleOf, SaysWhatToDoAboutAnAddress) {
  HttpAnswer not_found = Status(404, R"({"error":{"message":"File Not Found"}})");
  not_found.url = "http://relay.example/v1/x";
  EXPECT_EQ(
      TextOf(not_found),
      "HTTP 404: \"File Not Found\"; http://relay.example/v1/x was asked: is Endpoint::base_url "
      "right, which usually ends in /v1, and is there such a path (OpenAiOptions::generate_by) "
      "and such a model");
  HttpAnswer redirect = Status(308);
  redirect.location = "https://relay.example/a/rather/long/path/that/goes/on/for/a/while/v1";
  EXPECT_EQ(TextOf(redirect),
            "HTTP 308: the server redirects to \"https://relay.example/a/rather/long/path/that/"
            "goes/on/for/a/while/v1\"; redirects are not followed, so set Endpoint::base_url to "
            "where it leads");
  EXPECT_EQ(TextOf(Status(304)), "HTTP 304");
}

TEST(WaitAfter, DoublesWithinItsBounds) {
  const Retrying retrying = {.first_wait = milliseconds(400), .longest_wait = milliseconds(3000)};
  struct Case {
    int failed;
    int most;
  };
  for (const Case& one :
       std::vector<Case>{{1, 400}, {2, 800}, {3, 1600}, {4, 3000}, {5, 3000}, {1000, 3000}}) {
    EXPECT_EQ(WaitAfter(one.failed, retrying, 0), milliseconds(one.most)) << one.failed;
    for (std::uint64_t random = 0; random < 5000; random += 7) {
      const milliseconds wait = WaitAfter(one.failed, retrying, random * 0x9e3779b97f4a7c15U);
      ASSERT_LE(wait.count(), one.most);
      ASSERT_GE(wait.count(), one.most * 3 / 4);
    }
  }
}

TEST(WaitAfter, SpreadsRequestsThatFailedTogether) {
  const Retrying retrying = {.first_wait = milliseconds(1000)};
  std::vector<milliseconds> waits;
  for (std::uint64_t random = 0; random < 1024; ++random) {
    waits.push_back(WaitAfter(1, retrying, random));
  }
  std::sort(waits.begin(), waits.end());
  const auto different = std::unique(waits.begin(), waits.end()) - waits.begin();
  EXPECT_GT(different, 200);
}

TEST(WaitAfter, IsAtMostTheLongestAlsoAtFirst) {
  EXPECT_EQ(WaitAfter(1, {.first_wait = milliseconds(50), .longest_wait = milliseconds(10)}, 0),
            milliseconds(10));
  EXPECT_EQ(
      WaitAfter(1'000'000,
                {.first_wait = std::chrono::hours(24 * 365), .longest_wait = milliseconds::max()},
                0),
      WaitAfter(
          20, {.first_wait = std::chrono::hours(24 * 365), .longest_wait = milliseconds::max()}, 0))
      << "no overflow";
}

}  // namespace
}  // namespace gatetest::internal
