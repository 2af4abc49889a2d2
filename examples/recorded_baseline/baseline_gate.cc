// Gates the baseline itself, where it can run. With --gatetest_store=recording:baselines its
// answers are written to the file that recorded_gate.cc compares with.
#include "sentiment.h"

namespace {

class BaselineGate : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override {
    return {.tasks = {gatetest::ExactMatch("../quickstart/reviews.jsonl")}};
  }
};

TEST_F(BaselineGate, Int16IsGood) { EXPECT_ACCURACY_ABOVE(Sentiment(16), 0.9); }

}  // namespace
