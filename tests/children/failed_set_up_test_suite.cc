// GoogleTest prints the tests of a suite whose SetUpTestSuite failed as skipped.
#include "tests/children/child_gate.h"

class FailedSetUpTestSuite : public ChildGate {
 protected:
  static void SetUpTestSuite() { FAIL() << "the data could not be mounted"; }
};

TEST_F(FailedSetUpTestSuite, GoodMayShip) { EXPECT_RETENTION_ABOVE(ChildModel("good"), 0.9); }

GATETEST_MAIN()
