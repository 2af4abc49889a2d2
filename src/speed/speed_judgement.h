// The verdict on a limit on speed or memory, in words.
#ifndef GATETEST_SRC_SPEED_SPEED_JUDGEMENT_H_
#define GATETEST_SRC_SPEED_SPEED_JUDGEMENT_H_

#include <optional>
#include <string>
#include <vector>

#include "gatetest/estimate.h"
#include "gatetest/verdict.h"
#include "src/text/lines.h"

namespace gatetest::internal {

struct SpeedJudgement {
  Verdict verdict = Verdict::kNotMeasured;
  /// "tinylm int4 has a latency p95 below 50 ms on \"skills\"".
  std::string expectation = {};
  /// The lines of a message from "Actual:" to "Evidence:", each ending in a newline.
  std::string explanation = {};
  std::optional<Estimate> estimate = {};  ///< None where nothing could be measured.
};

/// What a judgement is about, and what it rests on.
struct SpeedSubject {
  std::string expectation = {};  ///< As SpeedJudgement's, without alpha.
  std::string metric = {};       ///< "latency p95".
  double alpha = 0.05;           ///< One-sided: of a wrong PASSED, and of a wrong FAILED.
  /// The lines of "Evidence:".
  std::vector<std::string> evidence = {};
  /// What ended the measurement before its time: a budget. Empty: nothing.
  std::string ended = {};
};

/// What was measured, and said already in `lines`. `noise` and `spread`, either of which may be
/// empty, are for those who do not pass.
SpeedJudgement Judged(const SpeedSubject& subject, Verdict verdict, const std::string& reason,
                      const Estimate& estimate, Lines lines, const std::string& noise,
                      const std::string& spread);

/// The line that follows one on noise where the limit is nearer than that.
inline constexpr char kTooNoisy[] =
    "\nthe limit is nearer than that: this machine is too noisy to tell. Run it alone (ctest "
    "runs suites of SPEED_SUITES so), or on a quieter one";

/// Nothing could be measured.
SpeedJudgement NotMeasured(const SpeedSubject& subject, const std::string& why);

/// "tinylm int4 has a latency p95 below 50 ms on \"skills\" (alpha 0.05)".
std::string ExpectationOf(const SpeedSubject& subject);

/// "\nthe budget of 40 requests ended the measurement": the verdict's last line, or empty.
std::string EndedText(const SpeedSubject& subject);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_SPEED_SPEED_JUDGEMENT_H_
