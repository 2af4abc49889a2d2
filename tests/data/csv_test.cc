#include "src/data/csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "gatetest/error.h"

namespace gatetest::internal {
namespace {

using testing::ElementsAre;

using Cells = std::vector<std::string>;

/// A file's lines, from memory.
NextLine LinesOf(const std::string& text) {
  auto stream = std::make_shared<std::istringstream>(text);
  return [stream](std::string& line) { return static_cast<bool>(std::getline(*stream, line)); };
}

std::vector<CsvRow> Read(const std::string& text, std::size_t max_row_bytes = kMaxLineBytes) {
  CsvReader csv("x.csv", LinesOf(text), max_row_bytes);
  std::vector<CsvRow> rows = {{csv.header_line(), csv.header()}};
  for (CsvRow row; csv.Next(row);) rows.push_back(row);
  return rows;
}

std::vector<Cells> ReadCells(const std::string& text) {
  std::vector<Cells> cells;
  for (const CsvRow& row : Read(text)) cells.push_back(row.cells);
  return cells;
}

std::string ErrorOf(const std::string& text, std::size_t max_row_bytes = kMaxLineBytes) {
  try {
    Read(text, max_row_bytes);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalidData);
    return error.what();
  }
  return "no error";
}

TEST(CsvReader, ReadsHeaderAndRows) {
  EXPECT_THAT(ReadCells("a,b\n1,2\n3,4\n"),
              ElementsAre(Cells{"a", "b"}, Cells{"1", "2"}, Cells{"3", "4"}));
}

TEST(CsvReader, NeedsNoLineFeedAtTheEnd) {
  EXPECT_THAT(ReadCells("a,b\n1,2"), ElementsAre(Cells{"a", "b"}, Cells{"1", "2"}));
  EXPECT_THAT(ReadCells("a,b\n1,\"2\""), ElementsAre(Cells{"a", "b"}, Cells{"1", "2"}));
}

TEST(CsvReader, TakesCrlf) {
  EXPECT_THAT(ReadCells("a,b\r\n1,2\r\n\r\n3,\"4\"\r\n"),
              ElementsAre(Cells{"a", "b"}, Cells{"1", "2"}, Cells{"3", "4"}));
}

TEST(CsvReader, KeepsEmptyCellsAndSpaces) {
  EXPECT_THAT(ReadCells("a,b,c\n,,\n 1 ,\"\", 3\n"),
              ElementsAre(Cells{"a", "b", "c"}, Cells{"", "", ""}, Cells{" 1 ", "", " 3"}));
}

TEST(CsvReader, ReadsQuotedCells) {
  EXPECT_THAT(ReadCells("a,b\n\"1,2\",\"say \"\"hi\"\"\"\n\"\"\"\",x\n"),
              ElementsAre(Cells{"a", "b"}, Cells{"1,2", "say \"hi\""}, Cells{"\"", "x"}));
}

TEST(CsvReader, ReadsQuotedLineBreaksAsTheyAre) {
  EXPECT_THAT(ReadCells("a,b\n\"1\n\n2\",\"3\r\n4\"\r\n\"\n\",x\n"),
              ElementsAre(Cells{"a", "b"}, Cells{"1\n\n2", "3\r\n4"}, Cells{"\n", "x"}));
}

TEST(CsvReader, CountsLinesOfTheFile) {
  const std::vector<CsvRow> rows = Read("\na\n\n\"1\n2\n3\"\n\n4\n");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[0].line, 2U);
  EXPECT_EQ(rows[1].line, 4U);
  EXPECT_EQ(rows[2].line, 8U);
}

TEST(CsvReader, RefusesAFileWithoutHeader) {
  const char* const message =
      "x.csv: no samples: the file is empty or has only blank lines; a CSV file begins with a line "
      "that names its columns";
  EXPECT_EQ(ErrorOf(""), message);
  EXPECT_EQ(ErrorOf("\n \r\n\n"), message);
}

TEST(CsvReader, RefusesTwoColumnsOfOneName) {
  EXPECT_EQ(ErrorOf("\na,b,a\n1,2,3\n"), "x.csv:2: two columns are named \"a\"; rename one");
}

TEST(CsvReader, RefusesAnotherNumberOfCells) {
  EXPECT_EQ(ErrorOf("a,b\n1,2\n1,2,3\n"),
            "x.csv:3: the row has 3 cells, but the header has 2; a cell with a comma, a quote or a "
            "line break in it must be in double quotes");
  EXPECT_THAT(ErrorOf("a,b\n\"1\n\",2\n3\n"), testing::StartsWith("x.csv:4: the row has 1 cell,"));
}

TEST(CsvReader, NamesTheLineWhereAnOpenQuoteBegan) {
  const char* const message =
      "x.csv:3: a quoted cell begins here and does not end; close it with a double quote (a quote "
      "inside a cell is written twice)";
  EXPECT_EQ(ErrorOf("a,b\n1,2\n3,\"4\n5,6\n7,8\n"), message);
  EXPECT_EQ(ErrorOf("a,b\n1,2\n3,\""), message);
  EXPECT_EQ(ErrorOf("a,b\n1,2\n\"3\n\"\"\n"), message);
}

TEST(CsvReader, RefusesStrayQuotes) {
  EXPECT_EQ(
      ErrorOf("a,b\n1,5\" disk\n"),
      "x.csv:2: a double quote inside a cell that does not begin with one; put the whole cell "
      "in double quotes and write the quote in it twice");
  EXPECT_EQ(ErrorOf("a,b\n\"1\" ,2\n"),
            "x.csv:2: text after a cell's closing quote; a quote inside a quoted cell is written "
            "twice");
}

TEST(CsvReader, RefusesLinesThatEndInCarriageReturnsOnly) {
  EXPECT_THAT(ErrorOf("a,b\r1,2\r"), testing::StartsWith("x.csv:1: a carriage return outside"));
}

TEST(CsvReader, StopsAQuoteThatSwallowsTheFile) {
  EXPECT_EQ(
      ErrorOf("a\n1\n\"2\n3\n4\n5\n6\n", 6),
      "x.csv:3: the row that begins here is longer than 6 bytes; is a quote in it not closed?");
}

}  // namespace
}  // namespace gatetest::internal
