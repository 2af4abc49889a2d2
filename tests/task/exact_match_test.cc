#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "gatetest/tasks.h"
#include "tests/support/errors.h"
#include "tests/support/outcomes.h"

namespace gatetest {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::ErrorOf;
using testing_support::FirstRequests;
using testing_support::OneSample;
using testing_support::OutcomeOf;

const Sample kCapital = {.id = "q", .input = "Capital of Australia?", .answer = "Canberra"};

TEST(ExactMatch, AsksForTextAsItIsTold) {
  const TaskPtr task = ExactMatch(
      OneSample(kCapital),
      {.generate = {
           .stop = {"\n", "."}, .max_tokens = 24, .temperature = 0.5, .prompt = "Q: {input} A:"}});
  const std::vector<Request> requests = FirstRequests(*task, kCapital);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].kind, RequestKind::kGenerate);
  EXPECT_EQ(requests[0].prompt, "Q: Capital of Australia? A:");
  EXPECT_THAT(requests[0].stop, ElementsAre("\n", "."));
  EXPECT_EQ(requests[0].max_tokens, 24);
  EXPECT_EQ(requests[0].temperature, 0.5);
}

TEST(ExactMatch, IsGreedyByDefault) {
  const std::vector<Request> requests = FirstRequests(*ExactMatch(OneSample(kCapital)), kCapital);
  ASSERT_EQ(requests.size(), 1U);
  EXPECT_EQ(requests[0].prompt, kCapital.input);
  EXPECT_EQ(requests[0].temperature, 0.0);
}

TEST(ExactMatch, ComparesTheWholeTextAfterNormalization) {
  const TaskPtr task = ExactMatch(OneSample(kCapital));
  EXPECT_EQ(OutcomeOf(*task, kCapital, "Canberra").score, 1.0);
  EXPECT_EQ(OutcomeOf(*task, kCapital, " Canberra\n").score, 1.0);
  EXPECT_EQ(OutcomeOf(*task, kCapital, "canberra").score, 0.0);
  EXPECT_EQ(OutcomeOf(*task, kCapital, "Canberra.").score, 0.0);
  const TaskPtr lenient = ExactMatch(
      OneSample(kCapital), {.normalize = {.ignore_case = true, .ignore_punctuation = true}});
  EXPECT_EQ(OutcomeOf(*lenient, kCapital, "CANBERRA.").score, 1.0);
}

TEST(ExactMatch, KeepsTheAnswerAsTheModelGaveIt) {
  EXPECT_EQ(OutcomeOf(*ExactMatch(OneSample(kCapital)), kCapital, " Sydney\n").answer, " Sydney\n");
}

TEST(ExactMatch, AnEmptyOrTruncatedAnswerIsAnAnswer) {
  const TaskPtr task = ExactMatch(OneSample(kCapital));
  const Outcome empty = OutcomeOf(*task, kCapital, "");
  EXPECT_EQ(empty.unmeasured, "");
  EXPECT_EQ(empty.score, 0.0);
  EXPECT_FALSE(empty.truncated);
  EXPECT_TRUE(empty.empty);
  const Outcome cut = OutcomeOf(*task, kCapital, Response::Text("Canberra", FinishReason::kLength));
  EXPECT_EQ(cut.score, 1.0);
  EXPECT_TRUE(cut.truncated);
  EXPECT_FALSE(cut.empty);
}

TEST(ExactMatch, AnExtractionThatFindsNothingIsWrong) {
  const TaskPtr task =
      ExactMatch(OneSample(kCapital), {.normalize = {.extract = R"(answer: (\w+))"}});
  EXPECT_EQ(OutcomeOf(*task, kCapital, "the answer: Canberra").score, 1.0);
  EXPECT_EQ(OutcomeOf(*task, kCapital, "Canberra").score, 0.0);
}

TEST(ExactMatch, WantsAnAnswerInEverySample) {
  const TaskPtr task = ExactMatch(OneSample({.id = "q", .input = "Q"}));
  EXPECT_THAT(ErrorOf([&] { task->dataset(); }, ErrorCode::kInvalidData),
              AllOf(HasSubstr("\"q\""), HasSubstr("answer")));
}

TEST(ExactMatch, RefusesGenerationOptionsThatCannotBe) {
  const auto error = [](Generation generation) {
    return ErrorOf([&] { ExactMatch(OneSample(kCapital), {.generate = generation}); },
                   ErrorCode::kInvalidArgument);
  };
  EXPECT_THAT(error({.stop = {"\n", ""}}), AllOf(HasSubstr("\"one\""), HasSubstr("stop")));
  EXPECT_THAT(error({.max_tokens = 0}), HasSubstr("max_tokens is 0"));
  EXPECT_THAT(error({.max_tokens = -5}), HasSubstr("max_tokens is -5"));
  EXPECT_THAT(error({.temperature = -0.1}), HasSubstr("temperature is -0.1"));
  EXPECT_THAT(error({.temperature = std::nan("")}), HasSubstr("temperature is nan"));
  EXPECT_THAT(error({.temperature = std::numeric_limits<double>::infinity()}), HasSubstr("inf"));
  EXPECT_THAT(error({.prompt = "no input"}), HasSubstr("{input}"));
}

TEST(ExactMatch, ItsProtocolTellsWhatMustNotBeCompared) {
  const Dataset data = OneSample(kCapital);
  const std::string plain = ExactMatch(data)->protocol();
  const ExactMatchOptions others[] = {{.generate = {.stop = {"\n"}}},
                                      {.generate = {.max_tokens = 24}},
                                      {.generate = {.temperature = 1.0}},
                                      {.generate = {.prompt = "Q: {input}"}},
                                      {.normalize = {.ignore_case = true}}};
  for (const ExactMatchOptions& options : others) {
    EXPECT_NE(ExactMatch(data, options)->protocol(), plain);
  }
  EXPECT_NE(Contains(data)->protocol(), plain);
  EXPECT_EQ(ExactMatch(data, {.name = "another"})->protocol(), plain);
}

TEST(ExactMatch, EndsAnAnswerAtItsStopStringWhateverTheEngineDoes) {
  const Sample sample = {.id = "a", .input = "1+1=", .answer = "2"};
  const TaskPtr task = ExactMatch(OneSample(sample), {.generate = {.stop = {"\n"}}});
  const Outcome outcome =
      OutcomeOf(*task, sample, Response::Text("2\n3+3=6", FinishReason::kLength));
  EXPECT_EQ(outcome.score, 1.0);
  EXPECT_EQ(outcome.answer, "2");
  EXPECT_FALSE(outcome.truncated);
  EXPECT_FALSE(outcome.empty);
  EXPECT_TRUE(OutcomeOf(*task, sample, "\n2").empty) << "of the answer, not of the model's text";
}

}  // namespace
}  // namespace gatetest
