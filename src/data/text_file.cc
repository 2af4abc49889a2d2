#include "src/data/text_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "gatetest/error.h"
#include "src/data/data_error.h"
#include "src/text/utf8.h"

namespace gatetest::internal {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void FailUnreadable(const std::string& path, const std::string& why) {
  throw Error(ErrorCode::kNotFound, fmt::format("{}: {}", path, why));
}

[[noreturn]] void FailMissing(const fs::path& path) {
  std::error_code ignored;
  std::string message = "no such file";
  if (path.is_relative()) {
    const fs::path here = fs::current_path(ignored);
    message += fmt::format(
        " (looked for {}); a relative path starts at the working directory: run the test from "
        "another one, or set it in CMake with gatetest_discover_tests(... WORKING_DIRECTORY ...)",
        PathText(here / path));
  } else {
    message += "; check the path";
  }
  FailUnreadable(PathText(path), message);
}

}  // namespace

std::string PathText(const fs::path& path) {
  const std::u8string text = path.u8string();
  return {text.begin(), text.end()};
}

std::ifstream OpenFile(const fs::path& path) {
  const std::string name = PathText(path);
  if (path.empty()) FailUnreadable("LoadDataset", "the path is empty; name a file");
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) FailMissing(path);
  if (!fs::status_known(status)) {
    FailUnreadable(name, fmt::format("cannot be read: {}", error.message()));
  }
  if (fs::is_directory(status)) FailUnreadable(name, "is a directory; name a file in it");
  if (!fs::is_regular_file(status)) FailUnreadable(name, "is not a regular file; copy it to one");
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (file) return file;
  FailUnreadable(name, fmt::format("cannot be opened: {}; check that this user may read it",
                                   std::generic_category().message(errno)));
}

std::size_t ReadSome(std::ifstream& file, const std::string& path, char* to, std::size_t size) {
  errno = 0;
  file.read(to, static_cast<std::streamsize>(size));
  if (!file.bad()) return static_cast<std::size_t>(file.gcount());
  FailUnreadable(path, fmt::format("reading failed: {}; is the disk or the network share still "
                                   "there?",
                                   std::generic_category().message(errno)));
}

std::size_t FindBadByte(std::string_view text) {
  const std::size_t invalid = FindInvalidUtf8(text);
  return std::min(invalid, text.substr(0, invalid).find('\0'));
}

void FailBadByte(const std::string& path, std::size_t line, std::string_view text, std::size_t at) {
  const std::size_t line_start = text.substr(0, at).rfind('\n') + 1;  // npos + 1 is 0.
  const std::size_t column = CountCodePoints(text.substr(line_start, at - line_start)) + 1;
  FailLine(path, line,
           fmt::format("byte 0x{:02X} at column {} is not UTF-8 text; save the file as UTF-8",
                       static_cast<unsigned char>(text[at]), column));
}

}  // namespace gatetest::internal
