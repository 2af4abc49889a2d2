// An engine that takes the process with it.
#include <csignal>

#include "tests/children/child_gate.h"

using Crashing = ChildGate;

TEST_F(Crashing, MayShip) {
  const gatetest::ModelPtr model =
      gatetest::FunctionModel({.name = "crash"}, {.generate = [](const gatetest::Request&) {
                                std::raise(SIGKILL);
                                return gatetest::Response::Text("");
                              }});
  EXPECT_ACCURACY_ABOVE(model, 0.5);
}

GATETEST_MAIN()
