// What a check of a calibration set was to show, in words.
#ifndef GATETEST_SRC_CALIBRATION_EXPLAIN_CALIBRATION_H_
#define GATETEST_SRC_CALIBRATION_EXPLAIN_CALIBRATION_H_

#include <string>

#include "gatetest/calibration.h"

namespace gatetest::internal {

/// "calibration set \"c4\" matches \"skills\": at least 512 samples, text of the same kind (alpha
/// 0.01), none of its data".
std::string CalibrationExpectation(const std::string& calibration, const std::string& evaluation,
                                   const CalibrationOptions& options);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_CALIBRATION_EXPLAIN_CALIBRATION_H_
