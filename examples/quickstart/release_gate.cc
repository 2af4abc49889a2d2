#include <gatetest/gatetest.h>

#include "classifier.h"

gatetest::ModelPtr Sentiment(int bits) {
  const gatetest::ModelInfo info = {
      .name = "sentiment", .quantization = "int" + std::to_string(bits), .weights = "2026-11"};
  return gatetest::FunctionModel(
      info, {.generate = [classifier = Classifier(bits)](const gatetest::Request& request) {
        return gatetest::Response::Text(classifier.Classify(request.prompt));
      }});
}

class ReleaseGate : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override {
    return {.baseline = Sentiment(16), .tasks = {gatetest::ExactMatch("reviews.jsonl")}};
  }
};

TEST_F(ReleaseGate, Int8MayShip) {
  EXPECT_ACCURACY_ABOVE(Sentiment(8), 0.9);
  EXPECT_RETENTION_ABOVE(Sentiment(8), 0.98);
}

TEST_F(ReleaseGate, Int2IsBlocked) {
  EXPECT_THAT(Compare(Sentiment(2)), gatetest::IsBlockedBy(gatetest::RetentionAbove(0.98)));
}
