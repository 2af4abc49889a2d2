// Rows of cells in columns as wide as their widest cell.
#ifndef GATETEST_SRC_TEXT_TABLE_H_
#define GATETEST_SRC_TEXT_TABLE_H_

#include <string>
#include <vector>

namespace gatetest::internal {

class Table {
 public:
  /// The first row has the columns' titles.
  explicit Table(std::vector<std::string> titles) { rows_.push_back(std::move(titles)); }

  /// As many cells as there are titles.
  void Add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  /// One line a row; two blanks between columns, none at the end. A column without any cell that
  /// has text is left out. The width of a character counts as one.
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_TEXT_TABLE_H_
