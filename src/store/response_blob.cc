#include "src/store/response_blob.h"

#include <fmt/format.h>
#include <zlib.h>

#include <cstddef>
#include <string_view>

#include "gatetest/error.h"
#include "src/store/response_json.h"

namespace gatetest::internal {
namespace {

constexpr char kPlainBlob = 'j';
constexpr char kCompressedBlob = 'z';
constexpr std::size_t kLargestPlain = 1024;
constexpr int kCompressionLevel = 6;
constexpr std::size_t kSizeBytes = 8;

/// Larger is no answer, but damage: its memory is not worth trying to get.
constexpr std::uint64_t kLargestJson = std::uint64_t{1} << 30;

/// zlib makes at most 1032 bytes of one, so that a small blob cannot ask for much memory.
constexpr std::uint64_t kLargestRatio = 1032;

std::string_view CharsOf(std::span<const std::uint8_t> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[noreturn]] void ThrowBlobError(const std::string& what) {
  throw Error(ErrorCode::kStoreFailed, "not a recorded response: " + what);
}

std::string Uncompress(std::span<const std::uint8_t> blob) {
  if (blob.size() < kSizeBytes) ThrowBlobError("it is cut off");
  std::uint64_t size = 0;
  for (std::size_t i = kSizeBytes; i-- > 0;) size = size << 8U | blob[i];
  const std::span<const std::uint8_t> compressed = blob.subspan(kSizeBytes);
  if (size > kLargestJson || size > kLargestRatio * compressed.size()) {
    ThrowBlobError(fmt::format("it claims to be of {} bytes", size));
  }
  std::string json(size, '\0');
  uLongf written = size;
  const int result = ::uncompress(reinterpret_cast<Bytef*>(json.data()), &written,
                                  compressed.data(), compressed.size());
  if (result != Z_OK || written != size) ThrowBlobError("its compressed bytes are damaged");
  return json;
}

}  // namespace

std::string ResponseToBlob(const Response& response) {
  const std::string json = ResponseToJson(response);
  if (json.size() <= kLargestPlain) return kPlainBlob + json;
  uLongf size = ::compressBound(json.size());
  std::string blob(1 + kSizeBytes + size, kCompressedBlob);
  for (std::size_t i = 0; i < kSizeBytes; ++i) {
    blob[1 + i] = static_cast<char>(static_cast<std::uint64_t>(json.size()) >> (8 * i) & 0xFFU);
  }
  const int result =
      ::compress2(reinterpret_cast<Bytef*>(blob.data() + 1 + kSizeBytes), &size,
                  reinterpret_cast<const Bytef*>(json.data()), json.size(), kCompressionLevel);
  blob.resize(1 + kSizeBytes + size);
  return result == Z_OK && blob.size() <= json.size() ? blob : kPlainBlob + json;
}

Response ResponseFromBlob(std::span<const std::uint8_t> blob) {
  if (blob.empty()) ThrowBlobError("it is empty");
  const std::span<const std::uint8_t> content = blob.subspan(1);
  if (blob[0] == kPlainBlob) return ResponseFromJson(CharsOf(content));
  if (blob[0] == kCompressedBlob) return ResponseFromJson(Uncompress(content));
  ThrowBlobError(fmt::format("it begins with the byte {}", blob[0]));
}

}  // namespace gatetest::internal
