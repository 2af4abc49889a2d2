// Limit: a threshold with its particulars; a plain number will do.
//
//   EXPECT_RETENTION_ABOVE(model, 0.9);
//   EXPECT_RETENTION_ABOVE(model, Limit(0.9).On("skills").Claim(gatetest::Claim::kPopulation));
#ifndef GATETEST_LIMIT_H_
#define GATETEST_LIMIT_H_

#include <optional>
#include <string>
#include <utility>

namespace gatetest {

/// What a passed gate says.
enum class Claim {
  /// The model clears the limit on these samples. Exact once all are evaluated, never inconclusive.
  kDataset,
  /// The model clears the limit on texts like these: the interval's bound clears it too, which is
  /// wrong with probability at most alpha. Inconclusive where the samples do not say.
  kPopulation,
};

/// What a metric has to clear, and for which task, claim and alpha.
class Limit {
 public:
  /// In the metric's unit: a share is 0.9, not 90. What cannot be a limit of the metric (see
  /// CheckRequirement) is NOT MEASURED when it is judged; nothing is thrown here.
  Limit(double threshold) : threshold_(threshold) {}  // NOLINT: implicit, so that a number will do

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
  /// The probability of a wrong population claim, and of each bound of the interval that is shown;
  /// in (0, 0.5). Default: the gate's.
  Limit Alpha(double alpha) const {
    Limit limit = *this;
    limit.alpha_ = alpha;
    return limit;
  }

  double threshold() const { return threshold_; }                         ///< As it was given.
  const std::string& task() const { return task_; }                       ///< From On(), or empty.
  const std::optional<gatetest::Claim>& claim() const { return claim_; }  ///< None: the gate's.
  const std::optional<double>& alpha() const { return alpha_; }           ///< None: the gate's.

 private:
  double threshold_;
  std::string task_;
  std::optional<gatetest::Claim> claim_;
  std::optional<double> alpha_;
};

}  // namespace gatetest

#endif  // GATETEST_LIMIT_H_
