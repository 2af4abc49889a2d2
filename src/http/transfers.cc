#include "src/http/transfers.h"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <utility>

#include "gatetest/error.h"
#include "src/http/connection.h"

namespace gatetest::internal {
namespace {

using Clock = std::chrono::steady_clock;
using CurlLong = long;  // NOLINT: libcurl's

constexpr std::size_t kMostHeaderBytes = std::size_t{1} << 18;  // Less than libcurl's own limit.

void StartCurl() {
  static std::once_flag once;
  static CURLcode code = CURLE_OK;
  std::call_once(once, [] { code = curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (code != CURLE_OK) {
    throw Error(ErrorCode::kModelFailed,
                std::string("libcurl does not start: ") + curl_easy_strerror(code));
  }
}

/// The value of "Name: value\r\n" if it is that header's.
bool IsHeader(std::string_view line, std::string_view name, std::string& value) {
  if (line.size() <= name.size() || line[name.size()] != ':') return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    if (std::tolower(static_cast<unsigned char>(line[i])) != name[i]) return false;
  }
  line.remove_prefix(name.size() + 1);
  const std::size_t begin = line.find_first_not_of(" \t");
  const std::size_t end = line.find_last_not_of(" \t\r\n");
  value = begin == std::string_view::npos ? "" : std::string(line.substr(begin, end - begin + 1));
  return true;
}

struct Problem {
  HttpEnd end;
  std::string_view text;
};

/// In words that are the same in all versions of libcurl.
Problem ProblemOf(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_CONNECT:
      return {HttpEnd::kBroken, "no connection"};
    case CURLE_COULDNT_RESOLVE_HOST:
      return {HttpEnd::kBroken, "the host's name is not known"};
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {HttpEnd::kBroken, "the proxy's name is not known"};
    case CURLE_OPERATION_TIMEDOUT:
      return {HttpEnd::kBroken, "out of time"};
    case CURLE_SSL_CONNECT_ERROR:
      return {HttpEnd::kBroken, "no TLS connection (is it a server of http: addresses?)"};
    case CURLE_GOT_NOTHING:
      return {HttpEnd::kBroken, "connection closed without an answer"};
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      return {HttpEnd::kBroken, "connection reset"};
    case CURLE_PARTIAL_FILE:
      return {HttpEnd::kBroken, "answer cut off"};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
      return {HttpEnd::kHopeless, "the server's certificate is not trusted (Endpoint::ca_file)"};
    case CURLE_UNSUPPORTED_PROTOCOL:  // Of addresses that were checked: HTTP/0.9.
    case CURLE_WEIRD_SERVER_REPLY:
      return {HttpEnd::kBroken, "an answer that is no HTTP"};
    case CURLE_URL_MALFORMAT:
      return {HttpEnd::kHopeless, "the address is none"};
    default:
      return {HttpEnd::kBroken, curl_easy_strerror(code)};
  }
}

struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

void Append(HeaderList& list, const std::string& line) {
  curl_slist* const longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) throw std::bad_alloc();
  static_cast<void>(list.release());
  list.reset(longer);
}

HeaderList HeadersOf(const Endpoint& endpoint, const std::string& key) {
  HeaderList list;
  Append(list, "Content-Type: application/json");
  Append(list, "Accept: application/json, text/event-stream");
  Append(list, "Expect:");  // A round trip for nothing.
  for (const auto& [name, value] : endpoint.headers) {
    Append(list, value.empty() ? name + ";" : name + ": " + value);  // libcurl omits "name:".
  }
  if (!key.empty() && !endpoint.key_in_query) Append(list, "Authorization: Bearer " + key);
  return list;
}

/// "api_key=..." where the key goes there.
std::string QueryOf(const Endpoint& endpoint, const std::string& key) {
  return key.empty() || !endpoint.key_in_query ? "" : "api_key=" + InQuery(key);
}

}  // namespace

/// One easy handle, which keeps what is the same for all requests.
class Transfers::Transfer {
 public:
  Transfer(const Endpoint& endpoint, curl_slist* headers)
      : largest_(endpoint.largest_answer), handle_(curl_easy_init()) {
    if (handle_ == nullptr) throw std::bad_alloc();
    Set(CURLOPT_PRIVATE, this);
    Set(CURLOPT_HTTPHEADER, headers);
    Set(CURLOPT_WRITEFUNCTION, &Transfer::TakeBody);
    Set(CURLOPT_WRITEDATA, this);
    Set(CURLOPT_HEADERFUNCTION, &Transfer::TakeHeader);
    Set(CURLOPT_HEADERDATA, this);
    Set(CURLOPT_ERRORBUFFER, error_.data());
    Set(CURLOPT_USERAGENT, "GateTest");
    Set(CURLOPT_ACCEPT_ENCODING, "");  // Whatever libcurl can decode.
    Set(CURLOPT_NOSIGNAL, 1L);
    Set(CURLOPT_BUFFERSIZE, 512L * 1024);  // For answers of megabytes; by measurement.
    Set(CURLOPT_FOLLOWLOCATION, 0L);
    Set(CURLOPT_TCP_KEEPALIVE, 1L);
    Set(CURLOPT_HTTP_VERSION, static_cast<CurlLong>(CURL_HTTP_VERSION_2TLS));
    // Where HTTP/2 may be offered, one connection is waited for rather than many made.
    Set(CURLOPT_PIPEWAIT, endpoint.base_url.starts_with("https:") ? 1L : 0L);
    Set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<CurlLong>(endpoint.timeouts.connect.count()));
    Set(CURLOPT_TIMEOUT_MS, static_cast<CurlLong>(endpoint.timeouts.total.count()));
    if (!endpoint.ca_file.empty()) Set(CURLOPT_CAINFO, endpoint.ca_file.c_str());
  }
  ~Transfer() { curl_easy_cleanup(handle_); }
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  void Prepare(std::size_t tag, HttpRequest request, const std::string& query) {
    tag_ = tag;
    request_ = std::move(request);
    answer_ = {};
    header_bytes_ = body_bytes_ = 0;
    heard_ = false;
    error_[0] = '\0';
    start_ = Clock::now();
    std::string url = request_.url;
    if (!query.empty()) url += (url.find('?') == std::string::npos ? '?' : '&') + query;
    if (url != url_) {
      url_ = std::move(url);
      Set(CURLOPT_URL, url_.c_str());
    }
    if (request_.body.empty()) {
      Set(CURLOPT_HTTPGET, 1L);
    } else {
      Set(CURLOPT_POST, 1L);
      Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
      Set(CURLOPT_POSTFIELDS, request_.body.c_str());
    }
  }

  HttpAnswer Finish(CURLcode code, std::string_view silent) {
    HttpAnswer& answer = answer_;
    answer.total = Clock::now() - start_;
    CurlLong status = 0;
    curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    answer.status = static_cast<int>(status);
    if (answer.end == HttpEnd::kTooLarge) {
      answer.problem =
          header_bytes_ > kMostHeaderBytes
              ? fmt::format("the answer's headers are larger than {} bytes", kMostHeaderBytes)
              : fmt::format("the answer is larger than {} bytes (Endpoint::largest_answer)",
                            largest_);
    } else if (!silent.empty()) {
      answer.problem = silent;
    } else if (code != CURLE_OK) {
      const Problem problem = ProblemOf(code);
      answer.end = problem.end;
      answer.problem = problem.text;
      answer.detail = error_[0] != '\0' ? error_.data() : curl_easy_strerror(code);
    } else {
      answer.end = HttpEnd::kAnswered;
    }
    answer.url = std::move(request_.url);
    request_ = {};
    return std::move(answer);
  }

  CURL* handle() const { return handle_; }
  std::size_t tag() const { return tag_; }
  bool heard() const { return heard_; }
  Clock::time_point start() const { return start_; }

 private:
  template <typename Value>
  void Set(CURLoption option, Value value) {
    const CURLcode code = curl_easy_setopt(handle_, option, value);
    // Some builds of libcurl lack compression or HTTP/2, and do without.
    if (code == CURLE_OK || code == CURLE_NOT_BUILT_IN || code == CURLE_UNSUPPORTED_PROTOCOL)
      return;
    throw Error(ErrorCode::kModelFailed,
                fmt::format("libcurl refuses an option: {}", curl_easy_strerror(code)));
  }

  static std::size_t TakeBody(char* data, std::size_t size, std::size_t count, void* self) {
    return static_cast<Transfer*>(self)->Body({data, size * count}) ? size * count : 0;
  }
  static std::size_t TakeHeader(char* data, std::size_t size, std::size_t count, void* self) {
    return static_cast<Transfer*>(self)->Header({data, size * count}) ? size * count : 0;
  }

  bool Body(std::string_view data) {
    body_bytes_ += data.size();
    if (body_bytes_ > largest_) {
      answer_.end = HttpEnd::kTooLarge;
      return false;
    }
    CurlLong status = 0;
    if (request_.on_data) curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 200 && status < 300) {
      request_.on_data(data);
    } else {
      answer_.body.append(data);
    }
    return true;
  }

  bool Header(std::string_view line) {
    heard_ = true;
    header_bytes_ += line.size();
    if (header_bytes_ > kMostHeaderBytes) {
      answer_.end = HttpEnd::kTooLarge;
      return false;
    }
    // After 100 Continue, or a proxy's own answer, there is another head.
    if (line.starts_with("HTTP/")) answer_ = {};
    IsHeader(line, "content-type", answer_.content_type) ||
        IsHeader(line, "retry-after-ms", answer_.retry_after_ms) ||
        IsHeader(line, "retry-after", answer_.retry_after) ||
        IsHeader(line, "x-should-retry", answer_.should_retry) ||
        IsHeader(line, "location", answer_.location);
    return true;
  }

  const std::size_t largest_;
  CURL* const handle_;
  std::array<char, CURL_ERROR_SIZE> error_ = {};
  std::size_t tag_ = 0;
  std::string url_;
  HttpRequest request_;
  HttpAnswer answer_;
  std::size_t header_bytes_ = 0;
  std::size_t body_bytes_ = 0;
  bool heard_ = false;
  Clock::time_point start_;
};

struct Transfers::CurlMulti {
  CurlMulti(const Endpoint& endpoint, const std::string& key)
      : headers(HeadersOf(endpoint, key)), handle(curl_multi_init()) {
    if (handle == nullptr) throw std::bad_alloc();
    const auto most = static_cast<CurlLong>(endpoint.concurrency);
    curl_multi_setopt(handle, CURLMOPT_PIPELINING, static_cast<CurlLong>(CURLPIPE_MULTIPLEX));
    curl_multi_setopt(handle, CURLMOPT_MAX_HOST_CONNECTIONS, most);
    curl_multi_setopt(handle, CURLMOPT_MAXCONNECTS, most);
  }
  ~CurlMulti() { curl_multi_cleanup(handle); }
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  const HeaderList headers;
  CURLM* const handle;
};

Transfers::Transfers(const Endpoint& endpoint, const std::string& key)
    : endpoint_(endpoint), query_(QueryOf(endpoint, key)) {
  StartCurl();
  multi_ = std::make_unique<CurlMulti>(endpoint, key);
}

Transfers::~Transfers() { Abort(); }

void Transfers::Start(std::size_t tag, HttpRequest request) {
  if (idle_.empty()) {
    idle_.push_back(std::make_unique<Transfer>(endpoint_, multi_->headers.get()));
  }
  Transfer& transfer = *idle_.back();
  transfer.Prepare(tag, std::move(request), query_);
  const CURLMcode code = curl_multi_add_handle(multi_->handle, transfer.handle());
  if (code != CURLM_OK) {
    throw Error(ErrorCode::kModelFailed,
                fmt::format("libcurl refuses a request: {}", curl_multi_strerror(code)));
  }
  active_.push_back(std::move(idle_.back()));
  idle_.pop_back();
}

void Transfers::Drive(std::chrono::milliseconds wait, const Finished& finished) {
  int running = 0;
  curl_multi_perform(multi_->handle, &running);
  bool any = false;
  const auto collect = [&] {
    int left = 0;
    while (CURLMsg* const message = curl_multi_info_read(multi_->handle, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      char* self = nullptr;
      curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &self);
      const CURLcode code = message->data.result;
      any = true;
      Finish(*reinterpret_cast<Transfer*>(self), code, finished);
    }
  };
  collect();
  EndTheSilent(finished);
  if (any) return;
  int descriptors = 0;
  const CURLMcode code =
      curl_multi_poll(multi_->handle, nullptr, 0,
                      static_cast<int>(std::max<std::int64_t>(wait.count(), 0)), &descriptors);
  if (code != CURLM_OK) {
    throw Error(ErrorCode::kModelFailed,
                fmt::format("libcurl cannot wait: {}", curl_multi_strerror(code)));
  }
  curl_multi_perform(multi_->handle, &running);
  collect();
}

void Transfers::Wake() { curl_multi_wakeup(multi_->handle); }

void Transfers::Abort() {
  for (const std::unique_ptr<Transfer>& transfer : active_) {
    curl_multi_remove_handle(multi_->handle, transfer->handle());
  }
  active_.clear();
}

void Transfers::Finish(Transfer& transfer, int code, const Finished& finished) {
  const std::size_t tag = transfer.tag();
  HttpAnswer answer = transfer.Finish(static_cast<CURLcode>(code), "");
  idle_.push_back(Remove(transfer));
  finished(tag, std::move(answer));
}

std::unique_ptr<Transfers::Transfer> Transfers::Remove(const Transfer& transfer) {
  curl_multi_remove_handle(multi_->handle, transfer.handle());
  const auto at = std::find_if(active_.begin(), active_.end(),
                               [&](const auto& one) { return one.get() == &transfer; });
  std::unique_ptr<Transfer> removed = std::move(*at);
  *at = std::move(active_.back());
  active_.pop_back();
  return removed;
}

/// libcurl knows no limit of the time to the first byte.
void Transfers::EndTheSilent(const Finished& finished) {
  const auto now = Clock::now();
  std::vector<Transfer*> silent;
  for (const std::unique_ptr<Transfer>& transfer : active_) {
    if (!transfer->heard() && now - transfer->start() >= endpoint_.timeouts.first_byte) {
      silent.push_back(transfer.get());
    }
  }
  for (Transfer* const transfer : silent) {
    const std::size_t tag = transfer->tag();
    HttpAnswer answer = transfer->Finish(CURLE_OK, "no answer in time (Timeouts::first_byte)");
    idle_.push_back(Remove(*transfer));
    finished(tag, std::move(answer));
  }
}

}  // namespace gatetest::internal
