// Sequences of right and wrong answers for the sequential gate: data sets whose value is as near to
// a limit as it can be, draws from a population that is at it, and the verdict on them.
#ifndef GATETEST_TESTS_SIMULATION_SEQUENCES_H_
#define GATETEST_TESTS_SIMULATION_SEQUENCES_H_

#include <fmt/format.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/intervals.h"
#include "src/statistics/p_values.h"
#include "src/verdict/sequence.h"
#include "tests/simulation/errors.h"
#include "tests/simulation/exact.h"
#include "tests/simulation/random.h"

namespace gatetest::simulation {

using internal::Score;

/// What came of one sample, counted against and for the candidate where it could not be measured.
struct Answer {
  Score worst;
  Score best;
};
using Answers = std::vector<Answer>;

inline constexpr Score kBothRight{.candidate = 1.0, .baseline = 1.0};
inline constexpr Score kLost{.candidate = 0.0, .baseline = 1.0};
inline constexpr Score kGained{.candidate = 1.0, .baseline = 0.0};
inline constexpr Score kBothWrong{.candidate = 0.0, .baseline = 0.0};

inline Answer Measured(const Score& score) { return {.worst = score, .best = score}; }

/// A metric, its limit, and what else there is to know of models that are at it.
struct AtLimit {
  Metric metric;
  double limit;
  double baseline = 1.0;  ///< Its accuracy.
  double gained = 0.0;    ///< Of all samples.

  Shares shares() const {
    switch (metric) {
      case Metric::kRetention:
        return Retaining(baseline, limit, gained);
      case Metric::kAccuracyLoss:
        return {.both = 1.0 - limit - 2.0 * gained, .lost = limit + gained, .gained = gained};
      case Metric::kFlips:
        return {.both = 1.0 - limit, .lost = limit / 2.0, .gained = limit / 2.0};
      default:
        return {.both = limit};
    }
  }

  std::string text() const {
    switch (metric) {
      case Metric::kRetention:
        return fmt::format("baseline {}, retention {}, gained {}", baseline, limit, gained);
      case Metric::kAccuracyLoss:
        return fmt::format("loss {}, gained {}", limit, gained);
      default:
        return fmt::format("share {}", limit);
    }
  }
};

/// As every verdict compares them.
inline bool Clears(Metric metric, double limit, const PairedCounts& counts) {
  const auto number = [](std::int64_t count) { return static_cast<double>(count); };
  const double all = number(counts.samples());
  switch (metric) {
    case Metric::kRetention:
      return number(counts.candidate_right()) / number(counts.baseline_right()) > limit;
    case Metric::kAccuracyLoss:
      return number(counts.lost - counts.gained) / all < limit;
    case Metric::kFlips:
      return number(counts.lost + counts.gained) / all < limit;
    default:
      return number(counts.candidate_right()) / all > limit;
  }
}

inline PairedCounts Rounded(const Shares& shares, std::size_t samples) {
  const auto n = static_cast<double>(samples);
  PairedCounts counts{.both = std::llround(shares.both * n),
                      .lost = std::llround(shares.lost * n),
                      .gained = std::llround(shares.gained * n)};
  counts.neither = static_cast<std::int64_t>(samples) - counts.samples();
  return counts;
}

/// The data set nearest to the limit that clears it, or that does not.
inline PairedCounts NearestTo(const AtLimit& setting, std::size_t samples, bool clears) {
  PairedCounts counts = Rounded(setting.shares(), samples);
  std::int64_t& worse = setting.metric == Metric::kAccuracy ? counts.neither : counts.lost;
  const auto improve = [&](std::int64_t by) {
    counts.both += by;
    worse -= by;
  };
  while (Clears(setting.metric, setting.limit, counts) == clears) improve(clears ? -1 : 1);
  improve(clears ? 1 : -1);
  return counts;
}

/// Sorted: what both have right first.
inline Answers Everyone(const PairedCounts& counts) {
  Answers answers;
  const auto add = [&](std::int64_t count, const Score& score) {
    answers.insert(answers.end(), static_cast<std::size_t>(count), Measured(score));
  };
  add(counts.both, kBothRight);
  add(counts.gained, kGained);
  add(counts.neither, kBothWrong);
  add(counts.lost, kLost);
  return answers;
}

inline void Shuffle(Answers& answers, Random& random) {
  for (std::size_t i = answers.size(); i > 1; --i) {
    std::swap(answers[i - 1], answers[random.Below(i)]);
  }
}

inline void Draw(const Shares& shares, Random& random, Answers& answers) {
  for (Answer& answer : answers) {
    const double u = random.Uniform();
    const bool both = u < shares.both;
    const bool lost = !both && u < shares.both + shares.lost;
    const bool gained = !both && !lost && u < shares.both + shares.lost + shares.gained;
    answer = Measured(both ? kBothRight : lost ? kLost : gained ? kGained : kBothWrong);
  }
}

inline internal::Decidable Question(Metric metric, double limit, Claim claim) {
  return {
      .metric = metric, .limit = limit, .claim = claim, .alpha = kAlpha, .stop = Stop::kConfident};
}

/// What became of one sequence.
struct Ended {
  Verdict verdict = Verdict::kInconclusive;
  std::size_t samples = 0;  ///< So many were asked.
};

/// What a population claim says of all samples at this alpha.
inline Verdict LastLook(const internal::Decidable& question, const PairedCounts& counts,
                        double alpha) {
  internal::PValues p;
  switch (question.metric) {
    case Metric::kRetention:
      p = internal::NormalPValues(TangStatistic(counts, question.limit));
      break;
    case Metric::kAccuracyLoss:
      p = internal::NormalPValues(-TangoStatistic(counts, -question.limit));
      break;
    case Metric::kFlips:
      p = internal::BinomialPValues(counts.lost + counts.gained, counts.samples(), question.limit);
      break;
    default:
      p = internal::BinomialPValues(counts.candidate_right(), counts.samples(), question.limit);
  }
  if (!internal::MoreIsBetter(question.metric)) std::swap(p.above, p.below);
  if (p.above < alpha) return Verdict::kPassed;
  return p.below < alpha ? Verdict::kFailed : Verdict::kInconclusive;
}

inline void Count(const Score& score, PairedCounts& counts) {
  const bool candidate = score.candidate == 1.0;
  const bool baseline = score.baseline == 1.0;
  ++(baseline ? (candidate ? counts.both : counts.lost)
              : (candidate ? counts.gained : counts.neither));
}

/// As Judge does it, in a fraction of the time. NOT MEASURED where the samples that could not be
/// measured decide.
inline Ended Decided(const internal::Decidable& question, const Answers& answers) {
  internal::Sequence sequence(question, answers.size());
  PairedCounts worst, best;
  for (const Answer& answer : answers) {
    Count(answer.worst, worst);
    Count(answer.best, best);
    if (sequence.Add(answer.worst, answer.best)) break;
  }
  Ended ended{.samples = answers.size()};
  const std::optional<internal::SafeVerdict>& safe = sequence.safe();
  const bool dataset = question.claim == Claim::kDataset;
  // At the last sample of a data set nothing is left to bet on.
  if (safe && (safe->certain || !dataset || safe->samples < answers.size())) {
    ended.verdict = safe->passed ? Verdict::kPassed : Verdict::kFailed;
    ended.samples = safe->samples;
  } else if (dataset) {
    ended.verdict = Verdict::kNotMeasured;
  } else {
    // With the half of alpha that was not bet.
    ended.verdict = LastLook(question, worst, question.alpha / 2.0);
    if (LastLook(question, best, question.alpha / 2.0) != ended.verdict) {
      ended.verdict = Verdict::kNotMeasured;
    }
  }
  return ended;
}

}  // namespace gatetest::simulation

#endif  // GATETEST_TESTS_SIMULATION_SEQUENCES_H_
