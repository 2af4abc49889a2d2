#include "gatetest/calibration_assertions.h"

#include <fmt/format.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/gate.h"
#include "gatetest/internal/plan.h"
#include "gatetest/internal/run_settings.h"
#include "gatetest/internal/test_results.h"
#include "matchers/evidence.h"
#include "src/calibration/explain_calibration.h"
#include "src/text/lines.h"
#include "src/text/show.h"
#include "src/thrown.h"
#include "src/verdict/choose_tasks.h"

namespace gatetest {

Calibration::Calibration(const char* path, CalibrationOptions options, Fields fields)
    : source_(path, std::move(fields)), options_(options) {}

Calibration::Calibration(const std::string& path, CalibrationOptions options, Fields fields)
    : source_(path, std::move(fields)), options_(options) {}

Calibration::Calibration(const std::filesystem::path& path, CalibrationOptions options,
                         Fields fields)
    : source_(path, std::move(fields)), options_(options) {}

Calibration::Calibration(Dataset dataset, CalibrationOptions options)
    : source_(std::move(dataset)), options_(options) {}

namespace internal {
namespace {

/// What one assertion is about.
struct CalibrationQuestion {
  const Calibration& calibration;
  std::string task = {};                     ///< As it is named in messages.
  std::function<Dataset()> evaluation = {};  ///< Throws where there is no such task, or no data.

  std::string expectation() const {
    return CalibrationExpectation(calibration.source().name(), task, calibration.options());
  }
};

Dataset DataOfGroup(const Task& task, const std::string& group) {
  const Dataset& dataset = task.dataset();
  if (group.empty()) return dataset;
  CheckGroup(task, group);
  std::vector<Sample> samples;
  for (const Sample& sample : dataset.samples()) {
    if (sample.group == group) samples.push_back(sample);
  }
  return MakeDataset(dataset.name(), std::move(samples), dataset.source());
}

/// Of the current gate's task of that name.
Dataset DataOfNamed(const std::string& name) {
  const GateScope* const scope = GateScope::current();
  if (scope == nullptr) throw Error(ErrorCode::kInvalidArgument, kNoGate);
  CheckGate(scope->gate());
  const ChosenTask chosen = FindNamed(name, scope->gate().tasks).front();
  return DataOfGroup(*scope->gate().tasks[chosen.index], chosen.group);
}

/// The run's seed, unless the set has its own.
CalibrationOptions OptionsInRun(const Calibration& calibration) {
  CalibrationOptions options = calibration.options();
  const GateScope* const scope = GateScope::current();
  if (!options.seed && scope != nullptr) options.seed = scope->evaluator().options().seed;
  return options;
}

/// GoogleTest keeps one value a key, so it has what tells two assertions of one test apart.
std::string PropertyOf(const CalibrationQuestion& question) {
  const CalibrationOptions& options = question.calibration.options();
  const CalibrationOptions usual;
  std::string property =
      fmt::format("calibration/{}/{}", question.calibration.source().name(), question.task);
  if (options.samples != usual.samples) property += fmt::format("/samples_{}", options.samples);
  if (options.alpha != usual.alpha) property += fmt::format("/alpha_{:g}", options.alpha);
  if (options.effect_bits != usual.effect_bits) {
    property += fmt::format("/effect_{:g}", options.effect_bits);
  }
  return property;
}

void RecordReport(const CalibrationQuestion& question, const CalibrationReport& report) {
  const std::string property = PropertyOf(question);
  const auto record = [&](const char* what, const std::string& value) {
    RecordInTest(fmt::format("gatetest_{}/{}", what, property), value);
  };
  record("verdict", std::string(Name(report.verdict)));
  record("n", std::to_string(report.calibration_samples));
  record("leaks", std::to_string(report.leaks.size()));
  if (!report.distance) return;
  record("jsd", fmt::format("{:.17g}", report.distance->jsd_bits));
  record("effect", fmt::format("{:.17g}", report.distance->effect_bits));
  record("p", fmt::format("{:.17g}", report.distance->p));
}

void PlanCalibration(const CalibrationQuestion& question) {
  if (TheRunSettings().only_loads) return;
  std::string line;
  try {
    const std::size_t samples = question.calibration.source().Load().size();
    line = fmt::format("asks no model: compares {} with {}", ShowMany(samples, "sample"),
                       ShowGrouped(static_cast<std::int64_t>(question.evaluation().size())));
  } catch (...) {
    line = "cannot be compared: " + TextOfCurrentException();
  }
  PlanMeasurement(question.expectation(), {line});
}

::testing::AssertionResult FailWith(const CalibrationQuestion& question, const std::string& text) {
  const std::string rerun = RerunCommand();
  return ::testing::AssertionFailure() << "Expected: " << question.expectation() << "\n"
                                       << text << (rerun.empty() ? "" : "   Rerun: " + rerun);
}

::testing::AssertionResult AssertCalibration(const CalibrationQuestion& question) {
  ++AssertionCount();
  if (TheRunSettings().asks_nothing()) {
    PlanCalibration(question);
    return NotJudged(kOnlyPlanned);
  }
  CalibrationReport report;
  try {
    // Both are named by what is wrong with them; the task's name is the likelier mistake.
    const Dataset evaluation = question.evaluation();
    report = CheckCalibration(question.calibration.source().Load(), evaluation,
                              OptionsInRun(question.calibration));
  } catch (...) {
    RecordInTest("gatetest_verdict/" + PropertyOf(question),
                 std::string(Name(Verdict::kNotMeasured)));
    Lines lines;
    lines.Add("Verdict",
              fmt::format("{}: {}", Name(Verdict::kNotMeasured), TextOfCurrentException()));
    return FailWith(question, lines.text());
  }
  report.evaluation = question.task;
  RecordReport(question, report);
  if (report.verdict == Verdict::kPassed) return ::testing::AssertionSuccess();
  const std::string text = Explain(report);
  if (report.verdict == Verdict::kInconclusive && InconclusiveInTest() != IfInconclusive::kFail) {
    TolerateInconclusive(question.expectation() + "\n" + text);
    return ::testing::AssertionSuccess();
  }
  return FailWith(question, text);
}

}  // namespace

::testing::AssertionResult CalibrationAssertion::operator()(const char* /*calibration_text*/,
                                                            const char* /*task_text*/,
                                                            const Calibration& calibration,
                                                            const std::string& task) const {
  return AssertCalibration(
      {.calibration = calibration, .task = task, .evaluation = [&] { return DataOfNamed(task); }});
}

::testing::AssertionResult CalibrationAssertion::operator()(const char* /*calibration_text*/,
                                                            const char* task_text,
                                                            const Calibration& calibration,
                                                            const TaskPtr& task) const {
  return AssertCalibration({.calibration = calibration,
                            .task = task == nullptr ? task_text : task->name(),
                            .evaluation = [&] {
                              if (task != nullptr) return task->dataset();
                              throw Error(ErrorCode::kInvalidArgument,
                                          "there is no task: null pointer");
                            }});
}

}  // namespace internal
}  // namespace gatetest
