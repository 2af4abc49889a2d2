#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/function_model.h"
#include "gatetest/gate.h"
#include "gatetest/tasks.h"
#include "tests/support/fake_model.h"
#include "tests/support/memory_store.h"

namespace gatetest {
namespace {

using testing::AllOf;
using testing::Ge;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;
using testing_support::FakeModel;
using testing_support::MemoryStore;

using RightAt = std::function<bool(std::size_t)>;

bool AllRight(std::size_t /*sample*/) { return true; }
bool AllWrong(std::size_t /*sample*/) { return false; }
bool ThreeOfFour(std::size_t sample) { return sample % 4 != 3; }
/// Three of four of those that ThreeOfFour has right.
bool NineOfSixteen(std::size_t sample) { return sample % 4 != 3 && sample / 4 % 4 != 3; }

/// Samples "0", "1", ...; the right answer is "right".
TaskPtr Numbers(std::size_t count, const std::string& name = "numbers") {
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    samples.push_back({.id = name + number,
                       .input = number,
                       .answer = "right",
                       .group = i % 2 == 0 ? "even" : "odd"});
  }
  return ExactMatch(MakeDataset(name, std::move(samples)));
}

/// Right at the samples that `right` says. Answers one after the other, until it is cancelled.
class TestModel final : public gatetest::Model {
 public:
  TestModel(const std::string& quantization, RightAt right)
      : info_{.name = "tiny", .quantization = quantization, .weights = "w"},
        right_(std::move(right)) {}

  const ModelInfo& info() const override { return info_; }
  Capabilities capabilities() const override { return {.generate = true}; }
  void Run(std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) override {
    for (std::size_t i = 0; i < requests.size() && !cancel.requested(); ++i) {
      asked.push_back(requests[i].prompt);
      sink.Receive(i, Response::Text(right_(std::stoul(requests[i].prompt)) ? "right" : "no"));
    }
  }

  std::vector<std::string> asked;

 private:
  const ModelInfo info_;
  const RightAt right_;
};

std::shared_ptr<TestModel> Model(const std::string& quantization, const RightAt& right = AllRight) {
  return std::make_shared<TestModel>(quantization, right);
}

Judgement EvaluateAndJudge(const Requirement& requirement, const ModelPtr& model, const Gate& gate,
                           Evaluator& evaluator, Spending* spending = nullptr) {
  return Judge(requirement, EvaluateFor(requirement, model, gate, evaluator, spending),
               DefaultsOf(gate));
}

Gate ConfidentGate(std::vector<TaskPtr> tasks, ModelPtr baseline = nullptr) {
  return {.baseline = std::move(baseline), .tasks = std::move(tasks), .stop = Stop::kConfident};
}

const Requirement kAccuracy{Metric::kAccuracy, 0.9};
const Requirement kRetention{Metric::kRetention, 0.9};

// ------------------------------------------------------------------------------------ one task

TEST(StopConfident, AClearVerdictAsksAFewSamples) {
  const auto model = Model("int2", AllWrong);
  Evaluator evaluator;
  const Judgement judgement =
      EvaluateAndJudge(kAccuracy, model, ConfidentGate({Numbers(1000)}), evaluator);
  EXPECT_EQ(judgement.verdict, Verdict::kFailed);
  ASSERT_TRUE(judgement.findings[0].early);
  EXPECT_EQ(judgement.findings[0].early->of, 1000U);
  EXPECT_THAT(judgement.findings[0].early->samples, AllOf(Ge(2U), Le(10U)));
  EXPECT_THAT(model->asked, SizeIs(judgement.findings[0].early->samples));
}

TEST(StopConfident, NeverMeansAllSamples) {
  const auto model = Model("int2", AllWrong);
  Evaluator evaluator;
  const Judgement judgement =
      EvaluateAndJudge(kAccuracy, model, {.tasks = {Numbers(100)}}, evaluator);
  EXPECT_EQ(judgement.verdict, Verdict::kFailed);
  EXPECT_FALSE(judgement.findings[0].early);
  EXPECT_THAT(model->asked, SizeIs(100));
}

TEST(StopConfident, ALimitsOwnRuleGoesBeforeTheGates) {
  const auto model = Model("int2", AllWrong);
  Evaluator evaluator;
  const Gate gate = ConfidentGate({Numbers(100)});
  EvaluateAndJudge({Metric::kAccuracy, Limit(0.9).Stop(Stop::kNever)}, model, gate, evaluator);
  EXPECT_THAT(model->asked, SizeIs(100));
}

TEST(StopCertain, AsksUntilTheRestCannotChangeTheVerdict) {
  const auto model = Model("int8");
  Evaluator evaluator;
  Gate gate = ConfidentGate({Numbers(100)});
  gate.stop = Stop::kCertain;
  const Judgement judgement = EvaluateAndJudge(kAccuracy, model, gate, evaluator);
  EXPECT_EQ(judgement.verdict, Verdict::kPassed);
  ASSERT_TRUE(judgement.findings[0].early);
  EXPECT_TRUE(judgement.findings[0].early->certain);
  EXPECT_THAT(model->asked, SizeIs(91));  // 90 of 100 are not above 0.9.
}

TEST(StopConfident, BaselineAndCandidateTakeTurns) {
  const auto baseline = Model("f16", ThreeOfFour);
  const auto model = Model("int2", NineOfSixteen);
  Evaluator evaluator;
  const Judgement judgement =
      EvaluateAndJudge(kRetention, model, ConfidentGate({Numbers(2000)}, baseline), evaluator);
  EXPECT_EQ(judgement.verdict, Verdict::kFailed);
  ASSERT_TRUE(judgement.findings[0].early);
  const std::size_t decided = judgement.findings[0].early->samples;
  EXPECT_LT(decided, 400U);
  EXPECT_THAT(model->asked, SizeIs(decided));
  EXPECT_THAT(baseline->asked.size(), AllOf(Ge(decided), Le(decided * 3 / 2 + 32)));
  // What the message shows is what the verdict rests on.
  EXPECT_THAT(judgement.findings[0].subjects[0].baseline->items, SizeIs(decided));
}

TEST(StopConfident, TheVerdictDoesNotDependOnHowAnswersArrive) {
  const TaskPtr task = Numbers(600);
  const auto text_of = [&](const ModelPtr& baseline, const ModelPtr& model) {
    Evaluator evaluator;
    return Explain(EvaluateAndJudge(kRetention, model, ConfidentGate({task}, baseline), evaluator));
  };
  const std::string sequential = text_of(Model("f16", ThreeOfFour), Model("int2", NineOfSixteen));
  EXPECT_THAT(sequential, HasSubstr("decided after"));

  const auto backwards = [](const RightAt& right) {
    return [right](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
      for (std::size_t i = requests.size(); i-- > 0;) {
        sink.Receive(i, Response::Text(right(std::stoul(requests[i].prompt)) ? "right" : "no"));
      }
    };
  };
  const auto fake = [&](const std::string& quantization, const RightAt& right) {
    return std::make_shared<FakeModel>(
        backwards(right), ModelInfo{.name = "tiny", .quantization = quantization, .weights = "w"});
  };
  EXPECT_EQ(text_of(fake("f16", ThreeOfFour), fake("int2", NineOfSixteen)), sequential);

  const auto threads = [](const std::string& quantization, const RightAt& right) {
    return FunctionModel({.name = "tiny", .quantization = quantization, .weights = "w"},
                         {.generate =
                              [right](const Request& request) {
                                const bool is_right = right(std::stoul(request.prompt));
                                return Response::Text(is_right ? "right" : "no");
                              },
                          .concurrent = 4});
  };
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(text_of(threads("f16", ThreeOfFour), threads("int2", NineOfSixteen)), sequential);
  }
}

TEST(StopConfident, NorOnWhatElseWasEvaluated) {
  const TaskPtr task = Numbers(600);
  const auto baseline = Model("f16", ThreeOfFour);
  const auto model = Model("int2", NineOfSixteen);
  const Gate gate = ConfidentGate({task}, baseline);
  const Requirement strict{Metric::kRetention, Limit(0.9).Alpha(0.001)};
  const auto explain = [&](const Requirement& requirement, Evaluator& evaluator) {
    return Explain(EvaluateAndJudge(requirement, model, gate, evaluator));
  };
  Evaluator alone;
  const std::string verdict = explain(kRetention, alone);
  Evaluator strict_alone;
  const std::string strict_verdict = explain(strict, strict_alone);
  EXPECT_NE(verdict, strict_verdict);

  Evaluator more_first;
  EXPECT_EQ(explain(strict, more_first), strict_verdict);
  EXPECT_EQ(explain(kRetention, more_first), verdict);
  Evaluator less_first;
  EXPECT_EQ(explain(kRetention, less_first), verdict);
  EXPECT_EQ(explain(strict, less_first), strict_verdict);
  Evaluator all_first;
  all_first.Evaluate(model, task);
  all_first.Evaluate(baseline, task);
  EXPECT_EQ(explain(kRetention, all_first), verdict);
}

TEST(StopConfident, NorOnWhoseTaskTheEvaluationWas) {
  // A fixture declares its gate before every test: equal tasks, which are other objects.
  const auto baseline = Model("f16", ThreeOfFour);
  const auto model = Model("int2", NineOfSixteen);
  Evaluator evaluator;
  std::string first;
  for (int i = 0; i < 3; ++i) {
    for (const Requirement& requirement : {kRetention, kAccuracy}) {
      const Gate gate = ConfidentGate({Numbers(600)}, baseline);
      const std::string text = Explain(EvaluateAndJudge(requirement, model, gate, evaluator));
      EXPECT_THAT(text, HasSubstr("decided after"));
      if (requirement.metric != Metric::kRetention) continue;
      if (i == 0) first = text;
      EXPECT_EQ(text, first);
    }
  }
}

TEST(StopConfident, AModelThatBreaksLaterKeepsWhatWasDecidedBefore) {
  bool broken = false;
  const auto model = std::make_shared<FakeModel>(
      [&](std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) {
        if (broken) sink.Receive(requests.size(), Response::Text("?"));
        for (std::size_t i = 0; i < requests.size() && !cancel.requested(); ++i) {
          sink.Receive(i, Response::Text("right"));
        }
      },
      ModelInfo{.name = "tiny", .weights = "w"});
  const Gate gate = ConfidentGate({Numbers(1000)});
  const Requirement all{Metric::kAccuracy, Limit(0.9).Stop(Stop::kNever)};
  Evaluator evaluator;
  EXPECT_EQ(EvaluateAndJudge(kAccuracy, model, gate, evaluator).verdict, Verdict::kPassed);
  broken = true;
  EXPECT_EQ(EvaluateAndJudge(all, model, gate, evaluator).verdict, Verdict::kNotMeasured);
  EXPECT_EQ(EvaluateAndJudge(kAccuracy, model, gate, evaluator).verdict, Verdict::kPassed);
  const int runs = model->runs;
  EXPECT_EQ(EvaluateAndJudge(all, model, gate, evaluator).verdict, Verdict::kNotMeasured);
  EXPECT_EQ(model->runs, runs);  // A broken model is not asked again and again.
}

TEST(StopConfident, OneTaskThatCannotEndEarlyLeavesTheOthers) {
  std::vector<Sample> clustered;
  for (std::size_t i = 0; i < 100; ++i) {
    clustered.push_back({.input = std::to_string(i), .answer = "right", .cluster = "c"});
  }
  const auto model = Model("int2", AllWrong);
  Evaluator evaluator;
  Gate gate = ConfidentGate({Numbers(1000), ExactMatch(MakeDataset("passages", clustered)),
                             ExactMatch("no-such-file.jsonl")});
  gate.claim = Claim::kPopulation;
  const Judgement judgement = EvaluateAndJudge(kAccuracy, model, gate, evaluator);
  EXPECT_LT(judgement.findings[0].early.value_or(EarlyEnd{.samples = 1000}).samples, 10U);
  EXPECT_LT(model->asked.size(), 120U);
}

TEST(StopConfident, ALaterExpectationGoesOnWhereTheFirstEnded) {
  const auto baseline = Model("f16", ThreeOfFour);
  const auto model = Model("int2", NineOfSixteen);
  const Gate gate = ConfidentGate({Numbers(600)}, baseline);
  Evaluator evaluator;
  EvaluateAndJudge(kRetention, model, gate, evaluator);
  const std::size_t first = model->asked.size();
  const Judgement strict =
      EvaluateAndJudge({Metric::kRetention, Limit(0.9).Alpha(0.001)}, model, gate, evaluator);
  EXPECT_GT(strict.findings[0].early->samples, first);
  EXPECT_THAT(model->asked, SizeIs(strict.findings[0].early->samples));  // None of them twice.
  EvaluateAndJudge({Metric::kRetention, Limit(0.9).Stop(Stop::kNever)}, model, gate, evaluator);
  EXPECT_THAT(model->asked, SizeIs(600));
  EXPECT_THAT(baseline->asked, SizeIs(600));
}

TEST(StopConfident, AnswersOnTheirWayAreRecordedAndNotCounted) {
  MemoryStore store;
  std::atomic<int> answered{0};
  const ModelPtr model = std::make_shared<FakeModel>(
      [&](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
        // Everything is on its way before the first answer is in.
        for (std::size_t i = 0; i < requests.size(); ++i) {
          sink.Receive(i, Response::Text("no"));
          ++answered;
        }
      },
      ModelInfo{.name = "tiny", .weights = "w"});
  Evaluator evaluator({.store = &store});
  const Judgement judgement =
      EvaluateAndJudge(kAccuracy, model, ConfidentGate({Numbers(50)}), evaluator);
  EXPECT_LT(judgement.findings[0].early->samples, 10U);
  EXPECT_THAT(judgement.findings[0].subjects[0].candidate->items,
              SizeIs(judgement.findings[0].early->samples));
  EXPECT_THAT(store.records, SizeIs(static_cast<std::size_t>(answered)));
  EXPECT_EQ(answered, 32);  // A portion.
}

TEST(StopConfident, AGroupEndsByItsOwnSamples) {
  const auto model = Model("int2", [](std::size_t sample) { return sample % 2 == 0; });
  Evaluator evaluator;
  const Gate gate = ConfidentGate({Numbers(400)});
  const Judgement odd =
      EvaluateAndJudge({Metric::kAccuracy, Limit(0.9).On("numbers/odd")}, model, gate, evaluator);
  EXPECT_EQ(odd.verdict, Verdict::kFailed);
  EXPECT_EQ(odd.findings[0].early->of, 200U);
  const Judgement even =
      EvaluateAndJudge({Metric::kAccuracy, Limit(0.9).On("numbers/even")}, model, gate, evaluator);
  EXPECT_EQ(even.verdict, Verdict::kPassed);
  EXPECT_EQ(even.findings[0].early->of, 200U);
  EXPECT_LT(model->asked.size(), 200U);
}

// -------------------------------------------------------------------------------- several tasks

TEST(StopConfident, EachTaskEndsByItself) {
  const auto model =
      Model("int4", [](std::size_t sample) { return sample < 500 || sample % 2 == 0; });
  Evaluator evaluator;
  const Judgement judgement = EvaluateAndJudge(
      kAccuracy, model, ConfidentGate({Numbers(500, "easy"), Numbers(1000, "hard")}), evaluator);
  EXPECT_EQ(judgement.verdict, Verdict::kFailed);
  EXPECT_EQ(judgement.findings[0].verdict, Verdict::kPassed);
  EXPECT_EQ(judgement.findings[1].verdict, Verdict::kFailed);
  EXPECT_TRUE(judgement.findings[0].early);
  EXPECT_TRUE(judgement.findings[1].early);
  EXPECT_EQ(model->asked.size(),
            judgement.findings[0].early->samples + judgement.findings[1].early->samples);
}

/// The first evidence of a FAILED that suffices for one of `tasks` tasks.
std::size_t SamplesToFail(std::size_t tasks) {
  std::vector<TaskPtr> all;
  for (std::size_t i = 0; i < tasks; ++i) all.push_back(Numbers(1000, "t" + std::to_string(i)));
  Evaluator evaluator;
  const Judgement judgement =
      EvaluateAndJudge(kAccuracy, Model("int2", AllWrong), ConfidentGate(all), evaluator);
  EXPECT_EQ(judgement.verdict, Verdict::kFailed);
  return judgement.findings[0].early ? judgement.findings[0].early->samples : 0;
}

TEST(StopConfident, AFailureAmongSeveralTasksNeedsMoreEvidence) {
  EXPECT_LT(SamplesToFail(1), SamplesToFail(10));
}

TEST(StopConfident, TasksThatAreJudgedWithOthersAreAskedAsFarAsThatNeeds) {
  const auto model = Model("int4", ThreeOfFour);
  const auto verdicts = [&](std::size_t others) {
    Evaluator evaluator;
    std::vector<Subject> subjects;
    for (const std::string name : {"a", "b", "c", "d"}) {
      const Gate gate = ConfidentGate({Numbers(1000, name)});
      for (Subject& one : EvaluateFor(kAccuracy, model, gate, evaluator, nullptr, others)) {
        subjects.push_back(std::move(one));
      }
    }
    return Judge(kAccuracy, subjects, {.stop = Stop::kConfident}).verdict;
  };
  EXPECT_EQ(verdicts(3), Verdict::kFailed);
  EXPECT_EQ(verdicts(0), Verdict::kNotMeasured);
}

TEST(StopConfident, PooledTasksTakeTurns) {
  const auto model = Model("int4", [](std::size_t sample) { return sample % 2 == 0; });
  const auto baseline = Model("f16");
  Evaluator evaluator;
  const Gate gate = ConfidentGate({Numbers(400, "a"), Numbers(800, "b")}, baseline);
  const Requirement pooled{Metric::kRetention, Limit(0.9).Pooled()};
  const Judgement judgement = EvaluateAndJudge(pooled, model, gate, evaluator);
  EXPECT_EQ(judgement.verdict, Verdict::kFailed);
  ASSERT_THAT(judgement.findings, SizeIs(1));
  ASSERT_TRUE(judgement.findings[0].early);
  EXPECT_EQ(judgement.findings[0].early->of, 1200U);
  EXPECT_LE(model->asked.size(), 48U);
  const std::vector<Subject>& subjects = judgement.findings[0].subjects;
  EXPECT_GT(subjects[0].candidate->items.size(), 0U);
  EXPECT_GT(subjects[1].candidate->items.size(), subjects[0].candidate->items.size());
  EXPECT_EQ(subjects[0].candidate->items.size() + subjects[1].candidate->items.size(),
            judgement.findings[0].early->samples);

  // The same from all answers, whoever asked for them.
  Evaluator all;
  for (const TaskPtr& task : gate.tasks) {
    all.Evaluate(model, task);
    all.Evaluate(baseline, task);
  }
  EXPECT_EQ(Explain(EvaluateAndJudge(pooled, model, gate, all)), Explain(judgement));
}

// ---------------------------------------------------------------------------- when it cannot be

TEST(StopConfident, ASliceIsAskedInFull) {
  const auto model = Model("int2", AllWrong);
  MemoryStore store;
  Evaluator evaluator({.store = &store, .slice = Slice{.index = 0, .count = 2}});
  EvaluateFor(kAccuracy, model, ConfidentGate({Numbers(100)}), evaluator);
  EXPECT_THAT(model->asked, SizeIs(50));
}

TEST(StopConfident, ABaselineThatCannotBeAskedIsNotMeasured) {
  const auto broken =
      std::make_shared<FakeModel>([](std::span<const Request>, ResponseSink& sink,
                                     const Cancel&) { sink.Receive(7777, Response::Text("?")); },
                                  ModelInfo{.name = "tiny", .quantization = "f16", .weights = "w"});
  const auto model = Model("int4");
  Evaluator evaluator;
  const Judgement judgement =
      EvaluateAndJudge(kRetention, model, ConfidentGate({Numbers(100)}, broken), evaluator);
  EXPECT_EQ(judgement.verdict, Verdict::kNotMeasured);
  EXPECT_THAT(Explain(judgement), HasSubstr("tiny f16 could not be evaluated"));
  EXPECT_LE(model->asked.size(), 32U);
}

TEST(StopConfident, DataThatCannotBeReadAreNotMeasured) {
  Evaluator evaluator;
  const Judgement judgement = EvaluateAndJudge(
      kAccuracy, Model("int4"), ConfidentGate({ExactMatch("no-such-file.jsonl")}), evaluator);
  EXPECT_EQ(judgement.verdict, Verdict::kNotMeasured);
  EXPECT_THAT(Explain(judgement), HasSubstr("no-such-file.jsonl"));
}

TEST(StopConfident, IsNoRuleForAPerplexity) {
  const auto model = Model("int4");
  Evaluator evaluator;
  const Requirement perplexity{Metric::kPerplexity, Limit(3.0).Stop(Stop::kConfident)};
  try {
    EvaluateFor(perplexity, model, ConfidentGate({Numbers(10)}), evaluator);
    ADD_FAILURE() << "nothing is thrown";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("perplexity has no bounds"));
  }
  EXPECT_THAT(model->asked, IsEmpty());
}

}  // namespace
}  // namespace gatetest
