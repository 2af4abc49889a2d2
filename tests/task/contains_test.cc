#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "gatetest/tasks.h"
#include "tests/support/errors.h"
#include "tests/support/outcomes.h"

namespace gatetest {
namespace {

using testing_support::ErrorOf;
using testing_support::OneSample;
using testing_support::OutcomeOf;

const Sample kCapital = {.id = "q", .input = "Capital?", .answer = "Canberra"};

TEST(Contains, LooksForTheAnswerAnywhere) {
  const TaskPtr task = Contains(OneSample(kCapital));
  EXPECT_EQ(OutcomeOf(*task, kCapital, "It is Canberra, of course").score, 1.0);
  EXPECT_EQ(OutcomeOf(*task, kCapital, "Canberra").score, 1.0);
  EXPECT_EQ(OutcomeOf(*task, kCapital, "canberra").score, 0.0);
  EXPECT_EQ(OutcomeOf(*task, kCapital, "Canberr").score, 0.0);
  EXPECT_EQ(OutcomeOf(*task, kCapital, "").score, 0.0);
}

TEST(Contains, CanIgnoreCase) {
  const TaskPtr task = Contains(OneSample(kCapital), {.ignore_case = true});
  EXPECT_EQ(OutcomeOf(*task, kCapital, "it is cANBERRA").score, 1.0);
  EXPECT_NE(task->protocol(), Contains(OneSample(kCapital))->protocol());
}

TEST(Contains, WantsAnAnswerBecauseEveryTextContainsTheEmptyOne) {
  const TaskPtr task = Contains(OneSample({.id = "q", .input = "Q"}));
  EXPECT_THAT(ErrorOf([&] { task->dataset(); }, ErrorCode::kInvalidData),
              testing::HasSubstr("answer"));
}

}  // namespace
}  // namespace gatetest
