#include "src/text/redact.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <utility>

#include "src/data/hash.h"

extern char** environ;  // NOLINT: POSIX's name

namespace gatetest::internal {
namespace {

std::string Redacted(std::string_view secret) {
  if (secret.empty()) return "";
  return "[redacted " + Hasher().Add(secret).Hex().substr(0, 8) + "]";
}

void ReplaceAll(std::string& text, const std::string& what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

/// "key=value&flag" with every value, and every part without one, redacted.
std::string RedactQuery(std::string_view query) {
  std::string text;
  while (true) {
    const std::size_t end = query.find('&');
    const std::string_view part = query.substr(0, end);
    const std::size_t equals = part.find('=');
    text += equals == std::string_view::npos
                ? Redacted(part)
                : std::string(part.substr(0, equals + 1)) + Redacted(part.substr(equals + 1));
    if (end == std::string_view::npos) return text;
    text += '&';
    query.remove_prefix(end + 1);
  }
}

/// Where the user-info of an address ends, or npos. A password may hold any character that its
/// writer forgot to escape: the last @ counts before the query, or before the path where that is
/// later.
std::size_t LastAt(std::string_view address) {
  const std::size_t before_query = address.substr(0, address.find_first_of("?#")).rfind('@');
  const std::size_t before_path = address.substr(0, address.find('/')).rfind('@');
  if (before_query == std::string_view::npos) return before_path;
  return before_path == std::string_view::npos ? before_query : std::max(before_query, before_path);
}

bool NamesASecret(std::string_view variable) {
  constexpr std::array<std::string_view, 4> kEndings = {"_KEY", "_TOKEN", "_SECRET", "_PASSWORD"};
  return std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return variable.ends_with(ending); });
}

}  // namespace

std::string RedactAddresses(std::string_view text) {
  constexpr std::string_view kMark = "://";
  std::string result;
  while (true) {
    const std::size_t mark = text.find(kMark);
    if (mark == std::string_view::npos) return result + std::string(text);
    result += text.substr(0, mark + kMark.size());
    text.remove_prefix(mark + kMark.size());
    const std::string_view address = text.substr(0, text.find_first_of(" \t\r\n\"'<>`"));
    const std::size_t at = LastAt(address);
    const std::size_t begin = at == std::string_view::npos ? 0 : at;
    if (at != std::string_view::npos) result += Redacted(address.substr(0, at));
    const std::size_t query = address.find('?', begin);
    if (query == std::string_view::npos) {
      result += address.substr(begin);
    } else {
      result += address.substr(begin, query + 1 - begin);
      result += RedactQuery(address.substr(query + 1));
    }
    text.remove_prefix(address.size());
  }
}

std::vector<std::string> SecretsOfEnvironment(const std::string& key_variable) {
  constexpr std::size_t kShortest = 8;
  std::vector<std::string> secrets;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || text.size() < equals + 1 + kShortest) continue;
    const std::string_view name = text.substr(0, equals);
    if (name == key_variable || NamesASecret(name)) secrets.emplace_back(text.substr(equals + 1));
  }
  // One may be the beginning of another.
  std::sort(secrets.begin(), secrets.end(),
            [](const std::string& a, const std::string& b) { return a.size() > b.size(); });
  return secrets;
}

std::string HashSecrets(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) ReplaceAll(text, secret, Redacted(secret));
  return text;
}

std::string RedactSecrets(std::string text, const std::vector<std::string>& secrets) {
  for (const std::string& secret : secrets) ReplaceAll(text, secret, "[credential]");
  return text;
}

std::string RedactAll(std::string text, const std::string& key_variable) {
  return RedactAddresses(RedactSecrets(std::move(text), SecretsOfEnvironment(key_variable)));
}

}  // namespace gatetest::internal
