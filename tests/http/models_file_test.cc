#include "gatetest/models_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/budget.h"
#include "gatetest/evaluator.h"
#include "gatetest/openai_model.h"
#include "gatetest/tasks.h"
#include "src/http/connection.h"
#include "tests/http/http_testing.h"
#include "tests/support/errors.h"
#include "tests/support/temporary_folder.h"

namespace gatetest {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::ErrorOf;
using testing_support::TemporaryFolder;

class ModelsFileTest : public ::testing::Test {
 protected:
  ModelsFile Read(const std::string& content) const {
    std::ofstream(path_, std::ios::binary) << content;
    return ModelsFile(path_.string());
  }

  /// Why the file is refused, without its folder.
  std::string ErrorOfFile(const std::string& content,
                          ErrorCode code = ErrorCode::kInvalidData) const {
    std::string error = ErrorOf([&] { Read(content); }, code);
    const std::size_t at = error.find(path_.string());
    return at == std::string::npos ? error : error.replace(at, path_.string().size(), "FILE");
  }

  /// That of a file with this model "m".
  std::string ErrorOfModel(const std::string& model) const {
    return ErrorOfFile(R"({"endpoints": {"relay": {"base_url": "https://relay.example/v1"}},
                           "models": {"m": )" +
                       model + "}}");
  }

  /// That of a file with this endpoint "relay".
  std::string ErrorOfEndpoint(const std::string& endpoint) const {
    return ErrorOfFile(R"({"models": {"m": {"endpoint": "relay", "name": "llama"}},
                           "endpoints": {"relay": )" +
                       endpoint + "}}");
  }

  const TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_ / "models.json";
};

/// Whether some model that lives has this endpoint.
bool IsConnected(const Endpoint& endpoint) {
  return internal::Connection::To(endpoint).use_count() > 1;
}

// ------------------------------------------------------------------------------- what can be said

TEST_F(ModelsFileTest, DeclaresAModelInFewWords) {
  const ModelsFile file = Read(R"({
    "endpoints": {"relay": {"base_url": "https://relay.example/v1"}},
    "models": {"candidate": {"endpoint": "relay", "name": "llama-8b", "weights": "rev 1"}}})");
  const ModelPtr model = file.Get("candidate");
  EXPECT_EQ(model->info().name, "llama-8b");
  EXPECT_EQ(model->info().provider, "relay.example");
  EXPECT_TRUE(IsConnected({.base_url = "https://relay.example/v1"}));
  EXPECT_EQ(model->identity(), OpenAiModel({.name = "llama-8b", .weights = "rev 1"},
                                           {.base_url = "https://relay.example/v1"})
                                   ->identity());
  EXPECT_EQ(file.Get("candidate"), model) << "the same object each time";
  EXPECT_EQ(file.path(), path_.string());
}

TEST_F(ModelsFileTest, HasEveryFieldOfAnEndpoint) {
  const ModelsFile file = Read(R"({
    "endpoints": {"relay": {
      "base_url": "https://relay.example/v1",
      "api_key_variable": "RELAY_KEY",
      "key_in_query": true,
      "headers": {"OpenAI-Organization": "org-1", "X-Team": "gates"},
      "concurrency": 3,
      "timeouts": {"connect_ms": 11, "first_byte_ms": 12, "total_ms": 13},
      "retrying": {"attempts": 4, "first_wait_ms": 14, "longest_wait_ms": 15,
                   "longest_asked_ms": 16},
      "largest_answer": 1000000,
      "ca_file": "/etc/own.pem"}},
    "models": {"m": {"endpoint": "relay", "name": "llama"}}})");
  EXPECT_TRUE(IsConnected({.base_url = "https://relay.example/v1",
                           .api_key_variable = "RELAY_KEY",
                           .key_in_query = true,
                           .headers = {{"OpenAI-Organization", "org-1"}, {"X-Team", "gates"}},
                           .concurrency = 3,
                           .timeouts = {.connect = milliseconds(11),
                                        .first_byte = milliseconds(12),
                                        .total = milliseconds(13)},
                           .retrying = {.attempts = 4,
                                        .first_wait = milliseconds(14),
                                        .longest_wait = milliseconds(15),
                                        .longest_asked = milliseconds(16)},
                           .largest_answer = 1000000,
                           .ca_file = "/etc/own.pem"}));
  EXPECT_EQ(file.Get("m")->info().api_key_variable, "RELAY_KEY");
}

TEST_F(ModelsFileTest, HasEveryFieldOfAModel) {
  const ModelPtr model = Read(R"({"models": {"m": {
      "endpoint": {"base_url": "http://localhost:8000/v1"},
      "name": "llama-8b",
      "quantization": "int4",
      "provider": "somebody",
      "weights": "rev 77a1",
      "code_id": "vllm 0.9",
      "options": "tp=2",
      "max_age_seconds": 3600,
      "context_window": 8192,
      "bos_token": 128000,
      "bytes": 5000000000,
      "prices": {"input_usd_per_mtok": 0.25, "output_usd_per_mtok": 2},
      "served_as": "llama-8b-awq",
      "generate_by": "completions",
      "body": {"top_p": 0.9, "nested": {"a": [1, null]}},
      "max_tokens_field": "max_completion_tokens",
      "stream": false}}})")
                             .Get("m");
  const ModelInfo& info = model->info();
  EXPECT_EQ(info.name, "llama-8b");
  EXPECT_EQ(info.quantization, "int4");
  EXPECT_EQ(info.provider, "somebody");
  EXPECT_EQ(info.weights, "rev 77a1");
  EXPECT_EQ(info.code_id, "vllm 0.9");
  EXPECT_EQ(info.max_age, std::chrono::hours(1));
  EXPECT_EQ(info.context_window, 8192);
  EXPECT_EQ(info.bos_token, 128000);
  EXPECT_EQ(info.bytes, 5'000'000'000U);
  ASSERT_TRUE(info.prices);
  EXPECT_EQ(info.prices->input_usd_per_mtok, 0.25);
  EXPECT_EQ(info.prices->output_usd_per_mtok, 2.0);
  ModelInfo same = info;
  same.options = "tp=2";
  const ModelPtr by_hand = OpenAiModel(same, {.base_url = "http://localhost:8000/v1"},
                                       {.served_as = "llama-8b-awq",
                                        .generate_by = GenerateBy::kCompletions,
                                        .body = R"({"nested": {"a": [1, null]}, "top_p": 0.9})",
                                        .max_tokens_field = "max_completion_tokens"});
  EXPECT_EQ(info.options, by_hand->info().options);
  EXPECT_EQ(model->identity(), by_hand->identity());
}

TEST_F(ModelsFileTest, AsksAsItIsSaid) {
  const FaultServer server(
      [](const HttpCall& call) {
        if (call.body.find("\"stream\":true") == std::string::npos) {
          return Answer{.body = R"({"choices":[{"message":{"content":"yes"}}]})"};
        }
        return Answer{.headers = {{"Content-Type", "text/event-stream"}},
                      .body =
                          "data: {\"choices\":[{\"delta\":{\"content\":\"yes\"},"
                          "\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"};
      },
      /*port=*/0, /*keep=*/true);
  const ModelsFile file = Read(R"({
    "endpoints": {"local": {"base_url": ")" +
                               server.url() + R"(/v1"}},
    "models": {
      "plain": {"endpoint": "local", "name": "a"},
      "other": {"endpoint": "local", "name": "a", "system_prompt": "Be brief.", "stream": true,
                "generate_by": "chat"}}})");
  EXPECT_EQ(testing_support::Ask(file.Get("plain"), {.prompt = "p"}).text, "yes");
  EXPECT_EQ(testing_support::Ask(file.Get("other"), {.prompt = "p"}).text, "yes");
  const std::vector<HttpCall> seen = server.seen();
  ASSERT_EQ(seen.size(), 2U);
  EXPECT_THAT(seen[0].body, testing::Not(HasSubstr("\"stream\":true")));
  EXPECT_THAT(seen[1].body, HasSubstr("Be brief."));
  EXPECT_THAT(seen[1].body, HasSubstr("\"stream\":true"));
}

TEST_F(ModelsFileTest, MayHaveCommentsAndSeveralModelsOfOneEndpoint) {
  const ModelsFile file = Read(
      "\xEF\xBB\xBF"
      R"(// Of the nightly pipeline.
    {"models": {"b": {"endpoint": "relay", "name": "llama-8b", "quantization": "int4"},
                "a": {"endpoint": "relay", "name": "llama-8b" /* f16 */}},
     // Below those that name it.
     "endpoints": {"relay": {"base_url": "https://several.example/v1"}, "unused": {}}})");
  EXPECT_THAT(file.names(), ElementsAre("a", "b"));
  EXPECT_EQ(file.Get("b")->info().quantization, "int4");
  EXPECT_NE(file.Get("a"), file.Get("b"));
}

TEST_F(ModelsFileTest, ListsTheNamesThereAre) {
  const ModelsFile file = Read(R"({"models": {
      "f16": {"endpoint": {"base_url": "http://h/v1"}, "name": "x"},
      "int4": {"endpoint": {"base_url": "http://h/v1"}, "name": "x"}}})");
  EXPECT_EQ(ErrorOf([&] { file.Get("in\"t4"); }, ErrorCode::kInvalidArgument),
            path_.string() + " declares no model \"in\\\"t4\"; there are f16, int4");
}

// ------------------------------------------------------------------------------------- price files

/// Models "big" and "own", of which the first has a price in "prices.json".
constexpr const char* kPriced = R"({
    "endpoints": {"relay": {"base_url": "https://relay.example/v1"}},
    "price_file": "prices.json",
    "models": {
      "big": {"endpoint": "relay", "name": "big", "weights": "r1", "price": "large"},
      "own": {"endpoint": "relay", "name": "own",
              "prices": {"input_usd_per_mtok": 0, "output_usd_per_mtok": 1}},
      "none": {"endpoint": "relay", "name": "none"}}})";

constexpr const char* kPrices = R"({"prices": {
    "large": {"input_per_mtok": 20, "output_per_mtok": 80, "currency": "CNY",
              "date": "2026-11-26", "source": "s"},
    "small": {"input_per_mtok": 1, "output_per_mtok": 2, "date": "2026-11-26", "source": "s"}},
  "rates": {"CNY": {"usd": 0.125, "date": "2026-11-26", "source": "s"}}})";

TEST_F(ModelsFileTest, TakesPricesFromAPriceFileBesideIt) {
  folder_.Write("prices.json", kPrices);
  const ModelsFile file = Read(kPriced);
  ASSERT_TRUE(file.Get("big")->info().prices);
  EXPECT_EQ(file.Get("big")->info().prices->input_usd_per_mtok, 2.5);
  EXPECT_EQ(file.Get("big")->info().prices->output_usd_per_mtok, 10.0);
  ASSERT_TRUE(file.Get("own")->info().prices);
  EXPECT_EQ(file.Get("own")->info().prices->output_usd_per_mtok, 1.0);
  EXPECT_FALSE(file.Get("none")->info().prices);
  EXPECT_EQ(file.Get("big")->identity(),
            OpenAiModel({.name = "big", .weights = "r1"}, {.base_url = "https://relay.example/v1"})
                ->identity())
      << "prices are no part of whose answers they are";
}

TEST_F(ModelsFileTest, TakesAPriceFileElsewhere) {
  const std::string path = folder_.Write("elsewhere/costs.json", kPrices).string();
  for (const std::string& named : {std::string("elsewhere/costs.json"), path}) {
    const ModelsFile file = Read(R"({"price_file": ")" + named + R"(",
        "models": {"m": {"endpoint": {"base_url": "http://h/v1"}, "name": "x",
                         "price": "small"}}})");
    ASSERT_TRUE(file.Get("m")->info().prices);
    EXPECT_EQ(file.Get("m")->info().prices->output_usd_per_mtok, 2.0);
  }
}

TEST_F(ModelsFileTest, ItsPricesAreThoseOfBudgetsAndPlans) {
  folder_.Write("prices.json", kPrices);
  const ModelsFile file = Read(kPriced);
  const TaskPtr task = ExactMatch(
      MakeDataset("sums", {{.input = "12345678", .answer = "1"}, {.input = "1234", .answer = "1"}}),
      {.generate = {.max_tokens = 100}});
  Evaluator evaluator;
  // 12 bytes are 3 tokens, at $2.50 a million, and at most 200 are generated, at $10.
  EXPECT_NEAR(evaluator.Plan(file.Get("big"), task).usd, (3 * 2.5 + 200 * 10.0) / 1e6, 1e-15);
  EXPECT_NEAR(evaluator.Plan(file.Get("own"), task).usd, 200 / 1e6, 1e-15);
  EXPECT_EQ(evaluator.Plan(file.Get("none"), task).usd, 0.0);

  Response answer = Response::Text("1");
  answer.usage = {.prompt_tokens = 1000, .completion_tokens = 100};
  const Request request{.prompt = "12345678", .max_tokens = 100};
  Spending spending({.usd = 0.01});
  EXPECT_TRUE(spending.Pay(file.Get("big")->info(), request, answer));
  EXPECT_NEAR(spending.spent().usd, 0.0035, 1e-15);
  EXPECT_EQ(spending.Reserve(file.Get("none")->info(), {&request, 1}).requests, 0U);
  EXPECT_EQ(spending.Reserve(file.Get("big")->info(), {&request, 1}).requests, 1U);
}

TEST_F(ModelsFileTest, RefusesPricesThatAreNotThere) {
  folder_.Write("prices.json", kPrices);
  EXPECT_EQ(ErrorOfModel(R"({"endpoint": "relay", "name": "x", "price": "large"})"),
            "FILE: models.m.price: there is no price file to look \"large\" up in; name it beside "
            "\"models\" (\"price_file\": \"prices.json\"), or write \"prices\" here");
  const auto error = [&](const std::string& price) {
    return ErrorOfFile(R"({"price_file": "prices.json",
        "models": {"m": {"endpoint": {"base_url": "http://h/v1"}, "name": "x", )" +
                       price + "}}}");
  };
  EXPECT_EQ(error(R"("price": "larger")"),
            "FILE: models.m.price: " + (folder_ / "prices.json").string() +
                " has no price of \"larger\"; there are large, small; did you mean \"large\"?");
  EXPECT_EQ(
      error(R"("prices": {"input_usd_per_mtok": 1, "output_usd_per_mtok": 1}, "price": "large")"),
      "FILE: models.m: has \"price\" and \"prices\"; remove one");
  EXPECT_EQ(error(R"("price": 2.5)"), "FILE: models.m.price: should be text, but is \"2.5\"");
}

TEST_F(ModelsFileTest, RefusesPriceFilesThatCannotBe) {
  const std::string prices = (folder_ / "prices.json").string();
  EXPECT_EQ(ErrorOfFile(kPriced, ErrorCode::kNotFound),
            "FILE: file.price_file: " + prices + ": cannot be read");
  folder_.Write("prices.json", R"({"prices": {"large": {"input_per_mtok": -1}}})");
  EXPECT_EQ(ErrorOfFile(kPriced),
            "FILE: file.price_file: " + prices +
                ": prices.large.input_per_mtok: should be a price for a million tokens, 0 or more, "
                "but is \"-1\"");
  EXPECT_EQ(ErrorOfFile(R"({"price_file": 7, "models": {"m": {}}})"),
            "FILE: file.price_file: should be text, but is \"7\"");
}

// --------------------------------------------------------------------------------- what is refused

TEST_F(ModelsFileTest, RefusesAFieldThatIsThereTwice) {
  EXPECT_EQ(ErrorOfModel(R"({"endpoint": "relay", "name": "x", "name": "y"})"),
            "FILE: models.m: field \"name\" appears twice; remove one");
}

TEST_F(ModelsFileTest, RefusesWhatCannotBeRead) {
  for (const std::filesystem::path& path : {folder_ / "nowhere.json", folder_.path()}) {
    EXPECT_EQ(ErrorOf([&] { ModelsFile(path.string()); }, ErrorCode::kNotFound),
              path.string() + ": cannot be read");
  }
}

TEST_F(ModelsFileTest, RefusesWhatIsNoJson) {
  for (const std::string content :
       {"", "{", "{\"models\": {},}", "models: {}", "{\"models\": \xFF}",
        "{\"models\": {\"m\": {\"bytes\": 1e999}}}"}) {
    EXPECT_THAT(ErrorOfFile(content), testing::StartsWith("FILE: is no JSON: [json.exception."))
        << content;
  }
}

TEST_F(ModelsFileTest, RefusesAFileOfAnotherForm) {
  const std::pair<std::string, std::string> cases[] = {
      {"[]", "FILE: file: should be an object, but is \"[]\""},
      {"{}", "FILE: field \"models\" is missing"},
      {R"({"endpoints": {}})", "FILE: field \"models\" is missing"},
      {R"({"models": {}})",
       "FILE: file.models: should be an object with at least one model, but is \"{}\""},
      {R"({"models": [1]})",
       "FILE: file.models: should be an object with at least one model, but is an array"},
      {R"({"endpoints": []})", "FILE: file.endpoints: should be an object, but is \"[]\""},
      {R"({"model": {}})",
       "FILE: file: unknown field \"model\"; there are endpoints, models, price_file"}};
  for (const auto& [content, error] : cases) EXPECT_EQ(ErrorOfFile(content), error);
}

TEST_F(ModelsFileTest, RefusesFieldsOfAModelThatCannotBe) {
  const std::pair<std::string, std::string> cases[] = {
      {"7", "FILE: models.m: should be an object, but is \"7\""},
      {R"({"Name": "x"})",
       "FILE: models.m: unknown field \"Name\"; there are endpoint, name, quantization, provider, "
       "weights, code_id, options, max_age_seconds, context_window, bos_token, bytes, price, "
       "prices, "
       "served_as, generate_by, system_prompt, body, max_tokens_field, stream"},
      {R"({"api_key_variable": "K"})", "unknown field \"api_key_variable\""},
      {R"({"name": 7})", "FILE: models.m.name: should be text, but is \"7\""},
      {R"({"weights": null})", "FILE: models.m.weights: should be text, but is \"null\""},
      {R"({"max_age_seconds": "1h"})",
       "FILE: models.m.max_age_seconds: should be a whole number, but is \"\\\"1h\\\"\""},
      {R"({"context_window": 4096.5})",
       "FILE: models.m.context_window: should be a whole number, but is \"4096.5\""},
      {R"({"context_window": 2147483648})",
       "FILE: models.m.context_window: should be a whole number of that size, but is "
       "\"2147483648\""},
      {R"({"bos_token": -2147483649})",
       "FILE: models.m.bos_token: should be a whole number of that size, but is \"-2147483649\""},
      {R"({"bytes": -1})",
       "FILE: models.m.bytes: should be a whole number of that size, but is \"-1\""},
      {R"({"prices": 3})", "FILE: models.m.prices: should be an object, but is \"3\""},
      {R"({"prices": {"input": 3}})",
       "FILE: models.m.prices: unknown field \"input\"; there are input_usd_per_mtok, "
       "output_usd_per_mtok"},
      {R"({"prices": {"input_usd_per_mtok": "3"}})",
       "FILE: models.m.prices.input_usd_per_mtok: should be a number, but is \"\\\"3\\\"\""},
      {R"({"generate_by": "Chat"})",
       "FILE: models.m.generate_by: should be \"chat\" or \"completions\", but is "
       "\"\\\"Chat\\\"\""},
      {R"({"body": "{}"})", "FILE: models.m.body: should be an object, but is \"\\\"{}\\\"\""},
      {R"({"stream": 1})", "FILE: models.m.stream: should be true or false, but is \"1\""},
      {R"({"endpoint": 7, "name": "x"})",
       "FILE: models.m.endpoint: should be an object, but is \"7\""},
      {R"({"endpoint": "rely", "name": "x"})",
       "FILE: models.m.endpoint: there is no endpoint \"rely\"; \"endpoints\" has relay"}};
  for (const auto& [model, error] : cases) EXPECT_THAT(ErrorOfModel(model), HasSubstr(error));
  EXPECT_EQ(ErrorOfFile(R"({"models": {"m": {"endpoint": "relay", "name": "x"}}})"),
            "FILE: models.m.endpoint: there is no endpoint \"relay\"; \"endpoints\" has none");
}

TEST_F(ModelsFileTest, RefusesModelsThatCannotBeAndSaysWhich) {
  EXPECT_EQ(ErrorOfModel(R"({"endpoint": "relay"})"),
            "FILE: models.m: OpenAiModel \"\": ModelInfo::name is empty; give the model a name");
  EXPECT_EQ(
      ErrorOfModel(R"({"name": "x"})"),
      "FILE: models.m: field \"endpoint\" is missing: a name of \"endpoints\", or an endpoint");
  EXPECT_THAT(ErrorOfModel(R"({"name": "x", "endpoint": "relay", "body": {"temperature": 1}})"),
              testing::StartsWith("FILE: models.m: "));
  EXPECT_THAT(ErrorOfEndpoint(R"({"base_url": "https://relay.example/v1", "concurrency": -1})"),
              HasSubstr("FILE: models.m: Endpoint::concurrency is -1; it must be above 0"));
  EXPECT_THAT(ErrorOfEndpoint(R"({"base_url": "https://me:hunter2hunter2@relay.example/v1"})"),
              testing::AllOf(HasSubstr("FILE: models.m: Endpoint::base_url has a user"),
                             testing::Not(HasSubstr("hunter2"))));
}

TEST_F(ModelsFileTest, RefusesFieldsOfAnEndpointThatCannotBe) {
  const std::pair<std::string, std::string> cases[] = {
      {"7", "FILE: endpoints.relay: should be an object, but is \"7\""},
      {R"({"url": "x"})",
       "FILE: endpoints.relay: unknown field \"url\"; there are base_url, api_key_variable, "
       "key_in_query, headers, concurrency, timeouts, retrying, largest_answer, ca_file"},
      {R"({"api_key": "sk-0123456789abcdef"})",
       "FILE: endpoints.relay: unknown field \"api_key\"; there are base_url, api_key_variable, "
       "key_in_query, headers, concurrency, timeouts, retrying, largest_answer, ca_file"},
      {R"({"base_url": ["x"]})", "FILE: endpoints.relay.base_url: should be text, but is an array"},
      {R"({"key_in_query": "yes"})",
       "FILE: endpoints.relay.key_in_query: should be true or false, but is \"\\\"yes\\\"\""},
      {R"({"headers": [1]})",
       "FILE: endpoints.relay.headers: should be an object, but is an array"},
      {R"({"headers": {"X-Team": 7}})",
       "FILE: endpoints.relay.headers.X-Team: should be text, but is \"7\""},
      {R"({"concurrency": 1.5})",
       "FILE: endpoints.relay.concurrency: should be a whole number, but is \"1.5\""},
      {R"({"concurrency": 3000000000})",
       "FILE: endpoints.relay.concurrency: should be a whole number of that size, but is "
       "\"3000000000\""},
      {R"({"timeouts": {"total": 1}})",
       "FILE: endpoints.relay.timeouts: unknown field \"total\"; there are connect_ms, "
       "first_byte_ms, total_ms"},
      {R"({"timeouts": {"total_ms": "1s"}})",
       "FILE: endpoints.relay.timeouts.total_ms: should be a whole number, but is \"\\\"1s\\\"\""},
      {R"({"retrying": {"tries": 1}})",
       "FILE: endpoints.relay.retrying: unknown field \"tries\"; there are attempts, "
       "first_wait_ms, longest_wait_ms, longest_asked_ms"},
      {R"({"retrying": {"attempts": true}})",
       "FILE: endpoints.relay.retrying.attempts: should be a whole number, but is \"true\""},
      {R"({"largest_answer": -5})",
       "FILE: endpoints.relay.largest_answer: should be a whole number of that size, but is "
       "\"-5\""},
      {R"({"ca_file": false})", "FILE: endpoints.relay.ca_file: should be text, but is \"false\""}};
  for (const auto& [endpoint, error] : cases) EXPECT_EQ(ErrorOfEndpoint(endpoint), error);
}

}  // namespace
}  // namespace gatetest
