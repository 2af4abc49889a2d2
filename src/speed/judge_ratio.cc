#include "src/speed/judge_ratio.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "gatetest/intervals.h"
#include "src/speed/distribution.h"
#include "src/statistics/distributions.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

constexpr double kNoLogBound = std::numeric_limits<double>::infinity();

/// Stands for a pair that failed: beyond all that can be measured, and finite.
constexpr double kBeyond = 1e6;

std::vector<double> LogRatios(const Pairs& pairs, double failed_as) {
  std::vector<double> differences;
  differences.reserve(pairs.candidate.size() + pairs.failed);
  for (std::size_t i = 0; i < pairs.candidate.size(); ++i) {
    differences.push_back(std::log(pairs.candidate[i] / pairs.baseline[i]));
  }
  differences.insert(differences.end(), pairs.failed, failed_as);
  return differences;
}

/// Bounds of ln(candidate / baseline).
struct LogBounds {
  double estimate = 0.0;
  double lower = -kNoLogBound;
  double upper = kNoLogBound;
};

LogBounds LogBoundsOf(const std::vector<double>& differences, double alpha) {
  if (SignedRankCount(static_cast<std::int64_t>(differences.size()), alpha) == 0) {
    std::vector<double> sorted = differences;
    std::sort(sorted.begin(), sorted.end());
    return {.estimate = sorted.empty() ? 0.0 : Quantile(sorted, 0.5)};
  }
  const HodgesLehmann interval = HodgesLehmannInterval(differences, alpha);
  return {.estimate = interval.estimate, .lower = interval.lower, .upper = interval.upper};
}

/// On the scale of the bounds, the most that is allowed.
double LogLimit(const RatioLimit& limit) {
  return limit.speedup ? -std::log(limit.limit) : std::log(limit.limit);
}

std::optional<Verdict> VerdictOf(const RatioLimit& limit, const LogBounds& bounds) {
  const double most = LogLimit(limit);
  // A speedup has to be above its limit; a slowdown may be as large as it.
  if (limit.speedup ? bounds.upper < most : bounds.upper <= most) return Verdict::kPassed;
  if (limit.speedup ? bounds.lower >= most : bounds.lower > most) return Verdict::kFailed;
  return std::nullopt;
}

/// In the limit's own words: the ratio, or the speedup.
struct Shown {
  double value;
  double lower;
  double upper;
};

Shown ShownOf(const RatioLimit& limit, const LogBounds& bounds) {
  if (limit.speedup) {
    return {std::exp(-bounds.estimate), std::exp(-bounds.upper), std::exp(-bounds.lower)};
  }
  return {std::exp(bounds.estimate), std::exp(bounds.lower), std::exp(bounds.upper)};
}

std::string Show(double value, double other) {
  // A pair that failed is infinite too: no double is as large as exp(kBeyond).
  if (std::isinf(value)) return "infinite";
  return ShowBeside(value, other);
}

std::string Reason(const RatioLimit& limit, const LogBounds& bounds, std::optional<Verdict> verdict,
                   const std::string& more) {
  const Shown shown = ShownOf(limit, bounds);
  if (!verdict) {
    return fmt::format("the interval [{}, {}] holds {}: {}", Show(shown.lower, limit.limit),
                       Show(shown.upper, limit.limit), ShowNumber(limit.limit), more);
  }
  const bool above = (verdict == Verdict::kPassed) == limit.speedup;
  return fmt::format(
      "{} is {}above {}, and the interval's {} bound {} is {}", Show(shown.value, limit.limit),
      above ? "" : "not ", ShowNumber(limit.limit), above ? "lower" : "upper",
      Show(above ? shown.lower : shown.upper, limit.limit), above ? "too" : "not either");
}

Estimate EstimateOf(const Shown& shown, double alpha, std::size_t n, std::string observations,
                    std::string method) {
  Estimate estimate{.value = shown.value,
                    .n = n,
                    .observations = std::move(observations),
                    .method = std::move(method)};
  estimate.interval = Interval{shown.lower, shown.upper, alpha};
  return estimate;
}

std::string Actual(const SpeedSubject& subject, const RatioLimit& limit, const Estimate& estimate) {
  return fmt::format(
      "{} {}, {:.4g}% interval [{}, {}], n = {} ({})", subject.metric,
      Show(estimate.value, limit.limit), 100.0 * (1.0 - 2.0 * estimate.interval->alpha),
      Show(estimate.interval->lower, limit.limit), Show(estimate.interval->upper, limit.limit),
      ShowCount(static_cast<double>(estimate.n), estimate.observations), estimate.method);
}

/// One line a side.
std::string Sides(const std::vector<double>& candidate, const std::vector<double>& baseline) {
  if (candidate.empty() || baseline.empty()) return "";
  std::vector<double> sorted[] = {candidate, baseline};
  for (std::vector<double>& side : sorted) std::sort(side.begin(), side.end());
  const Scale scale(Unit::kSeconds, Quantile(sorted[1], 0.5));
  return fmt::format("\ncandidate {}\nbaseline  {}", OneLine(sorted[0], scale),
                     OneLine(sorted[1], scale));
}

std::string NoiseText(const Pairs& pairs, const RatioLimit& limit, const LogBounds& bounds,
                      bool decided) {
  const Spread spread = SpreadOf(pairs.same_work);
  std::string text = SpreadText(spread, pairs.what_same_work);
  if (text.empty() || decided) return text;
  const double apart = std::log(spread.high / spread.low) / 2.0;
  if (apart > std::fabs(bounds.estimate - LogLimit(limit))) {
    text += kTooNoisy;
  }
  return text;
}

/// The ratios of pairs, as bars.
std::string RatioHistogram(const std::vector<double>& differences, const RatioLimit& limit) {
  std::vector<double> ratios;
  for (const double difference : differences) {
    if (std::fabs(difference) < kBeyond / 2.0) {
      ratios.push_back(std::exp(limit.speedup ? -difference : difference));
    }
  }
  std::sort(ratios.begin(), ratios.end());
  return Histogram(ratios, limit.limit, Scale(Unit::kNumber, 1.0));
}

/// What would decide, when `n` pairs have not.
std::string MorePairs(const RatioLimit& limit, const LogBounds& bounds, std::size_t n,
                      double alpha) {
  const double distance = std::fabs(bounds.estimate - LogLimit(limit));
  const double half = (bounds.upper - bounds.lower) / 2.0;
  if (!std::isfinite(half)) {
    const double fewest = std::max(20.0, std::ceil(-std::log2(alpha)));
    return fmt::format("{} give{} no bound at alpha {:g}; set .Repetitions({:.0f}) or more",
                       ShowMany(n, "pair"), n == 1 ? "s" : "", alpha, fewest);
  }
  if (half > kBeyond / 8.0) return "too many failed to tell; find out why";
  constexpr double kTooMany = 20.0;
  const double factor = distance > 0.0 ? std::pow(half / distance, 2.0) : kNoLogBound;
  if (factor > kTooMany) return "it is too close to the limit to tell; choose another limit";
  const double needed = std::ceil(static_cast<double>(n) * std::max(factor, 1.5) / 10.0) * 10.0;
  return fmt::format("about {} in all would decide, set .Repetitions({:.0f})",
                     ShowMany(static_cast<std::size_t>(needed), "pair"), needed);
}

}  // namespace

std::vector<std::size_t> LooksFor(std::size_t most) {
  constexpr std::size_t kFirst = 20;
  std::vector<std::size_t> looks;
  for (std::size_t at = kFirst; at < most; at *= 2) looks.push_back(at);
  looks.push_back(most);
  return looks;
}

std::optional<Verdict> LookAt(const Pairs& pairs, const RatioLimit& limit, double alpha,
                              std::size_t looks) {
  const double level = alpha / static_cast<double>(looks);
  const auto against = VerdictOf(limit, LogBoundsOf(LogRatios(pairs, kBeyond), level));
  const auto with = VerdictOf(limit, LogBoundsOf(LogRatios(pairs, -kBeyond), level));
  return against == with ? against : std::nullopt;
}

SpeedJudgement JudgePairs(const SpeedSubject& subject, const RatioLimit& limit, const Pairs& pairs,
                          std::size_t looks) {
  CheckAlpha("JudgePairs", subject.alpha);
  const std::size_t n = pairs.candidate.size() + pairs.failed;
  const std::string failures =
      fmt::format("{} of {} failed ({})", pairs.failed, ShowMany(n, "pair"), pairs.first_failure);
  if (pairs.candidate.empty()) {
    return NotMeasured(subject,
                       pairs.failed > 0 ? failures : "nothing was measured" + EndedText(subject));
  }
  const double level = subject.alpha / static_cast<double>(looks);
  const std::vector<double> differences = LogRatios(pairs, kBeyond);
  const LogBounds against = LogBoundsOf(differences, level);
  const std::optional<Verdict> verdict = VerdictOf(limit, against);
  const std::optional<Verdict> with =
      VerdictOf(limit, LogBoundsOf(LogRatios(pairs, -kBeyond), level));
  const Estimate estimate =
      EstimateOf(ShownOf(limit, against), level, n, "pairs", "Hodges-Lehmann");
  Lines lines;
  lines.Add("Actual", Actual(subject, limit, estimate) + Sides(pairs.candidate, pairs.baseline));
  const std::string histogram = RatioHistogram(differences, limit);
  if (verdict != with) {
    return Judged(subject, Verdict::kNotMeasured, failures + ", which decides", estimate,
                  std::move(lines), "", histogram);
  }
  std::string reason = Reason(limit, against, verdict, MorePairs(limit, against, n, level));
  reason += EndedText(subject);
  if (pairs.failed > 0) reason += "\n" + failures + "; counted against it";
  return Judged(subject, verdict.value_or(Verdict::kInconclusive), reason, estimate,
                std::move(lines), NoiseText(pairs, limit, against, verdict.has_value()), histogram);
}

SpeedJudgement JudgeAcrossRuns(const SpeedSubject& subject, const RatioLimit& limit,
                               const std::vector<double>& candidate,
                               const std::vector<double>& baseline) {
  CheckAlpha("JudgeAcrossRuns", subject.alpha);
  if (candidate.empty() || baseline.empty()) {
    return NotMeasured(subject, "nothing was measured" + EndedText(subject));
  }
  constexpr double kMedian = 0.5;
  const double level = subject.alpha / 2.0;
  std::vector<double> sorted[] = {candidate, baseline};
  LogBounds sides[2];
  for (std::size_t i = 0; i < 2; ++i) {
    std::sort(sorted[i].begin(), sorted[i].end());
    const QuantileRanks ranks =
        OrderStatisticRanks(static_cast<std::int64_t>(sorted[i].size()), kMedian, level);
    const auto at = [&](std::int64_t rank) {
      return std::log(sorted[i][static_cast<std::size_t>(rank) - 1]);
    };
    sides[i].estimate = std::log(Quantile(sorted[i], kMedian));
    if (ranks.lower) sides[i].lower = at(*ranks.lower);
    if (ranks.upper) sides[i].upper = at(*ranks.upper);
  }
  const LogBounds bounds{.estimate = sides[0].estimate - sides[1].estimate,
                         .lower = sides[0].lower - sides[1].upper,
                         .upper = sides[0].upper - sides[1].lower};
  const std::optional<Verdict> verdict = VerdictOf(limit, bounds);
  const Estimate estimate =
      EstimateOf(ShownOf(limit, bounds), subject.alpha, candidate.size(), "repetitions",
                 fmt::format("medians of two runs, order statistics; the file has {}",
                             ShowMany(baseline.size(), "repetition")));
  const auto fewest = static_cast<std::size_t>(FewestForUpperRank(kMedian, level));
  std::string more = "take more repetitions on both sides, or compare both in one run";
  if (candidate.size() < fewest || baseline.size() < fewest) {
    more = fmt::format("{} repetitions on either side are needed at alpha {:g}", fewest,
                       subject.alpha);
  }
  std::string reason = Reason(limit, bounds, verdict, more);
  reason += EndedText(subject);
  Lines lines;
  lines.Add("Actual", Actual(subject, limit, estimate) + Sides(candidate, baseline));
  return Judged(subject, verdict.value_or(Verdict::kInconclusive), reason, estimate,
                std::move(lines), "", "");
}

}  // namespace gatetest::internal
