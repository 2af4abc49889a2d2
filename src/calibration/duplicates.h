// Samples of two sets that are the same.
#ifndef GATETEST_SRC_CALIBRATION_DUPLICATES_H_
#define GATETEST_SRC_CALIBRATION_DUPLICATES_H_

#include <cstddef>

#include "gatetest/dataset.h"
#include "src/calibration/leaks.h"

namespace gatetest::internal {

/// Finds samples whose texts are equal but for case and white space: the input, or the input with
/// its answer (of multiple choice the right choice), on either side. Of n equal samples in one set
/// and m in the other it gives n + m - 1 pairs, at least one of each.
void FindDuplicates(const Dataset& calibration, const Dataset& evaluation,
                    const OverlapSink& found);

/// How many different texts the samples' inputs are, but for case and white space; texts without
/// any word or mark do not count.
std::size_t CountDifferent(const Dataset& dataset);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_CALIBRATION_DUPLICATES_H_
