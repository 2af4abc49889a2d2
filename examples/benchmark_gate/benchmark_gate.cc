// One program that asserts quality and speed: int8 and int4 keep what f16 knows, and are faster.
#include <benchmark/benchmark.h>
#include <engine.h>
#include <gatetest/benchmark.h>
#include <gatetest/gatetest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tiny_model.h"

using namespace std::chrono_literals;
using gatetest::MiB;
using gatetest::ModelPtr;
using gatetest::RequestsPerSecond;
using gatetest::TimeLimit;
using gatetest::TokensPerSecond;

namespace {

gatetest::Gate ReleaseGate() {
  return {.baseline = TinyModel("f16"),
          .tasks = {gatetest::ExactMatch(TinyData("skills.jsonl"),
                                         {.generate = {.stop = {"\n"}, .max_tokens = 24}})}};
}

class Quality : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override { return ReleaseGate(); }
};

TEST_F(Quality, Int4MayShip) { EXPECT_RETENTION_ABOVE(TinyModel("int4"), 0.9); }

class ModelSpeed : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override { return ReleaseGate(); }
};

// Ratios travel: what slows the machine down slows both sides.
TEST_F(ModelSpeed, Int8AndInt4AreNotSlowerThanF16) {
  EXPECT_NO_SLOWDOWN(TinyModel("int8"), TinyModel("f16"), 1.1);
  EXPECT_NO_SLOWDOWN(TinyModel("int4"), TinyModel("f16"), 1.1);
}

// Absolute times are a promise about one class of machine: these leave room for a slow one.
TEST_F(ModelSpeed, Int4AnswersInTime) {
  const ModelPtr model = TinyModel("int4");
  EXPECT_LATENCY_P50_BELOW(model, 250ms);
  EXPECT_LATENCY_P95_BELOW(model, TimeLimit(500ms).On("skills/add"));
  EXPECT_TTFT_P95_BELOW(model, 250ms);
  EXPECT_TPOT_BELOW(model, 25ms);
  EXPECT_THROUGHPUT_ABOVE(model, TokensPerSecond(50));
  EXPECT_THROUGHPUT_ABOVE(model, RequestsPerSecond(5).Concurrency(2));
}

TEST_F(ModelSpeed, Int4LoadsInTimeAndLittleMemory) {
  const ModelPtr model = TinyModel("int4");
  EXPECT_LOAD_TIME_BELOW(model, 2s);
  EXPECT_PEAK_MEMORY_BELOW(model, MiB(256));
}

// The team's own benchmarks, as they are.
void BM_Score(benchmark::State& state, const std::string& rung) {
  static std::map<std::string, std::shared_ptr<const embedded::Engine>> engines;
  std::shared_ptr<const embedded::Engine>& engine = engines[rung];
  if (engine == nullptr) {
    engine = embedded::Engine::Load(TinyData("model-f16.gguf"), embedded::QuantizationNamed(rung));
  }
  const std::vector<int> prompt = {engine->bos()};
  std::vector<int> text = engine->Tokenize("The quick brown fox jumps over the lazy dog.");
  for (auto _ : state) {
    std::swap(text[0], text[1]);  // Another text each time: the engine remembers the last one.
    benchmark::DoNotOptimize(engine->Score(prompt, text));
  }
  state.counters["tokens_per_second"] = benchmark::Counter(
      static_cast<double>(text.size()), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK_CAPTURE(BM_Score, f16, std::string("f16"));
BENCHMARK_CAPTURE(BM_Score, int8, std::string("int8"));

TEST(KernelSpeed, ScoringIsFastEnough) {
  EXPECT_BENCHMARK_BELOW("BM_Score/int8", 500ms);
  EXPECT_COUNTER_ABOVE("BM_Score/int8", "tokens_per_second", 100);
  EXPECT_NO_SLOWDOWN("BM_Score/int8", "BM_Score/f16", 1.1);
}

}  // namespace
