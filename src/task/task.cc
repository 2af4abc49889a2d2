#include "gatetest/task.h"

#include <map>
#include <ostream>
#include <system_error>
#include <utility>

#include "gatetest/error.h"

namespace gatetest {
namespace {

namespace fs = std::filesystem;

/// What a file is known by between two looks at it, without reading it.
struct FileVersion {
  std::string path;
  std::uintmax_t size = 0;
  fs::file_time_type time = {};
  friend auto operator<=>(const FileVersion&, const FileVersion&) = default;  // NOLINT: not a null
};

std::optional<FileVersion> VersionOf(const fs::path& path) {
  std::error_code error;
  FileVersion version;
  version.path = fs::absolute(path, error).string();
  if (!error) version.size = fs::file_size(path, error);
  if (!error) version.time = fs::last_write_time(path, error);
  return error ? std::nullopt : std::optional(version);
}

/// Fixtures make their tasks anew for every test; the file behind them is read once.
Dataset LoadOnce(const fs::path& path, const Fields& fields) {
  static std::mutex mutex;
  static std::map<std::pair<FileVersion, std::vector<std::string>>, Dataset> loaded;
  const std::optional<FileVersion> version = VersionOf(path);
  if (!version) return LoadDataset(path, fields);
  const std::vector<std::string> names = {fields.input, fields.answer, fields.choices,
                                          fields.id,    fields.group,  fields.cluster};
  const std::lock_guard lock(mutex);
  const auto found = loaded.find({*version, names});
  if (found != loaded.end()) return found->second;
  return loaded.emplace(std::pair(*version, names), LoadDataset(path, fields)).first->second;
}

}  // namespace

Outcome Outcome::Unmeasured(std::string why) {
  Outcome outcome;
  outcome.unmeasured = why.empty() ? "no reason was given" : std::move(why);
  return outcome;
}

DatasetSource::DatasetSource(const char* path, Fields fields)
    : DatasetSource(fs::path(path), std::move(fields)) {}

DatasetSource::DatasetSource(const std::string& path, Fields fields)
    : DatasetSource(fs::path(path), std::move(fields)) {}

DatasetSource::DatasetSource(const fs::path& path, Fields fields)
    : name_(path.stem().string()), path_(path), fields_(std::move(fields)) {}

DatasetSource::DatasetSource(Dataset dataset)
    : name_(dataset.name()), dataset_(std::move(dataset)) {}

Dataset DatasetSource::Load() const { return dataset_ ? *dataset_ : LoadOnce(path_, fields_); }

Task::Task(std::string name, Measures measures, DatasetSource source)
    : name_(name.empty() ? std::string(source.name()) : std::move(name)),
      measures_(measures),
      source_(std::move(source)) {}

const Dataset& Task::dataset() const {
  const std::lock_guard lock(mutex_);
  if (!dataset_) {
    Dataset dataset = source_.Load();
    const std::string where = dataset.source().empty() ? name_ : dataset.source();
    for (const Sample& sample : dataset.samples()) {
      try {
        CheckSample(sample);
      } catch (const Error& error) {
        throw Error(error.code(), where + ": sample \"" + sample.id + "\": " + error.what());
      }
    }
    dataset_ = std::move(dataset);
  }
  return *dataset_;
}

void Task::CheckSample(const Sample& /*sample*/) const {}

void PrintTo(const TaskPtr& task, std::ostream* os) {
  *os << (task == nullptr ? "no task" : task->name());
}

}  // namespace gatetest
