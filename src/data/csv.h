// CsvReader: the rows of a CSV file with a header line (RFC 4180; lines may end in LF or CRLF).
// It is strict where leniency would move text from one cell to another unseen.
//
//   CsvReader csv("data/x.csv", [&](std::string& line) { return lines.Next(line); });
//   for (CsvRow row; csv.Next(row);) Use(csv.header(), row.cells);
#ifndef GATETEST_SRC_DATA_CSV_H_
#define GATETEST_SRC_DATA_CSV_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "gatetest/dataset.h"

namespace gatetest::internal {

/// Puts the file's next line, without its line feed, into `line`; false at the end of the file.
using NextLine = std::function<bool(std::string& line)>;

struct CsvRow {
  std::size_t line = 0;  ///< Where it begins, counted from 1 in lines of the file.
  std::vector<std::string> cells = {};
};

class CsvReader {
 public:
  /// Reads the header. `path` is for messages. A quoted cell may run over many lines;
  /// `max_row_bytes` keeps a quote that is never closed from reading the whole file into memory.
  /// Throws Error(kInvalidData) when there is no header, or a column's name appears twice.
  CsvReader(std::string path, NextLine next_line, std::size_t max_row_bytes = kMaxLineBytes);

  const std::vector<std::string>& header() const { return header_.cells; }
  std::size_t header_line() const { return header_.line; }

  /// The next row, with as many cells as the header; false when there is none. Blank lines between
  /// rows are passed over.
  /// Throws Error(kInvalidData) with "path:line: ...".
  bool Next(CsvRow& row);

 private:
  bool FetchLine();
  bool ReadRow(CsvRow& row);
  std::string PlainCell();
  std::string QuotedCell();
  bool AtCellEnd();
  void CheckHeader() const;
  [[noreturn]] void Fail(std::size_t line, const std::string& what) const;

  const std::string path_;
  const NextLine next_line_;
  const std::size_t max_row_bytes_;
  CsvRow header_;
  std::string line_;             ///< The line being read ...
  std::size_t line_number_ = 0;  ///< ... its number ...
  std::size_t at_ = 0;           ///< ... and the position in it.
  std::size_t row_line_ = 0;
  std::size_t row_bytes_ = 0;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_DATA_CSV_H_
