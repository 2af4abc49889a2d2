// GoogleMock matchers on evaluations and comparisons, to be combined with all others (AllOf, Not,
// ...).
//
//   EXPECT_THAT(Compare(model, "skills"), AllOf(gatetest::RetentionAbove(0.9),
//                                               gatetest::FlipsBelow(0.1)));
//   EXPECT_THAT(Compare(int2), gatetest::IsBlockedBy(gatetest::RetentionAbove(0.9)));
//
// They take an EvaluationPtr, Evaluations, a Comparison or Comparisons (evaluation.h). Of several
// tasks each that has the metric must hold. They judge what has been evaluated and never evaluate.
//
// Only evidence satisfies an expectation. Where a verdict is INCONCLUSIVE or NOT MEASURED the
// matcher does not match *and* fails the running test, so that no Not(...) around it can turn that
// into success. (Where INCONCLUSIVE is tolerated, IfInconclusive, a requirement matches instead,
// and a Not(...) around it fails. IsBlockedBy never tolerates it.)
#ifndef GATETEST_MATCHERS_H_
#define GATETEST_MATCHERS_H_

#include <gmock/gmock.h>

#include <iosfwd>
#include <vector>

#include "gatetest/evaluation.h"
#include "gatetest/limit.h"
#include "gatetest/metrics.h"
#include "gatetest/verdict.h"

namespace gatetest {

/// Satisfied when the verdict is PASSED, or INCONCLUSIVE where that is tolerated. A limit that
/// cannot be one (NaN, out of range) never matches, and says why.
class RequirementMatcher {
 public:
  using is_gtest_matcher = void;  ///< How GoogleTest knows a matcher.

  /// AccuracyAbove and the others below make these. A wrong limit shows when it is matched.
  explicit RequirementMatcher(Requirement requirement) : requirement_(std::move(requirement)) {}

  /// GoogleMock's questions, for EXPECT_THAT. Without evidence the running test fails anyway, or
  /// tolerates that.
  /// @{
  bool MatchAndExplain(const EvaluationPtr& evaluation, std::ostream* os) const;
  bool MatchAndExplain(const Evaluations& evaluations, std::ostream* os) const;
  bool MatchAndExplain(const Comparison& comparison, std::ostream* os) const;
  bool MatchAndExplain(const Comparisons& comparisons, std::ostream* os) const;

  void DescribeTo(std::ostream* os) const;
  void DescribeNegationTo(std::ostream* os) const;
  /// @}

  const Requirement& requirement() const { return requirement_; }  ///< As IsBlockedBy takes it.

 private:
  Requirement requirement_;
};

/// Satisfied when the verdict is FAILED alone: the model was measured, and it falls short. An
/// INCONCLUSIVE one fails the test whatever IfInconclusive says.
class BlockedMatcher {
 public:
  using is_gtest_matcher = void;  ///< How GoogleTest knows a matcher.

  /// IsBlockedBy makes these, from the requirement that is to fail.
  explicit BlockedMatcher(Requirement requirement) : requirement_(std::move(requirement)) {}

  /// GoogleMock's questions, for EXPECT_THAT. Without evidence the running test fails anyway.
  /// @{
  bool MatchAndExplain(const EvaluationPtr& evaluation, std::ostream* os) const;
  bool MatchAndExplain(const Evaluations& evaluations, std::ostream* os) const;
  bool MatchAndExplain(const Comparison& comparison, std::ostream* os) const;
  bool MatchAndExplain(const Comparisons& comparisons, std::ostream* os) const;

  void DescribeTo(std::ostream* os) const;
  void DescribeNegationTo(std::ostream* os) const;
  /// @}

 private:
  Requirement requirement_;
};

/// Accuracy, a share: strictly above the limit, in [0, 1).
RequirementMatcher AccuracyAbove(Limit limit);
/// Perplexity, per token unless the Corpus says otherwise: strictly below the limit, above 1.
RequirementMatcher PplBelow(Limit limit);
/// Bits per byte: strictly below the limit, above 0.
RequirementMatcher BitsPerByteBelow(Limit limit);
/// Candidate accuracy / baseline accuracy on the same samples: strictly above the limit, in [0, 2].
/// Needs comparisons.
RequirementMatcher RetentionAbove(Limit limit);
/// Baseline accuracy - candidate accuracy: strictly below the limit, in [0, 1). Needs comparisons.
RequirementMatcher AccuracyLossBelow(Limit limit);
/// Share of samples that changed between right and wrong: strictly below the limit, in (0, 1].
/// Needs comparisons.
RequirementMatcher FlipsBelow(Limit limit);
/// Candidate perplexity / baseline perplexity: strictly below the limit, above 0. Needs
/// comparisons.
RequirementMatcher PplRatioBelow(Limit limit);

/// The share of answers that were cut off by a token limit: strictly below the limit, in (0, 1].
/// This and the next two are for tasks that ask for text.
RequirementMatcher TruncationBelow(Limit limit);
/// The share of answers without any text: strictly below the limit, in (0, 1].
RequirementMatcher EmptyBelow(Limit limit);
/// What the candidate wrote / what the baseline wrote: strictly above `lower`, which may have
/// particulars, and strictly below `upper`; both above 0. Needs comparisons.
RequirementMatcher OutputLengthRatioWithin(const Limit& lower, double upper);
/// US dollars for 1000 tokens, in and out as the samples needed them: strictly below the limit,
/// above 0. Needs a model with prices.
RequirementMatcher CostPer1kBelow(Limit limit);
/// 1 - cost / the baseline's cost of the same samples: strictly above the limit, in [0, 1). Needs
/// comparisons of models with prices.
RequirementMatcher SavingsAbove(Limit limit);

/// The release is blocked by that requirement: its verdict is FAILED, by evidence.
BlockedMatcher IsBlockedBy(const RequirementMatcher& requirement);

}  // namespace gatetest

#endif  // GATETEST_MATCHERS_H_
