#include "src/text/table.h"

#include <algorithm>
#include <cstddef>

namespace gatetest::internal {
namespace {

/// In characters: the bytes of UTF-8 that begin one.
std::size_t WidthOf(const std::string& cell) {
  return static_cast<std::size_t>(std::count_if(cell.begin(), cell.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

}  // namespace

std::string Table::text() const {
  std::vector<std::size_t> widths(rows_.front().size());
  for (std::size_t column = 0; column < widths.size(); ++column) {
    bool has_cells = false;
    for (std::size_t row = 1; row < rows_.size(); ++row) {
      const std::string& cell = rows_[row].at(column);
      has_cells = has_cells || !cell.empty();
      widths[column] = std::max(widths[column], WidthOf(cell));
    }
    widths[column] = has_cells ? std::max(widths[column], WidthOf(rows_.front()[column])) : 0;
  }
  std::string text;
  for (const std::vector<std::string>& row : rows_) {
    std::string line;
    std::size_t end = 0;  // Of the columns so far.
    for (std::size_t column = 0; column < widths.size(); ++column) {
      if (widths[column] == 0) continue;
      if (end > 0) end += 2;
      line.append(end - WidthOf(line), ' ');
      line += row[column];
      end += widths[column];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace gatetest::internal
