// A shelf of a recording.
#ifndef GATETEST_SRC_STORE_RECORDING_SHELF_H_
#define GATETEST_SRC_STORE_RECORDING_SHELF_H_

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/store.h"
#include "src/store/recording_folder.h"

namespace gatetest::internal {

/// What a store shares with its shelves.
struct SharedRecording {
  std::mutex mutex;
  RecordingFolder folder;
  std::map<AnswerKey, const Shelf*> claims = {};
  /// The identities of all that was opened. Builds that one gate compares do not replace each
  /// other.
  std::set<std::string> models = {};
};

/// A line, and where it is.
struct FoundLine {
  RecordingFile* file = nullptr;
  const RecordingLine* line = nullptr;

  RecordedAnswer Answer() const { return AnswerOfLine(*line, file->path()); }
};

/// The files of one model and task: one, unless people made copies.
std::vector<RecordingFile*> FilesOf(const RecordingFolder& folder, const std::string& identity,
                                    const std::string& task);

/// All that these files hold, in order, each key once.
std::vector<FoundLine> LinesIn(const std::vector<RecordingFile*>& files);

/// Its claims hold within one Store object: two processes that record into one folder may both ask
/// what is missing, and both answers are recorded, of which the later counts.
class RecordingShelf final : public Shelf {
 public:
  RecordingShelf(SharedRecording& recording, RecordedModel model, std::string task,
                 std::int64_t not_before)
      : recording_(recording),
        model_(std::move(model)),
        task_(std::move(task)),
        not_before_(DayOf(not_before)) {}
  ~RecordingShelf() override;

  std::vector<std::optional<RecordedAnswer>> Find(std::span<const AnswerKey> keys) override;
  std::vector<ClaimResult> Claim(std::span<const AnswerKey> keys) override;
  void Put(const Question& question, const RecordedAnswer& answer) override;
  void GiveBack(std::span<const AnswerKey> keys) override;
  std::optional<Question> Filed(const std::string& sample, std::size_t turn) override;

 private:
  bool IsOwn(const RecordingFile& file) const { return file.IsOf(model_.identity, task_); }
  std::vector<RecordingFile*> OwnFiles() const {
    return FilesOf(recording_.folder, model_.identity, task_);
  }
  /// Without accepted releases.
  std::vector<RecordingFile*> WritableFiles() const {
    std::vector<RecordingFile*> files = OwnFiles();
    std::erase_if(files, [](const RecordingFile* file) { return file->header().accepted; });
    return files;
  }
  std::vector<RecordingFile*> FilesOfModel() const;
  FoundLine FindOne(const std::vector<RecordingFile*>& files, const AnswerKey& key) const;
  void Write(const AnswerKey& key, const std::string& text, std::int64_t day);
  void Tidy();
  bool IsPredecessor(const RecordingHeader& header) const;
  void ReplacePredecessors();
  void GiveBackOne(const AnswerKey& key);

  SharedRecording& recording_;
  const RecordedModel model_;
  const std::string task_;
  const std::int64_t not_before_;
  std::set<std::filesystem::path> untidy_;  ///< Files that this shelf has written to.
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_RECORDING_SHELF_H_
