#include "src/text/show.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cmath>
#include <cstring>

#include "src/text/utf8.h"

namespace gatetest::internal {
namespace {

constexpr int kDecimals = 4;
constexpr int kMostDecimals = 17;

/// Of one well-formed character: U+0000 to U+001F, and U+007F to U+009F, which terminals obey too.
bool IsControl(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (first < 0x80) return first < 0x20 || first == 0x7F;
  return first == 0xC2 && static_cast<unsigned char>(character[1]) < 0xA0;
}

/// Four, and for what would nearly vanish behind these as many as show three of its digits, but for
/// zeros at the end.
int DecimalsOf(double value) {
  const double size = std::abs(value);
  if (!(size > 0.0 && size < 0.001)) return kDecimals;
  int decimals = std::min(kMostDecimals, 2 - static_cast<int>(std::floor(std::log10(size))));
  const std::string text = fmt::format("{:.{}f}", size, decimals);
  for (auto digit = text.rbegin(); *digit == '0' && decimals > kDecimals; ++digit) --decimals;
  return decimals;
}

}  // namespace

std::string ShowNumber(double value) {
  if (std::isinf(value)) return value > 0.0 ? "infinite" : "-infinite";
  return fmt::format("{:.{}f}", value, DecimalsOf(value));
}

std::string ShowBeside(double value, double other) {
  if (!std::isfinite(value) || !std::isfinite(other) || value == other) return ShowNumber(value);
  const int fewest = std::max(DecimalsOf(value), DecimalsOf(other));
  for (int decimals = fewest; decimals < kMostDecimals; ++decimals) {
    std::string text = fmt::format("{:.{}f}", value, decimals);
    if (text != fmt::format("{:.{}f}", other, decimals)) return text;
  }
  return fmt::format("{:.17g}", value);
}

std::string ShowCount(double count, std::string_view plural) {
  if (count == 1.0 && plural.ends_with('s')) plural.remove_suffix(1);
  return fmt::format("{:.0f} {}", count, plural);
}

std::string ShowGrouped(std::int64_t number) {
  std::string digits = std::to_string(number);
  const std::size_t first = digits.front() == '-' ? 1 : 0;
  for (std::size_t at = digits.size(); at > 3 + first;) digits.insert(at -= 3, ",");
  return digits;
}

std::string ShowMany(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", ShowGrouped(static_cast<std::int64_t>(count)), what,
                     count == 1 ? "" : "s");
}

std::string ShowDay(std::int64_t seconds_since_1970) {
  // fmt's and libc's ways to do this need a time zone or a buffer; std::chrono's need neither.
  const std::chrono::sys_days day = std::chrono::floor<std::chrono::days>(
      std::chrono::sys_seconds(std::chrono::seconds(seconds_since_1970)));
  const std::chrono::year_month_day date(day);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

std::string ShellQuoted(const std::string& text) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::strchr("_-./=,:+@%", c) != nullptr;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string Quote(std::string_view text, std::size_t max_bytes) {
  std::string quoted = "\"";
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::string_view next = text.substr(i, 4);
    // The length of the character that begins here; 0: none does.
    std::size_t length = 1;
    while (length <= next.size() &&
           FindInvalidUtf8(next.substr(0, length)) != std::string_view::npos) {
      ++length;
    }
    if (length > next.size()) length = 0;
    const std::size_t size = std::max<std::size_t>(length, 1);
    if (i + size > max_bytes) return quoted + "…\"";
    if (byte == '\n') {
      quoted += "\\n";
    } else if (byte == '\t') {
      quoted += "\\t";
    } else if (byte == '"' || byte == '\\') {
      quoted += {'\\', text[i]};
    } else if (length == 0 || IsControl(text.substr(i, size))) {
      for (const char c : text.substr(i, size)) {
        quoted += fmt::format("\\x{:02X}", static_cast<unsigned char>(c));
      }
    } else {
      quoted += text.substr(i, size);
    }
    i += size;
  }
  return quoted + "\"";
}

}  // namespace gatetest::internal
