// Assertions on a model as a whole: it meets all of Gate::requirements, or it does not, and it is
// the rung of a ladder to ship. Each exists as EXPECT_ and ASSERT_, and takes << as GoogleTest's
// own do.
//
//   TEST_P(TinyLadder, MayShip) { EXPECT_MAY_SHIP(model()); }
//   GATETEST_INSTANTIATE(TinyLadder, TinyModel("int8"), TinyModel("int4"));
//   TEST_F(TinyGate, Int3IsBlocked) { EXPECT_BLOCKED(TinyModel("int3")); }
//   TEST_F(TinyGate, ShipInt4) { EXPECT_RECOMMENDED(TinyModel("int4"), AllRungs()); }
#ifndef GATETEST_RELEASE_ASSERTIONS_H_
#define GATETEST_RELEASE_ASSERTIONS_H_

#include <gtest/gtest.h>

#include <vector>

#include "gatetest/model.h"

/// The model meets every one of Gate::requirements.
/// @{
#define EXPECT_MAY_SHIP(model) EXPECT_PRED_FORMAT1(::gatetest::internal::MayShip, model)
#define ASSERT_MAY_SHIP(model) ASSERT_PRED_FORMAT1(::gatetest::internal::MayShip, model)
/// @}

/// At least one of Gate::requirements is FAILED for the model, by evidence; INCONCLUSIVE and NOT
/// MEASURED never satisfy it. Each requirement is judged at its own alpha: of a population claim
/// with k of them a model that meets all is called blocked with a probability of up to k times
/// alpha.
/// @{
#define EXPECT_BLOCKED(model) EXPECT_PRED_FORMAT1(::gatetest::internal::Blocked, model)
#define ASSERT_BLOCKED(model) ASSERT_PRED_FORMAT1(::gatetest::internal::Blocked, model)
/// @}

/// `model` is the one to ship of the ladder (ladder.h) of the gate's baseline and `rungs`, a
/// std::vector<ModelPtr>: the cheapest that meets all of Gate::requirements; the baseline, where no
/// rung does, or saves anything. NOT MEASURED where a rung that might be preferable could not be
/// measured.
/// @{
#define EXPECT_RECOMMENDED(model, rungs) \
  EXPECT_PRED_FORMAT2(::gatetest::internal::Recommended, model, rungs)
#define ASSERT_RECOMMENDED(model, rungs) \
  ASSERT_PRED_FORMAT2(::gatetest::internal::Recommended, model, rungs)
/// @}

namespace gatetest::internal {

/// The predicates behind the macros.
/// @{
::testing::AssertionResult MayShip(const char* model_text, const ModelPtr& model);
::testing::AssertionResult Blocked(const char* model_text, const ModelPtr& model);
::testing::AssertionResult Recommended(const char* model_text, const char* rungs_text,
                                       const ModelPtr& model, const std::vector<ModelPtr>& rungs);
/// @}

}  // namespace gatetest::internal

#endif  // GATETEST_RELEASE_ASSERTIONS_H_
