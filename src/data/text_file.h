// The bytes of a file, as UTF-8 text: opened, read and checked, with errors that name the file.
#ifndef GATETEST_SRC_DATA_TEXT_FILE_H_
#define GATETEST_SRC_DATA_TEXT_FILE_H_

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace gatetest::internal {

inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// UTF-8 on every platform, which path::string() is not.
std::string PathText(const std::filesystem::path& path);

/// Opens a regular file, and nothing else: a pipe without a writer would wait for ever.
/// Throws Error(kNotFound).
std::ifstream OpenFile(const std::filesystem::path& path);

/// Fills up to `size` bytes; fewer only at the file's end.
std::size_t ReadSome(std::ifstream& file, const std::string& path, char* to, std::size_t size);

/// The position of the first byte that no text file has: not UTF-8, or NUL (a binary file, UTF-16).
/// Or npos.
std::size_t FindBadByte(std::string_view text);

/// `text` begins at the start of a line, and `line` is the number of the one that position `at` is
/// in.
[[noreturn]] void FailBadByte(const std::string& path, std::size_t line, std::string_view text,
                              std::size_t at);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_DATA_TEXT_FILE_H_
