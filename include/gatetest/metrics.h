// Metrics: what an Evaluation or a Comparison is worth, as an Estimate. Unmeasured samples are left
// out here; Judge (verdict.h) bounds what they could change.
//
//   gatetest::Estimate retention = gatetest::Retention(comparison);
//   std::cout << retention.value << " by " << retention.method;
//
// Where samples carry a cluster (Sample::cluster) intervals count clusters: for samples that are
// right or wrong by their design effect, else as cluster t (CR3).
//
// Every function throws Error(kUndefined) where the metric has no value (no measured sample,
// baseline accuracy 0, no scored tokens) and Error(kInvalidArgument) for a task that does not have
// it. `alpha` is one-sided, in (0, 0.5).
#ifndef GATETEST_METRICS_H_
#define GATETEST_METRICS_H_

#include <string>
#include <string_view>

#include "gatetest/estimate.h"
#include "gatetest/evaluation.h"

namespace gatetest {

/// The share of right samples (mean of scores). Clopper-Pearson; for scores between right and wrong
/// cluster t over samples.
Estimate Accuracy(const Evaluation& evaluation, double alpha = 0.05);

/// exp(NLL / units) with natural logarithms over all scored tokens; the unit is the Corpus's.
/// Cluster t (CR3) on the logarithm, over documents if there are at least 30, else over windows.
Estimate Perplexity(const Evaluation& evaluation, double alpha = 0.05);

/// NLL / (bytes ln 2): compares models with different tokenizers. Interval as for Perplexity.
Estimate BitsPerByte(const Evaluation& evaluation, double alpha = 0.05);

/// Candidate accuracy / baseline accuracy on the same samples; may exceed 1. Tang's score interval;
/// for scores between right and wrong cluster t over samples.
Estimate Retention(const Comparison& comparison, double alpha = 0.05);

/// Baseline accuracy - candidate accuracy on the same samples; below 0 where the candidate is
/// better. Tango's score interval, negated; for scores between right and wrong cluster t over
/// samples. Against a limit of 0 the exact McNemar test decides, where there are no
/// clusters.
Estimate AccuracyLoss(const Comparison& comparison, double alpha = 0.05);

/// The share of samples that went from right to wrong or from wrong to right ("Accuracy is not all
/// you need", Dutta et al., NeurIPS 2024). Clopper-Pearson.
Estimate Flips(const Comparison& comparison, double alpha = 0.05);

/// Candidate perplexity / baseline perplexity on the same tokens (same bytes or words for corpora
/// counted so); above 1 is worse. Cluster t (CR3) on paired differences.
Estimate PerplexityRatio(const Comparison& comparison, double alpha = 0.05);

/// The share of samples whose answer was cut off by a token limit (Outcome::truncated).
/// Clopper-Pearson. For tasks that ask for text, as the next two.
Estimate TruncationRate(const Evaluation& evaluation, double alpha = 0.05);

/// The share of samples whose answer has no text at all (Outcome::empty). Clopper-Pearson.
Estimate EmptyRate(const Evaluation& evaluation, double alpha = 0.05);

/// What the candidate wrote / what the baseline wrote, on the same samples: generated tokens where
/// both models have one name and every answer reports them (Response::usage), else bytes of text.
/// MLPerf Inference holds it between 0.9 and 1.1 beside accuracy. Cluster t (CR3) over samples.
/// Throws Error(kUndefined) where the baseline wrote nothing.
Estimate OutputLengthRatio(const Comparison& comparison, double alpha = 0.05);

/// US dollars for 1000 tokens, in and out as the samples needed them: 1000 (input tokens * their
/// price + output tokens * theirs) / (input tokens + output tokens), by ModelInfo::prices.
/// Cluster t (CR3) over samples. Throws Error(kUndefined) for a model without prices, and where an
/// answer did not report its tokens (Response::usage).
Estimate CostPer1kTokens(const Evaluation& evaluation, double alpha = 0.05);

/// 1 - the candidate's cost / the baseline's, of the same samples; below 0 where the candidate
/// costs more. An answer that became longer costs what it costs. Cluster t (CR3) over samples.
/// Throws as CostPer1kTokens does, and where the baseline costs nothing.
Estimate CostSavings(const Comparison& comparison, double alpha = 0.05);

/// The metrics by name, for requirements.
enum class Metric {
  kAccuracy,
  kPerplexity,
  kBitsPerByte,
  kRetention,
  kAccuracyLoss,
  kFlips,
  kPerplexityRatio,
  kTruncation,
  kEmpty,
  kOutputLengthRatio,
  kCostPer1k,
  kSavings,
};

/// "accuracy", "perplexity", "bits per byte", "retention", "accuracy loss", "flips", "perplexity
/// ratio", "truncation", "empty answers", "output length ratio", "cost per 1k tokens", "savings".
std::string_view Name(Metric metric);

/// Whether the metric compares with a baseline.
bool NeedsBaseline(Metric metric);

/// Whether a task has the metric: accuracy and its kin where samples are right or wrong, perplexity
/// and its kin where texts have log-probabilities, cost everywhere, the others where text is asked
/// for (a first request is made to see that; where the data cannot be read, that is yes, and the
/// evaluation says what is wrong with them).
bool HasMetric(const Task& task, Metric metric);

}  // namespace gatetest

#endif  // GATETEST_METRICS_H_
