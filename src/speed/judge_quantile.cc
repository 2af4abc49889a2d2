#include "src/speed/judge_quantile.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "gatetest/error.h"
#include "gatetest/intervals.h"
#include "gatetest/planning.h"
#include "src/speed/distribution.h"
#include "src/statistics/distributions.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

constexpr double kNoBound = std::numeric_limits<double>::infinity();

/// The quantile's bounds: infinite where there are too few observations for one.
struct Bounds {
  double lower = -kNoBound;
  double upper = kNoBound;
};

/// Of sorted values.
Bounds BoundsOf(const std::vector<double>& sorted, double p, double alpha) {
  const QuantileRanks ranks =
      OrderStatisticRanks(static_cast<std::int64_t>(sorted.size()), p, alpha);
  const auto at = [&](std::int64_t rank) { return sorted[static_cast<std::size_t>(rank) - 1]; };
  return {.lower = ranks.lower ? at(*ranks.lower) : -kNoBound,
          .upper = ranks.upper ? at(*ranks.upper) : kNoBound};
}

std::vector<double> WithFailures(const std::vector<double>& values, std::size_t failed, double as) {
  std::vector<double> sorted = values;
  sorted.insert(sorted.end(), failed, as);
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

Verdict VerdictOf(const QuantileLimit& limit, const Bounds& bounds) {
  const bool passes = limit.below ? bounds.upper < limit.limit : bounds.lower > limit.limit;
  const bool fails = limit.below ? bounds.lower >= limit.limit : bounds.upper <= limit.limit;
  return passes ? Verdict::kPassed : fails ? Verdict::kFailed : Verdict::kInconclusive;
}

/// About how many observations in all would decide, by the share of these that misses the limit.
/// None: it is too close to say.
std::optional<std::size_t> EnoughFor(const QuantileLimit& limit, const std::vector<double>& sorted,
                                     double alpha) {
  const double allowed = limit.below ? 1.0 - limit.p : limit.p;
  const auto misses = std::count_if(sorted.begin(), sorted.end(), [&](double value) {
    return limit.below ? value >= limit.limit : value <= limit.limit;
  });
  const double share = static_cast<double>(misses) / static_cast<double>(sorted.size());
  try {
    const SamplePlan plan = PlanShare({.share = share, .limit = allowed, .alpha = alpha});
    const auto needed = std::max(static_cast<std::size_t>(plan.samples), FewestFor(limit, alpha));
    constexpr std::size_t kTooMany = 20;
    if (needed > kTooMany * sorted.size() && needed > FewestFor(limit, alpha)) return std::nullopt;
    return std::max(needed, sorted.size() + sorted.size() / 2);
  } catch (const Error&) {
    return std::nullopt;
  }
}

class Judging {
 public:
  Judging(const SpeedSubject& subject, const QuantileLimit& limit, const Repetitions& repetitions)
      : subject_(subject),
        limit_(limit),
        repetitions_(repetitions),
        sorted_(WithFailures(repetitions.values, 0, 0.0)),
        scale_(limit.unit, std::max(limit.limit, sorted_.empty() ? 0.0 : sorted_.front())) {}

  SpeedJudgement Judge() {
    if (sorted_.empty()) {
      return NotMeasured(subject_, repetitions_.failed > 0
                                       ? Failures() + ", and nothing else was measured"
                                       : "nothing was measured" + EndedText(subject_));
    }
    const double worst = limit_.below ? kNoBound : -kNoBound;
    const std::vector<double> against =
        WithFailures(repetitions_.values, repetitions_.failed, worst);
    const Bounds bounds = BoundsOf(against, limit_.p, subject_.alpha);
    const Verdict verdict = VerdictOf(limit_, bounds);
    const Verdict at_best =
        VerdictOf(limit_, BoundsOf(WithFailures(repetitions_.values, repetitions_.failed, -worst),
                                   limit_.p, subject_.alpha));
    const Estimate estimate = EstimateOf(against, bounds);
    Lines lines;
    lines.Add("Actual", Actual(estimate) + "\n" + OneLine(sorted_, scale_));
    if (verdict != at_best) {
      return Judged(Verdict::kNotMeasured,
                    Failures() + ", which decides: " + BestAndWorst(at_best, verdict), estimate,
                    std::move(lines));
    }
    std::string reason = Reason(verdict, estimate, bounds, against) + EndedText(subject_);
    if (repetitions_.failed > 0) reason += "\n" + Failures() + "; counted against it";
    return Judged(verdict, reason, estimate, std::move(lines));
  }

 private:
  std::string Failures() const {
    return fmt::format("{} of {} {} failed ({})", repetitions_.failed,
                       repetitions_.failed + repetitions_.values.size(), repetitions_.observations,
                       repetitions_.first_failure);
  }

  /// "with them as fast ones it is PASSED, as slow ones FAILED".
  std::string BestAndWorst(Verdict at_best, Verdict at_worst) const {
    const bool speed = limit_.unit != Unit::kBytes && limit_.unit != Unit::kNumber;
    const char* const best = speed ? "fast" : "good";
    const char* const worst = speed ? "slow" : "bad";
    return repetitions_.failed == 1 ? fmt::format("with it as a {} one it is {}, as a {} one {}",
                                                  best, Name(at_best), worst, Name(at_worst))
                                    : fmt::format("with them as {} ones it is {}, as {} ones {}",
                                                  best, Name(at_best), worst, Name(at_worst));
  }

  Estimate EstimateOf(const std::vector<double>& sorted, const Bounds& bounds) const {
    Estimate estimate{.value = Quantile(sorted, limit_.p),
                      .n = sorted.size(),
                      .observations = repetitions_.observations,
                      .method = "order statistics"};
    estimate.interval = Interval{bounds.lower, bounds.upper, subject_.alpha};
    return estimate;
  }

  std::string Show(double value) const {
    return scale_.ShowBeside(value, limit_.limit) + (std::isfinite(value) ? scale_.suffix() : "");
  }

  std::string Actual(const Estimate& estimate) const {
    return fmt::format("{} {}, {:.10g}% interval [{}, {}]{}, n = {} ({})", subject_.metric,
                       Show(estimate.value), 100.0 * (1.0 - 2.0 * subject_.alpha),
                       scale_.ShowBeside(estimate.interval->lower, limit_.limit),
                       scale_.ShowBeside(estimate.interval->upper, limit_.limit), scale_.suffix(),
                       ShowCount(static_cast<double>(estimate.n), estimate.observations),
                       estimate.method);
  }

  std::string Reason(Verdict verdict, const Estimate& estimate, const Bounds& bounds,
                     const std::vector<double>& sorted) const {
    const std::string relation = limit_.below ? "below" : "above";
    const double clearing = limit_.below ? bounds.upper : bounds.lower;
    const std::string limit = Show(limit_.limit);
    if (verdict == Verdict::kPassed) {
      return fmt::format("{} is {} {}, and so is the interval's {} bound {}", Show(estimate.value),
                         relation, limit, limit_.below ? "upper" : "lower", Show(clearing));
    }
    if (verdict == Verdict::kFailed) {
      return fmt::format("{} is not {} {}, and the interval's {} bound {} is not either",
                         Show(estimate.value), relation, limit, limit_.below ? "lower" : "upper",
                         Show(limit_.below ? bounds.lower : bounds.upper));
    }
    std::string reason;
    if (sorted.size() < FewestFor(limit_, subject_.alpha)) {
      const std::size_t fewest = FewestFor(limit_, subject_.alpha);
      reason = fmt::format("{} give{} no {} bound of {} at alpha {:g}; {} do{}",
                           ShowCount(static_cast<double>(sorted.size()), repetitions_.observations),
                           sorted.size() == 1 ? "s" : "", limit_.below ? "upper" : "lower",
                           Article(), subject_.alpha, fewest, SetRepetitions(fewest, " or more"));
    } else {
      reason = fmt::format(
          "the interval [{}, {}]{} holds {}: {}", scale_.ShowBeside(bounds.lower, limit_.limit),
          scale_.ShowBeside(bounds.upper, limit_.limit), scale_.suffix(), limit,
          std::isfinite(clearing) ? More(sorted) : "too many failed to tell; find out why");
    }
    return reason;
  }

  /// ": set .Repetitions(59) or more", so that so many are left; of no use where a budget ended it.
  std::string SetRepetitions(std::size_t wanted, const char* or_more) const {
    if (!subject_.ended.empty()) return "";
    const auto usable = static_cast<double>(repetitions_.values.size() + repetitions_.failed);
    const double share = usable / (usable + static_cast<double>(repetitions_.left_out));
    return fmt::format(": set .Repetitions({:.0f}){}",
                       std::ceil(static_cast<double>(wanted) / share), or_more);
  }

  /// "a p95", "a median".
  std::string Article() const {
    return limit_.p == 0.5 ? "a median" : fmt::format("a p{:g}", 100.0 * limit_.p);
  }

  std::string More(const std::vector<double>& sorted) const {
    const std::optional<std::size_t> enough = EnoughFor(limit_, sorted, subject_.alpha);
    if (!enough) return "it is too close to the limit to tell; choose another limit";
    return fmt::format("about {} {} in all would decide{}",
                       ShowGrouped(static_cast<std::int64_t>(*enough)), repetitions_.observations,
                       SetRepetitions(*enough, ""));
  }

  SpeedJudgement Judged(Verdict verdict, const std::string& reason, const Estimate& estimate,
                        Lines lines) const {
    return internal::Judged(subject_, verdict, reason, estimate, std::move(lines),
                            Noise(estimate, verdict != Verdict::kFailed),
                            Histogram(sorted_, limit_.limit, scale_));
  }

  std::string Noise(const Estimate& estimate, bool undecided) const {
    const Spread spread = SpreadOf(repetitions_.same_work);
    std::string text = SpreadText(spread, repetitions_.what_same_work);
    if (text.empty() || !undecided || !std::isfinite(estimate.value)) return text;
    const double distance = limit_.limit / estimate.value;
    if (distance > spread.low && distance < spread.high) {
      text += kTooNoisy;
    }
    return text;
  }

  const SpeedSubject& subject_;
  const QuantileLimit& limit_;
  const Repetitions& repetitions_;
  const std::vector<double> sorted_;
  const Scale scale_;
};

}  // namespace

std::size_t FewestFor(const QuantileLimit& limit, double alpha) {
  return static_cast<std::size_t>(FewestForUpperRank(limit.below ? limit.p : 1.0 - limit.p, alpha));
}

SpeedJudgement JudgeQuantile(const SpeedSubject& subject, const QuantileLimit& limit,
                             const Repetitions& repetitions) {
  CheckAlpha("JudgeQuantile", subject.alpha);
  // Counters may be of any size.
  if (!std::isfinite(limit.limit) || (limit.unit != Unit::kNumber && limit.limit <= 0.0)) {
    ThrowInvalid(fmt::format("JudgeQuantile: the limit is {}; give one above 0", limit.limit));
  }
  return Judging(subject, limit, repetitions).Judge();
}

}  // namespace gatetest::internal
