// Evaluation data in a calibration set.
#ifndef GATETEST_SRC_CALIBRATION_LEAKS_H_
#define GATETEST_SRC_CALIBRATION_LEAKS_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "gatetest/calibration.h"
#include "gatetest/dataset.h"

namespace gatetest::internal {

/// Text that a sample of each set has, by their places in the data sets.
struct Overlap {
  std::size_t calibration = 0;
  std::size_t evaluation = 0;
  bool exact = false;
  double share = 0.0;        ///< As CalibrationLeak::overlap.
  std::string snippet = {};  ///< As CalibrationLeak::snippet.
};

/// Is given each overlap that is found; one pair of samples may come several times.
using OverlapSink = std::function<void(const Overlap&)>;

/// For each sample of either set that has an overlap, its best: an exact one before a near one, the
/// larger before the smaller, the first before a later one. In the order of the calibration set,
/// then of the evaluation data. `near_duplicate` as in CalibrationOptions.
std::vector<CalibrationLeak> FindLeaks(const Dataset& calibration, const Dataset& evaluation,
                                       double near_duplicate);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_CALIBRATION_LEAKS_H_
