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

/// Throws as OpenStore does. Its Prune forgets whole files, by the day of their oldest answer: of
/// the others of a file it is not known how old they are. Its claims hold within one Store object.
std::unique_ptr<Store> OpenRecording(const std::filesystem::path& folder);

/// The same for a folder, or one of its files, which nothing can be recorded into.
std::unique_ptr<Store> OpenRecordingOrFile(const std::filesystem::path& path);

/// The file of the accepted release of a model of that name and quantization, on that task. None
/// where there is none; what else was recorded or exported into the folder does not count. Throws
/// Error(kStoreFailed) where there are several (copies, say).
std::optional<std::filesystem::path> FindAccepted(const std::filesystem::path& folder,
                                                  const ModelInfo& info, const std::string& task);

/// Makes these answers the accepted release of that model (of its name and quantization) on that
/// task: writes its file anew, as a whole, and marks it, so that nothing else is recorded into it.
/// What the folder holds of that task by others of that name is deleted. If neither the answers nor
/// what is said of the model differ, the file stays as it is, its day included (and is sealed,
/// where it was not).
void AcceptRecording(const std::filesystem::path& folder, const RecordedModel& model,
                     const std::string& task,
                     std::span<const std::pair<Question, RecordedAnswer>> answers);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_RECORDING_STORE_H_
