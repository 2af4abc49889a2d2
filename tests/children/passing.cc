// Passes: what the other children are compared with, and the program for flags and filters.
#include "tests/children/child_gate.h"

using Passing = ChildGate;

TEST_F(Passing, GoodMayShip) { EXPECT_RETENTION_ABOVE(ChildModel("good"), 0.9); }
TEST_F(Passing, BadIsBlocked) {
  EXPECT_THAT(Compare(ChildModel("bad")), gatetest::IsBlockedBy(gatetest::RetentionAbove(0.9)));
}
TEST_F(Passing, DISABLED_BrokenMayShip) { EXPECT_RETENTION_ABOVE(ChildModel("broken"), 0.9); }

GATETEST_MAIN()
