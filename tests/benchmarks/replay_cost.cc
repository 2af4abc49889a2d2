#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/benchmarks/benchmarks.h"
#include "tests/benchmarks/ratio_report.h"

namespace gatetest::benchmarks {
namespace {

namespace fs = std::filesystem;

constexpr int kQuestions = 5'000;

/// Its data and stores are in a folder, which is removed at the end.
class RecordedGate {
 public:
  RecordedGate()
      : folder_(fs::temp_directory_path() / fmt::format("gatetest_replay_{}", ::getpid())) {
    fs::create_directories(folder_);
    std::ofstream data(folder_ / "questions.jsonl");
    for (int i = 0; i < kQuestions; ++i) {
      data << fmt::format(R"({{"input": "{0:04}: which of the answers to question {0} is right?", )"
                          R"("answer": "right"}})"
                          "\n",
                          i);
    }
  }
  ~RecordedGate() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
  }
  RecordedGate(const RecordedGate&) = delete;
  RecordedGate& operator=(const RecordedGate&) = delete;

  /// The whole program; false when it fails.
  bool Run(const std::string& store, const std::string& mode) const {
    return std::system(fmt::format("cd '{0}' && REPLAY_DATA=questions.jsonl '{1}' "
                                   "--gatetest_store={2} --gatetest_mode={3} >output 2>&1",
                                   folder_.string(), GATETEST_REPLAY_GATE, store, mode)
                           .c_str()) == 0;
  }

 private:
  const fs::path folder_;
};

void MeasureReplay(benchmark::State& state, const std::string& store) {
  constexpr double kAimSeconds = 0.1;
  constexpr int kRuns = 5;
  const RecordedGate gate;
  if (!gate.Run(store, "auto")) return state.SkipWithError("the gate was not recorded");
  for ([[maybe_unused]] auto iteration : state) {
    const Stopwatch stopwatch;
    for (int i = 0; i < kRuns; ++i) {
      if (!gate.Run(store, "replay")) return state.SkipWithError("the gate was not replayed");
    }
    const double seconds = stopwatch.seconds() / kRuns;
    state.SetIterationTime(seconds);
    state.counters[kRatio] = seconds / kAimSeconds;
  }
}

void MeasureRecording(benchmark::State& state, const std::string& store) {
  constexpr double kAimSeconds = 1e-3;
  for ([[maybe_unused]] auto iteration : state) {
    const RecordedGate gate;
    const Stopwatch without;
    if (!gate.Run("none", "auto")) return state.SkipWithError("the gate did not pass");
    const double seconds_without = without.seconds();
    const Stopwatch with;
    if (!gate.Run(store, "auto")) return state.SkipWithError("the gate was not recorded");
    const double seconds = (with.seconds() - seconds_without) / (2.0 * kQuestions);
    state.SetIterationTime(with.seconds());
    state.counters[kRatio] = seconds / kAimSeconds;
  }
}

}  // namespace

void RegisterReplayCost(int repetitions) {
  struct Case {
    std::string name;
    std::string store;
    void (*measure)(benchmark::State&, const std::string&);
  };
  const std::vector<Case> cases = {
      {"replayed gate, 2 x 5,000 answers, whole process / 0.1 s: sqlite", "sqlite:store.sqlite",
       MeasureReplay},
      {"replayed gate, 2 x 5,000 answers, whole process / 0.1 s: recording", "recording:recorded",
       MeasureReplay},
      {"recording one answer / 1 ms: sqlite", "sqlite:store.sqlite", MeasureRecording},
      {"recording one answer / 1 ms: recording", "recording:recorded", MeasureRecording}};
  for (const Case& one : cases) {
    benchmark::RegisterBenchmark(one.name.c_str(),
                                 [one](benchmark::State& state) { one.measure(state, one.store); })
        ->Iterations(1)
        ->Repetitions(repetitions)
        ->UseManualTime();
  }
}

}  // namespace gatetest::benchmarks
