#include "gatetest/metrics.h"

#include "src/task/asks_for_text.h"
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
Estimate TruncationRate(const Evaluation& evaluation, double alpha) {
  return Of(Metric::kTruncation, evaluation, alpha);
}
Estimate EmptyRate(const Evaluation& evaluation, double alpha) {
  return Of(Metric::kEmpty, evaluation, alpha);
}
Estimate OutputLengthRatio(const Comparison& comparison, double alpha) {
  return Of(Metric::kOutputLengthRatio, comparison, alpha);
}
Estimate CostPer1kTokens(const Evaluation& evaluation, double alpha) {
  return Of(Metric::kCostPer1k, evaluation, alpha);
}
Estimate CostSavings(const Comparison& comparison, double alpha) {
  return Of(Metric::kSavings, comparison, alpha);
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
    case Metric::kTruncation:
      return "truncation";
    case Metric::kEmpty:
      return "empty answers";
    case Metric::kOutputLengthRatio:
      return "output length ratio";
    case Metric::kCostPer1k:
      return "cost per 1k tokens";
    case Metric::kSavings:
      return "savings";
  }
  return "?";
}

bool NeedsBaseline(Metric metric) {
  switch (metric) {
    case Metric::kRetention:
    case Metric::kAccuracyLoss:
    case Metric::kFlips:
    case Metric::kPerplexityRatio:
    case Metric::kOutputLengthRatio:
    case Metric::kSavings:
      return true;
    case Metric::kAccuracy:
    case Metric::kPerplexity:
    case Metric::kBitsPerByte:
    case Metric::kTruncation:
    case Metric::kEmpty:
    case Metric::kCostPer1k:
      return false;
  }
  return false;
}

bool HasMetric(const Task& task, Metric metric) {
  switch (metric) {
    case Metric::kPerplexity:
    case Metric::kBitsPerByte:
    case Metric::kPerplexityRatio:
      return task.measures() == Measures::kPerplexity;
    case Metric::kAccuracy:
    case Metric::kRetention:
    case Metric::kAccuracyLoss:
    case Metric::kFlips:
      return task.measures() == Measures::kAccuracy;
    case Metric::kTruncation:
    case Metric::kEmpty:
    case Metric::kOutputLengthRatio:
      return internal::AsksForText(task);
    case Metric::kCostPer1k:
    case Metric::kSavings:
      return true;
  }
  return false;
}

}  // namespace gatetest
