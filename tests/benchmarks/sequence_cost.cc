#include <benchmark/benchmark.h>
#include <gatetest/sequential.h>
#include <gatetest/verdict.h>

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "src/verdict/sequence.h"
#include "tests/benchmarks/benchmarks.h"
#include "tests/benchmarks/ratio_report.h"
#include "tests/support/evaluations.h"

namespace gatetest::benchmarks {
namespace {

using namespace testing_support;  // NOLINT: builders

constexpr std::size_t kSamples = 10'000;

/// At the limit of 0.9, where it takes longest: 9 of 10 that the baseline has right.
internal::Score ScoreAt(std::size_t i) {
  return {.candidate = i % 10 == 9 ? 0.0 : 1.0, .baseline = 1.0};
}

void Report(double seconds, double aim_seconds, benchmark::State& state) {
  state.SetIterationTime(seconds);
  state.counters[kRatio] = seconds / aim_seconds;
}

void MeasureUpdate(benchmark::State& state) {
  constexpr double kAimSeconds = 1e-6;
  const internal::Decidable question{.metric = Metric::kRetention,
                                     .limit = 0.9,
                                     .claim = Claim::kDataset,
                                     .alpha = 0.05,
                                     .stop = Stop::kConfident};
  for ([[maybe_unused]] auto iteration : state) {
    internal::Sequence sequence(question, kSamples);
    const Stopwatch stopwatch;
    for (std::size_t i = 0; i + 1 < kSamples; ++i) {
      if (sequence.Add(ScoreAt(i), ScoreAt(i))) return state.SkipWithError("it was decided");
    }
    Report(stopwatch.seconds() / (kSamples - 1), kAimSeconds, state);
  }
}

void MeasureObservation(benchmark::State& state) {
  constexpr double kAimSeconds = 1e-6;
  for ([[maybe_unused]] auto iteration : state) {
    SequentialTest test({.limit = 0.1});
    const Stopwatch stopwatch;
    for (std::size_t i = 0; i < kSamples; ++i) test.Add(i % 10 == 9 ? 1.0 : 0.0);
    const double seconds = stopwatch.seconds();
    if (test.answer() != SequentialAnswer::kOpen) return state.SkipWithError("it was decided");
    Report(seconds / kSamples, kAimSeconds, state);
  }
}

/// The whole of an early verdict: its evaluations up to there, and its confidence sequence.
void MeasureEarlyVerdict(benchmark::State& state) {
  constexpr double kAimSeconds = 1e-3;
  const TaskPtr task = Questions(kSamples);
  const Subject subject{
      .candidate = MakeEvaluation(Rung("int4"), task, Outcomes(Times(kSamples / 10, "++++++++--"))),
      .baseline = MakeEvaluation(Rung("f16"), task, Outcomes(std::string(kSamples, '+')))};
  const Requirement requirement{Metric::kRetention, Limit(0.9).Stop(Stop::kConfident)};
  for ([[maybe_unused]] auto iteration : state) {
    const Stopwatch stopwatch;
    const Judgement judgement = Judge(requirement, {&subject, 1});
    const double seconds = stopwatch.seconds();
    if (!judgement.findings.at(0).early) return state.SkipWithError("it did not end early");
    Report(seconds, kAimSeconds, state);
  }
}

}  // namespace

void RegisterSequenceCost(int repetitions) {
  struct Case {
    std::string name;
    std::function<void(benchmark::State&)> measure;
  };
  const std::vector<Case> cases = {
      {"sequential gate, one sample / 1 us: retention", MeasureUpdate},
      {"sequential gate, one sample / 1 us: SequentialTest", MeasureObservation},
      {"early verdict of 10,000 paired samples / 1 ms", MeasureEarlyVerdict}};
  for (const Case& one : cases) {
    benchmark::RegisterBenchmark(one.name.c_str(),
                                 [one](benchmark::State& state) { one.measure(state); })
        ->Iterations(1)
        ->Repetitions(repetitions)
        ->UseManualTime();
  }
}

}  // namespace gatetest::benchmarks
