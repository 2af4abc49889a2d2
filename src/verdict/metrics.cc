#include "gatetest/metrics.h"

#include "src/verdict/measure.h"

namespace gatetest {
namespace {

Estimate Of(Metric metric, const Evaluation& evaluation, double alpha) {
  // A subject shares its evaluations; this one outlives it.
  const EvaluationPtr borrowed(EvaluationPtr(), &evaluation);
  return internal::Measure(metric, {.candidate = borrowed}, {.alpha = alpha}).estimate;
}

Estimate Of(Metric metric, const Comparison& comparison, double alpha) {
  return internal::Measure(metric,
                           {.candidate = comparison.candidate(), .baseline = comparison.baseline()},
                           {.alpha = alpha})
      .estimate;
}

}  // namespace

Estimate Accuracy(const Evaluation& evaluation, double alpha) {
  return Of(Metric::kAccuracy, evaluation, alpha);
}
Estimate Perplexity(const Evaluation& evaluation, double alpha) {
  return Of(Metric::kPerplexity, evaluation, alpha);
}
Estimate BitsPerByte(const Evaluation& evaluation, double alpha) {
  return Of(Metric::kBitsPerByte, evaluation, alpha);
}
Estimate Retention(const Comparison& comparison, double alpha) {
  return Of(Metric::kRetention, comparison, alpha);
}
Estimate Flips(const Comparison& comparison, double alpha) {
  return Of(Metric::kFlips, comparison, alpha);
}
Estimate PerplexityRatio(const Comparison& comparison, double alpha) {
  return Of(Metric::kPerplexityRatio, comparison, alpha);
}

std::string_view Name(Metric metric) {
  switch (metric) {
    case Metric::kAccuracy:
      return "accuracy";
    case Metric::kPerplexity:
      return "perplexity";
    case Metric::kBitsPerByte:
      return "bits per byte";
    case Metric::kRetention:
      return "retention";
    case Metric::kFlips:
      return "flips";
    case Metric::kPerplexityRatio:
      return "perplexity ratio";
  }
  return "?";
}

bool NeedsBaseline(Metric metric) {
  return metric == Metric::kRetention || metric == Metric::kFlips ||
         metric == Metric::kPerplexityRatio;
}

Measures MeasuredBy(Metric metric) {
  return metric == Metric::kAccuracy || metric == Metric::kRetention || metric == Metric::kFlips
             ? Measures::kAccuracy
             : Measures::kPerplexity;
}

}  // namespace gatetest
