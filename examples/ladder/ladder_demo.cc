// The ladder of the embedded model's quantizations as a table, and a release that is blocked:
//
//   ladder_demo                    shows the blocked release; exits with 0 because it is blocked
//   ladder_demo --red              leaves it red, as a release pipeline would: exits with 1
//   ladder_demo --stop=confident   asks only as many samples as a safe verdict needs, or =certain
//
// What was answered once is replayed the next time; --gatetest_mode=live asks anew.
#include <gatetest/gatetest.h>

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
using gatetest::Verdict;

namespace {

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

/// What a pipeline sees; the exit code of this program.
int RunPipeline(bool red, Verdict int2) {
  std::cout << "\nThis is what a release pipeline sees of int2:\n" << std::endl;
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

int Run(bool red) {
  if (stop_rule != gatetest::Stop::kNever) {
    const Verdict int2 = PrintEarlyLadder();
    PrintSources();
    return RunPipeline(red, int2);
  }
  const gatetest::Ladder ladder = gatetest::ClimbLadder(gatetest::WithFlags(ReleaseGate()), Rungs(),
                                                        gatetest::SharedEvaluator());
  PrintSources();
  const int exit_code = RunPipeline(red, ladder.rungs.back().verdict);
  std::cout << "\nAnd this is the ladder as a whole, and what to ship of it:\n\n"
            << gatetest::ToTable(ladder);
  return exit_code;
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
