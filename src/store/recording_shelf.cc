#include "src/store/recording_shelf.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <string_view>
#include <tuple>

#include "src/model/request_key.h"
#include "src/store/model_identity.h"
#include "src/store/store_error.h"

namespace gatetest::internal {
namespace {

/// Whether `file` holds an answer for every turn of every sample that `old` does.
bool Covers(RecordingFile& file, RecordingFile& old) {
  std::set<std::pair<std::string_view, std::size_t>> turns;
  for (const RecordingLine* const line : file.InOrder()) turns.emplace(line->sample, line->turn);
  const std::vector<const RecordingLine*> lines = old.InOrder();
  return std::all_of(lines.begin(), lines.end(), [&](const RecordingLine* line) {
    return turns.contains({line->sample, line->turn});
  });
}

}  // namespace

std::vector<RecordingFile*> FilesOf(const RecordingFolder& folder, const std::string& identity,
                                    const std::string& task) {
  std::vector<RecordingFile*> files;
  for (const auto& file : folder.files()) {
    if (file->IsOf(identity, task)) files.push_back(file.get());
  }
  return files;
}

std::vector<FoundLine> LinesIn(const std::vector<RecordingFile*>& files) {
  std::map<AnswerKey, FoundLine> latest;
  for (RecordingFile* const file : files) {
    for (const RecordingLine* const line : file->InOrder()) {
      FoundLine& place = latest[line->key];
      if (place.line == nullptr || place.line->recorded < line->recorded) place = {file, line};
    }
  }
  std::vector<FoundLine> places;
  places.reserve(latest.size());
  for (const auto& [key, place] : latest) places.push_back(place);
  std::sort(places.begin(), places.end(), [](const FoundLine& a, const FoundLine& b) {
    return a.line->order() < b.line->order();
  });
  return places;
}

RecordingShelf::~RecordingShelf() {
  const std::lock_guard lock(recording_.mutex);
  std::erase_if(recording_.claims, [&](const auto& claim) { return claim.second == this; });
  try {
    if (!untidy_.empty()) Tidy();
  } catch (const std::exception&) {
    // The file is complete, only not in order: the next that is recorded puts it right.
  }
}

void RecordingShelf::Tidy() {
  const RecordingLock folder_lock(recording_.folder.folder());
  recording_.folder.Refresh();
  for (RecordingFile* const file : WritableFiles()) {
    if (untidy_.contains(file->path())) file->Tidy(model_);
  }
  ReplacePredecessors();
}

bool RecordingShelf::IsPredecessor(const RecordingHeader& header) const {
  return header.task == task_ && !header.accepted &&
         AreBuildsOfOneModel(header.model.identity, model_.identity) &&
         !recording_.models.contains(header.model.identity);
}

/// A new build takes the file of the one before it, so that git shows a diff of one file. But not
/// before it holds all of it: an interrupted run must not lose a whole recording.
void RecordingShelf::ReplacePredecessors() {
  const std::vector<RecordingFile*> own = WritableFiles();
  if (own.size() != 1 || !untidy_.contains(own.front()->path())) return;
  std::vector<std::filesystem::path> replaced;
  for (const auto& file : recording_.folder.files()) {
    if (IsPredecessor(file->header()) && Covers(*own.front(), *file)) {
      replaced.push_back(file->path());
    }
  }
  if (replaced.empty()) return;
  // The shortest name is that of the first build: those of others have digits in them.
  std::sort(replaced.begin(), replaced.end(), [](const auto& a, const auto& b) {
    return std::pair(a.native().size(), a) < std::pair(b.native().size(), b);
  });
  if (std::rename(own.front()->path().c_str(), replaced.front().c_str()) != 0) {
    ThrowRecordingErrno(own.front()->path(), "renamed", errno);
  }
  for (std::size_t i = 1; i < replaced.size(); ++i) {
    if (::unlink(replaced[i].c_str()) != 0) ThrowRecordingErrno(replaced[i], "deleted", errno);
  }
}

/// The files to look into, those that may hold the latest answer first.
std::vector<RecordingFile*> RecordingShelf::FilesOfModel() const {
  std::vector<RecordingFile*> files;
  for (const auto& file : recording_.folder.files()) {
    if (file->header().model.identity == model_.identity) files.push_back(file.get());
  }
  std::stable_sort(files.begin(), files.end(), [&](RecordingFile* a, RecordingFile* b) {
    return std::pair(a->newest(), IsOwn(*a)) > std::pair(b->newest(), IsOwn(*b));
  });
  return files;
}

/// The key says it all: the latest answer counts, whatever task it was recorded for.
FoundLine RecordingShelf::FindOne(const std::vector<RecordingFile*>& files,
                                  const AnswerKey& key) const {
  FoundLine best;
  const auto rank = [&](const FoundLine& place) {
    return std::pair(place.line->recorded, IsOwn(*place.file));
  };
  for (RecordingFile* const file : files) {
    // Most often the first file has it, and the others are never read.
    if (best.line != nullptr && rank(best) >= std::pair(file->newest(), IsOwn(*file))) continue;
    const FoundLine here = {file, file->Find(key)};
    if (here.line == nullptr || here.line->recorded < not_before_) continue;
    if (best.line == nullptr || rank(here) > rank(best)) best = here;
  }
  return best;
}

std::vector<std::optional<RecordedAnswer>> RecordingShelf::Find(std::span<const AnswerKey> keys) {
  const std::lock_guard lock(recording_.mutex);
  recording_.folder.Refresh();
  const std::vector<RecordingFile*> files = FilesOfModel();
  std::vector<std::optional<RecordedAnswer>> answers;
  answers.reserve(keys.size());
  for (const AnswerKey& key : keys) {
    const FoundLine place = FindOne(files, key);
    answers.push_back(place.line == nullptr ? std::nullopt : std::optional(place.Answer()));
  }
  return answers;
}

std::vector<ClaimResult> RecordingShelf::Claim(std::span<const AnswerKey> keys) {
  const std::lock_guard lock(recording_.mutex);
  recording_.folder.Refresh();
  const std::vector<RecordingFile*> files = FilesOfModel();
  std::vector<ClaimResult> results;
  results.reserve(keys.size());
  for (const AnswerKey& key : keys) {
    if (FindOne(files, key).line != nullptr) {
      results.push_back(ClaimResult::kRecorded);
      continue;
    }
    const auto [claim, is_new] = recording_.claims.try_emplace(key, this);
    results.push_back(claim->second == this ? ClaimResult::kMine : ClaimResult::kTaken);
  }
  return results;
}

void RecordingShelf::Put(const Question& question, const RecordedAnswer& answer) {
  const std::string text = AnswerToText(question, answer.response, ModelKey(model_.identity));
  const std::lock_guard lock(recording_.mutex);
  GiveBackOne(question.key);  // If this fails, another may try.
  if (recording_.folder.is_file()) {
    ThrowRecordingError(recording_.folder.path(), "written", "it is one file of a recording",
                        "name its folder to record into it");
  }
  recording_.folder.Make();
  const RecordingLock folder_lock(recording_.folder.folder());
  recording_.folder.Refresh();
  Write(question.key, text, DayOf(answer.recorded));
}

void RecordingShelf::Write(const AnswerKey& key, const std::string& text, std::int64_t day) {
  const std::vector<RecordingFile*> own = WritableFiles();
  if (own.empty()) {
    const std::filesystem::path file = recording_.folder.NewFile(model_, task_);
    WriteRecording(file, RecordingToText({.task = task_, .recorded = day, .model = model_},
                                         std::vector<std::string_view>{text}));
    untidy_.insert(file);
    return;
  }
  FoundLine there = {own.front(), own.front()->Find(key)};
  for (RecordingFile* const file : own) {
    const RecordingLine* const line = file->Find(key);
    if (line == nullptr) continue;
    if (there.line == nullptr || there.line->recorded < line->recorded) there = {file, line};
  }
  RecordingFile& file = *there.file;
  if (there.line != nullptr && there.line->text == text) {
    // A refresh that finds the same changes nothing, unless it matters when that was.
    if (model_.info.max_age.count() <= 0 || there.line->recorded == day) return;
    file.Renew(key, day);
  } else {
    file.Append(text, day);
  }
  untidy_.insert(file.path());
  // Nothing may look younger than it is, even if this process is killed now.
  if (day < file.header().recorded) file.Tidy(model_);
}

void RecordingShelf::GiveBack(std::span<const AnswerKey> keys) {
  const std::lock_guard lock(recording_.mutex);
  for (const AnswerKey& key : keys) GiveBackOne(key);
}

void RecordingShelf::GiveBackOne(const AnswerKey& key) {
  const auto claim = recording_.claims.find(key);
  if (claim != recording_.claims.end() && claim->second == this) recording_.claims.erase(claim);
}

std::optional<Question> RecordingShelf::Filed(const std::string& sample, std::size_t turn) {
  const std::lock_guard lock(recording_.mutex);
  recording_.folder.Refresh();
  const RecordingLine* latest = nullptr;
  for (RecordingFile* const file : OwnFiles()) {
    const RecordingLine* const line = file->Filed(sample, turn);
    if (line == nullptr) continue;
    if (latest == nullptr || latest->recorded < line->recorded) latest = line;
  }
  return latest == nullptr ? std::nullopt : std::optional(QuestionOfLine(*latest));
}

}  // namespace gatetest::internal
