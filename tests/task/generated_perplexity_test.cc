#include "gatetest/generated_perplexity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/corpus.h"
#include "gatetest/evaluator.h"
#include "gatetest/function_model.h"
#include "gatetest/metrics.h"
#include "tests/support/errors.h"
#include "tests/support/evaluations.h"
#include "tests/support/outcomes.h"

namespace gatetest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::ErrorOf;
using testing_support::FirstRequests;
using testing_support::OneSample;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

const Sample kSample = {.id = "a", .input = "Tell me a story."};

Response Said(std::string text, std::vector<double> logprobs) {
  Response response = Response::Text(std::move(text), FinishReason::kStop);
  response.logprobs = std::move(logprobs);
  return response;
}

Outcome OutcomeOf(const Response& response) {
  return testing_support::OutcomeOf(*GeneratedPerplexity(OneSample(kSample)), kSample, response);
}

TEST(GeneratedPerplexity, AsksForTextAndForTheLogprobsOfItsTokens) {
  const std::vector<Request> requests = FirstRequests(
      *GeneratedPerplexity(OneSample(kSample), {.generate = {.stop = {"\n"},
                                                             .max_tokens = 64,
                                                             .temperature = 0.5,
                                                             .prompt = "Q: {input}"}}),
      kSample);
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].kind, RequestKind::kGenerate);
  EXPECT_EQ(requests[0].prompt, "Q: Tell me a story.");
  EXPECT_THAT(requests[0].stop, ElementsAre("\n"));
  EXPECT_EQ(requests[0].max_tokens, 64);
  EXPECT_EQ(requests[0].temperature, 0.5);
  EXPECT_EQ(requests[0].logprobs, 0);
}

TEST(GeneratedPerplexity, IsOfAllTokensThatWereGenerated) {
  const Outcome outcome = OutcomeOf(Said("once upon  a time", {-1.0, -0.5, -0.25}));
  EXPECT_EQ(outcome.unmeasured, "");
  EXPECT_EQ(outcome.answer, "once upon  a time");
  EXPECT_FALSE(outcome.truncated);
  EXPECT_FALSE(outcome.empty);
  ASSERT_THAT(outcome.windows, SizeIs(1));
  EXPECT_EQ(outcome.windows[0].nll, 1.75);
  EXPECT_EQ(outcome.windows[0].tokens, 3U);
  EXPECT_EQ(outcome.windows[0].bytes, 17U);
  EXPECT_EQ(outcome.windows[0].words, 4U);
}

TEST(GeneratedPerplexity, SaysWhatWasCutOff) {
  Response response = Said("once", {-1.0});
  response.finish_reason = FinishReason::kLength;
  EXPECT_TRUE(OutcomeOf(response).truncated);
}

TEST(GeneratedPerplexity, TheTokenThatEndsTheTextIsOne) {
  const Outcome outcome = OutcomeOf(Said("", {-0.125}));
  EXPECT_EQ(outcome.unmeasured, "");
  EXPECT_TRUE(outcome.empty);
  ASSERT_THAT(outcome.windows, SizeIs(1));
  EXPECT_EQ(outcome.windows[0].nll, 0.125);
  EXPECT_EQ(outcome.windows[0].tokens, 1U);
}

TEST(GeneratedPerplexity, WhatHasNoLogprobsIsUnmeasured) {
  const std::pair<Response, std::string> cases[] = {
      {Said("", {}), "the model generated nothing, so there is no token to score"},
      {Said("once", {}), "log-probabilities missing: the model returned none"},
      {Said("once", {-1.0, kNaN}), "token 2: its log-probability is NaN"},
      {Said("once", {0.5}), "token 1: its log-probability is 0.5, above 0"},
      {Said("once", {-9999.0}),
       "token 1: its log-probability is -9999, which servers send for \"not available\""}};
  for (const auto& [response, why] : cases) {
    const Outcome outcome = OutcomeOf(response);
    EXPECT_EQ(outcome.unmeasured, why);
    EXPECT_THAT(outcome.windows, IsEmpty());
  }
}

TEST(GeneratedPerplexity, ProbabilityZeroIsMeasured) {
  const Outcome outcome = OutcomeOf(Said("once", {-1.0, -kInfinity}));
  EXPECT_EQ(outcome.unmeasured, "");
  EXPECT_EQ(outcome.windows.at(0).nll, kInfinity);
}

TEST(GeneratedPerplexity, RefusesOptionsThatCannotBe) {
  EXPECT_EQ(ErrorOf(
                [] {
                  GeneratedPerplexity(OneSample(kSample),
                                      {.name = "replies", .generate = {.max_tokens = 0}});
                },
                ErrorCode::kInvalidArgument),
            "task \"replies\": max_tokens is 0; an answer needs at least 1");
}

TEST(GeneratedPerplexity, IsNeverComparedWithACorpus) {
  const Dataset data = OneSample(kSample);
  EXPECT_EQ(GeneratedPerplexity(data)->protocol(),
            "perplexity of its own text, at most 256 tokens");
  EXPECT_EQ(GeneratedPerplexity(data, {.generate = {.stop = {"\n"}, .max_tokens = 64}})->protocol(),
            "perplexity of its own text, at most 64 tokens, stop [\"\\n\"]");
  using namespace testing_support;  // NOLINT: builders
  EXPECT_THAT(ErrorOf(
                  [&] {
                    const Comparison comparison(
                        MakeEvaluation(Rung("f16"), GeneratedPerplexity(data), {Text({})}),
                        MakeEvaluation(Rung("int4"), Corpus(data), {Text({})}));
                  },
                  ErrorCode::kInvalidArgument),
              HasSubstr("one is perplexity of its own text, at most 256 tokens, the other document "
                        "perplexity per token"));
}

TEST(GeneratedPerplexity, IsThatOfAllReplies) {
  const ModelPtr model = FunctionModel(
      {.name = "m"}, {.generate = [](const Request& request) {
        return request.prompt == "long" ? Said("a b c", {-1.0, -2.0, -3.0}) : Said("a", {-2.0});
      }});
  Evaluator evaluator;
  const EvaluationPtr evaluation = evaluator.Evaluate(
      model, GeneratedPerplexity(MakeDataset("q", {{.input = "long"}, {.input = "short"}})));
  EXPECT_NEAR(Perplexity(*evaluation).value, std::exp(8.0 / 4.0), 1e-12);
}

}  // namespace
}  // namespace gatetest
