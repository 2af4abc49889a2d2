#include "src/store/recording_store.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <mutex>
#include <set>
#include <tuple>
#include <unordered_set>
#include <vector>

#include "gatetest/error.h"
#include "src/data/text_file.h"
#include "src/model/request_key.h"
#include "src/store/recording_folder.h"
#include "src/store/recording_shelf.h"
#include "src/store/store_error.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

namespace fs = std::filesystem;

class RecordingStore final : public Store {
 public:
  explicit RecordingStore(RecordingFolder folder) : recording_{{}, std::move(folder)} {
    recording_.folder.Refresh();  // Throws now for a header that cannot be read.
  }

  std::string place() const override { return "recording:" + recording_.folder.path().string(); }
  std::optional<RecordedModel> FindModel(const std::string& identity) override;
  std::unique_ptr<Shelf> Open(const RecordedModel& model, const std::string& task,
                              std::int64_t not_before) override;
  std::vector<Holding> Holdings() override;
  void ForEach(const std::string& identity, const std::string& task, const Visitor& visit) override;
  std::size_t Prune(std::int64_t before) override;

 private:
  std::map<std::string, const RecordingHeader*> LatestHeaders() const;

  SharedRecording recording_;
};

/// The latest of each model, by its identity.
std::map<std::string, const RecordingHeader*> RecordingStore::LatestHeaders() const {
  std::map<std::string, const RecordingHeader*> latest;
  for (const auto& file : recording_.folder.files()) {
    const RecordingHeader& header = file->header();
    const RecordingHeader*& known = latest[header.model.identity];
    if (known == nullptr || known->recorded < header.recorded) known = &header;
  }
  return latest;
}

std::optional<RecordedModel> RecordingStore::FindModel(const std::string& identity) {
  const std::lock_guard lock(recording_.mutex);
  recording_.folder.Refresh();
  const auto headers = LatestHeaders();
  const auto found = headers.find(identity);
  return found == headers.end() ? std::nullopt : std::optional(found->second->model);
}

std::unique_ptr<Shelf> RecordingStore::Open(const RecordedModel& model, const std::string& task,
                                            std::int64_t not_before) {
  const std::lock_guard lock(recording_.mutex);
  recording_.folder.Refresh();
  // A refresh, which reads nothing, must not ask a model for hours and then not be recorded.
  for (RecordingFile* const file : FilesOf(recording_.folder, model.identity, task)) file->Check();
  recording_.models.insert(model.identity);
  return std::make_unique<RecordingShelf>(recording_, model, task, not_before);
}

std::vector<Holding> RecordingStore::Holdings() {
  const std::lock_guard lock(recording_.mutex);
  recording_.folder.Refresh();
  std::vector<const RecordingHeader*> models;
  for (const auto& [identity, header] : LatestHeaders()) models.push_back(header);
  std::stable_sort(models.begin(), models.end(), [](const auto* a, const auto* b) {
    if (a->recorded != b->recorded) return a->recorded > b->recorded;
    return ToString(a->model.info) < ToString(b->model.info);
  });
  std::vector<Holding> holdings;
  for (const RecordingHeader* const latest : models) {
    std::map<std::string, std::vector<RecordingFile*>> tasks;
    for (const auto& file : recording_.folder.files()) {
      const RecordingHeader& header = file->header();
      if (header.model.identity == latest->model.identity) tasks[header.task].push_back(file.get());
    }
    for (const auto& [task, files] : tasks) {
      Holding holding = {.model = latest->model, .task = task, .answers = LinesIn(files).size()};
      if (holding.answers == 0) continue;
      const auto [oldest, newest] = std::minmax_element(
          files.begin(), files.end(),
          [](const auto* a, const auto* b) { return a->header().recorded < b->header().recorded; });
      holding.oldest = (*oldest)->header().recorded;
      holding.newest = (*newest)->header().recorded;
      holdings.push_back(std::move(holding));
    }
  }
  return holdings;
}

void RecordingStore::ForEach(const std::string& identity, const std::string& task,
                             const Visitor& visit) {
  std::vector<std::pair<Question, RecordedAnswer>> answers;
  {
    const std::lock_guard lock(recording_.mutex);
    recording_.folder.Refresh();
    for (const FoundLine& place : LinesIn(FilesOf(recording_.folder, identity, task))) {
      answers.emplace_back(QuestionOfLine(*place.line), place.Answer());
    }
  }
  for (const auto& [question, answer] : answers) visit(question, answer);  // May use this store.
}

/// Whole files, by the day of their oldest answer: the file does not say how old the others are.
std::size_t RecordingStore::Prune(std::int64_t before) {
  const std::lock_guard lock(recording_.mutex);
  recording_.folder.Refresh();
  if (recording_.folder.files().empty()) return 0;  // Nor is there a folder to lock, perhaps.
  const RecordingLock folder_lock(recording_.folder.folder());
  recording_.folder.Refresh();
  std::size_t forgotten = 0;
  for (const auto& file : recording_.folder.files()) {
    if (file->header().recorded >= DayOf(before)) continue;
    const std::size_t answers = file->InOrder().size();
    if (::unlink(file->path().c_str()) != 0) ThrowRecordingErrno(file->path(), "deleted", errno);
    forgotten += answers;
  }
  return forgotten;
}

/// The lines of these answers, in order, each key once: the later counts.
std::vector<std::string> LinesInOrder(std::span<const std::pair<Question, RecordedAnswer>> answers,
                                      const AnswerKey& model) {
  std::map<AnswerKey, const std::pair<Question, RecordedAnswer>*> latest;
  for (const auto& answer : answers) latest[answer.first.key] = &answer;
  std::vector<std::pair<LineOrder, std::string>> lines;
  for (const auto& [key, answer] : latest) {
    const auto& [question, recorded] = *answer;
    lines.emplace_back(
        LineOrder{
            .sample = question.sample, .turn = question.turn, .request_key = WithModel(key, model)},
        AnswerToText(question, recorded.response, model));
  }
  std::sort(lines.begin(), lines.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> texts;
  for (auto& [order, text] : lines) texts.push_back(std::move(text));
  return texts;
}

/// The files that a release of a model of this name replaces.
std::vector<RecordingFile*> FilesOfRelease(const RecordingFolder& folder, const ModelInfo& info,
                                           const std::string& task) {
  std::vector<RecordingFile*> files;
  for (const auto& file : folder.files()) {
    const RecordingHeader& header = file->header();
    if (header.task == task && header.model.info.name == info.name &&
        header.model.info.quantization == info.quantization) {
      files.push_back(file.get());
    }
  }
  return files;
}

/// The same for this model: its own file first.
std::vector<RecordingFile*> FilesToReplace(const RecordingFolder& folder,
                                           const RecordedModel& model, const std::string& task) {
  std::vector<RecordingFile*> files = FilesOfRelease(folder, model.info, task);
  std::stable_partition(files.begin(), files.end(), [&](const RecordingFile* file) {
    return file->header().model.identity == model.identity;
  });
  return files;
}

[[noreturn]] void ThrowSeveralReleases(const RecordingFolder& folder, const ModelInfo& info,
                                       const std::string& task,
                                       const std::vector<RecordingFile*>& files) {
  std::vector<std::string> names;
  for (const RecordingFile* const file : files) names.push_back(PathText(file->path().filename()));
  throw Error(
      ErrorCode::kStoreFailed,
      fmt::format(
          "{} holds {} accepted releases of {} on {}: {}; delete the other{}, or accept anew with "
          "--gatetest_accept",
          PathText(folder.path()), files.size(), ToString(info), Quote(task),
          fmt::join(names, ", "), files.size() == 2 ? "" : "s"));
}

std::int64_t OldestOf(std::span<const std::pair<Question, RecordedAnswer>> answers) {
  if (answers.empty()) return 0;
  return std::min_element(
             answers.begin(), answers.end(),
             [](const auto& a, const auto& b) { return a.second.recorded < b.second.recorded; })
      ->second.recorded;
}

}  // namespace

std::unique_ptr<Store> OpenRecording(const fs::path& folder) {
  return std::make_unique<RecordingStore>(RecordingFolder(folder));
}

std::unique_ptr<Store> OpenRecordingOrFile(const fs::path& path) {
  return std::make_unique<RecordingStore>(RecordingFolder(path, /*may_be_file=*/true));
}

std::optional<fs::path> FindAccepted(const fs::path& folder, const ModelInfo& info,
                                     const std::string& task) {
  RecordingFolder recording(folder);
  recording.Refresh();
  std::vector<RecordingFile*> files = FilesOfRelease(recording, info, task);
  std::erase_if(files, [](const RecordingFile* file) { return !file->header().accepted; });
  if (files.size() > 1) ThrowSeveralReleases(recording, info, task, files);
  return files.empty() ? std::nullopt : std::optional(files.front()->path());
}

void AcceptRecording(const fs::path& folder, const RecordedModel& model, const std::string& task,
                     std::span<const std::pair<Question, RecordedAnswer>> answers) {
  RecordingFolder recording(folder);
  recording.Make();
  const RecordingLock lock(recording.folder());
  recording.Refresh();
  const std::vector<RecordingFile*> files = FilesToReplace(recording, model, task);
  const std::vector<std::string> lines = LinesInOrder(answers, ModelKey(model.identity));
  const std::vector<std::string_view> views(lines.begin(), lines.end());
  const RecordingSeal seal = SealOf(views);
  const bool is_same = !files.empty() && files.front()->Holds(model, lines);
  if (!is_same || files.front()->header().answers != seal || !files.front()->header().accepted) {
    const RecordingHeader header = {
        .task = task,
        .recorded = is_same ? files.front()->header().recorded : OldestOf(answers),
        .answers = seal,
        .accepted = true,
        .model = model};
    WriteRecording(files.empty() ? recording.NewFile(model, task) : files.front()->path(),
                   RecordingToText(header, views));
  }
  for (const RecordingFile* const file : files) {
    if (file == files.front()) continue;
    if (::unlink(file->path().c_str()) != 0) ThrowRecordingErrno(file->path(), "deleted", errno);
  }
}

}  // namespace gatetest::internal
