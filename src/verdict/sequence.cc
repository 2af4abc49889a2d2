#include "src/verdict/sequence.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "src/statistics/bet_bounds.h"
#include "src/verdict/metric_traits.h"

namespace gatetest::internal {
namespace {

/// A limit is cleared where the mean of Goodness is above this; both in [0, 1].
double MeanAtLimit(Metric metric, double limit) {
  switch (metric) {
    case Metric::kRetention:
      return limit / (1.0 + limit);
    case Metric::kAccuracyLoss:
      return (1.0 - limit) / 2.0;
    case Metric::kFlips:
    case Metric::kTruncation:
    case Metric::kEmpty:
      return 1.0 - limit;
    default:
      return limit;
  }
}

/// What a sample is worth to the candidate. Retention clears a limit r where the mean of
/// candidate - r * baseline, in [-r, 1], is above 0.
double Goodness(Metric metric, double limit, const Score& score) {
  switch (metric) {
    case Metric::kRetention:
      return (score.candidate - limit * score.baseline + limit) / (1.0 + limit);
    case Metric::kAccuracyLoss:
      return (1.0 - score.baseline + score.candidate) / 2.0;
    case Metric::kFlips:
      return score.candidate == score.baseline ? 1.0 : 0.0;
    case Metric::kTruncation:
    case Metric::kEmpty:
      return 1.0 - score.candidate;
    default:
      return score.candidate;
  }
}

/// Of the values that the metric can have. A retention is looked for as MeanAtLimit, because it has
/// no upper end.
BetRange RangeOfBounds(Metric metric) {
  constexpr double kAlmostOne = 1.0 - 1e-9;
  if (metric == Metric::kRetention) return {0.0, kAlmostOne};
  return metric == Metric::kAccuracyLoss ? BetRange{-1.0, 1.0} : BetRange{0.0, 1.0};
}

double RetentionAt(double mean) {
  return mean >= RangeOfBounds(Metric::kRetention).highest ? std::numeric_limits<double>::infinity()
                                                           : mean / (1.0 - mean);
}

/// Against "the metric misses the limit `at`"; the fractions are those for terms.limit.
Bets PassingBets(const BetTerms& terms, double at) {
  return {MeanAtLimit(terms.metric, at), terms.population,
          Bets::FractionsFor(MeanAtLimit(terms.metric, terms.limit),
                             static_cast<double>(terms.horizon))};
}

/// Against "it clears the limit `at`".
Bets FailingBets(const BetTerms& terms, double at) {
  return {1.0 - MeanAtLimit(terms.metric, at), terms.population,
          Bets::FractionsFor(1.0 - MeanAtLimit(terms.metric, terms.limit),
                             static_cast<double>(terms.horizon))};
}

BetTerms TermsOf(const Decidable& question, std::size_t samples) {
  const auto all = static_cast<std::int64_t>(samples);
  const auto most = static_cast<std::int64_t>(std::min(samples, question.samples));
  BetTerms terms{.metric = question.metric,
                 .limit = question.limit,
                 .alpha = question.alpha,
                 .horizon = std::max<std::int64_t>(all, 1)};
  if (question.claim == Claim::kPopulation) {
    terms.alpha /= 2.0;
    terms.horizon = std::max<std::int64_t>(most, 1);
  } else {
    terms.population = all;
  }
  return terms;
}

}  // namespace

Interval MetricSequence(const BetTerms& terms, std::span<const Score> worst,
                        std::span<const Score> best) {
  const bool retention = terms.metric == Metric::kRetention;
  const auto limit_at = [&](double at) { return retention ? RetentionAt(at) : at; };
  const CapitalAt passing = [&](double at) {
    const double limit = limit_at(at);
    Bets bets = PassingBets(terms, limit);
    for (const Score& score : worst) bets.Add(Goodness(terms.metric, limit, score));
    return CapitalOf(bets);
  };
  const CapitalAt failing = [&](double at) {
    const double limit = limit_at(at);
    Bets bets = FailingBets(terms, limit);
    for (const Score& score : best) bets.Add(1.0 - Goodness(terms.metric, limit, score));
    return CapitalOf(bets);
  };
  const BetRange range = RangeOfBounds(terms.metric);
  Interval interval = MoreIsBetter(terms.metric) ? BetBounds(range, terms.alpha, passing, failing)
                                                 : BetBounds(range, terms.alpha, failing, passing);
  interval.lower = limit_at(interval.lower);
  interval.upper = limit_at(interval.upper);
  return interval;
}

Sequence::Sequence(const Decidable& question, std::size_t samples)
    : question_(question),
      terms_(TermsOf(question, samples)),
      rounding_(1e-12 * static_cast<double>(samples)),
      passed_(PassingBets(terms_, question.limit)),
      failed_(FailingBets(terms_, question.limit)),
      rest_(static_cast<double>(samples)) {}

void Sequence::Sums::Add(const Score& score) {
  candidate += score.candidate;
  baseline += score.baseline;
  flips += score.candidate == score.baseline ? 0.0 : 1.0;
  graded = graded || !RightOrWrong(score.candidate) || !RightOrWrong(score.baseline);
}

bool Sequence::Add(const Score& worst, const Score& best) {
  if (safe_) return true;
  ++count_;
  rest_ -= 1.0;
  passed_.Add(Goodness(question_.metric, question_.limit, worst));
  failed_.Add(1.0 - Goodness(question_.metric, question_.limit, best));
  worst_.Add(worst);
  best_.Add(best);
  const double for_passed = passed_.log_capital();
  most_against_ = std::max(most_against_, failed_.log_capital());
  // There is no metric of nothing that was measured, and no retention without anything that the
  // baseline has right.
  const bool measured = worst.candidate == best.candidate && worst.baseline == best.baseline;
  const bool counts = question_.metric != Metric::kRetention || worst.baseline > 0.0;
  defined_ = defined_ || (measured && counts);
  if (!defined_) return false;

  const auto decide = [&](bool passed, bool certain) {
    safe_ = {.passed = passed, .certain = certain, .samples = count_};
    return true;
  };
  if (question_.claim == Claim::kDataset) {
    if (CertainlyPassed()) return decide(true, true);
    if (CertainlyFailed()) return decide(false, true);
  }
  if (question_.stop != Stop::kConfident) return false;
  const double share = terms_.alpha / question_.alpha;
  if (for_passed >= -std::log(terms_.alpha)) return decide(true, false);
  if (most_against_ >= -std::log(question_.failure_alpha * share)) return decide(false, false);
  return false;
}

// Quotients of whole numbers, rounded once, as the verdict on all samples compares them. The rest
// counts as wrong, with a baseline that is right where that is worse; or the other way round.

bool Sequence::CertainlyPassed() const {
  const double all = rest_ + static_cast<double>(count_);
  const double slack = worst_.graded ? rounding_ : 0.0;
  switch (question_.metric) {
    case Metric::kRetention:
      return (worst_.candidate - slack) / (worst_.baseline + rest_) > question_.limit;
    case Metric::kAccuracyLoss:
      return (worst_.baseline - worst_.candidate + rest_ + slack) / all < question_.limit;
    case Metric::kFlips:
      return (worst_.flips + rest_) / all < question_.limit;
    case Metric::kTruncation:
    case Metric::kEmpty:
      return (worst_.candidate + rest_) / all < question_.limit;
    default:
      return (worst_.candidate - slack) / all > question_.limit;
  }
}

bool Sequence::CertainlyFailed() const {
  const double all = rest_ + static_cast<double>(count_);
  const double slack = best_.graded ? rounding_ : 0.0;
  switch (question_.metric) {
    case Metric::kRetention:
      return (best_.candidate + rest_ + slack) / best_.baseline <= question_.limit;
    case Metric::kAccuracyLoss:
      return (best_.baseline - best_.candidate - rest_ - slack) / all >= question_.limit;
    case Metric::kFlips:
      return best_.flips / all >= question_.limit;
    case Metric::kTruncation:
    case Metric::kEmpty:
      return best_.candidate / all >= question_.limit;
    default:
      return (best_.candidate + rest_ + slack) / all <= question_.limit;
  }
}

double Sequence::failure_p() const {
  const double p = std::exp(-most_against_) * question_.alpha / terms_.alpha;
  return safe_ && safe_->certain && !safe_->passed ? 0.0 : std::min(p, 1.0);
}

bool CanBeSafeEarly(const Decidable& question, std::span<const TaskPtr> tasks) {
  if (question.stop == Stop::kNever || !HasBounds(question.metric)) return false;
  if (question.claim != Claim::kPopulation) return question.claim == Claim::kDataset;
  // Draws that depend on each other are none to bet on.
  const bool clustered = std::any_of(tasks.begin(), tasks.end(), [](const TaskPtr& task) {
    const std::vector<Sample>& samples = task->dataset().samples();
    return std::any_of(samples.begin(), samples.end(),
                       [](const Sample& sample) { return !sample.cluster.empty(); });
  });
  return question.stop == Stop::kConfident && !clustered;
}

}  // namespace gatetest::internal
