#include "src/text/show.h"

#include <fmt/format.h>

#include <cmath>

#include "src/text/utf8.h"

namespace gatetest::internal {
namespace {

constexpr int kDecimals = 4;
constexpr int kMostDecimals = 17;

}  // namespace

std::string ShowNumber(double value) {
  if (std::isinf(value)) return value > 0.0 ? "infinite" : "-infinite";
  return fmt::format("{:.{}f}", value, kDecimals);
}

std::string ShowBeside(double value, double other) {
  if (!std::isfinite(value) || !std::isfinite(other) || value == other) return ShowNumber(value);
  for (int decimals = kDecimals; decimals < kMostDecimals; ++decimals) {
    const std::string text = fmt::format("{:.{}f}", value, decimals);
    if (text != fmt::format("{:.{}f}", other, decimals)) return text;
  }
  return fmt::format("{:.17g}", value);
}

std::string Quote(std::string_view text, std::size_t max_bytes) {
  std::string quoted = "\"";
  for (std::size_t i = 0; i < text.size();) {
    if (i >= max_bytes) return quoted + "…\"";
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::string_view next = text.substr(i, 4);
    // The length of the character that begins here; 0: none does.
    std::size_t length = 1;
    while (length <= next.size() &&
           FindInvalidUtf8(next.substr(0, length)) != std::string_view::npos) {
      ++length;
    }
    if (length > next.size()) length = 0;
    if (byte == '\n') {
      quoted += "\\n";
    } else if (byte == '\t') {
      quoted += "\\t";
    } else if (byte == '"' || byte == '\\') {
      quoted += {'\\', text[i]};
    } else if (length == 0 || byte < 0x20 || byte == 0x7F) {
      quoted += fmt::format("\\x{:02X}", byte);
    } else {
      quoted += text.substr(i, length);
    }
    i += length == 0 ? 1 : length;
  }
  return quoted + "\"";
}

}  // namespace gatetest::internal
