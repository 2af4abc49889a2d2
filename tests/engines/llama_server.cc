#include "tests/engines/llama_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#ifdef __linux__
#include <sys/prctl.h>
#else
extern char** environ;
#endif

namespace gatetest::testing_support {
namespace {

constexpr std::chrono::seconds kPatience{60};

/// What execve() takes. Made before fork(): a child of several threads must not allocate.
class Strings {
 public:
  explicit Strings(std::vector<std::string> strings) : strings_(std::move(strings)) {
    for (std::string& string : strings_) pointers_.push_back(string.data());
    pointers_.push_back(nullptr);
  }
  Strings(const Strings&) = delete;
  Strings& operator=(const Strings&) = delete;
  char* const* get() const { return pointers_.data(); }

 private:
  std::vector<std::string> strings_;
  std::vector<char*> pointers_;
};

/// Ours without llama.cpp's own variables, which stand for arguments.
std::vector<std::string> Environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    if (!text.starts_with("LLAMA_")) variables.emplace_back(text);
  }
  return variables;
}

/// Of a GET, whose answer's body nobody needs; 0 for no answer.
int GetStatus(int port, const std::string& path) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  if (socket < 0) return 0;
  const timeval patience{.tv_sec = 5, .tv_usec = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<in_port_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const std::string request =
      "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";
  std::string answer;
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 &&
      ::send(socket, request.data(), request.size(), 0) == static_cast<ssize_t>(request.size())) {
    std::array<char, 512> buffer{};
    ssize_t size = 0;
    while ((size = ::recv(socket, buffer.data(), buffer.size(), 0)) > 0) {
      answer.append(buffer.data(), static_cast<std::size_t>(size));
    }
  }
  ::close(socket);
  constexpr std::string_view kProtocol = "HTTP/1.1 ";
  return answer.starts_with(kProtocol) ? std::atoi(answer.c_str() + kProtocol.size()) : 0;
}

/// The port that the server says it listens on, 0 if it has not yet said so.
int PortInLog(const std::filesystem::path& log) {
  std::ifstream file(log);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  constexpr std::string_view kWords = "listening on http://127.0.0.1:";
  const std::size_t found = text.rfind(kWords);
  if (found == std::string::npos || text.find('\n', found) == std::string::npos) return 0;
  return std::atoi(text.c_str() + found + kWords.size());
}

}  // namespace

std::string EngineProgram(const std::string& variable) {
  const char* const program = std::getenv(variable.c_str());
  if (program == nullptr) {
    throw std::runtime_error(variable + " is not set: run ./dev test --engines");
  }
  return program;
}

std::filesystem::path EmbeddedModel() {
  return std::filesystem::path(GATETEST_SOURCE_DIR) / "examples/embedded_model/data/model-f16.gguf";
}

LlamaServer::LlamaServer(LlamaServerOptions options) : options_(std::move(options)) { Start(); }

LlamaServer::~LlamaServer() { Kill(); }

void LlamaServer::Kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void LlamaServer::Restart() {
  Kill();
  Start();
}

int LlamaServer::HealthStatus() const { return GetStatus(port_, "/health"); }

std::string LlamaServer::LogTail() const {
  constexpr std::size_t kLines = 30;
  std::ifstream file(log_);
  std::deque<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    lines.push_back(line + "\n");
    if (lines.size() > kLines) lines.pop_front();
  }
  std::string tail;
  for (const std::string& line : lines) tail += line;
  return tail;
}

void LlamaServer::Start() {
  std::vector<std::string> command = {
      EngineProgram("GATETEST_LLAMA_SERVER"), "--model", EmbeddedModel().string(), "--alias",
      options_.alias, "--host", "127.0.0.1",
      // Its choice at first, and then the same again.
      "--port", std::to_string(port_),
      // No download, and no page for people.
      "--offline", "--no-webui",
      // Given, it also means that slots do not share a context.
      "--parallel", std::to_string(options_.slots), "--ctx-size",
      std::to_string(options_.slots * options_.context_per_slot),
      // Threads wait for each other by spinning, which is slow where other tests run.
      "--threads", "1"};
  if (!options_.api_key.empty()) {
    command.insert(command.end(), {"--api-key", options_.api_key});
  }
  command.insert(command.end(), options_.arguments.begin(), options_.arguments.end());
  const std::string log = log_.string();
  const Strings arguments(std::move(command));
  const Strings environment(Environment());

  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) {
#ifdef __linux__
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(127);  // Dead before that took effect.
#endif
    const int file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (file < 0 || ::dup2(file, STDOUT_FILENO) < 0 || ::dup2(file, STDERR_FILENO) < 0) {
      ::_exit(127);
    }
    ::execve(arguments.get()[0], arguments.get(), environment.get());
    ::_exit(127);
  }
  WaitUntilReady();
}

void LlamaServer::WaitUntilReady() {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (true) {
    if (port_ == 0) port_ = PortInLog(log_);
    if (port_ != 0 && HealthStatus() == 200) return;
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      pid_ = -1;
      ThrowWithLog(WIFEXITED(status)
                       ? "llama-server ended with " + std::to_string(WEXITSTATUS(status))
                       : "llama-server died of signal " + std::to_string(WTERMSIG(status)));
    }
    if (std::chrono::steady_clock::now() > deadline) {
      ThrowWithLog("llama-server was not ready within a minute");
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

void LlamaServer::ThrowWithLog(const std::string& what) {
  Kill();
  throw std::runtime_error(what + "; the end of its log:\n" + LogTail());
}

}  // namespace gatetest::testing_support
