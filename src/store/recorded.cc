#include "gatetest/recorded.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/store.h"
#include "src/data/text_file.h"
#include "src/store/model_identity.h"
#include "src/store/recording_folder.h"
#include "src/store/recording_store.h"

namespace gatetest {
namespace {

namespace fs = std::filesystem;
using internal::PathText;

std::string LastPartOf(const fs::path& path) {
  const fs::path normal = path.lexically_normal();
  const fs::path last = normal.has_filename() ? normal.filename() : normal.parent_path().filename();
  if (!last.empty()) return PathText(last);
  return path.empty() ? "a recording without a path" : PathText(path);
}

[[noreturn]] void ThrowNoRecording(const fs::path& path, const std::string& where) {
  throw Error(ErrorCode::kNotFound,
              fmt::format("there is no recording {}{}; record it where the model is: "
                          "--gatetest_store_export=FOLDER on a gate program, or accept one with "
                          "--gatetest_accept",
                          path.empty() ? "\"\"" : PathText(path), where));
}

struct NamedModel {
  std::string name;
  std::string file;
};

/// "; those of tinylm f16 differ in build", where one name does not say which is which.
std::string WhatDiffers(const std::map<std::string, NamedModel>& models) {
  std::map<std::string, std::set<std::string>> parts;  // By name.
  for (auto one = models.begin(); one != models.end(); ++one) {
    for (auto other = std::next(one); other != models.end(); ++other) {
      if (one->second.name != other->second.name) continue;
      parts[one->second.name].merge(internal::DifferingParts(one->first, other->first));
    }
  }
  std::string text;
  for (const auto& [name, differing] : parts) {
    text += fmt::format("; those of {} differ in {}", name, fmt::join(differing, ", "));
  }
  return text;
}

class RecordingModel final : public Model {
 public:
  explicit RecordingModel(fs::path path) : path_(std::move(path)) {
    unread_info_.name = LastPartOf(path_);
  }

  const ModelInfo& info() const override {
    try {
      return Read().model.info;
    } catch (const Error&) {
      return unread_info_;  // What is wrong is said where something is asked of it.
    }
  }
  std::string identity() const override { return Read().model.identity; }
  Capabilities capabilities() const override { return Read().model.capabilities; }
  Store* recording() override { return Read().store.get(); }

  void Run(std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) override {
    for (std::size_t i = 0; i < requests.size() && !cancel.requested(); ++i) {
      sink.Receive(i, Response::Failed(fmt::format(
                          "{} is a recording, which answers nothing that it does not hold; use "
                          "the model itself where it must be asked",
                          PathText(path_))));
    }
  }

 private:
  struct Content {
    std::unique_ptr<Store> store;
    RecordedModel model;
  };

  /// Once it could be read it is kept; until then it may yet be recorded.
  const Content& Read() const;
  std::string OnlyIdentity() const;

  const fs::path path_;
  ModelInfo unread_info_;
  mutable std::mutex mutex_;
  mutable std::unique_ptr<const Content> content_;
};

const RecordingModel::Content& RecordingModel::Read() const {
  const std::lock_guard lock(mutex_);
  if (content_ != nullptr) return *content_;
  const std::string identity = OnlyIdentity();
  Content content = {.store = internal::OpenRecordingOrFile(path_), .model = {}};
  std::optional<RecordedModel> model = content.store->FindModel(identity);
  if (!model) ThrowNoRecording(path_, "");  // Deleted meanwhile.
  content.model = *std::move(model);
  // It is asked for nothing, it does not get old, and no file of it is looked for.
  content.model.info.api_key_variable.clear();
  content.model.info.max_age = {};
  content.model.info.weights_file.clear();
  content_ = std::make_unique<const Content>(std::move(content));
  return *content_;
}

std::string RecordingModel::OnlyIdentity() const {
  std::error_code ignored;
  if (path_.empty() || !fs::exists(fs::status(path_, ignored))) {
    ThrowNoRecording(
        path_, path_.is_relative() && !path_.empty()
                   ? fmt::format(" (looked for {})", PathText(fs::current_path(ignored) / path_))
                   : "");
  }
  internal::RecordingFolder folder(path_, /*may_be_file=*/true);
  folder.Refresh();
  if (folder.files().empty()) ThrowNoRecording(path_, " (no .jsonl file is in it)");
  std::map<std::string, NamedModel> models;  // By identity; one file of each is named.
  for (const auto& file : folder.files()) {
    const RecordedModel& model = file->header().model;
    models.try_emplace(model.identity,
                       NamedModel{ToString(model.info), PathText(file->path().filename())});
  }
  if (models.size() == 1) return models.begin()->first;
  std::vector<std::string> named;
  for (const auto& [identity, model] : models) {
    named.push_back(fmt::format("{} ({})", model.name, model.file));
  }
  std::sort(named.begin(), named.end());
  throw Error(
      ErrorCode::kInvalidArgument,
      fmt::format("the recording {} is of {} models: {}{}; delete the files that are not "
                  "wanted, or name one",
                  PathText(path_), named.size(), fmt::join(named, ", "), WhatDiffers(models)));
}

}  // namespace

ModelPtr Recorded(const fs::path& path) { return std::make_shared<RecordingModel>(path); }

}  // namespace gatetest
