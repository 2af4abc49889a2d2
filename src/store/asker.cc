#include "src/store/asker.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <random>

#include "src/store/store_error.h"

namespace gatetest::internal {
namespace {

#ifdef F_OFD_SETLK
constexpr int kSetAskerLock = F_OFD_SETLK;
constexpr int kGetAskerLock = F_OFD_GETLK;
#else
constexpr int kSetAskerLock = F_SETLK;
constexpr int kGetAskerLock = F_GETLK;
#endif

struct flock AskerLock(std::int64_t number) {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = number;
  lock.l_len = 1;
  return lock;
}

}  // namespace

Asker::Asker(const std::filesystem::path& file) : file_(file) {
  do {
    descriptor_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && errno == EINTR);
  if (descriptor_ < 0) ThrowStoreErrno(file_, "opened", errno);
  std::random_device random;
  while (true) {
    // Far below the largest position there is in a file.
    const std::uint64_t high = random() & 0x3FFF'FFFFU;
    number_ = static_cast<std::int64_t>(high << 32U | (random() & 0xFFFF'FFFFU));
    struct flock lock = AskerLock(number_);
    if (::fcntl(descriptor_, kSetAskerLock, &lock) == 0) return;
    if (errno != EAGAIN && errno != EACCES && errno != EINTR) {
      const int error = errno;
      ::close(descriptor_);
      ThrowStoreErrno(file_, "locked", error);
    }
  }
}

Asker::~Asker() { ::close(descriptor_); }

bool Asker::IsAlive(std::int64_t number) const {
  if (number == number_) return true;  // One's own lock is in nobody's way.
  struct flock lock = AskerLock(number);
  if (::fcntl(descriptor_, kGetAskerLock, &lock) != 0) ThrowStoreErrno(file_, "read", errno);
  return lock.l_type != F_UNLCK;
}

}  // namespace gatetest::internal
