#include "src/http/score_reader.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "src/http/exchange.h"
#include "tests/http/http_testing.h"

namespace gatetest::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_support::Recorded;

/// "5:-1.5" for token 5, "null" and "-1" where something is missing; with the text if there is one.
std::string Show(const std::vector<ScoredToken>& tokens) {
  std::string shown;
  for (const ScoredToken& token : tokens) {
    if (!shown.empty()) shown += ' ';
    if (token.id) shown += fmt::format("{}:", *token.id);
    shown += token.logprob ? fmt::format("{}", *token.logprob) : "null";
    if (!token.text.empty()) shown += "'" + token.text + "'";
  }
  return shown;
}

std::string Choice(const std::string& fields) { return R"({"choices":[{)" + fields + "}]}"; }

std::string PromptOf(const std::string& prompt_logprobs) {
  return Show(ReadScores(Choice(R"("prompt_logprobs":)" + prompt_logprobs)).prompt);
}
std::string EchoOf(const std::string& logprobs) {
  return Show(ReadScores(Choice(R"("logprobs":)" + logprobs)).echoed);
}
std::string GeneratedOf(const std::string& probabilities) {
  return Show(ReadScores(R"({"completion_probabilities":)" + probabilities + "}").generated);
}

std::string ProblemOf(const std::string& body) {
  try {
    ReadScores(body);
  } catch (const BadAnswer& bad) {
    return std::string(bad.what()) + ": " + bad.detail();
  }
  return "none";
}

TEST(ScoreReader, ReadsPromptLogprobs) {
  struct Case {
    std::string json;
    std::string tokens;
  };
  const std::vector<Case> cases = {
      {R"([null,{"5":{"logprob":-1.5,"rank":1,"decoded_token":"a"}}])", "null 5:-1.5"},
      {R"([null,{"5":{"decoded_token":"a","rank":1,"logprob":-1.5}}])", "null 5:-1.5"},
      {R"([null,{"5":{"logprob":-2}},{"6":{"logprob":0}}])", "null 5:-2 6:0"},
      {R"([null,{"5":{"logprob":0}},{"6":{"logprob":-0.0}}])", "null 5:0 6:-0"},
      // The text's own token comes first, whatever its number.
      {R"([null,{"9":{"logprob":-3.5},"2":{"logprob":-0.5},"5":{"logprob":-1}}])", "null 9:-3.5"},
      {R"([null,{"9":{"logprob":null},"2":{"logprob":-0.5}}])", "null null"},
      {R"([null,null,{"5":{"logprob":-1}},null])", "null null 5:-1 null"},
      {R"([null,{"5":{"logprob":-9999.0}}])", "null 5:-9999"},
      {R"([null,{"5":{"logprob":"-1"}}])", "null null"},
      {R"([null,{"5":{"logprob":[-1]}}])", "null null"},
      {R"([null,{"5":-1}])", "null null"},
      {R"([null,-1.5,"x",true,{},[]])", "null null null null null null"},
      {R"([null,{"five":{"logprob":-1}}])", "null -1"},
      {R"([null,{"99999999999":{"logprob":-1}}])", "null -1"},
      {R"([null,{"5x":{"logprob":-1},"6":{"logprob":-2}}])", "null -1"},
      {R"([{"1":{"logprob":-1}}])", "1:-1"},
      {R"([])", ""},
      {R"(null)", ""},
      {R"(-1.5)", ""},
      {R"({"0":{"5":{"logprob":-1}}})", "5:-1"},
  };
  for (const Case& one : cases) EXPECT_EQ(PromptOf(one.json), one.tokens) << one.json;
}

TEST(ScoreReader, ReadsEchoes) {
  struct Case {
    std::string json;
    std::string tokens;
  };
  const std::vector<Case> cases = {
      {R"({"tokens":["a","b"],"token_logprobs":[null,-1.5],"top_logprobs":[null,{"c":-0.1}],)"
       R"("text_offset":[0,1]})",
       "null'a' -1.5'b'"},
      {R"({"text_offset":[0,1],"top_logprobs":[null,{"c":-0.1}],"token_logprobs":[null,-1.5],)"
       R"("tokens":["a","b"]})",
       "null'a' -1.5'b'"},
      {R"({"token_logprobs":[null,-1,-2]})", "null -1 -2"},
      {R"({"tokens":["a","b","c"],"token_logprobs":[null,-1]})", "null'a' -1'b' null'c'"},
      {R"({"tokens":["a"],"token_logprobs":[null,-1]})", "null'a' -1"},
      {R"({"tokens":["é","\u00e9","bytes:\\xe2"],"token_logprobs":[null,-1,-2]})",
       "null'é' -1'é' -2'bytes:\\xe2'"},
      {R"({"tokens":[1,null],"token_logprobs":[null,"-1"]})", "null null"},
      {R"({"token_logprobs":[[-1],{"x":-1}]})", "null null"},
      {R"({"tokens":[],"token_logprobs":[]})", ""},
      {R"({"token_logprobs":null})", ""},
      {R"(null)", ""},
      // llama-server's form, which is of what it generated.
      {R"({"content":[{"id":13,"token":"x","logprob":-1.9}]})", ""},
  };
  for (const Case& one : cases) EXPECT_EQ(EchoOf(one.json), one.tokens) << one.json;
}

TEST(ScoreReader, ReadsWhatWasGenerated) {
  struct Case {
    std::string json;
    std::string tokens;
  };
  const std::vector<Case> cases = {
      {R"([{"id":5,"token":"a","bytes":[97],"logprob":-1.5,"top_logprobs":[{"id":6,"logprob":-3}]},)"
       R"({"id":7,"logprob":0}])",
       "5:-1.5 7:0"},
      {R"([{"top_logprobs":[{"id":6,"logprob":-3},{"id":5,"logprob":-1.5}],"logprob":-1.5,"id":5}])",
       "5:-1.5"},
      {R"([{"id":5,"logprob":null}])", "5:null"},
      {R"([{"logprob":-1}])", "-1"},
      {R"([{},{"id":5,"logprob":-1}])", "null 5:-1"},
      {R"([{"id":5.0,"logprob":-1}])", "-1"},
      {R"([{"id":1e300,"logprob":-1}])", "-1"},
      {R"([{"id":99999999999,"logprob":-1}])", "-1"},
      {R"([{"id":-1,"logprob":-1}])", "-1:-1"},
      {R"([{"id":"5","logprob":"-1"}])", "null"},
      {R"([])", ""},
      {R"(null)", ""},
  };
  for (const Case& one : cases) EXPECT_EQ(GeneratedOf(one.json), one.tokens) << one.json;
}

TEST(ScoreReader, LooksAtTheFirstChoiceAlone) {
  const std::string second = R"({"index":1,"text":"no","prompt_logprobs":[{"8":{"logprob":-8}}],)"
                             R"("logprobs":{"tokens":["z"],"token_logprobs":[-8]}})";
  const ScoreAnswer both = ReadScores(
      R"({"choices":[{"index":0,"text":"yes","prompt_logprobs":[null,{"5":{"logprob":-1}}],)"
      R"("logprobs":{"tokens":["a"],"token_logprobs":[-2]}},)" +
      second + "]}");
  EXPECT_EQ(Show(both.prompt), "null 5:-1");
  EXPECT_EQ(Show(both.echoed), "-2'a'");
  EXPECT_EQ(both.text, "yes");
  const ScoreAnswer nested = ReadScores(R"({"more":{"choices":[)" + second + "]}}");
  EXPECT_THAT(nested.prompt, IsEmpty());
  EXPECT_THAT(nested.echoed, IsEmpty());
  EXPECT_THAT(ReadScores(R"({"choices":[[)" + second + "]]}").prompt, IsEmpty());
  EXPECT_THAT(ReadScores(R"({"choices":[]})").prompt, IsEmpty());
}

TEST(ScoreReader, ReadsUsage) {
  const auto usage = [](const std::string& json) {
    const Usage read = ReadScores(R"({"usage":)" + json + "}").usage;
    return fmt::format("{} {}", read.prompt_tokens, read.completion_tokens);
  };
  EXPECT_EQ(usage(R"({"prompt_tokens":3,"completion_tokens":1,"total_tokens":4,)"
                  R"("prompt_tokens_details":{"cached_tokens":2}})"),
            "3 1");
  EXPECT_EQ(usage(R"({"prompt_tokens":3,"total_tokens":3,"completion_tokens":0})"), "3 0");
  EXPECT_EQ(usage(R"({"prompt_tokens":3,"completion_tokens":1,"total_tokens":7})"), "3 4");
  EXPECT_EQ(usage(R"({"prompt_tokens":3,"completion_tokens":1,"total_tokens":2})"), "0 0");
  EXPECT_EQ(usage(R"({"prompt_tokens":"3","completion_tokens":1})"), "0 0");
  EXPECT_EQ(usage("null"), "0 0");
  EXPECT_EQ(usage("7"), "0 0");
}

TEST(ScoreReader, ReadsWhatLlamaServerAnswers) {
  const ScoreAnswer forced = ReadScores(Recorded("completion-n_probs3.body"));
  ASSERT_EQ(forced.generated.size(), 2U);
  const auto expected =
      nlohmann::json::parse(Recorded("completion-n_probs3.body"))["completion_probabilities"];
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(forced.generated[i].id, expected[i]["id"].get<TokenId>());
    EXPECT_EQ(forced.generated[i].logprob, expected[i]["logprob"].get<double>());
  }
  for (const char* const ignored :
       {"v1-completions-lp3-echo_true-max0.body", "v1-completions-prompt_logprobs.body"}) {
    const ScoreAnswer answer = ReadScores(Recorded(ignored));
    EXPECT_THAT(answer.prompt, IsEmpty()) << ignored;
    EXPECT_THAT(answer.echoed, IsEmpty()) << ignored;
    EXPECT_EQ(answer.text, "\n");
    EXPECT_EQ(answer.usage.prompt_tokens, 16);
  }
}

TEST(ScoreReader, RefusesWhatIsNoAnswer) {
  struct Case {
    std::string body;
    std::string problem;
  };
  const std::string no_object = "an answer that is no JSON object: ";
  const std::vector<Case> cases = {
      {"", no_object + "it is empty"},
      {"null", no_object + "it begins \"null\""},
      {"[]", no_object + "it begins \"[]\""},
      {"-1.5", no_object + "it begins \"-1.5\""},
      {"{}x", no_object + "it begins \"{}x\""},
      {R"({"choices": [,]})", no_object + R"(it begins "{\"choices\": [,]}")"},
      {R"({"a":-1e999})", no_object + R"(it begins "{\"a\":-1e999}")"},
      {"{\"a\":\"\xFF\"}", no_object + R"(it begins "{\"a\":\"\xFF\"}")"},
      {R"({"error":{"message":"busy"}})", "an error with HTTP 200: \"busy\""},
      {R"({"choices":[],"error":"busy"})", "an error with HTTP 200: \"busy\""},
      {R"({"error":null})", "none"},
      {R"({"choices":[{"error":"no"}]})", "none"},
      {R"({"a":{"error":{}}})", "none"},
  };
  for (const Case& one : cases) EXPECT_EQ(ProblemOf(one.body), one.problem) << one.body;
}

TEST(ScoreReader, TakesNoPartOfAnAnswer) {
  for (const std::string whole :
       {R"({"choices":[{"prompt_logprobs":[null,{"5":{"logprob":-1.5}},{"6":{"logprob":-2}}]}]})",
        R"({"completion_probabilities":[{"id":5,"logprob":-1},{"id":6,"logprob":-2}]})",
        R"({"choices":[{"logprobs":{"tokens":["a"],"token_logprobs":[-1]}}],"usage":{"a":1}})"}) {
    EXPECT_EQ(ProblemOf(whole), "none");
    for (std::size_t size = 0; size < whole.size(); ++size) {
      EXPECT_THAT(ProblemOf(whole.substr(0, size)), HasSubstr("no JSON object")) << size;
    }
  }
}

TEST(ScoreReader, BearsWhatIsNestedDeep) {
  constexpr std::size_t kDeep = 5'000'000;
  for (const std::string open : {"[", "{\"a\":"}) {
    std::string deep = R"({"choices":)";
    for (std::size_t i = 0; i < kDeep; ++i) deep += open;
    EXPECT_THAT(ProblemOf(deep), HasSubstr("no JSON object"));
  }
  const std::string closed = std::string(kDeep, '[') + std::string(kDeep, ']');
  EXPECT_THAT(ProblemOf(R"({"choices":)" + closed + "}"), HasSubstr("no JSON object"));
  EXPECT_EQ(ProblemOf(R"({"a":)" + std::string(50, '[') + std::string(50, ']') + "}"), "none");
}

TEST(ScoreReader, ReadsManyTokens) {
  constexpr int kTokens = 20'000;
  std::string json = R"({"choices":[{"prompt_logprobs":[null)";
  for (int i = 1; i < kTokens; ++i) {
    json += fmt::format(R"(,{{"{}":{{"logprob":-{}.5,"rank":1,"decoded_token":"x"}}}})", i, i % 10);
  }
  const std::vector<ScoredToken> prompt = ReadScores(json + "]}]}").prompt;
  ASSERT_EQ(prompt.size(), std::size_t{kTokens});
  for (int i = 1; i < kTokens; ++i) {
    ASSERT_EQ(prompt[static_cast<std::size_t>(i)].id, i);
    ASSERT_EQ(prompt[static_cast<std::size_t>(i)].logprob, -(i % 10) - 0.5);
  }
}

}  // namespace
}  // namespace gatetest::internal
