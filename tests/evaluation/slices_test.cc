// Evaluations of a part of the samples.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "gatetest/evaluator.h"
#include "gatetest/tasks.h"
#include "tests/support/memory_store.h"
#include "tests/support/recording.h"

namespace gatetest {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::ItemsOf;
using testing_support::MakeModel;
using testing_support::MemoryStore;
using testing_support::NeverLoaded;
using testing_support::Numbers;
using testing_support::TwoTurns;

class Slices : public testing::TestWithParam<std::size_t> {};

TEST_P(Slices, TogetherAskEverySampleOnceAndReplayAsOne) {
  const std::size_t count = GetParam();
  const auto task = std::make_shared<TwoTurns>(Numbers(10));
  MemoryStore store;
  std::vector<std::string> asked;
  std::vector<std::size_t> sizes;
  for (std::size_t index = 0; index < count; ++index) {
    const auto model = MakeModel();
    Evaluator evaluator({.store = &store, .slice = Slice{.index = index, .count = count}});
    const EvaluationPtr part = evaluator.Evaluate(model, task);
    EXPECT_EQ(part->failure, "");
    ASSERT_TRUE(part->slice.has_value());
    EXPECT_EQ(part->slice->index, index);
    EXPECT_EQ(part->slice->count, count);
    EXPECT_EQ(part->provenance.live, part->items.size());
    sizes.push_back(part->items.size());
    asked.insert(asked.end(), model->asked.begin(), model->asked.end());
  }
  EXPECT_LE(*std::max_element(sizes.begin(), sizes.end()),
            *std::min_element(sizes.begin(), sizes.end()) + 1);
  EXPECT_THAT(asked, SizeIs(20));
  EXPECT_THAT(std::set<std::string>(asked.begin(), asked.end()), SizeIs(20));
  EXPECT_EQ(store.puts, 20U);

  Evaluator without_store;
  const EvaluationPtr live = without_store.Evaluate(MakeModel(), task);
  Evaluator replay({.store = &store, .mode = StoreMode::kReplay});
  const EvaluationPtr replayed = replay.Evaluate(NeverLoaded(), task);
  EXPECT_EQ(ItemsOf(*replayed), ItemsOf(*live));
  EXPECT_FALSE(replayed->slice.has_value());
  EXPECT_EQ(replayed->provenance.cached, 10U);
}

INSTANTIATE_TEST_SUITE_P(Counts, Slices, testing::Values(1, 2, 3, 7, 10, 12));

TEST(Slice, IsAskedOnceHoweverManyWantIt) {
  const auto model = MakeModel();
  Evaluator evaluator({.slice = Slice{.index = 1, .count = 3}});
  const TaskPtr task = ExactMatch(Numbers(10));
  const EvaluationPtr part = evaluator.Evaluate(model, task);
  EXPECT_THAT(part->items, SizeIs(3));
  EXPECT_EQ(evaluator.Evaluate(model, task), part);
  EXPECT_THAT(model->asked, SizeIs(3));
}

TEST(Slice, IsAskedWhateverARuleSaysOfTheFirstSamples) {
  Evaluator evaluator({.slice = Slice{.index = 0, .count = 2}});
  const EvaluationPtr part = evaluator.Evaluate(
      MakeModel(), ExactMatch(Numbers(10)),
      {.samples = 3, .stop = [](const Sample&, const Outcome&) { return true; }});
  EXPECT_THAT(part->items, SizeIs(2));
}

TEST(Slice, MayBeEmpty) {
  const auto model = MakeModel();
  Evaluator evaluator({.slice = Slice{.index = 4, .count = 5}});
  const EvaluationPtr part = evaluator.Evaluate(model, ExactMatch(Numbers(3)));
  EXPECT_EQ(part->failure, "");
  EXPECT_THAT(part->items, IsEmpty());
  EXPECT_EQ(model->runs, 0);
  EXPECT_EQ(evaluator.Evaluate(model, ExactMatch(Numbers(3))), part);
}

TEST(Slice, ThatIsNotThereIsAFailure) {
  for (const Slice slice : {Slice{.index = 2, .count = 2}, Slice{.index = 0, .count = 0}}) {
    const auto model = MakeModel();
    Evaluator evaluator({.slice = slice});
    EXPECT_THAT(evaluator.Evaluate(model, ExactMatch(Numbers(3)))->failure,
                HasSubstr("there is no slice"));
    EXPECT_EQ(model->runs, 0);
  }
}

TEST(Slice, WhatIsMissingOfTheOthersIsSaid) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(10));
  Evaluator part({.store = &store, .slice = Slice{.index = 0, .count = 2}});
  part.Evaluate(MakeModel(), task);
  Evaluator replay({.store = &store, .mode = StoreMode::kReplay});
  const EvaluationPtr replayed = replay.Evaluate(NeverLoaded(), task);
  EXPECT_EQ(replayed->unrecorded, 5U);
  EXPECT_THAT(replayed->failure,
              AllOf(HasSubstr("5 of 10 samples are not recorded"), HasSubstr("interrupted")));
}

}  // namespace
}  // namespace gatetest
