// A model whose whole behaviour a test writes down, the broken ones included.
#ifndef GATETEST_TESTS_SUPPORT_FAKE_MODEL_H_
#define GATETEST_TESTS_SUPPORT_FAKE_MODEL_H_

#include <functional>
#include <mutex>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/model.h"

namespace gatetest::testing_support {

class FakeModel final : public Model {
 public:
  using Behaviour = std::function<void(std::span<const Request>, ResponseSink&, const Cancel&)>;

  explicit FakeModel(Behaviour behaviour, ModelInfo info = {.name = "fake"})
      : info_(std::move(info)), behaviour_(std::move(behaviour)) {}

  const ModelInfo& info() const override { return info_; }
  Capabilities capabilities() const override { return capabilities_(); }
  void Run(std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) override {
    for (const Request& request : requests) asked.push_back(request.prompt);
    ++runs;
    behaviour_(requests, sink, cancel);
  }

  void set_capabilities(std::function<Capabilities()> capabilities) {
    capabilities_ = std::move(capabilities);
  }

  /// The prompts of all requests of all calls.
  std::vector<std::string> asked;
  int runs = 0;

 private:
  const ModelInfo info_;
  const Behaviour behaviour_;
  std::function<Capabilities()> capabilities_ = [] {
    return Capabilities{.score = true, .generate = true, .tokenize = true};
  };
};

/// Answers every prompt with itself, until it is cancelled.
inline void Echo(std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) {
  for (std::size_t i = 0; i < requests.size() && !cancel.requested(); ++i) {
    sink.Receive(i, Response::Text(requests[i].prompt));
  }
}

/// Keeps what a model answers.
class Answers final : public ResponseSink {
 public:
  explicit Answers(std::size_t count) : responses(count), times(count) {}

  void Receive(std::size_t index, Response response) override {
    const std::lock_guard lock(mutex_);
    responses.at(index) = std::move(response);
    ++times.at(index);
    if (on_receive) on_receive();
  }

  std::vector<Response> responses;
  std::vector<int> times;
  std::function<void()> on_receive;

 private:
  std::mutex mutex_;
};

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_SUPPORT_FAKE_MODEL_H_
