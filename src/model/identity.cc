#include "src/model/identity.h"

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "src/data/hash.h"
#include "src/model/build_id.h"
#include "src/text/utf8.h"

namespace gatetest::internal {
namespace {

using nlohmann::json;  // keeps the keys of an object sorted, which makes its dump canonical

/// JSON holds no bytes that are not UTF-8; replacing them would give two questions one key.
json TextValue(const std::string& text) {
  if (FindInvalidUtf8(text) == std::string_view::npos) return text;
  json bytes = json::array();
  for (const char byte : text) bytes.push_back(static_cast<unsigned char>(byte));
  return json::object({{"bytes", std::move(bytes)}});
}

void PutText(json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = TextValue(text);
}

template <typename Number>
void PutUnlessDefault(json& object, const char* name, Number value, Number standard) {
  if (value != standard) object[name] = value;
}

const char* Name(RequestKind kind) {
  switch (kind) {
    case RequestKind::kScore:
      return "score";
    case RequestKind::kGenerate:
      return "generate";
    case RequestKind::kTokenize:
      return "tokenize";
  }
  return "?";
}

}  // namespace

std::string ModelIdentity(const Model& model) {
  const ModelInfo& info = model.info();
  json identity;
  PutText(identity, "name", info.name);
  PutText(identity, "quantization", info.quantization);
  PutText(identity, "provider", info.provider);
  PutText(identity, "weights", info.weights);
  PutText(identity, "options", info.options);
  if (info.provider.empty()) {
    const std::string& build = ExecutableBuildId();
    PutText(identity, "code",
            !info.code_id.empty() ? info.code_id
            : build.empty()       ? ""
                                  : "build " + build);
  } else {
    PutText(identity, "code", info.code_id);
  }
  // Where nobody knows the weights or the code, only the object itself can vouch for its answers.
  if (info.weights.empty() || (info.provider.empty() && !identity.contains("code"))) {
    identity["instance"] = model.instance();
  }
  return identity.dump();
}

std::string RequestKey(const std::string& model_identity, const Request& request, int replicate) {
  const Request standard;
  json asked;
  asked["kind"] = Name(request.kind);
  PutText(asked, "prompt", request.prompt);
  PutText(asked, "continuation", request.continuation);
  if (!request.prompt_tokens.empty()) asked["prompt_tokens"] = request.prompt_tokens;
  if (!request.continuation_tokens.empty()) {
    asked["continuation_tokens"] = request.continuation_tokens;
  }
  if (request.kind == RequestKind::kGenerate) {
    for (const std::string& stop : request.stop) asked["stop"].push_back(TextValue(stop));
    PutUnlessDefault(asked, "max_tokens", request.max_tokens, standard.max_tokens);
    PutUnlessDefault(asked, "temperature", request.temperature, standard.temperature);
    if (request.seed) asked["seed"] = *request.seed;
  }
  json key;
  key["protocol"] = 1;
  key["model"] = model_identity;
  key["request"] = asked;
  PutUnlessDefault(key, "replicate", replicate, 0);
  return Hasher().Add(key.dump()).Hex();
}

}  // namespace gatetest::internal
