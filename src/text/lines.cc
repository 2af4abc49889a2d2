#include "src/text/lines.h"

#include <fmt/format.h>

#include <algorithm>

namespace gatetest::internal {

void Lines::Add(std::string_view label, std::string_view text) {
  bool first = true;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    text_ += first && !label.empty() ? fmt::format("{:>8}: ", label) : std::string(10, ' ');
    text_ += text.substr(begin, end - begin);
    text_ += '\n';
    first = false;
    begin = end + 1;
  }
}

}  // namespace gatetest::internal
