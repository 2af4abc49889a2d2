#include "gatetest/sequential.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "src/statistics/bet_bounds.h"
#include "src/statistics/distributions.h"

namespace gatetest {
namespace {

/// A mean this near to 0 or 1 leaves nothing to bet on.
constexpr double kEdge = 1e-9;

/// What the mean of fractions of the range may be wrong by, so that one which is at the limit is
/// not above it in any order of its addends.
constexpr double kMeanRounds = 1e-12;

const SequentialOptions& Checked(const SequentialOptions& options) {
  const auto reject = [](const std::string& why) {
    internal::ThrowInvalid("SequentialTest: " + why);
  };
  internal::CheckAlpha("SequentialTest", options.alpha);
  if (!(options.lowest < options.highest) || !std::isfinite(options.highest - options.lowest)) {
    reject(
        fmt::format("lowest is {} and highest {}; observations have to be between two finite "
                    "numbers",
                    options.lowest, options.highest));
  }
  if (!(options.limit >= options.lowest && options.limit <= options.highest)) {
    reject(fmt::format("limit is {}; it has to be in [{}, {}], where observations are",
                       options.limit, options.lowest, options.highest));
  }
  if (options.population && *options.population < 1) {
    reject(fmt::format("population is {}; it has to be at least 1", *options.population));
  }
  if (options.horizon < 1) {
    reject(fmt::format("horizon is {}; it has to be at least 1", options.horizon));
  }
  return options;
}

double Scaled(double x, const SequentialOptions& options) {
  return (x - options.lowest) / (options.highest - options.lowest);
}

double HorizonOf(const SequentialOptions& options) {
  return static_cast<double>(options.population.value_or(options.horizon));
}

/// `limit`: against what is bet; the fractions are always those for options.limit.
internal::Bets BetsAbove(const SequentialOptions& options, double limit) {
  return {Scaled(limit, options), options.population,
          internal::Bets::FractionsFor(Scaled(options.limit, options), HorizonOf(options))};
}

internal::Bets BetsNotAbove(const SequentialOptions& options, double limit) {
  return {1.0 - Scaled(limit, options), options.population,
          internal::Bets::FractionsFor(1.0 - Scaled(options.limit, options), HorizonOf(options))};
}

}  // namespace

namespace internal {

Bets::Fractions Bets::FractionsFor(double mean, double horizon) {
  constexpr double kLeast = 0.002;
  constexpr double kLargestLeast = 0.5;
  constexpr double kLargest = 0.95;
  const double least =
      std::clamp(3.0 * std::sqrt(mean / (1.0 - mean) / horizon), kLeast, kLargestLeast);
  Fractions fractions;
  for (std::size_t k = 0; k < kCount; ++k) {
    const double exponent = static_cast<double>(k) / static_cast<double>(kCount - 1);
    fractions[k] = least * std::pow(kLargest / least, exponent);
  }
  return fractions;
}

Bets::Bets(double mean, std::optional<std::int64_t> population, const Fractions& fractions)
    : mean_(mean), population_(static_cast<double>(population.value_or(0))), fractions_(fractions) {
  capital_.fill(1.0 / static_cast<double>(kCount));
}

void Bets::Add(double y) {
  // The mean of what is left, if that of all were mean_.
  const double mean =
      population_ > 0.0 ? (population_ * mean_ - sum_) / (population_ - seen_) : mean_;
  seen_ += 1.0;
  sum_ += y;
  if (!(mean > kEdge && mean < 1.0 - kEdge)) return;
  // Capitals are scaled before they leave the range of a double; one that lost nearly everything
  // against the others is given up, because denormal numbers are slow.
  constexpr double kNothing = 1e-250;
  constexpr double kMost = 1e100;
  const double gain = y / mean - 1.0;
  double sum = 0.0;
  for (std::size_t k = 0; k < kCount; ++k) {
    const double capital = capital_[k] * (1.0 + fractions_[k] * gain);
    capital_[k] = capital < kNothing ? 0.0 : capital;
    sum += capital_[k];
  }
  if (sum < kMost && sum > 1.0 / kMost) return;
  for (double& capital : capital_) capital /= sum;
  log_scale_ += std::log(sum);
}

double Bets::log_capital() const {
  double sum = 0.0;
  for (const double capital : capital_) sum += capital;
  return std::log(sum) + log_scale_;
}

bool Bets::impossible() const {
  return population_ > 0.0 && sum_ > population_ * mean_ * (1.0 + kMeanRounds);
}

Interval BetBounds(const BetRange& range, double alpha, const CapitalAt& above,
                   const CapitalAt& not_above) {
  const double enough = std::log(1.0 / alpha);
  // To 2^-46 of the range, which is finer than any figure that is shown.
  constexpr int kHalvings = 46;
  // Towards the end that is called rejected, where there is nothing left to bet on.
  const auto last = [&](double rejected, double open, const CapitalAt& capital) {
    if (capital(open) >= enough) return open;
    for (int i = 0; i < kHalvings; ++i) {
      const double middle = rejected + (open - rejected) / 2.0;
      (capital(middle) >= enough ? rejected : open) = middle;
    }
    return rejected;
  };
  return {.lower = last(range.lowest, range.highest, above),
          .upper = last(range.highest, range.lowest, not_above),
          .alpha = alpha};
}

double CapitalOf(const Bets& bets) {
  return bets.impossible() ? std::numeric_limits<double>::infinity() : bets.log_capital();
}

}  // namespace internal

SequentialTest::SequentialTest(const SequentialOptions& options)
    : options_(Checked(options)),
      above_(BetsAbove(options_, options_.limit)),
      not_above_(BetsNotAbove(options_, options_.limit)) {}

void SequentialTest::AddBetween(double low, double high) {
  if (low > high) {
    internal::ThrowInvalid(
        fmt::format("SequentialTest: an observation is between {} and {}; the first has to be the "
                    "lower one",
                    low, high));
  }
  if (!(low >= options_.lowest && high <= options_.highest)) {
    const bool one = low == high || (std::isnan(low) && std::isnan(high));
    internal::ThrowInvalid(
        fmt::format("SequentialTest: an observation is {}; it has to be in [{}, {}]",
                    one ? fmt::format("{}", low) : fmt::format("[{}, {}]", low, high),
                    options_.lowest, options_.highest));
  }
  if (options_.population && count_ == *options_.population) {
    internal::ThrowInvalid(fmt::format(
        "SequentialTest: there are {} observations, and this is one more", *options_.population));
  }
  const double low_share = Scaled(low, options_);
  const double high_share = Scaled(high, options_);
  above_.Add(low_share);
  not_above_.Add(1.0 - high_share);
  low_sum_ += low_share;
  high_sum_ += high_share;
  // Of another range the limit itself is rounded.
  const bool unit = options_.lowest == 0.0 && options_.highest == 1.0;
  const auto whole = [&](double share) { return unit && (share == 0.0 || share == 1.0); };
  whole_ = whole_ && whole(low_share) && whole(high_share);
  ++count_;
  if (answer_ != SequentialAnswer::kOpen) return;
  if (options_.population) {
    const auto all = static_cast<double>(*options_.population);
    const double rest = all - static_cast<double>(count_);
    // Quotients, as every verdict compares them: 7 of 10 is not above 0.7.
    const double limit = Scaled(options_.limit, options_) + (whole_ ? 0.0 : kMeanRounds);
    if (low_sum_ / all > limit) {
      answer_ = SequentialAnswer::kAbove;
    } else if ((high_sum_ + rest) / all <= limit) {
      answer_ = SequentialAnswer::kNotAbove;
    }
    certain_ = answer_ != SequentialAnswer::kOpen;
    if (certain_) return;
  }
  const double enough = std::log(1.0 / options_.alpha);
  if (log_evidence_above() >= enough) {
    answer_ = SequentialAnswer::kAbove;
  } else if (log_evidence_not_above() >= enough) {
    answer_ = SequentialAnswer::kNotAbove;
  }
}

Interval ConfidenceSequence(std::span<const double> observations,
                            const SequentialOptions& options) {
  SequentialTest checked(options);
  for (const double x : observations) checked.Add(x);  // Throws for what is out of range.
  const auto above = [&](double limit) {
    internal::Bets bets = BetsAbove(options, limit);
    for (const double x : observations) bets.Add(Scaled(x, options));
    return internal::CapitalOf(bets);
  };
  const auto not_above = [&](double limit) {
    internal::Bets bets = BetsNotAbove(options, limit);
    for (const double x : observations) bets.Add(1.0 - Scaled(x, options));
    return internal::CapitalOf(bets);
  };
  return internal::BetBounds({options.lowest, options.highest}, options.alpha, above, not_above);
}

}  // namespace gatetest
