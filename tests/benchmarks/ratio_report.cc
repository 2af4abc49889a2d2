#include "tests/benchmarks/ratio_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <thread>

namespace gatetest::benchmarks {
namespace {

/// Google Benchmark says "error_occurred" before 1.8 and "skipped" since.
template <typename Run>
bool Failed(const Run& run) {
  if constexpr (requires { run.error_occurred; }) {
    return run.error_occurred;
  } else {
    return static_cast<int>(run.skipped) != 0;
  }
}

template <typename Run>
std::string WhyFailed(const Run& run) {
  if constexpr (requires { run.error_message; }) {
    return run.error_message;
  } else {
    return run.skip_message;
  }
}

constexpr std::string_view kOrder[] = {kRatio,      kTokensPerSecond,         kRequestsPerSecond,
                                       kCpuSeconds, kLargeMegabytesPerSecond, kMemoryGrowth};

std::ptrdiff_t Place(const Figure& figure) {
  return std::find(std::begin(kOrder), std::end(kOrder), figure.counter) - std::begin(kOrder);
}

int Digits(std::string_view counter) {
  if (counter == kRatio) return 4;
  if (counter == kCpuSeconds) return 3;
  return counter == kMemoryGrowth ? 2 : 0;
}

/// "2026-11-20", UTC.
std::string Today() {
  const std::time_t now = std::time(nullptr);
  std::tm parts = {};
  gmtime_r(&now, &parts);
  char text[16] = {};
  return {text, std::strftime(text, sizeof text, "%Y-%m-%d", &parts)};
}

}  // namespace

double Figure::median() const {
  std::vector<double> sorted = repetitions;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2.0;
}

bool RatioReport::ReportContext(const Context& /*context*/) { return true; }

void RatioReport::ReportRuns(const std::vector<Run>& runs) {
  for (const Run& run : runs) {
    if (run.run_type != Run::RT_Iteration) continue;
    const std::string& name = run.run_name.function_name;
    if (Failed(run)) {
      errors_.push_back(name + ": " + WhyFailed(run));
      continue;
    }
    for (const auto& [key, value] : run.counters) {
      const std::string& counter = key;  // Clang 14 captures no structured binding.
      const auto found = std::find_if(figures_.begin(), figures_.end(), [&](const Figure& figure) {
        return figure.name == name && figure.counter == counter;
      });
      if (found == figures_.end()) {
        figures_.push_back({name, counter, {value.value}});
      } else {
        found->repetitions.push_back(value.value);
      }
    }
  }
}

std::vector<Figure> RatioReport::figures() const {
  std::vector<Figure> sorted = figures_;
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const Figure& a, const Figure& b) { return Place(a) < Place(b); });
  return sorted;
}

std::string Table(const std::vector<Figure>& figures, const std::vector<std::string>& left_out) {
  std::string table;
  std::string_view counter;
  for (const Figure& figure : figures) {
    if (figure.counter != counter) {
      counter = figure.counter;
      table += fmt::format("{}{:<68}{:>10}   {}\n", table.empty() ? "" : "\n", counter, "median",
                           "[smallest, largest] of n");
    }
    const auto [smallest, largest] =
        std::minmax_element(figure.repetitions.begin(), figure.repetitions.end());
    const int digits = Digits(counter);
    table +=
        fmt::format("{:<68}{:>10.{}f}   [{:.{}f}, {:.{}f}] of {}\n", figure.name, figure.median(),
                    digits, *smallest, digits, *largest, digits, figure.repetitions.size());
  }
  if (!left_out.empty()) table += "\nnot measured\n";
  for (const std::string& one : left_out) table += one + "\n";
  return table;
}

std::string Json(const std::vector<Figure>& figures, const std::vector<std::string>& left_out) {
  nlohmann::ordered_json json;
  json["date"] = Today();
  // Of the sources: ./dev bench tells it.
  if (const char* const commit = std::getenv("BENCH_COMMIT")) json["commit"] = commit;
  json["compiler"] = GATETEST_COMPILER;
  json["build_type"] = GATETEST_BUILD_TYPE;
  json["processors"] = std::thread::hardware_concurrency();
  for (const Figure& figure : figures) {
    json[figure.counter].push_back(
        {{"name", figure.name}, {"median", figure.median()}, {"repetitions", figure.repetitions}});
  }
  if (!left_out.empty()) json["not_measured"] = left_out;
  return json.dump(2) + "\n";
}

}  // namespace gatetest::benchmarks
