// OpenAiModel against a real llama-server that serves the embedded model: it is to find the numbers
// of the engine in this process, and those of llama.cpp's own perplexity tool.
#include <gatetest/corpus.h>
#include <gatetest/evaluator.h>
#include <gatetest/generated_perplexity.h>
#include <gatetest/metrics.h>
#include <gatetest/open_store.h>
#include <gatetest/openai_model.h>
#include <gatetest/tasks.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <future>
#include <string>
#include <thread>

#include "tests/engines/llama_server.h"
#include "tests/support/run_process.h"
#include "tests/support/scoped_variable.h"
#include "tests/support/temporary_folder.h"
#include "tiny_model.h"

namespace gatetest::testing_support {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

ModelInfo Served() { return {.name = "tinylm", .quantization = "f16", .weights = "f16 file"}; }

Endpoint EndpointOf(const LlamaServer& server) {
  return {.base_url = server.url() + "/v1", .concurrency = 4};
}

ModelPtr ModelOf(const LlamaServer& server, OpenAiOptions options = {}) {
  options.generate_by = GenerateBy::kCompletions;
  return OpenAiModel(Served(), EndpointOf(server), std::move(options));
}

/// The first samples alone: a test is not a benchmark.
TaskPtr Skills() {
  return ExactMatch(TinyData("skills.jsonl"), {.generate = {.stop = {"\n"}, .max_tokens = 24}});
}
TaskPtr Choices() { return MultipleChoice(TinyData("choices.jsonl")); }

std::string FirstBytesOf(const std::string& file, std::size_t count) {
  std::ifstream in(file, std::ios::binary);
  std::string text(count, '\0');
  in.read(text.data(), static_cast<std::streamsize>(count));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

/// 16 KiB of prose, and what llama.cpp cannot be forced to by a grammar.
class ServedText : public ::testing::Test {
 protected:
  std::string Write(const std::string& more = "") {
    const std::string path = (folder_ / "text.txt").string();
    std::ofstream(path, std::ios::binary)
        << FirstBytesOf(TinyData("heldout_64k.txt"), 16384) << more;
    return path;
  }

 private:
  const TemporaryFolder folder_;
};

double PerplexityOf(const ModelPtr& model, const TaskPtr& task) {
  Evaluator evaluator;
  const EvaluationPtr evaluation = evaluator.Evaluate(model, task);
  EXPECT_TRUE(evaluation->complete()) << evaluation->failure;
  if (!evaluation->complete()) return -1.0;
  EXPECT_EQ(evaluation->items.front().outcome.unmeasured, "");
  return Perplexity(*evaluation).value;
}

TEST(ServedModel, ChoosesAsTheEngineDoes) {
  const LlamaServer server;
  Evaluator evaluator;
  const EvaluationPtr served = evaluator.Evaluate(ModelOf(server), Choices());
  const EvaluationPtr in_process = evaluator.Evaluate(TinyModel("f16"), Choices());
  ASSERT_TRUE(served->complete()) << served->failure;
  ASSERT_EQ(served->items.size(), in_process->items.size());
  EXPECT_NEAR(Accuracy(*served).value, Accuracy(*in_process).value, 0.01);
  EXPECT_EQ(served->items.front().outcome.unmeasured, "");
}

TEST_F(ServedText, HasThePerplexityOfTheEngine) {
  const LlamaServer server;
  const TaskPtr task = Corpus(Write(), {.window = 255});
  const double in_process = PerplexityOf(TinyModel("f16"), task);
  EXPECT_NEAR(PerplexityOf(ModelOf(server), task) / in_process, 1.0, 1e-3);
}

/// What the server tells of itself is enough: windows fill its context.
TEST_F(ServedText, FindsTheContextOfTheServer) {
  const LlamaServer server;
  const ModelPtr model = ModelOf(server);
  const Capabilities found = model->capabilities();
  EXPECT_TRUE(found.score && found.generate && found.tokenize);
  EXPECT_EQ(found.context_window, 255);
  EXPECT_EQ(found.bos_token, 1);
  EXPECT_NEAR(PerplexityOf(model, Corpus(Write())),
              PerplexityOf(model, Corpus(Write(), {.window = 255})), 1e-9);
}

class LlamaCppProtocol : public ServedText {
 protected:
  void IsThatOfLlamaPerplexity(const std::string& text) {
    const std::string before = "Final estimate: PPL = ";
    ProcessResult tool{};
    std::size_t at = std::string::npos;
    // Its log is written by a thread of its own, and the end of it is missing now and then.
    for (int i = 0; i < 5 && at == std::string::npos; ++i) {
      tool = RunProcess(EngineProgram("GATETEST_LLAMA_PERPLEXITY") + " -m " +
                        EmbeddedModel().string() + " -f " + text + " -c 256 -t 1 --offline");
      at = tool.output.find(before);
    }
    ASSERT_NE(at, std::string::npos) << tool.output;
    const double theirs = std::stod(tool.output.substr(at + before.size()));

    const TaskPtr task = Corpus(text, {.protocol = CorpusProtocol::kLlamaCpp, .window = 256});
    const LlamaServer server;
    EXPECT_NEAR(PerplexityOf(ModelOf(server), task), theirs, 6e-5);
    EXPECT_NEAR(PerplexityOf(TinyModel("f16"), task), theirs, 6e-4);
  }
};

TEST_F(LlamaCppProtocol, IsThatOfLlamaPerplexity) { IsThatOfLlamaPerplexity(Write()); }

TEST_F(LlamaCppProtocol, AlsoForTokensThatNoGrammarCanForce) {
  IsThatOfLlamaPerplexity(
      Write("A caf\xC3\xA9 for 3 \xE2\x82\xAC, \xF0\x9F\x98\x80 <s> and </s>.\n"));
}

TEST(ServedModel, GeneratesAsTheEngineDoes) {
  const LlamaServer server;
  Evaluator evaluator;
  const EvaluationPtr in_process = evaluator.Evaluate(TinyModel("f16"), Skills());
  for (const bool stream : {false, true}) {
    const EvaluationPtr served = evaluator.Evaluate(ModelOf(server, {.stream = stream}), Skills());
    ASSERT_TRUE(served->complete()) << served->failure;
    EXPECT_NEAR(Accuracy(*served).value, Accuracy(*in_process).value, 0.01) << stream;
  }
}

Response Answer(Model& model, const Request& request) {
  class One final : public ResponseSink {
   public:
    void Receive(std::size_t, Response response) override { answer = std::move(response); }
    Response answer;
  };
  One sink;
  model.Run(std::span(&request, 1), sink, Cancel());
  return sink.answer;
}

TEST(ServedModel, StreamsWithTheTimeOfTheFirstToken) {
  const LlamaServer server;
  for (const GenerateBy by : {GenerateBy::kChat, GenerateBy::kCompletions}) {
    const ModelPtr model =
        OpenAiModel(Served(), EndpointOf(server), {.generate_by = by, .stream = true});
    const Response answer = Answer(*model, {.prompt = "She was ", .max_tokens = 8, .logprobs = 2});
    EXPECT_EQ(answer.failure, "");
    EXPECT_THAT(answer.logprobs, SizeIs(8));
    EXPECT_THAT(answer.top_logprobs, Each(SizeIs(2)));
    EXPECT_EQ(answer.usage.completion_tokens, 8);
    EXPECT_EQ(answer.finish_reason, FinishReason::kLength);
    EXPECT_GT(answer.timing.first_token.count(), 0);
    EXPECT_LT(answer.timing.first_token, answer.timing.total);
  }
}

TEST(ServedModel, HasAPerplexityOfItsOwnTextByChat) {
  const LlamaServer server;
  const ModelPtr model = OpenAiModel(Served(), EndpointOf(server));
  EXPECT_GT(PerplexityOf(model, GeneratedPerplexity(TinyData("choices.jsonl"),
                                                    {.generate = {.max_tokens = 4}})),
            1.0);
}

TEST(ServedModel, RefusesAWrongKeyAtOnceAndNamesItsVariable) {
  const LlamaServer server({.api_key = "the-right-key"});
  const ScopedVariable key("TINY_SERVER_KEY", "a-wrong-key");
  Endpoint endpoint = EndpointOf(server);
  endpoint.api_key_variable = "TINY_SERVER_KEY";
  Evaluator evaluator;
  const EvaluationPtr evaluation = evaluator.Evaluate(OpenAiModel(Served(), endpoint), Skills());
  EXPECT_THAT(
      evaluation->items.front().outcome.unmeasured,
      AllOf(HasSubstr("HTTP 401: \"Invalid API Key\"; the API key came from the environment "
                      "variable TINY_SERVER_KEY"),
            Not(HasSubstr("a-wrong-key"))));

  const ScopedVariable right("TINY_SERVER_KEY", "the-right-key");
  EXPECT_TRUE(evaluator.Evaluate(OpenAiModel(Served(), endpoint), Choices())->complete());
}

TEST(ServedModel, ATooLongPromptFailsAloneAndSaysSo) {
  const LlamaServer server;
  const ModelPtr model = ModelOf(server);
  EXPECT_THAT(
      Answer(*model, {.prompt = std::string(400, 'a'), .max_tokens = 4}).failure,
      HasSubstr("HTTP 400: \"request (401 tokens) exceeds the available context size (256"));
  EXPECT_EQ(Answer(*model, {.prompt = "a", .max_tokens = 4}).failure, "");
}

TEST(ServedModel, OutlivesAServerThatIsKilledAndStartedAgain) {
  LlamaServer server;
  const TemporaryFolder folder;
  const auto store = OpenStore("sqlite:" + (folder / "answers.sqlite").string());
  std::atomic<int> answers{0};
  Evaluator evaluator({.store = store.get(), .on_answer = [&](const auto&...) { ++answers; }});
  const ModelPtr model = ModelOf(server);
  auto evaluating =
      std::async(std::launch::async, [&] { return evaluator.Evaluate(model, Skills()); });
  while (answers < 100) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  server.Kill();
  std::this_thread::sleep_for(std::chrono::milliseconds(500));
  server.Restart();  // By this thread: the server ends with the thread that started it.
  const EvaluationPtr evaluation = evaluating.get();
  ASSERT_TRUE(evaluation->complete()) << evaluation->failure;
  EXPECT_GT(evaluation->provenance.retries.requests, 0U);
  for (const Evaluation::Item& item : evaluation->items) EXPECT_EQ(item.outcome.unmeasured, "");

  Evaluator again({.store = store.get(), .mode = StoreMode::kReplay});
  const EvaluationPtr replayed = again.Evaluate(ModelOf(server), Skills());
  EXPECT_EQ(Accuracy(*replayed).value, Accuracy(*evaluation).value);
  EXPECT_EQ(replayed->provenance.live, 0U);
}

}  // namespace
}  // namespace gatetest::testing_support
