#include "tests/support/fault_server.h"

#include <arpa/inet.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <exception>
#include <memory>
#include <queue>
#include <string_view>
#include <system_error>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace gatetest {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// How long a connection that was closed may take to be closed by the client too.
constexpr milliseconds kLongestGoodbye{1000};
/// After so many writes without a wait it is other connections' turn.
constexpr int kWritesInTurn = 64;

int Checked(int result, const char* what) {
  if (result < 0) throw std::system_error(errno, std::generic_category(), what);
  return result;
}

/// Bound to 127.0.0.1, also when connections of an earlier server on the port linger.
int BoundSocket(std::uint16_t port) {
  const int fd =
      Checked(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
  const int on = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(fd);
    throw std::system_error(error, std::generic_category(),
                            "bind 127.0.0.1:" + std::to_string(port));
  }
  return fd;
}

std::uint16_t PortOf(int fd) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  Checked(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), "getsockname");
  return ntohs(address.sin_port);
}

/// Closes a socket so that the other end gets an error in place of an end.
void CloseWithReset(int fd) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  ::close(fd);
}

enum class State {
  kReading,  ///< Nothing is being answered.
  kWriting,
  kWaiting,   ///< For a timer, then kWriting.
  kStalled,   ///< For nothing.
  kGoodbye,   ///< We closed; the client has not, yet.
  kFinished,  ///< To be closed.
  kReset,     ///< To be reset.
};

struct Connection {
  int fd = -1;
  std::uint64_t id = 0;
  State state = State::kReading;
  HttpCallReader reader;
  AnswerWriter writer;
  bool is_answering = false;
  bool has_waited = true;   ///< Before the write that comes next.
  std::uint64_t timer = 0;  ///< The number of the timer that it waits for.
  std::string out;
  std::size_t sent = 0;
};

struct Timer {
  Clock::time_point when;
  std::uint64_t number;
  std::uint64_t connection;

  bool operator>(const Timer& other) const {
    return std::tie(when, number) > std::tie(other.when, other.number);
  }
};

}  // namespace

/// What happens between a start and a stop, all of it in the server's thread.
class FaultServer::Loop {
 public:
  Loop(FaultServer& server, int listener, int epoll)
      : server_(server), listener_(listener), epoll_(epoll) {}
  ~Loop();

  void Run();

 private:
  void Accept();
  void OnEvent(Connection& connection, std::uint32_t events);
  bool Read(Connection& connection, std::uint32_t events);  ///< Whether the client is still there.
  void Serve(Connection& connection);
  bool TakeCall(Connection& connection);
  void Begin(Connection& connection, Answer answer, const HttpCall& call, bool closes);
  bool Write(Connection& connection);  ///< Whether more can be done now.
  bool Flush(Connection& connection);  ///< Whether all is sent.
  bool Finish(Connection& connection);
  Answer AskHandler(const HttpCall& call);
  void SayGoodbye(Connection& connection);
  void WaitFor(Connection& connection, milliseconds wait);
  void RunTimers();
  int Timeout() const;
  void CloseIfFinished(Connection& connection);

  FaultServer& server_;
  const int listener_;
  const int epoll_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections_;
  std::priority_queue<Timer, std::vector<Timer>, std::greater<>> timers_;
  std::uint64_t next_timer_ = 1;
  std::size_t at_once_ = 0;
  std::array<char, 1 << 16> buffer_{};
};

FaultServer::Loop::~Loop() {
  ::close(listener_);
  for (const auto& [id, connection] : connections_) CloseWithReset(connection->fd);
  ::close(epoll_);
  server_.open_ = 0;
}

void FaultServer::Loop::Run() {
  std::array<epoll_event, 256> events{};
  while (!server_.stopping_) {
    const int count =
        ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), Timeout());
    for (int i = 0; i < count && !server_.stopping_; ++i) {
      const epoll_event& event = events.at(static_cast<std::size_t>(i));
      if (event.data.u64 == 0) {
        Accept();
        continue;
      }
      const auto found = connections_.find(event.data.u64);
      if (found != connections_.end()) OnEvent(*found->second, event.events);
    }
    RunTimers();
  }
}

void FaultServer::Loop::Accept() {
  for (;;) {
    const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    auto connection = std::make_unique<Connection>();
    connection->fd = fd;
    connection->id = ++server_.connections_;
    ++server_.open_;
    epoll_event event{};
    event.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
    event.data.u64 = connection->id;
    ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    connections_.emplace(connection->id, std::move(connection));
  }
}

void FaultServer::Loop::OnEvent(Connection& connection, std::uint32_t events) {
  const bool is_there = Read(connection, events);
  Serve(connection);
  if (!is_there && connection.state != State::kReset) connection.state = State::kFinished;
  CloseIfFinished(connection);
}

bool FaultServer::Loop::Read(Connection& connection, std::uint32_t events) {
  if ((events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0) return true;
  const bool ends = (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
  for (;;) {
    const ssize_t size = ::recv(connection.fd, buffer_.data(), buffer_.size(), 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return true;
    if (size <= 0) return false;
    const auto read = static_cast<std::size_t>(size);
    if (connection.state != State::kGoodbye) connection.reader.Append({buffer_.data(), read});
    // Less than there was room for is all there was; what comes later is another event.
    if (read < buffer_.size() && !ends) return true;
  }
}

void FaultServer::Loop::Serve(Connection& connection) {
  bool goes_on = true;
  while (goes_on) {
    switch (connection.state) {
      case State::kReading:
        goes_on = TakeCall(connection);
        break;
      case State::kWriting:
        goes_on = Write(connection);
        break;
      default:
        goes_on = false;
    }
  }
}

bool FaultServer::Loop::TakeCall(Connection& connection) {
  HttpCall call;
  switch (connection.reader.Next(call)) {
    case HttpCallReader::Found::kNothing:
      if (connection.reader.TakeExpectation()) {
        connection.out += "HTTP/1.1 100 Continue\r\n\r\n";
        Flush(connection);
      }
      return false;
    case HttpCallReader::Found::kNonsense:
      Begin(connection, {.status = 400, .body = "this is not HTTP/1.1"}, call, true);
      return true;
    case HttpCallReader::Found::kCall:
      break;
  }
  call.connection = connection.id;
  call.number = server_.calls_++;
  if (server_.keep_) {
    const std::lock_guard lock(server_.seen_mutex_);
    server_.seen_.push_back(call);
  }
  Answer answer = AskHandler(call);
  if (server_.stopping_) return false;  // The handler stopped us.
  Begin(connection, std::move(answer), call, connection.reader.closes());
  return true;
}

void FaultServer::Loop::Begin(Connection& connection, Answer answer, const HttpCall& call,
                              bool closes) {
  connection.writer = AnswerWriter(std::move(answer), call, closes);
  connection.is_answering = true;
  connection.has_waited = true;
  server_.most_at_once_ = std::max<std::size_t>(server_.most_at_once_, ++at_once_);
  connection.state = State::kWriting;
  const milliseconds before = connection.writer.answer().before;
  if (before > milliseconds(0)) WaitFor(connection, before);
}

bool FaultServer::Loop::Write(Connection& connection) {
  const milliseconds between = connection.writer.answer().between;
  for (int writes = 0; writes < kWritesInTurn; ++writes) {
    if (!Flush(connection)) return false;  // Goes on when there is room.
    if (connection.writer.done()) return Finish(connection);
    if (between > milliseconds(0) && !std::exchange(connection.has_waited, true)) {
      WaitFor(connection, between);
      return false;
    }
    connection.writer.Next(connection.out);
    connection.has_waited = false;
  }
  WaitFor(connection, milliseconds(0));
  return false;
}

bool FaultServer::Loop::Flush(Connection& connection) {
  while (connection.sent < connection.out.size()) {
    const ssize_t size = ::send(connection.fd, connection.out.data() + connection.sent,
                                connection.out.size() - connection.sent, MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) {
      if (errno != EAGAIN && errno != EWOULDBLOCK) connection.state = State::kFinished;
      return false;
    }
    connection.sent += static_cast<std::size_t>(size);
  }
  connection.out.clear();
  connection.sent = 0;
  return true;
}

bool FaultServer::Loop::Finish(Connection& connection) {
  using Break = Answer::Break;
  const Break how = connection.writer.answer().how;
  if (how == Break::kStall) {
    connection.state = State::kStalled;
    return false;
  }
  if (how == Break::kResetInBody) {
    // A reset drops what the client has not been sent yet.
    int unsent = 0;
    if (::ioctl(connection.fd, SIOCOUTQNSD, &unsent) == 0 && unsent > 0) {
      WaitFor(connection, milliseconds(1));
      return false;
    }
  }
  connection.is_answering = false;
  --at_once_;
  if (how == Break::kResetBeforeStatus || how == Break::kResetInBody) {
    connection.state = State::kReset;
  } else if (how != Break::kNone || connection.writer.closes()) {
    SayGoodbye(connection);
  } else {
    connection.state = State::kReading;
  }
  return true;
}

Answer FaultServer::Loop::AskHandler(const HttpCall& call) {
  const auto failed = [](const char* what) {
    return Answer{.status = 500, .headers = {{"Content-Type", "text/plain"}}, .body = what};
  };
  try {
    return server_.handler_(call);
  } catch (const std::exception& error) {
    return failed(error.what());
  } catch (...) {
    return failed("the handler threw something that is no std::exception");
  }
}

/// Closing a socket at once would reset it if the client has sent more than we read.
void FaultServer::Loop::SayGoodbye(Connection& connection) {
  ::shutdown(connection.fd, SHUT_WR);
  WaitFor(connection, kLongestGoodbye);
  connection.state = State::kGoodbye;
}

void FaultServer::Loop::WaitFor(Connection& connection, milliseconds wait) {
  connection.state = State::kWaiting;
  connection.timer = next_timer_++;
  timers_.push({Clock::now() + wait, connection.timer, connection.id});
}

void FaultServer::Loop::RunTimers() {
  if (timers_.empty()) return;
  // Those that these set wait for the next round.
  const Timer latest{Clock::now(), next_timer_ - 1, 0};
  while (!timers_.empty() && !(timers_.top() > latest) && !server_.stopping_) {
    const Timer timer = timers_.top();
    timers_.pop();
    const auto found = connections_.find(timer.connection);
    if (found == connections_.end() || found->second->timer != timer.number) continue;
    Connection& connection = *found->second;
    if (connection.state == State::kGoodbye) connection.state = State::kFinished;
    if (connection.state == State::kWaiting) connection.state = State::kWriting;
    Serve(connection);
    CloseIfFinished(connection);
  }
}

int FaultServer::Loop::Timeout() const {
  if (timers_.empty()) return -1;
  const auto wait = std::chrono::ceil<milliseconds>(timers_.top().when - Clock::now()).count();
  return static_cast<int>(std::clamp<decltype(wait)>(wait, 0, 60'000));
}

void FaultServer::Loop::CloseIfFinished(Connection& connection) {
  if (connection.state == State::kReset) {
    CloseWithReset(connection.fd);
  } else if (connection.state == State::kFinished) {
    ::close(connection.fd);
  } else {
    return;
  }
  if (connection.is_answering) {
    --at_once_;
    ++server_.abandoned_;
  }
  --server_.open_;
  connections_.erase(connection.id);
}

FaultServer::FaultServer(Handler handler, std::uint16_t port, bool keep)
    : handler_(std::move(handler)), keep_(keep) {
  reserved_ = BoundSocket(port);
  try {
    port_ = PortOf(reserved_);
    wake_ = Checked(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd");
    Start();
  } catch (...) {
    if (wake_ >= 0) ::close(wake_);
    ::close(reserved_);
    throw;
  }
}

FaultServer::~FaultServer() {
  Stop();
  ::close(wake_);
  ::close(reserved_);
}

void FaultServer::Stop() {
  stopping_ = true;
  if (thread_id_ == std::this_thread::get_id()) return;
  const std::lock_guard lock(lifecycle_);
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
  thread_.join();
}

void FaultServer::Start() {
  const std::lock_guard lock(lifecycle_);
  if (thread_.joinable()) {
    if (!stopping_) return;
    thread_.join();
  }
  Listen();
}

void FaultServer::Listen() {
  std::uint64_t wakes = 0;
  [[maybe_unused]] const ssize_t taken = ::read(wake_, &wakes, sizeof wakes);
  stopping_ = false;
  const int listener = BoundSocket(port_);
  const int epoll = ::epoll_create1(EPOLL_CLOEXEC);
  auto loop = std::make_unique<Loop>(*this, listener, epoll);
  Checked(epoll, "epoll_create1");
  Checked(::listen(listener, 4096), "listen 127.0.0.1");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.u64 = 0;
  Checked(::epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &event), "epoll_ctl");
  event.data.u64 = ~std::uint64_t{0};  // No connection's: it only ends the wait.
  Checked(::epoll_ctl(epoll, EPOLL_CTL_ADD, wake_, &event), "epoll_ctl");
  thread_ = std::thread([this, loop = std::move(loop)]() mutable {
    thread_id_ = std::this_thread::get_id();
    loop->Run();
    loop.reset();
    thread_id_ = std::thread::id();
  });
}

std::vector<HttpCall> FaultServer::seen() const {
  const std::lock_guard lock(seen_mutex_);
  return seen_;
}

}  // namespace gatetest
