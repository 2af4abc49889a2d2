// What models wrote, and what that costs: metrics that are ratios of sums over samples and have no
// bounds.
#ifndef GATETEST_SRC_VERDICT_MEASURE_OUTPUT_H_
#define GATETEST_SRC_VERDICT_MEASURE_OUTPUT_H_

#include <vector>

#include "src/verdict/measure.h"
#include "src/verdict/pairs.h"

namespace gatetest::internal {

/// In what two models' outputs are compared.
enum class LengthUnit { kTokens, kBytes };

/// Tokens where all pairs are of models of one name, whose tokenizer then is one, and every answer
/// reported them; else bytes.
LengthUnit LengthUnitOf(const std::vector<Pair>& pairs);

/// Of what was generated.
double LengthOf(const Outcome& outcome, LengthUnit unit);

/// US dollars, by the model's prices. Throws Error(kUndefined) where it has none, or where the
/// answers did not report their tokens.
double CostOf(const ModelInfo& model, const Sample& sample, const Outcome& outcome);

/// Every pair is measured. Throw as the functions of metrics.h do.
/// @{
Measurement MeasureOutputLengthRatio(const std::vector<Pair>& pairs, const MeasureOptions& options);
Measurement MeasureCostPer1k(const std::vector<Pair>& pairs, const MeasureOptions& options);
Measurement MeasureSavings(const std::vector<Pair>& pairs, const MeasureOptions& options);
/// @}

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_VERDICT_MEASURE_OUTPUT_H_
