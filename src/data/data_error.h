// The errors of data files: "path:line: what", and how they quote what is in a file.
#ifndef GATETEST_SRC_DATA_DATA_ERROR_H_
#define GATETEST_SRC_DATA_DATA_ERROR_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gatetest::internal {

[[noreturn]] void FailData(const std::string& message);
[[noreturn]] void FailLine(const std::string& path, std::size_t line, const std::string& what);

/// `text` as a JSON string for a message: not too long, and with line breaks and the like escaped.
std::string QuoteJson(std::string_view text);

/// "id, prompt, answer", quoted only where that would mislead, and not without end.
std::string Listed(const std::vector<std::string>& names);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_DATA_DATA_ERROR_H_
