// SampleBuilder: rows to samples by `Fields`, whatever kind of file they are from.
#ifndef GATETEST_SRC_DATA_SAMPLE_BUILDER_H_
#define GATETEST_SRC_DATA_SAMPLE_BUILDER_H_

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/dataset.h"
#include "src/data/json_row.h"

namespace gatetest::internal {

struct Row {
  std::size_t line = 0;
  std::vector<JsonMember> members;

  /// Null when it is not there. A field whose value is null is as good as missing.
  const JsonMember* Find(const std::string& name) const;
  std::vector<std::string> Names() const;
};

/// The positions of the first sample that has an earlier one's id, and of that one.
std::optional<std::pair<std::size_t, std::size_t>> FindDuplicate(
    const std::vector<Sample>& samples);

class SampleBuilder {
 public:
  /// `path` is for messages.
  SampleBuilder(std::string path, const Fields& fields) : path_(std::move(path)), fields_(fields) {}

  void Add(const Row& row);

  /// Checks what only all rows together show.
  std::vector<Sample> Finish();

  /// `names`: those that there are instead.
  [[noreturn]] void FailWithoutInput(std::size_t line, const std::vector<std::string>& names) const;

 private:
  std::string Text(const Row& row, const std::string& name) const;
  std::vector<std::string> Choices(const Row& row) const;
  std::map<std::string, std::string> Extra(const Row& row) const;
  void CheckName(const char* field, const std::string& name, const std::string& by_default) const;
  void CheckIds() const;

  const std::string path_;
  const Fields fields_;
  std::vector<Sample> samples_;
  std::vector<std::size_t> lines_;  ///< Where each sample begins.
  std::vector<std::size_t> with_id_, without_id_;
  std::set<std::string> names_;  ///< Of all fields seen.
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_DATA_SAMPLE_BUILDER_H_
