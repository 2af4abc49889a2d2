#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "gatetest/calibration.h"
#include "gatetest/error.h"
#include "tests/calibration/texts.h"
#include "tests/simulation/random.h"
#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using testing_support::DatasetOf;
using testing_support::ExpectError;
using testing_support::kNaN;
using testing_support::NumberedWords;

/// Documents of 30 words from among `kinds`, from the `first` on.
std::vector<std::string> Documents(std::size_t count, std::size_t first, std::size_t kinds,
                                   std::uint64_t seed) {
  simulation::Random random(seed);
  std::vector<std::string> documents;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text;
    for (int word = 0; word < 30; ++word) {
      text += "w" + std::to_string(first + random.Below(kinds)) + " ";
    }
    documents.push_back(text);
  }
  return documents;
}

const Dataset kEvaluation = DatasetOf(Documents(600, 0, 100, 1), "skills");

TEST(CheckCalibration, PassesASetOfTheSameSource) {
  const CalibrationReport report =
      CheckCalibration(DatasetOf(Documents(512, 0, 100, 2), "chat"), kEvaluation);
  EXPECT_EQ(report.verdict, Verdict::kPassed) << Explain(report);
  EXPECT_EQ(report.count.verdict, Verdict::kPassed);
  EXPECT_EQ(report.distribution.verdict, Verdict::kPassed);
  EXPECT_EQ(report.leakage.verdict, Verdict::kPassed);
  EXPECT_EQ(report.calibration, "chat");
  EXPECT_EQ(report.evaluation, "skills");
  EXPECT_EQ(report.calibration_samples, 512U);
  EXPECT_EQ(report.evaluation_samples, 600U);
  EXPECT_EQ(report.calibration_documents, 512U);
  EXPECT_EQ(report.evaluation_documents, 600U);
  EXPECT_EQ(report.tokens.size(), 10U);
  EXPECT_TRUE(report.leaks.empty());
}

TEST(CheckCalibration, FailsASetOfAnotherKind) {
  const CalibrationReport report =
      CheckCalibration(DatasetOf(Documents(512, 50, 100, 2)), kEvaluation);
  EXPECT_EQ(report.verdict, Verdict::kFailed);
  EXPECT_EQ(report.distribution.verdict, Verdict::kFailed);
  EXPECT_EQ(report.count.verdict, Verdict::kPassed);
  EXPECT_EQ(report.leakage.verdict, Verdict::kPassed);
  ASSERT_TRUE(report.distance.has_value());
  EXPECT_EQ(report.distance->p, 0.001);
  // Half of the words of each side are on the other side, too: half a bit.
  EXPECT_NEAR(report.distance->jsd_bits, 0.5, 0.01);
  EXPECT_NEAR(report.distance->effect_bits,
              report.distance->jsd_bits - report.distance->chance_bits, 1e-12);
}

/// Significant, and of no weight.
TEST(CheckCalibration, PassesADifferenceThatIsSmall) {
  std::vector<std::string> texts = Documents(512, 0, 100, 2);
  for (std::size_t i = 0; i < texts.size(); i += 3) texts[i] += " mark";
  const CalibrationReport report = CheckCalibration(DatasetOf(texts), kEvaluation);
  ASSERT_TRUE(report.distance.has_value());
  EXPECT_LE(report.distance->p, 0.01);
  EXPECT_EQ(report.verdict, Verdict::kPassed) << Explain(report);
  const CalibrationReport strict =
      CheckCalibration(DatasetOf(texts), kEvaluation, {.effect_bits = 0.001});
  EXPECT_EQ(strict.verdict, Verdict::kFailed) << Explain(strict);
}

TEST(CheckCalibration, IsInconclusiveOnFewDocuments) {
  const std::vector<std::string> texts = Documents(128, 0, 100, 2);
  const Dataset enough = DatasetOf(texts);
  const Dataset skills = kEvaluation;
  const Dataset fewer = DatasetOf({texts.begin() + 1, texts.end()});
  EXPECT_EQ(CheckCalibration(enough, kEvaluation, {.samples = 128}).verdict, Verdict::kPassed);
  for (const CalibrationReport& report : {CheckCalibration(fewer, kEvaluation, {.samples = 127}),
                                          CheckCalibration(skills, fewer, {.samples = 127})}) {
    EXPECT_EQ(report.verdict, Verdict::kInconclusive);
    EXPECT_EQ(report.distribution.verdict, Verdict::kInconclusive);
    EXPECT_FALSE(report.distance.has_value());
    EXPECT_TRUE(report.tokens.empty());
  }
}

TEST(CheckCalibration, DoesNotCountDocumentsWithoutWords) {
  std::vector<std::string> texts = Documents(127, 0, 100, 2);
  texts.resize(512, "  ");
  const CalibrationReport report = CheckCalibration(DatasetOf(texts), kEvaluation);
  EXPECT_EQ(report.calibration_samples, 512U);
  EXPECT_EQ(report.different_samples, 127U);
  EXPECT_EQ(report.calibration_documents, 127U);
  EXPECT_EQ(report.distribution.verdict, Verdict::kInconclusive);
  EXPECT_EQ(report.verdict, Verdict::kFailed);
}

TEST(CheckCalibration, FailsTooFewSamples) {
  const std::vector<std::string> texts = Documents(511, 0, 100, 2);
  const CalibrationReport report = CheckCalibration(DatasetOf(texts), kEvaluation);
  EXPECT_EQ(report.count.verdict, Verdict::kFailed);
  EXPECT_EQ(report.verdict, Verdict::kFailed);
  // Whatever else is not known.
  const CalibrationReport three = CheckCalibration(DatasetOf({"a", "b", "c"}), kEvaluation);
  EXPECT_EQ(three.distribution.verdict, Verdict::kInconclusive);
  EXPECT_EQ(three.verdict, Verdict::kFailed);
}

TEST(CheckCalibration, FailsLeaks) {
  std::vector<std::string> texts = Documents(512, 0, 100, 2);
  texts[7] = kEvaluation.samples()[3].input;
  texts[8] = texts[7];
  texts[9] = texts[9] + kEvaluation.samples()[5].input;
  const CalibrationReport report = CheckCalibration(DatasetOf(texts), kEvaluation);
  EXPECT_EQ(report.verdict, Verdict::kFailed);
  EXPECT_EQ(report.distribution.verdict, Verdict::kPassed);
  EXPECT_EQ(report.leakage.verdict, Verdict::kFailed);
  ASSERT_EQ(report.leaks.size(), 3U);
  EXPECT_EQ(report.leaks[0].calibration_id, "8");
  EXPECT_EQ(report.leaks[0].evaluation_id, "4");
  EXPECT_TRUE(report.leaks[0].exact);
  EXPECT_FALSE(report.leaks[2].exact);
  EXPECT_EQ(report.leaked_calibration_samples, 3U);
  EXPECT_EQ(report.leaked_evaluation_samples, 2U);
  // The evaluation data themselves.
  const CalibrationReport all = CheckCalibration(kEvaluation, kEvaluation);
  EXPECT_EQ(all.leaked_calibration_samples, 600U);
  EXPECT_EQ(all.leaked_evaluation_samples, 600U);
}

TEST(CheckCalibration, IsTheSameForOneSeed) {
  const Dataset calibration = DatasetOf(Documents(512, 0, 101, 2));
  const CalibrationReport report = CheckCalibration(calibration, kEvaluation);
  EXPECT_EQ(Explain(report), Explain(CheckCalibration(calibration, kEvaluation)));
  const CalibrationReport seeded =
      CheckCalibration(calibration, kEvaluation, {.seed = report.seed});
  EXPECT_EQ(Explain(report), Explain(seeded));
  const CalibrationReport other = CheckCalibration(calibration, kEvaluation, {.seed = 5});
  EXPECT_EQ(other.seed, 5U);
  EXPECT_NE(other.distance->chance_bits, report.distance->chance_bits);
}

TEST(CheckCalibration, RefusesOptionsOutOfRange) {
  const auto expect = [](const CalibrationOptions& options, const std::string& text) {
    ExpectError(ErrorCode::kInvalidArgument, "CalibrationOptions::" + text,
                [&] { CheckCalibration(kEvaluation, kEvaluation, options); });
  };
  for (const double alpha : {0.0, 0.5, -1.0, kNaN}) expect({.alpha = alpha}, "alpha is ");
  for (const double effect : {-0.1, 1.0, kNaN}) expect({.effect_bits = effect}, "effect_bits is ");
  for (const double share : {0.0, 1.1, kNaN}) {
    expect({.near_duplicate = share}, "near_duplicate is ");
  }
  expect({.permutations = 98},
         "permutations is 98, so that no p is below 0.0101, which is above alpha, 0.01: nothing "
         "could fail. Take more permutations or a larger alpha");
  expect({.permutations = std::numeric_limits<std::size_t>::max()}, "permutations is ");
  EXPECT_NO_THROW(
      CheckCalibration(DatasetOf({"a"}), DatasetOf({"b"}), {.samples = 0, .permutations = 99}));
}

/// What is there twice calibrates no better, and what is empty not at all.
TEST(CheckCalibration, CountsDifferentSamples) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < 300; ++i) texts.push_back(NumberedWords(20 * i, 20));
  for (std::size_t i = 0; i < 200; ++i) texts.push_back("  " + texts[i]);
  for (std::size_t i = 0; i < 100; ++i) texts.emplace_back(i % 2 == 0 ? "" : " \t");
  const CalibrationReport report =
      CheckCalibration(DatasetOf(texts), DatasetOf({NumberedWords(0, 20, "e")}));
  EXPECT_EQ(report.calibration_samples, 600U);
  EXPECT_EQ(report.different_samples, 300U);
  EXPECT_EQ(report.count.verdict, Verdict::kFailed);
  EXPECT_EQ(report.count.reason,
            "the calibration set has 600 samples, 300 of them empty or the same as another; at "
            "least 512 are needed (CalibrationOptions::samples)");
  EXPECT_EQ(report.verdict, Verdict::kFailed);
}

}  // namespace
}  // namespace gatetest
