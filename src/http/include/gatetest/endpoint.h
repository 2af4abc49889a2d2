// Endpoint: where served models are reached, and how patiently. Models of equal endpoints share its
// connections and its pace.
//
//   const gatetest::Endpoint relay{.base_url = "https://relay.example/v1",
//                                  .api_key_variable = "RELAY_KEY",
//                                  .concurrency = 32};
#ifndef GATETEST_ENDPOINT_H_
#define GATETEST_ENDPOINT_H_

#include <chrono>
#include <cstddef>
#include <map>
#include <string>

namespace gatetest {

/// How long a request may take. What exceeds it is asked again.
struct Timeouts {
  /// Until there is a connection.
  std::chrono::milliseconds connect{10'000};
  /// From sending a request to the first byte of the answer. A server that does not stream thinks
  /// to the end before it: raise it for long answers of slow models.
  std::chrono::milliseconds first_byte{300'000};
  /// For the whole answer. Raise it for long streams.
  std::chrono::milliseconds total{600'000};

  /// Same times.
  bool operator==(const Timeouts&) const = default;
};

/// What is done about a request that failed in a way that may pass: no connection, a connection
/// that broke, an answer that is none, HTTP 408, 409, 429 and 500 and above.
struct Retrying {
  /// All together. A request that failed as often is a sample that could not be measured.
  int attempts = 5;
  /// Where the server names no time (Retry-After): attempt n + 1 waits `first_wait` * 2^(n - 1), at
  /// most `longest_wait`, less up to a quarter at random.
  std::chrono::milliseconds first_wait{500};
  std::chrono::milliseconds longest_wait{8'000};  ///< See first_wait.
  /// A server that names a longer time is not waited for: the evaluation fails and says so.
  std::chrono::milliseconds longest_asked{120'000};

  /// Same patience.
  bool operator==(const Retrying&) const = default;
};

/// An OpenAI-compatible server: vLLM, llama-server, a relay, a hosted API.
struct Endpoint {
  /// "http://localhost:8000/v1": what "/chat/completions" is appended to. http or https, without
  /// user, password and query. TLS certificates are always verified; redirects are not followed, so
  /// that no key reaches another host; proxies are those of the usual variables (https_proxy,
  /// no_proxy, ...).
  std::string base_url = {};

  /// The environment variable that holds the API key, which is sent as "Authorization: Bearer". The
  /// key itself is never stored, logged or shown. Empty: the server wants none.
  std::string api_key_variable = {};

  /// Sends the key as "?api_key=" in place of the header, for servers that want it so. Addresses
  /// are kept in more logs than headers are: only where there is no other way.
  bool key_in_query = false;

  /// Headers that the server wants besides: {{"OpenAI-Organization", "org-1"}}. No secrets: they
  /// are not hidden.
  std::map<std::string, std::string> headers = {};

  /// The most requests at a time. HTTP 429 halves it, and good answers let it grow back. vLLM and
  /// hosted APIs bear many more; a llama-server needs as many threads (--threads-http).
  int concurrency = 8;

  Timeouts timeouts = {};  ///< Of each attempt.
  Retrying retrying = {};  ///< What is asked again, and when.

  /// A longer answer is cut off: its sample could not be measured. Log-probabilities with twenty
  /// alternatives are some 1.5 KB a token.
  std::size_t largest_answer = std::size_t{64} << 20;

  /// A file of certificates (PEM) to trust in place of the system's, for a server of your own.
  std::string ca_file = {};

  /// Same server, same way: models of equal endpoints share connections and pace.
  bool operator==(const Endpoint&) const = default;
};

}  // namespace gatetest

#endif  // GATETEST_ENDPOINT_H_
