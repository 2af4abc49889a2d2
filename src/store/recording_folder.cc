#include "src/store/recording_folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <set>
#include <system_error>

#include "src/data/hash.h"
#include "src/store/posix_file.h"
#include "src/store/store_error.h"

namespace gatetest::internal {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kExtension = ".jsonl";

/// A part of a file's name, for every file system there is; one sign a character.
std::string NamePart(std::string_view text) {
  std::string part;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) == 0x80U) continue;  // Within a character.
    const bool is_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                          (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '+' || c == '-';
    part += is_plain ? c : '_';
  }
  return part;
}

}  // namespace

RecordingLock::RecordingLock(const fs::path& folder) {
  Descriptor descriptor(folder, O_RDONLY | O_DIRECTORY);
  if (!descriptor) ThrowRecordingErrno(folder, "opened", errno);
  while (::flock(descriptor.get(), LOCK_EX) != 0) {
    if (errno != EINTR) ThrowRecordingErrno(folder, "locked", errno);
  }
  descriptor_ = descriptor.Release();
}

RecordingLock::~RecordingLock() { ::close(descriptor_); }

RecordingFolder::RecordingFolder(const fs::path& path, bool may_be_file) {
  std::error_code error;
  path_ = fs::absolute(path, error).lexically_normal();
  if (error) ThrowRecordingErrno(path, "found", error.value());
  if (!path_.has_filename()) path_ = path_.parent_path();  // "recordings/".
  const fs::file_status status = fs::status(path_, error);
  if (!fs::status_known(status)) ThrowRecordingErrno(path_, "opened", error.value());
  is_file_ = may_be_file && fs::is_regular_file(status);
  if (fs::exists(status) && !fs::is_directory(status) && !is_file_) {
    ThrowRecordingError(path_, "opened",
                        "it is not a folder, and a recording is a folder of text files");
  }
}

std::vector<fs::path> RecordingFolder::List() const {
  if (is_file_) return {path_};
  std::vector<fs::path> paths;
  std::error_code error;
  fs::directory_iterator entries(path_, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const std::string name = entries->path().filename().string();
    if (name.ends_with(kExtension) && !name.starts_with('.')) paths.push_back(entries->path());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    ThrowRecordingErrno(path_, "read", error.value());
  }
  return paths;
}

void RecordingFolder::Refresh() {
  for (const fs::path& path : List()) {
    const bool is_known = std::any_of(files_.begin(), files_.end(),
                                      [&](const auto& file) { return file->path() == path; });
    if (!is_known) files_.push_back(std::make_unique<RecordingFile>(path));
  }
  // All that is known stays known if one of them throws.
  std::set<const RecordingFile*> gone;
  for (const auto& file : files_) {
    if (!file->Refresh()) gone.insert(file.get());
  }
  std::erase_if(files_, [&](const auto& file) { return gone.contains(file.get()); });
  std::sort(files_.begin(), files_.end(),
            [](const auto& a, const auto& b) { return a->path() < b->path(); });
}

void RecordingFolder::Make() const {
  std::error_code error;
  fs::create_directories(folder(), error);
  if (error) ThrowRecordingErrno(folder(), "made", error.value());
}

fs::path RecordingFolder::NewFile(const RecordedModel& model, const std::string& task) const {
  constexpr std::size_t kLongest = 180;  // With what is added below 200, and far below 255.
  const ModelInfo& info = model.info;
  std::string stem = NamePart(info.name);
  if (!info.quantization.empty()) stem += "-" + NamePart(info.quantization);
  stem += "." + NamePart(task);
  // A dot would hide it, and a dash make it an option of commands.
  if (stem.front() == '.' || stem.front() == '-') stem.front() = '_';
  stem.resize(std::min(stem.size(), kLongest));
  const std::string digits = Hasher().Add(model.identity).Add(task).Hex();
  std::string suffix;
  for (std::size_t at = 0; at <= digits.size(); at += 8) {
    fs::path path = folder() / fmt::format("{}{}{}", stem, suffix, kExtension);
    std::error_code ignored;
    if (!fs::exists(fs::symlink_status(path, ignored))) return path;
    if (at < digits.size()) suffix = "." + digits.substr(at, 8);
  }
  ThrowRecordingError(folder(), "written", "its files have the names of others", "rename them");
}

}  // namespace gatetest::internal
