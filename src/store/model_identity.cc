#include "src/store/model_identity.h"

#include <nlohmann/json.hpp>

namespace gatetest::internal {
namespace {

using nlohmann::json;

/// No object where it is none.
json ParseIdentity(const std::string& identity) {
  return json::parse(identity, nullptr, /*allow_exceptions=*/false);
}

}  // namespace

std::string IdentityWithoutCode(const std::string& identity) {
  json parts = ParseIdentity(identity);
  if (!parts.is_object()) return identity;
  parts.erase("build");
  parts.erase("code");
  return parts.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool AreBuildsOfOneModel(const std::string& identity, const std::string& other) {
  return identity != other && IdentityWithoutCode(identity) == IdentityWithoutCode(other);
}

std::set<std::string> DifferingParts(const std::string& identity, const std::string& other) {
  if (identity == other) return {};
  const json one = ParseIdentity(identity);
  const json two = ParseIdentity(other);
  if (!one.is_object() || !two.is_object()) return {"identity"};
  std::set<std::string> parts;
  for (const auto& [name, value] : one.items()) {
    if (!two.contains(name) || two.at(name) != value) parts.insert(name);
  }
  for (const auto& [name, value] : two.items()) {
    if (!one.contains(name)) parts.insert(name);
  }
  return parts;
}

}  // namespace gatetest::internal
