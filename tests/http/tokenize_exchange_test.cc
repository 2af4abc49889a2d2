#include "src/http/tokenize_exchange.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "gatetest/openai_model.h"
#include "tests/http/fake_engines.h"
#include "tests/http/http_testing.h"

namespace gatetest {
namespace {

using testing_support::Ask;
using testing_support::EndpointOf;
using testing_support::FailureOf;
using testing_support::FakeLlamaServer;
using testing_support::FakeVllm;
using testing_support::Recorded;

template <typename Engine>
FaultServer::Handler By(Engine& engine) {
  return [&engine](const HttpCall& call) { return engine(call); };
}

ModelPtr Served(const FaultServer& server) {
  return OpenAiModel({.name = "tiny"}, EndpointOf(server));
}

TEST(ReadTokens, ReadsWhatLlamaServerAnswers) {
  const std::string recorded = Recorded("tokenize-pieces.body");
  const std::string text = " The licensor grants you a license to é";
  const Response with_bos = internal::ReadTokens(recorded, "<s>" + text);
  ASSERT_EQ(with_bos.tokens.size(), 19U);
  EXPECT_EQ(with_bos.tokens.front(), 1);
  EXPECT_EQ(with_bos.tokens.back(), 172);
  ASSERT_EQ(with_bos.token_ends.size(), 19U);
  EXPECT_EQ(with_bos.token_ends.front(), 3U);
  EXPECT_EQ(with_bos.token_ends[17] + 1, with_bos.token_ends[18]) << "é is two tokens";
  EXPECT_EQ(with_bos.token_ends.back(), text.size() + 3);
  EXPECT_TRUE(internal::ReadTokens(recorded, text.substr(1)).token_ends.empty())
      << "the tokenizer put a blank before the text, so the ends are of another";
}

TEST(Tokenize, TellsWhereTokensEnd) {
  FakeLlamaServer llama;
  FaultServer server(By(llama));
  const Response answer = Ask(Served(server), {.kind = RequestKind::kTokenize, .prompt = "aé"});
  EXPECT_EQ(answer.failure, "");
  EXPECT_EQ(answer.tokens, FakeLlamaServer::TokensOf("aé"));
  EXPECT_EQ(answer.token_ends, (std::vector<std::size_t>{1, 2, 3}));
  FakeVllm vllm;
  FaultServer other(By(vllm));
  const Response tokens = Ask(Served(other), {.kind = RequestKind::kTokenize, .prompt = "aé"});
  EXPECT_EQ(tokens.tokens, FakeVllm::TokensOf("aé"));
  EXPECT_TRUE(tokens.token_ends.empty()) << "it does not say";
  EXPECT_EQ(Ask(Served(server), {.kind = RequestKind::kTokenize, .prompt = ""}).failure, "");
}

TEST(Tokenize, IsNotDoneByAll) {
  FakeVllm engine;
  engine.tokenizes = false;
  FaultServer server(By(engine));
  EXPECT_EQ(FailureOf(Served(server), {.kind = RequestKind::kTokenize, .prompt = "a"}),
            "the server does not tokenize (/tokenize)");
}

TEST(Tokenize, NeedsTokensThatAreSome) {
  FakeLlamaServer llama;
  const std::vector<std::string> bad = {R"({"tokens":[1.5]})", R"({"tokens":[null]})",
                                        R"({"tokens":[{"piece":"a"}]})", R"({"tokens":{"a":1}})",
                                        R"({})"};
  std::size_t next = bad.size();
  FaultServer server([&](const HttpCall& call) {
    return next < bad.size() ? Answer{.body = bad[next++]} : llama(call);
  });
  Endpoint endpoint = EndpointOf(server);
  endpoint.retrying.attempts = 10;
  const ModelPtr model = OpenAiModel({.name = "tiny"}, endpoint);
  EXPECT_TRUE(model->capabilities().tokenize);
  next = 0;
  const Response answer = Ask(model, {.kind = RequestKind::kTokenize, .prompt = "ab"});
  EXPECT_EQ(answer.tokens, FakeLlamaServer::TokensOf("ab"));
  EXPECT_EQ(answer.retried.size(), bad.size());
}

}  // namespace
}  // namespace gatetest
