// GoogleTest runs no test after GTEST_SKIP in an Environment, and returns success.
#include "tests/children/child_gate.h"

class NoGpuHere : public ::testing::Environment {
  void SetUp() override { GTEST_SKIP() << "no GPU here"; }
};

using SkippingEnvironment = ChildGate;

TEST_F(SkippingEnvironment, GoodMayShip) { EXPECT_RETENTION_ABOVE(ChildModel("good"), 0.9); }

int main(int argc, char** argv) {
  ::testing::AddGlobalTestEnvironment(new NoGpuHere);
  // A main of a team's own, with GoogleTest's way to run.
  if (const std::optional<int> exit_code = gatetest::Init(&argc, argv)) return *exit_code;
  return RUN_ALL_TESTS();
}
