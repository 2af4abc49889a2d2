// How many samples the sequential gate asks, and how often it is right.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gatetest/metrics.h"
#include "gatetest/planning.h"
#include "tests/simulation/errors.h"
#include "tests/simulation/random.h"
#include "tests/simulation/sequences.h"

namespace gatetest::simulation {
namespace {

constexpr std::size_t kSamples = 2000;
constexpr double kLimit = 0.9;
constexpr int kDraws = 10000;

/// What became of all draws.
struct Outcomes {
  double samples = 0.0;  ///< In the mean.
  int passed = 0;
  int failed = 0;

  void Count(const Ended& ended) {
    samples += static_cast<double>(ended.samples) / kDraws;
    passed += ended.verdict == Verdict::kPassed ? 1 : 0;
    failed += ended.verdict == Verdict::kFailed ? 1 : 0;
  }
  std::string Asked() const {
    return fmt::format("{:.0f} ({:.1f} %)", samples, 100.0 * samples / kSamples);
  }
};

std::string Percent(int count) { return fmt::format("{:.1f} %", 100.0 * count / kDraws); }

/// As the operating table has it.
AtLimit At(Metric metric, double value) {
  if (metric == Metric::kRetention) return {metric, value, 0.75, 0.025};
  return {metric, value};
}

/// For the right verdict with a probability of 0.95.
std::int64_t Planned(Metric metric, double value) {
  constexpr double kPower = 0.95;
  if (metric == Metric::kRetention) {
    return PlanRetention({.baseline_accuracy = 0.75,
                          .retention = value,
                          .gained = 0.025,
                          .limit = kLimit,
                          .alpha = kAlpha,
                          .power = kPower})
        .samples;
  }
  const SamplePlan plan =
      PlanShare({.share = value, .limit = kLimit, .alpha = kAlpha, .power = kPower});
  // Clopper-Pearson needs these more, as planning.h says.
  return plan.samples + static_cast<std::int64_t>(std::ceil(1.0 / std::abs(value - kLimit)));
}

Outcomes OnDatasetOf(const AtLimit& truth) {
  const internal::Decidable question = Question(truth.metric, kLimit, Claim::kDataset);
  Random random(kSamples);
  Answers answers = Everyone(Rounded(truth.shares(), kSamples));
  Outcomes outcomes;
  for (int i = 0; i < kDraws; ++i) {
    Shuffle(answers, random);
    outcomes.Count(Decided(question, answers));
  }
  return outcomes;
}

struct Beyond {
  Outcomes sequential, all;
};

Beyond OfPopulationOf(const AtLimit& truth) {
  const internal::Decidable question = Question(truth.metric, kLimit, Claim::kPopulation);
  Random random(kSamples);
  Answers answers(kSamples);
  Beyond beyond;
  for (int i = 0; i < kDraws; ++i) {
    Draw(truth.shares(), random, answers);
    beyond.sequential.Count(Decided(question, answers));
    PairedCounts counts;
    for (const Answer& answer : answers) Count(answer.best, counts);
    beyond.all.Count({LastLook(question, counts, kAlpha), kSamples});
  }
  return beyond;
}

/// What the mean share of samples may be, for a dataset claim.
struct Aim {
  double value;
  double share;
};

TEST(SequentialSavings, Table) {
  std::vector<std::string> rows = {
      "| metric | true value | dataset: asked | right | population: asked | right | wrong | all "
      "2,000: right | planned |",
      "|---|---|---|---|---|---|---|---|---|"};
  for (const Metric metric : {Metric::kRetention, Metric::kAccuracy}) {
    for (const Aim& aim : {Aim{0.8, 0.11}, Aim{0.85, 0.27}, Aim{0.89, 1.0}, Aim{0.92, 1.0},
                           Aim{0.95, 0.22}, Aim{1.0, 0.06}}) {
      const AtLimit truth = At(metric, aim.value);
      const bool good = aim.value > kLimit;
      const Outcomes dataset = OnDatasetOf(truth);
      const Beyond population = OfPopulationOf(truth);
      const auto right = [&](const Outcomes& outcomes) {
        return good ? outcomes.passed : outcomes.failed;
      };
      const int wrong = good ? population.sequential.failed : population.sequential.passed;
      EXPECT_LE(dataset.samples, aim.share * kSamples) << Name(metric) << " " << aim.value;
      EXPECT_LE(population.sequential.samples, kSamples);
      EXPECT_LE(wrong, kPromise * kDraws);
      rows.push_back(fmt::format("| {} | {} | {} | {} | {} | {} | {} | {} | {} |", Name(metric),
                                 aim.value, dataset.Asked(), Percent(right(dataset)),
                                 population.sequential.Asked(),
                                 Percent(right(population.sequential)), Percent(wrong),
                                 Percent(right(population.all)), Planned(metric, aim.value)));
    }
  }
  CheckTable(kSavingsTable, rows);
}

}  // namespace
}  // namespace gatetest::simulation
