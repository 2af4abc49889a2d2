// What a model was found to have (Capabilities) where it does not say so itself (ModelInfo).

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/corpus.h"
#include "gatetest/evaluator.h"
#include "gatetest/tasks.h"
#include "tests/support/memory_store.h"
#include "tests/support/recording.h"
#include "tests/support/scoped_variable.h"

namespace gatetest {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing_support::FakeModel;
using testing_support::ItemsOf;
using testing_support::kRecordable;
using testing_support::MakeModel;
using testing_support::MemoryStore;
using testing_support::NeverLoaded;
using testing_support::ScopedVariable;

const Capabilities kFound = {
    .score = true, .generate = true, .tokenize = true, .context_window = 4, .bos_token = 1};

/// Tokens are bytes.
void Scores(std::span<const Request> requests, ResponseSink& sink, const Cancel& /*cancel*/) {
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].kind == RequestKind::kTokenize) {
      std::vector<TokenId> tokens;
      std::vector<std::size_t> ends;
      for (const char c : requests[i].prompt) {
        tokens.push_back(c);
        ends.push_back(tokens.size());
      }
      sink.Receive(i, Response::Tokens(tokens, ends));
    } else {
      sink.Receive(
          i, Response::Logprobs(std::vector<double>(requests[i].continuation_tokens.size(), -1.0)));
    }
  }
}

std::shared_ptr<FakeModel> Scorer(const Capabilities& found, const ModelInfo& info = kRecordable) {
  auto model = MakeModel(info, Scores);
  model->set_capabilities([found] { return found; });
  return model;
}

TaskPtr Prose() { return Corpus(MakeDataset("prose", {{.input = "0123456"}})); }

EvaluationPtr Evaluate(const ModelPtr& model, const TaskPtr& task, Store* store = nullptr,
                       StoreMode mode = StoreMode::kAuto) {
  Evaluator evaluator({.store = store, .mode = mode});
  return evaluator.Evaluate(model, task);
}

/// The tokens scored in each window.
std::vector<std::size_t> WindowsOf(const EvaluationPtr& evaluation) {
  std::vector<std::size_t> tokens;
  if (evaluation->items.size() != 1) return tokens;
  for (const Window& window : evaluation->items[0].outcome.windows) tokens.push_back(window.tokens);
  return tokens;
}

TEST(FoundTraits, AreSeenByTasks) {
  EXPECT_THAT(WindowsOf(Evaluate(Scorer(kFound), Prose())), ElementsAre(4, 3));
  EXPECT_THAT(WindowsOf(Evaluate(Scorer({.score = true, .tokenize = true}), Prose())),
              ElementsAre(6))
      << "neither a context nor BOS";
}

TEST(FoundTraits, GiveWayToWhatTheModelSays) {
  ModelInfo info = kRecordable;
  info.context_window = 5;
  EXPECT_THAT(WindowsOf(Evaluate(Scorer(kFound, info), Prose())), ElementsAre(5, 2));
  info.bos_token = 7;
  std::vector<TokenId> first;
  const auto model = std::make_shared<FakeModel>(
      [&](std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) {
        for (const Request& request : requests) {
          if (!request.prompt_tokens.empty()) first.push_back(request.prompt_tokens[0]);
        }
        Scores(requests, sink, cancel);
      },
      info);
  model->set_capabilities([] { return kFound; });
  Evaluate(model, Prose());
  EXPECT_THAT(first, ElementsAre(7, 7));
}

TEST(FoundTraits, AreRecordedSoThatAReplayCutsAlike) {
  MemoryStore store;
  const EvaluationPtr live = Evaluate(Scorer(kFound), Prose(), &store);
  ASSERT_EQ(live->failure, "");
  EXPECT_EQ(store.models.begin()->second.capabilities, kFound);
  const EvaluationPtr replayed = Evaluate(NeverLoaded(), Prose(), &store, StoreMode::kReplay);
  EXPECT_THAT(WindowsOf(replayed), ElementsAre(4, 3));
  EXPECT_EQ(ItemsOf(*replayed), ItemsOf(*live));
  // A server that was started with another context since: what is there still holds.
  Capabilities larger = kFound;
  larger.context_window = 100;
  const auto restarted = Scorer(larger);
  EXPECT_EQ(ItemsOf(*Evaluate(restarted, Prose(), &store)), ItemsOf(*live));
  EXPECT_THAT(restarted->asked, IsEmpty());
  EXPECT_THAT(WindowsOf(Evaluate(restarted, Prose(), &store, StoreMode::kRefresh)), ElementsAre(7));
}

TEST(FoundTraits, StayWhatTheyWereForOtherTasks) {
  MemoryStore store;
  Evaluate(Scorer(kFound), Prose(), &store);
  Capabilities larger = kFound;
  larger.context_window = 100;
  const TaskPtr other = Corpus(MakeDataset("other", {{.input = "abcdefg"}}));
  EXPECT_THAT(WindowsOf(Evaluate(Scorer(larger), other, &store, StoreMode::kRefresh)),
              ElementsAre(4, 3));
  EXPECT_EQ(Evaluate(NeverLoaded(), Prose(), &store, StoreMode::kReplay)->failure, "");
}

// ----------------------------------------------------------------------------------- why_no_score

std::string WhyNot(const ModelPtr& model, Store* store = nullptr,
                   StoreMode mode = StoreMode::kAuto) {
  return Evaluate(model, Prose(), store, mode)->failure;
}

TEST(WhyNoScore, IsSaidInPlaceOfTheCapability) {
  EXPECT_EQ(WhyNot(Scorer({.generate = true, .why_no_score = "start the server with --logprobs"})),
            "it gives no log-probabilities of a given text (start the server with --logprobs); use "
            "a task on generated text instead: ExactMatch, Contains, RegexMatch, "
            "GeneratedPerplexity");
  EXPECT_EQ(WhyNot(Scorer({.generate = true})),
            "it gives no log-probabilities of a given text (Capabilities::score); use a task on "
            "generated text instead: ExactMatch, Contains, RegexMatch, GeneratedPerplexity");
}

/// Generates, so that its description is recorded.
ModelPtr Generator(std::string why) {
  auto model = MakeModel();
  model->set_capabilities(
      [why = std::move(why)] { return Capabilities{.generate = true, .why_no_score = why}; });
  return model;
}

TEST(WhyNoScore, IsRecorded) {
  MemoryStore store;
  Evaluate(Generator("no echo"), ExactMatch(testing_support::Numbers(2)), &store);
  EXPECT_THAT(WhyNot(NeverLoaded(), &store, StoreMode::kReplay), HasSubstr("given text (no echo)"));
}

TEST(WhyNoScore, IsThatOfTodayWhereTheModelMayBeAsked) {
  MemoryStore store;
  Evaluate(Generator("no echo"), ExactMatch(testing_support::Numbers(2)), &store);
  EXPECT_THAT(WhyNot(Generator("the server is another now"), &store),
              HasSubstr("given text (the server is another now)"));
}

TEST(WhyNoScore, HoldsNoCredentials) {
  const ScopedVariable key("GATETEST_TESTED_TOKEN", "token-0123456789");
  MemoryStore store;
  const ModelPtr model = Generator("https://me:hunter2hunter2@host says token-0123456789");
  Evaluate(model, ExactMatch(testing_support::Numbers(2)), &store);
  ASSERT_EQ(store.models.size(), 1U);
  for (const std::string& text :
       {store.models.begin()->second.capabilities.why_no_score, WhyNot(model, &store)}) {
    EXPECT_THAT(text, HasSubstr("@host says [credential]"));
    EXPECT_THAT(text, Not(HasSubstr("hunter2")));
  }
}

}  // namespace
}  // namespace gatetest
