#include "engine.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace embedded {
namespace {

// The vocabulary: <unk> = 0, <s> = 1, </s> = 2, and then the 256 bytes.
constexpr int kBeginOfText = 1;
constexpr int kFirstByte = 3;
constexpr std::size_t kVocabulary = 259;

double LogProbability(std::span<const float> logits, int token) {
  const float largest = *std::ranges::max_element(logits);
  double total = 0;
  for (const float logit : logits) total += std::exp(logit - largest);
  return logits[static_cast<std::size_t>(token)] - (largest + std::log(total));
}

int MostProbable(std::span<const float> logits) {
  return static_cast<int>(std::ranges::max_element(logits) - logits.begin());
}

// The length of the longest stop string that `text` ends in; 0 if there is none.
std::size_t StopLength(const std::string& text, std::span<const std::string> stop) {
  std::size_t longest = 0;
  for (const std::string& end : stop) {
    if (text.ends_with(end)) longest = std::max(longest, end.size());
  }
  return longest;
}

}  // namespace

// Borrows an idle session for the duration of a call, or makes one if all are in use.
class Engine::SessionLease {
 public:
  SessionLease(const Engine& engine, std::span<const int> tokens)
      : engine_(engine), session_(TakeIdle(tokens)) {
    if (session_ == nullptr) session_ = std::make_unique<Session>(engine_.transformer_);
  }

  ~SessionLease() {
    const std::lock_guard lock(engine_.mutex_);
    engine_.idle_sessions_.push_back(std::move(session_));
  }

  SessionLease(const SessionLease&) = delete;
  SessionLease& operator=(const SessionLease&) = delete;

  Session* operator->() const { return session_.get(); }

 private:
  // The idle session that remembers most of `tokens`; null if none is idle.
  std::unique_ptr<Session> TakeIdle(std::span<const int> tokens) const {
    const std::lock_guard lock(engine_.mutex_);
    auto& idle = engine_.idle_sessions_;
    const auto best = std::ranges::max_element(
        idle, {}, [&](const auto& session) { return session->SharedPrefix(tokens); });
    if (best == idle.end()) return nullptr;
    std::unique_ptr<Session> session = std::move(*best);
    idle.erase(best);
    return session;
  }

  const Engine& engine_;
  std::unique_ptr<Session> session_;
};

std::shared_ptr<const Engine> Engine::Load(const std::filesystem::path& gguf,
                                           const Quantization& quantization) {
  return std::shared_ptr<const Engine>(new Engine(gguf, quantization));
}

Engine::Engine(const std::filesystem::path& gguf, const Quantization& quantization)
    : quantization_(quantization), transformer_(GgufFile::Read(gguf), quantization) {
  if (transformer_.shape().vocabulary != kVocabulary) {
    throw std::runtime_error(gguf.string() + ": " +
                             std::to_string(transformer_.shape().vocabulary) +
                             " tokens, expected the 259 of a byte-level model");
  }
}

int Engine::bos() const { return kBeginOfText; }

std::vector<int> Engine::Tokenize(std::string_view text) const {
  std::vector<int> tokens;
  tokens.reserve(text.size());
  for (const char byte : text) tokens.push_back(kFirstByte + static_cast<unsigned char>(byte));
  return tokens;
}

std::vector<double> Engine::Score(std::span<const int> prompt,
                                  std::span<const int> continuation) const {
  CheckTokens(prompt);
  CheckTokens(continuation);
  CheckFits(prompt.size(), continuation.size());
  if (continuation.empty()) return {};

  // The last token is only predicted, never read.
  std::vector<int> tokens(prompt.begin(), prompt.end());
  tokens.insert(tokens.end(), continuation.begin(), continuation.end() - 1);
  const std::vector<float> logits = SessionLease(*this, tokens)->Logits(tokens, prompt.size() - 1);

  std::vector<double> log_probabilities;
  for (std::size_t i = 0; i < continuation.size(); ++i) {
    const auto row = std::span(logits).subspan(i * kVocabulary, kVocabulary);
    log_probabilities.push_back(LogProbability(row, continuation[i]));
  }
  return log_probabilities;
}

Engine::Generated Engine::Generate(std::span<const int> prompt, std::span<const std::string> stop,
                                   int max_tokens) const {
  CheckTokens(prompt);
  CheckFits(prompt.size(), 0);
  Generated generated{.text = "",
                      .prompt_tokens = static_cast<int>(prompt.size()),
                      .generated_tokens = 0,
                      .stopped = false,
                      .first_token = {}};
  const auto start = std::chrono::steady_clock::now();
  std::vector<int> tokens(prompt.begin(), prompt.end());
  const SessionLease session(*this, tokens);
  while (generated.generated_tokens < max_tokens && std::cmp_less_equal(tokens.size(), context())) {
    const int token = MostProbable(session->Logits(tokens, tokens.size() - 1));
    if (++generated.generated_tokens == 1) {
      generated.first_token = std::chrono::steady_clock::now() - start;
    }
    // The tokens that are no bytes (unknown, begin, end) never occur within a text: it is over.
    generated.stopped = token < kFirstByte;
    if (generated.stopped) break;
    generated.text.push_back(static_cast<char>(token - kFirstByte));
    tokens.push_back(token);
    const std::size_t stop_length = StopLength(generated.text, stop);
    generated.stopped = stop_length > 0;
    if (generated.stopped) {
      generated.text.resize(generated.text.size() - stop_length);
      break;
    }
  }
  return generated;
}

void Engine::CheckTokens(std::span<const int> tokens) const {
  for (const int token : tokens) {
    if (token >= 0 && std::cmp_less(token, kVocabulary)) continue;
    throw std::runtime_error("token " + std::to_string(token) + ", expected 0 to " +
                             std::to_string(kVocabulary - 1));
  }
}

void Engine::CheckFits(std::size_t prompt, std::size_t continuation) const {
  if (prompt == 0) {
    throw std::runtime_error("the prompt is empty, expected one token at least: begin it with bos");
  }
  const std::size_t needed = prompt + (continuation == 0 ? 0 : continuation - 1);
  if (std::cmp_less_equal(needed, context())) return;
  throw std::runtime_error(
      "too long: " + std::to_string(prompt) + " prompt tokens and " + std::to_string(continuation) +
      " continuation tokens (the last is not read) need " + std::to_string(needed) +
      " positions, expected at most the context's " + std::to_string(context()));
}

}  // namespace embedded
