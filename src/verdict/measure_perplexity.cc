#include "src/verdict/measure_perplexity.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gatetest/error.h"
#include "gatetest/planning.h"
#include "src/verdict/measure_clusters.h"

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

/// Of evaluations made by hand too: a NaN would read as a failed comparison.
void CheckWindow(const Pair& pair, const Window& window) {
  if (window.nll >= 0.0) return;
  throw Error(ErrorCode::kUndefined,
              fmt::format("document \"{}\" has the negative log-likelihood {}, which is not 0 or "
                          "more",
                          pair.sample->id, window.nll));
}

TextCluster MakeCluster(const Pair& pair, std::size_t window, const Window& candidate,
                        const Window* baseline, Per per) {
  CheckWindow(pair, candidate);
  if (baseline != nullptr) CheckWindow(pair, *baseline);
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

std::size_t DocumentsWithTokens(const std::vector<Pair>& pairs) {
  return static_cast<std::size_t>(std::count_if(pairs.begin(), pairs.end(), [](const Pair& pair) {
    return Sum(pair.candidate->windows).tokens > 0;
  }));
}

/// Documents that share a cluster are one.
ClusterSums SumClusters(const std::vector<TextCluster>& texts,
                        const std::vector<std::size_t>& numbers) {
  ClusterSums sums;
  sums.observations = !numbers.empty()            ? "clusters"
                      : texts.front().window == 0 ? "documents"
                                                  : "windows";
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::size_t at = numbers.empty() ? i : numbers[i];
    if (at >= sums.counts.values.size()) {
      sums.counts.values.resize(at + 1);
      sums.counts.weights.resize(at + 1);
    }
    sums.counts.values[at] += texts[i].nll - texts[i].baseline_nll;
    sums.counts.weights[at] += texts[i].units;
  }
  DropEmpty(sums.counts);
  return sums;
}

Measurement MeasureTexts(const std::vector<Pair>& pairs, Per per, bool with_baseline,
                         double log_limit, double alpha) {
  const std::vector<TextCluster> texts = ClustersOf(pairs, per, with_baseline);
  const auto has_units = [](const TextCluster& text) { return text.units > 0.0; };
  if (std::none_of(texts.begin(), texts.end(), has_units)) {
    throw Error(ErrorCode::kUndefined,
                "perplexity is undefined: there are no scored tokens, or the model gave no offsets "
                "(Response::token_ends) by which to count their bytes and words");
  }
  return MeasureClusters(SumClusters(texts, ClusterNumbers(pairs)), Support::kUnbounded, log_limit,
                         alpha);
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
  const bool windows = DocumentsWithTokens(pairs) < kFewestClusters &&
                       ClusterNumbers(pairs).empty() && CanUseWindows(pairs, per, with_baseline);
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
  return Rescale(MeasureTexts(pairs, per, false, std::log(options.limit), options.alpha), Exp);
}

Measurement MeasureBitsPerByte(const std::vector<Pair>& pairs, const MeasureOptions& options) {
  return Rescale(
      MeasureTexts(pairs, Per::kByte, false, options.limit * std::numbers::ln2, options.alpha),
      [](double nats) { return nats / std::numbers::ln2; });
}

Measurement MeasurePerplexityRatio(const std::vector<Pair>& pairs, Per per,
                                   const MeasureOptions& options) {
  return Rescale(MeasureTexts(pairs, per, true, std::log(options.limit), options.alpha), Exp);
}

}  // namespace gatetest::internal
