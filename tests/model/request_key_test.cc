#include "src/model/request_key.h"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "src/data/hash.h"

namespace gatetest::internal {
namespace {

std::string KeyOf(const Request& request, std::string_view sample = {}, std::size_t turn = 0) {
  return ToHex(RequestKeys("model").KeyOf(request, sample, turn));
}

std::string KeyWith(Request request, const std::function<void(Request&)>& change) {
  change(request);
  return KeyOf(request);
}

Request Generate() {
  Request request;
  request.prompt = "47+93=";
  request.stop = {"\n"};
  request.max_tokens = 24;
  return request;
}

Request Score() {
  Request request;
  request.kind = RequestKind::kScore;
  request.prompt = "47+93=";
  request.continuation = "140";
  return request;
}

Request Drawn() {
  Request request = Generate();
  request.temperature = 0.7;
  return request;
}

// -------------------------------------------------------------------------------------- the JSON

TEST(RequestJson, LeavesOutFieldsAtTheirDefault) {
  Request request;
  EXPECT_EQ(RequestJson(request), R"({"kind":"generate"})");
  request.prompt = "p";
  request.stop = {};
  request.max_tokens = 256;
  request.temperature = 0.0;
  request.seed = std::nullopt;
  EXPECT_EQ(RequestJson(request), R"({"kind":"generate","prompt":"p"})");
}

TEST(RequestJson, Golden) {
  EXPECT_EQ(RequestJson(Generate()),
            R"({"kind":"generate","max_tokens":24,"prompt":"47+93=","stop":["\n"]})");
  Request drawn = Drawn();
  drawn.seed = 17;
  drawn.stop = {"\n", "."};
  EXPECT_EQ(RequestJson(drawn), R"({"kind":"generate","max_tokens":24,"prompt":"47+93=","seed":17,)"
                                R"("stop":["\n","."],"temperature":0.7})");
  EXPECT_EQ(RequestJson(Score()), R"({"continuation":"140","kind":"score","prompt":"47+93="})");
  Request tokens;
  tokens.kind = RequestKind::kScore;
  tokens.prompt_tokens = {1, 5};
  tokens.continuation_tokens = {6, -7};
  EXPECT_EQ(RequestJson(tokens),
            R"({"continuation_tokens":[6,-7],"kind":"score","prompt_tokens":[1,5]})");
  Request with_logprobs = Generate();
  with_logprobs.logprobs = 0;
  EXPECT_EQ(RequestJson(with_logprobs),
            R"({"kind":"generate","logprobs":0,"max_tokens":24,"prompt":"47+93=","stop":["\n"]})");
  Request tokenize;
  tokenize.kind = RequestKind::kTokenize;
  tokenize.prompt = "a";
  EXPECT_EQ(RequestJson(tokenize), R"({"kind":"tokenize","prompt":"a"})");
}

// It is written by hand, so a real parser must read back what was meant.
TEST(RequestJson, EscapesAsJsonDemands) {
  std::string all;
  for (int c = 0; c < 0x80; ++c) all += static_cast<char>(c);
  all += "é €";
  Request request;
  request.prompt = all;
  request.stop = {all, "\""};
  const nlohmann::json json = nlohmann::json::parse(RequestJson(request));
  EXPECT_EQ(json.at("prompt"), all);
  EXPECT_EQ(json.at("stop").at(0), all);
  EXPECT_EQ(json.dump(), RequestJson(request));
}

TEST(RequestJson, HoldsBytesThatAreNoUtf8) {
  Request request;
  request.prompt = "a\xFF";
  EXPECT_EQ(RequestJson(request), R"({"kind":"generate","prompt":{"bytes":[97,255]}})");
}

TEST(ShortRequestJson, IsTheWholeRequestWhereThatIsShort) {
  EXPECT_EQ(ShortRequestJson(Generate()), RequestJson(Generate()));
  Request request = Score();
  request.prompt = std::string(200, 'x');
  request.prompt_tokens.assign(16, 7);
  EXPECT_EQ(ShortRequestJson(request), RequestJson(request));
}

TEST(ShortRequestJson, CutsLongTextsAndTokens) {
  Request request = Score();
  request.prompt = std::string(201, 'x');
  request.continuation = std::string(199, 'y') + "é";  // Not in the middle of a character.
  request.continuation_tokens.assign(17, 7);
  const nlohmann::json json = nlohmann::json::parse(ShortRequestJson(request));
  EXPECT_EQ(json.at("prompt"), std::string(200, 'x') + "... (201 bytes)");
  EXPECT_EQ(json.at("continuation"), std::string(199, 'y') + "... (201 bytes)");
  EXPECT_EQ(json.at("continuation_tokens").size(), 17U);
  EXPECT_EQ(json.at("continuation_tokens").at(15), 7);
  EXPECT_EQ(json.at("continuation_tokens").at(16), "... (17 tokens)");
  request.prompt = std::string(300, '\xFF');
  const nlohmann::json bytes = nlohmann::json::parse(ShortRequestJson(request)).at("prompt");
  EXPECT_EQ(bytes.at("bytes").size(), 200U);
  EXPECT_EQ(bytes.at("of"), 300);
}

// --------------------------------------------------------------------------------------- the key

// XXH3_128bits of {"protocol":1,"request":...}, XOR that of "model", in a C program of its own.
// These must never change by accident: every recorded answer would be lost.
TEST(RequestKeys, Golden) {
  EXPECT_EQ(KeyOf(Generate()), "c8594e1d35d0dc25ea65a1a566356211");
  EXPECT_EQ(KeyOf(Score()), "7c99da1f2c8ffa20b4b41a736382394c");
  EXPECT_EQ(ToHex(RequestKeys("model", 1).KeyOf(Score())), "b1769e99f2800cc0bc48a01d1a5fc64a");
  Request tokens;
  tokens.kind = RequestKind::kScore;
  tokens.prompt_tokens = {1, 5};
  tokens.continuation_tokens = {6, 7};
  EXPECT_EQ(KeyOf(tokens), "72e8a53c2d2381fb8fbe8f4aa4c6b5a8");
  Request seeded = Drawn();
  seeded.seed = 17;
  EXPECT_EQ(KeyOf(seeded, "s1"), "423fdee73cef9549d48fcf62b5a8fc56");
  EXPECT_EQ(KeyOf(Drawn(), "s1"), "feaf46c94c0e8af1e4d23b385a7dd621");
  EXPECT_EQ(KeyOf(Drawn(), "s1", 2), "07c5ac8c6a10b099dc6c685b357bc341");
  EXPECT_EQ(KeyWith(Generate(), [](Request& r) { r.prompt = "\xFF"; }),
            "0a78f91d83c5ab09247d523630618e60");
  EXPECT_EQ(KeyWith(Generate(), [](Request& r) { r.logprobs = 0; }),
            "df5747f4829cb578114de4c3bfa038fa");
  EXPECT_EQ(KeyWith(Generate(), [](Request& r) { r.logprobs = 5; }),
            "4ad90263ef4fb3c4c20aced1a72aeed3");
  Request tokenize;
  tokenize.kind = RequestKind::kTokenize;
  tokenize.prompt = "a";
  EXPECT_EQ(KeyOf(tokenize), "e796e1c4021271dcf97098b398576d7a");
}

TEST(RequestKeys, ChangeWithEveryFieldOfGeneration) {
  const auto with = [](const std::function<void(Request&)>& change) {
    return KeyWith(Generate(), change);
  };
  const std::set<std::string> keys = {
      KeyOf(Generate()),
      ToHex(RequestKeys("other model").KeyOf(Generate())),
      ToHex(RequestKeys("model", 1).KeyOf(Generate())),
      ToHex(RequestKeys("model", 2).KeyOf(Generate())),
      with([](Request& r) { r.kind = RequestKind::kTokenize; }),
      with([](Request& r) { r.kind = RequestKind::kScore; }),
      with([](Request& r) { r.prompt = "47+94="; }),
      with([](Request& r) { r.prompt.clear(); }),
      with([](Request& r) { r.stop.clear(); }),
      with([](Request& r) {
        r.stop = {"\n", "."};
      }),
      with([](Request& r) {
        r.stop = {".", "\n"};
      }),
      with([](Request& r) { r.stop = {"\n."}; }),
      with([](Request& r) { r.max_tokens = 25; }),
      with([](Request& r) { r.max_tokens = 256; }),
      with([](Request& r) { r.temperature = 0.7; }),
      with([](Request& r) { r.temperature = 0.7000000000000001; }),
      with([](Request& r) { r.seed = 0; }),
      with([](Request& r) { r.seed = 17; }),
      with([](Request& r) { r.logprobs = 0; }),
      with([](Request& r) { r.logprobs = 1; }),
  };
  EXPECT_EQ(keys.size(), 20U);
}

TEST(RequestKeys, ChangeWithEveryFieldOfScoring) {
  const auto with = [](const std::function<void(Request&)>& change) {
    return KeyWith(Score(), change);
  };
  const std::set<std::string> keys = {
      KeyOf(Score()),
      with([](Request& r) { r.prompt = "47+94="; }),
      with([](Request& r) { r.continuation = "141"; }),
      with([](Request& r) {
        r.prompt = "47+93";
        r.continuation = "=140";
      }),
      with([](Request& r) {
        r.continuation_tokens = {1, 2};
      }),
      with([](Request& r) {
        r.continuation_tokens = {1, 3};
      }),
      with([](Request& r) {
        r.prompt_tokens = {1};
        r.continuation_tokens = {2};
      }),
      with([](Request& r) {
        r.prompt_tokens = {1, 2};
        r.continuation_tokens = {3};
      }),
      with([](Request& r) {
        r.prompt_tokens = {1};
        r.continuation_tokens = {2, 3};
      }),
      with([](Request& r) { r.continuation_tokens = {12}; }),
  };
  EXPECT_EQ(keys.size(), 10U);
}

TEST(RequestKeys, LeaveOutWhatDoesNotCountForItsKind) {
  for (const RequestKind kind : {RequestKind::kScore, RequestKind::kTokenize}) {
    Request request = Score();
    request.kind = kind;
    const std::string key = KeyOf(request);
    EXPECT_EQ(KeyWith(request, [](Request& r) { r.max_tokens = 1; }), key);
    EXPECT_EQ(KeyWith(request, [](Request& r) { r.stop = {"\n"}; }), key);
    EXPECT_EQ(KeyWith(request, [](Request& r) { r.temperature = 1.0; }), key);
    EXPECT_EQ(KeyWith(request, [](Request& r) { r.seed = 17; }), key);
    EXPECT_EQ(KeyWith(request, [](Request& r) { r.logprobs = 5; }), key);
  }
}

TEST(RequestKeys, HaveTheModelsTakenOutAgain) {
  const AnswerKey one = RequestKeys("one").KeyOf(Generate());
  const AnswerKey other = RequestKeys("other").KeyOf(Generate());
  EXPECT_NE(one, other);
  EXPECT_EQ(WithModel(one, ModelKey("one")), WithModel(other, ModelKey("other")));
  EXPECT_EQ(WithModel(WithModel(one, ModelKey("one")), ModelKey("other")), other);
}

TEST(RequestKeys, OfDrawnAnswersAreTheSamples) {
  EXPECT_NE(KeyOf(Drawn(), "a"), KeyOf(Drawn(), "b"));
  EXPECT_EQ(KeyOf(Drawn(), "a"), KeyOf(Drawn(), "a"));
  EXPECT_NE(KeyOf(Drawn(), "a", 0), KeyOf(Drawn(), "a", 1));
  Request seeded = Drawn();
  seeded.seed = 17;
  EXPECT_EQ(KeyOf(seeded, "a"), KeyOf(seeded, "b", 3));
  EXPECT_EQ(KeyOf(Generate(), "a"), KeyOf(Generate(), "b", 3));
  Request score = Score();
  score.temperature = 0.7;
  EXPECT_EQ(KeyOf(score, "a"), KeyOf(score, "b", 3));
}

TEST(RequestKeys, TellPromptsThatAreNoUtf8Apart) {
  const auto key = [](std::string prompt) {
    return KeyWith(Generate(), [&](Request& r) { r.prompt = std::move(prompt); });
  };
  const std::set<std::string> keys = {key("\xFF"),     key("\xFE"),
                                      key("\xFF\xFE"), key("\uFFFD"),
                                      key("\xC3"),     key(R"({"bytes":[255]})"),
                                      key("[255]"),    key(std::string("a\0b", 3)),
                                      key("a"),        key("ab")};
  EXPECT_EQ(keys.size(), 10U);
  const auto stop = [](std::string text) {
    return KeyWith(Generate(), [&](Request& r) { r.stop = {std::move(text)}; });
  };
  EXPECT_NE(stop("\xFF"), stop("\xFE"));
  EXPECT_NE(KeyOf(Drawn(), "\xFF"), KeyOf(Drawn(), "\xFE"));
}

}  // namespace
}  // namespace gatetest::internal
