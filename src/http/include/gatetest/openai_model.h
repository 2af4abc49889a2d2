// OpenAiModel: a model behind an OpenAI-compatible endpoint: vLLM, llama-server, a relay that
// serves many providers' models behind one key, a hosted API.
//
//   const gatetest::Endpoint vllm{.base_url = "http://localhost:8000/v1"};
//   const gatetest::ModelPtr f16 = gatetest::OpenAiModel(
//       {.name = "llama-8b", .quantization = "f16", .weights = "rev 3f2a"}, vllm);
//   const gatetest::ModelPtr int4 = gatetest::OpenAiModel(
//       {.name = "llama-8b", .quantization = "int4", .weights = "rev 77a1"}, vllm,
//       {.served_as = "llama-8b-awq"});
#ifndef GATETEST_OPENAI_MODEL_H_
#define GATETEST_OPENAI_MODEL_H_

#include <string>

#include "gatetest/endpoint.h"
#include "gatetest/model.h"

namespace gatetest {

/// Where generated text is asked for. (Texts to be scored are always sent as they are.)
enum class GenerateBy {
  kChat,         ///< /chat/completions: the prompt is the user's message, in the model's template.
  kCompletions,  ///< /completions: the prompt is continued as it is. For base models.
};

/// How one model of an endpoint is asked. All but `stream` is part of the model's identity.
struct OpenAiOptions {
  /// The model's name at the endpoint; empty: ModelInfo::name.
  std::string served_as = {};

  GenerateBy generate_by = GenerateBy::kChat;  ///< kCompletions for base models.

  /// Goes before each prompt, as the system's message. Only with kChat.
  std::string system_prompt = {};

  /// More fields for the body of requests that generate, as a JSON object: R"({"top_p": 0.9,
  /// "seed": 1})". What the task decides (the prompt, "max_tokens", "temperature", "stop", and
  /// "seed" where the task has one) cannot be set; null leaves a field out, for servers that refuse
  /// it: {"temperature": null}.
  std::string body = {};

  /// The field that limits the tokens to generate: "max_completion_tokens" for models that refuse
  /// the usual one.
  std::string max_tokens_field = "max_tokens";

  /// Answers are streamed, so that Timing::first_token is measured.
  bool stream = false;
};

/// `info.provider` is the endpoint's host where it is empty, with its port for a model without a
/// revision (`info.weights`); set it where recorded answers should outlive a move.
/// `info.api_key_variable` is the endpoint's. Declaring a model asks nothing; what the endpoint can
/// do (tokenize, score a text, and how) is tried out when that is first needed, and recorded with
/// the answers.
///
/// A request that cannot be answered is Response::Failed; a wrong key (401, 403), an unknown model
/// or address (404), a server that stays away, and one that asks for too long a wait fail all
/// requests at once. Throws Error(kInvalidArgument) when `info`, `endpoint` or `options` cannot be.
ModelPtr OpenAiModel(ModelInfo info, Endpoint endpoint, OpenAiOptions options = {});

}  // namespace gatetest

#endif  // GATETEST_OPENAI_MODEL_H_
