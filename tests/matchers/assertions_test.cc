#include "gatetest/assertions.h"

#include <gatetest/gatetest.h>
#include <gmock/gmock.h>

#include <string>
#include <thread>
#include <vector>

#include "tests/support/failures.h"

namespace gatetest {
namespace {

using testing_support::CaughtFailure;
using testing_support::FailuresOf;

/// Right for every `period`-th of 20 questions only.
ModelPtr OnlyEvery(int period) {
  return FunctionModel({.name = "every" + std::to_string(period)},
                       {.generate = [period](const Request& request) {
                         const bool right = std::stoi(request.prompt) % period == 0;
                         return Response::Text(right ? request.prompt : "?");
                       }});
}

class Assertions : public GateTest {
 protected:
  Gate gate() const override {
    std::vector<Sample> samples;
    for (int i = 1; i <= 20; ++i) {
      samples.push_back({.input = std::to_string(i), .answer = std::to_string(i)});
    }
    return {.baseline = OnlyEvery(1),
            .tasks = {ExactMatch(MakeDataset("sums", std::move(samples)))}};
  }
};

TEST_F(Assertions, EvaluateTheirArgumentsOnce) {
  int models = 0;
  int limits = 0;
  const auto model = [&] {
    ++models;
    return OnlyEvery(1);
  };
  const auto limit = [&] {
    ++limits;
    return 0.9;
  };
  EXPECT_RETENTION_ABOVE(model(), limit());
  EXPECT_EQ(models, 1);
  EXPECT_EQ(limits, 1);
  FailuresOf([&] { EXPECT_ACCURACY_ABOVE((++models, OnlyEvery(2)), (++limits, 0.9)); });
  EXPECT_EQ(models, 2);
  EXPECT_EQ(limits, 2);
}

TEST_F(Assertions, FailAtTheUsersLineWithTheUsersText) {
  const int line = __LINE__ + 2;
  const std::vector<CaughtFailure> failures =
      FailuresOf([] { EXPECT_ACCURACY_ABOVE(OnlyEvery(2), 0.9) << "release " << 42; });
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_EQ(failures[0].line, line);
  EXPECT_THAT(failures[0].file, ::testing::EndsWith("assertions_test.cc"));
  EXPECT_THAT(failures[0].message, ::testing::EndsWith("release 42"));
  EXPECT_FALSE(failures[0].fatal);
}

TEST_F(Assertions, AssertEndsTheFunction) {
  bool went_on = false;
  const std::vector<CaughtFailure> failures = FailuresOf([&] {
    ASSERT_ACCURACY_ABOVE(OnlyEvery(2), 0.9);
    went_on = true;
  });
  ASSERT_EQ(failures.size(), 1U);
  EXPECT_TRUE(failures[0].fatal);
  EXPECT_FALSE(went_on);
}

TEST_F(Assertions, PassWithoutAWord) {
  EXPECT_ACCURACY_ABOVE(OnlyEvery(1), 0.9);
  ASSERT_ACCURACY_ABOVE(OnlyEvery(1), 0.9);
  EXPECT_RETENTION_ABOVE(OnlyEvery(1), 0.9);
  ASSERT_RETENTION_ABOVE(OnlyEvery(1), 0.9);
  EXPECT_FLIPS_BELOW(OnlyEvery(1), 0.1);
  ASSERT_FLIPS_BELOW(OnlyEvery(1), 0.1);
}

TEST_F(Assertions, OfOneModelShareItsEvaluation) {
  int asked = 0;
  const ModelPtr counting =
      FunctionModel({.name = "counting"}, {.generate = [&](const Request& request) {
                      ++asked;
                      return Response::Text(request.prompt);
                    }});
  EXPECT_ACCURACY_ABOVE(counting, 0.9);
  EXPECT_RETENTION_ABOVE(counting, 0.9);
  EXPECT_FLIPS_BELOW(counting, 0.1);
  EXPECT_EQ(asked, 20);
}

void HelperFunction(const ModelPtr& model) { EXPECT_ACCURACY_ABOVE(model, 0.9); }

TEST_F(Assertions, WorkInHelpersAndLambdas) {
  HelperFunction(OnlyEvery(1));
  [] { EXPECT_ACCURACY_ABOVE(OnlyEvery(1), 0.9); }();
  const std::vector<CaughtFailure> failures = FailuresOf([] { HelperFunction(OnlyEvery(2)); });
  ASSERT_EQ(failures.size(), 1U);
}

TEST_F(Assertions, WorkInAnotherThreadWithAScopeOfItsOwn) {
  // The gate is a temporary; the only assertion of this test is made over there.
  std::thread([this] {
    const GateScope scope(gate(), SharedEvaluator());
    EXPECT_ACCURACY_ABOVE(OnlyEvery(1), 0.9);
  }).join();
}

class PerplexityAssertions : public GateTest {
 protected:
  Gate gate() const override {
    return {.baseline = Uniform(), .tasks = {Corpus(MakeDataset("prose", {{.input = "abcd"}}))}};
  }

  /// Gives every byte the probability 1/4.
  static ModelPtr Uniform() {
    return FunctionModel({.name = "uniform"}, {.score = [](const Request& request) {
                           return Response::Logprobs(std::vector<double>(
                               request.continuation.size(), -1.3862943611198906));
                         }});
  }
};

TEST_F(PerplexityAssertions, Judge) {
  EXPECT_PPL_BELOW(Uniform(), 4.001);
  ASSERT_PPL_BELOW(Uniform(), 4.001);
  EXPECT_BITS_PER_BYTE_BELOW(Uniform(), 2.001);
  ASSERT_BITS_PER_BYTE_BELOW(Uniform(), 2.001);
  EXPECT_PPL_RATIO_BELOW(Uniform(), 1.001);
  ASSERT_PPL_RATIO_BELOW(Uniform(), 1.001);
  EXPECT_EQ(FailuresOf([] { EXPECT_PPL_BELOW(Uniform(), 3.999); }).size(), 1U);
  EXPECT_EQ(FailuresOf([] { EXPECT_BITS_PER_BYTE_BELOW(Uniform(), 1.999); }).size(), 1U);
  EXPECT_EQ(FailuresOf([] { EXPECT_PPL_RATIO_BELOW(Uniform(), 0.999); }).size(), 1U);
}

}  // namespace
}  // namespace gatetest
