// FunctionModel: any engine of this process as a model, in some ten lines.
// Give it the functions your engine has; its capabilities follow from them.
//
//   gatetest::ModelPtr model = gatetest::FunctionModel(
//       {.name = "my-engine", .quantization = "int4", .weights = "sha256:9f2c"},
//       {.generate = [&](const gatetest::Request& request) {
//         return gatetest::Response::Text(
//             engine.Complete(request.prompt, request.stop, request.max_tokens));
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
  /// kScore. Gets `prompt` and `continuation`; or `..._tokens`, if `tokenize` is given: together at
  /// most context_window + 1, of which the last is scored but never has to be fed.
  std::function<Response(const Request&)> score = {};

  /// kGenerate.
  std::function<Response(const Request&)> generate = {};

  /// kTokenize. Give it where you can: long texts are then cut exactly at the context window.
  std::function<Response(const Request&)> tokenize = {};

  /// In place of `score` or `generate`, many requests at once: one response each, in their order.
  /// @{
  std::function<std::vector<Response>(std::span<const Request>)> score_batch = {};
  std::function<std::vector<Response>(std::span<const Request>)> generate_batch = {};
  /// @}

  /// The most requests in one call of a batch function.
  std::size_t max_batch = 32;

  /// How many threads may call the functions at once; 0: one per processor. Above 1 only for
  /// engines that are safe to call so.
  std::size_t concurrent = 1;
};

/// Two models of equal `info` with weights are one model to GateTest: they share their answers. Say
/// in `info.options` (or `code_id`) what makes them differ, a kernel say; or leave `info.weights`
/// empty. Throws Error(kInvalidArgument) when `info` has no name, there is neither a score nor a
/// generate function, a function is given both singly and as a batch, or max_batch is 0.
ModelPtr FunctionModel(ModelInfo info, ModelFunctions functions);

}  // namespace gatetest

#endif  // GATETEST_FUNCTION_MODEL_H_
