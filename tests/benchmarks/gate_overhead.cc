#include <benchmark/benchmark.h>
#include <gatetest/corpus.h>
#include <gatetest/evaluator.h>
#include <gatetest/tasks.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "examples/tiny_model/tiny_model.h"
#include "tests/benchmarks/benchmarks.h"
#include "tests/benchmarks/ratio_report.h"

namespace gatetest::benchmarks {
namespace {

using Answer = std::function<Response(const Request&)>;

/// Adds the time `answer` takes to `seconds`. For one thread.
Answer Timed(Answer answer, double* seconds) {
  return [answer = std::move(answer), seconds](const Request& request) {
    const Stopwatch stopwatch;
    Response response = answer(request);
    *seconds += stopwatch.seconds();
    return response;
  };
}

/// int4, asked by one thread, whose engine's own time is added to `seconds`.
ModelPtr TimedModel(double* seconds) {
  static const ModelFunctions functions = TinyFunctions("int4");
  return FunctionModel(TinyInfo("int4"), {.score = Timed(functions.score, seconds),
                                          .generate = Timed(functions.generate, seconds),
                                          .tokenize = Timed(functions.tokenize, seconds)});
}

void MeasureOverhead(benchmark::State& state, const TaskPtr& task) {
  task->dataset();  // Reading a file is neither the model's time nor the gate's.
  for ([[maybe_unused]] auto iteration : state) {
    double engine_seconds = 0.0;
    const ModelPtr model = TimedModel(&engine_seconds);
    Evaluator evaluator;  // A new one: it would remember.
    const Stopwatch stopwatch;
    const EvaluationPtr evaluation = evaluator.Evaluate(model, task);
    const double seconds = stopwatch.seconds();
    if (!evaluation->complete()) return state.SkipWithError("the evaluation is not complete");
    state.SetIterationTime(seconds);
    state.counters[kRatio] = (seconds - engine_seconds) / engine_seconds;
  }
}

}  // namespace

void RegisterGateOverhead(int repetitions) {
  const std::vector<TaskPtr> tasks = {
      ExactMatch(TinyData("skills.jsonl"), {.generate = {.stop = {"\n"}, .max_tokens = 24}}),
      MultipleChoice(TinyData("choices.jsonl")),
      Corpus(TinyData("heldout_64k.txt"), {.name = "prose"})};
  for (const TaskPtr& task : tasks) {
    benchmark::RegisterBenchmark(("evaluation overhead / engine time: " + task->name()).c_str(),
                                 [task](benchmark::State& state) { MeasureOverhead(state, task); })
        ->Iterations(1)
        ->Repetitions(repetitions)
        ->UseManualTime();
  }
}

}  // namespace gatetest::benchmarks
