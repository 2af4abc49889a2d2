#include "gatetest/matchers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "tests/support/evaluations.h"
#include "tests/support/failures.h"

namespace gatetest {
namespace {

using namespace testing_support;  // NOLINT: builders
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

EvaluationPtr Evaluated(const std::string& pattern, const std::string& quantization = "int4") {
  return MakeEvaluation(Rung(quantization), Questions(pattern.size()), Outcomes(pattern));
}

Comparison Compared(const std::string& baseline, const std::string& candidate) {
  return {Evaluated(baseline, "f16"), Evaluated(candidate)};
}

EvaluationPtr Prose(double nll, const std::string& quantization = "int4") {
  return MakeEvaluation(Rung(quantization), Documents(1),
                        {Text({{.nll = nll, .tokens = 10, .bytes = 20, .words = 5}})});
}

template <typename Matcher>
std::string Describe(const Matcher& matcher) {
  return ::testing::DescribeMatcher<EvaluationPtr>(matcher);
}

TEST(Matchers, JudgeAnEvaluation) {
  EXPECT_THAT(Evaluated("+++-"), AccuracyAbove(0.7));
  EXPECT_THAT(Evaluated("+++-"), Not(AccuracyAbove(0.75)));
  EXPECT_THAT(Prose(10.0), PplBelow(2.72));
  EXPECT_THAT(Prose(10.0), Not(PplBelow(2.71)));
  EXPECT_THAT(Prose(10.0), BitsPerByteBelow(0.73));
  EXPECT_THAT(Prose(10.0), Not(BitsPerByteBelow(0.72)));
}

TEST(Matchers, JudgeAComparison) {
  EXPECT_THAT(Compared("++++", "+++-"), RetentionAbove(0.7));
  EXPECT_THAT(Compared("++++", "+++-"), Not(RetentionAbove(0.75)));
  EXPECT_THAT(Compared("++--", "+-+-"), FlipsBelow(0.6));
  EXPECT_THAT(Compared("++--", "+-+-"), Not(FlipsBelow(0.5)));
  EXPECT_THAT(Comparison(Prose(10.0, "f16"), Prose(11.0)), PplRatioBelow(1.2));
  EXPECT_THAT(Comparison(Prose(10.0, "f16"), Prose(11.0)), Not(PplRatioBelow(1.1)));
}

TEST(Matchers, OnOneModelJudgeTheCandidateOfAComparison) {
  EXPECT_THAT(Compared("++++", "+---"), Not(AccuracyAbove(0.5)));
}

TEST(Matchers, Combine) {
  EXPECT_THAT(Compared("++++", "+++-"),
              AllOf(RetentionAbove(0.7), FlipsBelow(0.3), AccuracyAbove(0.7)));
  EXPECT_THAT(Compared("++++", "+++-"), Not(AllOf(RetentionAbove(0.7), FlipsBelow(0.2))));
}

TEST(Matchers, OnSeveralTasksAllMustHold) {
  const Comparisons both = {Compared("++++", "++++"), Compared("++", "+-")};
  EXPECT_THAT(both, RetentionAbove(0.4));
  EXPECT_THAT(both, Not(RetentionAbove(0.6)));
  // The corpus has no accuracy, and is not asked for one.
  EXPECT_THAT((Evaluations{Evaluated("++"), Prose(10.0)}),
              AllOf(AccuracyAbove(0.9), PplBelow(3.0)));
}

TEST(Matchers, FollowTheLimitsTask) {
  EXPECT_THAT((Comparisons{Compared("++++", "+-+-")}), RetentionAbove(Limit(0.9).On("facts/odd")));
}

TEST(IsBlockedBy, IsSatisfiedByFailedAlone) {
  EXPECT_THAT(Compared("++++", "+---"), IsBlockedBy(RetentionAbove(0.9)));
  EXPECT_THAT(Compared("++++", "++++"), Not(IsBlockedBy(RetentionAbove(0.9))));
  const auto undecided = [](const std::string& candidate) {
    return FailuresOf(
        [&] { EXPECT_THAT(Compared("++++", candidate), IsBlockedBy(RetentionAbove(0.9))); });
  };
  EXPECT_FALSE(undecided("????").empty());
  EXPECT_FALSE(undecided("+++?").empty());
  EXPECT_TRUE(undecided("+--?").empty());  // Whatever the last one is, it has failed.
}

TEST(Matchers, WithAnImpossibleLimitNeverMatchAndSayWhy) {
  for (const double limit : {std::nan(""), -1.0, 95.0}) {
    const std::vector<CaughtFailure> failures =
        FailuresOf([&] { EXPECT_THAT(Evaluated("++++"), Not(AccuracyAbove(limit))); });
    ASSERT_EQ(failures.size(), 1U);
    EXPECT_THAT(failures[0].message, HasSubstr("cannot be a limit of accuracy"));
  }
}

TEST(Matchers, DescribeThemselves) {
  EXPECT_EQ(Describe(AccuracyAbove(0.9)), "has an accuracy above 0.9000");
  EXPECT_EQ(Describe(PplBelow(3)), "has a perplexity below 3.0000");
  EXPECT_EQ(Describe(BitsPerByteBelow(2)), "has bits per byte below 2.0000");
  EXPECT_EQ(Describe(RetentionAbove(Limit(0.9).On("facts"))),
            "retains above 0.9000 of the baseline on \"facts\"");
  EXPECT_EQ(Describe(FlipsBelow(0.1)), "flips below 0.1000 of the baseline's answers");
  EXPECT_EQ(Describe(PplRatioBelow(1.1)),
            "has a perplexity below 1.1000 times that of the baseline");
  EXPECT_EQ(Describe(Not(AccuracyAbove(0.9))),
            "fails this, by evidence: it has an accuracy above 0.9000");
  EXPECT_EQ(Describe(IsBlockedBy(AccuracyAbove(0.9))),
            "is blocked because it fails, by evidence, that it has an accuracy above 0.9000");
}

TEST(Matchers, ExplainWhatTheyFound) {
  EXPECT_EQ(FailureOf([] { EXPECT_THAT(Compared("++++", "++--"), RetentionAbove(0.9)); }),
            R"(Value of: Compared("++++", "++--")
Expected: retains above 0.9000 of the baseline
  Actual: tinylm int4 on "facts", 4 samples, against tinylm f16 on "facts", 4 samples (of type gatetest::Comparison), of which this was found:
  Actual: retention 0.5000, 90% interval [0.1824, 1.1764], n = 4 paired samples (Tang score)
 Verdict: FAILED: 0.5000 is not above 0.9000; that holds on these 4 samples, and is not yet evidence beyond them: about 16 more samples would decide
          baseline 4/4, candidate 2/4; 2 lost, 0 gained
  Groups: even 1/2, odd 1/2
   Worst: #q3 "question 3" expected "right", got "wrong"
          #q4 "question 4" expected "right", got "wrong"
Evidence: tinylm f16: 4 live, 0 cached; tinylm int4: 4 live, 0 cached; data xxh3:3ee18f3e40db, seed 17
          exact match after strip, at most 256 tokens)");
}

}  // namespace
}  // namespace gatetest
