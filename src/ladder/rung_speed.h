// How fast a rung of a ladder generates.
#ifndef GATETEST_SRC_LADDER_RUNG_SPEED_H_
#define GATETEST_SRC_LADDER_RUNG_SPEED_H_

#include <optional>
#include <string>

#include "gatetest/evaluator.h"
#include "gatetest/gate.h"
#include "gatetest/ladder.h"

namespace gatetest::internal {

/// Why a rung has no speed that nobody asked for.
inline constexpr char kSpeedNotAskedFor[] = "not measured (LadderOptions::speed_runs)";

struct RungSpeed {
  std::optional<Estimate> tokens_per_second = {};
  std::string why_none = {};
};

/// The gate's workload, run live so often; nothing is asked where the answers are to be recorded
/// ones (StoreMode::kReplay). `spending` may be null. Never throws for what a model does.
RungSpeed MeasureRungSpeed(const ModelPtr& model, const Gate& gate, int runs,
                           const EvaluatorOptions& options, Spending* spending);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_LADDER_RUNG_SPEED_H_
