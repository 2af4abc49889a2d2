// The benchmarks, each registered with Google Benchmark to run `repetitions` times.
#ifndef GATETEST_TESTS_BENCHMARKS_BENCHMARKS_H_
#define GATETEST_TESTS_BENCHMARKS_BENCHMARKS_H_

#include <chrono>
#include <string>
#include <vector>

namespace gatetest::benchmarks {

/// (evaluation - the engine's own time) / the engine's own time; int4, one thread.
void RegisterGateOverhead(int repetitions);

/// Compiling a source that includes <gatetest/gatetest.h> / one that includes gtest and gmock.
void RegisterIncludeCost(int repetitions);

/// Scored tokens a second of the embedded engine (one thread, windows of 128), and that of each
/// rung / that of f16.
void RegisterEngineSpeed(int repetitions);

/// Judging 10,000 paired samples, evidence at hand, under a population claim / 1 ms.
void RegisterVerdictCost(int repetitions);

/// What a sample costs a gate that may end early / 1 us, and a verdict that did / 1 ms.
void RegisterSequenceCost(int repetitions);

/// A whole gate program that replays 5,000 samples of a baseline and a candidate / 0.1 s; and what
/// it costs to record an answer / 1 ms.
void RegisterReplayCost(int repetitions);

/// Clients of an HTTP server that answers at once, against a bare loop on libcurl's multi
/// interface. Returns what is left out, and why: the programs that others publish may be missing.
std::vector<std::string> RegisterHttpCost(int repetitions);

class Stopwatch {
 public:
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace gatetest::benchmarks

#endif  // GATETEST_TESTS_BENCHMARKS_BENCHMARKS_H_
