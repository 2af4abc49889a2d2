// Gates a candidate against a baseline that is not there, and against the release that was accepted
// last: the answers of both are in files of this folder.
#include "sentiment.h"

namespace {

class RecordedGate : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override {
    return {.baseline = gatetest::Recorded("baselines"),
            .tasks = {gatetest::ExactMatch("../quickstart/reviews.jsonl")},
            .accepted = "accepted",
            .tolerance = {.accuracy_loss = 0.02}};
  }
};

TEST_F(RecordedGate, Int8MayShip) {
  EXPECT_RETENTION_ABOVE(Sentiment(8), 0.98);
  EXPECT_NO_REGRESSION(Sentiment(8));
}

}  // namespace
