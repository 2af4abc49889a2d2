// A file descriptor, and writing to one.
#ifndef GATETEST_SRC_STORE_POSIX_FILE_H_
#define GATETEST_SRC_STORE_POSIX_FILE_H_

#include <filesystem>
#include <string_view>

namespace gatetest::internal {

/// Closed at the end, and when another program is executed.
class Descriptor {
 public:
  /// As open(2): look at errno when it is false.
  Descriptor(const std::filesystem::path& path, int flags);
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  explicit operator bool() const { return descriptor_ >= 0; }
  int get() const { return descriptor_; }
  /// Whoever calls this closes it.
  int Release();

 private:
  int descriptor_ = -1;
};

/// 0, or the errno.
int WriteAll(int descriptor, std::string_view bytes);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_POSIX_FILE_H_
