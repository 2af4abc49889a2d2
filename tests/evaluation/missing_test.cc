// What an evaluation says that may only be replayed, and is not recorded.
#include "src/evaluation/missing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "gatetest/evaluator.h"
#include "gatetest/tasks.h"
#include "src/model/build_id.h"
#include "tests/support/memory_store.h"
#include "tests/support/recording.h"

namespace gatetest {
namespace {

using testing::HasSubstr;
using testing_support::kRecordable;
using testing_support::MakeModel;
using testing_support::MemoryStore;
using testing_support::NeverLoaded;
using testing_support::Numbers;
using testing_support::TwoTurns;

void Record(MemoryStore& store, const ModelInfo& info, const TaskPtr& task) {
  Evaluator evaluator({.store = &store});
  ASSERT_EQ(evaluator.Evaluate(MakeModel(info), task)->failure, "");
}

EvaluationPtr Replay(MemoryStore& store, const ModelInfo& info, const TaskPtr& task) {
  Evaluator evaluator({.store = &store, .mode = StoreMode::kReplay});
  return evaluator.Evaluate(NeverLoaded(info), task);
}

std::string FailureOfReplay(MemoryStore& store, const ModelInfo& info, const TaskPtr& task) {
  return Replay(store, info, task)->failure;
}

ModelInfo With(void (*change)(ModelInfo&)) {
  ModelInfo info = kRecordable;
  change(info);
  return info;
}

// -------------------------------------------------------------------- nothing of the model is
// there

TEST(MissingModel, InAnEmptyStore) {
  MemoryStore store;
  const EvaluationPtr evaluation = Replay(store, kRecordable, ExactMatch(Numbers(4)));
  EXPECT_EQ(evaluation->unrecorded, 4U);
  EXPECT_EQ(evaluation->failure,
            "4 of 4 samples are not recorded: \"s0\", \"s1\", \"s2\", ...\n"
            "memory:test is empty, or not there");
}

TEST(MissingModel, WhereThereAreOthers) {
  MemoryStore store;
  Record(store, kRecordable, ExactMatch(Numbers(4)));
  EXPECT_EQ(FailureOfReplay(store, With([](ModelInfo& i) { i.quantization = "int8"; }),
                            ExactMatch(Numbers(4))),
            "4 of 4 samples are not recorded: \"s0\", \"s1\", \"s2\", ...\n"
            "nothing is recorded of tinylm int8; there is tinylm int4");
}

TEST(MissingModel, WhereThereAreManyOthers) {
  MemoryStore store;
  for (int i = 0; i < 7; ++i) {
    ModelInfo info = kRecordable;
    info.name = "model" + std::to_string(i);
    Record(store, info, ExactMatch(Numbers(1)));
    Record(store, info, ExactMatch(Numbers(1, "again")));
  }
  EXPECT_THAT(FailureOfReplay(store, kRecordable, ExactMatch(Numbers(4))),
              HasSubstr("nothing is recorded of tinylm int4; there is model0 int4, model1 int4, "
                        "model2 int4, model3 int4, model4 int4 and 2 more"));
}

TEST(MissingModel, NamesThePartsOfTheIdentityThatDiffer) {
  MemoryStore store;
  Record(store, kRecordable, ExactMatch(Numbers(4)));
  const std::string begin =
      "4 of 4 samples are not recorded: \"s0\", \"s1\", \"s2\", ...\n"
      "recorded is another tinylm int4: ";
  const auto failure = [&](void (*change)(ModelInfo&)) {
    return FailureOfReplay(store, With(change), ExactMatch(Numbers(4)));
  };
  EXPECT_EQ(failure([](ModelInfo& i) { i.weights = "w2"; }),
            begin + R"(weights was "w1" and is "w2")");
  EXPECT_EQ(failure([](ModelInfo& i) { i.code_id = "c2"; }),
            begin + R"(code was "c1" and is "c2")");
  EXPECT_EQ(failure([](ModelInfo& i) { i.options = "cuda"; }),
            begin + R"(options was none and is "cuda")");
  EXPECT_EQ(failure([](ModelInfo& i) {
              i.options = "cuda";
              i.weights = "w2";
              i.provider = "p";
            }),
            begin + R"(options was none and is "cuda"; provider was none and is "p"; )"
                    R"(weights was "w1" and is "w2")");
}

TEST(MissingModel, ComparesWithTheNearest) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(2));
  for (const char* const code : {"b1", "c1", "d1"}) {
    ModelInfo info = kRecordable;
    info.code_id = code;
    if (info.code_id != "c1") info.options = "cuda";
    Record(store, info, task);
  }
  EXPECT_THAT(
      FailureOfReplay(store, With([](ModelInfo& i) { i.weights = "w2"; }), task),
      testing::EndsWith(R"(recorded is another tinylm int4: weights was "w1" and is "w2")"));
}

/// As if it had been recorded by other builds of the program and of what it is linked with.
void PretendOtherBuilds(MemoryStore& store, std::size_t most) {
  const auto rebuilt = [&](std::string identity) {
    std::size_t count = 0;
    for (const auto& [file, id] : internal::LinkedBuildIds()) {
      const std::size_t at = identity.find(id);
      if (count++ < most && at != std::string::npos) identity.replace(at, id.size(), "0123");
    }
    return identity;
  };
  std::map<std::string, RecordedModel> models;
  for (auto& [identity, model] : store.models) {
    model.identity = rebuilt(model.identity);
    models[model.identity] = model;
  }
  store.models = models;
  for (MemoryStore::Record& record : store.records) record.identity = rebuilt(record.identity);
}

TEST(MissingModel, WhereOnlyTheBuildDiffersSaysWhatToDo) {
  if (internal::LinkedBuildIds().empty()) GTEST_SKIP() << "this system tells no build ids";
  const ModelInfo info = {.name = "tinylm", .weights = "w1"};
  MemoryStore store;
  Record(store, info, ExactMatch(Numbers(4)));
  PretendOtherBuilds(store, 1);
  const auto& [file, id] = *internal::LinkedBuildIds().begin();
  EXPECT_EQ(FailureOfReplay(store, info, ExactMatch(Numbers(4))),
            "4 of 4 samples are not recorded: \"s0\", \"s1\", \"s2\", ...\n"
            "recorded is another tinylm: build of " +
                file + R"( was "0123" and is ")" + id +
                "\"\nThe program was built anew, so the engine may be another one. Where you know "
                "that it is not, say so by ModelInfo::code_id.");
}

TEST(MissingModel, WhereMoreThanTheBuildDiffersDoesNot) {
  if (internal::LinkedBuildIds().empty()) GTEST_SKIP() << "this system tells no build ids";
  MemoryStore store;
  Record(store, {.name = "tinylm", .weights = "w1"}, ExactMatch(Numbers(4)));
  PretendOtherBuilds(store, 1);
  const std::string failure =
      FailureOfReplay(store, {.name = "tinylm", .weights = "w2"}, ExactMatch(Numbers(4)));
  EXPECT_THAT(failure, HasSubstr(R"(weights was "w1" and is "w2")"));
  EXPECT_THAT(failure, testing::Not(HasSubstr("built anew")));
}

TEST(MissingModel, OfManyDifferencesNamesFour) {
  if (internal::LinkedBuildIds().size() < 5) GTEST_SKIP() << "too little is linked";
  const ModelInfo info = {.name = "tinylm", .weights = "w1"};
  MemoryStore store;
  Record(store, info, ExactMatch(Numbers(4)));
  PretendOtherBuilds(store, 5);
  EXPECT_THAT(FailureOfReplay(store, info, ExactMatch(Numbers(4))),
              HasSubstr("; 1 more parts differ"));
}

// ------------------------------------------------------------------------------- some are not
// there

TEST(MissingAnswers, OfSamplesThatWereNeverRecorded) {
  MemoryStore store;
  Record(store, kRecordable, ExactMatch(Numbers(4)));
  const EvaluationPtr evaluation = Replay(store, kRecordable, ExactMatch(Numbers(9)));
  EXPECT_EQ(evaluation->unrecorded, 5U);
  EXPECT_EQ(evaluation->failure,
            "5 of 9 samples are not recorded: \"s4\", \"s5\", \"s6\", ...\n"
            "they were never recorded of this model: they are new, or the recording was "
            "interrupted, or stopped early (--gatetest_stop=never records all)");
}

TEST(MissingAnswers, OfUpToThreeSamplesAreAllNamed) {
  MemoryStore store;
  Record(store, kRecordable, ExactMatch(Numbers(4)));
  EXPECT_THAT(FailureOfReplay(store, kRecordable, ExactMatch(Numbers(7))),
              testing::StartsWith("3 of 7 samples are not recorded: \"s4\", \"s5\", \"s6\"\n"));
}

TEST(MissingAnswers, NameWhatChangedInTheRequests) {
  MemoryStore store;
  Record(store, kRecordable, ExactMatch(Numbers(1)));
  const auto failure = [&](Generation generation) {
    return FailureOfReplay(store, kRecordable,
                           ExactMatch(Numbers(1), {.generate = std::move(generation)}));
  };
  const std::string begin =
      "1 of 1 samples is not recorded: \"s0\"\n\"s0\" is asked in another way than it was: ";
  EXPECT_EQ(failure({.max_tokens = 24}), begin + "max_tokens was none and is 24");
  EXPECT_EQ(failure({.stop = {"\n"}}), begin + R"(stop was none and is ["\n"])");
  EXPECT_EQ(failure({.temperature = 0.5}), begin + "temperature was none and is 0.5");
  EXPECT_EQ(failure({.prompt = "Q: {input}"}), begin + R"(prompt was "0" and is "Q: 0")");
}

TEST(MissingAnswers, SaySoWhereTheChangeCannotBeShown) {
  MemoryStore store;
  const std::string beginning(300, 'x');
  const auto task = [&](const std::string& end) {
    return ExactMatch(MakeDataset("long", {{.id = "a", .input = beginning + end, .answer = "1"}}));
  };
  Record(store, kRecordable, task("one"));
  EXPECT_THAT(FailureOfReplay(store, kRecordable, task("two")),
              HasSubstr("\"a\" is asked in another way than it was: its text differs"));
}

TEST(MissingAnswers, SaySoWhereTheyAreTooOld) {
  MemoryStore store;
  const ModelInfo info = {.name = "gpt", .provider = "openai", .max_age = std::chrono::hours(1)};
  Record(store, info, ExactMatch(Numbers(1)));
  store.records.at(0).answer.recorded -= 7200;
  EXPECT_THAT(FailureOfReplay(store, info, ExactMatch(Numbers(1))),
              HasSubstr("its answer is too old"));
}

TEST(MissingAnswers, MayHaveTwoReasons) {
  MemoryStore store;
  Record(store, kRecordable, ExactMatch(Numbers(2)));
  EXPECT_EQ(
      FailureOfReplay(store, kRecordable, ExactMatch(Numbers(3), {.generate = {.max_tokens = 24}})),
      "3 of 3 samples are not recorded: \"s0\", \"s1\", \"s2\"\n"
      "\"s0\" is asked in another way than it was: max_tokens was none and is 24; others "
      "were never recorded");
}

TEST(MissingAnswers, OfALaterTurn) {
  MemoryStore store;
  const auto task = std::make_shared<TwoTurns>(Numbers(4));
  Record(store, kRecordable, task);
  std::erase_if(store.records, [](const MemoryStore::Record& record) {
    return record.question.turn == 1 && record.question.sample != "s3";
  });
  EXPECT_EQ(FailureOfReplay(store, kRecordable, task),
            "3 of 4 samples are not recorded: \"s0\", \"s1\", \"s2\"\n"
            "they were never recorded of this model: they are new, or the recording was "
            "interrupted, or stopped early (--gatetest_stop=never records all)");
}

TEST(MissingAnswers, OfSeveralRequestsAreOneSample) {
  MemoryStore store;
  const Dataset data =
      MakeDataset("choices", {{.id = "a", .input = "q", .answer = "0", .choices = {"x", "y"}},
                              {.id = "b", .input = "r", .answer = "0", .choices = {"x", "y"}}});
  const auto scores = [](std::span<const Request> requests, ResponseSink& sink, const Cancel&) {
    for (std::size_t i = 0; i < requests.size(); ++i) sink.Receive(i, Response::Logprobs({-1.0}));
  };
  Evaluator evaluator({.store = &store});
  evaluator.Evaluate(MakeModel(kRecordable, scores), MultipleChoice(data));
  std::erase_if(store.records,
                [](const MemoryStore::Record& record) { return record.question.sample == "b"; });
  const EvaluationPtr replayed = Replay(store, kRecordable, MultipleChoice(data));
  EXPECT_EQ(replayed->unrecorded, 1U);
  EXPECT_THAT(replayed->failure, testing::StartsWith("1 of 2 samples is not recorded: \"b\"\n"));
}

}  // namespace
}  // namespace gatetest
