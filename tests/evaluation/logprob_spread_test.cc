#include "src/evaluation/logprob_spread.h"

#include <gtest/gtest.h>

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace gatetest::internal {
namespace {

using Spread = std::optional<NoiseFloor::LogprobSpread>;

Exchange Scored(const std::string& continuation, std::vector<double> logprobs) {
  Exchange exchange;
  exchange.request.kind = RequestKind::kScore;
  exchange.request.continuation = continuation;
  exchange.response = Response::Logprobs(std::move(logprobs));
  return exchange;
}

RunLogprobs OneRun(std::vector<double> logprobs) {
  RunLogprobs run;
  run.Add(0, 0, Scored("abc", std::move(logprobs)));
  return run;
}

TEST(LogprobSpread, IsOverAllTokensAndPairsOfRuns) {
  const Spread spread =
      SpreadOf({OneRun({-1.0, -2.0}), OneRun({-1.5, -2.0}), OneRun({-1.0, -2.25})});
  ASSERT_TRUE(spread.has_value());
  EXPECT_EQ(spread->tokens, 2U);
  EXPECT_EQ(spread->largest, 0.5);
  // Of the first token 0.5, 0 and 0.5, of the second 0, 0.25 and 0.25.
  EXPECT_EQ(spread->mean, 1.5 / 6.0);
}

TEST(LogprobSpread, OfEqualAnswersIsZero) {
  const double kImpossible = -std::numeric_limits<double>::infinity();
  const Spread spread = SpreadOf({OneRun({-1.0, kImpossible}), OneRun({-1.0, kImpossible})});
  ASSERT_TRUE(spread.has_value());
  EXPECT_EQ(spread->largest, 0.0);
  EXPECT_EQ(spread->mean, 0.0);
}

TEST(LogprobSpread, OfATokenThatBecameImpossibleIsInfinite) {
  const Spread spread =
      SpreadOf({OneRun({-1.0}), OneRun({-std::numeric_limits<double>::infinity()})});
  ASSERT_TRUE(spread.has_value());
  EXPECT_EQ(spread->largest, std::numeric_limits<double>::infinity());
}

TEST(LogprobSpread, PairsByPlace) {
  RunLogprobs one;
  one.Add(3, 0, Scored("a", {-1.0}));
  one.Add(3, 1, Scored("b", {-2.0}));
  one.Add(4, 0, Scored("a", {-9.0}));  // The other run has no such sample.
  RunLogprobs other;
  other.Add(3, 1, Scored("b", {-2.125}));
  other.Add(3, 0, Scored("a", {-1.5}));
  const Spread spread = SpreadOf({one, other});
  ASSERT_TRUE(spread.has_value());
  EXPECT_EQ(spread->tokens, 2U);
  EXPECT_EQ(spread->mean, 0.625 / 2.0);
}

// A later turn of a conversation may follow from another answer.
TEST(LogprobSpread, ComparesAnswersToOneRequestOnly) {
  RunLogprobs one;
  one.Add(0, 0, Scored("a", {-1.0}));
  RunLogprobs other;
  other.Add(0, 0, Scored("b", {-3.0}));
  EXPECT_FALSE(SpreadOf({one, other}).has_value());
  RunLogprobs longer;
  longer.Add(0, 0, Scored("a", {-3.0, -1.0}));
  EXPECT_FALSE(SpreadOf({one, longer}).has_value());
}

TEST(LogprobSpread, ALaterAnswerTakesThePlaceOfAnEarlierOne) {
  RunLogprobs one = OneRun({-7.0});
  one.Add(0, 0, Scored("abc", {-1.0}));
  EXPECT_EQ(SpreadOf({one, OneRun({-1.0})})->largest, 0.0);
}

TEST(LogprobSpread, NeedsScores) {
  Exchange generated;
  generated.response = Response::Text("abc");
  generated.response.logprobs = {-1.0};
  Exchange failed = Scored("a", {-1.0});
  failed.response = Response::Failed("busy");
  RunLogprobs run;
  run.Add(0, 0, generated);
  run.Add(1, 0, failed);
  EXPECT_FALSE(SpreadOf({run, run}).has_value());
  EXPECT_FALSE(SpreadOf({}).has_value());
}

}  // namespace
}  // namespace gatetest::internal
