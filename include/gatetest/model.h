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
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/request.h"

namespace gatetest {

class Store;

/// What a provider charges, in US dollars for a million tokens.
struct Prices {
  double input_usd_per_mtok = 0.0;   ///< Of what the model reads.
  double output_usd_per_mtok = 0.0;  ///< Of what it generates.

  /// The same prices.
  bool operator==(const Prices&) const = default;
};

/// What a model says of itself without being loaded. Name, quantization, provider, weights, code
/// and options are its identity: answers of one identity are never served for another.
struct ModelInfo {
  /// The model, without its quantization: "tinylm". Required.
  std::string name = {};

  /// "f16", "int8", ... Models that differ only in this are rungs of one ladder. May be empty.
  std::string quantization = {};

  /// Who serves it ("openai", a deployment's name); empty for a model in this process. Not an
  /// address: ports and hosts change. What looks like a credential in an address is hidden (see
  /// SECURITY.md).
  std::string provider = {};

  /// A hash of the weights, or a revision or deployment id that you answer for. When this and
  /// weights_file are empty, nobody could tell the model's answers from those of other weights:
  /// they are neither recorded nor shared with another object (but see max_age).
  std::string weights = {};

  /// In place of `weights`: the weights file. Its content is hashed (FileHash) when an answer is
  /// first needed.
  std::string weights_file = {};

  /// The code that runs the weights: a commit, say, which you answer for. Empty, for a model in
  /// this process, means the build ids of the executable and of all shared libraries it is linked
  /// with: an engine that was rebuilt is evaluated anew.
  std::string code_id = {};

  /// Paths of shared libraries that the engine loads by itself (dlopen): their build, by content,
  /// is part of the code. Not looked at where there is a code_id.
  std::vector<std::string> libraries = {};

  /// Device and kernel options that can change an answer: "cuda,fp8-kv". May be empty.
  std::string options = {};

  /// How long recorded answers of a provider's model without a revision hold: it may be replaced at
  /// any time, so without this they are not recorded at all. Not for models in this process.
  std::chrono::seconds max_age = {};

  /// The most tokens the model can attend to, BOS included; 0: unknown.
  int context_window = 0;

  /// The token that begins every text, for models that tokenize; none if it has none.
  std::optional<TokenId> bos_token = {};

  /// The size of the weights in bytes, for tables; 0: unknown.
  std::uint64_t bytes = 0;

  /// For Budget::usd and --gatetest_plan. None: not known.
  std::optional<Prices> prices = {};

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

  /// What an endpoint was found to have, for a ModelInfo that does not say. Recorded with the
  /// above, so that a replay cuts texts as the recording did.
  /// @{
  int context_window = 0;                 ///< As ModelInfo::context_window.
  std::optional<TokenId> bos_token = {};  ///< As ModelInfo::bos_token.
  /// @}

  /// Why it does not score, and what would make it; empty: no more is to be said.
  std::string why_no_score = {};

  /// Same abilities, found for the same reasons.
  bool operator==(const Capabilities&) const = default;
};

/// Takes the answers. Receive may be called from any thread, once for each request and in any
/// order.
class ResponseSink {
 public:
  virtual ~ResponseSink() = default;
  /// `index`: the position of the answered request in the span given to Run.
  virtual void Receive(std::size_t index, Response response) = 0;

  /// An answer, and which request it is to.
  struct Answer {
    std::size_t index = 0;   ///< As in Receive.
    Response response = {};  ///< As in Receive.
  };
  /// Several that are there at the same time, which are cheaper to record together.
  virtual void ReceiveAll(std::vector<Answer> answers) {
    for (Answer& answer : answers) Receive(answer.index, std::move(answer.response));
  }
};

/// Asks a model to stop early: it returns from Run soon, without answering the rest.
class Cancel {
 public:
  /// Never taken back; may be called from any thread.
  void Request() { requested_.store(true, std::memory_order_relaxed); }
  /// Of every Cancel of this process, also of those to come: it has been interrupted. For signal
  /// handlers too.
  static void RequestAll() noexcept;
  static bool all_requested() noexcept;  ///< Whether it has.

  /// Requested from that time on, as long as the deadline stands; none: it does no more.
  void SetDeadline(std::optional<std::chrono::steady_clock::time_point> at) {
    at_.store(at ? at->time_since_epoch().count() : kNever, std::memory_order_relaxed);
  }
  /// For the model to look at between requests, from any thread.
  bool requested() const {
    if (requested_.load(std::memory_order_relaxed) || all_requested()) return true;
    const auto at = at_.load(std::memory_order_relaxed);
    return at != kNever && std::chrono::steady_clock::now().time_since_epoch().count() >= at;
  }

 private:
  using Ticks = std::chrono::steady_clock::rep;
  static constexpr Ticks kNever = std::numeric_limits<Ticks>::max();

  std::atomic<bool> requested_{false};
  std::atomic<Ticks> at_{kNever};
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

  /// The same with at most `at_a_time` requests, at least 1, under way at any time: for
  /// measurements of speed. Here in waves, each of them one call of Run; a model that starts the
  /// next one as soon as there is a place overrides it. Throws Error(kUnsupported) when it cannot
  /// have so many.
  virtual void RunAtMost(std::size_t at_a_time, std::span<const Request> requests,
                         ResponseSink& sink, const Cancel& cancel);

  /// Whether it has nothing left to load: the load time of such a model is NOT MEASURED, because
  /// there would be none. One that loads when it is first asked, as Lazy does, says so here.
  virtual bool is_loaded() const { return true; }

  /// All that its answers belong to, as canonical JSON: what info() says, and the code that runs.
  /// A model that computes its answers does not override it. Throws Error(kNotFound) when a file
  /// that info() names cannot be read, and Error(kInvalidArgument) when it has weights and a
  /// weights_file.
  virtual std::string identity() const;

  /// For a model that is its recording (Recorded, recorded.h): where its answers are, under
  /// identity(). It is never run. Null for all others.
  virtual Store* recording() { return nullptr; }

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
