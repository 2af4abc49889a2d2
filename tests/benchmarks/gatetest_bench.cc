// gatetest_bench [--repetitions=N] [--only=REGEX] [--json=FILE]: prints the table, and writes the
// same as JSON.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/benchmarks/benchmarks.h"
#include "tests/benchmarks/ratio_report.h"

namespace {

int Fail(const std::string& why, int exit_code) {
  std::cerr << "error: " << why << "\n";
  return exit_code;
}

}  // namespace

int main(int argc, char** argv) {
  int repetitions = 9;
  std::string only = "all";
  std::string json;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    const std::string_view value =
        argument.substr(std::min(argument.find('=') + 1, argument.size()));
    if (argument.starts_with("--repetitions=")) {
      const auto [end, error] =
          std::from_chars(value.data(), value.data() + value.size(), repetitions);
      if (error != std::errc() || end != value.data() + value.size() || repetitions < 1) {
        return Fail("--repetitions needs a number above 0", 2);
      }
    } else if (argument.starts_with("--only=")) {
      only = value;
    } else if (argument.starts_with("--json=")) {
      json = value;
    } else {
      return Fail("unknown argument " + std::string(argument) +
                      "; there are --repetitions=N, --only=REGEX and --json=FILE",
                  2);
    }
  }

  gatetest::benchmarks::RegisterGateOverhead(repetitions);
  gatetest::benchmarks::RegisterVerdictCost(repetitions);
  gatetest::benchmarks::RegisterSequenceCost(repetitions);
  gatetest::benchmarks::RegisterReplayCost(repetitions);
  gatetest::benchmarks::RegisterIncludeCost(repetitions);
  gatetest::benchmarks::RegisterEngineSpeed(repetitions);
  const std::vector<std::string> left_out = gatetest::benchmarks::RegisterHttpCost(repetitions);
  gatetest::benchmarks::RatioReport report;
  benchmark::RunSpecifiedBenchmarks(&report, only);

  for (const std::string& error : report.errors()) Fail(error, 1);
  if (!report.errors().empty()) return 1;
  if (report.figures().empty()) return Fail("no benchmark was run", 1);
  std::cout << gatetest::benchmarks::Table(report.figures(), left_out);
  if (!json.empty()) {
    std::ofstream file(json);
    file << gatetest::benchmarks::Json(report.figures(), left_out);
    if (!file.flush()) return Fail("cannot write " + json, 1);
  }
  return 0;
}
