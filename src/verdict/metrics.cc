#include "gatetest/metrics.h"

#include "src/verdict/measure.h"

namespace gatetest {
namespace {

Estimate Of(Metric metric, const Evaluation& evaluation, double alpha) {
  // A subject shares its evaluations; this one outlives it.
  const EvaluationPtr borrowed(EvaluationPtr(), &evaluation);
  const Subject subject{.candidate = borrowed};
  return internal::Measure(metric, {&subject, 1}, {.alpha = alpha}).estimate;
}

Estimate Of(Metric metric, const Comparison& comparison, double alpha) {
  const Subject subject{.candidate = comparison.candidate(), .baseline = comparison.baseline()};
  return internal::Measure(metric, {&subject, 1}, {.alpha = alpha}).estimate;
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
Estimate AccuracyLoss(const Comparison& comparison, double alpha) {
  return Of(Metric::kAccuracyLoss, comparison, alpha);
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
    case Metric::kAccuracyLoss:
      return "accuracy loss";
    case Metric::kFlips:
      return "flips";
    case Metric::kPerplexityRatio:
      return "perplexity ratio";
  }
  return "?";
}

bool NeedsBaseline(Metric metric) {
  switch (metric) {
    case Metric::kRetention:
    case Metric::kAccuracyLoss:
    case Metric::kFlips:
    case Metric::kPerplexityRatio:
      return true;
    case Metric::kAccuracy:
    case Metric::kPerplexity:
    case Metric::kBitsPerByte:
      return false;
  }
  return false;
}

Measures MeasuredBy(Metric metric) {
  switch (metric) {
    case Metric::kPerplexity:
    case Metric::kBitsPerByte:
    case Metric::kPerplexityRatio:
      return Measures::kPerplexity;
    case Metric::kAccuracy:
    case Metric::kRetention:
    case Metric::kAccuracyLoss:
    case Metric::kFlips:
      return Measures::kAccuracy;
  }
  return Measures::kAccuracy;
}

}  // namespace gatetest
