// The code and the messages that docs/served_models.md quotes, compiled and run.
#include <gatetest/gatetest.h>
#include <gmock/gmock.h>

#include <fstream>
#include <string>

#include "tests/support/fault_server.h"
#include "tests/support/scoped_variable.h"
#include "tests/support/temporary_folder.h"

namespace gatetest {
namespace {

using ::testing::ElementsAre;

std::string Chat(const std::string& text) {
  return R"({"choices":[{"index":0,"finish_reason":"stop","message":{"content":")" + text + R"("}}],
             "usage":{"prompt_tokens":9,"completion_tokens":1,"total_tokens":10}})";
}

TaskPtr Questions() {
  return ExactMatch(MakeDataset("questions", {{.input = "Is it?", .answer = "yes"}}));
}

/// A failure without the port, which is another each time.
std::string FailureAt(const FaultServer& server, const ModelPtr& model, const TaskPtr& task) {
  Evaluator evaluator;
  const EvaluationPtr evaluation = evaluator.Evaluate(model, task);
  std::string failure = evaluation->failure;
  if (failure.empty()) failure = evaluation->items.front().outcome.unmeasured;
  const std::string port = std::to_string(server.port());
  for (std::size_t at = failure.find(port); at != std::string::npos; at = failure.find(port)) {
    failure.replace(at, port.size(), "8000");
  }
  return failure;
}

TEST(ServedSnippets, Declaring) {
  const gatetest::Endpoint vllm{.base_url = "http://localhost:8000/v1",
                                .api_key_variable = "VLLM_API_KEY",
                                .concurrency = 32};
  const gatetest::ModelPtr f16 = gatetest::OpenAiModel(
      {.name = "llama-8b", .quantization = "f16", .weights = "rev 3f2a"}, vllm);
  const gatetest::ModelPtr int4 =
      gatetest::OpenAiModel({.name = "llama-8b", .quantization = "int4", .weights = "rev 77a1"},
                            vllm, {.served_as = "llama-8b-awq"});

  EXPECT_EQ(f16->info().provider, "localhost");
  EXPECT_EQ(int4->info().api_key_variable, "VLLM_API_KEY");
}

TEST(ServedSnippets, Options) {
  const gatetest::Endpoint hosted{.base_url = "https://api.example/v1",
                                  .api_key_variable = "HOSTED_KEY"};
  const gatetest::ModelPtr model = gatetest::OpenAiModel(
      {.name = "big-model",
       .max_age = std::chrono::hours(24 * 7),
       .prices = gatetest::Prices{.input_usd_per_mtok = 2.5, .output_usd_per_mtok = 10.0}},
      hosted,
      {.system_prompt = "Answer with one word.",
       .body = R"({"top_p": 0.9, "temperature": null})",
       .max_tokens_field = "max_completion_tokens"});

  EXPECT_EQ(model->info().provider, "api.example");
}

TEST(ServedSnippets, AFileOfModels) {
  const testing_support::TemporaryFolder folder;
  const std::string path = (folder / "models.json").string();
  std::ofstream(path) << R"(
{
  "endpoints": {
    "relay": {"base_url": "https://relay.example/v1", "api_key_variable": "RELAY_KEY", "concurrency": 32}
  },
  "models": {
    "baseline": {"endpoint": "relay", "name": "llama-8b", "quantization": "f16", "weights": "rev 3f2a"},
    "candidate": {"endpoint": "relay", "name": "llama-8b", "quantization": "int4", "weights": "rev 77a1",
                  "served_as": "llama-8b-awq"}
  }
}
)";
  const ModelsFile models(path);
  EXPECT_THAT(models.names(), ElementsAre("baseline", "candidate"));
  EXPECT_EQ(models.Get("candidate")->info().quantization, "int4");
}

class NamedGate : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override {
    return {.baseline = gatetest::NamedModel("baseline"), .tasks = {Questions()}};
  }
};

TEST(ServedSnippets, AWrongKey) {
  FaultServer server([](const HttpCall&) {
    return Answer{.status = 401, .body = R"({"error":{"message":"Invalid API Key"}})"};
  });
  const testing_support::ScopedVariable key("RELAY_KEY", "sk-not-the-right-one");
  const ModelPtr model = OpenAiModel(
      {.name = "m"}, {.base_url = server.url() + "/v1", .api_key_variable = "RELAY_KEY"});
  EXPECT_EQ(
      FailureAt(server, model, Questions()) + "\n",
      R"(127.0.0.1:8000: HTTP 401: "Invalid API Key"; the API key came from the environment variable RELAY_KEY
)");
}

TEST(ServedSnippets, AServerThatDoesNotScore) {
  FaultServer server([](const HttpCall& call) {
    const bool chat = call.target == "/v1/chat/completions";
    return chat ? Answer{.body = Chat("yes")}
                : Answer{.status = 404, .body = R"({"error":{"message":"Not found"}})"};
  });
  const ModelPtr model = OpenAiModel({.name = "m"}, {.base_url = server.url() + "/v1"});
  const TaskPtr choices = MultipleChoice(
      MakeDataset("choices", {{.input = "Is it?", .answer = "0", .choices = {"y", "n"}}}));
  EXPECT_EQ(
      FailureAt(server, model, choices) + "\n",
      R"(it gives no log-probabilities of a given text (/tokenize answers with HTTP 404; /completions answers echo with HTTP 404: "Not found" (asked for model "m")); use a task on generated text instead: ExactMatch, Contains, RegexMatch, GeneratedPerplexity
)");
  Evaluator evaluator;
  EXPECT_TRUE(evaluator.Evaluate(model, Questions())->complete());
}

}  // namespace
}  // namespace gatetest
