#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "gatetest/tasks.h"
#include "tests/support/errors.h"
#include "tests/support/outcomes.h"

namespace gatetest {
namespace {

using testing::HasSubstr;
using testing_support::ErrorOf;
using testing_support::OneSample;
using testing_support::OutcomeOf;

const Sample kSum = {.id = "q", .input = "47+93=", .answer = "140"};
const Sample kWithoutAnswer = {.id = "q", .input = "Q"};

TEST(RegexMatch, WithACaptureComparesItWithTheAnswer) {
  const TaskPtr task = RegexMatch(OneSample(kSum), R"(= (\d+))");
  EXPECT_EQ(OutcomeOf(*task, kSum, "47+93 = 140").score, 1.0);
  EXPECT_EQ(OutcomeOf(*task, kSum, "= 14, no, = 140").score, 0.0);  // the first match counts
  EXPECT_EQ(OutcomeOf(*task, kSum, "140").score, 0.0);
}

TEST(RegexMatch, WithoutACaptureAMatchWillDo) {
  const TaskPtr task = RegexMatch(OneSample(kWithoutAnswer), R"(^\d+$)");
  EXPECT_EQ(OutcomeOf(*task, kWithoutAnswer, "140").score, 1.0);
  EXPECT_EQ(OutcomeOf(*task, kWithoutAnswer, "140 or so").score, 0.0);
  EXPECT_EQ(task->dataset().size(), 1U);
}

TEST(RegexMatch, WithACaptureWantsAnAnswer) {
  const TaskPtr task = RegexMatch(OneSample(kWithoutAnswer), R"((\d+))");
  EXPECT_THAT(ErrorOf([&] { task->dataset(); }, ErrorCode::kInvalidData), HasSubstr("answer"));
}

TEST(RegexMatch, RefusesAPatternThatDoesNotCompile) {
  EXPECT_THAT(ErrorOf([] { RegexMatch(OneSample(kSum), "a)"); }, ErrorCode::kInvalidArgument),
              HasSubstr("character"));
}

TEST(RegexMatch, AnAnswerThatTakesTooMuchWorkIsAnErrorAndNoHang) {
  const TaskPtr task = RegexMatch(OneSample(kWithoutAnswer), "(?:a+)+$");
  EXPECT_THAT(ErrorOf([&] { OutcomeOf(*task, kWithoutAnswer, std::string(5000, 'a') + "b"); },
                      ErrorCode::kInvalidData),
              HasSubstr("simpler"));
}

TEST(RegexMatch, ItsProtocolHasThePattern) {
  EXPECT_NE(RegexMatch(OneSample(kSum), "a")->protocol(),
            RegexMatch(OneSample(kSum), "b")->protocol());
}

}  // namespace
}  // namespace gatetest
