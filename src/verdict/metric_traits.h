// What kind of thing a metric is: what decides how it is measured, judged and shown.
#ifndef GATETEST_SRC_VERDICT_METRIC_TRAITS_H_
#define GATETEST_SRC_VERDICT_METRIC_TRAITS_H_

#include <string_view>

#include "gatetest/metrics.h"

namespace gatetest::internal {

/// Of accuracy, retention and savings; and of the output length ratio, whose first limit is its
/// lower one. Of all others less is.
bool MoreIsBetter(Metric metric);

/// "above" for metrics where more is better, else "below".
std::string_view RelationOf(Metric metric);

/// Whether each sample is worth something between two ends, so that samples which were not measured
/// can be bounded, and a verdict be safe before the last one.
bool HasBounds(Metric metric);

/// Perplexity and its kin: of texts with log-probabilities.
bool IsOfTexts(Metric metric);

/// Of what was written, not of whether it is right.
bool IsOfWriting(Metric metric);

/// Of what the tokens cost.
bool IsOfCost(Metric metric);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_METRIC_TRAITS_H_
