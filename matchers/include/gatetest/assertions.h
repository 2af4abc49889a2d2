// The assertion macros: one line, one requirement. They evaluate a model on the tasks of the
// current gate (each argument once), judge it, record the values for GoogleTest's XML and JSON, and
// fail with what was lost. Each exists as EXPECT_ and ASSERT_, and takes << as GoogleTest's own do.
//
//   TEST_F(QuantizationGate, Int4MayShip) {
//     const gatetest::ModelPtr model = TinyModel("int4");
//     EXPECT_PPL_BELOW(model, 3.0);
//     EXPECT_RETENTION_ABOVE(model, gatetest::Limit(0.9).On("skills"));
//   }
//
// `model` is a gatetest::ModelPtr, `limit` a number or a gatetest::Limit; ranges and definitions
// are those of the matchers of the same name (matchers.h).
#ifndef GATETEST_ASSERTIONS_H_
#define GATETEST_ASSERTIONS_H_

#include <gtest/gtest.h>

#include "gatetest/limit.h"
#include "gatetest/metrics.h"
#include "gatetest/model.h"

/// The share of right samples: above `limit`, in [0, 1).
/// @{
#define EXPECT_ACCURACY_ABOVE(model, limit) GATETEST_EXPECT_(kAccuracy, model, limit)
#define ASSERT_ACCURACY_ABOVE(model, limit) GATETEST_ASSERT_(kAccuracy, model, limit)
/// @}

/// Perplexity, per token unless the Corpus says otherwise: below `limit`, above 1.
/// @{
#define EXPECT_PPL_BELOW(model, limit) GATETEST_EXPECT_(kPerplexity, model, limit)
#define ASSERT_PPL_BELOW(model, limit) GATETEST_ASSERT_(kPerplexity, model, limit)
/// @}

/// Bits per byte of UTF-8: below `limit`, above 0.
/// @{
#define EXPECT_BITS_PER_BYTE_BELOW(model, limit) GATETEST_EXPECT_(kBitsPerByte, model, limit)
#define ASSERT_BITS_PER_BYTE_BELOW(model, limit) GATETEST_ASSERT_(kBitsPerByte, model, limit)
/// @}

/// Accuracy / the baseline's, on the same samples: above `limit`, in [0, 2].
/// @{
#define EXPECT_RETENTION_ABOVE(model, limit) GATETEST_EXPECT_(kRetention, model, limit)
#define ASSERT_RETENTION_ABOVE(model, limit) GATETEST_ASSERT_(kRetention, model, limit)
/// @}

/// The baseline's accuracy - the model's, on the same samples: below `limit`, in [0, 1).
/// @{
#define EXPECT_ACCURACY_LOSS_BELOW(model, limit) GATETEST_EXPECT_(kAccuracyLoss, model, limit)
#define ASSERT_ACCURACY_LOSS_BELOW(model, limit) GATETEST_ASSERT_(kAccuracyLoss, model, limit)
/// @}

/// The share of samples that changed between right and wrong: below `limit`, in (0, 1].
/// @{
#define EXPECT_FLIPS_BELOW(model, limit) GATETEST_EXPECT_(kFlips, model, limit)
#define ASSERT_FLIPS_BELOW(model, limit) GATETEST_ASSERT_(kFlips, model, limit)
/// @}

/// Perplexity / the baseline's: below `limit`, above 0.
/// @{
#define EXPECT_PPL_RATIO_BELOW(model, limit) GATETEST_EXPECT_(kPerplexityRatio, model, limit)
#define ASSERT_PPL_RATIO_BELOW(model, limit) GATETEST_ASSERT_(kPerplexityRatio, model, limit)
/// @}

/// The share of answers that were cut off by a token limit: below `limit`, in (0, 1].
/// @{
#define EXPECT_TRUNCATION_BELOW(model, limit) GATETEST_EXPECT_(kTruncation, model, limit)
#define ASSERT_TRUNCATION_BELOW(model, limit) GATETEST_ASSERT_(kTruncation, model, limit)
/// @}

/// The share of answers without any text: below `limit`, in (0, 1].
/// @{
#define EXPECT_EMPTY_BELOW(model, limit) GATETEST_EXPECT_(kEmpty, model, limit)
#define ASSERT_EMPTY_BELOW(model, limit) GATETEST_ASSERT_(kEmpty, model, limit)
/// @}

/// What the model wrote / what the baseline wrote, on the same samples: above `lower`, a number or
/// a Limit with particulars, and below `upper`, a number.
/// @{
#define EXPECT_OUTPUT_LENGTH_RATIO_WITHIN(model, lower, upper) \
  EXPECT_PRED_FORMAT3(::gatetest::internal::OutputLengthRatioWithin, model, lower, upper)
#define ASSERT_OUTPUT_LENGTH_RATIO_WITHIN(model, lower, upper) \
  ASSERT_PRED_FORMAT3(::gatetest::internal::OutputLengthRatioWithin, model, lower, upper)
/// @}

/// US dollars for 1000 tokens, in and out as the samples needed them: below `limit`, above 0.
/// @{
#define EXPECT_COST_PER_1K_BELOW(model, limit) GATETEST_EXPECT_(kCostPer1k, model, limit)
#define ASSERT_COST_PER_1K_BELOW(model, limit) GATETEST_ASSERT_(kCostPer1k, model, limit)
/// @}

/// 1 - cost / the baseline's cost of the same samples: above `limit`, in [0, 1).
/// @{
#define EXPECT_SAVINGS_ABOVE(model, limit) GATETEST_EXPECT_(kSavings, model, limit)
#define ASSERT_SAVINGS_ABOVE(model, limit) GATETEST_ASSERT_(kSavings, model, limit)
/// @}

/// Against what was accepted last of a model of this name and quantization (Gate::accepted,
/// --gatetest_accept): each task's accuracy loss and each corpus's perplexity ratio are below
/// Gate::tolerance. With --gatetest_accept it makes `model` the accepted release instead, says what
/// changed, and skips the test.
/// @{
#define EXPECT_NO_REGRESSION(model) EXPECT_PRED_FORMAT1(::gatetest::internal::NoRegression, model)
#define ASSERT_NO_REGRESSION(model) ASSERT_PRED_FORMAT1(::gatetest::internal::NoRegression, model)
/// @}

/// @cond
#define GATETEST_EXPECT_(metric, model, limit)                                                  \
  EXPECT_PRED_FORMAT2(::gatetest::internal::MetricAssertion(::gatetest::Metric::metric), model, \
                      limit)
#define GATETEST_ASSERT_(metric, model, limit)                                                  \
  ASSERT_PRED_FORMAT2(::gatetest::internal::MetricAssertion(::gatetest::Metric::metric), model, \
                      limit)
/// @endcond

namespace gatetest::internal {

/// The predicate behind the macros.
class MetricAssertion {
 public:
  explicit MetricAssertion(Metric metric) : metric_(metric) {}

  ::testing::AssertionResult operator()(const char* model_text, const char* limit_text,
                                        const ModelPtr& model, const Limit& limit) const;

 private:
  Metric metric_;
};

/// The predicate behind EXPECT_OUTPUT_LENGTH_RATIO_WITHIN.
::testing::AssertionResult OutputLengthRatioWithin(const char* model_text, const char* lower_text,
                                                   const char* upper_text, const ModelPtr& model,
                                                   const Limit& lower, double upper);

/// The predicate behind EXPECT_NO_REGRESSION.
::testing::AssertionResult NoRegression(const char* model_text, const ModelPtr& model);

}  // namespace gatetest::internal

#endif  // GATETEST_ASSERTIONS_H_
