#include <benchmark/benchmark.h>
#include <gatetest/verdict.h>

#include <string>
#include <utility>
#include <vector>

#include "tests/benchmarks/benchmarks.h"
#include "tests/benchmarks/ratio_report.h"
#include "tests/support/evaluations.h"

namespace gatetest::benchmarks {
namespace {

using namespace testing_support;  // NOLINT: builders

constexpr std::size_t kSamples = 10'000;
constexpr std::size_t kSamplesInACluster = 5;

/// Every tenth answer of the candidate is wrong, every twentieth of the baseline.
Subject RightAndWrong(bool clustered) {
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < kSamples; ++i) {
    samples.push_back({.input = std::to_string(i), .answer = "right"});
    if (clustered) samples.back().cluster = std::to_string(i / kSamplesInACluster);
  }
  const TaskPtr task = ExactMatch(MakeDataset("facts", std::move(samples)));
  return {
      .candidate = MakeEvaluation(Rung("int4"), task, Outcomes(Times(kSamples / 10, "+++++++++-"))),
      .baseline = MakeEvaluation(Rung("f16"), task,
                                 Outcomes(Times(kSamples / 20, "+++-++++++++++++++++")))};
}

Subject Texts() {
  std::vector<Outcome> candidate;
  std::vector<Outcome> baseline;
  for (std::size_t i = 0; i < kSamples; ++i) {
    const Window window{.nll = 100.0 + static_cast<double>(i % 17), .tokens = 50 + i % 13};
    baseline.push_back(Text({window}));
    candidate.push_back(Text({{.nll = 1.02 * window.nll, .tokens = window.tokens}}));
  }
  const TaskPtr task = Documents(kSamples);
  return {.candidate = MakeEvaluation(Rung("int4"), task, std::move(candidate)),
          .baseline = MakeEvaluation(Rung("f16"), task, std::move(baseline))};
}

void MeasureVerdict(benchmark::State& state, Metric metric, double limit, const Subject& subject) {
  constexpr double kAimSeconds = 1e-3;
  constexpr int kVerdicts = 20;
  const Requirement requirement{metric, Limit(limit).Claim(Claim::kPopulation)};
  for ([[maybe_unused]] auto iteration : state) {
    const Stopwatch stopwatch;
    for (int i = 0; i < kVerdicts; ++i) {
      if (Judge(requirement, {&subject, 1}).verdict == Verdict::kNotMeasured) {
        return state.SkipWithError("there is no verdict");
      }
    }
    const double seconds = stopwatch.seconds() / kVerdicts;
    state.SetIterationTime(seconds);
    state.counters[kRatio] = seconds / kAimSeconds;
  }
}

}  // namespace

void RegisterVerdictCost(int repetitions) {
  struct Case {
    std::string what;
    Metric metric;
    double limit;
    Subject subject;
  };
  const Subject facts = RightAndWrong(false);
  const std::vector<Case> cases = {{"retention", Metric::kRetention, 0.9, facts},
                                   {"accuracy", Metric::kAccuracy, 0.85, facts},
                                   {"2,000 clusters", Metric::kRetention, 0.9, RightAndWrong(true)},
                                   {"perplexity ratio", Metric::kPerplexityRatio, 1.05, Texts()}};
  for (const Case& one : cases) {
    benchmark::RegisterBenchmark(("verdict, 10,000 paired samples / 1 ms: " + one.what).c_str(),
                                 [one](benchmark::State& state) {
                                   MeasureVerdict(state, one.metric, one.limit, one.subject);
                                 })
        ->Iterations(1)
        ->Repetitions(repetitions)
        ->UseManualTime();
  }
}

}  // namespace gatetest::benchmarks
