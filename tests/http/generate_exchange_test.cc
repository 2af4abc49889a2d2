// Text from an endpoint, as OpenAiModel asks for it.
#include "src/http/generate_exchange.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "gatetest/openai_model.h"
#include "tests/http/http_testing.h"
#include "tests/support/errors.h"
#include "tests/support/scripted_faults.h"

namespace gatetest {
namespace {

using std::chrono::milliseconds;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using testing_support::Ask;
using testing_support::AskAll;
using testing_support::EndpointOf;
using testing_support::ErrorOf;
using testing_support::FailureOf;
using testing_support::Received;
using testing_support::Recorded;

const std::string kYes = R"({"choices":[{"message":{"content":"yes"},"finish_reason":"stop"}]})";

FaultServer::Handler Always(Answer answer) {
  return [answer = std::move(answer)](const HttpCall&) { return answer; };
}

/// One after the other, then the last one again.
FaultServer::Handler OneAfterAnother(std::vector<Answer> answers) {
  return [answers = std::move(answers)](const HttpCall& call) {
    return answers.at(std::min(call.number, answers.size() - 1));
  };
}

ModelPtr Tiny(const FaultServer& server, OpenAiOptions options = {}) {
  return OpenAiModel({.name = "tiny"}, EndpointOf(server), std::move(options));
}

Request Hello() { return {.prompt = "Say hello"}; }

Request WithLogprobs(int top) {
  Request request = Hello();
  request.logprobs = top;
  return request;
}

// -------------------------------------------------------------------------------- what is sent

struct SentCase {
  std::string name;
  OpenAiOptions options;
  Request request;
  std::string body;
};

TEST(GenerateRequest, SaysWhatIsAsked) {
  const std::string hello = R"("messages":[{"role":"user","content":"Say hello"}])";
  const std::string usual = R"({"model":"tiny",)" + hello + R"(,"max_tokens":256,"temperature":0)";
  Request sampled = {.prompt = "Say \"é\"\n",
                     .stop = {"\n", "é", "c", "d", "e", "f"},
                     .max_tokens = 7,
                     .temperature = 0.7,
                     .seed = 18446744073709551615U};
  Request seeded = Hello();
  seeded.seed = 17;
  Request two_stops = Hello();
  two_stops.stop = {"a", "\"b\""};
  const std::vector<SentCase> cases = {
      {"usual", {}, Hello(), usual + "}"},
      {"all that a task decides, and no more than four stops",
       {},
       sampled,
       R"({"model":"tiny","messages":[{"role":"user","content":"Say \"é\"\n"}],"max_tokens":7,)"
       R"("temperature":0.7,"seed":18446744073709551615,"stop":["\n","é","c","d"]})"},
      {"two stops", {}, two_stops, usual + R"(,"stop":["a","\"b\""]})"},
      {"another name",
       {.served_as = "tiny-awq"},
       Hello(),
       R"({"model":"tiny-awq",)" + hello + R"(,"max_tokens":256,"temperature":0})"},
      {"a system prompt",
       {.system_prompt = "Be \"short\""},
       Hello(),
       R"({"model":"tiny","messages":[{"role":"system","content":"Be \"short\""},)"
       R"({"role":"user","content":"Say hello"}],"max_tokens":256,"temperature":0})"},
      {"more fields",
       {.body = R"({"top_p":0.9,"a":{"b":[1,null]}})"},
       Hello(),
       R"({"model":"tiny","a":{"b":[1,null]},"top_p":0.9,)" + hello +
           R"(,"max_tokens":256,"temperature":0})"},
      {"no temperature",
       {.body = R"({"temperature":null})"},
       Hello(),
       R"({"model":"tiny",)" + hello + R"(,"max_tokens":256})"},
      {"no stops, no tokens, no field of which nobody knows",
       {.body = R"({"stop":null,"max_tokens":null,"top_k":null})"},
       two_stops,
       R"({"model":"tiny",)" + hello + R"(,"temperature":0})"},
      {"a seed of the options", {.body = R"({"seed":5})"}, Hello(), usual + R"(,"seed":5})"},
      {"a seed of the task", {.body = R"({"seed":5})"}, seeded, usual + R"(,"seed":17})"},
      {"no seed", {.body = R"({"seed":null})"}, seeded, usual + "}"},
      {"another field for the tokens",
       {.max_tokens_field = "max_completion_tokens"},
       Hello(),
       R"({"model":"tiny",)" + hello + R"(,"max_completion_tokens":256,"temperature":0})"},
      {"log-probabilities", {}, WithLogprobs(0), usual + R"(,"logprobs":true})"},
      {"alternatives", {}, WithLogprobs(3), usual + R"(,"logprobs":true,"top_logprobs":3})"},
      {"a stream",
       {.stream = true},
       Hello(),
       usual + R"(,"stream":true,"stream_options":{"include_usage":true}})"},
      {"a stream without options",
       {.body = R"({"stream_options":null})", .stream = true},
       Hello(),
       usual + R"(,"stream":true})"},
      {"a completion",
       {.generate_by = GenerateBy::kCompletions},
       two_stops,
       R"({"model":"tiny","prompt":"Say hello","max_tokens":256,"temperature":0,)"
       R"("stop":["a","\"b\""]})"},
      {"log-probabilities of a completion, one at least",
       {.generate_by = GenerateBy::kCompletions},
       WithLogprobs(0),
       R"({"model":"tiny","prompt":"Say hello","max_tokens":256,"temperature":0,"logprobs":1})"},
      {"alternatives of a completion",
       {.generate_by = GenerateBy::kCompletions},
       WithLogprobs(3),
       R"({"model":"tiny","prompt":"Say hello","max_tokens":256,"temperature":0,"logprobs":3})"},
  };
  FaultServer server(Always({.body = kYes}), 0, /*keep=*/true);
  for (const SentCase& one : cases) {
    SCOPED_TRACE(one.name);
    FailureOf(Tiny(server, one.options), one.request);
    const HttpCall call = server.seen().back();
    EXPECT_EQ(call.body, one.body);
    EXPECT_TRUE(nlohmann::json::accept(call.body));
    EXPECT_EQ(call.method, "POST");
    EXPECT_EQ(call.target, one.options.generate_by == GenerateBy::kChat ? "/v1/chat/completions"
                                                                        : "/v1/completions");
    EXPECT_EQ(call.headers.at("content-type"), "application/json");
    EXPECT_EQ(call.headers.count("authorization"), 0U);
    EXPECT_EQ(call.headers.count("expect"), 0U);
  }
}

TEST(GenerateRequest, HasNoOptionsThatCannotBe) {
  struct Case {
    OpenAiOptions options;
    std::string message;
  };
  const std::string begin = "OpenAiModel \"tiny\": OpenAiOptions::";
  const auto decided = [](const std::string& field) {
    return "body sets \"" + field + "\", which the task or GateTest decides";
  };
  std::vector<Case> cases = {
      {{.generate_by = GenerateBy::kCompletions, .system_prompt = "x"},
       "system_prompt needs GenerateBy::kChat: /completions has no messages"},
      {{.max_tokens_field = ""}, "max_tokens_field is empty; the usual one is max_tokens"},
      {{.body = "top_p"}, "body is no JSON object like {\"top_p\": 0.9}: \"top_p\""},
      {{.body = "[1]"}, "body is no JSON object like {\"top_p\": 0.9}: \"[1]\""},
      {{.body = "{\"a\":1"}, "body is no JSON object like {\"top_p\": 0.9}: \"{\\\"a\\\":1\""},
      {{.body = R"({"max_completion_tokens":1})", .max_tokens_field = "max_completion_tokens"},
       decided("max_completion_tokens")},
      {{.system_prompt = "caf\xE9"},
       "system_prompt, or the model's name: the text has a byte that is not UTF-8, at offset 3, "
       "and JSON cannot carry it"},
  };
  for (const std::string field :
       {"model", "messages", "prompt", "stop", "max_tokens", "stream", "n", "logprobs",
        "top_logprobs", "stream_options", "temperature"}) {
    cases.push_back({{.body = "{\"" + field + "\":1}"}, decided(field)});
  }
  for (const std::string field :
       {"model", "messages", "prompt", "stream", "n", "logprobs", "top_logprobs"}) {
    cases.push_back({{.body = "{\"" + field + "\":null}"}, decided(field)});
  }
  for (const Case& one : cases) {
    EXPECT_EQ(ErrorOf(
                  [&] {
                    OpenAiModel({.name = "tiny"}, {.base_url = "http://localhost/v1"}, one.options);
                  },
                  ErrorCode::kInvalidArgument),
              begin + one.message);
  }
}

TEST(GenerateRequest, IsPartOfTheModelsIdentity) {
  const auto options_of = [](const OpenAiOptions& options, const std::string& own = "") {
    return OpenAiModel({.name = "tiny", .options = own}, {.base_url = "http://localhost/v1"},
                       options)
        ->info()
        .options;
  };
  EXPECT_EQ(options_of({}), "");
  EXPECT_EQ(options_of({.stream = true}), "");
  EXPECT_EQ(options_of({}, "fp8-kv"), "fp8-kv");
  EXPECT_EQ(options_of({.system_prompt = "x"}, "fp8-kv"), R"(fp8-kv {"system_prompt":"x"})");
  EXPECT_EQ(options_of({.body = R"({ "b": 1, "a": null })"}), R"({"body":{"a":null,"b":1}})");
  EXPECT_EQ(options_of({.generate_by = GenerateBy::kCompletions}),
            R"({"generate_by":"completions"})");
  EXPECT_EQ(options_of({.served_as = "tiny-awq", .max_tokens_field = "max_completion_tokens"}),
            R"({"max_tokens_field":"max_completion_tokens","served_as":"tiny-awq"})");
}

TEST(GenerateRequest, ThatCannotBeWrittenFailsAlone) {
  FaultServer server(Always({.body = kYes}));
  const std::vector<Response> answers = AskAll(
      Tiny(server), {Hello(), {.prompt = "caf\xE9"}, {.prompt = "x", .stop = {"\xFF"}}, Hello()});
  EXPECT_EQ(answers[0].text, "yes");
  EXPECT_THAT(answers[1].failure,
              HasSubstr(": the text has a byte that is not UTF-8, at offset 3, and JSON cannot"));
  EXPECT_THAT(answers[2].failure, HasSubstr("not UTF-8, at offset 0"));
  EXPECT_EQ(answers[3].text, "yes");
  EXPECT_EQ(server.calls(), 2U);
}

// ---------------------------------------------------------------------------- what is answered

TEST(GenerateAnswer, IsReadFromRecordings) {
  struct Case {
    std::string recording;
    GenerateBy by;
    std::string text;
    FinishReason reason;
    std::int64_t prompt_tokens;
    std::int64_t completion_tokens;
  };
  const std::vector<Case> cases = {
      {"chat", GenerateBy::kChat, "0.0", FinishReason::kLength, 19, 3},
      {"chat-logprobs", GenerateBy::kChat, "0.0", FinishReason::kLength, 19, 3},
      {"v1-completions-plain", GenerateBy::kCompletions, "\nthe ", FinishReason::kLength, 16, 4},
      {"v1-completions-lp3-echo_false-max3", GenerateBy::kCompletions, "\nthe",
       FinishReason::kLength, 16, 3},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.recording);
    FaultServer server(Always({.body = Recorded(one.recording + ".body")}));
    const Response answer = Ask(Tiny(server, {.generate_by = one.by}), Hello());
    EXPECT_EQ(answer.failure, "");
    EXPECT_EQ(answer.text, one.text);
    EXPECT_EQ(answer.finish_reason, one.reason);
    EXPECT_EQ(answer.usage.prompt_tokens, one.prompt_tokens);
    EXPECT_EQ(answer.usage.completion_tokens, one.completion_tokens);
    EXPECT_THAT(answer.logprobs, IsEmpty()) << "not asked for";
    EXPECT_THAT(answer.top_logprobs, IsEmpty());
    EXPECT_THAT(answer.retried, IsEmpty());
    EXPECT_EQ(answer.timing.first_token.count(), 0) << "not a stream";
    EXPECT_GT(answer.timing.total.count(), 0);
  }
}

void ExpectChatLogprobs(const Response& answer, std::size_t top) {
  EXPECT_EQ(answer.failure, "");
  EXPECT_THAT(answer.logprobs, ElementsAre(DoubleNear(-0.680627, 1e-6), DoubleNear(-0.999128, 1e-6),
                                           DoubleNear(-1.194717, 1e-6)));
  ASSERT_THAT(answer.top_logprobs, SizeIs(3));
  for (const auto& alternatives : answer.top_logprobs) {
    ASSERT_THAT(alternatives, SizeIs(top));
    EXPECT_TRUE(std::is_sorted(alternatives.begin(), alternatives.end(),
                               [](const auto& a, const auto& b) { return a.logprob > b.logprob; }));
  }
  EXPECT_EQ(answer.top_logprobs[0][0].token, "0");
  EXPECT_EQ(answer.top_logprobs[1][1].token, "\n");
}

TEST(GenerateAnswer, HasLogprobsWhereTheyAreWanted) {
  FaultServer server(Always({.body = Recorded("chat-logprobs.body")}));
  ExpectChatLogprobs(Ask(Tiny(server), WithLogprobs(3)), 3);
  const Response none = Ask(Tiny(server), WithLogprobs(0));
  EXPECT_THAT(none.logprobs, SizeIs(3));
  EXPECT_THAT(none.top_logprobs, IsEmpty());
}

TEST(GenerateAnswer, WithoutLogprobsIsFoundOutOnce) {
  FaultServer server(Always({.body = R"({"choices":[{"message":{"content":"yes"}}]})"}));
  Received answers;
  const std::vector<Request> requests(500, WithLogprobs(0));
  EXPECT_THROW(Tiny(server)->Run(requests, answers, Cancel()), Error);
  EXPECT_LT(server.calls(), 300U);
}

TEST(GenerateAnswer, ReadsLogprobsOfBothForms) {
  struct Case {
    std::string logprobs;
    std::string shown;
  };
  const std::vector<Case> cases = {
      {R"({"tokens":["a","b"],"token_logprobs":[-1,-2.5],"top_logprobs":[{"b":-3,"a":-1},null]})",
       "-1[a:-1 b:-3] -2.5[]"},
      {R"({"token_logprobs":[-1]})", "-1[]"},
      {R"({"token_logprobs":[-1,-2],"top_logprobs":[{"a":-1}]})", "-1[a:-1] -2[]"},
      {R"({"content":[{"token":"a","bytes":null,"logprob":-1,"top_logprobs":[]}]})", "-1[]"},
      {R"({"content":[{"token":"\ufffd","bytes":[195],"logprob":-1,"top_logprobs":)"
       R"([{"token":"\ufffd","bytes":[195,169],"logprob":-1},{"token":"x","logprob":-0.5}]}]})",
       "-1[x:-0.5 é:-1]"},
      {R"({"content":[{"logprob":-1}]})", "-1[]"},
      {R"({"content":[{"token":"a","logprob":-9999.0}]})", "-9999[]"},
      {R"({"content":[],"token_logprobs":[-1]})",
       "the server gave no log-probabilities of what it generated (logprobs); use a task that "
       "needs none: ExactMatch, Contains, RegexMatch"},
      {R"(null)",
       "the server gave no log-probabilities of what it generated (logprobs); use a task that "
       "needs none: ExactMatch, Contains, RegexMatch"},
      {R"({"token_logprobs":[-1,null]})", "token 2: the server gave no log-probability (null)"},
      {R"({"content":[{"token":"a"}]})", "token 1: the server gave no log-probability (null)"},
      {R"({"content":[{"token":"a","logprob":"-1"}]})",
       "token 1: the server gave no log-probability (string)"},
  };
  for (const Case& one : cases) {
    FaultServer server(
        Always({.body = R"({"choices":[{"text":"ab","logprobs":)" + one.logprobs + "}]}"}));
    Response answer;
    try {
      answer = Ask(Tiny(server, {.generate_by = GenerateBy::kCompletions}), WithLogprobs(2));
    } catch (const Error& none_to_any) {
      answer = Response::Failed(none_to_any.what());
    }
    std::string shown;
    for (std::size_t i = 0; i < answer.logprobs.size(); ++i) {
      std::string top;
      for (const TokenLogprob& other : answer.top_logprobs.at(i)) {
        top += fmt::format("{}{}:{}", top.empty() ? "" : " ", other.token, other.logprob);
      }
      shown += fmt::format("{}{}[{}]", i > 0 ? " " : "", answer.logprobs[i], top);
    }
    if (!answer.failure.empty()) shown = answer.failure.substr(answer.failure.find(": ") + 2);
    EXPECT_EQ(shown, one.shown) << one.logprobs;
  }
}

TEST(GenerateAnswer, IsWhateverTheChoiceSays) {
  struct Case {
    std::string choices;
    std::string text;
  };
  const std::vector<Case> cases = {
      {R"([{"message":{"content":null}}])", ""},
      {R"([{"message":{"content":""}}])", ""},
      {R"([{"message":{}}])", ""},
      {R"([{"message":{"content":"é \u0000\n"}}])", std::string("é \0\n", 5)},
      {R"([{"message":{"content":[{"type":"text","text":"a"},{"type":"x"},{"text":"b"}]}}])", "ab"},
      {R"([{"message":{"content":[]}}])", ""},
      {R"([{"message":{"content":null,"refusal":"I cannot"}}])", "I cannot"},
      {R"([{"message":{"content":"yes","refusal":null}}])", "yes"},
      {R"([{"message":{"content":"yes","reasoning_content":"hm"}}])", "yes"},
      {R"([{"message":{"content":null,"tool_calls":[{}]},"finish_reason":"tool_calls"}])", ""},
      {R"([{"text":"completed"}])", "completed"},
      {R"([{"index":0,"text":"first"},{"index":1,"text":"second"}])", "first"},
      {R"([{"index":1,"text":"second"},{"index":0,"text":"first"}])", "first"},
      {R"([{"message":{"content":7}}])", ""},
  };
  for (const Case& one : cases) {
    FaultServer server(Always({.body = R"({"choices":)" + one.choices + "}"}));
    const Response answer = Ask(Tiny(server), Hello());
    EXPECT_EQ(answer.text, one.text) << one.choices;
    EXPECT_EQ(answer.failure, "") << one.choices;
  }
}

TEST(GenerateAnswer, ThatIsNoneIsAskedForAgain) {
  struct Case {
    std::string body;
    std::string why;
  };
  const std::vector<Case> cases = {
      {R"({})", "an answer without choices"},
      {R"({"choices":null})", "an answer without choices"},
      {R"({"choices":[]})", "an answer without choices"},
      {R"({"choices":{}})", "an answer without choices"},
      {R"({"choices":[null]})", "an answer without choices"},
      {R"({"choices":["yes"]})", "an answer without choices"},
      {R"({"choices":[{}]})", "an answer whose choice has no text"},
      {R"({"choices":[{"message":null}]})", "an answer whose choice has no text"},
      {R"({"choices":[{"text":"x","logprobs":{"content":[7]}}]})", "an answer of another form"},
      {R"({"error":{"message":"overloaded"}})", "an error with HTTP 200"},
      {R"(null)", "an answer that is no JSON object"},
      {"{\"choices\":[{\"text\":\"caf\xE9\"}]}", "an answer that is no JSON object"},
  };
  for (const Case& one : cases) {
    FaultServer server(OneAfterAnother({{.body = one.body}, {.body = kYes}}));
    const Response answer = Ask(Tiny(server), Hello());
    EXPECT_EQ(answer.text, "yes") << one.body;
    EXPECT_THAT(answer.retried, ElementsAre(one.why)) << one.body;
  }
}

TEST(GenerateAnswer, ThatWasWithheldIsNone) {
  FaultServer server(Always(
      {.body = R"({"choices":[{"message":{"content":""},"finish_reason":"content_filter"}]})"}));
  EXPECT_EQ(FailureOf(Tiny(server), Hello()), "the provider's content filter withheld the answer");
  EXPECT_EQ(server.calls(), 1U);
}

TEST(GenerateAnswer, ThatTheServerRefusesFailsAlone) {
  const Answer too_long = {.status = 400, .body = Recorded("err-too-long-chat-stream.body")};
  for (const bool stream : {false, true}) {
    FaultServer server(Always(too_long));
    EXPECT_EQ(FailureOf(Tiny(server, {.stream = stream}), Hello()),
              "HTTP 400: \"request (1213 tokens) exceeds the available context size (512 tokens), "
              "try increasing it\"");
    EXPECT_EQ(server.calls(), 1U);
  }
}

// ----------------------------------------------------------------------------------- streams

const std::vector<std::pair<std::string, std::string>> kEvents = {
    {"Content-Type", "text/event-stream"}};

Answer Stream(std::vector<std::string> chunks) {
  return {.headers = kEvents, .chunks = std::move(chunks)};
}

std::string Event(const std::string& data) { return "data: " + data + "\n\n"; }

std::string Delta(const std::string& text, const std::string& more = "") {
  return Event(R"({"choices":[{"index":0,"delta":{"content":)" + nlohmann::json(text).dump() + "}" +
               more + "}]}");
}

const std::string kRole =
    Event(R"({"choices":[{"index":0,"delta":{"role":"assistant","content":null}}]})");
const std::string kStopped =
    Event(R"({"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})");
const std::string kDone = Event("[DONE]");

std::string UsageOf(int prompt, int completion) {
  return Event(
      fmt::format(R"({{"choices":[],"usage":{{"prompt_tokens":{},"completion_tokens":{}}}}})",
                  prompt, completion));
}

TEST(GenerateStream, IsReadFromRecordings) {
  struct Case {
    std::string recording;
    GenerateBy by;
    std::string text;
    std::int64_t prompt_tokens;
  };
  const std::vector<Case> cases = {
      {"chat-stream.body", GenerateBy::kChat, "0.0", 19},
      {"v1-completions-stream.body", GenerateBy::kCompletions, "\nthe", 16},
  };
  for (const Case& one : cases) {
    SCOPED_TRACE(one.recording);
    const std::string recorded = Recorded(one.recording);
    for (const Answer& answer : {Stream({recorded}), ChunksOfOneByte(Stream({recorded})),
                                 Answer{.headers = kEvents, .body = recorded, .piece = 100}}) {
      FaultServer server(Always(answer));
      const Response response =
          Ask(Tiny(server, {.generate_by = one.by, .stream = true}), WithLogprobs(2));
      EXPECT_EQ(response.failure, "");
      EXPECT_EQ(response.text, one.text);
      EXPECT_EQ(response.finish_reason, FinishReason::kLength);
      EXPECT_EQ(response.usage.prompt_tokens, one.prompt_tokens);
      EXPECT_EQ(response.usage.completion_tokens, 3);
      EXPECT_THAT(response.logprobs, SizeIs(3));
      EXPECT_THAT(response.top_logprobs, SizeIs(3));
      EXPECT_GT(response.timing.first_token.count(), 0);
      EXPECT_LE(response.timing.first_token, response.timing.total);
      if (one.by == GenerateBy::kChat) ExpectChatLogprobs(response, 2);
    }
  }
}

TEST(GenerateStream, IsTheSameWhereverItIsCut) {
  const std::string text = ": hi\r\n\r\n" + kRole + Delta("é€") + Delta("😀\n") + kStopped + kDone;
  std::size_t cut = 0;
  FaultServer server([&](const HttpCall&) {
    return Stream({text.substr(0, cut), text.substr(cut)});
  });
  const ModelPtr model = Tiny(server, {.stream = true});
  for (cut = 1; cut < text.size(); ++cut) {
    const Response answer = Ask(model, Hello());
    ASSERT_EQ(answer.text, "é€😀\n") << cut;
    ASSERT_THAT(answer.retried, IsEmpty()) << cut;
  }
}

TEST(GenerateStream, CountsTheFirstTextAsTheFirstToken) {
  Answer answer = Stream({kRole, Delta("") + ": still thinking\n\n", Delta("yes"), kStopped});
  answer.between = milliseconds(30);
  FaultServer server(Always(answer));
  const Response response = Ask(Tiny(server, {.stream = true}), Hello());
  EXPECT_EQ(response.text, "yes");
  EXPECT_GE(response.timing.first_token, milliseconds(60));
  EXPECT_GE(response.timing.total, milliseconds(90));
  EXPECT_LE(response.timing.first_token, response.timing.total);
}

TEST(GenerateStream, BearsWhatIsSentTwice) {
  const std::string a = Delta("a");
  const std::string b = Delta("b");
  const std::string usage = UsageOf(3, 2);
  const auto with_id = [](int id, const std::string& event) {
    return fmt::format("id: {}\n{}", id, event);
  };
  const std::vector<std::vector<std::string>> streams = {
      {a, b, kStopped, kDone},
      {a, b, kStopped},
      {a, b, kDone},
      {a, b, kStopped, kStopped, kDone},
      {a, b, kStopped, usage, usage, kDone},
      {a, b, kStopped, kDone, kDone},
      {a, b, kStopped, kDone, a},
      {a, b, kStopped, b, kDone},
      {a, b, kStopped, kStopped, usage, usage, kDone, kDone},
      {with_id(1, a), with_id(1, a), with_id(2, b), kStopped, kDone},
      {with_id(1, a), with_id(2, b), with_id(2, b), usage, kStopped, kDone},
      {a, Delta("", R"(,"index":1)"), Event(R"({"choices":[{"index":1,"delta":{"content":"z"}}]})"),
       b, kStopped, kDone},
      {a, Delta("b", R"(,"finish_reason":"stop")"), kDone},
      {a, b, kStopped, UsageOf(3, 1), kDone},  // A relay that cuts by characters.
      {with_id(1, kRole), with_id(1, a), with_id(1, b), kStopped, kDone},  // One id for all.
  };
  for (std::size_t i = 0; i < streams.size(); ++i) {
    FaultServer server(Always(Stream(streams[i])));
    const Response answer = Ask(Tiny(server, {.stream = true}), Hello());
    EXPECT_EQ(answer.text, "ab") << i;
    EXPECT_THAT(answer.retried, IsEmpty()) << i;
  }
}

TEST(GenerateStream, MayRepeatItself) {
  const std::vector<std::string> spelled = {Delta("h"), Delta("e"), Delta("l"),    Delta("l"),
                                            Delta("o"), kStopped,   UsageOf(3, 2), kDone};
  FaultServer by_characters(Always(Stream(spelled)));
  EXPECT_EQ(Ask(Tiny(by_characters, {.stream = true}), Hello()).text, "hello");

  const std::string ha = "id: 1\n" + Delta(" ha");
  FaultServer one_id(
      Always(Stream({"id: 1\n" + kRole, ha, ha, ha, kStopped, UsageOf(3, 3), kDone})));
  EXPECT_EQ(Ask(Tiny(one_id, {.stream = true}), Hello()).text, " ha ha ha");
}

TEST(GenerateStream, ThatIsNotWholeIsAskedForAgain) {
  struct Case {
    std::vector<std::string> chunks;
    std::string why;
  };
  const std::string error =
      Event(R"({"error":{"code":500,"message":"got exception","type":"server_error"}})");
  const std::vector<Case> cases = {
      {{kRole, Delta("a")}, "a stream that was cut off"},
      {{kRole}, "a stream that was cut off"},
      {{Delta("a"), Delta("b").substr(0, 20)}, "a stream that was cut off"},
      {{Delta("a"), "data: [DONE]"}, "a stream that was cut off"},
      {{Delta("a"), error}, "an error with HTTP 200"},
      {{error}, "an error with HTTP 200"},
      {{Delta("a"), Event("{\"choices\":"), kDone}, "an answer that is no JSON object"},
      {{Delta("a"), Event(R"({"choices":[{"delta":{},"logprobs":{"content":[7]}}]})"), kDone},
       "an answer of another form"},
      {{Delta("a"), Delta("a"), Delta("b"), kStopped, UsageOf(3, 2), kDone},
       "a stream with chunks sent twice"},
      {{kDone}, "an answer that is no event stream"},
      {{": nothing\n\n"}, "an answer that is no event stream"},
      {{kYes}, "an answer that is no event stream"},
      {{kYes + "\n"}, "an answer that is no event stream"},
      {{"<html>\n", "</html>\n"}, "an answer that is no event stream"},
      {{Delta("a"), "Internal Server Error\n", kStopped, kDone},
       "an answer that is no event stream"},
  };
  for (const Case& one : cases) {
    FaultServer server(OneAfterAnother({Stream(one.chunks), Stream({Delta("yes"), kStopped})}));
    const Response answer = Ask(Tiny(server, {.stream = true}), Hello());
    EXPECT_EQ(answer.text, "yes") << one.chunks.front();
    EXPECT_THAT(answer.retried, ElementsAre(one.why)) << one.chunks.front();
  }
}

TEST(GenerateStream, SaysWhatTheServerSaidInTheEnd) {
  FaultServer server(
      Always(Stream({Delta("a"), Event(R"({"error":{"code":500,"message":"out of memory"}})")})));
  EXPECT_EQ(FailureOf(Tiny(server, {.stream = true}), Hello()),
            "all: an error with HTTP 200: \"out of memory\" (5 attempts)");
  EXPECT_EQ(server.calls(), 5U);
}

TEST(GenerateStream, ThatIsNoneShowsWhatCame) {
  struct Case {
    Answer answer;
    std::string shown;
  };
  const std::vector<Case> cases = {
      {{.body = ""}, "it is empty"},
      {{.body = "no\n"}, R"(it begins "no\n")"},
      {{.chunks = {"{\"error\":{\"mess", "age\":\"busy\"}}"}},
       R"(it begins "{\"error\":{\"message\":\"busy\"}}")"},
      {{.body = std::string(1000, 'x')}, "it begins \"" + std::string(60, 'x') + "…\""},
  };
  for (const Case& one : cases) {
    FaultServer server(Always(one.answer));
    EXPECT_EQ(FailureOf(Tiny(server, {.stream = true}), Hello()),
              "all: an answer that is no event stream: " + one.shown + " (5 attempts)");
  }
}

TEST(GenerateStream, ThatWasWithheldIsNone) {
  FaultServer server(Always(
      Stream({Delta("a"), Event(R"({"choices":[{"delta":{},"finish_reason":"content_filter"}]})"),
              kDone})));
  EXPECT_EQ(FailureOf(Tiny(server, {.stream = true}), Hello()),
            "the provider's content filter withheld the answer");
  EXPECT_EQ(server.calls(), 1U);
}

TEST(GenerateStream, NeedsLogprobsOfItsText) {
  FaultServer server(Always(Stream({Delta("a"), kStopped, kDone})));
  EXPECT_THAT(FailureOf(Tiny(server, {.stream = true}), WithLogprobs(0)),
              HasSubstr("the server gave no log-probabilities of what it generated"));
}

}  // namespace
}  // namespace gatetest
