#include <string>
#include <utility>

#include "src/data/data_error.h"
#include "src/data/json_row.h"
#include "src/data/line_reader.h"
#include "src/data/load.h"
#include "src/data/sample_builder.h"
#include "src/data/text_file.h"

namespace gatetest::internal {

std::vector<Sample> LoadJsonl(const std::filesystem::path& path, const Fields& fields) {
  const std::string name = PathText(path);
  LineReader lines(path);
  SampleBuilder samples(name, fields);
  for (std::string line; lines.Next(line);) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    JsonMembers row = ReadJson(line, JsonKind::kObject, "JSONL holds one whole object a line");
    if (!row.problem.empty()) FailLine(name, lines.number(), row.problem);
    samples.Add({lines.number(), std::move(row.list)});
  }
  return samples.Finish();
}

}  // namespace gatetest::internal
