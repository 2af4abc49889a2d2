// The folder of a recording: its files, its lock, and writing to it.
#ifndef GATETEST_SRC_STORE_RECORDING_FOLDER_H_
#define GATETEST_SRC_STORE_RECORDING_FOLDER_H_

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gatetest/store.h"
#include "src/store/recording_file.h"

namespace gatetest::internal {

/// Holds a folder's lock, which no process keeps after its death. Nothing is left in the folder.
class RecordingLock {
 public:
  explicit RecordingLock(const std::filesystem::path& folder);
  ~RecordingLock();
  RecordingLock(const RecordingLock&) = delete;
  RecordingLock& operator=(const RecordingLock&) = delete;

 private:
  int descriptor_ = -1;
};

/// The files of a folder, or one file that is taken for all of them.
class RecordingFolder {
 public:
  using Files = std::vector<std::unique_ptr<RecordingFile>>;

  /// Absolute, as it is named in messages. Throws Error(kStoreFailed) for what is neither a folder
  /// nor, if `may_be_file`, a file. What is not there is empty.
  explicit RecordingFolder(const std::filesystem::path& path, bool may_be_file = false);

  const std::filesystem::path& path() const { return path_; }
  /// Looks for what was changed, made and removed since. A file whose header cannot be read throws.
  void Refresh();
  /// By name.
  const Files& files() const { return files_; }

  bool is_file() const { return is_file_; }
  /// Of all that is written.
  std::filesystem::path folder() const { return is_file_ ? path_.parent_path() : path_; }
  void Make() const;
  /// Where this model's answers to this task belong while there is no file of them.
  std::filesystem::path NewFile(const RecordedModel& model, const std::string& task) const;

 private:
  std::vector<std::filesystem::path> List() const;

  std::filesystem::path path_;
  bool is_file_ = false;
  Files files_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_RECORDING_FOLDER_H_
