// Samples of two sets that have much text in common.
#ifndef GATETEST_SRC_CALIBRATION_SHINGLES_H_
#define GATETEST_SRC_CALIBRATION_SHINGLES_H_

#include <cstddef>

#include "gatetest/dataset.h"
#include "src/calibration/leaks.h"

namespace gatetest::internal {

/// Words of a shingle, which are words in a row (Broder, On the resemblance and containment of
/// documents, 1997); marks do not count.
inline constexpr std::size_t kShingleWords = 5;
/// The fewest words of a text that is looked for: of shorter ones, "the capital of France is",
/// too many differ in what matters alone.
inline constexpr std::size_t kFewestWords = 13;
/// A text is looked for in pieces of so many words, and in stretches of twice as many: a long
/// document has most of what a short one is made of somewhere, and half of a document is a leak
/// too.
inline constexpr std::size_t kPieceWords = 200;

/// Finds pieces of evaluation samples in calibration samples, and the other way round, that have at
/// least a share `least` of their shingles there. Shingles of more than 5 % of the evaluation
/// samples (at least of more than 32, or of half of a small set; of more than 64 in any case) are a
/// template's and are left out: they tell nothing, and would make this quadratic.
void FindNearDuplicates(const Dataset& calibration, const Dataset& evaluation, double least,
                        const OverlapSink& found);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_CALIBRATION_SHINGLES_H_
