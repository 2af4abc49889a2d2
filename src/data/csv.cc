#include "src/data/csv.h"

#include <fmt/format.h>

#include <set>
#include <string_view>
#include <utility>

#include "gatetest/error.h"
#include "src/text/utf8.h"

namespace gatetest::internal {
namespace {

constexpr std::size_t kNone = std::string::npos;

bool IsBlank(const std::string& line) { return line.find_first_not_of(" \t\r") == kNone; }

}  // namespace

CsvReader::CsvReader(std::string path, NextLine next_line, std::size_t max_row_bytes)
    : path_(std::move(path)), next_line_(std::move(next_line)), max_row_bytes_(max_row_bytes) {
  if (!ReadRow(header_)) {
    throw Error(ErrorCode::kInvalidData,
                fmt::format("{}: no samples: the file is empty or has only blank lines; a CSV file "
                            "begins with a line that names its columns",
                            path_));
  }
  CheckHeader();
}

bool CsvReader::Next(CsvRow& row) {
  if (!ReadRow(row)) return false;
  if (row.cells.size() == header().size()) return true;
  Fail(row.line, fmt::format("the row has {} cell{}, but the header has {}; a cell with a comma, a "
                             "quote or a line break in it must be in double quotes",
                             row.cells.size(), row.cells.size() == 1 ? "" : "s", header().size()));
}

void CsvReader::CheckHeader() const {
  std::set<std::string> seen;
  for (const std::string& name : header()) {
    if (seen.insert(name).second) continue;
    Fail(header_.line, fmt::format("two columns are named \"{}\"; rename one", CutUtf8(name, 80)));
  }
}

bool CsvReader::ReadRow(CsvRow& row) {
  do {
    row_bytes_ = 0;
    row_line_ = line_number_ + 1;
    if (!FetchLine()) return false;
  } while (IsBlank(line_));
  row.line = line_number_;
  row.cells.clear();
  while (true) {
    row.cells.push_back(at_ < line_.size() && line_[at_] == '"' ? QuotedCell() : PlainCell());
    if (at_ == line_.size()) return true;
    ++at_;  // The comma.
  }
}

bool CsvReader::FetchLine() {
  at_ = 0;
  if (!next_line_(line_)) return false;
  ++line_number_;
  row_bytes_ += line_.size() + 1;
  if (row_bytes_ <= max_row_bytes_ + 1) return true;
  Fail(row_line_, fmt::format("the row that begins here is longer than {} bytes; is a quote in it "
                              "not closed?",
                              max_row_bytes_));
}

/// Leaves the position at the comma after the cell, or at the line's end.
std::string CsvReader::PlainCell() {
  const std::size_t comma = line_.find(',', at_);
  std::string cell = line_.substr(at_, comma == kNone ? kNone : comma - at_);
  at_ = comma == kNone ? line_.size() : comma;
  if (comma == kNone && cell.ends_with('\r')) cell.pop_back();  // The line ends in CRLF.
  if (cell.find('"') != kNone) {
    Fail(line_number_,
         "a double quote inside a cell that does not begin with one; put the whole cell in double "
         "quotes and write the quote in it twice");
  }
  if (cell.find('\r') != kNone) {
    Fail(line_number_,
         "a carriage return outside quotes; lines must end in LF or CRLF, and a cell with a line "
         "break in it must be in double quotes");
  }
  return cell;
}

/// Leaves the position at the comma after the closing quote, or at the line's end.
std::string CsvReader::QuotedCell() {
  const std::size_t opened_on = line_number_;
  std::string cell;
  ++at_;
  while (true) {
    const std::size_t quote = line_.find('"', at_);
    cell.append(line_, at_, quote == kNone ? kNone : quote - at_);
    if (quote == kNone) {
      cell += '\n';
      if (FetchLine()) continue;
      Fail(opened_on,
           "a quoted cell begins here and does not end; close it with a double quote (a quote "
           "inside a cell is written twice)");
    }
    at_ = quote + 1;
    if (AtCellEnd()) return cell;
    if (line_[at_] != '"') {
      Fail(line_number_,
           "text after a cell's closing quote; a quote inside a quoted cell is written twice");
    }
    cell += line_[at_++];
  }
}

bool CsvReader::AtCellEnd() {
  if (std::string_view(line_).substr(at_) == "\r") at_ = line_.size();  // The line ends in CRLF.
  return at_ == line_.size() || line_[at_] == ',';
}

void CsvReader::Fail(std::size_t line, const std::string& what) const {
  throw Error(ErrorCode::kInvalidData, fmt::format("{}:{}: {}", path_, line, what));
}

}  // namespace gatetest::internal
