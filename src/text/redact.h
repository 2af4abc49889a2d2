// Keeps credentials out of whatever is shown or recorded.
#ifndef GATETEST_SRC_TEXT_REDACT_H_
#define GATETEST_SRC_TEXT_REDACT_H_

#include <string>
#include <string_view>
#include <vector>

namespace gatetest::internal {

/// The text, with the user-info and the query values of every address in it ("scheme://...")
/// replaced by a short hash of them: two that differ still do. The hash has 32 bits and tells
/// nothing of a key.
std::string RedactAddresses(std::string_view text);

/// Values of this process's environment that are credentials: of the variable of that name, and of
/// all whose name ends in _KEY, _TOKEN, _SECRET or _PASSWORD. Those below eight characters ("none",
/// "EMPTY") are too common as words to be taken for one.
std::vector<std::string> SecretsOfEnvironment(const std::string& key_variable);

/// The text with a short hash in place of each: texts that differ in one still differ.
std::string HashSecrets(std::string text, const std::vector<std::string>& secrets);

/// The text without them: "[credential]" stands where one was.
std::string RedactSecrets(std::string text, const std::vector<std::string>& secrets);

/// The text without those of the environment and of addresses. `key_variable` as above.
std::string RedactAll(std::string text, const std::string& key_variable);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_TEXT_REDACT_H_
