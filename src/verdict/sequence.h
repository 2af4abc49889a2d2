// A share that is judged while its samples come in: the verdict as soon as it is safe.
#ifndef GATETEST_SRC_VERDICT_SEQUENCE_H_
#define GATETEST_SRC_VERDICT_SEQUENCE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "gatetest/estimate.h"
#include "gatetest/metrics.h"
#include "gatetest/sequential.h"
#include "src/verdict/decide.h"
#include "src/verdict/scores.h"

namespace gatetest::internal {

/// What the bets of a limit are made for.
struct BetTerms {
  Metric metric;
  double limit = 0.0;
  double alpha = 0.05;
  std::int64_t horizon = 1;                     ///< About how many samples at most.
  std::optional<std::int64_t> population = {};  ///< Of a dataset claim: all of its samples.
};

/// The metric's confidence sequence after these samples: bets on the limits that the metric could
/// be compared with, made for the one that it is compared with. `worst` and `best`: the scores as
/// they count against and for the candidate, where a sample could not be measured.
Interval MetricSequence(const BetTerms& terms, std::span<const Score> worst,
                        std::span<const Score> best);

/// Where a verdict became safe.
struct SafeVerdict {
  bool passed = false;
  bool certain = false;     ///< The rest cannot change it.
  std::size_t samples = 0;  ///< After so many.
};

/// One limit on one task, or on several that are pooled, sample by sample in the order in which
/// they are asked. The order has to be random.
///
/// A passed verdict rests on bets against "the metric misses the limit", a failed one on bets
/// against "it clears it". PASSED needs evidence of alpha (half of it for a population claim, whose
/// other half is kept for the last sample), FAILED of failure_alpha.
class Sequence {
 public:
  /// `samples`: how many there are.
  Sequence(const Decidable& question, std::size_t samples);

  /// The next sample, as it counts against and for the candidate. True: the verdict is safe.
  bool Add(const Score& worst, const Score& best);

  const std::optional<SafeVerdict>& safe() const { return safe_; }

  /// The p-value against "it clears the limit", at any time: 1 / the largest capital of the bets.
  double failure_p() const;

  const BetTerms& terms() const { return terms_; }

 private:
  struct Sums {
    double candidate = 0.0;
    double baseline = 0.0;
    double flips = 0.0;
    bool graded = false;

    void Add(const Score& score);
  };

  bool CertainlyPassed() const;
  bool CertainlyFailed() const;

  const Decidable question_;
  const BetTerms terms_;
  const double rounding_;  ///< What sums of scores between right and wrong may be wrong by.
  Bets passed_;            ///< Against "it misses the limit".
  Bets failed_;            ///< Against "it clears the limit".
  Sums worst_, best_;
  bool defined_ = false;  ///< There is something to compute the metric from.
  double rest_;           ///< Samples that are not yet in.
  std::size_t count_ = 0;
  double most_against_ = 0.0;  ///< ln of the largest capital of failed_.
  std::optional<SafeVerdict> safe_ = {};
};

/// Whether a verdict on this question can be safe before the last sample. Not that of a metric
/// which has no bounds (perplexity), nor a point estimate; and a population claim not where it may
/// only be certain, nor where samples come in clusters.
bool CanBeSafeEarly(const Decidable& question, std::span<const TaskPtr> tasks);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_SEQUENCE_H_
