// What --gatetest_claim, _alpha, _if_inconclusive and _plan make of a gate. Forty samples do not
// decide whether 0.9 is above 0.85 beyond them.
#include "tests/children/child_gate.h"

using Claims = ChildGate;

TEST_F(Claims, Macro) { EXPECT_RETENTION_ABOVE(ChildModel("fair"), 0.85); }

TEST_F(Claims, Matcher) {
  EXPECT_THAT(Compare(ChildModel("fair"), "sums"), gatetest::RetentionAbove(0.85));
}

TEST_F(Claims, Negated) {
  EXPECT_THAT(Compare(ChildModel("fair"), "sums"),
              testing::Not(gatetest::RetentionAbove(gatetest::Limit(0.95).Alpha(0.3))));
}

TEST_F(Claims, NegatedUndecided) {
  EXPECT_THAT(Compare(ChildModel("fair"), "sums"), testing::Not(gatetest::RetentionAbove(0.85)));
}

TEST_F(Claims, OwnClaim) {
  EXPECT_RETENTION_ABOVE(ChildModel("fair"),
                         gatetest::Limit(0.85).Claim(gatetest::Claim::kDataset));
}

TEST_F(Claims, Fails) { EXPECT_ACCURACY_ABOVE(ChildModel("bad"), 0.85); }

TEST_F(Claims, Unplannable) {
  EXPECT_ACCURACY_ABOVE(ChildModel("fair"), gatetest::Limit(0.85).On("sum"));
}

TEST_F(Claims, LooksAtWhatItEvaluated) {
  const gatetest::EvaluationPtr evaluation = Evaluate(ChildModel("fair"), "sums");
  ASSERT_EQ(evaluation->items.size(), 40U);
  EXPECT_THAT(evaluation, gatetest::AccuracyAbove(0.5));
}

TEST(NoGate, RunsAnyway) {}

GATETEST_MAIN()
