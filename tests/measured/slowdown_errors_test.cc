// How often EXPECT_NO_SLOWDOWN is wrong on a real engine and a real machine: a model against
// itself, and against one that works 10 % longer; with the other processors idle, and with all of
// them busy. The table in docs/speed.md is what this prints.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "gatetest/benchmark.h"
#include "gatetest/gatetest.h"
#include "tiny_model.h"

namespace {

using Clock = std::chrono::steady_clock;

/// Answers as the rung does, and then works on for a share of the time that took.
gatetest::ModelPtr WorksLonger(const std::string& rung, double share) {
  gatetest::ModelInfo info = TinyInfo(rung);
  info.options = fmt::format("works {} longer", share);
  gatetest::ModelFunctions functions = TinyFunctions(rung);
  functions.generate = [generate = functions.generate, share](const gatetest::Request& request) {
    const auto start = Clock::now();
    gatetest::Response response = generate(request);
    const auto answered = Clock::now();
    const std::chrono::duration<double> longer = share * (answered - start);
    volatile double sum = 0.0;
    while (Clock::now() - answered < longer) {
      for (int i = 1; i < 50; ++i) sum = sum + 1.0 / i;
    }
    return response;
  };
  return gatetest::FunctionModel(info, functions);
}

/// All processors but one are kept busy.
class Load {
 public:
  explicit Load(bool loaded) {
    const unsigned count = loaded ? std::max(1U, std::thread::hardware_concurrency() - 1) : 0;
    for (unsigned i = 0; i < count; ++i) {
      threads_.emplace_back([this] {
        volatile std::uint64_t n = 0;
        while (!stops_) n = n + 1;
      });
    }
  }
  ~Load() {
    stops_ = true;
    for (std::thread& thread : threads_) thread.join();
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

 private:
  std::atomic<bool> stops_{false};
  std::vector<std::thread> threads_;
};

struct Verdicts {
  int passed = 0;
  int failed = 0;
  int inconclusive = 0;
};

Verdicts Repeat(const gatetest::ModelPtr& candidate, int runs) {
  const gatetest::ModelPtr baseline = WorksLonger("int8", 0.0);
  Verdicts verdicts;
  for (int run = 0; run < runs; ++run) {
    gatetest::Evaluator evaluator({.seed = static_cast<std::uint64_t>(run) + 1});
    const gatetest::GateScope scope(
        {.tasks = {gatetest::ExactMatch(TinyData("skills.jsonl"),
                                        {.generate = {.stop = {"\n"}, .max_tokens = 24}})}},
        evaluator);
    const ::testing::AssertionResult result =
        gatetest::internal::kAssertNoSlowdown("", "", "", candidate, baseline, 1.05);
    const std::string text = result.message();
    const auto says = [&](const char* verdict) { return text.find(verdict) != std::string::npos; };
    if (result) {
      ++verdicts.passed;
    } else if (says("Verdict: FAILED")) {
      ++verdicts.failed;
    } else if (says("Verdict: INCONCLUSIVE")) {
      ++verdicts.inconclusive;
    } else {
      ADD_FAILURE() << text;
    }
  }
  return verdicts;
}

class SlowdownErrors : public ::testing::TestWithParam<bool> {};

TEST_P(SlowdownErrors, AreRareAndTenPercentAreCaught) {
  constexpr int kRuns = 100;
  const Load load(GetParam());
  const Verdicts same = Repeat(WorksLonger("int8", 0.0), kRuns);
  const Verdicts slower = Repeat(WorksLonger("int8", 0.1), kRuns);
  for (const auto& [name, verdicts] :
       {std::pair("the same model", same), {"10 % longer", slower}}) {
    std::cout << fmt::format("| {} | {} | {} | {} | {} |\n", name, GetParam() ? "busy" : "idle",
                             verdicts.passed, verdicts.failed, verdicts.inconclusive);
  }
  EXPECT_LE(same.failed, 5) << "of 100 runs without a slowdown";
  EXPECT_GE(slower.failed, 95) << "of 100 runs with one of 10 %";
}

INSTANTIATE_TEST_SUITE_P(, SlowdownErrors, ::testing::Bool(), [](const auto& tested) {
  return tested.param ? "OthersBusy" : "OthersIdle";
});

}  // namespace
