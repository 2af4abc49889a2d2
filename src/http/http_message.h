// HttpRequest and HttpAnswer: what goes over the wire, before anything is known of models.
#ifndef GATETEST_SRC_HTTP_HTTP_MESSAGE_H_
#define GATETEST_SRC_HTTP_HTTP_MESSAGE_H_

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace gatetest::internal {

struct HttpRequest {
  std::string url = {};   ///< Without the key.
  std::string body = {};  ///< JSON; empty: GET.
  /// Takes the body of a good answer as it arrives, in place of HttpAnswer::body. May be empty.
  std::function<void(std::string_view)> on_data = {};
};

/// How an attempt ended.
enum class HttpEnd {
  kAnswered,  ///< With a status, whatever it is.
  kBroken,    ///< Without: no connection, one that broke, out of time. It may work another time.
  kTooLarge,  ///< The answer was longer than it may be.
  kHopeless,  ///< Another attempt would end the same: certificates, an address that is none.
};

struct HttpAnswer {
  HttpEnd end = HttpEnd::kBroken;
  std::string problem = {};  ///< In a few words, the same for the same cause; empty when answered.
  std::string detail = {};   ///< More of it: what the network layer said.
  int status = 0;
  std::string url = {};  ///< What was asked, without the key.
  std::string body = {};
  std::string content_type = {};
  std::string retry_after_ms = {};   ///< Headers as they are; empty: not sent.
  std::string retry_after = {};      ///< Seconds or an HTTP date.
  std::string should_retry = {};     ///< x-should-retry.
  std::string location = {};         ///< Of a redirect.
  std::chrono::nanoseconds total{};  ///< From the start of the attempt.
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_HTTP_MESSAGE_H_
