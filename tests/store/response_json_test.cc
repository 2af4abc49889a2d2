#include "src/store/response_json.h"

#include <gtest/gtest.h>

#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "tests/support/errors.h"

namespace gatetest::internal {
namespace {

using testing_support::ErrorOf;

Response ThereAndBack(const Response& response) {
  return ResponseFromJson(ResponseToJson(response));
}

std::string ErrorOfJson(const std::string& json) {
  return ErrorOf([&] { ResponseFromJson(json); }, ErrorCode::kStoreFailed);
}

TEST(ResponseJsonTest, LeavesOutDefaults) {
  EXPECT_EQ(ResponseToJson({}), "{}");
  EXPECT_EQ(ResponseToJson(Response::Text("140")), R"({"text":"140"})");
}

TEST(ResponseJsonTest, WritesEveryField) {
  Response response = Response::Text("a\"b\n\x01é", FinishReason::kLength);
  response.logprobs = {-0.1, -2, -1e-300};
  response.top_logprobs = {{{"the", -0.1}, {"a\"", -2.5}}, {}, {{"\n", -1e-300}}};
  response.tokens = {1, -2};
  response.token_ends = {3, 4};
  response.usage = {.prompt_tokens = 5, .completion_tokens = 6};
  response.failure = "no";
  EXPECT_EQ(ResponseToJson(response),
            R"({"text":"a\"b\n\u0001é","logprobs":[-0.1,-2,-1e-300],)"
            R"("top_logprobs":[[["the",-0.1],["a\"",-2.5]],[],[["\n",-1e-300]]],"tokens":[1,-2],)"
            R"("token_ends":[3,4],"finish_reason":"length",)"
            R"("usage":{"prompt_tokens":5,"completion_tokens":6},"failure":"no"})");
}

TEST(ResponseJsonTest, ReadsEveryField) {
  const Response response = ResponseFromJson(
      R"({"failure": "no", "usage": {"completion_tokens": 6, "prompt_tokens": 5},
          "finish_reason": "stop", "token_ends": [3, 18446744073709551615],
          "tokens": [2147483647, -2147483648], "logprobs": [-0.5, -2], "text": "a\"\u00e9\n"})");
  EXPECT_EQ(response.text, "a\"é\n");
  EXPECT_EQ(response.logprobs, (std::vector<double>{-0.5, -2}));
  EXPECT_EQ(response.tokens, (std::vector<TokenId>{2147483647, -2147483647 - 1}));
  EXPECT_EQ(response.token_ends,
            (std::vector<std::size_t>{3, std::numeric_limits<std::size_t>::max()}));
  EXPECT_EQ(response.finish_reason, FinishReason::kStop);
  EXPECT_EQ(response.usage.prompt_tokens, 5);
  EXPECT_EQ(response.usage.completion_tokens, 6);
  EXPECT_EQ(response.failure, "no");
}

TEST(ResponseJsonTest, LeavesOutWhatIsOfOneProcessAlone) {
  Response response = Response::Text("140");
  response.timing = {.first_token = std::chrono::milliseconds(3),
                     .total = std::chrono::milliseconds(5)};
  response.retried = {"HTTP 429"};
  EXPECT_EQ(ResponseToJson(response), R"({"text":"140"})");
}

TEST(ResponseJsonTest, TopLogprobsComeBack) {
  std::string all_bytes;
  for (int byte = 0; byte < 256; ++byte) all_bytes += static_cast<char>(byte);
  Response response;
  response.top_logprobs = {
      {{.token = "caf\xC3", .logprob = -0.5},  // The first half of a character.
       {.token = "", .logprob = -0.0},
       {.token = all_bytes, .logprob = -std::numeric_limits<double>::infinity()},
       {.token = "caf\xC3", .logprob = -5e-324}},
      {},
      {{.token = R"({"bytes":[1]})", .logprob = std::numeric_limits<double>::quiet_NaN()}}};
  const Response back = ThereAndBack(response);
  ASSERT_EQ(back.top_logprobs.size(), response.top_logprobs.size());
  for (std::size_t place = 0; place < back.top_logprobs.size(); ++place) {
    const std::vector<TokenLogprob>& tokens = response.top_logprobs[place];
    ASSERT_EQ(back.top_logprobs[place].size(), tokens.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      EXPECT_EQ(back.top_logprobs[place][i].token, tokens[i].token);
      EXPECT_EQ(std::bit_cast<std::uint64_t>(back.top_logprobs[place][i].logprob),
                std::bit_cast<std::uint64_t>(tokens[i].logprob));
    }
  }
  response.top_logprobs = {{{"\xC3", -std::numeric_limits<double>::infinity()}}};
  EXPECT_EQ(ResponseToJson(response), R"({"top_logprobs":[[[{"bytes":[195]},"-inf"]]]})");
}

TEST(ResponseJsonTest, FinishReasonsComeBack) {
  for (const FinishReason reason :
       {FinishReason::kUnknown, FinishReason::kStop, FinishReason::kLength}) {
    EXPECT_EQ(ThereAndBack(Response::Text("x", reason)).finish_reason, reason);
  }
}

TEST(ResponseJsonTest, UsageComesBackInHalves) {
  Response response;
  response.usage.completion_tokens = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(ThereAndBack(response).usage.completion_tokens, response.usage.completion_tokens);
  EXPECT_EQ(ThereAndBack(response).usage.prompt_tokens, 0);
}

TEST(ResponseJsonTest, DoublesComeBackBitForBit) {
  using Limits = std::numeric_limits<double>;
  Response response;
  response.logprobs = {0.0,
                       -0.0,
                       1.0,
                       -1.0,
                       0.1,
                       1e15,
                       1e16,
                       123456789012345680.0,
                       Limits::min(),
                       Limits::denorm_min(),
                       -Limits::denorm_min(),
                       Limits::max(),
                       Limits::lowest(),
                       Limits::epsilon(),
                       9007199254740993.0,
                       18446744073709551616.0,
                       Limits::infinity(),
                       -Limits::infinity(),
                       Limits::quiet_NaN()};
  std::mt19937_64 random(17);
  while (response.logprobs.size() < 5000) {
    const auto number = std::bit_cast<double>(random());
    if (!std::isnan(number)) response.logprobs.push_back(number);
  }
  const Response back = ThereAndBack(response);
  ASSERT_EQ(back.logprobs.size(), response.logprobs.size());
  for (std::size_t i = 0; i < back.logprobs.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(back.logprobs[i]),
              std::bit_cast<std::uint64_t>(response.logprobs[i]))
        << response.logprobs[i];
  }
}

TEST(ResponseJsonTest, WritesWhatIsNoNumberAsText) {
  Response response;
  response.logprobs = {std::numeric_limits<double>::infinity(),
                       -std::numeric_limits<double>::infinity(),
                       std::numeric_limits<double>::quiet_NaN(), -0.0};
  EXPECT_EQ(ResponseToJson(response), R"({"logprobs":["inf","-inf","nan",-0.0]})");
}

TEST(ResponseJsonTest, EveryTextComesBackOnOneLine) {
  std::string all_bytes;
  for (int byte = 0; byte < 256; ++byte) all_bytes += static_cast<char>(byte);
  const std::vector<std::string> texts = {all_bytes,     std::string("\0", 1),
                                          "\n\r\t",      "\x7F",
                                          "caf\xC3\xA9", "caf\xC3",
                                          "\xFF",        "\xED\xA0\x80",
                                          "{}",          R"({"bytes":[1]})",
                                          "\xE2\x80\xA8"};
  for (const std::string& text : texts) {
    Response response = Response::Text(text);
    response.failure = text;
    const std::string json = ResponseToJson(response);
    EXPECT_EQ(json.find('\n'), std::string::npos);
    EXPECT_EQ(ResponseFromJson(json).text, text) << json;
    EXPECT_EQ(ResponseFromJson(json).failure, text) << json;
  }
  EXPECT_EQ(ResponseToJson(Response::Text("a\xFF")), R"({"text":{"bytes":[97,255]}})");
}

TEST(ResponseJsonTest, ErrorsNameTheField) {
  EXPECT_EQ(ErrorOfJson(R"({"text":1})"),
            "not a recorded response: field \"text\" should be text, or {\"bytes\": [...]}, but is "
            "\"1\"");
  for (const std::string json :
       {R"({"text":{}})", R"({"text":{"bytes":1}})", R"({"text":{"bytes":[256]}})",
        R"({"text":{"bytes":[-1]}})", R"({"text":{"bytes":["a"]}})",
        R"({"text":{"bytes":[1],"of":2}})", R"({"text":null})", R"({"text":"a","text":"b"})"}) {
    EXPECT_NE(ErrorOfJson(json).find("\"text\""), std::string::npos) << ErrorOfJson(json);
  }
  for (const std::string json :
       {R"({"tokens":1})", R"({"tokens":[1.5]})", R"({"tokens":[2147483648]})",
        R"({"tokens":[-2147483649]})", R"({"tokens":["1"]})", R"({"tokens":[true]})"}) {
    EXPECT_NE(ErrorOfJson(json).find("\"tokens\""), std::string::npos) << ErrorOfJson(json);
  }
  for (const std::string json : {R"({"logprobs":{}})", R"({"logprobs":["x"]})",
                                 R"({"logprobs":[null]})", R"({"logprobs":[[]]})"}) {
    EXPECT_NE(ErrorOfJson(json).find("\"logprobs\""), std::string::npos) << ErrorOfJson(json);
  }
  EXPECT_EQ(
      ErrorOfJson(R"({"top_logprobs":[["a",-1]]})"),
      "not a recorded response: field \"top_logprobs\" should be arrays of [token, logarithm], "
      "but is \"[[\\\"a\\\",-1]]\"");
  for (const std::string json :
       {R"({"top_logprobs":1})", R"({"top_logprobs":{}})", R"({"top_logprobs":[1]})",
        R"({"top_logprobs":[["a"]]})", R"({"top_logprobs":[[["a"]]]})",
        R"({"top_logprobs":[[["a",-1,2]]]})", R"({"top_logprobs":[[[1,-1]]]})",
        R"({"top_logprobs":[[["a","b"]]]})", R"({"top_logprobs":[[["a",null]]]})",
        R"({"top_logprobs":[[[{"bytes":[256]},-1]]]})",
        R"({"top_logprobs":[[[{"bytes":[1],"of":2},-1]]]})"}) {
    EXPECT_NE(ErrorOfJson(json).find("\"top_logprobs\""), std::string::npos) << ErrorOfJson(json);
  }
  EXPECT_NE(ErrorOfJson(R"({"token_ends":[-1]})").find("\"token_ends\""), std::string::npos);
  EXPECT_NE(ErrorOfJson(R"({"finish_reason":"unknown"})").find("\"stop\" or \"length\""),
            std::string::npos);
  EXPECT_NE(ErrorOfJson(R"({"finish_reason":["stop"]})").find("finish_reason"), std::string::npos);
  EXPECT_NE(ErrorOfJson(R"({"usage":3})").find("\"usage\""), std::string::npos);
  EXPECT_NE(ErrorOfJson(R"({"usage":{"tokens":3}})").find("\"tokens\" in \"usage\""),
            std::string::npos);
  EXPECT_NE(ErrorOfJson(R"({"usage":{"prompt_tokens":1.5}})").find("\"prompt_tokens\""),
            std::string::npos);
  EXPECT_NE(
      ErrorOfJson(R"({"usage":{"prompt_tokens":9223372036854775808}})").find("\"prompt_tokens\""),
      std::string::npos);
  EXPECT_NE(ErrorOfJson(R"({"answer":"x"})").find("unknown field \"answer\"; the fields are text"),
            std::string::npos);
}

TEST(ResponseJsonTest, RefusesWhatIsNoObject) {
  for (const std::string json :
       {"", "{", "[]", "\"text\"", "{} {}", "{\"text\":\"\xFF\"}", "{\"logprobs\":[1e999]}",
        "{\"logprobs\":[NaN]}", R"({"text":"a"}x)"}) {
    EXPECT_TRUE(ErrorOfJson(json).starts_with("not a recorded response: ")) << json;
  }
  std::string deep = "{\"logprobs\":";
  for (int i = 0; i < 100'000; ++i) deep += '[';
  EXPECT_TRUE(ErrorOfJson(deep).starts_with("not a recorded response: "));
  EXPECT_TRUE(ErrorOfJson("{\"top_" + deep.substr(2)).starts_with("not a recorded response: "));
}

}  // namespace
}  // namespace gatetest::internal
