#include <benchmark/benchmark.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tests/benchmarks/benchmarks.h"
#include "tests/benchmarks/ratio_report.h"

namespace gatetest::benchmarks {
namespace {

namespace fs = std::filesystem;

/// Processor time of all child processes so far: steadier than the clock on the wall.
double ChildrensSeconds() {
  rusage usage{};
  getrusage(RUSAGE_CHILDREN, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

/// The processor time the compiler takes for a source that includes `headers`; none when it fails.
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
  const double before = ChildrensSeconds();
  const int status = std::system(command.c_str());
  const double seconds = ChildrensSeconds() - before;
  fs::remove(source);
  return status == 0 ? std::optional(seconds) : std::nullopt;
}

const std::vector<std::string> kMock = {"gtest/gtest.h", "gmock/gmock.h"};
const std::vector<std::string> kFacade = {"gatetest/gatetest.h"};

void MeasureIncludeCost(benchmark::State& state) {
  for ([[maybe_unused]] auto iteration : state) {
    // The mean of both orders, after one round that only warms the file cache up.
    static const bool warm = [] { return SecondsToCompile(kMock) && SecondsToCompile(kFacade); }();
    if (!warm) return state.SkipWithError("the compiler failed");
    const std::optional<double> first = SecondsToCompile(kMock);
    const std::optional<double> second = SecondsToCompile(kFacade);
    const std::optional<double> third = SecondsToCompile(kFacade);
    const std::optional<double> fourth = SecondsToCompile(kMock);
    if (!first || !second || !third || !fourth) return state.SkipWithError("the compiler failed");
    const double facade = *second + *third;
    const double mock = *first + *fourth;
    state.SetIterationTime(facade);
    state.counters[kRatio] = facade / mock;
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
