// LineReader: the lines of a text file, checked to be UTF-8.
//
//   LineReader lines("data/x.jsonl");
//   for (std::string line; lines.Next(line);) Use(lines.number(), line);
#ifndef GATETEST_SRC_DATA_LINE_READER_H_
#define GATETEST_SRC_DATA_LINE_READER_H_

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace gatetest::internal {

/// Never holds more than kMaxLineBytes of the file and a chunk in memory.
class LineReader {
 public:
  explicit LineReader(const std::filesystem::path& path);

  /// Of the latest line, counted from 1.
  std::size_t number() const { return number_; }

  /// Puts the next line into `line`, without its line feed (a carriage return stays: it may belong
  /// to a quoted cell); false at the file's end. Throws Error(kInvalidData) with "path:line: ...".
  bool Next(std::string& line);

 private:
  bool Refill();
  void Append(std::string& line, std::string_view part) const;

  const std::string path_;
  std::ifstream file_;
  std::vector<char> chunk_ = std::vector<char>(std::size_t{64} << 10U);
  std::string_view rest_;  ///< What of the chunk has not been given out.
  std::size_t number_ = 0;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_DATA_LINE_READER_H_
