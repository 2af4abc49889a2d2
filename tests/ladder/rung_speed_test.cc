#include "src/ladder/rung_speed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <span>
#include <string>

#include "gatetest/request.h"
#include "tests/ladder/ladder_testing.h"
#include "tests/support/memory_store.h"

namespace gatetest::internal {
namespace {

using ::testing::HasSubstr;
using testing_support::MakeRung;
using testing_support::ProseTask;
using testing_support::RungSpec;
using testing_support::SumsTask;

/// Three sums at a time, without a warm-up.
Gate SpeedGate() {
  return {.tasks = {ProseTask(), SumsTask()}, .workload = {.warm_up = 0, .prompts_of_run = 3}};
}

RungSpeed SpeedOf(const ModelPtr& model, const Gate& gate, int runs,
                  const EvaluatorOptions& options = {}) {
  return MeasureRungSpeed(model, gate, runs, options, nullptr);
}

/// A model whose answers are a file's.
class RecordingModel final : public Model {
 public:
  const ModelInfo& info() const override { return info_; }
  Capabilities capabilities() const override { return {.generate = true}; }
  void Run(std::span<const Request> /*requests*/, ResponseSink& /*sink*/,
           const Cancel& /*cancel*/) override {
    ADD_FAILURE() << "a recording was asked";
  }
  Store* recording() override { return &recording_; }

 private:
  const ModelInfo info_ = {.name = "recorded"};
  testing_support::MemoryStore recording_;
};

TEST(RungSpeed, IsNotMeasuredUnlessAskedFor) {
  const RungSpec spec{.quantization = "int4"};
  const RungSpeed speed = SpeedOf(MakeRung(spec), SpeedGate(), 0);
  EXPECT_FALSE(speed.tokens_per_second.has_value());
  EXPECT_EQ(speed.why_none, kSpeedNotAskedFor);
  EXPECT_EQ(*spec.asked, 0);
}

TEST(RungSpeed, IsTheMedianRuns) {
  const RungSpec spec{.quantization = "int4"};
  const RungSpeed speed = SpeedOf(MakeRung(spec), SpeedGate(), 5);
  EXPECT_EQ(speed.why_none, "");
  const Estimate& estimate = speed.tokens_per_second.value();
  EXPECT_EQ(estimate.n, 5U);
  EXPECT_EQ(estimate.observations, "runs");
  EXPECT_GT(estimate.value, 0.0);
  // Of 5 runs the least and the most: each is beyond the median with probability 1/32.
  EXPECT_LE(estimate.interval.value().lower, estimate.value);
  EXPECT_GE(estimate.interval->upper, estimate.value);
  EXPECT_EQ(*spec.asked, 15);
}

TEST(RungSpeed, HasNoIntervalOfFewRuns) {
  const RungSpeed speed = SpeedOf(MakeRung({.quantization = "int4"}), SpeedGate(), 4);
  EXPECT_FALSE(speed.tokens_per_second.value().interval.has_value());
  EXPECT_EQ(speed.tokens_per_second->no_interval, "4 runs are too few for an interval");
}

TEST(RungSpeed, IsNoneOfRecordedAnswers) {
  const RungSpec spec{.quantization = "int4"};
  Gate gate = SpeedGate();
  gate.mode = StoreMode::kReplay;
  const std::string why = "this run asks no model, and a replayed answer has no time";
  EXPECT_EQ(SpeedOf(MakeRung(spec), gate, 5).why_none, why);
  EXPECT_EQ(SpeedOf(MakeRung(spec), SpeedGate(), 5, {.mode = StoreMode::kReplay}).why_none, why);
  EXPECT_EQ(SpeedOf(MakeRung(spec), SpeedGate(), 5, {.plan_only = true}).why_none, why);
  EXPECT_EQ(*spec.asked, 0);
  // The command line goes before the gate.
  EXPECT_EQ(SpeedOf(MakeRung(spec), gate, 5, {.mode = StoreMode::kLive}).why_none, "");
  EXPECT_EQ(SpeedOf(std::make_shared<RecordingModel>(), SpeedGate(), 5).why_none,
            "it is a recording");
}

TEST(RungSpeed, IsNoneOfAModelThatDoesNotCount) {
  EXPECT_EQ(SpeedOf(MakeRung({.quantization = "int4", .tokens_out = 0}), SpeedGate(), 5).why_none,
            "it does not say how many tokens it generates (Response::usage)");
}

TEST(RungSpeed, IsNoneOfAModelThatFails) {
  const RungSpeed speed =
      SpeedOf(MakeRung({.quantization = "int4", .failure = "out of memory"}), SpeedGate(), 5);
  EXPECT_FALSE(speed.tokens_per_second.has_value());
  EXPECT_THAT(speed.why_none, HasSubstr("out of memory"));
}

TEST(RungSpeed, IsNoneWhereNothingIsToBeWritten) {
  Gate gate = SpeedGate();
  gate.tasks = {ProseTask()};
  EXPECT_EQ(SpeedOf(MakeRung({.quantization = "int4"}), gate, 5).why_none,
            "no task asks it for text");
}

TEST(RungSpeed, IsNoneOnDataThatCannotBeRead) {
  Gate gate = SpeedGate();
  gate.tasks = {ExactMatch("/nonexistent/questions.jsonl")};
  EXPECT_THAT(SpeedOf(MakeRung({.quantization = "int4"}), gate, 5).why_none,
              HasSubstr("/nonexistent/questions.jsonl"));
}

TEST(RungSpeed, EndsWithTheBudget) {
  Gate gate = SpeedGate();
  gate.budget.requests = 7;
  Spending spending(gate.budget);
  const RungSpec spec{.quantization = "int4"};
  const RungSpeed speed = MeasureRungSpeed(MakeRung(spec), gate, 5, {}, &spending);
  EXPECT_FALSE(speed.tokens_per_second.has_value());
  EXPECT_THAT(speed.why_none, HasSubstr("budget"));
  EXPECT_LE(*spec.asked, 7);
}

}  // namespace
}  // namespace gatetest::internal
