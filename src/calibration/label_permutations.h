// Whether two sets of documents differ more than they would if their labels were drawn by lot.
#ifndef GATETEST_SRC_CALIBRATION_LABEL_PERMUTATIONS_H_
#define GATETEST_SRC_CALIBRATION_LABEL_PERMUTATIONS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "gatetest/calibration.h"
#include "src/calibration/chunks.h"

namespace gatetest::internal {

/// Kinds that words are hashed to. Words that share one are taken for the same, on both sides.
inline constexpr std::size_t kWordKinds = 4096;

/// The distance between both sets, neither of which is empty, and what it is when documents change
/// sides: every way to deal them out to sides of these sizes is equally probable.
CalibrationDistance PermuteLabels(const std::vector<Chunk>& one, const std::vector<Chunk>& other,
                                  std::size_t permutations, std::uint64_t seed);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_CALIBRATION_LABEL_PERMUTATIONS_H_
