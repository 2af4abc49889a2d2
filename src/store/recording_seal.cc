#include "src/store/recording_seal.h"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

#include "src/data/hash.h"

namespace gatetest::internal {
namespace {

constexpr std::size_t kDigits = 16;

bool ReadNumber(std::string_view text, int base, std::uint64_t& number) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && stop == text.data() + text.size();
}

}  // namespace

void RecordingSeal::Add(std::string_view request_key, std::string_view check) {
  const std::string digits = Hasher().Add(request_key).Add(check).Hex().substr(0, kDigits);
  std::uint64_t number = 0;
  ReadNumber(digits, 16, number);
  ++answers;
  digest ^= number;  // Whatever comes first.
}

std::string SealToText(const RecordingSeal& seal) {
  return fmt::format("{}:{:016x}", seal.answers, seal.digest);
}

bool SealFromText(std::string_view text, RecordingSeal& seal) {
  const std::size_t colon = text.find(':');
  std::uint64_t answers = 0;
  std::uint64_t digest = 0;
  if (colon == std::string_view::npos || text.size() != colon + 1 + kDigits ||
      !ReadNumber(text.substr(0, colon), 10, answers) ||
      !ReadNumber(text.substr(colon + 1), 16, digest)) {
    return false;
  }
  seal = {.answers = static_cast<std::size_t>(answers), .digest = digest};
  return true;
}

}  // namespace gatetest::internal
