// The server that all clients of the HTTP benchmark are measured against.
#ifndef GATETEST_TESTS_BENCHMARKS_NGINX_SERVER_H_
#define GATETEST_TESTS_BENCHMARKS_NGINX_SERVER_H_

#include <cstddef>
#include <optional>
#include <string>

#include "tests/benchmarks/child_process.h"
#include "tests/benchmarks/temp_folder.h"

namespace gatetest::benchmarks {

/// nginx with one worker on a port of its own of 127.0.0.1. What is sent to it is read and not
/// looked at: it stands for a server that is never what one waits for.
class NginxServer {
 public:
  /// std::runtime_error, with what nginx said, when it does not start.
  explicit NginxServer(const std::string& program);

  /// Below it, /chat/completions and /completions answer with ChatAnswer.
  std::string base_url() const;

  /// Below it, the same two answer with PromptLogprobsAnswer.
  std::string large_base_url() const;
  std::size_t large_bytes() const { return large_bytes_; }

 private:
  bool Start(const std::string& program);

  TempFolder folder_;
  int port_ = 0;
  std::size_t large_bytes_ = 0;
  std::optional<ChildProcess> process_;  // Ends before its folder is removed.
};

}  // namespace gatetest::benchmarks

#endif  // GATETEST_TESTS_BENCHMARKS_NGINX_SERVER_H_
