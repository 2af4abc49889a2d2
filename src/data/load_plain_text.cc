#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "src/data/data_error.h"
#include "src/data/load.h"
#include "src/data/text_file.h"

namespace gatetest::internal {
namespace {

namespace fs = std::filesystem;

std::string ReadWholeFile(const fs::path& path) {
  constexpr std::size_t kMaxBytes = std::size_t{1} << 30U;
  const std::string name = PathText(path);
  std::ifstream file = OpenFile(path);
  std::error_code ignored;
  const std::uintmax_t claimed = fs::file_size(path, ignored);
  // The size is only a hint (files in /proc have none, and a log may grow), so the limit also holds
  // for what is really read.
  std::string text;
  bool too_long = !ignored && claimed > kMaxBytes;
  if (!ignored && !too_long) text.reserve(static_cast<std::size_t>(claimed));
  std::vector<char> chunk(std::size_t{1} << 20U);
  while (!too_long) {
    const std::size_t count = ReadSome(file, name, chunk.data(), chunk.size());
    if (count == 0) return text;
    too_long = count > kMaxBytes - text.size();
    if (!too_long) text.append(chunk.data(), count);
  }
  FailData(
      fmt::format("{}: the file is longer than 1 GiB; a plain text is read whole: split it, or "
                  "make it JSONL with one document a line",
                  name));
}

}  // namespace

std::vector<Sample> LoadPlainText(const std::filesystem::path& path) {
  const std::string name = PathText(path);
  std::string text = ReadWholeFile(path);
  if (text.starts_with(kByteOrderMark)) text.erase(0, kByteOrderMark.size());
  const std::size_t bad = FindBadByte(text);
  if (bad != std::string::npos) {
    const auto line_feeds = std::ranges::count(std::string_view(text).substr(0, bad), '\n');
    FailBadByte(name, static_cast<std::size_t>(line_feeds) + 1, text, bad);
  }
  if (text.find_first_not_of(" \t\r\n\v\f") == std::string::npos) {
    FailData(fmt::format("{}: no samples: the file is empty or has only white space", name));
  }
  return {{.id = PathText(path.filename()), .input = std::move(text)}};
}

}  // namespace gatetest::internal
