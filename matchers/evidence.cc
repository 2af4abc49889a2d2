#include "matchers/evidence.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <iostream>
#include <mutex>
#include <optional>
#include <set>

#include "gatetest/gate.h"
#include "gatetest/internal/run_settings.h"
#include "gatetest/internal/test_results.h"
#include "src/evaluation/sources.h"
#include "src/text/show.h"

namespace gatetest::internal {
namespace {

using ::testing::TestInfo;
using ::testing::TestResult;
using ::testing::UnitTest;

/// Keys carry metric, task and model: GoogleTest keeps one value a key. Values are text, because
/// its number overload is for integers.
void RecordFinding(const Judgement& judgement, const Finding& finding) {
  std::string tasks;
  for (const Subject& subject : finding.subjects) {
    tasks += fmt::format("{}{}{}{}", tasks.empty() ? "" : "+", subject.candidate->task->name(),
                         subject.group.empty() ? "" : "/", subject.group);
  }
  std::string metric(Name(judgement.requirement.metric));
  std::replace(metric.begin(), metric.end(), ' ', '_');
  const std::string about =
      fmt::format("{}/{}/{}", metric, tasks, ToString(finding.subjects.front().candidate->model));
  const Limit& limit = judgement.requirement.limit;
  const Claim claim = limit.claim().value_or(judgement.defaults.claim);
  // Two limits that differ in them alone have different bounds, and maybe verdicts.
  const Stop stop = limit.stop().value_or(judgement.defaults.stop);
  const std::string own_alpha =
      limit.alpha() ? fmt::format("/alpha_{:g}", *limit.alpha()) : std::string();
  const std::string alpha =
      own_alpha + (stop == Stop::kNever ? "" : fmt::format("/{}", Name(stop)));
  // Where it ended is a matter of limit and alpha, and so are the values there.
  const std::string ended =
      stop == Stop::kNever ? "" : fmt::format("/{:g}{}", limit.threshold(), alpha);
  RecordInTest(fmt::format("gatetest_verdict/{}/{:g}{}{}", about, limit.threshold(),
                           limit.upper() ? fmt::format("_to_{:g}", *limit.upper()) : "",
                           claim == Claim::kDataset ? "" : fmt::format("/{}", Name(claim))) +
                   alpha,
               std::string(Name(finding.verdict)));
  std::string sources;
  for (const Subject& subject : finding.subjects) {
    for (const EvaluationPtr& evaluation : {subject.baseline, subject.candidate}) {
      if (evaluation == nullptr) continue;
      sources += (sources.empty() ? "" : "; ") + ShowSources(*evaluation);
    }
  }
  RecordInTest("gatetest_evidence/" + about + ended, sources);
  if (!finding.estimate) return;
  RecordInTest("gatetest_value/" + about + ended, fmt::format("{:.17g}", finding.estimate->value));
  RecordInTest("gatetest_n/" + about + ended, std::to_string(finding.estimate->n));
  if (!finding.estimate->interval) return;
  RecordInTest("gatetest_lower/" + about + (ended.empty() ? alpha : ended),
               fmt::format("{:.17g}", finding.estimate->interval->lower));
  RecordInTest("gatetest_upper/" + about + (ended.empty() ? alpha : ended),
               fmt::format("{:.17g}", finding.estimate->interval->upper));
}

bool AlreadyReported(const TestResult& result, const std::string& text) {
  for (int i = 0; i < result.total_part_count(); ++i) {
    if (std::strstr(result.GetTestPartResult(i).message(), text.c_str()) != nullptr) return true;
  }
  return false;
}

/// What the running test has tolerated.
struct Tolerated {
  std::mutex mutex;
  const TestInfo* test = nullptr;
  std::set<std::string> texts = {};
};

Tolerated& ToleratedInTest() {
  static Tolerated tolerated;
  return tolerated;
}

/// GoogleMock asks a matcher again for its explanation where another one around it fails.
bool IsNewInTest(const std::string& text) {
  const TestInfo* const test = UnitTest::GetInstance()->current_test_info();
  Tolerated& tolerated = ToleratedInTest();
  const std::lock_guard lock(tolerated.mutex);
  if (tolerated.test != test) tolerated.texts.clear();
  tolerated.test = test;
  return tolerated.texts.insert(text).second;
}

}  // namespace

void ForgetTolerated() {
  Tolerated& tolerated = ToleratedInTest();
  const std::lock_guard lock(tolerated.mutex);
  tolerated.texts.clear();
}

std::atomic<std::uint64_t>& AssertionCount() {
  static std::atomic<std::uint64_t> count{0};
  return count;
}

std::atomic<std::size_t>& ToleratedCount() {
  static std::atomic<std::size_t> count{0};
  return count;
}

std::atomic<std::size_t>& AcceptedCount() {
  static std::atomic<std::size_t> count{0};
  return count;
}

RunSettings& TheRunSettings() {
  static RunSettings settings;
  return settings;
}

Gate WithRunSettings(Gate gate) {
  const RunSettings& settings = TheRunSettings();
  gate.claim = settings.claim.value_or(gate.claim);
  gate.alpha = settings.alpha.value_or(gate.alpha);
  gate.stop = settings.stop.value_or(gate.stop);
  return gate;
}

Gate GateInTest() {
  const GateScope* const scope = GateScope::current();
  return WithRunSettings(scope == nullptr ? Gate{} : scope->gate());
}

void RecordInTest(std::string key, const std::string& value) {
  if (UnitTest::GetInstance()->current_test_info() == nullptr) return;
  // GoogleTest 1.12 does not escape keys in its JSON.
  const auto unsafe = [](char c) { return c == '"' || c == '\\' || (c >= 0 && c < ' '); };
  std::replace_if(key.begin(), key.end(), unsafe, '_');
  ::testing::Test::RecordProperty(key, value);
}

Judgement JudgeInTest(const Requirement& requirement, std::span<const Subject> subjects,
                      const JudgeDefaults& defaults) {
  Judgement judgement = Judge(requirement, subjects, defaults);
  for (const Finding& finding : judgement.findings) RecordFinding(judgement, finding);
  return judgement;
}

IfInconclusive InconclusiveInTest() {
  const GateScope* const scope = GateScope::current();
  const IfInconclusive gates =
      scope == nullptr ? IfInconclusive::kFail : scope->gate().if_inconclusive;
  return TheRunSettings().if_inconclusive.value_or(gates);
}

void SkipTest(const std::string& why) {
  const TestInfo* const test = UnitTest::GetInstance()->current_test_info();
  // GTEST_SKIP() would name this line.
  ::testing::internal::AssertHelper(
      ::testing::TestPartResult::kSkip, test == nullptr ? nullptr : test->file(),
      test == nullptr ? -1 : test->line(), "") = ::testing::Message() << why;
}

void TolerateInconclusive(const Judgement& judgement) {
  TolerateInconclusive(Expectation(judgement) + "\n" + Explain(judgement));
}

void TolerateInconclusive(const std::string& text) {
  if (!IsNewInTest(text)) return;
  ++ToleratedCount();
  if (InconclusiveInTest() == IfInconclusive::kSkip) {
    SkipTest("INCONCLUSIVE, which skips the test here: " + text);
  } else {
    std::cerr << "[ gatetest ] warning: INCONCLUSIVE, tolerated here: " + text;
  }
}

bool RequireEvidence(const Judgement& judgement, bool tolerant) {
  if (judgement.verdict == Verdict::kPassed || judgement.verdict == Verdict::kFailed) return true;
  if (tolerant && judgement.verdict == Verdict::kInconclusive &&
      InconclusiveInTest() != IfInconclusive::kFail) {
    TolerateInconclusive(judgement);
    return false;
  }
  const TestInfo* const test = UnitTest::GetInstance()->current_test_info();
  std::string reason = judgement.failure;
  for (const Finding& finding : judgement.findings) {
    if (reason.empty() && finding.verdict == judgement.verdict) reason = finding.reason;
  }
  std::string record = RecordLine(judgement);
  if (!record.empty()) record = "\n" + record.substr(0, record.size() - 1);
  const std::string text = fmt::format(
      "{}: whether {}{} is not known: {}\nOnly evidence satisfies an expectation, a negated one "
      "too.{}",
      Name(judgement.verdict), judgement.findings.empty() ? "it " : "", Expectation(judgement),
      reason, record);
  if (test == nullptr) {
    ADD_FAILURE() << text;  // In SetUpTestSuite, an Environment, or no test at all.
  } else if (!AlreadyReported(*test->result(), text)) {
    // EXPECT_THAT asks a matcher again for its explanation; one failure is enough.
    ADD_FAILURE_AT(test->file(), test->line()) << text;
  }
  return true;
}

const char kNoGate[] =
    "there is no gate here. Use the macro in a TEST_F of a fixture derived from "
    "gatetest::GateTest.\nA fixture that overrides SetUp() calls GateTest::SetUp() first; another "
    "thread makes a gatetest::GateScope of its own.";

::testing::AssertionResult NotJudged(const char* why) {
  // A GateTest swallows this and says it at its end; a TEST with a scope of its own has no other
  // to say that it gated nothing. Outside of a test it would skip those that follow.
  if (UnitTest::GetInstance()->current_test_info() != nullptr) SkipTest(why);
  return ::testing::AssertionSuccess();
}

namespace {

/// Of a recording that takes the place of a model nothing can be recorded here.
bool LacksRecorded(const EvaluationPtr& evaluation) {
  return evaluation != nullptr && evaluation->unrecorded > 0 &&
         evaluation->provenance.recording.empty();
}

/// The line that runs the current test again; empty outside of one.
std::string Command(std::optional<StoreMode> mode, const std::string& flag = "") {
  const TestInfo* const test = UnitTest::GetInstance()->current_test_info();
  if (test == nullptr) return "";
  const std::string program =
      TheRunSettings().program.empty() ? "THIS_PROGRAM" : ShellQuoted(TheRunSettings().program);
  const std::string filter =
      fmt::format("--gtest_filter={}.{}", test->test_suite_name(), test->name());
  return fmt::format(
      "cd {} && {} {}{}{}{}", ShellQuoted(UnitTest::GetInstance()->original_working_dir()), program,
      ShellQuoted(filter), TheRunSettings().rerun_flags,
      mode ? fmt::format(" --gatetest_mode={}", Name(*mode)) : "", flag.empty() ? "" : " " + flag);
}

}  // namespace

std::string RerunCommand() {
  return Command(TheRunSettings().mode, TheRunSettings().accept ? "--gatetest_accept" : "");
}

std::string RerunCommandWith(const std::string& flag) {
  return Command(TheRunSettings().mode, flag);
}

std::string RecordLine(const Judgement& judgement) {
  for (const Finding& finding : judgement.findings) {
    for (const Subject& subject : finding.subjects) {
      if (!LacksRecorded(subject.candidate) && !LacksRecorded(subject.baseline)) continue;
      const std::string command = Command(StoreMode::kAuto);
      return command.empty() ? "" : fmt::format("{:>8}: {}\n", "Record", command);
    }
  }
  return "";
}

}  // namespace gatetest::internal
