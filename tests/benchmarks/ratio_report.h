// What ./dev bench reports: each benchmark is repeated, and gives one figure a repetition (or one
// for each of its counters), nearly always a ratio of two times taken side by side. A figure is the
// median of its repetitions.
#ifndef GATETEST_TESTS_BENCHMARKS_RATIO_REPORT_H_
#define GATETEST_TESTS_BENCHMARKS_RATIO_REPORT_H_

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace gatetest::benchmarks {

/// The counters that a benchmark sets. A ratio's name says what is divided by what.
inline constexpr char kRatio[] = "ratio";
inline constexpr char kTokensPerSecond[] = "tokens_per_second";
inline constexpr char kRequestsPerSecond[] = "requests_per_second";
inline constexpr char kCpuSeconds[] = "cpu_seconds_per_10000_requests";
inline constexpr char kLargeMegabytesPerSecond[] = "megabytes_per_second_of_large_answers";
inline constexpr char kMemoryGrowth[] = "megabytes_of_growth";

struct Figure {
  std::string name;     ///< The benchmark's.
  std::string counter;  ///< One of the above.
  std::vector<double> repetitions;

  double median() const;
};

/// Collects the counters of every repetition in place of printing them.
class RatioReport : public benchmark::BenchmarkReporter {
 public:
  bool ReportContext(const Context& context) override;
  void ReportRuns(const std::vector<Run>& runs) override;

  /// By counter, those with a ratio first.
  std::vector<Figure> figures() const;

  /// "name: what went wrong", for each benchmark that could not be run.
  const std::vector<std::string>& errors() const { return errors_; }

 private:
  std::vector<Figure> figures_;
  std::vector<std::string> errors_;
};

/// `left_out` is what could not be measured, and why.
std::string Table(const std::vector<Figure>& figures, const std::vector<std::string>& left_out);
std::string Json(const std::vector<Figure>& figures, const std::vector<std::string>& left_out);

}  // namespace gatetest::benchmarks

#endif  // GATETEST_TESTS_BENCHMARKS_RATIO_REPORT_H_
