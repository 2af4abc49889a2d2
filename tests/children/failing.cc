// A release that is blocked.
#include "tests/children/child_gate.h"

using Failing = ChildGate;

TEST_F(Failing, BadMayShip) { EXPECT_RETENTION_ABOVE(ChildModel("bad"), 0.9); }

TEST_F(Failing, OddNamesMayShip) { EXPECT_RETENTION_ABOVE(ChildModel("C:\\models\\\"bad\""), 0.9); }

GATETEST_MAIN()
