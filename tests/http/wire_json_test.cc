#include "src/http/wire_json.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "src/http/exchange.h"

namespace gatetest::internal {
namespace {

using nlohmann::json;
using testing::HasSubstr;

template <typename Call>
std::string NoAnswerOf(const Call& call) {
  try {
    call();
  } catch (const NoAnswer& no) {
    return no.what();
  }
  return "none";
}

TEST(QuotedJson, IsReadBackAsItWas) {
  for (const std::string& text :
       {std::string(), std::string("a\"b\\c/d"), std::string("\n\t\r\b\f\x01\x7f"),
        std::string("é€😀"), std::string("nul\0byte", 8), std::string("</script>\u2028")}) {
    EXPECT_EQ(json::parse(QuotedJson(text)).get<std::string>(), text);
  }
}

TEST(QuotedJson, RefusesWhatIsNotUtf8) {
  EXPECT_EQ(NoAnswerOf([] { QuotedJson("caf\xE9"); }),
            "the text has a byte that is not UTF-8, at offset 3, and JSON cannot carry it");
  for (const char* const bad : {"\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xE2\x82"}) {
    EXPECT_NE(NoAnswerOf([&] { QuotedJson(bad); }), "none");
  }
}

TEST(UsageIn, IsNoneWhereItContradictsItself) {
  struct Case {
    std::string usage;
    std::string read;
  };
  const std::vector<Case> cases = {
      {R"({"prompt_tokens":19,"completion_tokens":3,"total_tokens":22})", "19 3"},
      {R"({"prompt_tokens":19,"completion_tokens":3})", "19 3"},
      {R"({"prompt_tokens":19})", "19 0"},
      {R"({"prompt_tokens":19,"total_tokens":19})", "19 0"},
      {R"({"prompt_tokens":0,"completion_tokens":0,"total_tokens":0})", "0 0"},
      {R"({"prompt_tokens":19,"completion_tokens":3,"total_tokens":23})", "19 4"},  // Reasoning.
      {R"({"prompt_tokens":19,"completion_tokens":3,"total_tokens":21})", "0 0"},
      {R"({"prompt_tokens":19,"completion_tokens":3,"total_tokens":null})", "0 0"},
      {R"({"prompt_tokens":19,"completion_tokens":-3,"total_tokens":16})", "0 0"},
      {R"({"prompt_tokens":-19,"completion_tokens":3})", "0 0"},
      {R"({"prompt_tokens":"19","completion_tokens":3})", "0 0"},
      {R"({"prompt_tokens":19,"completion_tokens":"3"})", "0 0"},
      {R"({"prompt_tokens":19,"completion_tokens":null})", "0 0"},
      {R"({"prompt_tokens":19.0,"completion_tokens":3})", "0 0"},
      {R"({"prompt_tokens":true,"completion_tokens":3})", "0 0"},
      {R"({"prompt_tokens":18446744073709551615,"completion_tokens":3})", "0 0"},
      {R"({"prompt_tokens":9223372036854775807,"completion_tokens":1})", "0 0"},
      {R"({"prompt_tokens":1099511627776,"completion_tokens":1})", "1099511627776 1"},
      {R"({"prompt_tokens":1e3,"completion_tokens":1})", "0 0"},
      {R"({"completion_tokens":3})", "0 0"},
      {R"({})", "0 0"},
      {R"(null)", "0 0"},
      {R"([19,3])", "0 0"},
      {R"("19")", "0 0"},
  };
  for (const Case& one : cases) {
    const Usage usage = UsageIn(json{{"usage", json::parse(one.usage)}});
    EXPECT_EQ(fmt::format("{} {}", usage.prompt_tokens, usage.completion_tokens), one.read)
        << one.usage;
  }
  EXPECT_EQ(UsageIn(json::object()).prompt_tokens, 0);
}

TEST(FinishReasonIn, KnowsWhatCutAnAnswerOff) {
  struct Case {
    std::string choice;
    FinishReason reason;
  };
  const std::vector<Case> cases = {
      {R"({"finish_reason":"stop"})", FinishReason::kStop},
      {R"({"finish_reason":"eos"})", FinishReason::kStop},
      {R"({"finish_reason":"tool_calls"})", FinishReason::kStop},
      {R"({"finish_reason":"length"})", FinishReason::kLength},
      {R"({"finish_reason":"max_tokens"})", FinishReason::kLength},
      {R"({"finish_reason":"model_length"})", FinishReason::kLength},
      {R"({"finish_reason":null})", FinishReason::kUnknown},
      {R"({"finish_reason":3})", FinishReason::kUnknown},
      {R"({})", FinishReason::kUnknown},
  };
  for (const Case& one : cases) {
    EXPECT_EQ(FinishReasonIn(json::parse(one.choice)), one.reason) << one.choice;
  }
  EXPECT_EQ(NoAnswerOf([] {
              FinishReasonIn(json{{"finish_reason", "content_filter"}});
            }),
            "the provider's content filter withheld the answer");
}

TEST(LogprobIn, MakesNothingUp) {
  EXPECT_EQ(LogprobIn(json(-1.5), 0), -1.5);
  EXPECT_EQ(LogprobIn(json(-2), 0), -2.0);
  EXPECT_EQ(LogprobIn(json(0U), 0), 0.0);
  EXPECT_EQ(LogprobIn(json(-9999.0), 0), -9999.0) << "whether it counts is the task's to say";
  EXPECT_EQ(NoAnswerOf([] { LogprobIn(json(), 6); }),
            "token 7: the server gave no log-probability (null)");
  EXPECT_EQ(NoAnswerOf([] { LogprobIn(json("-1"), 0); }),
            "token 1: the server gave no log-probability (string)");
  EXPECT_NE(NoAnswerOf([] { LogprobIn(json(true), 0); }), "none");
}

TEST(ParseObject, SaysWhatIsWrong) {
  const auto problem = [](const std::string& body) {
    try {
      ParseObject(body);
    } catch (const BadAnswer& bad) {
      return std::string(bad.what()) + ": " + bad.detail();
    }
    return std::string("none");
  };
  EXPECT_EQ(problem("{}"), "none");
  EXPECT_EQ(problem(" \n{\"a\":1}\r\n"), "none");
  EXPECT_EQ(problem("\xEF\xBB\xBF{}"), "none") << "a byte order mark";
  EXPECT_EQ(problem(""), "an answer that is no JSON object: it is empty");
  EXPECT_EQ(problem("null"), "an answer that is no JSON object: it begins \"null\"");
  EXPECT_EQ(problem("<html>" + std::string(200, 'x')),
            "an answer that is no JSON object: it begins \"<html>" + std::string(74, 'x') + "…\"");
  EXPECT_EQ(problem(R"({"error":{"message":"overloaded"}})"),
            "an error with HTTP 200: \"overloaded\"");
  EXPECT_EQ(problem(R"({"error":"overloaded","choices":[]})"),
            "an error with HTTP 200: \"overloaded\"");
  EXPECT_EQ(problem(R"({"error":null,"choices":[]})"), "none");
  EXPECT_EQ(problem(std::string(3'000'000, '[')),
            "an answer that is no JSON object: it begins \"" + std::string(80, '[') + "…\"");
  EXPECT_NE(problem(R"({"a":)" + std::string(200, '[') + std::string(200, ']') + "}"), "none");
  EXPECT_EQ(
      problem(R"({"a":"[[[[\"]][[\\","b":)" + std::string(90, '[') + std::string(90, ']') + "}"),
      "none");
}

TEST(MessageIn, FindsTheServersWords) {
  struct Case {
    std::string body;
    std::string message;
  };
  const std::vector<Case> cases = {
      // OpenAI, llama-server
      {R"({"error":{"message":"Rate limit","type":"x","code":429}})", "\"Rate limit\""},
      // vLLM
      {R"({"object":"error","message":"no such model","code":404})", "\"no such model\""},
      // Starlette and FastAPI
      {R"({"detail":"Not Found"})", "\"Not Found\""},
      {R"({"detail":[{"loc":["body","n"],"msg":"field required"}]})",
       R"("[{\"loc\":[\"body\",\"n\"],\"msg\":\"field required\"}]")"},
      // Others
      {R"({"error":"overloaded"})", "\"overloaded\""},
      {R"({"msg":"busy"})", "\"busy\""},
      {R"({"error":{"msg":"busy"}})", "\"busy\""},
      {R"({"error":{"code":7},"message":"outer"})", "\"outer\""},
      {R"({"error":null,"message":"m"})", "\"m\""},
      // No message: what is there
      {R"({"status":"bad"})", R"("{\"status\":\"bad\"}")"},
      {R"({"error":{"message":7}})", R"("{\"error\":{\"message\":7}}")"},
      {R"(["a"])", R"("[\"a\"]")"},
      {"502 Bad Gateway", "\"502 Bad Gateway\""},
      {"<html>\r\n<h1>502</h1>\n</html>", R"("<html>\x0D\n<h1>502</h1>\n</html>")"},
      {"caf\xE9 closed", R"("caf\xE9 closed")"},
      {"", ""},
      {" \r\n\t ", ""},
      {R"({"error":{"message":" "}})", ""},
      {R"({"error":{"message":"two\nlines \u001b[31m"}})", R"("two\nlines \x1B[31m")"},
  };
  for (const Case& one : cases) EXPECT_EQ(MessageIn(one.body), one.message) << one.body;
}

TEST(MessageIn, IsLongEnoughToUnderstandAndNoLonger) {
  const std::string context =
      "request (401 tokens) exceeds the available context size (256 tokens), try increasing it";
  EXPECT_EQ(MessageIn(R"({"error":{"message":")" + context + "\"}}"), "\"" + context + "\"");
  const std::string endless = MessageIn(std::string(100'000, 'x'));
  EXPECT_EQ(endless, "\"" + std::string(300, 'x') + "…\"");
  EXPECT_EQ(MessageIn(std::string(299, 'x') + "é and more"), "\"" + std::string(299, 'x') + "…\"")
      << "cut between characters";
}

TEST(MessageIn, BearsWhatIsNestedDeep) {
  constexpr std::size_t kDeep = 3'000'000;
  const std::string deep = std::string(kDeep, '[') + std::string(kDeep, ']');
  EXPECT_THAT(MessageIn(R"({"detail":)" + deep + "}"), HasSubstr("[[["));
  EXPECT_THAT(MessageIn(deep), HasSubstr("[[["));
  EXPECT_THAT(MessageIn(std::string(kDeep, '[')), HasSubstr("[[["));
  EXPECT_EQ(MessageIn(R"({"error":{"message":"[[[{{{\"[[["}})"), R"("[[[{{{\"[[[")");
}

TEST(SilentTokens, AreThoseReasonedOrInTheTotalAlone) {
  using nlohmann::json;
  const auto silent = [](const char* usage) {
    return SilentTokensIn(json{{"usage", json::parse(usage)}});
  };
  EXPECT_EQ(silent(R"({"prompt_tokens":5,"completion_tokens":100})"), 0);
  EXPECT_EQ(silent(R"({"prompt_tokens":5,"completion_tokens":100,
                       "completion_tokens_details":{"reasoning_tokens":90}})"),
            90);
  EXPECT_EQ(silent(R"({"prompt_tokens":5,"completion_tokens":10,"total_tokens":105})"), 90);
  EXPECT_EQ(silent(R"({"prompt_tokens":5,"completion_tokens":10,"total_tokens":105,
                       "completion_tokens_details":{"reasoning_tokens":90}})"),
            90);
  EXPECT_EQ(silent(R"({"prompt_tokens":5,"completion_tokens":10,
                       "completion_tokens_details":null})"),
            0);
  EXPECT_EQ(SilentTokensIn(json::object()), 0);
}

}  // namespace
}  // namespace gatetest::internal
