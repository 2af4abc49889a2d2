// Runs a command and keeps what it says.
#ifndef GATETEST_TESTS_SUPPORT_RUN_PROCESS_H_
#define GATETEST_TESTS_SUPPORT_RUN_PROCESS_H_

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace gatetest::testing_support {

struct ProcessResult {
  int exit_code;       ///< 128 + the signal's number for a process that was killed.
  std::string output;  ///< stdout and stderr.
};

/// By /bin/sh.
inline ProcessResult RunProcess(const std::string& command) {
  ProcessResult result{.exit_code = -1, .output = {}};
  FILE* const pipe = ::popen(("(" + command + ") 2>&1").c_str(), "r");
  if (pipe == nullptr) return result;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    result.output.append(buffer.data(), size);
  }
  const int status = ::pclose(pipe);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return result;
}

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_SUPPORT_RUN_PROCESS_H_
