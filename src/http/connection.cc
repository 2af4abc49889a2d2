#include "src/http/connection.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <string_view>

#include "gatetest/error.h"
#include "src/text/redact.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

[[noreturn]] void Refuse(const std::string& what) {
  throw Error(ErrorCode::kInvalidArgument, "Endpoint::" + what);
}

std::string PartOf(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string copy = text;
  curl_free(text);
  return copy;
}

void CheckTimes(const Endpoint& endpoint) {
  const auto positive = [](std::chrono::milliseconds time, std::string_view name) {
    if (time.count() <= 0)
      Refuse(fmt::format("{} is {} ms; it must be above 0", name, time.count()));
  };
  positive(endpoint.timeouts.connect, "timeouts.connect");
  positive(endpoint.timeouts.first_byte, "timeouts.first_byte");
  positive(endpoint.timeouts.total, "timeouts.total");
  positive(endpoint.retrying.first_wait, "retrying.first_wait");
  positive(endpoint.retrying.longest_wait, "retrying.longest_wait");
}

/// What is no name of a variable may be the key itself, so it is not repeated.
void CheckVariable(const std::string& name) {
  const bool is_name = std::all_of(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
  if (is_name && (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])) == 0)) return;
  Refuse(
      "api_key_variable is no name of an environment variable; it is to be the name of the one "
      "that holds the key, never the key");
}

void CheckHeaders(const Endpoint& endpoint) {
  for (const auto& [name, value] : endpoint.headers) {
    std::string lower = name;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (lower == "authorization") {
      Refuse(
          "headers has Authorization; keys come from the environment "
          "(Endpoint::api_key_variable)");
    }
    const bool token = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return c > ' ' && c < 127 && c != ':';
    });
    if (!token)
      Refuse(fmt::format("headers has a header {}, which is no name of one", Quote(name)));
    if (value.find_first_of("\r\n") != std::string::npos) {
      Refuse(fmt::format("headers: the value of {} has a line end", name));
    }
  }
}

/// As it stands in a quotation.
std::string Quoted(const std::string& key) {
  const std::string quoted = Quote(key, key.size());
  return quoted.substr(1, quoted.size() - 2);
}

/// Without a part of the key that is left where a quotation is cut off: "sk-12…".
std::string WithoutBeginnings(std::string text, std::string_view key) {
  constexpr std::string_view kCut = "…";
  constexpr std::size_t kTells = 4;
  for (std::size_t cut = text.find(kCut); cut != std::string::npos;
       cut = text.find(kCut, cut + kCut.size())) {
    for (std::size_t size = std::min(key.size() - 1, cut); size >= kTells; --size) {
      if (text.compare(cut - size, size, key, 0, size) != 0) continue;
      text.replace(cut - size, size, "[credential]");
      cut = text.find(kCut, cut - size);
      break;
    }
  }
  return text;
}

/// Host and port, as written. Throws when it is no address of an endpoint.
std::string CheckedHost(const Endpoint& endpoint) {
  const std::string& url = endpoint.base_url;
  const std::string example = "\"http://localhost:8000/v1\"";
  if (url.empty()) Refuse("base_url is empty; write the server's address, " + example);
  const std::unique_ptr<CURLU, void (*)(CURLU*)> parsed(curl_url(), curl_url_cleanup);
  const bool ok = curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK;
  const std::string scheme = ok ? PartOf(parsed.get(), CURLUPART_SCHEME) : "";
  // What may hold a password is not repeated.
  if (!PartOf(parsed.get(), CURLUPART_USER).empty() ||
      !PartOf(parsed.get(), CURLUPART_PASSWORD).empty() ||
      url.find_first_of("?#") != std::string::npos) {
    Refuse(
        "base_url has a user, a password or a query; keys come from the environment "
        "(Endpoint::api_key_variable)");
  }
  if (scheme != "http" && scheme != "https") {
    Refuse(fmt::format("base_url is {}, which is no http or https address like {}",
                       Quote(RedactAddresses(url)), example));
  }
  const std::string port = PartOf(parsed.get(), CURLUPART_PORT);
  return PartOf(parsed.get(), CURLUPART_HOST) + (port.empty() ? "" : ":" + port);
}

}  // namespace

std::shared_ptr<Connection> Connection::To(const Endpoint& endpoint) {
  static std::mutex mutex;
  static std::vector<std::weak_ptr<Connection>> known;
  const std::lock_guard lock(mutex);
  std::erase_if(known, [](const std::weak_ptr<Connection>& one) { return one.expired(); });
  for (const std::weak_ptr<Connection>& one : known) {
    if (std::shared_ptr<Connection> same = one.lock(); same && same->endpoint() == endpoint) {
      return same;
    }
  }
  auto connection = std::make_shared<Connection>(endpoint);
  known.push_back(connection);
  return connection;
}

Connection::Connection(const Endpoint& endpoint)
    : endpoint_(endpoint), host_(CheckedHost(endpoint)), pace_(std::max(endpoint.concurrency, 1)) {
  if (endpoint_.concurrency < 1) {
    Refuse(fmt::format("concurrency is {}; it must be above 0", endpoint_.concurrency));
  }
  if (endpoint_.retrying.attempts < 1) {
    Refuse(fmt::format("retrying.attempts is {}; it must be above 0", endpoint_.retrying.attempts));
  }
  if (endpoint_.largest_answer == 0) Refuse("largest_answer is 0 bytes; it must be above 0");
  CheckVariable(endpoint_.api_key_variable);
  CheckTimes(endpoint_);
  CheckHeaders(endpoint_);
  base_ = endpoint_.base_url;
  while (base_.ends_with('/')) base_.pop_back();
  root_ = base_.ends_with("/v1") ? base_.substr(0, base_.size() - 3) : base_;
}

std::string Connection::Key() const {
  const std::string& variable = endpoint_.api_key_variable;
  if (variable.empty()) return "";
  const char* const value = std::getenv(variable.c_str());
  std::string key = value == nullptr ? "" : value;
  const auto reject = [&](std::string_view how) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("the environment variable {}, which holds the API key of {}, {}",
                            variable, host_, how));
  };
  if (key.empty()) reject("is not set");
  const bool plain = std::all_of(key.begin(), key.end(), [](char c) { return c > ' ' && c < 127; });
  if (!plain) reject("has a blank, a line end or another character that no key has");
  return key;
}

std::string Connection::WithoutKey(std::string text) const {
  const char* const value = endpoint_.api_key_variable.empty()
                                ? nullptr
                                : std::getenv(endpoint_.api_key_variable.c_str());
  constexpr std::size_t kLeast = 8;  // Shorter ones are words: "none", "EMPTY".
  if (value == nullptr || std::string_view(value).size() < kLeast) return text;
  const std::string key = value;
  // A message may quote an answer, and the answer a message.
  const std::string quoted = Quoted(key);
  for (const std::string& form : {key, quoted, Quoted(quoted), InQuery(key)}) {
    text = WithoutBeginnings(RedactSecrets(std::move(text), {form}), form);
  }
  return text;
}

std::string Connection::NoteServed(const std::string& asked, const std::string& answered) {
  if (answered.empty() || answered == asked) return "";
  const std::lock_guard lock(mutex_);
  const auto [first, is_new] = served_.try_emplace(answered, asked);
  if (is_new || first->second == asked) return "";
  return fmt::format(
      "the server answers as {} when it is asked for {} and when it is asked for {}: it is one "
      "model, which would be compared with itself (one llama-server serves one model, whatever the "
      "name; give each an Endpoint of its own)",
      Quote(answered), Quote(first->second), Quote(asked));
}

Connection::Lease::Lease(Connection& connection) : connection_(connection), key_(connection.Key()) {
  {
    const std::lock_guard lock(connection_.mutex_);
    auto& idle = connection_.idle_;
    std::erase_if(idle, [&](const auto& one) { return one.first != key_; });  // The key is another.
    if (!idle.empty()) {
      transfers_ = std::move(idle.back().second);
      idle.pop_back();
    }
  }
  if (transfers_ == nullptr) transfers_ = std::make_unique<Transfers>(connection_.endpoint_, key_);
}

Connection::Lease::~Lease() {
  transfers_->Abort();
  const std::lock_guard lock(connection_.mutex_);
  connection_.idle_.emplace_back(key_, std::move(transfers_));
}

std::string InQuery(const std::string& text) {
  const std::unique_ptr<char, void (*)(void*)> escaped(
      curl_easy_escape(nullptr, text.c_str(), static_cast<int>(text.size())), curl_free);
  return escaped == nullptr ? text : escaped.get();
}

std::string WithoutPort(const std::string& host) {
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

}  // namespace gatetest::internal
