// Which quantizations of the embedded model may ship: int8 and int4 do, int3 and int2 are blocked.
#include <gatetest/gatetest.h>

#include "tiny_model.h"

using gatetest::Limit;
using gatetest::ModelPtr;

class QuantizationGate : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override {
    return {.baseline = TinyModel("f16"),
            .tasks = {gatetest::ExactMatch(TinyData("skills.jsonl"),
                                           {.generate = {.stop = {"\n"}, .max_tokens = 24}}),
                      gatetest::MultipleChoice(TinyData("choices.jsonl")),
                      gatetest::MultipleChoice(TinyData("cloze.jsonl"),
                                               {.score = gatetest::ChoiceScore::kAccBytes}),
                      gatetest::Corpus(TinyData("heldout_64k.txt"), {.name = "prose"})}};
  }
};

TEST_F(QuantizationGate, Int8MayShip) {
  const ModelPtr model = TinyModel("int8");
  EXPECT_PPL_RATIO_BELOW(model, 1.01);
  EXPECT_RETENTION_ABOVE(model, 0.99);
  EXPECT_FLIPS_BELOW(model, 0.02);
}

TEST_F(QuantizationGate, Int4MayShip) {
  const ModelPtr model = TinyModel("int4");
  EXPECT_PPL_BELOW(model, 3.0);
  EXPECT_BITS_PER_BYTE_BELOW(model, 1.6);
  EXPECT_RETENTION_ABOVE(model, 0.9);
  EXPECT_ACCURACY_ABOVE(model, Limit(0.95).On("skills/brk"));
}

TEST_F(QuantizationGate, Int3IsBlocked) {
  EXPECT_THAT(Compare(TinyModel("int3")), gatetest::IsBlockedBy(gatetest::RetentionAbove(0.9)));
}

TEST_F(QuantizationGate, Int2IsBlocked) {
  const gatetest::Comparisons int2 = Compare(TinyModel("int2"));
  EXPECT_THAT(int2, gatetest::IsBlockedBy(gatetest::RetentionAbove(0.9)));
  EXPECT_THAT(int2, gatetest::IsBlockedBy(gatetest::PplRatioBelow(1.05)));
}
