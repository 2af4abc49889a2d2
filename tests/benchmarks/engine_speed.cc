#include <benchmark/benchmark.h>

#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "examples/embedded_model/engine.h"
#include "examples/tiny_model/tiny_model.h"
#include "tests/benchmarks/benchmarks.h"
#include "tests/benchmarks/ratio_report.h"

namespace gatetest::benchmarks {
namespace {

using embedded::Engine;

constexpr int kTokens = 4096;
constexpr int kWindow = 128;

std::shared_ptr<const Engine> Load(const std::string& rung) {
  return Engine::Load(TinyData("model-f16.gguf"), embedded::QuantizationNamed(rung));
}

/// One thread scores kTokens letters, in windows of their own.
double SecondsToScore(const Engine& engine) {
  const std::vector<int> prompt = {engine.bos()};
  std::vector<int> window(kWindow);
  const Stopwatch stopwatch;
  for (int i = 0; i < kTokens / kWindow; ++i) {
    std::iota(window.begin(), window.end(), 3 + i);
    benchmark::DoNotOptimize(engine.Score(prompt, window));
  }
  return stopwatch.seconds();
}

void MeasureSpeed(benchmark::State& state, const std::string& rung) {
  static const std::shared_ptr<const Engine> f16 = Load("f16");
  const std::shared_ptr<const Engine> engine = Load(rung);
  for ([[maybe_unused]] auto iteration : state) {
    // Both orders, after a round that is not counted.
    SecondsToScore(*engine);
    const double before = SecondsToScore(*f16);
    const double seconds = SecondsToScore(*engine) + SecondsToScore(*engine);
    const double after = SecondsToScore(*f16);
    state.SetIterationTime(seconds);
    state.counters[kTokensPerSecond] = 2 * kTokens / seconds;
    if (rung != "f16") state.counters[kRatio] = (before + after) / seconds;
  }
}

}  // namespace

void RegisterEngineSpeed(int repetitions) {
  for (const std::string rung : {"f16", "int8", "int4", "int2"}) {
    const std::string name =
        rung == "f16" ? "engine speed: f16" : "engine speed: " + rung + " / f16";
    benchmark::RegisterBenchmark(name.c_str(),
                                 [rung](benchmark::State& state) { MeasureSpeed(state, rung); })
        ->Iterations(1)
        ->Repetitions(repetitions)
        ->UseManualTime();
  }
}

}  // namespace gatetest::benchmarks
