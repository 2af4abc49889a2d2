// Limit: a threshold with its particulars; a plain number will do.
//
//   EXPECT_RETENTION_ABOVE(model, 0.9);
//   EXPECT_RETENTION_ABOVE(model, Limit(0.9).On("skills").Claim(gatetest::Claim::kPopulation));
#ifndef GATETEST_LIMIT_H_
#define GATETEST_LIMIT_H_

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gatetest {

/// What a passed gate says. In each of them a sample that could not be measured is neither right
/// nor wrong: a verdict that it could change is NOT MEASURED.
enum class Claim {
  /// The model clears the limit on these samples. Exact once all are evaluated, never inconclusive.
  kDataset,
  /// The model clears the limit on texts like these: the interval's bound clears it too, which is
  /// wrong with probability alpha (docs/statistics.md has what was measured). Inconclusive where
  /// the samples do not say.
  kPopulation,
  /// The estimate from the samples that were asked clears the limit, and no more: samples for which
  /// a budget did not suffice are left out. For trends, and for limits taken over from tools that
  /// compare
  /// so; not for a release.
  kPointEstimate,
};

/// "dataset", "population", "point estimate".
std::string_view Name(Claim claim);

/// When an evaluation may end before its last sample, because the verdict is safe. For metrics that
/// have bounds (accuracy, retention, accuracy loss, flips, truncation and empty answers); all else,
/// and every point estimate, is evaluated in full.
/// Samples are asked in a random order (EvaluatorOptions::seed), and a verdict that became safe
/// does not depend on what else is known: the same seed ends at the same sample.
enum class Stop {
  kNever,  ///< All samples are evaluated.
  /// The samples that are left can no longer change the verdict: no error at all. Under a
  /// population claim all samples are evaluated.
  kCertain,
  /// The verdict is wrong with a probability of at most alpha on each side, by a sequential test
  /// (sequential.h): a clear verdict costs a fraction of the samples. A population claim bets with
  /// half of alpha, and keeps the other half for the last sample; where samples carry clusters all
  /// of them are evaluated.
  kConfident,
};

/// "never", "certain", "confident".
std::string_view Name(Stop stop);

/// What a metric has to clear, and for which task, claim and alpha.
class Limit {
 public:
  /// In the metric's unit: a share is 0.9, not 90. What cannot be a limit of the metric (see
  /// CheckRequirement) is NOT MEASURED when it is judged; nothing is thrown here.
  Limit(double threshold) : threshold_(threshold) {}  // NOLINT: implicit, so that a number will do

  /// The same with an upper end: above this limit's threshold and below `upper`. For the metric
  /// that has two ends, the output length ratio; what is out of range is NOT MEASURED when it is
  /// judged.
  Limit UpTo(double upper) const {
    Limit limit = *this;
    limit.upper_ = upper;
    return limit;
  }
  /// Only this task ("skills"), or this group of its samples ("skills/add"). Default: every task of
  /// the gate that has the metric.
  Limit On(std::string task) const {
    Limit limit = *this;
    limit.task_ = std::move(task);
    return limit;
  }
  /// Default: the gate's.
  Limit Claim(gatetest::Claim claim) const {
    Limit limit = *this;
    limit.claim_ = claim;
    return limit;
  }
  /// The probability of a wrong population claim, of a wrong verdict that ended an evaluation early
  /// (Stop::kConfident), and of each bound of the interval that is shown; in (0, 0.5). Default: the
  /// gate's.
  Limit Alpha(double alpha) const {
    Limit limit = *this;
    limit.alpha_ = alpha;
    return limit;
  }
  /// When its evaluations may end early. Not for metrics without bounds (perplexity). Default: the
  /// gate's.
  Limit Stop(gatetest::Stop stop) const {
    Limit limit = *this;
    limit.stop_ = stop;
    return limit;
  }
  /// One verdict on the samples of all tasks together, each sample counting as much as any other,
  /// in place of one verdict a task. Default: every task has to clear the limit by itself.
  Limit Pooled() const {
    Limit limit = *this;
    limit.pooled_ = true;
    return limit;
  }

  double threshold() const { return threshold_; }                         ///< As it was given.
  const std::optional<double>& upper() const { return upper_; }           ///< From UpTo().
  const std::string& task() const { return task_; }                       ///< From On(), or empty.
  const std::optional<gatetest::Claim>& claim() const { return claim_; }  ///< None: the gate's.
  const std::optional<double>& alpha() const { return alpha_; }           ///< None: the gate's.
  const std::optional<gatetest::Stop>& stop() const { return stop_; }     ///< None: the gate's.
  bool pooled() const { return pooled_; }  ///< Whether Pooled() was asked for.

 private:
  double threshold_;
  std::optional<double> upper_;
  std::string task_;
  std::optional<gatetest::Claim> claim_;
  std::optional<double> alpha_;
  std::optional<gatetest::Stop> stop_;
  bool pooled_ = false;
};

}  // namespace gatetest

#endif  // GATETEST_LIMIT_H_
