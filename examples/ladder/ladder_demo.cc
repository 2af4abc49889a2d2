// The ladder of the embedded model's quantizations as a table, and a release that is blocked:
//
//   ladder_demo                    shows the blocked release; exits with 0 because it is blocked
//   ladder_demo --red              leaves it red, as a release pipeline would: exits with 1
//   ladder_demo --stop=confident   asks only as many samples as a safe verdict needs, or =certain
//
// What was answered once is replayed the next time; --gatetest_mode=live asks anew.
#include <gatetest/gatetest.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <exception>
#include <iomanip>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "release_gate.h"
#include "tiny_model.h"

using gatetest::Metric;
using gatetest::Subject;
using gatetest::Verdict;

namespace {

/// What a rung has to meet to ship.
const std::vector<gatetest::Requirement>& Requirements() {
  static const std::vector<gatetest::Requirement> requirements = {{Metric::kRetention, 0.9},
                                                                  {Metric::kPerplexityRatio, 1.05}};
  return requirements;
}

/// PASSED when every requirement is; else the first verdict that is not.
Verdict JudgeRelease(const std::vector<Subject>& subjects) {
  for (const gatetest::Requirement& requirement : Requirements()) {
    const Verdict verdict = gatetest::Judge(requirement, subjects).verdict;
    if (verdict != Verdict::kPassed) return verdict;
  }
  return Verdict::kPassed;
}

std::string Show(double value) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(4) << value;
  return text.str();
}

std::string ShowWithInterval(const gatetest::Estimate& estimate) {
  std::string text = Show(estimate.value);
  if (estimate.interval) {
    text += " [" + Show(estimate.interval->lower) + ", " + Show(estimate.interval->upper) + "]";
  }
  return text;
}

void PrintRow(const std::vector<std::string>& cells) {
  constexpr std::array kWidths = {5, 9, 12, 9, 9, 9, 27, 0};
  for (std::size_t i = 0; i < cells.size(); ++i) {
    std::cout << std::left << std::setw(kWidths.at(i)) << cells[i];
  }
  std::cout << std::endl;
}

/// One rung; `subjects` has the gate's tasks in their order.
void PrintRung(const std::vector<Subject>& subjects) {
  const gatetest::ModelInfo& model = subjects[0].candidate->model;
  const bool is_baseline = model.quantization == "f16";
  const Verdict verdict = JudgeRelease(subjects);
  const auto retention = [&] {
    return ShowWithInterval(gatetest::Retention({subjects[0].baseline, subjects[0].candidate}));
  };
  PrintRow({model.quantization, std::to_string(model.bytes),
            Show(gatetest::Perplexity(*subjects[3].candidate).value),
            Show(gatetest::Accuracy(*subjects[0].candidate).value),
            Show(gatetest::Accuracy(*subjects[1].candidate).value),
            Show(gatetest::Accuracy(*subjects[2].candidate).value), is_baseline ? "" : retention(),
            is_baseline                   ? "baseline"
            : verdict == Verdict::kPassed ? "may ship"
            : verdict == Verdict::kFailed ? "BLOCKED"
                                          : std::string(gatetest::Name(verdict))});
}

/// Prints the table and returns the verdict on its last rung, int2.
Verdict PrintLadder() {
  const gatetest::Gate gate = ReleaseGate();
  gatetest::Evaluator& evaluator = gatetest::SharedEvaluator();
  PrintRow({"rung", "bytes", "perplexity", "skills", "choices", "cloze", "retention of skills",
            "verdict"});
  std::vector<Subject> subjects;
  for (const std::string rung : {"f16", "int8", "int4", "int3", "int2"}) {
    subjects.clear();
    for (const gatetest::TaskPtr& task : gate.tasks) {
      subjects.push_back({.candidate = evaluator.Evaluate(TinyModel(rung), task),
                          .baseline = evaluator.Evaluate(gate.baseline, task)});
    }
    PrintRung(subjects);
  }
  return JudgeRelease(subjects);
}

/// When evaluations may end early: --stop=...
gatetest::Stop stop_rule = gatetest::Stop::kNever;

gatetest::Gate DemoGate() {
  gatetest::Gate gate = ReleaseGate();
  gate.stop = stop_rule;
  return gate;
}

/// The rungs on skills alone, each asked until its verdict is safe. Returns that on int2.
Verdict PrintEarlyLadder() {
  const gatetest::Gate gate = DemoGate();
  const gatetest::Requirement requirement{Metric::kRetention, gatetest::Limit(0.9).On("skills")};
  std::cout << "Retention above 0.9 on skills, stopping when " << gatetest::Name(gate.stop);
  if (gate.stop == gatetest::Stop::kConfident) std::cout << " (alpha " << gate.alpha << ")";
  std::cout << ":\n\n";
  constexpr int kRung = 6;
  constexpr int kVerdict = 10;
  constexpr int kSamples = 15;
  const auto print = [](const std::string& rung, const std::string& verdict,
                        const std::string& samples, const std::string& retention) {
    std::cout << std::left << std::setw(kRung) << rung << std::setw(kVerdict) << verdict
              << std::setw(kSamples) << samples << retention << std::endl;
  };
  print("rung", "verdict", "after samples", "retention, 90% confidence sequence");
  Verdict last = Verdict::kNotMeasured;
  for (const std::string rung : {"int8", "int4", "int3", "int2"}) {
    const gatetest::Judgement judgement = gatetest::Judge(
        requirement,
        gatetest::EvaluateFor(requirement, TinyModel(rung), gate, gatetest::SharedEvaluator()),
        gatetest::DefaultsOf(gate));
    const gatetest::Finding& finding = judgement.findings.at(0);
    const std::size_t all = finding.subjects[0].candidate->task->dataset().size();
    print(
        rung,
        judgement.verdict == Verdict::kPassed   ? "may ship"
        : judgement.verdict == Verdict::kFailed ? "BLOCKED"
                                                : std::string(gatetest::Name(judgement.verdict)),
        std::to_string(finding.early ? finding.early->samples : all) + " of " + std::to_string(all),
        finding.estimate ? ShowWithInterval(*finding.estimate) : "");
    last = judgement.verdict;
  }
  return last;
}

/// Where the answers came from.
void PrintSources() {
  std::size_t asked = 0;
  std::size_t replayed = 0;
  for (const gatetest::EvaluationPtr& evaluation : gatetest::SharedEvaluator().Evaluated()) {
    asked += evaluation->provenance.live;
    replayed += evaluation->provenance.cached;
  }
  const gatetest::Store* const store = gatetest::SharedEvaluator().options().store;
  std::cout << "\nOf " << asked + replayed << " samples " << replayed << " were replayed from "
            << (store == nullptr ? "no store" : store->place()) << ", and " << asked
            << " were asked live.\n";
}

bool TakeFlag(const char* flag, int& argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], flag) != 0) continue;
    for (int j = i; j < argc; ++j) argv[j] = argv[j + 1];
    --argc;
    return true;
  }
  return false;
}

/// --stop=confident and --stop=certain: GateTest's own flag too, so that its lines to paste have
/// it.
void ReadStop(int argc, char** argv) {
  static std::string flags[] = {"--gatetest_stop=confident", "--gatetest_stop=certain"};
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--stop=confident") == 0) {
      stop_rule = gatetest::Stop::kConfident;
      argv[i] = flags[0].data();
    } else if (std::strcmp(argv[i], "--stop=certain") == 0) {
      stop_rule = gatetest::Stop::kCertain;
      argv[i] = flags[1].data();
    }
  }
}

class Release : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override { return DemoGate(); }
};

TEST_F(Release, Int2MayShip) {
  EXPECT_RETENTION_ABOVE(TinyModel("int2"), gatetest::Limit(0.9).On("skills"));
}

int Run(bool red) {
  const Verdict int2 = stop_rule == gatetest::Stop::kNever ? PrintLadder() : PrintEarlyLadder();
  PrintSources();
  std::cout << "\nAnd this is what a release pipeline sees of int2:\n" << std::endl;
  const int exit_code = gatetest::RunAllTests();
  if (red) return exit_code;
  if (exit_code == 0 || int2 != Verdict::kFailed) {
    std::cout << "\nint2 should have been blocked by evidence; its verdict is "
              << gatetest::Name(int2) << "\n";
    return 1;
  }
  std::cout
      << "\nint2 is blocked, as it should be. (--red leaves it red, for the pipeline to see.)\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const bool red = TakeFlag("--red", argc, argv);
  ReadStop(argc, argv);
  if (const std::optional<int> exit_code = gatetest::Init(&argc, argv)) return *exit_code;
  if (argc > 1) {
    std::cerr << "error: unknown argument " << argv[1]
              << "; there is --red --stop=confident --stop=certain\n";
    return 2;
  }
  try {
    return Run(red);
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << "\n";
    return 1;
  }
}
