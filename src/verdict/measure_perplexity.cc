#include "src/verdict/measure_perplexity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "gatetest/error.h"
#include "gatetest/intervals.h"

namespace gatetest::internal {
namespace {

double UnitsOf(const Window& window, Per per) {
  switch (per) {
    case Per::kToken:
      return static_cast<double>(window.tokens);
    case Per::kWord:
      return static_cast<double>(window.words);
    case Per::kByte:
      return static_cast<double>(window.bytes);
  }
  return 0.0;
}

/// The document as one window.
Window Sum(const std::vector<Window>& windows) {
  Window sum;
  for (const Window& window : windows) {
    sum.nll += window.nll;
    sum.tokens += window.tokens;
    sum.bytes += window.bytes;
    sum.words += window.words;
  }
  return sum;
}

bool WindowsHave(Per per, const Outcome& outcome) {
  return per == Per::kToken || outcome.windows_have_bytes;
}

bool SameUnits(const std::vector<Window>& a, const std::vector<Window>& b, Per per) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](const Window& x, const Window& y) {
    return UnitsOf(x, per) == UnitsOf(y, per);
  });
}

bool CanUseWindows(const std::vector<Pair>& pairs, Per per, bool with_baseline) {
  return std::all_of(pairs.begin(), pairs.end(), [&](const Pair& pair) {
    if (!WindowsHave(per, *pair.candidate)) return false;
    return !with_baseline || (WindowsHave(per, *pair.baseline) &&
                              SameUnits(pair.candidate->windows, pair.baseline->windows, per));
  });
}

TextCluster MakeCluster(const Pair& pair, std::size_t window, const Window& candidate,
                        const Window* baseline, Per per) {
  TextCluster cluster;
  cluster.sample = pair.sample;
  cluster.window = window;
  cluster.nll = candidate.nll;
  cluster.units = UnitsOf(candidate, per);
  if (baseline == nullptr) return cluster;
  cluster.baseline_nll = baseline->nll;
  if (std::isinf(baseline->nll)) {
    throw Error(ErrorCode::kUndefined,
                fmt::format("the baseline's perplexity is infinite: document \"{}\", {}",
                            pair.sample->id, pair.baseline->answer));
  }
  if (UnitsOf(*baseline, per) != cluster.units) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("document \"{}\" has {} units for the candidate and {} for the "
                            "baseline: their tokenizers differ; use a corpus counted "
                            "Per::kByte, or bits per byte",
                            pair.sample->id, cluster.units, UnitsOf(*baseline, per)));
  }
  return cluster;
}

Measurement FromClusters(const std::vector<TextCluster>& clusters, const MeasureOptions& options,
                         double log_limit) {
  std::vector<double> values;
  std::vector<double> weights;
  double value_sum = 0.0;
  double weight_sum = 0.0;
  for (const TextCluster& cluster : clusters) {
    values.push_back(cluster.nll - cluster.baseline_nll);
    weights.push_back(cluster.units);
    value_sum += values.back();
    weight_sum += weights.back();
  }
  if (!(weight_sum > 0.0)) {
    throw Error(ErrorCode::kUndefined,
                "perplexity is undefined: there are no scored tokens, or the model gave no offsets "
                "(Response::token_ends) by which to count their bytes and words");
  }
  Measurement measurement;
  Estimate& estimate = measurement.estimate;
  estimate.value = value_sum / weight_sum;
  estimate.n = clusters.size();
  estimate.observations = clusters.front().window == 0 ? "documents" : "windows";
  estimate.method = "cluster t (CR3)";
  if (clusters.size() < kFewestClusters) {
    estimate.too_few = fmt::format("fewer than {} {}", kFewestClusters, estimate.observations);
  }
  if (std::isinf(estimate.value)) {
    estimate.no_interval = "a token has probability 0";
    return measurement;
  }
  try {
    const ClusterRatio ratio = ClusterRatioInterval(values, weights, options.alpha);
    estimate.interval =
        Interval{.lower = ratio.lower, .upper = ratio.upper, .alpha = options.alpha};
    measurement.z = (estimate.value - log_limit) / ratio.standard_error;
  } catch (const Error&) {
    estimate.no_interval = fmt::format("too few {} to show a spread", estimate.observations);
  }
  return measurement;
}

/// From the mean of negative log-probabilities to the metric's scale, which `scale` maps ascending.
template <typename Scale>
Measurement Rescale(Measurement measurement, Scale scale) {
  Estimate& estimate = measurement.estimate;
  estimate.value = scale(estimate.value);
  if (estimate.interval) {
    estimate.interval->lower = scale(estimate.interval->lower);
    estimate.interval->upper = scale(estimate.interval->upper);
  }
  return measurement;
}

double Exp(double x) { return std::exp(x); }

}  // namespace

std::vector<TextCluster> ClustersOf(const std::vector<Pair>& pairs, Per per, bool with_baseline) {
  const bool windows = pairs.size() < kFewestClusters && CanUseWindows(pairs, per, with_baseline);
  std::vector<TextCluster> clusters;
  for (const Pair& pair : pairs) {
    const std::vector<Window>& candidate = pair.candidate->windows;
    if (windows) {
      for (std::size_t i = 0; i < candidate.size(); ++i) {
        clusters.push_back(MakeCluster(pair, i + 1, candidate[i],
                                       with_baseline ? &pair.baseline->windows[i] : nullptr, per));
      }
    } else if (with_baseline) {
      const Window baseline = Sum(pair.baseline->windows);
      clusters.push_back(MakeCluster(pair, 0, Sum(candidate), &baseline, per));
    } else {
      clusters.push_back(MakeCluster(pair, 0, Sum(candidate), nullptr, per));
    }
  }
  return clusters;
}

Measurement MeasurePerplexity(const std::vector<Pair>& pairs, Per per,
                              const MeasureOptions& options) {
  return Rescale(FromClusters(ClustersOf(pairs, per, false), options, std::log(options.limit)),
                 Exp);
}

Measurement MeasureBitsPerByte(const std::vector<Pair>& pairs, const MeasureOptions& options) {
  return Rescale(FromClusters(ClustersOf(pairs, Per::kByte, false), options,
                              options.limit * std::numbers::ln2),
                 [](double nats) { return nats / std::numbers::ln2; });
}

Measurement MeasurePerplexityRatio(const std::vector<Pair>& pairs, Per per,
                                   const MeasureOptions& options) {
  return Rescale(FromClusters(ClustersOf(pairs, per, true), options, std::log(options.limit)), Exp);
}

}  // namespace gatetest::internal
