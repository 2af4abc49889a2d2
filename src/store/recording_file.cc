#include "src/store/recording_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <system_error>

#include "gatetest/error.h"
#include "src/data/text_file.h"
#include "src/model/request_key.h"
#include "src/store/model_json.h"
#include "src/store/posix_file.h"
#include "src/store/store_error.h"
#include "src/text/show.h"
#include "src/text/utf8.h"

namespace gatetest::internal {
namespace {

namespace fs = std::filesystem;

/// Only whoever holds the lock has one, so that one name is enough.
constexpr std::string_view kTemporary = ".gatetest.tmp";

FileStamp StampOf(const struct stat& status) {
#ifdef __APPLE__
  const auto& changed = status.st_mtimespec;
#else
  const auto& changed = status.st_mtim;
#endif
  return {status.st_ino, status.st_size, changed.tv_sec, changed.tv_nsec};
}

/// None for what is not there, or is no regular file.
std::optional<FileStamp> FindStamp(const fs::path& path) {
  struct stat status = {};
  if (::stat(path.c_str(), &status) == 0) {
    return S_ISREG(status.st_mode) ? std::optional(StampOf(status)) : std::nullopt;
  }
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  ThrowRecordingErrno(path, "read", errno);
}

struct FileText {
  FileStamp stamp;  ///< From before it was read: what is written meanwhile is a change.
  std::string text;
};

enum class Extent { kFirstLine, kAll };

/// None for what is not there any more.
std::optional<FileText> ReadFile(const fs::path& path, Extent extent) {
  const Descriptor file(path, O_RDONLY);
  if (!file && errno == ENOENT) return std::nullopt;
  struct stat status = {};
  if (!file || ::fstat(file.get(), &status) != 0) ThrowRecordingErrno(path, "read", errno);
  FileText read = {.stamp = StampOf(status), .text = {}};
  constexpr std::size_t kHeaderSize = 16'384;
  std::size_t step =
      extent == Extent::kAll ? static_cast<std::size_t>(status.st_size) + 1 : kHeaderSize;
  for (;; step = kHeaderSize) {
    const std::size_t size = read.text.size();
    read.text.resize(size + step);
    const ssize_t got = ::read(file.get(), read.text.data() + size, step);
    if (got < 0 && errno != EINTR) ThrowRecordingErrno(path, "read", errno);
    read.text.resize(size + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    const std::size_t end = extent == Extent::kAll ? std::string::npos : read.text.find('\n', size);
    if (end != std::string::npos) read.text.resize(end);
    if (got == 0 || end != std::string::npos) return read;
  }
}

/// Of a line whose file was written on another system.
std::string_view WithoutReturn(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// Empty if the line is text.
std::string WhyNoText(std::string_view line) {
  const std::size_t at = FindBadByte(line);
  if (at == std::string_view::npos) return "";
  return fmt::format("byte 0x{:02X} at column {} is not UTF-8 text",
                     static_cast<unsigned char>(line[at]), CountCodePoints(line.substr(0, at)) + 1);
}

RecordingHeader ReadHeader(std::string_view line, const fs::path& file) {
  const RecordingPlace place = {.file = file, .line = 1};
  line = WithoutReturn(line);
  const std::string problem = WhyNoText(line);
  if (problem.empty()) return HeaderFromText(line, place);
  if (!IsHeader(line)) ThrowNoRecording(place);
  ThrowDamagedLine(place, problem);
}

}  // namespace

std::int64_t DayOf(std::int64_t seconds_since_1970) {
  const auto day = std::chrono::floor<std::chrono::days>(std::chrono::seconds(seconds_since_1970));
  return std::chrono::seconds(day).count();
}

std::string RecordingToText(const RecordingHeader& header,
                            const std::vector<std::string_view>& lines) {
  std::string text = HeaderToText(header) + "\n";
  for (const std::string_view line : lines) {
    text += line;
    text += '\n';
  }
  return text;
}

void WriteRecording(const fs::path& file, std::string_view text) {
  const fs::path temporary = file.parent_path() / kTemporary;
  ::unlink(temporary.c_str());  // Of a process that was killed.
  int error = 0;
  {
    Descriptor out(temporary, O_WRONLY | O_CREAT | O_EXCL);
    if (!out) ThrowRecordingErrno(file, "written", errno);
    struct stat old = {};
    if (::stat(file.c_str(), &old) == 0) ::fchmod(out.get(), old.st_mode & 0777U);
    error = WriteAll(out.get(), text);
    if (::close(out.Release()) != 0 && error == 0) error = errno;
  }
  if (error == 0 && std::rename(temporary.c_str(), file.c_str()) != 0) error = errno;
  if (error == 0) return;
  ::unlink(temporary.c_str());
  ThrowRecordingErrno(file, "written", error);
}

std::size_t RecordingFile::KeyHash::operator()(const AnswerKey& key) const {
  std::size_t hash = 0;
  std::memcpy(&hash, key.data(), sizeof(hash));
  return hash;
}

bool RecordingFile::Refresh() {
  const std::optional<FileStamp> stamp = FindStamp(path_);
  if (stamp == stamp_) return stamp.has_value();
  is_current_ = false;
  stamp_.reset();
  if (!stamp) return false;
  const std::optional<FileText> read = ReadFile(path_, Extent::kFirstLine);
  if (!read) return false;
  header_ = ReadHeader(read->text, path_);
  stamp_ = read->stamp;
  return true;
}

RecordingFile::Content& RecordingFile::Load() {
  if (is_current_) return *content_;
  const std::optional<FileText> read = ReadFile(path_, Extent::kAll);
  std::unique_ptr<Content> known;
  if (!read || !Continues(read->text)) {
    known = std::exchange(content_, std::make_unique<Content>());
  }
  try {
    if (read) {
      // That of Refresh may be of another file that was here a moment ago: sealed, say.
      header_ = ReadHeader(read->text.substr(0, read->text.find('\n')), path_);
      Parse(read->text, known.get());
      CheckSeal();
    }
  } catch (...) {
    content_.reset();
    throw;
  }
  // Of one that is gone nothing is left; the next Refresh says so.
  stamp_ = read ? std::optional(read->stamp) : std::nullopt;
  is_current_ = true;
  return *content_;
}

/// Whether only lines were added to what is known. Then those are enough to read.
bool RecordingFile::Continues(std::string_view text) const {
  return content_ != nullptr && content_->is_terminated && text.size() >= content_->size &&
         Hasher().AddBytes(text.substr(0, content_->size)).Bytes() == content_->hasher.Bytes();
}

void RecordingFile::Parse(std::string_view text, const Content* known) {
  const std::size_t start = content_->size;
  while (content_->size < text.size()) {
    const std::size_t end = text.find('\n', content_->size);
    const std::string_view line = WithoutReturn(text.substr(content_->size, end - content_->size));
    const bool is_header = content_->line_count == 0;
    content_->is_terminated = end != std::string_view::npos;
    if (!content_->is_terminated && !is_header && !nlohmann::json::accept(line)) {
      // Cut off when its process was killed: nobody was told that it is recorded.
      content_->is_terminated = true;
      break;
    }
    ++content_->line_count;
    if (!is_header && !line.empty()) TakeLine(line, header_.recorded, known);
    content_->size = content_->is_terminated ? end + 1 : text.size();
  }
  content_->hasher.AddBytes(text.substr(start, content_->size - start));
}

void RecordingFile::TakeLine(std::string_view text, std::int64_t day, const Content* known) {
  const RecordingPlace place = {.file = path_, .line = content_->line_count};
  const std::string problem = WhyNoText(text);
  if (!problem.empty()) ThrowDamagedLine(place, problem);
  if (IsHeader(text)) {
    ThrowAtLine(place, fmt::format("a second header; put it and the answers below it into a file "
                                   "of their own, or restore the file (git checkout {})",
                                   PathText(path_)));
  }
  RecordingLine& line = content_->lines.emplace_back();
  LineFromText(text, ModelKey(header_.model.identity), place, line);
  line.recorded = day;
  if (known != nullptr) {
    // What was put by this process: its day is not yet in the file.
    const auto before = known->latest.find(line.key);
    if (before != known->latest.end() && before->second->text == text) {
      line.recorded = std::max(day, before->second->recorded);
    }
  }
  content_->latest[line.key] = &line;
  content_->newest = std::max(content_->newest, line.recorded);
}

RecordingSeal RecordingFile::SealOfContent() const {
  RecordingSeal seal;
  for (const auto& [key, line] : content_->latest) seal.Add(ToHex(line->request_key), line->check);
  return seal;
}

void RecordingFile::CheckSeal() const {
  if (!header_.answers) return;
  const RecordingSeal seal = SealOfContent();
  if (seal == *header_.answers) return;
  const auto count = static_cast<double>(header_.answers->answers);
  const std::string problem =
      seal.answers == header_.answers->answers
          ? fmt::format("its header is of {}", ShowCount(count, "other answers"))
          : fmt::format("its header is of {}, but there {} {}", ShowCount(count, "answers"),
                        seal.answers == 1 ? "is" : "are", seal.answers);
  ThrowAtLine({.file = path_, .line = 1},
              fmt::format("{0}: the file was merged or edited by hand; take one side whole (git "
                          "checkout --ours {1}, or --theirs; after the merge git checkout BRANCH "
                          "{1}), or delete it to record its answers anew",
                          problem, PathText(path_)));
}

const RecordingLine* RecordingFile::Find(const AnswerKey& key) {
  const Content& content = Load();
  const auto found = content.latest.find(key);
  return found == content.latest.end() ? nullptr : found->second;
}

const RecordingLine* RecordingFile::Filed(std::string_view sample, std::size_t turn) {
  const auto rank = [](const RecordingLine& line) { return std::pair(line.recorded, line.number); };
  const RecordingLine* latest = nullptr;
  for (const auto& [key, line] : Load().latest) {
    if (line->turn != turn || line->sample != sample) continue;
    if (latest == nullptr || rank(*latest) < rank(*line)) latest = line;
  }
  return latest;
}

std::vector<const RecordingLine*> RecordingFile::InOrder() {
  std::vector<const RecordingLine*> lines;
  for (const auto& [key, line] : Load().latest) lines.push_back(line);
  std::sort(lines.begin(), lines.end(),
            [](const RecordingLine* a, const RecordingLine* b) { return a->order() < b->order(); });
  return lines;
}

bool RecordingFile::Holds(const RecordedModel& model, std::vector<std::string> lines) const {
  if (ModelToJson(header_.model) != ModelToJson(model)) return false;
  const std::optional<FileText> read = ReadFile(path_, Extent::kAll);
  if (!read || !read->text.ends_with('\n')) return false;
  std::vector<std::string> there;
  for (std::size_t at = read->text.find('\n') + 1; at < read->text.size();) {
    const std::size_t end = read->text.find('\n', at);
    there.push_back(read->text.substr(at, end - at));
    at = end + 1;
  }
  std::sort(there.begin(), there.end());
  std::sort(lines.begin(), lines.end());
  return there == lines;
}

std::int64_t RecordingFile::newest() const {
  return std::max(header_.recorded, content_ == nullptr ? header_.recorded : content_->newest);
}

/// Written as a whole, so that readers see either; the bytes of its answers stay as they are.
void RecordingFile::Unseal() {
  const std::optional<FileText> read = ReadFile(path_, Extent::kAll);
  if (!read) return;
  RecordingHeader open = header_;
  open.answers.reset();
  const std::size_t end = std::min(read->text.find('\n'), read->text.size() - 1);
  WriteRecording(path_, HeaderToText(open) + "\n" + read->text.substr(end + 1));
  Refresh();
}

void RecordingFile::Append(std::string_view text, std::int64_t day) {
  Load();
  if (header_.answers) Unseal();
  Content& content = Load();
  const Descriptor file(path_, O_WRONLY | O_APPEND);
  if (!file) ThrowRecordingErrno(path_, "written", errno);
  const std::string bytes = fmt::format("{}{}\n", content.is_terminated ? "" : "\n", text);
  const auto size = static_cast<off_t>(content.size);
  int error = 0;
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0 ||
      (status.st_size != size && ::ftruncate(file.get(), size) != 0)) {
    error = errno;
  }
  if (error == 0) error = WriteAll(file.get(), bytes);
  if (error == 0 && ::fstat(file.get(), &status) != 0) error = errno;
  if (error != 0) {
    is_current_ = false;
    stamp_.reset();
    // If this fails too, a line is left that was cut off, which nobody reads.
    [[maybe_unused]] const int ignored = ::ftruncate(file.get(), size);
    ThrowRecordingErrno(path_, "written", error);
  }
  ++content.line_count;
  TakeLine(text, day, nullptr);
  content.is_terminated = true;
  content.size += bytes.size();
  content.hasher.AddBytes(bytes);
  stamp_ = StampOf(status);
}

void RecordingFile::Renew(const AnswerKey& key, std::int64_t day) {
  Content& content = Load();
  content.latest.at(key)->recorded = day;
  content.newest = std::max(content.newest, day);
}

void RecordingFile::Tidy(const RecordedModel& model) {
  std::int64_t oldest = std::numeric_limits<std::int64_t>::max();
  std::vector<std::string_view> lines;
  for (const RecordingLine* line : InOrder()) {
    oldest = std::min(oldest, line->recorded);
    lines.emplace_back(line->text);
  }
  if (lines.empty()) return;
  const std::string text = RecordingToText(
      {.task = header_.task, .recorded = oldest, .answers = SealOfContent(), .model = model},
      lines);
  const bool is_cut = stamp_ && static_cast<std::size_t>(stamp_->size) != content_->size;
  if (!is_cut && content_->size == text.size() &&
      content_->hasher.Bytes() == Hasher().AddBytes(text).Bytes()) {
    return;
  }
  WriteRecording(path_, text);
}

}  // namespace gatetest::internal
