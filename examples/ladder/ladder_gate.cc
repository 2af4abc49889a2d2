// Which quantizations of the embedded model may ship: int8 and int4 do, int3 and int2 are blocked.
#include <gatetest/gatetest.h>

#include "release_gate.h"
#include "tiny_model.h"

using gatetest::Limit;
using gatetest::ModelPtr;

class Ladder : public gatetest::GateTestWithModel {
 protected:
  gatetest::Gate gate() const override { return ReleaseGate(); }
};

TEST_P(Ladder, MayShip) { EXPECT_MAY_SHIP(model()); }

GATETEST_INSTANTIATE(Ladder, TinyModel("int8"), TinyModel("int4"));

class BelowTheLadder : public Ladder {};

TEST_P(BelowTheLadder, IsBlocked) {
  EXPECT_BLOCKED(model());
  EXPECT_THAT(Compare(model()), gatetest::IsBlockedBy(gatetest::RetentionAbove(0.9)));
}

GATETEST_INSTANTIATE(BelowTheLadder, TinyModel("int3"), TinyModel("int2"));

class QuantizationGate : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override { return ReleaseGate(); }
};

TEST_F(QuantizationGate, Int8IsAsGoodAsF16) {
  const ModelPtr model = TinyModel("int8");
  EXPECT_RETENTION_ABOVE(model, 0.99);
  EXPECT_FLIPS_BELOW(model, 0.02);
}

TEST_F(QuantizationGate, Int4KeepsWhatMatters) {
  const ModelPtr model = TinyModel("int4");
  EXPECT_PPL_BELOW(model, 3.0);
  EXPECT_BITS_PER_BYTE_BELOW(model, 1.6);
  EXPECT_ACCURACY_ABOVE(model, Limit(0.95).On("skills/brk"));
}

TEST_F(QuantizationGate, Int4IsTheOneToShip) { EXPECT_RECOMMENDED(TinyModel("int4"), Rungs()); }
