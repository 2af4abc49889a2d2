// What a gate does as a whole: Judge, over draws of right and wrong answers.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "gatetest/evaluation.h"
#include "gatetest/verdict.h"
#include "tests/simulation/errors.h"
#include "tests/simulation/exact.h"
#include "tests/simulation/random.h"
#include "tests/support/evaluations.h"

namespace gatetest::simulation {
namespace {

using testing_support::MakeEvaluation;
using testing_support::Questions;
using testing_support::Rung;

/// A baseline and a candidate whose answers are drawn anew, on one task.
class Pair {
 public:
  Pair(std::size_t samples, const std::string& task) {
    const TaskPtr questions = Questions(samples, task);
    const std::vector<Outcome> outcomes(samples);
    baseline_ = std::make_shared<Evaluation>(*MakeEvaluation(Rung("f16"), questions, outcomes));
    candidate_ = std::make_shared<Evaluation>(*MakeEvaluation(Rung("int4"), questions, outcomes));
  }

  void Draw(const Shares& shares, Random& random) {
    for (std::size_t i = 0; i < candidate_->items.size(); ++i) {
      const double u = random.Uniform();
      const bool both = u < shares.both;
      const bool lost = !both && u < shares.both + shares.lost;
      const bool gained = !both && !lost && u < shares.both + shares.lost + shares.gained;
      baseline_->items[i].outcome.score = both || lost ? 1.0 : 0.0;
      candidate_->items[i].outcome.score = both || gained ? 1.0 : 0.0;
    }
  }

  Subject subject() const { return {.candidate = candidate_, .baseline = baseline_}; }

 private:
  std::shared_ptr<Evaluation> baseline_, candidate_;
};

struct Verdicts {
  int passed = 0;
  int failed = 0;
  int inconclusive = 0;

  void Count(Verdict verdict) {
    ASSERT_NE(verdict, Verdict::kNotMeasured);
    ++(verdict == Verdict::kPassed ? passed : verdict == Verdict::kFailed ? failed : inconclusive);
  }
};

// --- several tasks

struct Family {
  double any = 0.0;          ///< P(FAILED for any of the tasks).
  double uncorrected = 0.0;  ///< The same if each were judged alone.
};

/// All tasks are exactly at the limit.
Family WrongFailures(const Requirement& requirement, std::size_t tasks, std::size_t samples,
                     const Shares& shares, int draws) {
  Random random(tasks);
  std::vector<Pair> pairs;
  std::vector<Subject> subjects;
  for (std::size_t i = 0; i < tasks; ++i) {
    pairs.emplace_back(samples, fmt::format("task{}", i));
    subjects.push_back(pairs.back().subject());
  }
  Family family;
  for (int i = 0; i < draws; ++i) {
    bool any_alone = false;
    for (Pair& pair : pairs) pair.Draw(shares, random);
    const Judgement judgement = Judge(requirement, subjects);
    if (judgement.verdict == Verdict::kFailed) family.any += 1.0 / draws;
    for (const Finding& finding : judgement.findings) {
      // Alone, a task fails by its interval.
      any_alone = any_alone || finding.estimate->interval->upper < requirement.limit.threshold();
    }
    if (any_alone) family.uncorrected += 1.0 / draws;
  }
  return family;
}

TEST(Gate, HolmKeepsTheErrorOfAllTasksTogether) {
  constexpr int kDraws = 4000;
  const Limit limit = Limit(0.9).Claim(Claim::kPopulation);
  const Shares accurate{.both = 0.9};
  for (const std::size_t tasks : {2U, 5U, 10U}) {
    const Family accuracy = WrongFailures({Metric::kAccuracy, limit}, tasks, 200, accurate, kDraws);
    const Family retention =
        WrongFailures({Metric::kRetention, limit}, tasks, 200, Retaining(0.75, 0.9, 0.025), kDraws);
    std::cout << fmt::format(
        "{} tasks, any wrong FAILED: accuracy {:.3f}, without Holm {:.3f}; "
        "retention {:.3f}, without Holm {:.3f}\n",
        tasks, accuracy.any, accuracy.uncorrected, retention.any, retention.uncorrected);
    EXPECT_LE(accuracy.any, kPromise) << tasks;
    EXPECT_GT(accuracy.uncorrected, kPromise) << tasks;
    // Holm keeps no more than the method does: Tang's false failures at this size.
    EXPECT_LE(retention.any, 0.07) << tasks;
    EXPECT_GT(retention.uncorrected, kPromise) << tasks;
  }
}

// --- the tables of docs/statistics.md

TEST(Document, HasNoRowThatNoTestChecks) {
  constexpr std::size_t kHead = 2;
  constexpr std::size_t kRows = 53;  // One for each CheckErrors().
  EXPECT_EQ(DocumentedTable(kErrorTable).size(), kHead + kRows);
}

std::string Percent(int count, int draws) { return fmt::format("{:.1f} %", 100.0 * count / draws); }

TEST(Gate, OperatingTable) {
  constexpr int kDraws = 10000;
  constexpr double kBaseline = 0.75;
  constexpr double kGained = 0.025;
  const Limit limit(0.9);
  const Requirement dataset{Metric::kRetention, limit};
  const Requirement population{Metric::kRetention, limit.Claim(Claim::kPopulation)};
  std::vector<std::string> rows = {
      "| true retention | samples | dataset: passed | failed | population: passed | failed | "
      "inconclusive |",
      "|---|---|---|---|---|---|---|"};
  for (const double retention : {0.85, 0.89, 0.92, 0.95}) {
    for (const std::size_t samples : {100U, 500U, 2000U}) {
      Random random(samples);
      Pair pair(samples, "facts");
      const Subject subject = pair.subject();
      Verdicts on_dataset, beyond;
      for (int i = 0; i < kDraws; ++i) {
        pair.Draw(Retaining(kBaseline, retention, kGained), random);
        ASSERT_NO_FATAL_FAILURE(on_dataset.Count(Judge(dataset, {&subject, 1}).verdict));
        ASSERT_NO_FATAL_FAILURE(beyond.Count(Judge(population, {&subject, 1}).verdict));
      }
      EXPECT_EQ(on_dataset.inconclusive, 0);
      const int wrong = retention > limit.threshold() ? beyond.failed : beyond.passed;
      EXPECT_LE(wrong, kPromise * kDraws) << retention << " " << samples;
      rows.push_back(fmt::format("| {} | {} | {} | {} | {} | {} | {} |", retention, samples,
                                 Percent(on_dataset.passed, kDraws),
                                 Percent(on_dataset.failed, kDraws), Percent(beyond.passed, kDraws),
                                 Percent(beyond.failed, kDraws),
                                 Percent(beyond.inconclusive, kDraws)));
    }
  }
  CheckTable(kOperatingTable, rows);
}

}  // namespace
}  // namespace gatetest::simulation
