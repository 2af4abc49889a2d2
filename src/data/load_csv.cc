#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "src/data/csv.h"
#include "src/data/data_error.h"
#include "src/data/json_row.h"
#include "src/data/line_reader.h"
#include "src/data/load.h"
#include "src/data/sample_builder.h"
#include "src/data/text_file.h"

namespace gatetest::internal {
namespace {

/// A cell as the field of a row. A cell has no null and no array: an empty one stands for the
/// first, and the one for the choices holds the second as JSON.
JsonMember CellMember(const std::string& name, std::string cell, const Fields& fields) {
  if (name != fields.choices) return {name, JsonKind::kText, std::move(cell)};
  const JsonKind kind = cell.empty() ? JsonKind::kNull : JsonKind::kArray;
  return {name, kind, std::move(cell)};
}

}  // namespace

std::vector<Sample> LoadCsv(const std::filesystem::path& path, const Fields& fields) {
  const std::string name = PathText(path);
  LineReader lines(path);
  CsvReader csv(name, [&](std::string& line) { return lines.Next(line); });
  SampleBuilder samples(name, fields);
  const std::vector<std::string>& header = csv.header();
  if (std::ranges::find(header, fields.input) == header.end()) {
    samples.FailWithoutInput(csv.header_line(), header);
  }
  bool any = false;
  for (CsvRow row; csv.Next(row); any = true) {
    Row members{row.line, {}};
    for (std::size_t i = 0; i < header.size(); ++i) {
      members.members.push_back(CellMember(header[i], std::move(row.cells[i]), fields));
    }
    samples.Add(members);
  }
  if (!any) FailData(fmt::format("{}: no samples: the file has no row after its header", name));
  return samples.Finish();
}

}  // namespace gatetest::internal
