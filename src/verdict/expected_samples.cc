#include "src/verdict/expected_samples.h"

#include <algorithm>
#include <cstdint>
#include <random>

#include "src/verdict/scores.h"
#include "src/verdict/sequence.h"

namespace gatetest::internal {
namespace {

/// The shares of samples that only one of the models has right, and that both have.
struct Rates {
  double both = 0.0;
  double lost = 0.0;
  double gained = 0.0;
};

Rates RatesOf(Metric metric, double value) {
  switch (metric) {
    case Metric::kRetention: {
      const double right = std::min(value * kAssumedBaseline, 1.0);
      const double gained = std::clamp(kAssumedGained, right - kAssumedBaseline, right);
      return {
          .both = right - gained, .lost = kAssumedBaseline - (right - gained), .gained = gained};
    }
    case Metric::kAccuracyLoss: {
      const double lost = std::clamp(value + kAssumedGained, 0.0, kAssumedBaseline);
      return {.both = kAssumedBaseline - lost, .lost = lost, .gained = lost - value};
    }
    case Metric::kFlips:
      return {.both = 1.0 - value, .lost = value};
    default:
      return {.both = value, .lost = 1.0 - value};  // Without a baseline all of it is right.
  }
}

Score Draw(const Rates& rates, std::mt19937_64& generator) {
  // The standard's distributions are not the same everywhere.
  double u = static_cast<double>(generator() >> 11) * 0x1p-53;
  if (u < rates.both) return {.candidate = kRight, .baseline = kRight};
  u -= rates.both;
  if (u < rates.lost) return {.candidate = kWrong, .baseline = kRight};
  u -= rates.lost;
  return {.candidate = u < rates.gained ? kRight : kWrong, .baseline = kWrong};
}

ExpectedSamples ExpectedAt(double value, const Decidable& question, std::size_t samples) {
  constexpr std::size_t kMostSamples = 2'000'000;
  const std::size_t draws =
      std::clamp<std::size_t>(kMostSamples / std::max<std::size_t>(samples, 1), 5, 100);
  const std::size_t most = std::min(samples, question.samples);
  const Rates rates = RatesOf(question.metric, value);
  std::mt19937_64 generator(samples);
  double sum = 0.0;
  for (std::size_t i = 0; i < draws; ++i) {
    Sequence sequence(question, samples);
    std::size_t asked = 0;
    while (asked < most && !sequence.safe()) {
      const Score score = Draw(rates, generator);
      sequence.Add(score, score);
      ++asked;
    }
    sum += static_cast<double>(asked);
  }
  return {.value = value, .samples = sum / static_cast<double>(draws)};
}

}  // namespace

EarlyOutlook OutlookOf(const Decidable& question, std::size_t samples) {
  const double best = MoreIsBetter(question.metric) ? std::max(1.0, question.limit) : 0.0;
  const double half = (best - question.limit) / 2.0;
  const double missed = std::max(question.limit - half, 0.0);
  return {.cleared = ExpectedAt(question.limit + half, question, samples),
          .missed = ExpectedAt(MoreIsBetter(question.metric) ? missed : std::min(missed, 1.0),
                               question, samples)};
}

}  // namespace gatetest::internal
