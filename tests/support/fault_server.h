// An HTTP server inside the test's process, which answers as the test says and misbehaves on
// request:
//
//   FaultServer server([](const HttpCall& call) { return Answer{.body = call.body}; });
//   Client client(server.url());
#ifndef GATETEST_TESTS_SUPPORT_FAULT_SERVER_H_
#define GATETEST_TESTS_SUPPORT_FAULT_SERVER_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/http_answer.h"
#include "tests/support/http_call.h"

namespace gatetest {

/// Speaks HTTP/1.1 on 127.0.0.1: connections that are kept, bodies of either kind, pipelines. One
/// thread serves all connections and never sleeps, so that any number of answers can be late at a
/// time.
class FaultServer {
 public:
  /// Called in the server's thread, one call at a time. What it throws is answered with status 500.
  using Handler = std::function<Answer(const HttpCall&)>;

  /// Listens. `port` 0: one that is free. `keep`: see SetKeep.
  explicit FaultServer(Handler handler, std::uint16_t port = 0, bool keep = false);
  ~FaultServer();
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::uint16_t port() const { return port_; }

  /// Resets all connections and refuses new ones, as if the server was killed. The handler may
  /// call it too: then the server dies as the handler returns, in place of an answer.
  void Stop();
  /// Listens again, on the same port. Not for the handler.
  void Start();

  /// Since the beginning, over all stops.
  /// @{
  std::size_t calls() const { return calls_; }              ///< Received as a whole.
  std::size_t connections() const { return connections_; }  ///< Accepted.
  /// The most calls that were being answered at one time. Only waits make it more than one or two.
  std::size_t most_at_once() const { return most_at_once_; }
  /// The answers whose client hung up before their end.
  std::size_t abandoned() const { return abandoned_; }
  /// @}
  std::size_t open_connections() const { return open_; }  ///< Now.

  /// Whether seen() has the calls that are received from now on.
  void SetKeep(bool keep) { keep_ = keep; }
  std::vector<HttpCall> seen() const;

 private:
  class Loop;

  void Listen();

  const Handler handler_;
  int reserved_ =
      -1;  ///< Bound to the port, never listening: the system gives the port to nobody else.
  std::uint16_t port_ = 0;

  std::mutex lifecycle_;
  std::thread thread_;
  std::atomic<std::thread::id> thread_id_;
  std::atomic<bool> stopping_ = false;
  int wake_ = -1;  ///< An eventfd.

  std::atomic<bool> keep_;
  std::atomic<std::size_t> calls_ = 0;
  std::atomic<std::size_t> connections_ = 0;
  std::atomic<std::size_t> most_at_once_ = 0;
  std::atomic<std::size_t> abandoned_ = 0;
  std::atomic<std::size_t> open_ = 0;
  mutable std::mutex seen_mutex_;
  std::vector<HttpCall> seen_;
};

}  // namespace gatetest

#endif  // GATETEST_TESTS_SUPPORT_FAULT_SERVER_H_
