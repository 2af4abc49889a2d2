#include "gatetest/lazy.h"

#include <mutex>
#include <string>
#include <utility>

#include "gatetest/error.h"
#include "src/thrown.h"

namespace gatetest {
namespace {

class LazyModel final : public Model {
 public:
  LazyModel(ModelInfo info, std::function<ModelPtr()> loader)
      : info_(std::move(info)), loader_(std::move(loader)) {}

  const ModelInfo& info() const override { return info_; }
  Capabilities capabilities() const override { return Loaded().capabilities(); }
  bool is_loaded() const override {
    const std::lock_guard lock(mutex_);
    return model_ != nullptr;
  }

  void Run(std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) override {
    Loaded().Run(requests, sink, cancel);
  }
  void RunAtMost(std::size_t at_a_time, std::span<const Request> requests, ResponseSink& sink,
                 const Cancel& cancel) override {
    Loaded().RunAtMost(at_a_time, requests, sink, cancel);
  }

 private:
  /// A loader that failed is not tried again: it would fail once for every assertion.
  Model& Loaded() const {
    const std::lock_guard lock(mutex_);
    if (loader_) {
      try {
        model_ = loader_();
        if (model_ == nullptr) failure_ = "its loader returned no model";
      } catch (...) {
        failure_ = internal::TextOfCurrentException();
      }
      loader_ = nullptr;
    }
    if (model_ == nullptr) {
      throw Error(ErrorCode::kModelFailed, "it could not be loaded: " + failure_);
    }
    return *model_;
  }

  const ModelInfo info_;
  mutable std::mutex mutex_;
  mutable std::function<ModelPtr()> loader_;
  mutable ModelPtr model_;
  mutable std::string failure_;
};

}  // namespace

ModelPtr Lazy(ModelInfo info, std::function<ModelPtr()> loader) {
  if (info.name.empty()) {
    throw Error(ErrorCode::kInvalidArgument, "Lazy: ModelInfo::name is empty; name the model");
  }
  if (!loader) {
    throw Error(ErrorCode::kInvalidArgument, "Lazy \"" + info.name + "\": there is no loader");
  }
  return std::make_shared<LazyModel>(std::move(info), std::move(loader));
}

}  // namespace gatetest
