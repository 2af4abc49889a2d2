// The words by which two sets of texts are told apart.
#ifndef GATETEST_SRC_CALIBRATION_TELLING_TOKENS_H_
#define GATETEST_SRC_CALIBRATION_TELLING_TOKENS_H_

#include <cstddef>
#include <vector>

#include "gatetest/calibration.h"
#include "src/calibration/chunks.h"

namespace gatetest::internal {

/// The words that contribute most to the divergence, the largest contribution first, at most
/// `most`; of equal ones the first in the order of bytes. Neither set is empty.
std::vector<CalibrationToken> TellingTokens(const std::vector<Chunk>& calibration,
                                            const std::vector<Chunk>& evaluation, std::size_t most);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_CALIBRATION_TELLING_TOKENS_H_
