// A gate on speed. The tests choose by variables what is different from the run before: of the
// model that is asked CHILD_MS (how long it says that its answers took; 10) and CHILD_KEY_VARIABLE
// (where its key is); of its limit CHILD_LIMIT_MS; of the model that is loaded CHILD_LOAD (works,
// throws, aborts, exits), CHILD_LOAD_MIB and CHILD_LOAD_MS (what that takes), CHILD_PROVIDER; of
// its limits CHILD_LOAD_LIMIT_MS and CHILD_LOAD_LIMIT_MIB; CHILD_BEFORE says what comes before them
// (nothing, assert, fails_in_children by the file CHILD_MARK). CHILD_FILE is compared with. Each
// request that a model answers is a line in the file CHILD_LOG, and so is each load.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <gatetest/benchmark.h>
#include <gatetest/gatetest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using gatetest::MiB;
using gatetest::ModelPtr;
using gatetest::Request;
using gatetest::Response;
using std::chrono::milliseconds;

std::string Variable(const char* name, const std::string& otherwise = "") {
  const char* const value = std::getenv(name);
  return value == nullptr ? otherwise : value;
}

int Number(const char* name, int otherwise) {
  return std::stoi(Variable(name, std::to_string(otherwise)));
}

milliseconds Time(const char* name, int otherwise) { return milliseconds(Number(name, otherwise)); }

void Log(const std::string& what) {
  const std::string file = Variable("CHILD_LOG");
  if (file.empty()) return;
  const std::string line = what + "\n";
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT, 0666);
  if (::write(descriptor, line.data(), line.size()) < 0) std::abort();
  ::close(descriptor);
  static int number = 0;
  if (++number != Number("CHILD_SIGNAL_AT", 0)) return;
  const bool loads = what.starts_with("load ");
  ::kill(loads ? ::getppid() : ::getpid(), SIGTERM);
  if (loads) std::this_thread::sleep_for(std::chrono::seconds(20));
}

ModelPtr SpeedModel(const std::string& name, milliseconds takes) {
  return gatetest::FunctionModel({.name = name,
                                  .weights = "w1",
                                  .code_id = "1",
                                  .api_key_variable = Variable("CHILD_KEY_VARIABLE")},
                                 {.generate = [=](const Request& request) {
                                   Log(name + " " + request.prompt);
                                   Response response = Response::Text(request.prompt);
                                   response.timing.total = takes;
                                   response.timing.first_token = takes / 2;
                                   response.usage.completion_tokens = 11;
                                   return response;
                                 }});
}

ModelPtr Candidate() { return SpeedModel("candidate", Time("CHILD_MS", 10)); }

/// Loads as CHILD_LOAD says, when it is first asked.
ModelPtr LoadedModel() {
  return gatetest::Lazy(
      {.name = "loaded", .provider = Variable("CHILD_PROVIDER")}, []() -> ModelPtr {
        Log("load in " + Variable("TEST_SRCDIR", "no folder"));
        const std::string how = Variable("CHILD_LOAD", "works");
        if (how == "throws") {
          throw std::runtime_error("no weights at https://me:hunter2hunter2@host/");
        }
        if (how == "aborts") {
          std::cerr << "no memory for 0123 at https://me:hunter2hunter2@host/\n";
          std::abort();
        }
        if (how == "exits") std::_Exit(3);
        std::this_thread::sleep_for(Time("CHILD_LOAD_MS", 0));
        // Touched, or the system would not give it.
        static std::vector<char> weights;
        weights.assign(static_cast<std::size_t>(Number("CHILD_LOAD_MIB", 1)) << 20U, 'w');
        return SpeedModel("loaded", Time("CHILD_MS", 10));
      });
}

class SpeedGate : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override {
    std::vector<gatetest::Sample> sums;
    for (int i = 1; i <= 40; ++i) {
      sums.push_back({.input = std::to_string(i), .answer = std::to_string(i)});
    }
    return {.tasks = {gatetest::ExactMatch(gatetest::MakeDataset("sums", std::move(sums)))},
            .workload = {.warm_up = 2}};
  }
};

class Quality : public SpeedGate {};
TEST_F(Quality, IsKept) { EXPECT_ACCURACY_ABOVE(Candidate(), 0.9); }

class ModelSpeed : public SpeedGate {};
TEST_F(ModelSpeed, AnswersInTime) {
  EXPECT_LATENCY_P50_BELOW(Candidate(), Time("CHILD_LIMIT_MS", 50));
}
TEST_F(ModelSpeed, IsNoSlowdown) {
  EXPECT_NO_SLOWDOWN(Candidate(), SpeedModel("baseline", milliseconds(10)), 1.1);
}

class LoadingSpeed : public SpeedGate {
 protected:
  /// What a test does before it asserts on loading.
  void Before() {
    const std::string before = Variable("CHILD_BEFORE");
    if (before == "assert") {
      ASSERT_LATENCY_P50_BELOW(Candidate(), Time("CHILD_LIMIT_MS", 50));
    }
    if (before == "fails_in_children") {
      ASSERT_FALSE(std::filesystem::exists(Variable("CHILD_MARK")));
      std::ofstream(Variable("CHILD_MARK")) << "the parent was here";
    }
  }
};
TEST_F(LoadingSpeed, InTimeAndLittleMemory) {
  ASSERT_NO_FATAL_FAILURE(Before());
  const ModelPtr model = LoadedModel();
  EXPECT_LOAD_TIME_BELOW(model, Time("CHILD_LOAD_LIMIT_MS", 60000));
  EXPECT_PEAK_MEMORY_BELOW(model, MiB(Number("CHILD_LOAD_LIMIT_MIB", 4096)));
}
TEST_F(LoadingSpeed, OfTwoModels) {
  EXPECT_PEAK_MEMORY_BELOW(LoadedModel(), MiB(4096));
  ASSERT_LOAD_TIME_BELOW(LoadedModel(), gatetest::TimeLimit(milliseconds(60000)).Repetitions(6));
}

TEST_F(LoadingSpeed, InTwoGates) {
  const ModelPtr model = LoadedModel();
  EXPECT_LOAD_TIME_BELOW(model, milliseconds(60000));
  gatetest::Gate other = gate();
  other.workload.warm_up = 0;
  const gatetest::GateScope scope(other, gatetest::SharedEvaluator());
  EXPECT_PEAK_MEMORY_BELOW(model, MiB(4096));
}

void Plain(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) state.SetIterationTime(0.002);
}
BENCHMARK(Plain)->Iterations(1)->UseManualTime();

void Counting(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) state.SetIterationTime(0.004);
  state.counters["hits"] = 7;
}
BENCHMARK(Counting)->Iterations(1)->UseManualTime();

void Works(benchmark::State& state) {
  for ([[maybe_unused]] auto _ : state) {
    double sum = 0.0;
    for (int i = 0; i < 100; ++i) benchmark::DoNotOptimize(sum += i);
  }
}
BENCHMARK(Works);

TEST(KernelSpeed, IsPlain) { EXPECT_BENCHMARK_BELOW("Plain", milliseconds(3)); }
TEST(KernelSpeed, Counts) { EXPECT_COUNTER_ABOVE("Counting", "hits", 6); }
TEST(KernelSpeed, IsFasterThanCounting) {
  EXPECT_SPEEDUP_ABOVE("Plain", "Counting", Number("CHILD_SPEEDUP", 1));
}
TEST(KernelSpeed, Works) {
  EXPECT_BENCHMARK_BELOW("Works", gatetest::TimeLimit(milliseconds(60000)).Repetitions(5));
}
TEST(KernelSpeed, IsNotSlowerThanInAFile) {
  if (Variable("CHILD_FILE").empty()) GTEST_SKIP() << "there is no file";
  EXPECT_NO_SLOWDOWN("Plain", gatetest::BenchmarkFile(Variable("CHILD_FILE")), 1.5);
}

TEST(ExitsDeathTest, AsItShould) {
  GTEST_FLAG_SET(death_test_style, Variable("CHILD_STYLE", "fast"));
  EXPECT_EXIT(std::exit(3), ::testing::ExitedWithCode(3), "");
}

/// Suites whose names are patterns of their own.
template <typename T>
class Typed : public ::testing::Test {};
TYPED_TEST_SUITE_P(Typed);
TYPED_TEST_P(Typed, Runs) { SUCCEED(); }
REGISTER_TYPED_TEST_SUITE_P(Typed, Runs);
struct Names {
  template <typename T>
  static std::string GetName(int number) {
    return number == 0 ? "a+b" : number == 1 ? "aab" : "a(b)[c]$";
  }
};
using Types = ::testing::Types<int, char, long>;
INSTANTIATE_TYPED_TEST_SUITE_P(X, Typed, Types, Names);

}  // namespace

GATETEST_MAIN()
