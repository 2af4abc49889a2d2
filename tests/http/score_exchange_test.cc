// Scores of given texts, by whichever way a server has them.
#include "src/http/score_exchange.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gatetest/openai_model.h"
#include "tests/http/fake_engines.h"
#include "tests/http/http_testing.h"
#include "tests/support/scripted_faults.h"

namespace gatetest {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_support::Ask;
using testing_support::AskAll;
using testing_support::EndpointOf;
using testing_support::FailureOf;
using testing_support::FakeLlamaServer;
using testing_support::FakeVllm;
using testing_support::Joined;
using testing_support::kBos;
using testing_support::Tokens;
using testing_support::ToyLogprob;
using testing_support::ToyLogprobs;

template <typename Engine>
FaultServer::Handler By(Engine& engine) {
  return [&engine](const HttpCall& call) { return engine(call); };
}

ModelPtr Served(const FaultServer& server) {
  return OpenAiModel({.name = "tiny"}, EndpointOf(server));
}

Request Score(const std::string& prompt, const std::string& continuation) {
  return {.kind = RequestKind::kScore, .prompt = prompt, .continuation = continuation};
}
Request ScoreTokens(const Tokens& prompt, const Tokens& continuation) {
  return {
      .kind = RequestKind::kScore, .prompt_tokens = prompt, .continuation_tokens = continuation};
}

struct Text {
  std::string prompt;
  std::string continuation;
};
const std::vector<Text> kTexts = {
    {"Capital of Australia?", " Canberra"},  // Odd: a token lies across the border.
    {"Is it so?!", "no"},
    {"", "One two three."},
    {"", "x"},
    {"é€😀", "日本語é"},
    {"n\"quoted\\ \n", "\t\"\\ \n"},
    {std::string("nul\0", 4), std::string("\0\0nul", 5)},
};

/// Of the tokens that are not of the prompt's beginning.
template <typename Engine>
std::vector<double> Expected(const Text& text, bool has_bos) {
  const Tokens prompt = Engine::TokensOf(text.prompt);
  Tokens all = Engine::TokensOf(text.prompt + text.continuation);
  const auto border = std::mismatch(prompt.begin(), prompt.end(), all.begin(), all.end());
  auto first = static_cast<std::size_t>(border.second - all.begin());
  if (has_bos) {
    all.insert(all.begin(), kBos);
    ++first;
  }
  return ToyLogprobs(all, first);
}

// ------------------------------------------------------------------------ vLLM and its kind

struct Way {
  std::string name;
  std::function<void(FakeVllm&)> set = {};
};

/// What a server may have. All give the same numbers.
const std::vector<Way> kTokenWays = {
    {"prompt_logprobs", [](FakeVllm&) {}},
    {"echo", [](FakeVllm& engine) { engine.prompt_logprobs = false; }},
    {"echo, one generated",
     [](FakeVllm& engine) {
       engine.prompt_logprobs = false;
       engine.echo_needs_more = true;
     }},
    {"echo, the end generated",
     [](FakeVllm& engine) {
       engine.prompt_logprobs = false;
       engine.echo_needs_more = engine.ends_at_once = true;
     }},
};
const std::vector<Way> kTextWays = {
    {"text", [](FakeVllm& engine) { engine.tokenizes = false; }},
    {"text, one generated",
     [](FakeVllm& engine) {
       engine.tokenizes = false;
       engine.echo_needs_more = true;
     }},
    {"text, the end generated",
     [](FakeVllm& engine) {
       engine.tokenizes = false;
       engine.echo_needs_more = engine.ends_at_once = true;
     }},
};

TEST(ScoreByVllm, IsTheSameByAllWaysOfTokens) {
  for (const Way& way : kTokenWays) {
    FakeVllm engine;
    way.set(engine);
    FaultServer server(By(engine));
    const ModelPtr model = Served(server);
    const Capabilities capabilities = model->capabilities();
    EXPECT_TRUE(capabilities.score) << way.name << ": " << capabilities.why_no_score;
    EXPECT_TRUE(capabilities.tokenize);
    EXPECT_EQ(capabilities.bos_token, kBos);
    EXPECT_EQ(capabilities.context_window, 998);
    for (const Text& text : kTexts) {
      const Response answer = Ask(model, Score(text.prompt, text.continuation));
      EXPECT_EQ(answer.failure, "") << way.name << ": " << text.continuation;
      EXPECT_EQ(answer.logprobs, Expected<FakeVllm>(text, true)) << way.name;
    }
    const Tokens prompt = {kBos, 1200, 1300};
    const Tokens continuation = {1400, 200, 1500};
    const Response answer = Ask(model, ScoreTokens(prompt, continuation));
    EXPECT_EQ(answer.logprobs, ToyLogprobs(Joined(prompt, continuation), 3)) << way.name;
    EXPECT_EQ(answer.usage.prompt_tokens, 6) << way.name;
  }
}

TEST(ScoreByVllm, IsTheSameByTexts) {
  for (const Way& way : kTextWays) {
    FakeVllm engine;
    way.set(engine);
    FaultServer server(By(engine));
    const ModelPtr model = Served(server);
    const Capabilities capabilities = model->capabilities();
    EXPECT_TRUE(capabilities.score) << way.name << ": " << capabilities.why_no_score;
    EXPECT_FALSE(capabilities.tokenize);
    EXPECT_FALSE(capabilities.bos_token);
    for (const Text& text : kTexts) {
      const Response answer = Ask(model, Score(text.prompt, text.continuation));
      EXPECT_EQ(answer.failure, "") << way.name << ": " << text.continuation;
      EXPECT_EQ(answer.logprobs, Expected<FakeVllm>(text, true)) << way.name;
    }
    EXPECT_EQ(FailureOf(model, ScoreTokens({kBos}, {1200})),
              "the server does not tokenize any more (/tokenize), and the text was cut by tokens");
  }
}

TEST(ScoreByVllm, EchoNeedsSomethingBeforeTheFirstToken) {
  FakeVllm engine;
  engine.tokenizes = engine.has_bos = false;
  FaultServer server(By(engine));
  const ModelPtr model = Served(server);
  EXPECT_EQ(Ask(model, Score("Is it", " so")).logprobs,
            Expected<FakeVllm>({"Is it", " so"}, false));
  for (const std::string text : {"One two", "x"}) {
    EXPECT_THAT(FailureOf(model, Score("", text)),
                HasSubstr("the server scores no first token of a text"));
  }
}

TEST(ScoreByVllm, NeedsSomethingBeforeTheFirstToken) {
  FakeVllm engine;
  engine.has_bos = false;
  FaultServer server(By(engine));
  const ModelPtr model = Served(server);
  EXPECT_FALSE(model->capabilities().bos_token);
  EXPECT_EQ(Ask(model, Score("Is it ", "so")).logprobs,
            Expected<FakeVllm>({"Is it ", "so"}, false));
  EXPECT_EQ(FailureOf(model, Score("", "One two")),
            "nothing goes before the first token, and the model has no token that begins a text");
  EXPECT_EQ(FailureOf(model, Score("One", "")),
            "the model's tokenizer made no tokens of the continuation");
}

TEST(ScoreByVllm, UsesTheDeclaredBeginningOfTexts) {
  FakeVllm engine;
  engine.has_bos = false;
  FaultServer server(By(engine));
  const ModelPtr model = OpenAiModel({.name = "tiny", .bos_token = kBos}, EndpointOf(server));
  EXPECT_EQ(Ask(model, Score("Is it", " so")).logprobs, Expected<FakeVllm>({"Is it", " so"}, true));
}

TEST(ScoreByVllm, FitsTheContextThatItFound) {
  for (const Way& way : kTokenWays) {
    FakeVllm engine;
    way.set(engine);
    engine.max_model_len = 32;
    FaultServer server(By(engine));
    const ModelPtr model = Served(server);
    const int window = model->capabilities().context_window;
    const Tokens tokens(static_cast<std::size_t>(window), 1200);
    EXPECT_EQ(FailureOf(model, ScoreTokens({kBos}, tokens)), "") << "a full window, " << way.name;
    EXPECT_EQ(FailureOf(model, ScoreTokens({kBos, 1200}, tokens)),
              "HTTP 400: \"This model's maximum context length is 32 tokens\"");
  }
}

/// An answer that is not as it should be, to a score of " Canberra".
struct Spoilt {
  std::string name;
  std::function<void(nlohmann::json& choice)> spoil;
  std::string failure;  ///< Empty: what is there is scored.
};

void ExpectSpoilt(const std::vector<Spoilt>& cases, const Way& way) {
  for (const Spoilt& one : cases) {
    FakeVllm engine;
    way.set(engine);
    FaultServer server(By(engine));
    const ModelPtr model = Served(server);
    ASSERT_TRUE(model->capabilities().score);
    engine.spoil = [&](nlohmann::json& answer) { one.spoil(answer["choices"][0]); };
    EXPECT_EQ(FailureOf(model, Score("Capital of Australia", " Canberra")), one.failure)
        << way.name << ", " << one.name;
  }
}

TEST(ScoreByVllm, MakesNothingUpOfPromptLogprobs) {
  const char* const field = "prompt_logprobs";
  ExpectSpoilt(
      {
          {"as it is", [](nlohmann::json&) {}, ""},
          {"null in the prompt", [=](nlohmann::json& choice) { choice[field][3] = nullptr; }, ""},
          {"null in the continuation", [=](nlohmann::json& choice) { choice[field][13] = nullptr; },
           "token 3: the server gave no log-probability (null)"},
          {"null as the last", [=](nlohmann::json& choice) { choice[field].back() = nullptr; },
           "token 5: the server gave no log-probability (null)"},
          {"a string", [=](nlohmann::json& choice) { choice[field][13].front()["logprob"] = "-1"; },
           "token 3: the server gave no log-probability (null)"},
          {"one too few", [=](nlohmann::json& choice) { choice[field].erase(3); },
           "the server gave log-probabilities of 15 tokens, not of 16"},
          {"one too many", [=](nlohmann::json& choice) { choice[field].push_back(nullptr); },
           "the server gave log-probabilities of 17 tokens, not of 16"},
          {"none", [=](nlohmann::json& choice) { choice.erase(field); },
           "the server gave no log-probabilities of the text"},
          {"of another token",
           [=](nlohmann::json& choice) {
             choice[field][13] = {{"77", {{"logprob", -1}}}};
           },
           "token 3: the server scored token 77 in place of 26189"},
      },
      kTokenWays[0]);
}

TEST(ScoreByVllm, MakesNothingUpOfEchoes) {
  const auto logprobs = [](nlohmann::json& choice) -> nlohmann::json& {
    return choice["logprobs"]["token_logprobs"];
  };
  const std::vector<Spoilt> cases = {
      {"as it is", [](nlohmann::json&) {}, ""},
      {"null in the prompt", [=](nlohmann::json& choice) { logprobs(choice)[3] = nullptr; }, ""},
      {"null in the continuation", [=](nlohmann::json& choice) { logprobs(choice)[13] = nullptr; },
       "token 3: the server gave no log-probability (null)"},
      {"none", [=](nlohmann::json& choice) { choice["logprobs"] = nullptr; },
       "the server gave no log-probabilities of the text"},
  };
  for (const Way& way : {kTokenWays[1], kTokenWays[2], kTextWays[0], kTextWays[1]}) {
    ExpectSpoilt(cases, way);
  }
  ExpectSpoilt({{"the text alone",
                 [=](nlohmann::json& choice) {
                   for (nlohmann::json* list : {&logprobs(choice), &choice["logprobs"]["tokens"]}) {
                     list->erase(list->begin(), list->begin() + 12);
                   }
                 },
                 "the server gave log-probabilities of 4 tokens, not of 16"}},
               kTokenWays[1]);
  const std::string not_spelled =
      "the tokens of the echo do not spell the text, so nobody can tell which of them are the "
      "continuation's (a server that has /tokenize needs no echo)";
  ExpectSpoilt(
      {{"other texts", [](nlohmann::json& choice) { choice["logprobs"]["tokens"][14] = "xx"; },
        not_spelled},
       {"too few",
        [=](nlohmann::json& choice) {
          for (nlohmann::json* list : {&logprobs(choice), &choice["logprobs"]["tokens"]}) {
            list->erase(list->begin(), list->begin() + 13);
          }
        },
        not_spelled}},
      kTextWays[0]);
}

TEST(ScoreByVllm, LeavesItToTheTaskWhatIsAProbability) {
  FakeVllm engine;
  FaultServer server(By(engine));
  const ModelPtr model = Served(server);
  ASSERT_TRUE(model->capabilities().score);
  engine.spoil = [](nlohmann::json& answer) {
    answer["choices"][0]["prompt_logprobs"].back().front()["logprob"] = -9999.0;
  };
  EXPECT_EQ(Ask(model, Score("Capital", " Canberra")).logprobs.back(), -9999.0);
}

TEST(ScoreByVllm, SendsWhatItSays) {
  FakeVllm engine;
  FaultServer server(By(engine), 0, /*keep=*/true);
  Ask(Served(server), ScoreTokens({kBos, 1200}, {1300, 1400}));
  EXPECT_EQ(server.seen().back().body,
            R"({"model":"tiny","prompt":[1,1200,1300,1400],"max_tokens":1,"temperature":0,)"
            R"("prompt_logprobs":0})");
  engine.tokenizes = false;
  Ask(Served(server), Score("\"a\"", "\nb"));
  EXPECT_EQ(server.seen().back().body,
            R"({"model":"tiny","prompt":"\"a\"\nb","max_tokens":0,"temperature":0,"echo":true,)"
            R"("logprobs":1})");
}

TEST(ScoreByVllm, OfATextThatIsNotUtf8FailsAlone) {
  FakeVllm engine;
  FaultServer server(By(engine));
  const std::vector<Response> answers =
      AskAll(Served(server),
             {Score("a", "b"), Score("caf\xE9", "b"), Score("a", "\xFF"), Score("c", "d")});
  EXPECT_EQ(answers[0].failure, "");
  EXPECT_THAT(answers[1].failure, HasSubstr("not UTF-8, at offset 3"));
  EXPECT_THAT(answers[2].failure, HasSubstr("not UTF-8, at offset 1"));
  EXPECT_EQ(answers[3].failure, "");
}

// ------------------------------------------------------------------------------ llama-server

TEST(ScoreByLlamaServer, IsTheSumOfItsTokens) {
  FakeLlamaServer engine;
  FaultServer server(By(engine));
  const ModelPtr model = Served(server);
  const Capabilities capabilities = model->capabilities();
  EXPECT_TRUE(capabilities.score) << capabilities.why_no_score;
  EXPECT_TRUE(capabilities.tokenize);
  EXPECT_EQ(capabilities.bos_token, kBos);
  EXPECT_EQ(capabilities.context_window, 255);
  for (const Text& text : kTexts) {
    const Response answer = Ask(model, Score(text.prompt, text.continuation));
    EXPECT_EQ(answer.failure, "");
    EXPECT_EQ(answer.logprobs, Expected<FakeLlamaServer>(text, true)) << text.continuation;
  }
}

TEST(ScoreByLlamaServer, TakesOneRequestForATextWithoutDifficulties) {
  FakeLlamaServer engine;
  FaultServer server(By(engine));
  const ModelPtr model = Served(server);
  ASSERT_TRUE(model->capabilities().score);
  engine.calls.clear();
  const Tokens tokens = FakeLlamaServer::TokensOf(std::string(200, 'x'));
  EXPECT_EQ(Ask(model, ScoreTokens({kBos}, tokens)).logprobs,
            ToyLogprobs(Joined({kBos}, tokens), 1));
  EXPECT_EQ(engine.calls["/completion by grammar"], 1);
  EXPECT_EQ(engine.calls["/completion by bias"], 0);
}

TEST(ScoreByLlamaServer, LearnsWhichTokensAreDifficult) {
  FakeLlamaServer engine;
  FaultServer server(By(engine));
  const ModelPtr model = Served(server);
  Tokens tokens = FakeLlamaServer::TokensOf("caf\xC3\xA9 et th\xC3\xA9");
  tokens.insert(tokens.begin() + 2, 2);  // The end of the text, in its middle.
  tokens.push_back(3);
  const std::vector<double> expected = ToyLogprobs(Joined({kBos}, tokens), 1);
  EXPECT_EQ(Ask(model, ScoreTokens({kBos}, tokens)).logprobs, expected);
  engine.calls.clear();
  EXPECT_EQ(Ask(model, ScoreTokens({kBos}, tokens)).logprobs, expected);
  // "ca", "f", " et th" by grammar; 2, C3, A9, C3, A9, 3 alone.
  EXPECT_EQ(engine.calls["/completion by grammar"], 3);
  EXPECT_EQ(engine.calls["/completion by bias"], 6);
}

TEST(ScoreByLlamaServer, WorksWithoutAGrammar) {
  FakeLlamaServer engine;
  engine.grammar = false;
  FaultServer server(By(engine));
  const ModelPtr model = Served(server);
  EXPECT_TRUE(model->capabilities().score);
  engine.calls.clear();
  for (const Text& text : kTexts) {
    EXPECT_EQ(Ask(model, Score(text.prompt, text.continuation)).logprobs,
              Expected<FakeLlamaServer>(text, true));
  }
  EXPECT_EQ(engine.calls["/completion by grammar"], 0);
}

TEST(ScoreByLlamaServer, SaysWhereTheContextIsFull) {
  FakeLlamaServer engine;
  engine.context = 32;
  FaultServer server(By(engine));
  const ModelPtr model = Served(server);
  EXPECT_EQ(model->capabilities().context_window, 31);
  const Tokens fits(31, 70);
  EXPECT_EQ(Ask(model, ScoreTokens({kBos}, fits)).logprobs, ToyLogprobs(Joined({kBos}, fits), 1));
  EXPECT_EQ(FailureOf(model, ScoreTokens({kBos}, Tokens(32, 70))),
            "the server scored 31 of 32 tokens: its context is full after 32; declare "
            "ModelInfo::context_window, or set CorpusOptions::window, to what it holds");
  EXPECT_EQ(FailureOf(model, ScoreTokens(Tokens(32, 70), {70})),
            "HTTP 400: \"request exceeds the available context size\"");
}

TEST(ScoreByLlamaServer, SendsWhatItSays) {
  FakeLlamaServer engine;
  FaultServer server(By(engine), 0, /*keep=*/true);
  Ask(Served(server), ScoreTokens({kBos}, {75, 108}));
  EXPECT_EQ(server.seen().back().target, "/completion");
  EXPECT_EQ(
      server.seen().back().body,
      R"({"model":"tiny","prompt":[1],"n_predict":2,"n_probs":1,"temperature":0,"cache_prompt":false,)"
      R"("grammar":"root ::= <[75]> <[108]>","response_fields":["completion_probabilities"]})");
}

// ------------------------------------------------------------------------------------- faults

TEST(ScoreUnderFaults, IsTheSame) {
  std::vector<FaultMaker> faults = AllFaults();
  std::erase_if(faults, [](const FaultMaker& one) { return one.name == "LimitedWithDate"; });
  std::vector<Request> requests;
  for (int i = 0; i < 10; ++i) {
    for (const Text& text : kTexts) requests.push_back(Score(text.prompt, text.continuation));
  }
  const auto expect = [&](const std::string& name, const FaultServer::Handler& honest,
                          const std::function<std::vector<double>(const Text&)>& expected) {
    const FaultPlan plan{.share = 0.3, .seed = 5, .faults = faults, .most_in_a_row = 2};
    FaultServer server(WithFaults(honest, plan));
    Endpoint endpoint = EndpointOf(server);
    endpoint.retrying.attempts = 20;  // Equal requests take each other's good answers.
    const std::vector<Response> answers = AskAll(OpenAiModel({.name = "tiny"}, endpoint), requests);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      ASSERT_EQ(answers[i].failure, "") << name;
      ASSERT_EQ(answers[i].logprobs, expected(kTexts[i % kTexts.size()])) << name;
    }
    EXPECT_GT(plan.tally->failures(), 5U);
  };
  for (const std::vector<Way>& ways : {kTokenWays, kTextWays}) {
    for (const Way& way : ways) {
      FakeVllm engine;
      way.set(engine);
      expect(way.name, By(engine), [](const Text& text) { return Expected<FakeVllm>(text, true); });
    }
  }
  FakeLlamaServer engine;
  expect("llama-server", By(engine),
         [](const Text& text) { return Expected<FakeLlamaServer>(text, true); });
}

}  // namespace
}  // namespace gatetest
