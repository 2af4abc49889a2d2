// Recorded: a model that is its recording. A gate compares with it where the model itself is not to
// be had: in CI, or after a rebuild that made the recorded build another one.
//
//   gatetest::Gate gate{.baseline = gatetest::Recorded("baselines/tinylm-f16"),
//                       .tasks = {gatetest::ExactMatch("data/skills.jsonl")}};
#ifndef GATETEST_RECORDED_H_
#define GATETEST_RECORDED_H_

#include <filesystem>

#include "gatetest/model.h"

namespace gatetest {

/// `path`: a recording of one model: a folder of its files, or one of those files. Its name,
/// quantization and identity are what the files say. A request that they do not hold is NOT
/// MEASURED. Read when it is first needed; what cannot be read then is NOT MEASURED too, and says
/// why. Until it can be read its name is the path's last part.
ModelPtr Recorded(const std::filesystem::path& path);

}  // namespace gatetest

#endif  // GATETEST_RECORDED_H_
