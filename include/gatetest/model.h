// The Model port: whatever answers requests. Implement it for an engine that batches or pipelines
// by itself; FunctionModel (function_model.h) is the ten-line way for everything else.
//
//   class MyEngine : public gatetest::Model {
//    public:
//     const gatetest::ModelInfo& info() const override { return info_; }
//     gatetest::Capabilities capabilities() const override { return {.generate = true}; }
//     void Run(std::span<const gatetest::Request> requests, gatetest::ResponseSink& sink,
//              const gatetest::Cancel& cancel) override {
//       for (std::size_t i = 0; i < requests.size() && !cancel.requested(); ++i) {
//         sink.Receive(i, gatetest::Response::Text(Complete(requests[i].prompt)));
//       }
//     }
//     ...
//   };
#ifndef GATETEST_MODEL_H_
#define GATETEST_MODEL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "gatetest/request.h"

namespace gatetest {

/// What a model says of itself without being loaded. Name, quantization, weights, code and options
/// are its identity: answers of one identity are never served for another.
struct ModelInfo {
  /// The model, without its quantization: "tinylm". Required.
  std::string name = {};

  /// "f16", "int8", ... Models that differ only in this are rungs of one ladder. May be empty.
  std::string quantization = {};

  /// Who serves it; empty for a model in this process.
  std::string provider = {};

  /// A hash of the weights file, or a revision that you answer for. When empty, the model is known
  /// by its object alone, and its evaluations are not shared with another object.
  std::string weights = {};

  /// The code that runs the weights: a commit, say. Empty means the build id of this executable,
  /// which is right unless the engine is a shared library that changes by itself.
  std::string code_id = {};

  /// Device and kernel options that can change an answer: "cuda,fp8-kv". May be empty.
  std::string options = {};

  /// The most tokens the model can attend to, BOS included; 0: unknown.
  int context_window = 0;

  /// The token that begins every text, for models that tokenize; none if it has none.
  std::optional<TokenId> bos_token = {};

  /// The size of the weights in bytes, for tables; 0: unknown.
  std::uint64_t bytes = 0;

  /// The environment variable that holds the model's API key, if it needs one. Never the key.
  std::string api_key_variable = {};
};

/// "tinylm int4".
std::string ToString(const ModelInfo& info);

/// What a model can do. Asking for anything else is NOT MEASURED with an explanation.
struct Capabilities {
  bool score = false;     ///< Answers RequestKind::kScore.
  bool generate = false;  ///< Answers RequestKind::kGenerate.
  bool tokenize = false;  ///< Answers RequestKind::kTokenize, and kScore by tokens.
};

/// Takes the answers. Receive may be called from any thread, once for each request and in any
/// order.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  /// `index`: the position of the answered request in the span given to Run.
  virtual void Receive(std::size_t index, Response response) = 0;
};

/// Asks a model to stop early: it returns from Run soon, without answering the rest.
class Cancel {
 public:
  /// Never taken back; may be called from any thread.
  void Request() { requested_.store(true, std::memory_order_relaxed); }
  /// For the model to look at between requests, from any thread.
  bool requested() const { return requested_.load(std::memory_order_relaxed); }

 private:
  std::atomic<bool> requested_{false};
};

/// Whatever answers requests: derive from it, or use FunctionModel or Lazy.
class Model {
 public:
  Model();
  virtual ~Model() = default;
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;

  /// Cheap; loads nothing.
  virtual const ModelInfo& info() const = 0;

  /// May load the model.
  virtual Capabilities capabilities() const = 0;

  /// Answers `requests` through `sink`, before it returns. What it cannot answer it reports as
  /// Response::Failed; what it throws becomes the failure of all requests not yet answered.
  virtual void Run(std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) = 0;

  /// Unlike an address, never used again by another object of this process.
  std::uint64_t instance() const { return instance_; }

 private:
  const std::uint64_t instance_;
};

/// How models are passed around: gates and assertions share them.
using ModelPtr = std::shared_ptr<Model>;

/// GoogleTest prints a model as its name, never as an address.
void PrintTo(const ModelPtr& model, std::ostream* os);

}  // namespace gatetest

#endif  // GATETEST_MODEL_H_
