// A client that is known to be right: libcurl's.
#ifndef GATETEST_TESTS_HTTP_CURL_TESTING_H_
#define GATETEST_TESTS_HTTP_CURL_TESTING_H_

#include <curl/curl.h>

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace gatetest::testing_support {

struct CurlResult {
  CURLcode code = CURLE_OK;
  std::string error;
  long status = 0;  // NOLINT(google-runtime-int): curl's type
  std::string body;
  std::map<std::string, std::string> headers;  ///< By lower-case name.
};

/// Keeps its connection from one request to the next.
class Curl {
 public:
  explicit Curl(std::string url) : url_(std::move(url)), curl_(::curl_easy_init()) {}
  ~Curl() { ::curl_easy_cleanup(curl_); }
  Curl(const Curl&) = delete;
  Curl& operator=(const Curl&) = delete;

  CurlResult Get(const std::string& target) {
    ::curl_easy_reset(curl_);
    return Perform(target, {}, std::chrono::seconds(60));
  }
  CurlResult Head(const std::string& target) {
    ::curl_easy_reset(curl_);
    ::curl_easy_setopt(curl_, CURLOPT_NOBODY, 1L);
    return Perform(target, {}, std::chrono::seconds(60));
  }
  CurlResult Post(const std::string& target, const std::string& body,
                  const std::vector<std::string>& headers = {},
                  std::chrono::milliseconds timeout = std::chrono::seconds(60)) {
    ::curl_easy_reset(curl_);
    ::curl_easy_setopt(curl_, CURLOPT_POST, 1L);
    ::curl_easy_setopt(curl_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    ::curl_easy_setopt(curl_, CURLOPT_POSTFIELDS, body.data());
    return Perform(target, headers, timeout);
  }

 private:
  CurlResult Perform(const std::string& target, const std::vector<std::string>& headers,
                     std::chrono::milliseconds timeout) {
    CurlResult result;
    curl_slist* list = nullptr;
    for (const std::string& header : headers) list = ::curl_slist_append(list, header.c_str());
    ::curl_easy_setopt(curl_, CURLOPT_URL, (url_ + target).c_str());
    ::curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, list);
    ::curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));  // NOLINT
    ::curl_easy_setopt(curl_, CURLOPT_NOPROXY, "*");
    ::curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
    ::curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, &Append);
    ::curl_easy_setopt(curl_, CURLOPT_WRITEDATA, &result.body);
    result.code = ::curl_easy_perform(curl_);
    result.error = ::curl_easy_strerror(result.code);
    ::curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &result.status);
    for (curl_header* header = nullptr;
         (header = ::curl_easy_nextheader(curl_, CURLH_HEADER, -1, header)) != nullptr;) {
      std::string name = header->name;
      for (char& c : name) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
      result.headers[name] = header->value;
    }
    ::curl_slist_free_all(list);
    return result;
  }

  static std::size_t Append(const char* data, std::size_t size, std::size_t count, void* text) {
    static_cast<std::string*>(text)->append(data, size * count);
    return size * count;
  }

  const std::string url_;
  CURL* const curl_;
};

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_HTTP_CURL_TESTING_H_
