// The public face of a small inference engine: load a model, score text, generate text.
//
//   const auto engine = embedded::Engine::Load("data/model-f16.gguf",
//                                              embedded::QuantizationNamed("int8"));
//   std::vector<int> prompt = engine->Tokenize("47+93=");
//   prompt.insert(prompt.begin(), engine->bos());
//   const std::string stop[] = {"\n"};
//   const std::string answer = engine->Generate(prompt, stop, 24).text;  // "140"
//
// It stands in for an engine of your own: it knows nothing of GateTest. All errors are
// std::runtime_error. All const members may be called from several threads at once, and what they
// return depends on their arguments alone, to the last bit.
#ifndef EMBEDDED_MODEL_ENGINE_H_
#define EMBEDDED_MODEL_ENGINE_H_

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "quantization.h"
#include "transformer.h"

namespace embedded {

class Engine {
 public:
  struct Generated {
    std::string text;  // Bytes, not necessarily valid UTF-8; without the stop string.
    int prompt_tokens;
    int generated_tokens;  // All that the model produced: those of the stop string or the end too.
    bool stopped;          // By a stop string or the model; false: by max_tokens or the context.
    std::chrono::nanoseconds first_token;  // Until the first of them was there.
  };

  // Reads a GGUF file and rounds its weights.
  static std::shared_ptr<const Engine> Load(const std::filesystem::path& gguf,
                                            const Quantization& quantization);

  const Quantization& quantization() const { return quantization_; }
  std::size_t bytes() const { return transformer_.bytes(); }  // Of the weights, so rounded.
  int context() const { return static_cast<int>(transformer_.shape().context); }  // In tokens.
  int bos() const;  // The token that begins every text the model was trained on.

  // One token a byte. Does not put bos() in front.
  std::vector<int> Tokenize(std::string_view text) const;

  // The natural logarithm of each continuation token's probability, given the prompt and the
  // continuation before it. The prompt must not be empty (begin it with bos(), as in training),
  // and prompt and continuation without its last token must fit into the context.
  std::vector<double> Score(std::span<const int> prompt, std::span<const int> continuation) const;

  // Appends the most probable token (of equals, the lowest id) until the text ends in one of the
  // stop strings (an empty one never matches), the model ends the text, `max_tokens` tokens are
  // produced, or the context is full. The prompt must not be empty and must fit into the context.
  Generated Generate(std::span<const int> prompt, std::span<const std::string> stop,
                     int max_tokens) const;

 private:
  class SessionLease;

  Engine(const std::filesystem::path& gguf, const Quantization& quantization);
  void CheckTokens(std::span<const int> tokens) const;
  void CheckFits(std::size_t prompt, std::size_t continuation) const;

  Quantization quantization_;
  Transformer transformer_;

  // Sessions that no call is using. Each remembers the last text it saw, so that a call which
  // shares a beginning with it (the choices of one question, say) does not compute that again.
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Session>> idle_sessions_;
};

}  // namespace embedded

#endif  // EMBEDDED_MODEL_ENGINE_H_
