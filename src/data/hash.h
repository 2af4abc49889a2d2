// Hasher: XXH3-128 over a sequence of fields, the same on every platform.
// Each field goes in with its length before it, so moving a boundary between two changes the hash.
//
//   Hasher hasher;
//   hasher.Add("ab").Add("c");          // not the hash of "a", "bc"
//   const std::string text = hasher.Hex();   // 32 hexadecimal digits
#ifndef GATETEST_SRC_DATA_HASH_H_
#define GATETEST_SRC_DATA_HASH_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace gatetest::internal {

class Hasher {
 public:
  Hasher();
  ~Hasher();

  Hasher& Add(std::string_view field);
  /// How many fields follow, where that varies.
  Hasher& AddCount(std::uint64_t count);

  /// The hash of all that was added so far.
  std::string Hex() const;

 private:
  struct State;  // xxhash stays out of this header.
  std::unique_ptr<State> state_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_DATA_HASH_H_
