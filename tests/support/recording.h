// Models and tasks for tests of what is recorded, and evaluations as texts that can be compared.
#ifndef GATETEST_TESTS_SUPPORT_RECORDING_H_
#define GATETEST_TESTS_SUPPORT_RECORDING_H_

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/evaluator.h"
#include "gatetest/lazy.h"
#include "gatetest/tasks.h"
#include "tests/support/fake_model.h"

namespace gatetest::testing_support {

/// Every part of its identity is declared, so that it is the same in all programs.
inline const ModelInfo kRecordable = {
    .name = "tinylm", .quantization = "int4", .weights = "w1", .code_id = "c1"};

inline std::shared_ptr<FakeModel> MakeModel(ModelInfo info = kRecordable,
                                            FakeModel::Behaviour behaviour = Echo) {
  return std::make_shared<FakeModel>(std::move(behaviour), std::move(info));
}

/// Answers everything with this text.
inline FakeModel::Behaviour Says(std::string text) {
  return [text = std::move(text)](std::span<const Request> requests, ResponseSink& sink,
                                  const Cancel& cancel) {
    for (std::size_t i = 0; i < requests.size() && !cancel.requested(); ++i) {
      sink.Receive(i, Response::Text(text));
    }
  };
}

/// A model whose loading fails the test.
inline ModelPtr NeverLoaded(ModelInfo info = kRecordable) {
  return Lazy(std::move(info), []() -> ModelPtr {
    ADD_FAILURE() << "the model was loaded";
    return nullptr;
  });
}

/// Samples "s0", "s1", ... with the inputs "0", "1", ... The echo is right for the even ones.
inline Dataset Numbers(std::size_t count, const std::string& name = "numbers") {
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    samples.push_back({.id = "s" + number, .input = number, .answer = i % 2 == 0 ? number : "no"});
  }
  return MakeDataset(name, std::move(samples));
}

/// All that was found, without where it comes from.
inline std::string ItemsOf(const Evaluation& evaluation) {
  std::string text = evaluation.failure + (evaluation.sampled ? " sampled" : "") + "\n";
  for (const Evaluation::Item& item : evaluation.items) {
    const Outcome& outcome = item.outcome;
    text += std::to_string(item.sample) + ": " + outcome.answer + " " +
            fmt::format("{}", outcome.score) + " " + outcome.unmeasured +
            (outcome.truncated ? " truncated" : "") +
            (outcome.windows_have_bytes ? "" : " without bytes");
    for (const Window& window : outcome.windows) {
      text += " [" + fmt::format("{}", window.nll) + " " + std::to_string(window.tokens) + " " +
              std::to_string(window.bytes) + " " + std::to_string(window.words) + "]";
    }
    text += "\n";
  }
  return text;
}

/// Asks each sample, and then "again: " and the answer; right when the second answer says so.
class TwoTurns final : public Task {
 public:
  explicit TwoTurns(Dataset data) : Task("turns", Measures::kAccuracy, std::move(data)) {}

  std::string protocol() const override { return "two turns"; }

  std::vector<Request> Next(const Sample& sample, std::span<const Exchange> so_far,
                            const ModelTraits& /*model*/) const override {
    if (so_far.size() == 2) return {};
    Request request;
    request.prompt = so_far.empty() ? sample.input : "again: " + so_far[0].response.text;
    return {request};
  }

  Outcome Score(const Sample& sample, std::span<const Exchange> exchanges,
                const ModelTraits& /*model*/) const override {
    Outcome outcome;
    outcome.answer = exchanges[1].response.text;
    outcome.score = outcome.answer == "again: " + sample.input ? 1.0 : 0.0;
    return outcome;
  }
};

/// A model that is its recording.
class RecordingModel final : public Model {
 public:
  RecordingModel(Store& store, std::string identity)
      : store_(store), identity_(std::move(identity)) {}

  const ModelInfo& info() const override { return info_; }
  Capabilities capabilities() const override {
    ADD_FAILURE() << "a recording was asked what it can do";
    return {};
  }
  void Run(std::span<const Request> /*requests*/, ResponseSink& /*sink*/,
           const Cancel& /*cancel*/) override {
    ADD_FAILURE() << "a recording was run";
  }
  std::string identity() const override { return identity_; }
  Store* recording() override { return &store_; }

 private:
  Store& store_;
  const std::string identity_;
  const ModelInfo info_ = {.name = "tinylm", .quantization = "int4"};
};

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_SUPPORT_RECORDING_H_
