// Other programs that a benchmark runs.
#ifndef GATETEST_TESTS_BENCHMARKS_CHILD_PROCESS_H_
#define GATETEST_TESTS_BENCHMARKS_CHILD_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace gatetest::benchmarks {

/// Its path in PATH or in /usr/sbin, where servers are; empty when it is in neither.
std::string FindProgram(std::string_view name);

/// Runs until it is stopped, and no longer than this process.
class ChildProcess {
 public:
  /// What it prints goes to `output_fd`; std::system_error when it cannot be started.
  ChildProcess(const std::vector<std::string>& command, int output_fd);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  bool running();

  struct End {
    int exit_code = 0;       ///< -1 when a signal ended it.
    double cpu_seconds = 0;  ///< Its processor time, user and system.
  };
  End Wait();

 private:
  pid_t pid_ = -1;
  bool ended_ = false;
  End end_;
};

struct Finished {
  std::string output;
  double cpu_seconds = 0;
};

/// Runs a program to its end; std::runtime_error, with what it printed, unless it exits with 0.
Finished RunToEnd(const std::vector<std::string>& command);

}  // namespace gatetest::benchmarks

#endif  // GATETEST_TESTS_BENCHMARKS_CHILD_PROCESS_H_
