// The assertion on a calibration set: it is large enough, of the same kind of text as a task, and
// has none of the task's data. It asks no model.
//
//   TEST_F(QuantizationGate, IsCalibratedOnTextLikeItsTask) {
//     EXPECT_CALIBRATION_MATCHES("calibration/chat.jsonl", "skills");
//     EXPECT_CALIBRATION_MATCHES(
//         gatetest::Calibration("calibration/code.jsonl", {.samples = 128}), "code");
//   }
#ifndef GATETEST_CALIBRATION_ASSERTIONS_H_
#define GATETEST_CALIBRATION_ASSERTIONS_H_

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "gatetest/calibration.h"
#include "gatetest/dataset.h"
#include "gatetest/task.h"

/// `calibration` is what CheckCalibration passes against the data of `task`: a path as LoadDataset
/// takes it, a Dataset, or a gatetest::Calibration. `task` is the name of one of the current gate's
/// ("skills", "skills/add" for a group), or a TaskPtr, which needs no gate. A slice of the samples
/// (--gatetest_slice) does not matter here: it is judged on all of them.
/// @{
#define EXPECT_CALIBRATION_MATCHES(calibration, task) \
  EXPECT_PRED_FORMAT2(::gatetest::internal::CalibrationAssertion(), calibration, task)
#define ASSERT_CALIBRATION_MATCHES(calibration, task) \
  ASSERT_PRED_FORMAT2(::gatetest::internal::CalibrationAssertion(), calibration, task)
/// @}

namespace gatetest {

/// A calibration set, and what it has to be.
class Calibration {
 public:
  /// A path as LoadDataset takes it, which is not read yet, or samples that are in memory.
  /// @{
  Calibration(const char* path, CalibrationOptions options = {},  // NOLINT: implicit
              Fields fields = {});
  Calibration(const std::string& path, CalibrationOptions options = {},  // NOLINT: implicit
              Fields fields = {});
  Calibration(const std::filesystem::path& path,  // NOLINT: implicit
              CalibrationOptions options = {}, Fields fields = {});
  Calibration(Dataset dataset, CalibrationOptions options = {});  // NOLINT: implicit
  /// @}

  const DatasetSource& source() const { return source_; }         ///< Where its samples are.
  const CalibrationOptions& options() const { return options_; }  ///< What it has to be.

 private:
  DatasetSource source_;
  CalibrationOptions options_;
};

namespace internal {

/// The predicate behind the macros.
class CalibrationAssertion {
 public:
  ::testing::AssertionResult operator()(const char* calibration_text, const char* task_text,
                                        const Calibration& calibration,
                                        const std::string& task) const;
  ::testing::AssertionResult operator()(const char* calibration_text, const char* task_text,
                                        const Calibration& calibration, const TaskPtr& task) const;
};

}  // namespace internal
}  // namespace gatetest

#endif  // GATETEST_CALIBRATION_ASSERTIONS_H_
