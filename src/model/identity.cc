#include "src/model/identity.h"

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "gatetest/error.h"
#include "gatetest/fingerprints.h"
#include "src/model/build_id.h"
#include "src/text/redact.h"
#include "src/text/utf8.h"

namespace gatetest::internal {
namespace {

using nlohmann::json;  // keeps the keys of an object sorted, which makes its dump canonical

/// JSON holds no bytes that are not UTF-8; replacing them would give two models one identity.
void PutText(json& object, const char* name, const std::string& text,
             const std::vector<std::string>& secrets) {
  if (text.empty()) return;
  const std::string shown = RedactAddresses(HashSecrets(text, secrets));
  if (FindInvalidUtf8(shown) == std::string_view::npos) {
    object[name] = shown;
    return;
  }
  json bytes = json::array();
  for (const char byte : shown) bytes.push_back(static_cast<unsigned char>(byte));
  object[name] = json::object({{"bytes", std::move(bytes)}});
}

std::string Weights(const ModelInfo& info) {
  if (info.weights_file.empty()) return info.weights;
  if (!info.weights.empty()) {
    throw Error(ErrorCode::kInvalidArgument,
                "ModelInfo of \"" + info.name + "\" has weights and a weights_file; give one");
  }
  return FileHash(info.weights_file);
}

bool HasWeights(const ModelInfo& info) {
  return !info.weights.empty() || !info.weights_file.empty();
}

void PutCode(json& identity, const ModelInfo& info, const std::vector<std::string>& secrets) {
  if (!info.code_id.empty() || !info.provider.empty()) {
    PutText(identity, "code", info.code_id, secrets);
    return;
  }
  json build = json::object();
  for (const auto& [file, id] : LinkedBuildIds()) build[file] = id;
  for (const std::string& library : info.libraries) {
    // Two of one name are both part of it.
    json& id = build[std::filesystem::path(library).filename().string()];
    id = id.is_null() ? FileHash(library) : id.get<std::string>() + " " + FileHash(library);
  }
  if (!build.empty()) identity["build"] = std::move(build);
}

}  // namespace

std::string WhyNotRecordable(const ModelInfo& info) {
  if (!info.provider.empty()) {
    return HasWeights(info) || info.max_age.count() > 0
               ? ""
               : "it may be replaced at any time: it declares neither a revision "
                 "(ModelInfo::weights) nor how long answers hold (max_age)";
  }
  if (!HasWeights(info)) return "it declares no weights (ModelInfo::weights or weights_file)";
  if (info.code_id.empty() && LinkedBuildIds().empty()) {
    return "this system tells no build ids, and it declares no ModelInfo::code_id";
  }
  return "";
}

std::string IdentityOf(const ModelInfo& info, std::uint64_t instance) {
  const std::vector<std::string> secrets = SecretsOfEnvironment(info.api_key_variable);
  json identity = json::object();
  PutText(identity, "name", info.name, secrets);
  PutText(identity, "quantization", info.quantization, secrets);
  PutText(identity, "provider", info.provider, secrets);
  PutText(identity, "weights", Weights(info), secrets);
  PutText(identity, "options", info.options, secrets);
  PutCode(identity, info, secrets);
  if (!WhyNotRecordable(info).empty()) identity["instance"] = instance;
  return identity.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace gatetest::internal
