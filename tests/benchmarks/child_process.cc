#include "tests/benchmarks/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace gatetest::benchmarks {
namespace {

double Seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

ChildProcess::End Ended(int status, const rusage& usage) {
  return {.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
          .cpu_seconds = Seconds(usage.ru_utime) + Seconds(usage.ru_stime)};
}

class Pipe {
 public:
  Pipe() {
    if (::pipe2(ends_, O_CLOEXEC) != 0) {
      throw std::system_error(errno, std::generic_category(), "cannot make a pipe");
    }
  }
  ~Pipe() {
    ::close(ends_[0]);
    CloseWriteEnd();
  }
  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  int write_end() const { return ends_[1]; }
  void CloseWriteEnd() {
    if (ends_[1] >= 0) ::close(ends_[1]);
    ends_[1] = -1;
  }
  std::string ReadAll() const {
    std::string text;
    char buffer[4096];
    for (;;) {
      const ssize_t count = ::read(ends_[0], buffer, sizeof(buffer));
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return text;
      text.append(buffer, static_cast<std::size_t>(count));
    }
  }

 private:
  int ends_[2] = {-1, -1};
};

}  // namespace

std::string FindProgram(std::string_view name) {
  const char* path = std::getenv("PATH");
  std::string folders = path == nullptr ? "" : path;
  folders += ":/usr/sbin";
  std::size_t start = 0;
  while (start <= folders.size()) {
    const std::size_t end = std::min(folders.find(':', start), folders.size());
    std::string file = fmt::format("{}/{}", folders.substr(start, end - start), name);
    std::error_code error;
    if (std::filesystem::is_regular_file(file, error) && ::access(file.c_str(), X_OK) == 0) {
      return file;
    }
    start = end + 1;
  }
  return "";
}

ChildProcess::ChildProcess(const std::vector<std::string>& command, int output_fd) {
  std::vector<char*> arguments;
  for (const std::string& argument : command) {
    arguments.push_back(const_cast<char*>(argument.c_str()));
  }
  arguments.push_back(nullptr);
  pid_ = ::fork();
  if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "cannot fork");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // However this process ends, no server stays behind.
    ::dup2(output_fd, STDOUT_FILENO);
    ::dup2(output_fd, STDERR_FILENO);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
}

ChildProcess::~ChildProcess() {
  if (ended_) return;
  ::kill(pid_, SIGTERM);
  Wait();
}

bool ChildProcess::running() {
  if (ended_) return false;
  int status = 0;
  rusage usage{};
  if (::wait4(pid_, &status, WNOHANG, &usage) == pid_) {
    ended_ = true;
    end_ = Ended(status, usage);
  }
  return !ended_;
}

ChildProcess::End ChildProcess::Wait() {
  while (!ended_) {
    int status = 0;
    rusage usage{};
    const pid_t pid = ::wait4(pid_, &status, 0, &usage);
    if (pid < 0 && errno == EINTR) continue;
    ended_ = true;
    if (pid == pid_) end_ = Ended(status, usage);
  }
  return end_;
}

Finished RunToEnd(const std::vector<std::string>& command) {
  Pipe pipe;
  ChildProcess child(command, pipe.write_end());
  pipe.CloseWriteEnd();
  Finished finished{.output = pipe.ReadAll()};
  const ChildProcess::End end = child.Wait();
  if (end.exit_code != 0) {
    throw std::runtime_error(
        fmt::format("{} failed ({}): {}", command.front(), end.exit_code, finished.output));
  }
  finished.cpu_seconds = end.cpu_seconds;
  return finished;
}

}  // namespace gatetest::benchmarks
