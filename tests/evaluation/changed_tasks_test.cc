// Which recorded answers a changed task still uses.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/corpus.h"
#include "gatetest/evaluator.h"
#include "gatetest/tasks.h"
#include "tests/support/memory_store.h"
#include "tests/support/recording.h"

namespace gatetest {
namespace {

using testing::SizeIs;
using testing_support::kRecordable;
using testing_support::MakeModel;
using testing_support::MemoryStore;
using testing_support::Numbers;

/// Generates the prompt, and scores a text as one token.
void Answer(std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
  for (std::size_t i = 0; i < requests.size(); ++i) {
    sink.Receive(i, requests[i].kind == RequestKind::kScore ? Response::Logprobs({-1.0})
                                                            : Response::Text(requests[i].prompt));
  }
}

/// How many requests `later` takes when `before` is recorded.
std::size_t Asked(const TaskPtr& before, const TaskPtr& later) {
  const auto make_model = [] {
    auto model = MakeModel(kRecordable, Answer);
    model->set_capabilities([] { return Capabilities{.score = true, .generate = true}; });
    return model;
  };
  MemoryStore store;
  Evaluator first({.store = &store});
  EXPECT_EQ(first.Evaluate(make_model(), before)->failure, "");
  const auto model = make_model();
  Evaluator second({.store = &store});
  const EvaluationPtr evaluation = second.Evaluate(model, later);
  EXPECT_TRUE(evaluation->complete()) << evaluation->failure;
  return model->asked.size();
}

TaskPtr Generating(Generation generation, Normalization normalization = {}) {
  return ExactMatch(Numbers(4),
                    {.generate = std::move(generation), .normalize = std::move(normalization)});
}

TEST(ChangedTask, AnotherWayToGenerateIsAskedAgain) {
  const TaskPtr before = Generating({.stop = {"\n"}, .max_tokens = 24});
  EXPECT_EQ(Asked(before, Generating({.stop = {"\n"}, .max_tokens = 24})), 0U);
  EXPECT_EQ(Asked(before, Generating({.stop = {"."}, .max_tokens = 24})), 4U);
  EXPECT_EQ(Asked(before, Generating({.stop = {"\n", "."}, .max_tokens = 24})), 4U);
  EXPECT_EQ(Asked(before, Generating({.stop = {"\n"}, .max_tokens = 25})), 4U);
  EXPECT_EQ(Asked(before, Generating({.stop = {"\n"}, .max_tokens = 24, .temperature = 0.5})), 4U);
  EXPECT_EQ(Asked(before, Generating({.stop = {"\n"}, .max_tokens = 24, .prompt = "Q{input}"})),
            4U);
}

TEST(ChangedTask, AnotherWayToScoreIsNot) {
  const TaskPtr before = Generating({.max_tokens = 24});
  EXPECT_EQ(Asked(before, Generating({.max_tokens = 24}, {.ignore_case = true})), 0U);
  EXPECT_EQ(Asked(before, Contains(Numbers(4), {.generate = {.max_tokens = 24}})), 0U);
}

TEST(ChangedTask, AnotherAnswerIsNotAndAnotherInputIs) {
  const auto task = [](const std::string& input, const std::string& answer) {
    return ExactMatch(MakeDataset("one", {{.input = input, .answer = answer}}));
  };
  EXPECT_EQ(Asked(task("1+1=", "2"), task("1+1=", "3")), 0U);
  EXPECT_EQ(Asked(task("1+1=", "2"), task("1+2=", "2")), 1U);
}

/// A Corpus whose requests say how text would be generated, which scoring does not do.
class SamplingCorpus final : public Task {
 public:
  explicit SamplingCorpus(Request settings)
      : Task("prose", Measures::kPerplexity, Numbers(4)), settings_(std::move(settings)) {}

  std::string protocol() const override { return "sampling corpus"; }
  std::vector<Request> Next(const Sample& sample, std::span<const Exchange> so_far,
                            const ModelTraits& /*model*/) const override {
    if (!so_far.empty()) return {};
    Request request = settings_;
    request.kind = RequestKind::kScore;
    request.continuation = sample.input;
    return {request};
  }
  Outcome Score(const Sample& /*sample*/, std::span<const Exchange> /*exchanges*/,
                const ModelTraits& /*model*/) const override {
    return {};
  }

 private:
  const Request settings_;
};

TEST(ChangedTask, SamplingDoesNotMatterForPerplexity) {
  const auto corpus = std::make_shared<SamplingCorpus>(Request());
  EXPECT_EQ(Asked(Corpus(Numbers(4)), Corpus(Numbers(4), {.per = Per::kByte})), 0U);
  EXPECT_EQ(Asked(Corpus(Numbers(4)), corpus), 0U);
  EXPECT_EQ(Asked(corpus, std::make_shared<SamplingCorpus>(Request{.temperature = 0.7})), 0U);
  EXPECT_EQ(Asked(corpus, std::make_shared<SamplingCorpus>(Request{.stop = {"\n"}})), 0U);
  EXPECT_EQ(Asked(corpus, std::make_shared<SamplingCorpus>(Request{.max_tokens = 5})), 0U);
  EXPECT_EQ(Asked(corpus, std::make_shared<SamplingCorpus>(Request{.seed = 17})), 0U);
  EXPECT_EQ(Asked(corpus, std::make_shared<SamplingCorpus>(Request{.prompt = "more"})), 4U);
}

// ----------------------------------------------------------------------------------------- draws

/// Answers every request with another number.
testing_support::FakeModel::Behaviour Draws() {
  return [next = 0](std::span<const Request> requests, ResponseSink& sink, const Cancel&) mutable {
    for (std::size_t i = 0; i < requests.size(); ++i) {
      sink.Receive(i, Response::Text(std::to_string(next++)));
    }
  };
}

Dataset Twins() {
  return MakeDataset("twins", {{.id = "a", .input = "same", .answer = "0"},
                               {.id = "b", .input = "same", .answer = "0"}});
}

TEST(Draws, TwoSamplesWithOnePromptAreTwo) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Twins(), {.generate = {.temperature = 0.7}});
  const auto model = MakeModel(kRecordable, Draws());
  Evaluator first({.store = &store});
  const EvaluationPtr live = first.Evaluate(model, task);
  EXPECT_THAT(model->asked, SizeIs(2));
  EXPECT_NE(live->items.at(0).outcome.answer, live->items.at(1).outcome.answer);
  EXPECT_TRUE(live->sampled);
  Evaluator second({.store = &store});
  const EvaluationPtr replayed = second.Evaluate(testing_support::NeverLoaded(), task);
  EXPECT_EQ(testing_support::ItemsOf(*replayed), testing_support::ItemsOf(*live));
}

TEST(Draws, WithoutATemperatureThereIsOneAnswer) {
  const auto model = MakeModel(kRecordable, Draws());
  Evaluator evaluator;
  const EvaluationPtr evaluation = evaluator.Evaluate(model, ExactMatch(Twins()));
  EXPECT_THAT(model->asked, SizeIs(1));
  EXPECT_EQ(evaluation->items.at(0).outcome.answer, evaluation->items.at(1).outcome.answer);
}

/// Asks the same three times at once, and shows all answers.
class BestOfThree final : public Task {
 public:
  explicit BestOfThree(Request request)
      : Task("three", Measures::kAccuracy, Numbers(1)), request_(std::move(request)) {}

  std::string protocol() const override { return "best of three"; }
  std::vector<Request> Next(const Sample& /*sample*/, std::span<const Exchange> so_far,
                            const ModelTraits& /*model*/) const override {
    return so_far.empty() ? std::vector<Request>(3, request_) : std::vector<Request>();
  }
  Outcome Score(const Sample& /*sample*/, std::span<const Exchange> exchanges,
                const ModelTraits& /*model*/) const override {
    Outcome outcome;
    for (const Exchange& exchange : exchanges) outcome.answer += exchange.response.text + ",";
    return outcome;
  }

 private:
  const Request request_;
};

TEST(Draws, OneSampleMayBeAskedSeveralTimes) {
  const auto answer = [](const Request& request) {
    MemoryStore store;
    const auto task = std::make_shared<BestOfThree>(request);
    Evaluator first({.store = &store});
    const EvaluationPtr live = first.Evaluate(MakeModel(kRecordable, Draws()), task);
    Evaluator second({.store = &store});
    EXPECT_EQ(testing_support::ItemsOf(*second.Evaluate(testing_support::NeverLoaded(), task)),
              testing_support::ItemsOf(*live));
    return live->items.at(0).outcome.answer;
  };
  EXPECT_EQ(answer({.prompt = "p", .temperature = 0.7}), "0,1,2,");
  EXPECT_EQ(answer({.prompt = "p", .temperature = 0.7, .seed = 17}), "0,0,0,");
  EXPECT_EQ(answer({.prompt = "p"}), "0,0,0,");
}

}  // namespace
}  // namespace gatetest
