#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>

#include "gatetest/tasks.h"
#include "tests/support/outcomes.h"

namespace gatetest {
namespace {

using testing::HasSubstr;
using testing_support::OneSample;
using testing_support::OutcomeOf;

const Sample kSample = {.id = "q", .input = "Q", .answer = "abc", .extra = {{"level", "2"}}};

double Half(const Sample& /*sample*/, const Response& /*response*/) { return 0.5; }
double Quarter(const Sample& /*sample*/, const Response& /*response*/) { return 0.25; }

/// A task that gives every response this score.
TaskPtr Always(double score) {
  return CustomTask(OneSample(kSample), [score](const Sample&, const Response&) { return score; });
}

TEST(CustomTask, GivesTheScorerSampleAndResponse) {
  const TaskPtr task =
      CustomTask(OneSample(kSample), [](const Sample& sample, const Response& response) {
        return sample.extra.at("level") == "2" && response.text == sample.answer;
      });
  EXPECT_EQ(OutcomeOf(*task, kSample, "abc").score, 1.0);
  EXPECT_EQ(OutcomeOf(*task, kSample, "abd").score, 0.0);
  EXPECT_EQ(OutcomeOf(*task, kSample, "abd").answer, "abd");
}

TEST(CustomTask, TakesScoresFromZeroToOne) {
  for (const double score : {0.0, 0.25, 1.0}) {
    const Outcome outcome = OutcomeOf(*Always(score), kSample, "");
    EXPECT_EQ(outcome.unmeasured, "");
    EXPECT_EQ(outcome.score, score);
  }
}

TEST(CustomTask, ScorersWithoutStateAreKnownByTheirType) {
  const auto protocol = [] {
    return CustomTask(OneSample(kSample), [](const Sample&, const Response&) { return true; })
        ->identity();
  };
  const TaskPtr other =
      CustomTask(OneSample(kSample), [](const Sample&, const Response&) { return false; });
  EXPECT_EQ(protocol(), protocol());
  EXPECT_NE(protocol(), other->identity());
}

TEST(CustomTask, ScorersWithStateAreKnownByTheirTask) {
  EXPECT_NE(Always(0.5)->identity(), Always(0.5)->identity());
}

TEST(CustomTask, FunctionsAreKnownByTheirAddress) {
  const auto identity = [](auto* function) {
    return CustomTask(OneSample(kSample), function)->identity();
  };
  EXPECT_EQ(identity(&Half), identity(&Half));
  EXPECT_NE(identity(&Half), identity(&Quarter));
}

TEST(CustomTask, ItsProtocolIsForReaders) {
  EXPECT_EQ(Always(1.0)->protocol(), "own scorer, at most 256 tokens");
}

TEST(CustomTask, AVersionSaysThatTheyAreTheSame) {
  const auto protocol = [](double score, std::string version) {
    return CustomTask(OneSample(kSample), [score](const Sample&, const Response&) { return score; },
                      {.version = std::move(version)})
        ->identity();
  };
  EXPECT_EQ(protocol(0.5, "1"), protocol(0.5, "1"));
  EXPECT_NE(protocol(0.5, "1"), protocol(0.5, "2"));
}

}  // namespace
}  // namespace gatetest
