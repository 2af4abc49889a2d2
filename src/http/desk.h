// Desk: the thread that reads answers and hands them over, beside the one that drives the network:
// a store that writes, or an answer of megabytes, keeps no connection waiting, and no clock.
#ifndef GATETEST_SRC_HTTP_DESK_H_
#define GATETEST_SRC_HTTP_DESK_H_

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "gatetest/model.h"
#include "src/http/exchange.h"
#include "src/http/http_message.h"
#include "src/http/retry_policy.h"

namespace gatetest::internal {

class Desk {
 public:
  /// A good answer that is to be read by its exchange, which nobody else touches meanwhile; or,
  /// without an exchange, what is to be handed over as it is.
  struct Task {
    std::size_t slot = 0;
    Exchange* exchange = nullptr;
    HttpAnswer answer = {};
    /// Where the index, `retried`, and the time since the first attempt are known before.
    ResponseSink::Answer response = {};
  };

  /// What reading has shown.
  struct Result {
    std::size_t slot = 0;
    std::optional<Trouble> trouble = {};  ///< It was none.
    bool done = false;                    ///< It is, or will be, handed over.
    std::vector<std::string> retried = {};
  };

  using Receive = std::function<void(std::vector<ResponseSink::Answer>)>;
  /// `receive` and `wake` are called in the desk's thread: the first takes answers that are there
  /// at the same time, the second says that there are results.
  Desk(const Receive& receive, std::function<void()> wake);
  ~Desk();
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  void Put(Task task);

  /// Of the answers that are not read yet.
  std::size_t bytes() const { return bytes_; }

  /// Those since the last call. Rethrows what `receive` has thrown.
  std::vector<Result> Results();

  /// Waits until all that was put is handed over. Rethrows too.
  void Finish();

 private:
  void Work();
  void WorkOn(std::vector<Task> tasks);
  static Result Read(Task& task);
  void Rethrow();

  const Receive& receive_;
  const std::function<void()> wake_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Task> tasks_;
  std::vector<Result> results_;
  std::exception_ptr thrown_;
  std::atomic<std::size_t> bytes_{0};
  bool works_ = false;
  bool stops_ = false;
  std::thread thread_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_HTTP_DESK_H_
