#include "src/speed/speed_judgement.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace gatetest::internal {

SpeedJudgement NotMeasured(const SpeedSubject& subject, const std::string& why) {
  Lines lines;
  lines.Add("Verdict", fmt::format("{}: {}", Name(Verdict::kNotMeasured), why));
  if (!subject.evidence.empty()) {
    lines.Add("Evidence", fmt::format("{}", fmt::join(subject.evidence, "\n")));
  }
  return {.verdict = Verdict::kNotMeasured,
          .expectation = subject.expectation,
          .explanation = lines.text()};
}

SpeedJudgement Judged(const SpeedSubject& subject, Verdict verdict, const std::string& reason,
                      const Estimate& estimate, Lines lines, const std::string& noise,
                      const std::string& spread) {
  lines.Add("Verdict", fmt::format("{}: {}", Name(verdict), reason));
  if (verdict != Verdict::kPassed) {
    if (!noise.empty()) lines.Add("Noise", noise);
    if (!spread.empty()) lines.Add("Spread", spread);
  }
  if (!subject.evidence.empty()) {
    lines.Add("Evidence", fmt::format("{}", fmt::join(subject.evidence, "\n")));
  }
  return {.verdict = verdict,
          .expectation = ExpectationOf(subject),
          .explanation = lines.text(),
          .estimate = estimate};
}

std::string ExpectationOf(const SpeedSubject& subject) {
  return fmt::format("{} (alpha {:g})", subject.expectation, subject.alpha);
}

std::string EndedText(const SpeedSubject& subject) {
  return subject.ended.empty() ? "" : "\nthe measurement ended early: " + subject.ended;
}

}  // namespace gatetest::internal
