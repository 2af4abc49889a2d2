// Numbers and texts as messages show them.
#ifndef GATETEST_SRC_TEXT_SHOW_H_
#define GATETEST_SRC_TEXT_SHOW_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gatetest::internal {

/// Four decimals, and more of what is below 0.001 (0.00042); "infinite" for infinity.
std::string ShowNumber(double value);

/// Four decimals, or as many more as it takes not to look like `other` when it is not: 0.89996
/// beside 0.9 is not shown as 0.9000.
std::string ShowBeside(double value, double other);

/// "3 samples", "1 sample": `plural` is the word with an s.
std::string ShowCount(double count, std::string_view plural);

/// 1234567 as "1,234,567".
std::string ShowGrouped(std::int64_t number);

/// "1,234 samples", "1 sample": `what` is the word without its s.
std::string ShowMany(std::size_t count, std::string_view what);

/// "2026-11-20", in UTC.
std::string ShowDay(std::int64_t seconds_since_1970);

/// As a shell reads it back.
std::string ShellQuoted(const std::string& text);

/// In quotes on one line: control characters and bytes that are not UTF-8 escaped, at most
/// `max_bytes` of it, then an ellipsis.
std::string Quote(std::string_view text, std::size_t max_bytes = 60);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_TEXT_SHOW_H_
