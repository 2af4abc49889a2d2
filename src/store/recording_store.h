// A recording: a folder of text files, one a model and task, as a Store.
#ifndef GATETEST_SRC_STORE_RECORDING_STORE_H_
#define GATETEST_SRC_STORE_RECORDING_STORE_H_

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "gatetest/store.h"

namespace gatetest::internal {

/// Throws as OpenStore does.
std::unique_ptr<Store> OpenRecording(const std::filesystem::path& folder);

/// The same for a folder, or one of its files, which nothing can be recorded into.
std::unique_ptr<Store> OpenRecordingOrFile(const std::filesystem::path& path);

/// The file that ReplaceRecording would replace: of a model of that name and quantization, on that
/// task. None where there is none.
std::optional<std::filesystem::path> FindRecording(const std::filesystem::path& folder,
                                                   const ModelInfo& info, const std::string& task);

/// Writes the file of that model (of its name and quantization) and task anew, as a whole. What the
/// folder holds of that task by other builds of the model is deleted. If neither the answers nor
/// what is said of the model differ, the file stays as it is, its day included.
void ReplaceRecording(const std::filesystem::path& folder, const RecordedModel& model,
                      const std::string& task,
                      std::span<const std::pair<Question, RecordedAnswer>> answers);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_RECORDING_STORE_H_
