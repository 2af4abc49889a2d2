// A run over a server that fails at every turn ends as over one that never does.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gatetest/evaluator.h"
#include "gatetest/open_store.h"
#include "gatetest/openai_model.h"
#include "gatetest/tasks.h"
#include "tests/http/http_testing.h"
#include "tests/support/recording.h"
#include "tests/support/scripted_faults.h"
#include "tests/support/temporary_folder.h"

namespace gatetest {
namespace {

using testing_support::EndpointOf;
using testing_support::ItemsOf;
using testing_support::Numbers;
using testing_support::TemporaryFolder;

/// 20,000, which takes seconds; more where GATETEST_UNBREAKABLE_REQUESTS says so.
std::size_t Requests() {
  const char* const more = std::getenv("GATETEST_UNBREAKABLE_REQUESTS");
  return more == nullptr ? 20'000 : std::stoul(more);
}

/// The number that was asked for; of some the next one, so that not all that can be right is.
Answer Honest(const HttpCall& call) {
  const auto body = nlohmann::json::parse(call.body, nullptr, /*allow_exceptions=*/false);
  if (!body.contains("messages")) return {.status = 404, .body = R"({"detail":"Not Found"})"};
  const unsigned long number = std::stoul(body["messages"][0]["content"].get<std::string>());
  const std::string text = std::to_string(number % 7 == 0 ? number + 1 : number);
  return {.body = R"({"choices":[{"message":{"content":")" + text +
                  R"("},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,)"
                  R"("completion_tokens":1,"total_tokens":8}})"};
}

/// All that pass, but for one that has everybody wait for a second.
std::vector<FaultMaker> Faults() {
  std::vector<FaultMaker> faults = AllFaults();
  std::erase_if(faults, [](const FaultMaker& one) { return one.name == "LimitedWithDate"; });
  return faults;
}

ModelPtr Served(const FaultServer& server) {
  Endpoint endpoint = EndpointOf(server);
  endpoint.concurrency = 32;
  return OpenAiModel({.name = "tiny", .provider = "test", .weights = "r1"}, endpoint);
}

TEST(Unbreakable, ManyRequestsOverAServerThatFailsAtEveryTurn) {
  const std::size_t count = Requests();
  const TaskPtr task = ExactMatch(Numbers(count));
  FaultServer reliable(Honest);
  Evaluator honest;
  const EvaluationPtr expected = honest.Evaluate(Served(reliable), task);
  ASSERT_EQ(expected->failure, "");
  EXPECT_EQ(expected->provenance.retries.requests, 0U);

  const TemporaryFolder folder;
  const std::string place = "sqlite:" + (folder / "answers.sqlite").string();
  const FaultPlan plan{.share = 0.2, .seed = 17, .faults = Faults()};
  FaultServer server(WithFaults(Honest, plan));
  {
    const std::unique_ptr<Store> store = OpenStore(place);
    std::set<std::string> answered;
    Evaluator evaluator({.store = store.get(),
                         .on_answer = [&](const RecordedModel& /*model*/, const Question& question,
                                          const RecordedAnswer& /*answer*/) {
                           EXPECT_TRUE(answered.insert(question.sample).second) << question.sample;
                         }});
    const EvaluationPtr evaluation = evaluator.Evaluate(Served(server), task);
    ASSERT_EQ(evaluation->failure, "");
    EXPECT_EQ(evaluation->items.size(), count);
    EXPECT_TRUE(ItemsOf(*evaluation) == ItemsOf(*expected)) << "the outcomes differ";
    EXPECT_EQ(answered.size(), count);
    const Provenance& provenance = evaluation->provenance;
    EXPECT_EQ(provenance.live, count);
    EXPECT_EQ(provenance.not_recorded, "");
    std::size_t told = 0;
    for (const auto& [why, times] : provenance.retries.why) told += times;
    // libcurl itself asks again where a connection that was kept turns out to be closed.
    EXPECT_LE(told, plan.tally->failures());
    EXPECT_GT(told, plan.tally->failures() * 3 / 4);
    RecordProperty("failed_attempts", std::to_string(told));
  }
  EXPECT_GT(plan.tally->failures(), count / 6);

  const std::size_t calls = server.calls();
  server.Stop();
  const std::unique_ptr<Store> store = OpenStore(place);
  ASSERT_EQ(store->Holdings().size(), 1U);
  EXPECT_EQ(store->Holdings()[0].answers, count);
  for (const StoreMode mode : {StoreMode::kAuto, StoreMode::kReplay}) {
    Evaluator evaluator({.store = store.get()});
    const EvaluationPtr replayed = evaluator.Evaluate(Served(server), task, {.mode = mode});
    EXPECT_EQ(replayed->failure, "");
    EXPECT_EQ(replayed->provenance.cached, count);
    EXPECT_TRUE(ItemsOf(*replayed) == ItemsOf(*expected)) << "the outcomes differ";
  }
  EXPECT_EQ(server.calls(), calls);
}

TEST(Unbreakable, AServerThatDiesNowAndThen) {
  constexpr std::size_t kCount = 3000;
  const TaskPtr task = ExactMatch(Numbers(kCount));
  FaultServer* self = nullptr;
  std::atomic<bool> dead{false};
  FaultServer server([&](const HttpCall& call) {
    if (call.number % 700 == 699) {
      self->Stop();
      dead = true;
    }
    return Honest(call);
  });
  self = &server;
  std::atomic<bool> over{false};
  std::thread nurse([&] {
    while (!over) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      if (dead.exchange(false)) server.Start();
    }
  });
  Endpoint endpoint = EndpointOf(server);
  endpoint.retrying.attempts = 1000;
  endpoint.retrying.longest_wait = std::chrono::milliseconds(20);
  const ModelPtr model =
      OpenAiModel({.name = "tiny", .provider = "test", .weights = "r1"}, endpoint);
  Evaluator evaluator;
  const EvaluationPtr evaluation = evaluator.Evaluate(model, task);
  over = true;
  nurse.join();
  EXPECT_EQ(evaluation->failure, "");
  EXPECT_EQ(evaluation->items.size(), kCount);
  for (const Evaluation::Item& item : evaluation->items) ASSERT_EQ(item.outcome.unmeasured, "");
  EXPECT_GE(evaluation->provenance.retries.requests, 4U);
}

}  // namespace
}  // namespace gatetest
