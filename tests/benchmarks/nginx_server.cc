#include "tests/benchmarks/nginx_server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <thread>
#include <vector>

#include "tests/benchmarks/benchmarks.h"
#include "tests/benchmarks/http_bodies.h"

namespace gatetest::benchmarks {
namespace {

class Socket {
 public:
  Socket() : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "cannot make a socket");
  }
  ~Socket() { ::close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

sockaddr_in Local(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// Free now; by the time it is used, somebody else may have taken it.
int FreePort() {
  const Socket socket;
  sockaddr_in address = Local(0);
  socklen_t size = sizeof(address);
  if (::bind(socket.fd(), reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket.fd(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::system_error(errno, std::generic_category(), "there is no free port");
  }
  return ntohs(address.sin_port);
}

bool Listens(int port) {
  const Socket socket;
  const sockaddr_in address = Local(port);
  return ::connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

/// nginx answers a POST to a file with 405, hence error_page. What it would log would be measured
/// too. All its folders are ours: those it was built with need not be writable.
constexpr std::string_view kConfig = R"(
worker_processes 1;
daemon off;
pid {0}/nginx.pid;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  default_type application/json;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  sendfile on;
  tcp_nopush on;
  open_file_cache max=16;
  client_max_body_size 64m;
  client_body_buffer_size 1m;
  client_body_temp_path {0}/body;
  proxy_temp_path {0}/proxy;
  fastcgi_temp_path {0}/fastcgi;
  uwsgi_temp_path {0}/uwsgi;
  scgi_temp_path {0}/scgi;
  server {{
    listen 127.0.0.1:{1};
    root {0}/files;
    location = /v1/chat/completions {{ return 200 '{2}'; }}
    location = /v1/completions {{ return 200 '{2}'; }}
    location /large/ {{ error_page 405 =200 $uri; }}
  }}
}}
)";

void Write(const std::filesystem::path& path, std::string_view text) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::string Read(const std::filesystem::path& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace

NginxServer::NginxServer(const std::string& program) {
  const std::string large = PromptLogprobsAnswer(3'000, 20);
  large_bytes_ = large.size();
  for (const char* const name : {"completions", "chat/completions"}) {
    Write(folder_.path() / "files" / "large" / "v1" / name, large);
  }
  constexpr int kTries = 3;
  for (int i = 0; i < kTries; ++i) {
    if (Start(program)) return;
  }
  throw std::runtime_error("nginx does not start: " + Read(folder_.path() / "error.log"));
}

bool NginxServer::Start(const std::string& program) {
  port_ = FreePort();
  const std::filesystem::path& folder = folder_.path();
  const std::filesystem::path config = folder / "nginx.conf";
  const std::filesystem::path log = folder / "error.log";
  Write(config, fmt::format(kConfig, folder.string(), port_, ChatAnswer()));
  const int output = ::open((folder / "output").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  process_.emplace(std::vector<std::string>{program, "-p", folder.string(), "-c", config.string(),
                                            "-e", log.string()},
                   output);
  if (output >= 0) ::close(output);
  const Stopwatch stopwatch;
  while (stopwatch.seconds() < 10 && process_->running()) {
    if (Listens(port_)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  process_.reset();
  return false;
}

std::string NginxServer::base_url() const { return fmt::format("http://127.0.0.1:{}/v1", port_); }

std::string NginxServer::large_base_url() const {
  return fmt::format("http://127.0.0.1:{}/large/v1", port_);
}

}  // namespace gatetest::benchmarks
