#include "src/verdict/metric_traits.h"

namespace gatetest::internal {

bool MoreIsBetter(Metric metric) {
  return metric == Metric::kAccuracy || metric == Metric::kRetention ||
         metric == Metric::kSavings || metric == Metric::kOutputLengthRatio;
}

std::string_view RelationOf(Metric metric) { return MoreIsBetter(metric) ? "above" : "below"; }

bool HasBounds(Metric metric) {
  switch (metric) {
    case Metric::kAccuracy:
    case Metric::kRetention:
    case Metric::kAccuracyLoss:
    case Metric::kFlips:
    case Metric::kTruncation:
    case Metric::kEmpty:
      return true;
    case Metric::kPerplexity:
    case Metric::kBitsPerByte:
    case Metric::kPerplexityRatio:
    case Metric::kOutputLengthRatio:
    case Metric::kCostPer1k:
    case Metric::kSavings:
      return false;
  }
  return false;
}

bool IsOfTexts(Metric metric) {
  return metric == Metric::kPerplexity || metric == Metric::kBitsPerByte ||
         metric == Metric::kPerplexityRatio;
}

bool IsOfWriting(Metric metric) {
  return metric == Metric::kTruncation || metric == Metric::kEmpty ||
         metric == Metric::kOutputLengthRatio;
}

bool IsOfCost(Metric metric) { return metric == Metric::kCostPer1k || metric == Metric::kSavings; }

}  // namespace gatetest::internal
