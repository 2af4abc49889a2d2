#include "tiny_model.h"

#include <engine.h>
#include <gatetest/lazy.h>

#include <cstdint>
#include <map>
#include <memory>
#include <numeric>
#include <stdexcept>

namespace {

using embedded::Engine;
using gatetest::FinishReason;
using gatetest::Request;
using gatetest::Response;

constexpr int kContext = 256;
constexpr int kBos = 1;

const std::map<std::string, std::uint64_t>& RungBytes() {
  static const std::map<std::string, std::uint64_t> bytes = {
      {"f16", 2201856}, {"int8", 1172376}, {"int4", 639896}, {"int3", 506776}, {"int2", 373656}};
  return bytes;
}

/// A request in tokens is taken as it is; text gets the engine's tokens, and BOS before it.
std::vector<int> PromptTokens(const Engine& engine, const Request& request) {
  if (!request.continuation_tokens.empty()) return request.prompt_tokens;
  std::vector<int> tokens = engine.Tokenize(request.prompt);
  tokens.insert(tokens.begin(), engine.bos());
  return tokens;
}

Response Score(const Engine& engine, const Request& request) {
  const std::vector<int> continuation = request.continuation_tokens.empty()
                                            ? engine.Tokenize(request.continuation)
                                            : request.continuation_tokens;
  return Response::Logprobs(engine.Score(PromptTokens(engine, request), continuation));
}

Response Generate(const Engine& engine, const Request& request) {
  if (request.temperature != 0.0) return Response::Failed("the engine decodes greedily only");
  const Engine::Generated generated =
      engine.Generate(PromptTokens(engine, request), request.stop, request.max_tokens);
  Response response = Response::Text(
      generated.text, generated.stopped ? FinishReason::kStop : FinishReason::kLength);
  response.usage = {.prompt_tokens = generated.prompt_tokens,
                    .completion_tokens = generated.generated_tokens};
  response.timing.first_token = generated.first_token;
  return response;
}

Response Tokenize(const Engine& engine, const Request& request) {
  const std::vector<int> tokens = engine.Tokenize(request.prompt);
  std::vector<std::size_t> ends(tokens.size());
  std::iota(ends.begin(), ends.end(), std::size_t{1});  // One token a byte.
  return Response::Tokens(tokens, ends);
}

/// The sizes are declared before anything is loaded: are they those of the file?
void CheckDeclared(const Engine& engine, const std::string& rung) {
  if (engine.bytes() != RungBytes().at(rung) || engine.context() != kContext ||
      engine.bos() != kBos) {
    throw std::runtime_error("the weights are not those that were declared for " + rung);
  }
}

}  // namespace

gatetest::ModelFunctions TinyFunctions(const std::string& rung) {
  const auto engine = Engine::Load(TinyData("model-f16.gguf"), embedded::QuantizationNamed(rung));
  CheckDeclared(*engine, rung);
  return {.score = [engine](const Request& request) { return Score(*engine, request); },
          .generate = [engine](const Request& request) { return Generate(*engine, request); },
          .tokenize = [engine](const Request& request) { return Tokenize(*engine, request); },
          .concurrent = 0};
}

gatetest::ModelInfo TinyInfo(const std::string& rung) {
  embedded::QuantizationNamed(rung);  // Throws for a name that is none.
  return {.name = "tinylm",
          .quantization = rung,
          .weights_file = TinyData("model-f16.gguf"),
          .context_window = kContext,
          .bos_token = kBos,
          .bytes = RungBytes().at(rung)};
}

gatetest::ModelPtr TinyModel(const std::string& rung) {
  const gatetest::ModelInfo info = TinyInfo(rung);
  return gatetest::Lazy(
      info, [info, rung] { return gatetest::FunctionModel(info, TinyFunctions(rung)); });
}

std::string TinyData(const std::string& file) { return std::string(TINY_MODEL_DATA) + "/" + file; }
