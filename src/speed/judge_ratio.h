// The verdict on a ratio of times: of pairs that were measured in one run, and against times that
// were measured in another.
#ifndef GATETEST_SRC_SPEED_JUDGE_RATIO_H_
#define GATETEST_SRC_SPEED_JUDGE_RATIO_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "src/speed/speed_judgement.h"
#include "src/speed/unit.h"

namespace gatetest::internal {

/// What the candidate's time over the baseline's has to be.
struct RatioLimit {
  double limit = 1.05;
  /// True: the speedup, baseline's time / candidate's, is strictly above the limit. False: the
  /// slowdown, its inverse, is at most the limit.
  bool speedup = false;
};

/// Pairs of times of the same work, each pair in an order drawn at random.
struct Pairs {
  std::vector<double> candidate = {};  ///< In seconds.
  std::vector<double> baseline = {};   ///< As many.
  std::size_t failed = 0;              ///< Pairs beside these that could not be measured,
  std::string first_failure = {};      ///< for this reason, the first of them.
  /// Of one piece of work of the baseline's, in the same run: what the machine adds. May be empty.
  /// (Pairs never do the same work again: they would not be independent of each other.)
  std::vector<double> same_work = {};
  std::string what_same_work = {};  ///< "the baseline's first work".
};

/// When a verdict is looked for, in numbers of pairs: 20, twice that, and so on up to `most`. Each
/// look is at alpha / looks, so that the error of all of them together is at most alpha.
std::vector<std::size_t> LooksFor(std::size_t most);

/// After as many pairs as one of `looks` says: PASSED or FAILED by the bounds of Hodges and Lehmann
/// on ln(candidate / baseline) at alpha / looks; none: more are needed.
std::optional<Verdict> LookAt(const Pairs& pairs, const RatioLimit& limit, double alpha,
                              std::size_t looks);

/// The verdict on all pairs, INCONCLUSIVE where LookAt has none. `looks`: in all that were planned.
/// Pairs that failed count for and against. Throws as HodgesLehmannInterval does.
SpeedJudgement JudgePairs(const SpeedSubject& subject, const RatioLimit& limit, const Pairs& pairs,
                          std::size_t looks);

/// Medians of repetitions of two runs, perhaps of different days: the bounds of both by order
/// statistics, each at alpha / 2. FewestForUpperRank(0.5, alpha / 2) repetitions a side or more.
SpeedJudgement JudgeAcrossRuns(const SpeedSubject& subject, const RatioLimit& limit,
                               const std::vector<double>& candidate,
                               const std::vector<double>& baseline);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_SPEED_JUDGE_RATIO_H_
