#include "tests/support/scripted_faults.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace gatetest {
namespace {

using Break = Answer::Break;
using Headers = std::vector<std::pair<std::string, std::string>>;

const Headers kJson = {{"Content-Type", "application/json"}};
const Headers kHtml = {{"Content-Type", "text/html"}};

std::string ErrorJson(std::string_view message, std::string_view type) {
  return std::string(R"({"error":{"message":")").append(message) + R"(","type":")" +
         std::string(type) + R"(","param":null,"code":null}})";
}

Answer Limited(Headers headers) {
  headers.insert(headers.begin(), kJson.front());
  return {.status = 429,
          .headers = std::move(headers),
          .body = ErrorJson("Rate limit reached for requests", "rate_limit_exceeded")};
}

std::string ErrorPage(std::string_view title) {
  return std::string("<html>\r\n<head><title>").append(title) + "</title></head>\r\n<body>\r\n" +
         "<center><h1>" + std::string(title) + "</h1></center>\r\n</body>\r\n</html>\r\n";
}

/// As RFC 9110 writes dates, in no locale.
std::string HttpDate(std::chrono::system_clock::time_point when) {
  static constexpr std::array<const char*, 7> kDays = {"Sun", "Mon", "Tue", "Wed",
                                                       "Thu", "Fri", "Sat"};
  static constexpr std::array<const char*, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = std::chrono::system_clock::to_time_t(when);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays.at(static_cast<std::size_t>(utc.tm_wday)), utc.tm_mday,
                kMonths.at(static_cast<std::size_t>(utc.tm_mon)), utc.tm_year + 1900, utc.tm_hour,
                utc.tm_min, utc.tm_sec);
  return text.data();
}

/// All that the answer says, however it is cut.
std::string TextOf(const Answer& answer) {
  if (answer.chunks.empty()) return answer.body;
  std::string text;
  for (const std::string& chunk : answer.chunks) text += chunk;
  return text;
}

Answer Broken(Answer honest, Break how) {
  honest.how = how;
  return honest;
}

std::uint64_t Mix(std::uint64_t x) {  // SplitMix64
  x += 0x9e3779b97f4a7c15U;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

std::uint64_t Hash(std::string_view text, std::uint64_t hash) {  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return hash;
}

std::uint64_t KeyOf(const HttpCall& call) {
  const std::uint64_t basis = 0xcbf29ce484222325U;
  return Hash(call.body, Hash(call.target, Hash(call.method, basis)));
}

/// Draws what becomes of a call. For any thread: servers may share a handler.
class Draws {
 public:
  explicit Draws(FaultPlan plan) : plan_(std::move(plan)) {}

  /// Null: no fault.
  const FaultMaker* Next(const HttpCall& call) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t key = KeyOf(call);
    Past& past = past_[key];
    const std::uint64_t draw = Mix(Mix(plan_.seed ^ Mix(key)) + past.calls++);
    const double uniform = static_cast<double>(draw >> 11U) * 0x1p-53;
    const FaultMaker* fault = nullptr;
    if (uniform < plan_.share && !plan_.faults.empty()) {
      fault = &plan_.faults.at(Mix(draw) % plan_.faults.size());
      if (!fault->is_harmless && past.failures_in_a_row >= plan_.most_in_a_row) fault = nullptr;
    }
    const bool fails = fault != nullptr && !fault->is_harmless;
    past.failures_in_a_row = fails ? past.failures_in_a_row + 1 : 0;
    return fault;
  }

  FaultTally& tally() const { return *plan_.tally; }

 private:
  struct Past {
    std::uint64_t calls = 0;
    int failures_in_a_row = 0;
  };

  const FaultPlan plan_;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, Past> past_;
};

}  // namespace

Answer LimitedWithMilliseconds(const Answer& /*honest*/) {
  return Limited({{"retry-after-ms", "20"}});
}
Answer LimitedWithZero(const Answer& /*honest*/) { return Limited({{"Retry-After", "0"}}); }
Answer LimitedWithFraction(const Answer& /*honest*/) { return Limited({{"Retry-After", "0.02"}}); }
Answer LimitedWithDate(const Answer& /*honest*/) {
  const auto when = std::chrono::system_clock::now() + std::chrono::seconds(1);
  return Limited({{"Retry-After", HttpDate(when)}});
}
Answer LimitedWithoutTime(const Answer& /*honest*/) { return Limited({}); }

Answer InternalError(const Answer& /*honest*/) {
  return {.status = 500, .body = ErrorJson("The server had an error", "server_error")};
}
Answer BadGateway(const Answer& /*honest*/) {
  return {.status = 502, .headers = kHtml, .body = ErrorPage("502 Bad Gateway")};
}
Answer Unavailable(const Answer& /*honest*/) {
  return {.status = 503, .body = ErrorJson("The model is overloaded", "overloaded")};
}

Answer ResetBeforeStatus(Answer honest) {
  return Broken(std::move(honest), Break::kResetBeforeStatus);
}
Answer CloseBeforeStatus(Answer honest) {
  return Broken(std::move(honest), Break::kCloseBeforeStatus);
}
Answer ResetInBody(Answer honest) { return Broken(std::move(honest), Break::kResetInBody); }
Answer CloseInBody(Answer honest) { return Broken(std::move(honest), Break::kCloseInBody); }

Answer TruncatedJson(Answer honest) {
  const std::string text = TextOf(honest);
  honest.chunks.clear();
  honest.body = text.substr(0, text.size() / 2);
  return honest;
}
Answer InvalidJson(const Answer& /*honest*/) { return {.body = R"({"choices": [,]})"}; }
Answer WrongContentType(const Answer& /*honest*/) {
  return {.headers = {{"Content-Type", "application/octet-stream"}},
          .body = std::string("\x1f\x8b\x08\x00\xff\xfe\x00{\x80", 9)};
}
Answer HtmlWithSuccess(const Answer& /*honest*/) {
  return {.headers = kHtml, .body = ErrorPage("We will be back soon")};
}
Answer JsonNull(const Answer& /*honest*/) { return {.body = "null"}; }
Answer ErrorWithSuccess(const Answer& /*honest*/) {
  return {.body = ErrorJson("The model is overloaded", "overloaded")};
}
Answer EmptyBody(const Answer& /*honest*/) { return {}; }

Answer SlowBody(Answer honest) {
  honest.between = std::chrono::milliseconds(5);
  honest.piece = (honest.body.size() + 3) / 4;
  return honest;
}
Answer ChunksOfOneByte(Answer honest) {
  const std::string text = TextOf(honest);
  honest.chunks.clear();
  for (const char c : text) honest.chunks.emplace_back(1, c);
  return honest;
}

std::vector<FaultMaker> AllFaults() {
  return {{"LimitedWithMilliseconds", LimitedWithMilliseconds},
          {"LimitedWithZero", LimitedWithZero},
          {"LimitedWithFraction", LimitedWithFraction},
          {"LimitedWithDate", LimitedWithDate},
          {"LimitedWithoutTime", LimitedWithoutTime},
          {"InternalError", InternalError},
          {"BadGateway", BadGateway},
          {"Unavailable", Unavailable},
          {"ResetBeforeStatus", ResetBeforeStatus},
          {"CloseBeforeStatus", CloseBeforeStatus},
          {"ResetInBody", ResetInBody},
          {"CloseInBody", CloseInBody},
          {"TruncatedJson", TruncatedJson},
          {"InvalidJson", InvalidJson},
          {"WrongContentType", WrongContentType},
          {"HtmlWithSuccess", HtmlWithSuccess},
          {"JsonNull", JsonNull},
          {"ErrorWithSuccess", ErrorWithSuccess},
          {"EmptyBody", EmptyBody},
          {"SlowBody", SlowBody, true},
          {"ChunksOfOneByte", ChunksOfOneByte, true}};
}

std::vector<FaultMaker> FaultsNamed(const std::vector<std::string>& names) {
  const std::vector<FaultMaker> all = AllFaults();
  std::vector<FaultMaker> named;
  for (const std::string& name : names) {
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const auto& fault) { return fault.name == name; });
    if (found == all.end()) throw std::invalid_argument("no fault is named " + name);
    named.push_back(*found);
  }
  return named;
}

void FaultTally::Count(const FaultMaker& fault) {
  const std::lock_guard lock(mutex_);
  ++by_name_[fault.name];
  ++(fault.is_harmless ? harmless_ : failures_);
}

void FaultTally::CountHonest() {
  const std::lock_guard lock(mutex_);
  ++honest_;
}

std::map<std::string, std::size_t> FaultTally::by_name() const {
  const std::lock_guard lock(mutex_);
  return by_name_;
}

std::size_t FaultTally::honest() const {
  const std::lock_guard lock(mutex_);
  return honest_;
}

std::size_t FaultTally::harmless() const {
  const std::lock_guard lock(mutex_);
  return harmless_;
}

std::size_t FaultTally::failures() const {
  const std::lock_guard lock(mutex_);
  return failures_;
}

FaultServer::Handler WithFaults(FaultServer::Handler honest, FaultPlan plan) {
  return [honest = std::move(honest),
          draws = std::make_shared<Draws>(std::move(plan))](const HttpCall& call) {
    const FaultMaker* const fault = draws->Next(call);
    Answer answer = honest(call);
    if (fault == nullptr) {
      draws->tally().CountHonest();
      return answer;
    }
    draws->tally().Count(*fault);
    return fault->make(std::move(answer));
  };
}

}  // namespace gatetest
