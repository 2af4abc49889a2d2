// An asker: one Store object of one process, which the others can see to be alive.
#ifndef GATETEST_SRC_STORE_ASKER_H_
#define GATETEST_SRC_STORE_ASKER_H_

#include <cstdint>
#include <filesystem>

namespace gatetest::internal {

/// Holds a lock on one byte of a file, at the position that is its number. The kernel takes it back
/// however the process dies. A child of fork() shares it, until it executes another program: as
/// long as one of the two lives, so does the asker.
///
/// Where the system has no locks of open files (F_OFD_SETLK) they are the process's: two Stores of
/// one process on one file then take each other for dead.
class Asker {
 public:
  /// Makes the file if need be. Throws Error(kStoreFailed).
  explicit Asker(const std::filesystem::path& file);
  ~Asker();
  Asker(const Asker&) = delete;
  Asker& operator=(const Asker&) = delete;

  /// By chance, so that no two have the same, not even one after the other.
  std::int64_t number() const { return number_; }

  bool IsAlive(std::int64_t number) const;

 private:
  const std::filesystem::path file_;
  int descriptor_ = -1;
  std::int64_t number_ = 0;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_ASKER_H_
