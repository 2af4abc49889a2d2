#include "tests/benchmarks/bare_multi.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

namespace gatetest::benchmarks {
namespace {

std::size_t Collect(const char* data, std::size_t size, std::size_t count, void* answer) {
  static_cast<std::string*>(answer)->append(data, size * count);
  return size * count;
}

void Check(CURLMcode code) {
  if (code != CURLM_OK) throw std::runtime_error(curl_multi_strerror(code));
}

}  // namespace

BareMulti::BareMulti(const std::string& url, std::string body, int connections)
    : body_(std::move(body)), multi_(curl_multi_init()) {
  for (const char* const header : {"Content-Type: application/json", "Accept: application/json",
                                   "Authorization: Bearer sk-0123456789abcdef0123456789abcdef"}) {
    headers_ = curl_slist_append(headers_, header);
  }
  for (int i = 0; i < connections; ++i) {
    Slot& slot = *slots_.emplace_back(std::make_unique<Slot>());
    slot.easy = curl_easy_init();
    curl_easy_setopt(slot.easy, CURLOPT_URL, url.c_str());
    curl_easy_setopt(slot.easy, CURLOPT_PROXY, "");
    curl_easy_setopt(slot.easy, CURLOPT_NOSIGNAL, 1L);
    // A fifth faster for answers of megabytes, and no matter for short ones.
    curl_easy_setopt(slot.easy, CURLOPT_BUFFERSIZE, 512L * 1024L);
    curl_easy_setopt(slot.easy, CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(slot.easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body_.size()));
    curl_easy_setopt(slot.easy, CURLOPT_POSTFIELDS, body_.c_str());
    curl_easy_setopt(slot.easy, CURLOPT_WRITEFUNCTION, Collect);
    curl_easy_setopt(slot.easy, CURLOPT_WRITEDATA, &slot.answer);
    curl_easy_setopt(slot.easy, CURLOPT_PRIVATE, &slot);
  }
}

BareMulti::~BareMulti() {
  for (const std::unique_ptr<Slot>& slot : slots_) {
    curl_multi_remove_handle(multi_, slot->easy);
    curl_easy_cleanup(slot->easy);
  }
  curl_multi_cleanup(multi_);
  curl_slist_free_all(headers_);
}

void BareMulti::Finish(const CURLMsg& message) {
  CURL* const easy = message.easy_handle;
  const CURLcode result = message.data.result;
  Slot* slot = nullptr;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &slot);
  long status = 0;  // NOLINT(google-runtime-int): it is libcurl's type.
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  Check(curl_multi_remove_handle(multi_, easy));
  if (result != CURLE_OK || status != 200) {
    throw std::runtime_error(fmt::format("bare multi: {}, status {}: {:.200}",
                                         curl_easy_strerror(result), status, slot->answer));
  }
  slot->answer.clear();
}

void BareMulti::Ask(std::size_t requests) {
  std::size_t started = 0;
  for (const std::unique_ptr<Slot>& slot : slots_) {
    if (started == requests) break;
    Check(curl_multi_add_handle(multi_, slot->easy));
    ++started;
  }
  std::size_t finished = 0;
  while (finished < requests) {
    int running = 0;
    Check(curl_multi_perform(multi_, &running));
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      CURL* const easy = message->easy_handle;
      Finish(*message);
      ++finished;
      if (started == requests) continue;
      Check(curl_multi_add_handle(multi_, easy));
      ++started;
    }
    if (finished < requests) Check(curl_multi_poll(multi_, nullptr, 0, 1000, nullptr));
  }
}

}  // namespace gatetest::benchmarks
