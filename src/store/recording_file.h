// The files of a recording: one a model and task, in a folder that people keep in git.
// A file is read by anybody at any time; it is written only under the folder's lock.
#ifndef GATETEST_SRC_STORE_RECORDING_FILE_H_
#define GATETEST_SRC_STORE_RECORDING_FILE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gatetest/store.h"
#include "src/data/hash.h"
#include "src/store/recording_line.h"

namespace gatetest::internal {

/// The beginning of that day, UTC: a recording knows days only.
std::int64_t DayOf(std::int64_t seconds_since_1970);

/// The text of a whole file: `lines` are answers without their line feeds, in order.
std::string RecordingToText(const RecordingHeader& header,
                            const std::vector<std::string_view>& lines);

/// What tells a file that was changed from one that was not.
struct FileStamp {
  std::uint64_t inode = 0;
  std::int64_t size = 0;
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;
  bool operator==(const FileStamp&) const = default;
};

/// Under the lock: makes the file, or puts another in its place. Readers see either.
void WriteRecording(const std::filesystem::path& file, std::string_view text);

/// A file as it was when it was last looked at: its header, and its answers once they are asked
/// for. All that reads throws Error(kStoreFailed).
class RecordingFile {
 public:
  /// Nothing of it is known before the first Refresh.
  explicit RecordingFile(std::filesystem::path path) : path_(std::move(path)) {}

  /// Looks whether it was changed; if so reads its header, and the answers when they are next
  /// asked for. False if it is not there, or no regular file.
  bool Refresh();

  const std::filesystem::path& path() const { return path_; }
  const RecordingHeader& header() const { return header_; }
  bool IsOf(const std::string& identity, const std::string& task) const {
    return header_.model.identity == identity && header_.task == task;
  }

  /// Reads its answers now, so that all that is damaged throws.
  void Check() { Load(); }
  /// The line that counts for that key; null if there is none.
  const RecordingLine* Find(const AnswerKey& key);
  /// The latest of that turn of that sample, under whatever key.
  const RecordingLine* Filed(std::string_view sample, std::size_t turn);
  /// The lines that count: by sample in natural order, then by turn, then by key.
  std::vector<const RecordingLine*> InOrder();
  /// Whether it says the same of the model, and has these lines and no others. Not even a damaged
  /// file throws: whatever it holds, it is something else.
  bool Holds(const RecordedModel& model, std::vector<std::string> lines) const;
  /// RecordedAnswer::recorded of the newest that may be in it.
  std::int64_t newest() const;

  /// Under the lock, after Refresh: records the line in place of one of the same key. A sealed file
  /// is open from then on.
  void Append(std::string_view text, std::int64_t day);
  /// The line of that key was found anew on that day.
  void Renew(const AnswerKey& key, std::int64_t day);
  /// Under the lock, after Refresh: puts the lines in order, each key once, and seals them. Writes
  /// nothing if nothing changes by that.
  void Tidy(const RecordedModel& model);

 private:
  struct KeyHash {
    std::size_t operator()(const AnswerKey& key) const;
  };
  struct Content {
    std::deque<RecordingLine> lines = {};  ///< Those that do not count any more included.
    std::unordered_map<AnswerKey, RecordingLine*, KeyHash> latest = {};
    std::size_t line_count = 0;  ///< Of the file, its header included.
    std::size_t size = 0;        ///< Bytes; without a last line that was cut off.
    bool is_terminated = true;   ///< By a line feed.
    std::int64_t newest = 0;
    Hasher hasher = {};  ///< Of those bytes.
  };

  Content& Load();
  bool Continues(std::string_view text) const;
  void Parse(std::string_view text, const Content* known);
  void TakeLine(std::string_view text, std::int64_t day, const Content* known);
  RecordingSeal SealOfContent() const;
  void CheckSeal() const;
  void Unseal();

  const std::filesystem::path path_;
  std::optional<FileStamp> stamp_ = {};
  RecordingHeader header_ = {};
  std::unique_ptr<Content> content_ = {};
  bool is_current_ = false;  ///< Whether content_ is that of stamp_.
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_RECORDING_FILE_H_
