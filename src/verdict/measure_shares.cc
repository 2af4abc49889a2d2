#include "src/verdict/measure_shares.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "gatetest/error.h"
#include "gatetest/intervals.h"

namespace gatetest::internal {
namespace {

/// Tang's interval is not to be relied on below this (it holds its error only roughly even above).
constexpr std::int64_t kFewestForTang = 20;

struct Scores {
  double candidate;
  double baseline;
};

bool RightOrWrong(double score) { return score == 0.0 || score == 1.0; }

/// The candidate's scores; a missing one counts as right when it counts for the model.
std::vector<double> CandidateScores(const std::vector<Pair>& pairs, CountMissing missing) {
  std::vector<double> scores;
  for (const Pair& pair : pairs) {
    if (Measured(pair.candidate)) {
      scores.push_back(pair.candidate->score);
    } else if (missing != CountMissing::kNot) {
      scores.push_back(missing == CountMissing::kFor ? 1.0 : 0.0);
    }
  }
  return scores;
}

/// Both models' scores. For retention a missing candidate counts for the model when right, a
/// missing baseline when wrong.
std::vector<Scores> RetentionScores(const std::vector<Pair>& pairs, CountMissing missing) {
  std::vector<Scores> scores;
  const double favourable = missing == CountMissing::kFor ? 1.0 : 0.0;
  for (const Pair& pair : pairs) {
    const bool candidate = Measured(pair.candidate);
    const bool baseline = Measured(pair.baseline);
    if (missing == CountMissing::kNot && !(candidate && baseline)) continue;
    scores.push_back({.candidate = candidate ? pair.candidate->score : favourable,
                      .baseline = baseline ? pair.baseline->score : 1.0 - favourable});
  }
  return scores;
}

PairedCounts Count(const std::vector<Scores>& scores) {
  PairedCounts counts;
  for (const Scores& score : scores) {
    const bool candidate = score.candidate == 1.0;
    const bool baseline = score.baseline == 1.0;
    ++(baseline ? (candidate ? counts.both : counts.lost)
                : (candidate ? counts.gained : counts.neither));
  }
  return counts;
}

Measurement Share(std::int64_t successes, std::int64_t trials, const MeasureOptions& options) {
  Measurement measurement;
  Estimate& estimate = measurement.estimate;
  const auto n = static_cast<double>(trials);
  estimate.value = static_cast<double>(successes) / n;
  estimate.interval = ClopperPearson(successes, trials, options.alpha);
  estimate.n = static_cast<std::size_t>(trials);
  estimate.observations = "samples";
  estimate.method = "Clopper-Pearson";
  if (trials == 1) estimate.too_few = "fewer than 2 samples";
  // At the ends the estimate's own standard error is 0; the limit's is not.
  const double p = successes == 0 || successes == trials ? options.limit : estimate.value;
  measurement.z = (estimate.value - options.limit) / std::sqrt(p * (1.0 - p) / n);
  return measurement;
}

/// sum(values) / sum(weights) of graded scores, every sample a cluster of its own.
Measurement GradedRatio(const std::vector<double>& values, const std::vector<double>& weights,
                        const MeasureOptions& options) {
  Measurement measurement;
  Estimate& estimate = measurement.estimate;
  estimate.value = std::accumulate(values.begin(), values.end(), 0.0) /
                   std::accumulate(weights.begin(), weights.end(), 0.0);
  estimate.n = values.size();
  estimate.observations = "samples";
  estimate.method = "cluster t (CR3)";
  if (values.size() < kFewestClusters) {
    estimate.too_few = fmt::format("fewer than {} samples", kFewestClusters);
  }
  try {
    const ClusterRatio ratio = ClusterRatioInterval(values, weights, options.alpha);
    estimate.interval =
        Interval{.lower = ratio.lower, .upper = ratio.upper, .alpha = options.alpha};
    measurement.z = (estimate.value - options.limit) / ratio.standard_error;
  } catch (const Error&) {
    estimate.no_interval = "one sample carries all the weight";
  }
  return measurement;
}

Measurement TangMeasurement(const PairedCounts& counts, const MeasureOptions& options) {
  Measurement measurement;
  Estimate& estimate = measurement.estimate;
  estimate.value =
      static_cast<double>(counts.candidate_right()) / static_cast<double>(counts.baseline_right());
  estimate.interval = TangRetention(counts, options.alpha);
  estimate.n = static_cast<std::size_t>(counts.samples());
  estimate.observations = "samples";
  estimate.method = "Tang score";
  if (counts.samples() < kFewestForTang) {
    estimate.too_few = fmt::format("fewer than {} samples", kFewestForTang);
  }
  if (options.limit > 0.0) measurement.z = TangStatistic(counts, options.limit);
  return measurement;
}

}  // namespace

Measurement MeasureAccuracy(const std::vector<Pair>& pairs, const MeasureOptions& options) {
  const std::vector<double> scores = CandidateScores(pairs, options.missing);
  if (!std::all_of(scores.begin(), scores.end(), RightOrWrong)) {
    return GradedRatio(scores, std::vector<double>(scores.size(), 1.0), options);
  }
  const auto right = std::count(scores.begin(), scores.end(), 1.0);
  return Share(right, static_cast<std::int64_t>(scores.size()), options);
}

Measurement MeasureRetention(const std::vector<Pair>& pairs, const MeasureOptions& options) {
  const std::vector<Scores> scores = RetentionScores(pairs, options.missing);
  std::vector<double> candidate;
  std::vector<double> baseline;
  for (const Scores& score : scores) {
    candidate.push_back(score.candidate);
    baseline.push_back(score.baseline);
  }
  if (std::all_of(baseline.begin(), baseline.end(), [](double b) { return b == 0.0; })) {
    throw Error(ErrorCode::kUndefined,
                fmt::format("retention is undefined: the baseline has none of {} samples right; "
                            "check the task with the baseline before gating on it",
                            scores.size()));
  }
  const bool graded = !std::all_of(candidate.begin(), candidate.end(), RightOrWrong) ||
                      !std::all_of(baseline.begin(), baseline.end(), RightOrWrong);
  return graded ? GradedRatio(candidate, baseline, options)
                : TangMeasurement(Count(scores), options);
}

Measurement MeasureFlips(const std::vector<Pair>& pairs, const MeasureOptions& options) {
  std::int64_t flips = 0;
  std::int64_t samples = 0;
  for (const Pair& pair : pairs) {
    if (!Measured(pair.candidate) || !Measured(pair.baseline)) {
      if (options.missing == CountMissing::kNot) continue;
      if (options.missing == CountMissing::kAgainst) ++flips;
    } else {
      if (!RightOrWrong(pair.candidate->score) || !RightOrWrong(pair.baseline->score)) {
        throw Error(ErrorCode::kUndefined,
                    fmt::format("flips are undefined: sample \"{}\" is scored between right and "
                                "wrong; use retention",
                                pair.sample->id));
      }
      if (pair.candidate->score != pair.baseline->score) ++flips;
    }
    ++samples;
  }
  return Share(flips, samples, options);
}

}  // namespace gatetest::internal
