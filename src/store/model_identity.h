// What the identities of two models have in common, and where they differ.
#ifndef GATETEST_SRC_STORE_MODEL_IDENTITY_H_
#define GATETEST_SRC_STORE_MODEL_IDENTITY_H_

#include <set>
#include <string>

namespace gatetest::internal {

/// The identity without the code that ran ("build", "code"): the same for all builds of a model.
/// All of it where it is no JSON.
std::string IdentityWithoutCode(const std::string& identity);

/// Whether the two are builds of one model: they differ, and in the code alone.
bool AreBuildsOfOneModel(const std::string& identity, const std::string& other);

/// The names of the parts in which they differ; "identity" where one of them is no JSON.
std::set<std::string> DifferingParts(const std::string& identity, const std::string& other);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_MODEL_IDENTITY_H_
