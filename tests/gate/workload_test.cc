#include "gatetest/workload.h"

#include <gtest/gtest.h>

#include "gatetest/gate.h"
#include "tests/support/errors.h"

namespace gatetest {
namespace {

TEST(Workload, HasToAskForSomething) {
  const auto refusal = [](const Workload& workload) {
    return testing_support::ErrorOf([&] { CheckGate({.workload = workload}); },
                                    ErrorCode::kInvalidArgument);
  };
  for (const Workload& workload : {Workload{.warm_up = -1}, Workload{.concurrency = 0},
                                   Workload{.concurrency = -3}, Workload{.prompts_of_run = 0}}) {
    EXPECT_EQ(refusal(workload),
              "the gate has a workload with warm_up below 0, or concurrency or prompts_of_run "
              "below 1");
  }
  EXPECT_EQ(refusal({}), "no error");
  EXPECT_EQ(refusal({.warm_up = 0, .concurrency = 64, .prompts_of_run = 1}), "no error");
}

}  // namespace
}  // namespace gatetest
