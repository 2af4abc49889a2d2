// What is found out of an endpoint, and when.
#include "src/http/abilities.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "gatetest/openai_model.h"
#include "tests/http/fake_engines.h"
#include "tests/http/http_testing.h"
#include "tests/support/errors.h"
#include "tests/support/scripted_faults.h"

namespace gatetest {
namespace {

using ::testing::HasSubstr;
using testing_support::Ask;
using testing_support::AskAll;
using testing_support::EndpointOf;
using testing_support::ErrorOf;
using testing_support::FailureOf;
using testing_support::FakeLlamaServer;
using testing_support::FakeVllm;
using testing_support::JsonAnswer;
using testing_support::kBos;

template <typename Engine>
FaultServer::Handler By(Engine& engine) {
  return [&engine](const HttpCall& call) { return engine(call); };
}

ModelPtr Served(const FaultServer& server) {
  return OpenAiModel({.name = "tiny"}, EndpointOf(server));
}

Request Score() { return {.kind = RequestKind::kScore, .prompt = "Is it", .continuation = " so"}; }

std::string WhyNoScore(const FaultServer& server) {
  const Capabilities capabilities = Served(server)->capabilities();
  EXPECT_FALSE(capabilities.score);
  EXPECT_FALSE(capabilities.tokenize);
  EXPECT_TRUE(capabilities.generate);
  return capabilities.why_no_score;
}

TEST(Abilities, ThatAreNoneNameWhatWasTried) {
  FaultServer chat_only([](const HttpCall&) {
    return JsonAnswer({{"error", {{"message", "Not found"}}}}, 404);
  });
  EXPECT_EQ(
      WhyNoScore(chat_only),
      "/tokenize answers with HTTP 404; /completions answers echo with HTTP 404: \"Not found\" "
      "(asked for model \"tiny\")");

  FakeVllm engine;
  engine.prompt_logprobs = engine.echo = false;
  FaultServer ignores(By(engine));
  EXPECT_EQ(WhyNoScore(ignores), "/completions ignores prompt_logprobs; /completions ignores echo");
  engine.tokenizes = false;
  EXPECT_EQ(WhyNoScore(ignores), "/tokenize answers with HTTP 404; /completions ignores echo");

  FakeLlamaServer llama;
  llama.grammar = llama.bias = false;
  FaultServer forceless(By(llama));
  EXPECT_EQ(
      WhyNoScore(forceless),
      "/completion did not generate given tokens by a grammar (others came); /completion did "
      "not generate given tokens by logit_bias (others came); /completions answers "
      "prompt_logprobs with HTTP 404: \"File Not Found\" (asked for model \"tiny\"); "
      "/completions answers echo with HTTP 404: \"File Not Found\" (asked for model \"tiny\")");
}

TEST(Abilities, OfWhateverAnswersEverythingAreNone) {
  for (const std::string body :
       {R"({})", R"({"tokens":[]})", R"({"tokens":"x"})", R"({"tokens":[true,"x"]})",
        R"({"tokens":[{"id":"x"}]})", R"({"choices":[]})", R"({"error":{"message":"no"}})",
        R"({"completion_probabilities":7})", "<html>", "", "null"}) {
    FaultServer server([&](const HttpCall&) { return Answer{.body = body}; });
    EXPECT_THAT(WhyNoScore(server), HasSubstr("/completions ignores echo")) << body;
  }
}

TEST(Abilities, OfAServerThatIgnoresAllAreNone) {
  // It generates more than was asked for, and its tokens have log-probabilities.
  FaultServer server([](const HttpCall& call) {
    if (call.target == "/tokenize") return JsonAnswer({{"tokens", {5, 6, 7}}});
    return JsonAnswer({{"choices",
                        {{{"index", 0},
                          {"text", "a b c d e f"},
                          {"logprobs",
                           {{"tokens", {"a", " b", " c", " d", " e", " f"}},
                            {"token_logprobs", {-1, -2, -3, -4, -5, -6}}}}}}}});
  });
  EXPECT_THAT(WhyNoScore(server), HasSubstr("/completions ignores echo"));
}

TEST(Abilities, AreThoseOfAServerThatRepeatsTokensAlone) {
  FakeVllm engine;
  engine.prompt_logprobs = false;
  engine.spoil = [](nlohmann::json& answer) { answer["choices"][0]["text"] = ""; };
  FaultServer server(By(engine));
  EXPECT_TRUE(Served(server)->capabilities().score);
}

TEST(Abilities, AreTriedOutOnce) {
  FakeVllm engine;
  FaultServer server(By(engine));
  const ModelPtr model =
      OpenAiModel({.name = "tiny"}, EndpointOf(server), {.generate_by = GenerateBy::kCompletions});
  EXPECT_EQ(server.calls(), 0U) << "declaring a model asks nothing";
  Ask(model, {.prompt = "?"});
  EXPECT_EQ(engine.calls["/tokenize"], 0) << "nor does generating";
  engine.calls.clear();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      EXPECT_TRUE(model->capabilities().score);
      EXPECT_EQ(Ask(model, Score()).failure, "");
    });
  }
  for (std::thread& thread : threads) thread.join();
  // Two dialects and the beginning of texts, and two for each of the four scores.
  EXPECT_EQ(engine.calls["/tokenize"], 3 + 4 * 2);
  EXPECT_EQ(engine.calls["/v1/completions"], 1 + 4);
}

TEST(Abilities, AreNotKnownWhileTheServerIsDown) {
  FakeVllm engine;
  FaultServer server(By(engine));
  server.Stop();
  const ModelPtr model = Served(server);
  EXPECT_THAT(ErrorOf([&] { model->capabilities(); }, ErrorCode::kModelFailed),
              HasSubstr(": no connection: "));
  EXPECT_THAT(FailureOf(model, Score()), HasSubstr("all: no connection: "));
  server.Start();
  EXPECT_TRUE(model->capabilities().score);
  EXPECT_EQ(Ask(model, Score()).failure, "");
}

/// A key may be good for chats alone, so it is the requests of a task that decide.
TEST(Abilities, OfAKeyThatIsRefusedAreTriedOutAgain) {
  bool is_good = false;
  FakeLlamaServer llama;
  FaultServer server([&](const HttpCall& call) {
    return is_good ? llama(call) : JsonAnswer({{"error", {{"message", "Invalid API Key"}}}}, 401);
  });
  const ModelPtr model = Served(server);
  EXPECT_EQ(
      model->capabilities().why_no_score,
      "/tokenize answers with HTTP 401; /completions answers echo with HTTP 401: \"Invalid API "
      "Key\"; no API key was sent; name the environment variable that holds it in "
      "Endpoint::api_key_variable");
  EXPECT_THAT(FailureOf(model, {.prompt = "?"}), HasSubstr("HTTP 401"));
  is_good = true;
  EXPECT_TRUE(model->capabilities().score);
}

/// Whatever a gateway says of what is not there, text is generated.
TEST(Abilities, ThatAreRefusedKeepNobodyFromGenerating) {
  for (const int status : {301, 401, 402, 403, 404, 429, 500, 502, 503}) {
    FaultServer server([&](const HttpCall& call) {
      if (call.target != "/v1/chat/completions") return JsonAnswer(nullptr, status);
      return Answer{.body = R"({"choices":[{"message":{"content":"yes"}}]})"};
    });
    const ModelPtr model = Served(server);
    EXPECT_FALSE(model->capabilities().score) << status;
    EXPECT_EQ(Ask(model, {.prompt = "?"}).failure, "") << status;
  }
}

TEST(Abilities, AreWhatTheyAreWhateverFails) {
  std::vector<FaultMaker> faults = AllFaults();
  std::erase_if(faults, [](const FaultMaker& one) { return one.name == "LimitedWithDate"; });
  FakeVllm vllm;
  FakeVllm text_only;
  text_only.tokenizes = false;
  FakeVllm nothing;
  nothing.tokenizes = nothing.echo = false;
  FakeLlamaServer llama;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const FaultPlan plan{.share = 0.5, .seed = seed, .faults = faults, .most_in_a_row = 2};
    FaultServer one(WithFaults(By(vllm), plan));
    EXPECT_EQ(Served(one)->capabilities().bos_token, kBos) << seed;
    EXPECT_TRUE(Served(one)->capabilities().score);
    FaultServer two(WithFaults(By(text_only), plan));
    EXPECT_TRUE(Served(two)->capabilities().score) << seed;
    FaultServer three(WithFaults(By(nothing), plan));
    EXPECT_FALSE(Served(three)->capabilities().score) << seed;
    FaultServer four(WithFaults(By(llama), plan));
    EXPECT_EQ(Served(four)->capabilities().context_window, 255) << seed;
  }
}

TEST(Abilities, AreFoundWithOneAttempt) {
  FakeLlamaServer llama;
  FaultServer server([&](const HttpCall& call) {
    return call.target == "/completion" ? InternalError() : llama(call);
  });
  Endpoint endpoint = EndpointOf(server);
  endpoint.retrying.attempts = 1;
  EXPECT_THAT(OpenAiModel({.name = "tiny"}, endpoint)->capabilities().why_no_score,
              HasSubstr("by a grammar (HTTP 500)"));
}

}  // namespace
}  // namespace gatetest
