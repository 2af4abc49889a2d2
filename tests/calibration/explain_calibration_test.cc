#include "src/calibration/explain_calibration.h"

#include <gtest/gtest.h>

#include <string>

#include "gatetest/calibration.h"

namespace gatetest {
namespace {

/// One that passes.
CalibrationReport Report() {
  return {.calibration = "chat",
          .evaluation = "skills",
          .calibration_hash = "0123456789abcdef0123456789abcdef",
          .evaluation_hash = "fedcba9876543210fedcba9876543210",
          .seed = 17,
          .calibration_samples = 512,
          .evaluation_samples = 1400,
          .calibration_documents = 512,
          .evaluation_documents = 1390,
          .distance =
              CalibrationDistance{
                  .jsd_bits = 0.0512, .chance_bits = 0.05, .effect_bits = 0.0012, .p = 0.123},
          .count = {.verdict = Verdict::kPassed, .reason = "enough"},
          .distribution = {.verdict = Verdict::kPassed, .reason = "alike"},
          .leakage = {.verdict = Verdict::kPassed, .reason = "clean"},
          .verdict = Verdict::kPassed};
}

TEST(ExplainCalibration, APass) {
  EXPECT_EQ(
      Explain(Report()),
      R"(  Actual: 512 samples of calibration, 1,400 of evaluation; divergence 0.0512 bits, 0.0500 by chance: effect 0.0012 bits, p 0.1230
 Verdict: PASSED: enough
          alike
          clean
Evidence: calibration data xxh3:0123456789ab, evaluation data xxh3:fedcba987654, seed 17
          999 permutations of the labels of 512 + 1,390 documents, each of at most 200 words
)");
}

TEST(ExplainCalibration, AFailureHasNoReasonThatPassed) {
  CalibrationReport report = Report();
  report.verdict = report.distribution.verdict = Verdict::kFailed;
  for (const char* const token : {"the", "\n", "{", "d", "e", "f"}) {
    report.tokens.push_back(
        {.token = token, .calibration_share = 0.0123, .evaluation_share = 0.5, .bits = 0.1});
  }
  EXPECT_EQ(
      Explain(report),
      R"(  Actual: 512 samples of calibration, 1,400 of evaluation; divergence 0.0512 bits, 0.0500 by chance: effect 0.0012 bits, p 0.1230
 Verdict: FAILED: alike
  Tokens: share in the calibration set : in the evaluation data
          "the" 1.23% : 50.00%, "\n" 1.23% : 50.00%, "{" 1.23% : 50.00%, "d" 1.23% : 50.00%, "e" 1.23% : 50.00%,
          "f" 1.23% : 50.00%
Evidence: calibration data xxh3:0123456789ab, evaluation data xxh3:fedcba987654, seed 17
          999 permutations of the labels of 512 + 1,390 documents, each of at most 200 words
)");
}

TEST(ExplainCalibration, AFailureSaysWhatElseIsNotKnown) {
  CalibrationReport report = Report();
  report.distance.reset();
  report.verdict = report.leakage.verdict = Verdict::kFailed;
  report.distribution.verdict = Verdict::kInconclusive;
  for (const char* const id : {"a", "b", "c", "d", "e"}) {
    report.leaks.push_back({.calibration_id = id,
                            .evaluation_id = "x",
                            .exact = *id == 'a',
                            .overlap = 0.999,
                            .snippet = "say \"hi\""});
  }
  EXPECT_EQ(Explain(report),
            R"(  Actual: 512 samples of calibration, 1,400 of evaluation
 Verdict: FAILED: clean
          INCONCLUSIVE: alike
   Leaks: calibration #a, evaluation #x: the same, "say \"hi\""
          calibration #b, evaluation #x: 99% of the 5-grams, "say \"hi\""
          calibration #c, evaluation #x: 99% of the 5-grams, "say \"hi\""
          and 2 more
Evidence: calibration data xxh3:0123456789ab, evaluation data xxh3:fedcba987654, seed 17
)");
}

TEST(ExplainCalibration, HasNoNegativeZero) {
  CalibrationReport report = Report();
  report.distance->effect_bits = -0.00004;
  EXPECT_NE(Explain(report).find("effect 0.0000 bits"), std::string::npos);
  report.distance->effect_bits = -0.0012;
  EXPECT_NE(Explain(report).find("effect -0.0012 bits"), std::string::npos);
}

TEST(ExplainCalibration, WhatIsNotDecided) {
  CalibrationReport report = Report();
  report.distance.reset();
  report.verdict = report.distribution.verdict = Verdict::kInconclusive;
  EXPECT_EQ(Explain(report),
            R"(  Actual: 512 samples of calibration, 1,400 of evaluation
 Verdict: INCONCLUSIVE: alike
Evidence: calibration data xxh3:0123456789ab, evaluation data xxh3:fedcba987654, seed 17
)");
}

TEST(CalibrationExpectation, SaysWhatIsChecked) {
  EXPECT_EQ(internal::CalibrationExpectation("chat", "skills", {}),
            "calibration set \"chat\" matches \"skills\": at least 512 samples, text of the same "
            "kind (alpha 0.01), none of its data");
  EXPECT_EQ(internal::CalibrationExpectation("chat", "skills", {.samples = 0, .alpha = 0.001}),
            "calibration set \"chat\" matches \"skills\": text of the same kind (alpha 0.001), "
            "none of its data");
}

}  // namespace
}  // namespace gatetest
