// The scores of both models on the samples of a verdict, those that could not be measured included
// where they are to count.
#ifndef GATETEST_SRC_VERDICT_SCORES_H_
#define GATETEST_SRC_VERDICT_SCORES_H_

#include <cstddef>
#include <vector>

#include "gatetest/intervals.h"
#include "src/verdict/measure.h"
#include "src/verdict/pairs.h"

namespace gatetest::internal {

/// The scores between which all others are.
inline constexpr double kRight = 1.0;
inline constexpr double kWrong = 0.0;

/// Of one sample. Without a baseline, its score is 1. Of truncation and empty answers: 1 where the
/// answer is one.
struct Score {
  double candidate = 0.0;
  double baseline = 1.0;
  std::size_t cluster = 0;
};

struct Scores {
  std::vector<Score> all = {};
  bool clustered = false;  ///< Samples carry clusters; else `cluster` counts samples.
  bool graded = false;     ///< Some are between right and wrong.
};

inline bool RightOrWrong(double score) { return score == kRight || score == kWrong; }

/// Of one sample; where it was not measured, the score that is best (`kFor`) or worst (`kAgainst`)
/// for the candidate. Throws as ScoresOf does.
Score ScoreOf(Metric metric, const Pair& pair, CountMissing missing);

/// A sample that was not measured is left out, or has the score that is best, or worst, for the
/// candidate under this metric. Throws Error(kUndefined) for a score that is not between 0 and 1,
/// and for flips of scores between right and wrong.
Scores ScoresOf(Metric metric, const std::vector<Pair>& pairs, CountMissing missing);

/// Of scores that are right or wrong.
PairedCounts Count(const Scores& scores);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_SCORES_H_
