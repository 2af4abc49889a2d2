// Metrics of tasks whose samples are texts with log-probabilities: perplexity, bits per byte, and
// the ratio of two perplexities.
#ifndef GATETEST_SRC_VERDICT_MEASURE_PERPLEXITY_H_
#define GATETEST_SRC_VERDICT_MEASURE_PERPLEXITY_H_

#include <vector>

#include "gatetest/corpus.h"
#include "src/verdict/measure.h"
#include "src/verdict/pairs.h"

namespace gatetest::internal {

/// What has a perplexity of its own within a task: one window, or one document, of both models.
struct TextCluster {
  const Sample* sample = nullptr;
  std::size_t window = 0;  ///< From 1; 0: the whole document.
  double nll = 0.0;
  double baseline_nll = 0.0;  ///< 0 without a baseline.
  double units = 0.0;         ///< Tokens, words or bytes.
};

/// Documents when there are at least 30 of them, or they carry clusters (Sample::cluster), or the
/// windows cannot be told apart in these units; else windows. Every outcome is a measured one.
/// Throws Error(kUndefined) where the baseline gives a token the probability 0,
/// Error(kInvalidArgument) where the two models' units differ.
std::vector<TextCluster> ClustersOf(const std::vector<Pair>& pairs, Per per, bool with_baseline);

Measurement MeasurePerplexity(const std::vector<Pair>& pairs, Per per,
                              const MeasureOptions& options);
Measurement MeasureBitsPerByte(const std::vector<Pair>& pairs, const MeasureOptions& options);
Measurement MeasurePerplexityRatio(const std::vector<Pair>& pairs, Per per,
                                   const MeasureOptions& options);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_MEASURE_PERPLEXITY_H_
