// Errors of the sequential gate: verdicts that are given before the last sample.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gatetest/evaluator.h"
#include "gatetest/function_model.h"
#include "gatetest/verdict.h"
#include "src/evaluation/shuffle.h"
#include "tests/simulation/errors.h"
#include "tests/simulation/random.h"
#include "tests/simulation/sequences.h"
#include "tests/support/evaluations.h"

namespace gatetest::simulation {
namespace {

using testing_support::MakeEvaluation;
using testing_support::Questions;
using testing_support::Rung;

// --- at the limit

/// Of which samples 1 % of all could not be measured.
enum class Unmeasured {
  kNone,
  kAny,
  kAgainst,  ///< Of those that speak against the verdict that would be wrong.
};

Answer WithoutCandidate(Metric metric, const Score& score) {
  Answer answer = Measured(score);
  answer.worst.candidate = metric == Metric::kFlips ? 1.0 - score.baseline : 0.0;
  answer.best.candidate = metric == Metric::kFlips ? score.baseline : 1.0;
  return answer;
}

bool IsGood(Metric metric, const Score& score) {
  return metric == Metric::kFlips ? score.candidate == score.baseline : score.candidate == 1.0;
}

/// `good`: which ones speak against the wrong verdict.
void Lose(Unmeasured unmeasured, Metric metric, bool good, Random& random, Answers& answers) {
  constexpr double kShare = 0.01;
  if (unmeasured == Unmeasured::kNone) return;
  const auto may = [&](const Answer& answer) {
    return unmeasured == Unmeasured::kAny || IsGood(metric, answer.worst) == good;
  };
  const auto candidates = static_cast<double>(std::count_if(answers.begin(), answers.end(), may));
  const double probability = kShare * static_cast<double>(answers.size()) / candidates;
  for (Answer& answer : answers) {
    if (may(answer) && random.Happens(probability)) {
      answer = WithoutCandidate(metric, answer.worst);
    }
  }
}

struct Simulated {
  std::size_t samples;
  int draws;
};

/// `high`: the data set that does not clear the limit, but nearly, passes; `low`: the one that just
/// does fails. In a random order.
Errors OnDataset(const AtLimit& setting, const Simulated& simulated, Unmeasured unmeasured) {
  const internal::Decidable question = Question(setting.metric, setting.limit, Claim::kDataset);
  Random random(simulated.samples);
  Errors errors;
  for (const bool clears : {false, true}) {
    const Answers all = Everyone(NearestTo(setting, simulated.samples, clears));
    for (int i = 0; i < simulated.draws; ++i) {
      Answers answers = all;
      Shuffle(answers, random);
      Lose(unmeasured, setting.metric, clears, random, answers);
      const Verdict verdict = Decided(question, answers).verdict;
      errors.Count(!clears && verdict == Verdict::kPassed, clears && verdict == Verdict::kFailed);
    }
  }
  return errors.Of(simulated.draws);
}

/// Draws from a population that is at the limit.
Errors OfPopulation(const AtLimit& setting, const Simulated& simulated, Unmeasured unmeasured) {
  const internal::Decidable question = Question(setting.metric, setting.limit, Claim::kPopulation);
  Random random(simulated.samples);
  Answers answers(simulated.samples);
  Errors errors;
  // Where it matters which side is looked at, each has its own draws.
  const bool apart = unmeasured == Unmeasured::kAgainst;
  for (const bool for_failed : {false, true}) {
    if (for_failed && !apart) continue;
    for (int i = 0; i < simulated.draws; ++i) {
      Draw(setting.shares(), random, answers);
      Lose(unmeasured, setting.metric, for_failed, random, answers);
      const Verdict verdict = Decided(question, answers).verdict;
      errors.Count(verdict == Verdict::kPassed && !(apart && for_failed),
                   verdict == Verdict::kFailed && (!apart || for_failed));
    }
  }
  return errors.Of(simulated.draws);
}

struct Settings {
  std::string_view name;
  std::vector<AtLimit> all;
  std::vector<Unmeasured> unmeasured = {Unmeasured::kNone};
};

// Among them what the score methods are worst at (exact_errors_test.cc).
TEST(SequentialErrors, AtTheLimit) {
  const std::vector<Settings> settings = {
      {"accuracy", {{Metric::kAccuracy, 0.5}, {Metric::kAccuracy, 0.9}, {Metric::kAccuracy, 0.98}}},
      {"retention",
       {{Metric::kRetention, 0.9, 0.75, 0.025},
        {Metric::kRetention, 0.9, 0.5, 0.1},
        {Metric::kRetention, 0.95, 0.6, 0.01},
        {Metric::kRetention, 0.98, 0.75, 0.0}}},
      {"accuracy loss",
       {{Metric::kAccuracyLoss, 0.02, 1.0, 0.02},
        {Metric::kAccuracyLoss, 0.03, 1.0, 0.01},
        {Metric::kAccuracyLoss, 0.05, 1.0, 0.0}}},
      {"flips", {{Metric::kFlips, 0.02}, {Metric::kFlips, 0.1}, {Metric::kFlips, 0.3}}},
      {"retention, 1 % of the samples not measured",
       {{Metric::kRetention, 0.9, 0.5, 0.1}},
       {Unmeasured::kAny, Unmeasured::kAgainst}}};
  const std::array<Simulated, 4> sizes = {
      {{100, 20000}, {500, 20000}, {2000, 8000}, {10000, 4000}}};
  std::vector<std::string> rows = {
      "| metric | claim | 100 samples | 500 samples | 2,000 samples | 10,000 samples |",
      "|---|---|---|---|---|---|"};
  for (const auto& [name, all, unmeasured] : settings) {
    for (const Claim claim : {Claim::kDataset, Claim::kPopulation}) {
      std::string row = fmt::format("| {} | {} |", name, Name(claim));
      for (const Simulated& simulated : sizes) {
        Worst worst;
        for (const AtLimit& setting : all) {
          for (const Unmeasured which : unmeasured) {
            worst.Add(claim == Claim::kDataset ? OnDataset(setting, simulated, which)
                                               : OfPopulation(setting, simulated, which),
                      setting.text());
          }
        }
        const std::string where =
            fmt::format("{}, {} claim, n = {}", name, Name(claim), simulated.samples);
        std::cout << fmt::format("{}: passes wrongly at {}, fails wrongly at {}\n", where,
                                 worst.high().setting, worst.low().setting);
        EXPECT_LE(worst.high().error, kPromise) << where << ", " << worst.high().setting;
        EXPECT_LE(worst.low().error, kPromise) << where << ", " << worst.low().setting;
        row += fmt::format(" {:.3f}, {:.3f} |", worst.high().error, worst.low().error);
      }
      rows.push_back(row);
    }
  }
  CheckTable(kSequentialErrorTable, rows);
}

// --- that all this is the gate

Subject SubjectOf(const Answers& answers, const TaskPtr& task) {
  std::vector<Outcome> candidate, baseline;
  for (const Answer& answer : answers) {
    const bool measured = answer.worst.candidate == answer.best.candidate;
    candidate.push_back(measured ? testing_support::Graded(answer.worst.candidate)
                                 : Outcome::Unmeasured("no answer"));
    baseline.push_back(testing_support::Graded(answer.worst.baseline));
  }
  return {.candidate = MakeEvaluation(Rung("int4"), task, std::move(candidate)),
          .baseline = MakeEvaluation(Rung("f16"), task, std::move(baseline))};
}

TEST(SequentialErrors, TheSequencesThatAreCountedAreThoseOfJudge) {
  constexpr std::size_t kSamples = 300;
  const TaskPtr task = Questions(kSamples);
  Random random(1);
  Answers answers(kSamples);
  std::array<int, 4> verdicts = {};
  for (const AtLimit& setting :
       {AtLimit{Metric::kAccuracy, 0.9}, AtLimit{Metric::kRetention, 0.9, 0.75, 0.025},
        AtLimit{Metric::kAccuracyLoss, 0.05, 1.0, 0.01}, AtLimit{Metric::kFlips, 0.1}}) {
    for (int i = 0; i < 200; ++i) {
      AtLimit truth = setting;
      truth.limit += 0.03 * random.Normal();
      truth.limit = std::clamp(truth.limit, 0.02, 0.98);
      Draw(truth.shares(), random, answers);
      if (i % 2 == 0) Lose(Unmeasured::kAny, setting.metric, true, random, answers);
      for (const Claim claim : {Claim::kDataset, Claim::kPopulation}) {
        const Ended ended = Decided(Question(setting.metric, setting.limit, claim), answers);
        const Limit limit = Limit(setting.limit).Claim(claim).Stop(Stop::kConfident);
        const Subject subject = SubjectOf(answers, task);
        const Judgement judgement = Judge({setting.metric, limit}, {&subject, 1});
        ASSERT_EQ(Name(judgement.verdict), Name(ended.verdict)) << Explain(judgement);
        const std::optional<EarlyEnd>& early = judgement.findings.at(0).early;
        ASSERT_EQ(early ? early->samples : kSamples, ended.samples);
        ++verdicts[static_cast<std::size_t>(ended.verdict)];
      }
    }
  }
  for (const int verdict : verdicts) EXPECT_GT(verdict, 10);
}

// --- sorted data sets

/// Right in the first questions, or in the last.
ModelPtr RightIn(std::size_t from, std::size_t to) {
  return FunctionModel({.name = "tinylm"}, {.generate = [=](const Request& request) {
                         const std::size_t number =
                             std::stoul(request.prompt.substr(request.prompt.rfind(' ') + 1));
                         const bool right = number >= from && number < to;
                         return Response::Text(right ? "right" : "wrong");
                       }});
}

Verdict VerdictOf(const Limit& limit, const std::vector<EvaluationPtr>& evaluations) {
  std::vector<Subject> subjects;
  for (const EvaluationPtr& evaluation : evaluations) subjects.push_back({.candidate = evaluation});
  return Judge({Metric::kAccuracy, limit}, subjects).verdict;
}

/// The same outcomes, as if samples had been asked in another order.
EvaluationPtr InOrder(const std::vector<std::size_t>& order, const EvaluationPtr& evaluation) {
  auto ordered = std::make_shared<Evaluation>(*evaluation);
  for (const Evaluation::Item& item : evaluation->items) ordered->items[item.sample] = item;
  const std::vector<Evaluation::Item> sorted = ordered->items;
  for (std::size_t i = 0; i < order.size(); ++i) ordered->items[i] = sorted[order[i]];
  return ordered;
}

// 180 of 200 are not above 0.9, and 181 are.
TEST(SequentialErrors, OfSortedDataSetsAreThoseOfShuffledOnes) {
  constexpr std::uint64_t kSeeds = 4000;
  const Limit limit = Limit(0.9).Stop(Stop::kConfident);
  const TaskPtr task = Questions(200);
  const ModelPtr right_first = RightIn(1, 181);
  const ModelPtr right_last = RightIn(20, 201);
  Errors errors;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Evaluator evaluator({.seed = seed});
    errors.Count(VerdictOf(limit, {evaluator.Evaluate(right_first, task)}) == Verdict::kPassed,
                 false);
    Evaluator other({.seed = seed});
    errors.Count(false, VerdictOf(limit, {other.Evaluate(right_last, task)}) == Verdict::kFailed);
  }
  errors = errors.Of(kSeeds);
  std::cout << fmt::format("sorted data sets: passes wrongly {:.3f}, fails wrongly {:.3f}\n",
                           errors.high, errors.low);
  EXPECT_LE(errors.high, kPromise);
  EXPECT_LE(errors.low, kPromise);
  EXPECT_GT(errors.high, 0.02);  // As often as the method is allowed to be.
  // In their own order both verdicts would be wrong, always.
  std::vector<std::size_t> own_order(200);
  std::iota(own_order.begin(), own_order.end(), std::size_t{0});
  const EvaluationPtr first = Evaluator().Evaluate(right_first, task);
  const EvaluationPtr last = Evaluator().Evaluate(right_last, task);
  EXPECT_EQ(VerdictOf(limit, {InOrder(own_order, first)}), Verdict::kPassed);
  EXPECT_EQ(VerdictOf(limit, {InOrder(own_order, last)}), Verdict::kFailed);
}

// Five tasks of one size, sorted alike and asked under one seed. In step, each by the same order,
// they are no random sample of what they are together.
TEST(SequentialErrors, OfPooledTasksThatShareASeed) {
  constexpr std::uint64_t kSeeds = 20000;
  constexpr std::size_t kTasks = 5;
  const Limit limit = Limit(0.9).Pooled().Stop(Stop::kConfident);
  std::vector<TaskPtr> tasks;
  for (std::size_t i = 0; i < kTasks; ++i) {
    std::vector<Sample> samples = Questions(100)->dataset().samples();
    for (Sample& sample : samples) sample.id += fmt::format(" of {}", i);
    tasks.push_back(ExactMatch(MakeDataset(fmt::format("task{}", i), std::move(samples))));
  }
  const ModelPtr model = RightIn(1, 91);
  double wrong = 0.0;
  double in_step = 0.0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    Evaluator evaluator({.seed = seed});
    std::vector<EvaluationPtr> evaluations, others;
    for (const TaskPtr& task : tasks) {
      evaluations.push_back(evaluator.Evaluate(model, task));
      others.push_back(InOrder(internal::ShuffledOrder(100, seed), evaluations.back()));
    }
    wrong += VerdictOf(limit, evaluations) == Verdict::kPassed ? 1.0 / kSeeds : 0.0;
    in_step += VerdictOf(limit, others) == Verdict::kPassed ? 1.0 / kSeeds : 0.0;
  }
  std::cout << fmt::format(
      "pooled tasks that share a seed: passes wrongly {:.3f}; in step {:.3f}\n", wrong, in_step);
  EXPECT_LE(wrong, kPromise);
  EXPECT_GT(in_step, 0.3);
}

// --- several assertions

/// Limits that this data set does not clear, but nearly: with one sample more it clears all three.
constexpr PairedCounts kAtAllLimits{.both = 350, .lost = 50, .gained = 10, .neither = 90};
constexpr PairedCounts kAboveAllLimits{.both = 351, .lost = 49, .gained = 10, .neither = 90};
constexpr std::array<AtLimit, 3> kThree = {
    {{Metric::kAccuracy, 0.72}, {Metric::kRetention, 0.9}, {Metric::kFlips, 0.12}}};

TEST(SequentialErrors, OfSeveralAssertionsAreTheirOwn) {
  constexpr int kDraws = 10000;
  Random random(3);
  std::array<Errors, kThree.size()> errors = {};
  Errors any;
  for (const bool clears : {false, true}) {
    const PairedCounts counts = clears ? kAboveAllLimits : kAtAllLimits;
    for (const AtLimit& one : kThree) ASSERT_EQ(Clears(one.metric, one.limit, counts), clears);
    Answers answers = Everyone(counts);
    for (int i = 0; i < kDraws; ++i) {
      Shuffle(answers, random);
      bool any_wrong = false;
      for (std::size_t k = 0; k < kThree.size(); ++k) {
        const Verdict verdict =
            Decided(Question(kThree[k].metric, kThree[k].limit, Claim::kDataset), answers).verdict;
        const bool wrong = verdict == (clears ? Verdict::kFailed : Verdict::kPassed);
        errors[k].Count(!clears && wrong, clears && wrong);
        any_wrong = any_wrong || wrong;
      }
      any.Count(!clears && any_wrong, clears && any_wrong);
    }
  }
  for (std::size_t k = 0; k < kThree.size(); ++k) {
    const Errors of = errors[k].Of(kDraws);
    std::cout << fmt::format(
        "{}, of three assertions: passes wrongly {:.3f}, fails wrongly {:.3f}\n",
        Name(kThree[k].metric), of.high, of.low);
    EXPECT_LE(of.high, kPromise);
    EXPECT_LE(of.low, kPromise);
  }
  const Errors of = any.Of(kDraws);
  std::cout << fmt::format("any of three assertions: passes wrongly {:.3f}, fails wrongly {:.3f}\n",
                           of.high, of.low);
  EXPECT_LE(of.high, 3 * kAlpha);
  EXPECT_LE(of.low, 3 * kAlpha);
}

// Whatever the others asked for: each goes on from where they ended, or takes the part that it
// wants, and says what it says by itself.
TEST(SequentialErrors, OfSeveralAssertionsDoNotDependOnWhoComesFirst) {
  constexpr std::size_t kSamples = 500;
  const TaskPtr task = Questions(kSamples);
  const Answers answers = Everyone(kAtAllLimits);
  const auto model = [&](const std::string& name, double Score::*score) {
    return FunctionModel({.name = name}, {.generate = [&answers, score](const Request& request) {
                           const std::size_t number =
                               std::stoul(request.prompt.substr(request.prompt.rfind(' ') + 1));
                           const bool right = answers[number - 1].worst.*score == 1.0;
                           return Response::Text(right ? "right" : "wrong");
                         }});
  };
  const ModelPtr candidate = model("candidate", &Score::candidate);
  const ModelPtr baseline = model("baseline", &Score::baseline);
  int resumed = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Evaluator evaluator({.seed = seed});
    const EvaluationPtr compared = evaluator.Evaluate(baseline, task);
    const EvaluationPtr all = Evaluator({.seed = seed}).Evaluate(candidate, task);
    std::size_t furthest = 0;
    for (std::size_t k = 0; k < kThree.size(); ++k) {
      const AtLimit& one = kThree[(k + seed) % kThree.size()];
      internal::Sequence sequence(Question(one.metric, one.limit, Claim::kDataset), kSamples);
      const EvaluationPtr part = evaluator.Evaluate(
          candidate, task, {.stop = [&](const Sample& sample, const Outcome& outcome) {
            const std::size_t number = std::stoul(sample.id.substr(1));
            EXPECT_EQ(outcome.score, answers[number - 1].worst.candidate);
            return sequence.Add(answers[number - 1].worst, answers[number - 1].best);
          }});
      resumed += furthest > 0 && part->items.size() > furthest ? 1 : 0;
      furthest = std::max(furthest, part->items.size());
      const Limit limit = Limit(one.limit).Stop(Stop::kConfident);
      const Subject of_part{.candidate = part, .baseline = compared};
      const Subject of_all{.candidate = all, .baseline = compared};
      const Judgement judgement = Judge({one.metric, limit}, {&of_part, 1});
      ASSERT_NE(judgement.verdict, Verdict::kNotMeasured) << Explain(judgement);
      ASSERT_EQ(Name(judgement.verdict), Name(Judge({one.metric, limit}, {&of_all, 1}).verdict));
      ASSERT_EQ(part->items.size(), sequence.safe()->samples);
    }
  }
  EXPECT_GT(resumed, 50);
}

}  // namespace
}  // namespace gatetest::simulation
