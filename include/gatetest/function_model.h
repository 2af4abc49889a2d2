// FunctionModel: any engine of this process as a model, in some ten lines.
// Give it the functions your engine has; its capabilities follow from them.
//
//   gatetest::ModelPtr model = gatetest::FunctionModel(
//       {.name = "my-engine", .quantization = "int4", .weights = "sha256:9f2c"},
//       {.generate = [&](const gatetest::Request& request) {
//         return gatetest::Response::Text(engine.Complete(request.prompt, request.max_tokens));
//       }});
#ifndef GATETEST_FUNCTION_MODEL_H_
#define GATETEST_FUNCTION_MODEL_H_

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "gatetest/model.h"

namespace gatetest {

/// The functions of an engine. A function may throw: its request, or its batch, then has failed.
struct ModelFunctions {
  /// kScore. Gets `prompt` and `continuation`; also `..._tokens` if `tokenize` is given.
  std::function<Response(const Request&)> score = {};

  /// kGenerate.
  std::function<Response(const Request&)> generate = {};

  /// kTokenize. Give it where you can: long texts are then cut exactly at the context window.
  std::function<Response(const Request&)> tokenize = {};

  /// In place of `score` or `generate`, many requests at once: one response each, in their order.
  std::function<std::vector<Response>(std::span<const Request>)> score_batch = {};
  std::function<std::vector<Response>(std::span<const Request>)> generate_batch = {};

  /// The most requests in one call of a batch function.
  std::size_t max_batch = 32;

  /// How many threads may call the functions at once; 0: one per processor. Above 1 only for
  /// engines that are safe to call so.
  std::size_t concurrent = 1;
};

/// Throws Error(kInvalidArgument) when `info` has no name, there is neither a score nor a generate
/// function, a function is given both singly and as a batch, or max_batch is 0.
ModelPtr FunctionModel(ModelInfo info, ModelFunctions functions);

}  // namespace gatetest

#endif  // GATETEST_FUNCTION_MODEL_H_
