// Why answers are not recorded, for whoever replays them.
#ifndef GATETEST_SRC_EVALUATION_MISSING_H_
#define GATETEST_SRC_EVALUATION_MISSING_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "gatetest/dataset.h"
#include "gatetest/store.h"
#include "src/evaluation/answers.h"

namespace gatetest::internal {

/// "40 of 40 samples are not recorded: \"1\", \"2\", \"3\", ...". `missing`: indices in `samples`;
/// `wanted`: how many of those, from the first that is asked, were looked for.
std::string NameMissing(std::span<const std::size_t> missing, const std::vector<Sample>& samples,
                        std::size_t wanted);

/// Nothing of this model is recorded: in which part of its identity it differs from what is. One
/// line or several.
std::string ExplainModel(const RecordedModel& model, Store& store);

/// How many ExplainMissing looks at: enough to see every reason there is.
inline constexpr std::size_t kMostExplained = 200;

/// Some answers of the model are recorded, and these are not: in which part of their requests they
/// differ from what is. Not empty.
std::string ExplainMissing(std::span<const Ask> missing, Shelf& shelf);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_EVALUATION_MISSING_H_
