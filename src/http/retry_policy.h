// What is done about an attempt that gave no good answer: openai-python's rules.
#ifndef GATETEST_SRC_HTTP_RETRY_POLICY_H_
#define GATETEST_SRC_HTTP_RETRY_POLICY_H_

#include <chrono>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>

#include "gatetest/endpoint.h"
#include "src/http/http_message.h"

namespace gatetest::internal {

/// What an attempt means for the request, and for others.
struct Trouble {
  enum class Kind {
    kAgain,     ///< Another attempt may succeed.
    kSlowDown,  ///< The same, and the server is asked for too much: HTTP 429.
    kFailed,    ///< This request fails, others may succeed.
    kHopeless,  ///< All requests would fail in the same way.
  };
  Kind kind = Kind::kAgain;
  std::string why = {};  ///< Short and the same for the same cause: "HTTP 429".
  std::string detail =
      {};  ///< What is to be said beside it where it is the end: the server's text.
  /// kHopeless: only before anything was answered. A moderator may forbid one text.
  bool only_at_first = false;
  /// There is nobody to answer, rather than a bad answer.
  bool nobody_there = false;
  /// The server asks to wait so long.
  std::optional<std::chrono::milliseconds> wait = {};
};

/// None: the answer is good, as far as its status tells.
std::optional<Trouble> TroubleOf(const HttpAnswer& answer, const Endpoint& endpoint,
                                 std::time_t now);

/// How long an answer asks to wait: retry-after-ms, else retry-after in seconds, else as a date.
/// None: it does not say, or nothing above 0.
std::optional<std::chrono::milliseconds> AskedWait(const HttpAnswer& answer, std::time_t now);

/// Where the key came from, or how to give one.
std::string KeyAdvice(const Endpoint& endpoint);

/// Before attempt `failed` + 1; `random` is uniform.
std::chrono::milliseconds WaitAfter(int failed, const Retrying& retrying, std::uint64_t random);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_RETRY_POLICY_H_
