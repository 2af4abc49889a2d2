// The seal of a recording: what its header says of the lines below it.
#ifndef GATETEST_SRC_STORE_RECORDING_SEAL_H_
#define GATETEST_SRC_STORE_RECORDING_SEAL_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatetest::internal {

/// How many answers there are, and a digest of them. Git merges two recordings line by line, and
/// then one header stands over answers of two builds: the seal does not fit them. The order of the
/// lines, how they are formatted, and how they end make no difference.
struct RecordingSeal {
  std::size_t answers = 0;
  std::uint64_t digest = 0;

  /// Of each key once. `request_key`: its 32 digits. `check` stands for the answer.
  void Add(std::string_view request_key, std::string_view check);
  bool operator==(const RecordingSeal&) const = default;
};

/// "120:0123456789abcdef".
std::string SealToText(const RecordingSeal& seal);

/// False for what SealToText does not write.
bool SealFromText(std::string_view text, RecordingSeal& seal);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_RECORDING_SEAL_H_
