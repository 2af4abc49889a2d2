// The key of an answer, and what a request looks like where people read it.
#ifndef GATETEST_SRC_MODEL_REQUEST_KEY_H_
#define GATETEST_SRC_MODEL_REQUEST_KEY_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "gatetest/request.h"
#include "gatetest/store.h"

namespace gatetest::internal {

/// XXH3-128 of a model's identity.
AnswerKey ModelKey(std::string_view identity);

/// `key` with that of its model put in, or taken out again: bit by bit, each bit by exclusive or.
AnswerKey WithModel(const AnswerKey& key, const AnswerKey& model);

/// Makes the keys of one model's answers: XXH3-128 of the canonical JSON of {protocol version,
/// replicate, request, sample, turn}, with the model's. So a recording, which says once whose
/// answers it holds, can have keys that stay the same from one build to the next. Fields at their
/// default are left out, so that a new field invalidates nothing that was recorded before it.
/// Written by hand: a gate that is replayed makes thousands.
class RequestKeys {
 public:
  explicit RequestKeys(std::string_view model_identity, int replicate = 0);

  /// `sample`, and the `turn` of it, count only where the answer is drawn at random (a temperature
  /// above 0 and no seed): two samples with one prompt are then two draws, and so is one that is
  /// asked twice.
  AnswerKey KeyOf(const Request& request, std::string_view sample = {}, std::size_t turn = 0) const;

 private:
  const AnswerKey model_;
  std::string before_request_;
};

/// Canonical JSON of a request, as it is part of the key.
std::string RequestJson(const Request& request);

/// The same for people: texts above 200 bytes and token sequences above 16 are cut to their
/// beginning, with their whole length ("... (65536 bytes)").
std::string ShortRequestJson(const Request& request);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_MODEL_REQUEST_KEY_H_
