// The least that a client on libcurl's multi interface has to do.
#ifndef GATETEST_TESTS_BENCHMARKS_BARE_MULTI_H_
#define GATETEST_TESTS_BENCHMARKS_BARE_MULTI_H_

#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace gatetest::benchmarks {

/// Posts one body over and over from one thread. Each answer is collected in a string, as every
/// client must, and thrown away unread; an easy handle is used again at once.
class BareMulti {
 public:
  BareMulti(const std::string& url, std::string body, int connections);
  ~BareMulti();
  BareMulti(const BareMulti&) = delete;
  BareMulti& operator=(const BareMulti&) = delete;

  /// std::runtime_error unless every answer has the status 200.
  void Ask(std::size_t requests);

 private:
  struct Slot {
    CURL* easy = nullptr;
    std::string answer;
  };

  void Finish(const CURLMsg& message);

  const std::string body_;
  CURLM* const multi_;
  curl_slist* headers_ = nullptr;
  std::vector<std::unique_ptr<Slot>> slots_;  // A slot's address is known to its easy handle.
};

}  // namespace gatetest::benchmarks

#endif  // GATETEST_TESTS_BENCHMARKS_BARE_MULTI_H_
