// GenerateExchange: text from /chat/completions or /completions, streamed or at once.
#ifndef GATETEST_SRC_HTTP_GENERATE_EXCHANGE_H_
#define GATETEST_SRC_HTTP_GENERATE_EXCHANGE_H_

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "src/http/exchange.h"
#include "src/http/served_model.h"

namespace gatetest::internal {

/// What all requests for text to one model begin with, made once.
class GenerateBody {
 public:
  /// Throws Error(kInvalidArgument) when the options cannot be.
  explicit GenerateBody(const ServedModel& model);

  /// The body that asks for it. Throws NoAnswer when it cannot be written.
  std::string For(const Request& request) const;

  /// Whether the server has ever given log-probabilities of what it generated.
  bool has_had_logprobs() const { return has_had_logprobs_; }
  void NoteLogprobs() const { has_had_logprobs_ = true; }

  /// What of the options goes into the model's identity, as canonical JSON; empty: all is usual.
  std::string identity() const;

 private:
  bool Sends(const std::string& field) const;

  OpenAiOptions options_;
  std::string beginning_;             ///< {"model":...,  and the fields of OpenAiOptions::body
  std::string system_message_;        ///< Ends in a comma; empty: none.
  std::vector<std::string> omitted_;  ///< Fields that are null in OpenAiOptions::body.
  bool sets_seed_ = false;
  std::string seed_;  ///< As JSON.
  mutable std::atomic<bool> has_had_logprobs_{false};
  std::string body_;  ///< OpenAiOptions::body, canonical.
};

std::unique_ptr<Exchange> MakeGenerateExchange(const ServedModel& model, const GenerateBody& body,
                                               const Request& request);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_GENERATE_EXCHANGE_H_
