#include <benchmark/benchmark.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "tests/benchmarks/benchmarks.h"
#include "tests/benchmarks/ratio_report.h"

namespace gatetest::benchmarks {
namespace {

namespace fs = std::filesystem;

/// The time the compiler takes for a source that includes `headers`; none when it fails.
std::optional<double> SecondsToCompile(const std::vector<std::string>& headers) {
  const fs::path source =
      fs::temp_directory_path() / ("gatetest_bench_" + std::to_string(getpid()) + ".cc");
  {
    std::ofstream file(source);
    for (const std::string& header : headers) file << "#include <" << header << ">\n";
  }
  std::string command = std::string("'") + GATETEST_CXX + "' -std=c++20 -O0 -c -o /dev/null";
  std::string_view directories = GATETEST_INCLUDES;
  while (!directories.empty()) {
    const std::size_t end = std::min(directories.find(':'), directories.size());
    command += " '-I" + std::string(directories.substr(0, end)) + "'";
    directories.remove_prefix(std::min(end + 1, directories.size()));
  }
  command += " '" + source.string() + "'";
  const Stopwatch stopwatch;
  const int status = std::system(command.c_str());
  const double seconds = stopwatch.seconds();
  fs::remove(source);
  return status == 0 ? std::optional(seconds) : std::nullopt;
}

void MeasureIncludeCost(benchmark::State& state) {
  for ([[maybe_unused]] auto iteration : state) {
    const std::optional<double> mock = SecondsToCompile({"gtest/gtest.h", "gmock/gmock.h"});
    const std::optional<double> facade = SecondsToCompile({"gatetest/gatetest.h"});
    if (!mock || !facade) return state.SkipWithError("the compiler failed");
    state.SetIterationTime(*facade);
    state.counters[kRatio] = *facade / *mock;
  }
}

}  // namespace

void RegisterIncludeCost(int repetitions) {
  benchmark::RegisterBenchmark("compiling gatetest/gatetest.h / gtest + gmock", MeasureIncludeCost)
      ->Iterations(1)
      ->Repetitions(repetitions)
      ->UseManualTime();
}

}  // namespace gatetest::benchmarks
