#include "matchers/evidence.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstring>

#include "gatetest/gate.h"
#include "gatetest/internal/assertion_count.h"
#include "gatetest/internal/program.h"

namespace gatetest::internal {
namespace {

using ::testing::TestInfo;
using ::testing::TestResult;
using ::testing::UnitTest;

std::string ShellQuoted(const std::string& text) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::strchr("_-./=,:+@%", c) != nullptr;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

/// Keys carry metric, task and model: GoogleTest keeps one value a key. Values are text, because
/// its number overload is for integers.
void RecordFinding(const Judgement& judgement, const Finding& finding) {
  const Evaluation& candidate = *finding.subject.candidate;
  const std::string group = finding.subject.group.empty() ? "" : "/" + finding.subject.group;
  std::string metric(Name(judgement.requirement.metric));
  std::replace(metric.begin(), metric.end(), ' ', '_');
  const std::string about =
      fmt::format("{}/{}{}/{}", metric, candidate.task->name(), group, ToString(candidate.model));
  const auto record = [](std::string key, const std::string& value) {
    // GoogleTest 1.12 does not escape keys in its JSON.
    const auto unsafe = [](char c) { return c == '"' || c == '\\' || (c >= 0 && c < ' '); };
    std::replace_if(key.begin(), key.end(), unsafe, '_');
    ::testing::Test::RecordProperty(key, value);
  };
  const Limit& limit = judgement.requirement.limit;
  const Claim claim = limit.claim().value_or(judgement.defaults.claim);
  record(fmt::format("gatetest_verdict/{}/{:g}{}", about, limit.threshold(),
                     claim == Claim::kPopulation ? "/population" : ""),
         std::string(Name(finding.verdict)));
  if (!finding.estimate) return;
  record("gatetest_value/" + about, fmt::format("{:.17g}", finding.estimate->value));
  record("gatetest_n/" + about, std::to_string(finding.estimate->n));
  if (!finding.estimate->interval) return;
  record("gatetest_lower/" + about, fmt::format("{:.17g}", finding.estimate->interval->lower));
  record("gatetest_upper/" + about, fmt::format("{:.17g}", finding.estimate->interval->upper));
}

bool AlreadyReported(const TestResult& result, const std::string& text) {
  for (int i = 0; i < result.total_part_count(); ++i) {
    if (std::strstr(result.GetTestPartResult(i).message(), text.c_str()) != nullptr) return true;
  }
  return false;
}

}  // namespace

std::atomic<std::uint64_t>& AssertionCount() {
  static std::atomic<std::uint64_t> count{0};
  return count;
}

std::string& ProgramName() {
  static std::string name;
  return name;
}

Judgement JudgeInTest(const Requirement& requirement, std::span<const Subject> subjects) {
  const GateScope* const scope = GateScope::current();
  JudgeDefaults defaults;
  if (scope != nullptr) {
    defaults = {.claim = scope->gate().claim, .alpha = scope->gate().alpha};
  }
  Judgement judgement = Judge(requirement, subjects, defaults);
  if (UnitTest::GetInstance()->current_test_info() != nullptr) {
    for (const Finding& finding : judgement.findings) RecordFinding(judgement, finding);
  }
  return judgement;
}

void RequireEvidence(const Judgement& judgement) {
  if (judgement.verdict == Verdict::kPassed || judgement.verdict == Verdict::kFailed) return;
  const TestInfo* const test = UnitTest::GetInstance()->current_test_info();
  std::string reason = judgement.failure;
  for (const Finding& finding : judgement.findings) {
    if (reason.empty() && finding.verdict == judgement.verdict) reason = finding.reason;
  }
  const std::string text = fmt::format(
      "{}: whether {}{} is not known: {}\nOnly evidence satisfies an expectation, a negated one "
      "too.",
      Name(judgement.verdict), judgement.findings.empty() ? "it " : "", Expectation(judgement),
      reason);
  if (test == nullptr) {
    ADD_FAILURE() << text;  // In SetUpTestSuite, an Environment, or no test at all.
    return;
  }
  // EXPECT_THAT asks a matcher again for its explanation; one failure is enough.
  if (!AlreadyReported(*test->result(), text)) ADD_FAILURE_AT(test->file(), test->line()) << text;
}

std::string RerunCommand() {
  const TestInfo* const test = UnitTest::GetInstance()->current_test_info();
  if (test == nullptr) return "";
  const std::string program = ProgramName().empty() ? "THIS_PROGRAM" : ShellQuoted(ProgramName());
  const std::string filter =
      fmt::format("--gtest_filter={}.{}", test->test_suite_name(), test->name());
  return fmt::format("cd {} && {} {}", ShellQuoted(UnitTest::GetInstance()->original_working_dir()),
                     program, ShellQuoted(filter));
}

}  // namespace gatetest::internal
