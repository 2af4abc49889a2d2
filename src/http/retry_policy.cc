#include "src/http/retry_policy.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <locale>
#include <sstream>
#include <string_view>

#include "src/http/wire_json.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

using std::chrono::milliseconds;

/// A number that is all of the text.
std::optional<double> NumberIn(const std::string& text) {
  if (text.empty()) return std::nullopt;
  std::istringstream in(text);
  in.imbue(std::locale::classic());
  double number = 0.0;
  in >> number;
  if (!in || in.peek() != std::istringstream::traits_type::eof() || !std::isfinite(number)) {
    return std::nullopt;
  }
  return number;
}

std::optional<milliseconds> Positive(double ms) {
  constexpr double kMost = 1e12;
  if (!(ms > 0.0)) return std::nullopt;
  return milliseconds(static_cast<std::int64_t>(std::ceil(std::min(ms, kMost))));
}

bool MayPass(const HttpAnswer& answer) {
  const int status = answer.status;
  if (answer.should_retry == "true") return true;
  if (answer.should_retry == "false") return false;
  return status == 408 || status == 409 || status == 429 || status >= 500;
}

Trouble OfStatus(const HttpAnswer& answer, const Endpoint& endpoint) {
  const int status = answer.status;
  constexpr std::size_t kLongestAddress = 200;
  Trouble trouble{.kind = Trouble::Kind::kHopeless, .why = fmt::format("HTTP {}", status)};
  const std::string message = MessageIn(answer.body);
  const std::string said = message.empty() ? "" : ": " + message;
  if (status < 400) {
    trouble.detail = answer.location.empty()
                         ? said
                         : fmt::format(
                               ": the server redirects to {}; redirects are not followed, "
                               "so set Endpoint::base_url to where it leads",
                               Quote(answer.location, kLongestAddress));
  } else if (status == 401 || status == 403) {
    trouble.detail = fmt::format("{}; {}", said, KeyAdvice(endpoint));
    trouble.only_at_first = status == 403;
  } else if (status == 402) {
    trouble.detail = said + "; the account has no credit left";
  } else if (status == 404) {
    trouble.detail = fmt::format(
        "{}; {} was asked: is Endpoint::base_url right, which usually ends in /v1, and is there "
        "such "
        "a path (OpenAiOptions::generate_by) and such a model",
        said, answer.url);
  } else if (status == 400 || status == 422 || !MayPass(answer)) {
    trouble.kind = Trouble::Kind::kFailed;
    trouble.detail = said;
  } else {
    trouble.kind = status == 429 ? Trouble::Kind::kSlowDown : Trouble::Kind::kAgain;
    trouble.detail = said;
    trouble.nobody_there = status >= 502 && status <= 504;
  }
  return trouble;
}

}  // namespace

std::string KeyAdvice(const Endpoint& endpoint) {
  if (endpoint.api_key_variable.empty()) {
    return "no API key was sent; name the environment variable that holds it in "
           "Endpoint::api_key_variable";
  }
  return fmt::format("the API key came from the environment variable {}",
                     endpoint.api_key_variable);
}

std::optional<milliseconds> AskedWait(const HttpAnswer& answer, std::time_t now) {
  if (const auto ms = NumberIn(answer.retry_after_ms)) return Positive(*ms);
  if (const auto seconds = NumberIn(answer.retry_after)) return Positive(1000.0 * *seconds);
  if (answer.retry_after.empty()) return std::nullopt;
  const std::time_t at = curl_getdate(answer.retry_after.c_str(), nullptr);
  if (at == -1) return std::nullopt;
  return Positive(1000.0 * static_cast<double>(at - now));
}

milliseconds WaitAfter(int failed, const Retrying& retrying, std::uint64_t random) {
  constexpr int kMostDoublings = 20;
  milliseconds wait = retrying.first_wait;
  for (int i = 1; i < std::min(failed, kMostDoublings) && wait < retrying.longest_wait; ++i) {
    wait *= 2;
  }
  wait = std::min(wait, retrying.longest_wait);
  constexpr std::uint64_t kSteps = 1024;
  const double share = static_cast<double>(random % kSteps) / static_cast<double>(kSteps);
  return wait -
         milliseconds(static_cast<std::int64_t>(0.25 * share * static_cast<double>(wait.count())));
}

std::optional<Trouble> TroubleOf(const HttpAnswer& answer, const Endpoint& endpoint,
                                 std::time_t now) {
  const std::string detail = answer.detail.empty() ? "" : ": " + answer.detail;
  switch (answer.end) {
    case HttpEnd::kBroken:
      return Trouble{.kind = Trouble::Kind::kAgain,
                     .why = answer.problem,
                     .detail = detail,
                     .nobody_there = true};
    case HttpEnd::kTooLarge:
      return Trouble{.kind = Trouble::Kind::kFailed, .why = answer.problem, .detail = detail};
    case HttpEnd::kHopeless:
      return Trouble{.kind = Trouble::Kind::kHopeless, .why = answer.problem, .detail = detail};
    case HttpEnd::kAnswered:
      break;
  }
  if (answer.status >= 200 && answer.status < 300) return std::nullopt;
  Trouble trouble = OfStatus(answer, endpoint);
  const bool again =
      trouble.kind == Trouble::Kind::kAgain || trouble.kind == Trouble::Kind::kSlowDown;
  if (again) trouble.wait = AskedWait(answer, now);
  if (trouble.wait && *trouble.wait > endpoint.retrying.longest_asked) {
    trouble.kind = Trouble::Kind::kHopeless;
    trouble.detail += fmt::format(
        "; the server asks to wait {:.0f} s, longer than Retrying::longest_asked ({:.0f} s)",
        static_cast<double>(trouble.wait->count()) / 1000.0,
        static_cast<double>(endpoint.retrying.longest_asked.count()) / 1000.0);
  }
  return trouble;
}

}  // namespace gatetest::internal
