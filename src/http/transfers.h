// Transfers: HTTP requests under way, on libcurl's multi interface: one thread, many connections,
// which are kept.
#ifndef GATETEST_SRC_HTTP_TRANSFERS_H_
#define GATETEST_SRC_HTTP_TRANSFERS_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "gatetest/endpoint.h"
#include "src/http/http_message.h"

namespace gatetest::internal {

/// For one thread at a time.
class Transfers {
 public:
  /// `key`: the API key; empty: none is sent. Throws Error(kModelFailed) when libcurl cannot start.
  Transfers(const Endpoint& endpoint, const std::string& key);
  ~Transfers();
  Transfers(const Transfers&) = delete;
  Transfers& operator=(const Transfers&) = delete;

  /// Begins an attempt. `tag` comes back with its answer.
  void Start(std::size_t tag, HttpRequest request);

  using Finished = std::function<void(std::size_t tag, HttpAnswer answer)>;
  /// Waits until something happens, at most `wait`, and hands over what has finished. `finished`
  /// may call Start.
  void Drive(std::chrono::milliseconds wait, const Finished& finished);

  /// Ends the wait of Drive. From any thread.
  void Wake();

  /// Of those under way: none of them is heard of again.
  void Abort();

  std::size_t active() const { return active_.size(); }

 private:
  class Transfer;
  struct CurlMulti;

  void Finish(Transfer& transfer, int code, const Finished& finished);
  void EndTheSilent(const Finished& finished);
  std::unique_ptr<Transfer> Remove(const Transfer& transfer);

  const Endpoint endpoint_;
  const std::string query_;
  std::unique_ptr<CurlMulti> multi_;
  std::vector<std::unique_ptr<Transfer>> idle_;
  std::vector<std::unique_ptr<Transfer>> active_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_TRANSFERS_H_
