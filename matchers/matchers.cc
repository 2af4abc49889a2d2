#include "gatetest/matchers.h"

#include <ostream>
#include <string>
#include <utility>

#include "gatetest/internal/test_results.h"
#include "matchers/evidence.h"

namespace gatetest {
namespace {

std::vector<Subject> SubjectsOf(const EvaluationPtr& evaluation) {
  return {{.candidate = evaluation}};
}

std::vector<Subject> SubjectsOf(const Comparison& comparison) {
  return {{.candidate = comparison.candidate(), .baseline = comparison.baseline()}};
}

template <typename One>
std::vector<Subject> SubjectsOf(const std::vector<One>& several) {
  std::vector<Subject> subjects;
  for (const One& one : several) subjects.push_back(SubjectsOf(one).front());
  return subjects;
}

/// Whether the verdict is the wanted one, or, where PASSED is wanted, an INCONCLUSIVE one that is
/// tolerated. (Around which a Not(...) still fails: a matcher cannot see that it is negated.)
template <typename Value>
bool JudgeAndExplain(const Requirement& requirement, const Value& value, Verdict wanted,
                     std::ostream* os) {
  ++internal::AssertionCount();
  JudgeDefaults defaults = DefaultsOf(internal::GateInTest());
  defaults.stop = Stop::kNever;  // All of it is at hand, whatever the limit says.
  const Requirement on_all{requirement.metric, requirement.limit.Stop(Stop::kNever)};
  const Judgement judgement = internal::JudgeInTest(on_all, SubjectsOf(value), defaults);
  const bool tolerated =
      !internal::RequireEvidence(judgement, /*tolerant=*/wanted == Verdict::kPassed);
  if (os != nullptr) *os << "of which this was found:\n" << Explain(judgement);
  return tolerated || judgement.verdict == wanted;
}

std::string Describe(const Requirement& requirement) {
  // The same words as a judgement's, before there is a model.
  return Expectation(Judgement{.requirement = requirement}) +
         (requirement.limit.task().empty() ? "" : " on \"" + requirement.limit.task() + "\"");
}

}  // namespace

#define GATETEST_MATCH_(Class, Value, wanted)                               \
  bool Class::MatchAndExplain(const Value& value, std::ostream* os) const { \
    return JudgeAndExplain(requirement_, value, wanted, os);                \
  }

GATETEST_MATCH_(RequirementMatcher, EvaluationPtr, Verdict::kPassed)
GATETEST_MATCH_(RequirementMatcher, Evaluations, Verdict::kPassed)
GATETEST_MATCH_(RequirementMatcher, Comparison, Verdict::kPassed)
GATETEST_MATCH_(RequirementMatcher, Comparisons, Verdict::kPassed)
GATETEST_MATCH_(BlockedMatcher, EvaluationPtr, Verdict::kFailed)
GATETEST_MATCH_(BlockedMatcher, Evaluations, Verdict::kFailed)
GATETEST_MATCH_(BlockedMatcher, Comparison, Verdict::kFailed)
GATETEST_MATCH_(BlockedMatcher, Comparisons, Verdict::kFailed)

#undef GATETEST_MATCH_

void RequirementMatcher::DescribeTo(std::ostream* os) const { *os << Describe(requirement_); }

void RequirementMatcher::DescribeNegationTo(std::ostream* os) const {
  *os << "fails this, by evidence: it " << Describe(requirement_);
}

void BlockedMatcher::DescribeTo(std::ostream* os) const {
  *os << "is blocked because it fails, by evidence, that it " << Describe(requirement_);
}

void BlockedMatcher::DescribeNegationTo(std::ostream* os) const {
  *os << "is not blocked: it " << Describe(requirement_);
}

RequirementMatcher AccuracyAbove(Limit limit) {
  return RequirementMatcher({Metric::kAccuracy, std::move(limit)});
}
RequirementMatcher PplBelow(Limit limit) {
  return RequirementMatcher({Metric::kPerplexity, std::move(limit)});
}
RequirementMatcher BitsPerByteBelow(Limit limit) {
  return RequirementMatcher({Metric::kBitsPerByte, std::move(limit)});
}
RequirementMatcher RetentionAbove(Limit limit) {
  return RequirementMatcher({Metric::kRetention, std::move(limit)});
}
RequirementMatcher AccuracyLossBelow(Limit limit) {
  return RequirementMatcher({Metric::kAccuracyLoss, std::move(limit)});
}
RequirementMatcher FlipsBelow(Limit limit) {
  return RequirementMatcher({Metric::kFlips, std::move(limit)});
}
RequirementMatcher PplRatioBelow(Limit limit) {
  return RequirementMatcher({Metric::kPerplexityRatio, std::move(limit)});
}

RequirementMatcher TruncationBelow(Limit limit) {
  return RequirementMatcher({Metric::kTruncation, std::move(limit)});
}
RequirementMatcher EmptyBelow(Limit limit) {
  return RequirementMatcher({Metric::kEmpty, std::move(limit)});
}
RequirementMatcher OutputLengthRatioWithin(const Limit& lower, double upper) {
  return RequirementMatcher({Metric::kOutputLengthRatio, lower.UpTo(upper)});
}
RequirementMatcher CostPer1kBelow(Limit limit) {
  return RequirementMatcher({Metric::kCostPer1k, std::move(limit)});
}
RequirementMatcher SavingsAbove(Limit limit) {
  return RequirementMatcher({Metric::kSavings, std::move(limit)});
}

BlockedMatcher IsBlockedBy(const RequirementMatcher& requirement) {
  return BlockedMatcher(requirement.requirement());
}

}  // namespace gatetest
