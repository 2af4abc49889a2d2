#include "gatetest/budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/function_model.h"
#include "gatetest/gate.h"
#include "gatetest/tasks.h"
#include "src/evaluation/incomplete.h"
#include "tests/support/errors.h"
#include "tests/support/fake_model.h"
#include "tests/support/memory_store.h"

namespace gatetest {
namespace {

using namespace std::chrono_literals;  // NOLINT: 50ms
using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;
using testing_support::FakeModel;
using testing_support::MemoryStore;

const ModelInfo kInfo = {.name = "tiny", .weights = "w"};
const ModelInfo kPaid = {.name = "large",
                         .provider = "cloud",
                         .weights = "r1",
                         .prices = Prices{.input_usd_per_mtok = 1.0, .output_usd_per_mtok = 4.0}};

/// Prompts of 8 bytes; at most 10 tokens are generated.
TaskPtr Numbers(std::size_t count) {
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < count; ++i) {
    samples.push_back({.input = std::to_string(10'000'000 + i), .answer = "right"});
  }
  return ExactMatch(MakeDataset("numbers", std::move(samples)), {.generate = {.max_tokens = 10}});
}

/// Always right. `usage`: what it reports.
ModelPtr Right(const ModelInfo& info = kInfo, const Usage& usage = {}) {
  return FunctionModel(info, {.generate = [usage](const Request&) {
                         Response response = Response::Text("right");
                         response.usage = usage;
                         return response;
                       }});
}

Gate GateWith(const TaskPtr& task, const Budget& budget) {
  return {.tasks = {task}, .budget = budget};
}

Judgement EvaluateAndJudge(const Requirement& requirement, const ModelPtr& model, const Gate& gate,
                           Evaluator& evaluator, Spending& spending) {
  return Judge(requirement, EvaluateFor(requirement, model, gate, evaluator, &spending),
               DefaultsOf(gate));
}

const Requirement kAccuracy{Metric::kAccuracy, 0.9};

// -------------------------------------------------------------------------------------- requests

TEST(Budget, EndsAnEvaluationBeforeItIsExceeded) {
  const Gate gate = GateWith(Numbers(100), {.requests = 40});
  Evaluator evaluator;
  Spending spending(gate.budget);
  const Judgement judgement = EvaluateAndJudge(kAccuracy, Right(), gate, evaluator, spending);
  EXPECT_EQ(spending.spent().requests, 40U);
  EXPECT_EQ(judgement.verdict, Verdict::kNotMeasured);
  EXPECT_THAT(judgement.findings[0].subjects[0].candidate->items, SizeIs(40));
  EXPECT_THAT(
      Explain(judgement),
      AllOf(HasSubstr("NOT MEASURED: 60 of 100 samples were not asked: counted for the model the "
                      "verdict would be PASSED, against it FAILED"),
            HasSubstr("          the budget of 40 requests does not pay for more: 40 requests, 160 "
                      "tokens, ")));
}

TEST(Budget, AVerdictThatIsSafeByThenIsGiven) {
  const Gate gate = GateWith(Numbers(100), {.requests = 40});
  Evaluator evaluator;
  Spending spending(gate.budget);
  const Judgement judgement =
      EvaluateAndJudge({Metric::kAccuracy, 0.39}, Right(), gate, evaluator, spending);
  EXPECT_EQ(judgement.verdict, Verdict::kPassed);
  EXPECT_THAT(Explain(judgement), HasSubstr("60 of 100 samples were not asked, which cannot change "
                                            "the verdict; the budget of 40 requests "));
}

TEST(Budget, SufficesForAVerdictThatEndsEarlier) {
  Gate gate = GateWith(Numbers(1000), {.requests = 100});
  gate.stop = Stop::kConfident;
  Evaluator evaluator;
  Spending spending(gate.budget);
  const Judgement judgement = EvaluateAndJudge(kAccuracy, Right(), gate, evaluator, spending);
  EXPECT_EQ(judgement.verdict, Verdict::kPassed);
  EXPECT_EQ(spending.spent().requests, judgement.findings[0].early->samples);
}

TEST(Budget, IsOneForAllExpectations) {
  const TaskPtr task = Numbers(100);
  const ModelPtr first = Right();
  const ModelPtr second = Right({.name = "other", .weights = "w"});
  const Gate gate = GateWith(task, {.requests = 150});
  Evaluator evaluator;
  Spending spending(gate.budget);
  EXPECT_EQ(EvaluateAndJudge(kAccuracy, first, gate, evaluator, spending).verdict,
            Verdict::kPassed);
  EXPECT_EQ(EvaluateAndJudge(kAccuracy, first, gate, evaluator, spending).verdict,
            Verdict::kPassed);
  EXPECT_EQ(EvaluateAndJudge(kAccuracy, second, gate, evaluator, spending).verdict,
            Verdict::kNotMeasured);
  EXPECT_EQ(spending.spent().requests, 150U);

  // Another test has a budget of its own, and goes on where this one ended.
  Spending another(gate.budget);
  EXPECT_EQ(EvaluateAndJudge(kAccuracy, second, gate, evaluator, another).verdict,
            Verdict::kPassed);
  EXPECT_EQ(another.spent().requests, 50U);
}

TEST(Budget, WhereOneEndedAnotherGoesOn) {
  // Whatever portions the evaluation is asked in: the baseline 48 samples, the candidate 46.
  constexpr std::size_t kNeeded = 48 + 46;
  for (std::size_t requests = 1; requests < 110; ++requests) {
    const ModelPtr model = Right();
    const ModelPtr baseline = Right({.name = "baseline", .weights = "w"});
    Gate gate = GateWith(Numbers(50), {.requests = requests});
    gate.baseline = baseline;
    gate.stop = Stop::kCertain;
    const Requirement retention{Metric::kRetention, 0.9};
    Evaluator evaluator;
    Spending first(gate.budget);
    const Verdict verdict = EvaluateAndJudge(retention, model, gate, evaluator, first).verdict;
    EXPECT_EQ(verdict, requests < kNeeded ? Verdict::kNotMeasured : Verdict::kPassed) << requests;
    Spending second;
    EXPECT_EQ(EvaluateAndJudge(retention, model, gate, evaluator, second).verdict,
              Verdict::kPassed);
    EXPECT_EQ(first.spent().requests + second.spent().requests, kNeeded) << requests;
  }
}

TEST(Budget, RecordedAnswersCostNothing) {
  MemoryStore store;
  const TaskPtr task = Numbers(100);
  Evaluator({.store = &store}).Evaluate(Right(), task);
  const Gate gate = GateWith(task, {.requests = 0, .tokens = 0, .time = 0ms, .usd = 0.0});
  Evaluator evaluator({.store = &store});
  Spending spending(gate.budget);
  EXPECT_EQ(EvaluateAndJudge(kAccuracy, Right(), gate, evaluator, spending).verdict,
            Verdict::kPassed);
  EXPECT_EQ(spending.spent().requests, 0U);
}

TEST(Budget, NothingToSpendAsksNothing) {
  for (const Budget& budget : {Budget{.requests = 0}, Budget{.tokens = 0}, Budget{.time = 0ms}}) {
    const Gate gate = GateWith(Numbers(10), budget);
    Evaluator evaluator;
    Spending spending(budget);
    const Judgement judgement = EvaluateAndJudge(kAccuracy, Right(), gate, evaluator, spending);
    EXPECT_EQ(judgement.verdict, Verdict::kNotMeasured);
    EXPECT_EQ(spending.spent().requests, 0U);
    EXPECT_THAT(Explain(judgement), HasSubstr("does not pay for more"));
  }
}

TEST(Budget, ThatEndedWithNothingRecordedGivesItsClaimsBack) {
  MemoryStore store;
  const Gate gate = GateWith(Numbers(100), {.requests = 40});
  Evaluator evaluator({.store = &store});
  Spending spending(gate.budget);
  EvaluateAndJudge(kAccuracy, Right(), gate, evaluator, spending);
  EXPECT_THAT(store.records, SizeIs(40));
  EXPECT_THAT(store.claims, testing::IsEmpty());
}

TEST(Budget, RequestsThatFailedAreSpentToo) {
  const auto fails = std::make_shared<FakeModel>(
      [](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
        for (std::size_t i = 0; i < requests.size(); ++i) sink.Receive(i, Response::Failed("no"));
      },
      kInfo);
  Evaluator evaluator;
  Spending spending({.requests = 7});
  evaluator.Evaluate(fails, Numbers(10), {.spending = &spending});
  EXPECT_EQ(spending.spent().requests, 7U);
}

// ---------------------------------------------------------------------------------------- tokens

TEST(Budget, TokensAreNeverMoreThanTheBudgetWhateverIsGenerated) {
  // A prompt of 8 bytes is 8 tokens at worst, and here it is; an answer has 10 at most.
  for (const Usage& usage : {Usage{8, 10}, Usage{8, 1}, Usage{2, 3}, Usage{1, 10}}) {
    for (const std::int64_t tokens : {0, 17, 18, 100, 1000}) {
      Evaluator evaluator;
      Spending spending({.tokens = tokens});
      const EvaluationPtr evaluation =
          evaluator.Evaluate(Right(kInfo, usage), Numbers(200), {.spending = &spending});
      const Spent spent = spending.spent();
      EXPECT_LE(spent.prompt_tokens + spent.completion_tokens, tokens);
      EXPECT_EQ(evaluation->items.size(), spent.requests);
      if (evaluation->complete()) continue;
      // All is spent that can be, but for what one more request might come to: of a model that has
      // not answered yet, with a template of 64.
      const std::int64_t next = spent.requests == 0 ? 18 + 64 : 18;
      EXPECT_GT(spent.prompt_tokens + spent.completion_tokens + next, tokens);
      EXPECT_THAT(evaluation->ended, HasSubstr("the budget of "));
    }
  }
}

TEST(Budget, TokensThatAreNotReportedAreFourBytes) {
  Evaluator evaluator;
  Spending spending;
  evaluator.Evaluate(Right(), Numbers(10), {.spending = &spending});
  EXPECT_EQ(spending.spent().prompt_tokens, 20);
  EXPECT_EQ(spending.spent().completion_tokens, 20);  // "right": 5 bytes.
}

/// Answers all, and says that it took so many tokens.
Response Taking(std::int64_t prompt, std::int64_t completion) {
  Response response = Response::Text("right");
  response.usage = {prompt, completion};
  return response;
}

TEST(Budget, TokensOfOneModelSayNothingOfAnother) {
  const std::vector<Request> requests(100, Request{.prompt = std::string(1000, 'x')});
  Spending spending({.tokens = 100'000});
  spending.Pay(kInfo, requests[0], Taking(250, 10));
  EXPECT_GT(spending.Reserve(kInfo, requests).requests, 50U);
  EXPECT_LE(spending.Reserve({.name = "other"}, requests).requests, 4U);
}

TEST(Budget, TheTemplateAroundAPromptIsLearnt) {
  const std::vector<Request> requests(100, Request{.prompt = "short", .max_tokens = 10});
  Spending spending({.tokens = 1000});
  spending.Pay(kInfo, requests[0], Taking(45, 10));
  EXPECT_EQ(spending.Reserve(kInfo, requests).requests, (1000U - 55U) / 55U);
}

TEST(Budget, TokenizingTellsNothingOfTheCost) {
  const std::vector<Request> requests(100, Request{.prompt = "short", .max_tokens = 10});
  Spending spending({.tokens = 1000});
  const std::size_t before = spending.Reserve(kInfo, requests).requests;
  EXPECT_TRUE(spending.Pay(kInfo, {.kind = RequestKind::kTokenize, .prompt = "text"}, {}));
  EXPECT_EQ(spending.spent().prompt_tokens, 0);
  EXPECT_EQ(before, 4U);
}

TEST(Budget, AnAnswerThatTakesMoreThanItMayEndsTheEvaluation) {
  // A reasoning model: 2,000 tokens that max_tokens does not limit.
  const ModelPtr model = Right(kInfo, {.prompt_tokens = 8, .completion_tokens = 2000});
  Evaluator evaluator;
  Spending spending({.tokens = 3000});
  const EvaluationPtr evaluation = evaluator.Evaluate(model, Numbers(100), {.spending = &spending});
  EXPECT_EQ(spending.spent().requests, 2U);
  EXPECT_THAT(evaluation->items, SizeIs(2));
  EXPECT_THAT(evaluation->ended, HasSubstr("the budget of 3,000 tokens does not pay for more"));
}

TEST(Budget, IsReservedWhileRequestsAreOnTheirWay) {
  const std::vector<Request> requests(100);
  Spending spending({.requests = 100});
  const Spending::Reserved first = spending.Reserve(kInfo, requests);
  EXPECT_EQ(first.requests, 100U);
  EXPECT_EQ(spending.Reserve(kInfo, requests).requests, 0U);
  spending.Release(first);
  EXPECT_EQ(spending.Reserve(kInfo, requests).requests, 100U);
}

// ----------------------------------------------------------------------------------------- money

TEST(Budget, MoneyIsByTheModelsPrices) {
  Evaluator evaluator;
  // 8 tokens at $1 and 5 at $4 for a million: $28 for a million answers.
  Spending spending({.usd = 28e-6 * 10.0});
  const EvaluationPtr evaluation =
      evaluator.Evaluate(Right(kPaid, {.prompt_tokens = 8, .completion_tokens = 5}), Numbers(100),
                         {.spending = &spending});
  EXPECT_LE(spending.spent().usd, 28e-6 * 10.0);
  // The last one might have cost $48 for a million.
  EXPECT_EQ(evaluation->items.size(), 9U);
  EXPECT_NEAR(spending.spent().usd, 28e-6 * 9.0, 1e-12);
}

TEST(Budget, AProvidersModelWithoutPricesIsNotAsked) {
  ModelInfo info = kPaid;
  info.prices.reset();
  const Gate gate = GateWith(Numbers(10), {.usd = 1.0});
  Evaluator evaluator;
  Spending spending(gate.budget);
  const Judgement judgement = EvaluateAndJudge(kAccuracy, Right(info), gate, evaluator, spending);
  EXPECT_EQ(judgement.verdict, Verdict::kNotMeasured);
  EXPECT_THAT(Explain(judgement),
              HasSubstr("were not asked; the budget limits money, and large of cloud declares "
                        "no prices: set ModelInfo::prices"));
  EXPECT_EQ(spending.spent().requests, 0U);
}

TEST(Budget, OfMoneyIsNoMatterOfOtherGates) {
  ModelInfo info = kPaid;
  info.prices.reset();
  const TaskPtr task = Numbers(10);
  Evaluator evaluator;
  const Gate limited = GateWith(task, {.usd = 1.0});
  Spending spending(limited.budget);
  EvaluateAndJudge(kAccuracy, Right(info), limited, evaluator, spending);
  Spending free;
  EXPECT_EQ(EvaluateAndJudge(kAccuracy, Right(info), {.tasks = {task}}, evaluator, free).verdict,
            Verdict::kPassed);
}

TEST(Budget, PricesThatAreNoneAreSaid) {
  ModelInfo info = kPaid;
  info.prices = Prices{.input_usd_per_mtok = -2.0, .output_usd_per_mtok = 8.0};
  Spending spending({.usd = 1.0});
  EXPECT_EQ(spending.Reserve(info, std::vector<Request>(1)).requests, 0U);
  EXPECT_THAT(spending.WhyNoMore(info), HasSubstr("the prices of large are -2 and 8"));
}

TEST(Budget, AModelInThisProcessCostsNoMoney) {
  const Gate gate = GateWith(Numbers(10), {.usd = 0.0});
  Evaluator evaluator;
  Spending spending(gate.budget);
  EXPECT_EQ(EvaluateAndJudge(kAccuracy, Right(), gate, evaluator, spending).verdict,
            Verdict::kPassed);
}

// ------------------------------------------------------------------------------------------ time

TEST(Budget, TimeThatIsOverEndsTheEvaluation) {
  // It answers one, and then nothing until it is told to end.
  const auto slow = std::make_shared<FakeModel>(
      [](std::span<const Request>, ResponseSink& sink, const Cancel& cancel) {
        sink.Receive(0, Response::Text("right"));
        while (!cancel.requested()) {
        }
        sink.Receive(1, Response::Text("right"));
      },
      kInfo);
  MemoryStore store;
  const Gate gate = GateWith(Numbers(10), {.time = 20ms});
  Evaluator evaluator({.store = &store});
  Spending spending(gate.budget);
  const Judgement judgement = EvaluateAndJudge(kAccuracy, slow, gate, evaluator, spending);
  EXPECT_EQ(judgement.verdict, Verdict::kNotMeasured);
  EXPECT_THAT(Explain(judgement), HasSubstr("the budget of 0.02 s does not pay for more"));
  EXPECT_GE(spending.spent().time, 20ms);
  EXPECT_THAT(judgement.findings[0].subjects[0].candidate->items, SizeIs(1));
  EXPECT_THAT(store.records, SizeIs(2));  // What was on its way is not lost.
}

TEST(Budget, TimeThatRunsOutWithTheLastAnswerLeavesAnEvaluationWhole) {
  const auto lingers = std::make_shared<FakeModel>(
      [](std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) {
        for (std::size_t i = 0; i < requests.size(); ++i) sink.Receive(i, Response::Text("right"));
        while (!cancel.requested()) {
        }
      },
      kInfo);
  Evaluator evaluator;
  Spending spending({.time = 5ms});
  const EvaluationPtr evaluation =
      evaluator.Evaluate(lingers, Numbers(10), {.spending = &spending});
  EXPECT_TRUE(evaluation->complete());
  EXPECT_EQ(evaluation->ended, "");
}

TEST(Budget, TimeIsOfThoseWhoAreAsked) {
  // Between two of them it stands still.
  Cancel cancel;
  cancel.SetDeadline(std::chrono::steady_clock::now() - 1ms);
  EXPECT_TRUE(cancel.requested());
  cancel.SetDeadline(std::nullopt);
  EXPECT_FALSE(cancel.requested());
  cancel.Request();
  cancel.SetDeadline(std::nullopt);
  EXPECT_TRUE(cancel.requested());
}

TEST(Budget, OfMoreTimeThanThereIsIsNoLimit) {
  Spending spending({.time = std::chrono::milliseconds::max()});
  EXPECT_FALSE(spending.time_left());
  Evaluator evaluator;
  EXPECT_TRUE(evaluator.Evaluate(Right(), Numbers(3), {.spending = &spending})->complete());
}

// ------------------------------------------------------------------------------- fair portions

TEST(Budget, IsSharedByBaselineAndCandidate) {
  Gate gate = GateWith(Numbers(100), {.requests = 100});
  gate.baseline = Right({.name = "baseline", .weights = "w"});
  gate.claim = Claim::kPointEstimate;
  Evaluator evaluator;
  Spending spending(gate.budget);
  const Judgement judgement =
      EvaluateAndJudge({Metric::kRetention, 0.9}, Right(), gate, evaluator, spending);
  EXPECT_EQ(judgement.verdict, Verdict::kPassed);
  EXPECT_EQ(judgement.findings[0].estimate->n, 48U);
}

/// Asks every sample twice.
class Twice final : public Task {
 public:
  explicit Twice(Dataset dataset) : Task("", Measures::kAccuracy, std::move(dataset)) {}
  std::string protocol() const override { return "twice"; }
  std::vector<Request> Next(const Sample& sample, std::span<const Exchange> so_far,
                            const ModelTraits& /*model*/) const override {
    if (so_far.size() == 2) return {};
    return {Request{.prompt = sample.input + (so_far.empty() ? "" : " again")}};
  }
  Outcome Score(const Sample& /*sample*/, std::span<const Exchange> /*exchanges*/,
                const ModelTraits& /*model*/) const override {
    Outcome outcome;
    outcome.score = 1.0;
    return outcome;
  }
};

TEST(Budget, IsNotAllSpentOnFirstRounds) {
  std::vector<Sample> samples;
  for (int i = 0; i < 100; ++i) samples.push_back({.input = std::to_string(i), .answer = "x"});
  const Gate gate = GateWith(std::make_shared<Twice>(MakeDataset("twice", std::move(samples))),
                             {.requests = 100});
  Evaluator evaluator;
  Spending spending(gate.budget);
  const Judgement judgement =
      EvaluateAndJudge({Metric::kAccuracy, 0.3}, Right(), gate, evaluator, spending);
  EXPECT_EQ(judgement.verdict, Verdict::kPassed);  // 32 of 100 are, and that is above 0.3.
}

// --------------------------------------------------------------------------------------- samples

TEST(Budget, OfSamplesHoldsForSlices) {
  MemoryStore store;
  std::size_t asked = 0;
  for (std::size_t index = 0; index < 3; ++index) {
    Evaluator part({.store = &store, .slice = Slice{.index = index, .count = 3}});
    const Gate gate = GateWith(Numbers(100), {.samples = 50});
    Spending spending(gate.budget);
    EvaluateFor(kAccuracy, Right(), gate, part, &spending);
    asked += spending.spent().requests;
  }
  EXPECT_EQ(asked, 50U);
  Evaluator replay({.store = &store, .mode = StoreMode::kReplay});
  Gate gate = GateWith(Numbers(100), {.samples = 50});
  gate.claim = Claim::kPopulation;
  Spending spending(gate.budget);
  EXPECT_EQ(EvaluateAndJudge({Metric::kAccuracy, 0.8}, Right(), gate, replay, spending).verdict,
            Verdict::kPassed);
}

TEST(Budget, OfSamplesIsOfEachTask) {
  const Gate gate = GateWith(Numbers(100), {.samples = 30});
  Evaluator evaluator;
  Spending spending(gate.budget);
  const Judgement judgement = EvaluateAndJudge(kAccuracy, Right(), gate, evaluator, spending);
  EXPECT_EQ(judgement.verdict, Verdict::kNotMeasured);
  EXPECT_THAT(judgement.findings[0].subjects[0].candidate->items, SizeIs(30));
  EXPECT_THAT(
      Explain(judgement),
      HasSubstr("70 of 100 samples were not asked: counted for the model the verdict would "
                "be PASSED, against it FAILED\n          the budget is 30 samples of each task\n"));
}

TEST(Budget, APopulationClaimRestsOnTheSamplesOfTheBudget) {
  Gate gate = GateWith(Numbers(100), {.samples = 30});
  gate.claim = Claim::kPopulation;
  Evaluator evaluator;
  Spending spending(gate.budget);
  const Judgement passed =
      EvaluateAndJudge({Metric::kAccuracy, 0.8}, Right(), gate, evaluator, spending);
  EXPECT_EQ(passed.verdict, Verdict::kPassed);
  EXPECT_EQ(passed.findings[0].estimate->n, 30U);
  EXPECT_EQ(EvaluateAndJudge({Metric::kAccuracy, 0.95}, Right(), gate, evaluator, spending).verdict,
            Verdict::kInconclusive);
}

TEST(Budget, APopulationClaimThatEndsEarlyLooksAgainAtTheLastSampleOfTheBudget) {
  Gate gate = GateWith(Numbers(1000), {.samples = 60});
  gate.claim = Claim::kPopulation;
  gate.stop = Stop::kConfident;
  Evaluator evaluator;
  Spending spending(gate.budget);
  const Judgement judgement =
      EvaluateAndJudge({Metric::kAccuracy, 0.93}, Right(), gate, evaluator, spending);
  // 60 of 60: the bound of Clopper and Pearson is 0.9404 at half of alpha; the bets are not as far.
  EXPECT_EQ(judgement.verdict, Verdict::kPassed);
  EXPECT_FALSE(judgement.findings[0].early);
  EXPECT_EQ(judgement.findings[0].estimate->n, 60U);
  EXPECT_DOUBLE_EQ(judgement.findings[0].estimate->interval->alpha, 0.025);
}

TEST(Budget, OfAPopulationClaimThatIsSpentBeforeIsNotMeasured) {
  Gate gate = GateWith(Numbers(100), {.samples = 50, .requests = 40});
  gate.claim = Claim::kPopulation;
  Evaluator evaluator;
  Spending spending(gate.budget);
  const Judgement judgement =
      EvaluateAndJudge({Metric::kAccuracy, 0.8}, Right(), gate, evaluator, spending);
  EXPECT_EQ(judgement.verdict, Verdict::kNotMeasured);
}

// ------------------------------------------------------------------------------------- otherwise

TEST(Budget, ThatCannotBeIsRefused) {
  const auto text = [](const Budget& budget) {
    return testing_support::ErrorOf([&] { CheckGate(GateWith(Numbers(1), budget)); },
                                    ErrorCode::kInvalidArgument);
  };
  EXPECT_EQ(text({.samples = 0}), "the gate has a budget of 0 samples; it must be above 0");
  EXPECT_EQ(text({.tokens = -1}), "the gate has a budget of -1 tokens; it must not be negative");
  EXPECT_EQ(text({.time = -5ms}), "the gate has a budget of -5 ms; it must not be negative");
  EXPECT_EQ(text({.usd = -0.5}), "the gate has a budget of $-0.5; it must not be negative");
  EXPECT_THAT(text({.usd = std::numeric_limits<double>::quiet_NaN()}), HasSubstr("nan"));
}

TEST(Budget, ThatIsSpentLeavesAnEvaluationIncomplete) {
  Evaluator evaluator;
  Spending spending({.requests = 5});
  const EvaluationPtr part = evaluator.Evaluate(Right(), Numbers(10), {.spending = &spending});
  EXPECT_THAT(internal::WhyIncomplete(*part), HasSubstr("the budget of 5 requests"));
  EXPECT_EQ(internal::WhyIncomplete(*evaluator.Evaluate(Right(), Numbers(10))), "");
}

TEST(Budget, PaysForTheNoiseFloorToo) {
  Evaluator evaluator;
  Spending spending({.requests = 15});
  const NoiseFloorPtr floor =
      evaluator.MeasureNoiseFloor(Right(), Numbers(10), 2, {.spending = &spending});
  EXPECT_THAT(floor->failure, HasSubstr("run 2 of 2: the budget of 15 requests"));
  EXPECT_EQ(spending.spent().requests, 15U);
  EXPECT_EQ(evaluator.MeasureNoiseFloor(Right(), Numbers(10), 2)->failure, "");

  Evaluator slice({.slice = Slice{.index = 0, .count = 2}});
  Spending nothing({.requests = 0});
  slice.MeasureNoiseFloor(Right({.name = "other"}), Numbers(10), 2, {.spending = &nothing});
  for (const EvaluationPtr& part : slice.Evaluated()) EXPECT_EQ(part->provenance.live, 0U);
}

}  // namespace
}  // namespace gatetest
