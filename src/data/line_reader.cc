#include "src/data/line_reader.h"

#include <fmt/format.h>

#include "gatetest/dataset.h"
#include "src/data/data_error.h"
#include "src/data/text_file.h"

namespace gatetest::internal {

LineReader::LineReader(const std::filesystem::path& path)
    : path_(PathText(path)), file_(OpenFile(path)) {}

bool LineReader::Next(std::string& line) {
  line.clear();
  if (!Refill()) return false;
  ++number_;
  while (Refill()) {
    const std::size_t end = rest_.find('\n');
    Append(line, rest_.substr(0, end));
    rest_.remove_prefix(end == std::string::npos ? rest_.size() : end + 1);
    if (end != std::string::npos) break;
  }
  if (number_ == 1 && line.starts_with(kByteOrderMark)) line.erase(0, kByteOrderMark.size());
  const std::size_t bad = FindBadByte(line);
  if (bad != std::string::npos) FailBadByte(path_, number_, line, bad);
  return true;
}

bool LineReader::Refill() {
  if (!rest_.empty()) return true;
  rest_ = {chunk_.data(), ReadSome(file_, path_, chunk_.data(), chunk_.size())};
  return !rest_.empty();
}

void LineReader::Append(std::string& line, std::string_view part) const {
  if (part.size() > kMaxLineBytes - line.size()) {
    FailLine(path_, number_,
             fmt::format("the line is longer than {} bytes; JSONL and CSV hold one sample a line "
                         "(a long text can be a .txt file of its own)",
                         kMaxLineBytes));
  }
  line += part;
}

}  // namespace gatetest::internal
