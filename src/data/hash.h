// Hasher: XXH3-128 over a sequence of fields, the same on every platform.
// Each field goes in with its length before it, so moving a boundary between two changes the hash.
//
//   Hasher hasher;
//   hasher.Add("ab").Add("c");          // not the hash of "a", "bc"
//   const std::string text = hasher.Hex();   // 32 hexadecimal digits
#ifndef GATETEST_SRC_DATA_HASH_H_
#define GATETEST_SRC_DATA_HASH_H_

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace gatetest::internal {

/// Two digits a byte.
std::string ToHex(std::span<const std::uint8_t> bytes);

/// XXH3-64 of a text that stays in memory: a word, say.
std::uint64_t ShortHash(std::string_view bytes);

class Hasher {
 public:
  Hasher();
  ~Hasher();

  Hasher& Add(std::string_view field);
  /// Without a length before it: pieces of one stream of bytes.
  Hasher& AddBytes(std::string_view bytes);
  /// How many fields follow, where that varies.
  Hasher& AddCount(std::uint64_t count);

  /// The hash of all that was added so far.
  /// @{
  std::array<std::uint8_t, 16> Bytes() const;
  std::string Hex() const;
  /// @}

 private:
  struct State;  // xxhash stays out of this header.
  std::unique_ptr<State> state_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_DATA_HASH_H_
