// Evaluations of a process that is interrupted (Cancel::RequestAll), each in a process of its own:
// it is never taken back.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <span>
#include <string>

#include "gatetest/error.h"
#include "gatetest/evaluator.h"
#include "gatetest/tasks.h"
#include "tests/support/memory_store.h"
#include "tests/support/recording.h"

namespace gatetest {
namespace {

using testing_support::FakeModel;
using testing_support::ItemsOf;
using testing_support::kRecordable;
using testing_support::MakeModel;
using testing_support::MemoryStore;
using testing_support::Numbers;

/// What `body` returns in a process of its own has to be `text`.
void ExpectInChild(const std::function<std::string()>& body, const std::string& text) {
  EXPECT_EXIT(
      {
        const std::string said = body();
        if (said == text) std::_Exit(0);
        std::fprintf(stderr, "it is\n%s\nand should be\n%s\n", said.c_str(), text.c_str());
        std::_Exit(1);
      },
      testing::ExitedWithCode(0), "");
}

/// Echoes, and is interrupted when it has answered so many.
FakeModel::Behaviour InterruptedAfter(std::size_t count) {
  return [count](std::span<const Request> requests, ResponseSink& sink, const Cancel& cancel) {
    for (std::size_t i = 0; i < requests.size() && !cancel.requested(); ++i) {
      sink.Receive(i, Response::Text(requests[i].prompt));
      if (i + 1 == count) Cancel::RequestAll();
    }
  };
}

const TaskPtr kTask = ExactMatch(Numbers(5));

TEST(InterruptionDeathTest, IsRequestedOfEveryCancel) {
  ExpectInChild(
      [] {
        const Cancel before;
        std::string said = Cancel::all_requested() || before.requested() ? "early" : "";
        Cancel::RequestAll();
        const Cancel after;
        if (Cancel::all_requested() && before.requested() && after.requested()) said += "all";
        return said;
      },
      "all");
}

TEST(InterruptionDeathTest, SaysHowFarItWasAndThatItGoesOn) {
  ExpectInChild(
      [] {
        MemoryStore store;
        Evaluator evaluator({.store = &store});
        const std::string failure =
            evaluator.Evaluate(MakeModel(kRecordable, InterruptedAfter(2)), kTask)->failure;
        return failure + "; " + std::to_string(store.records.size()) + " recorded, " +
               std::to_string(store.claims.size()) + " claimed";
      },
      "interrupted after 2 of 5 samples; what was answered is recorded in memory:test, and the "
      "same command goes on from there; 2 recorded, 0 claimed");
}

TEST(InterruptionDeathTest, SaysThatNothingIsRecorded) {
  const std::string text = "interrupted after 2 of 5 samples; what was answered is not recorded";
  const auto failure = [](EvaluatorOptions options, const ModelInfo& info) {
    Evaluator evaluator(std::move(options));
    return evaluator.Evaluate(MakeModel(info, InterruptedAfter(2)), kTask)->failure;
  };
  MemoryStore store;
  ExpectInChild([&] { return failure({}, kRecordable); }, text);
  ExpectInChild([&] { return failure({.store = &store, .mode = StoreMode::kLive}, kRecordable); },
                text);
  // It declares no weights, so that nothing of it can be recorded.
  ExpectInChild([&] { return failure({.store = &store}, {.name = "tinylm"}); }, text);
  store.on_put = [](const Question&) { throw Error(ErrorCode::kStoreFailed, "the disk is full"); };
  ExpectInChild([&] { return failure({.store = &store}, kRecordable); }, text);
}

TEST(InterruptionDeathTest, WhatWasCompleteByThenIs) {
  ExpectInChild(
      [] {
        Evaluator evaluator;
        return ItemsOf(*evaluator.Evaluate(MakeModel(kRecordable, InterruptedAfter(5)), kTask));
      },
      [] {
        Evaluator evaluator;
        return ItemsOf(*evaluator.Evaluate(MakeModel(), kTask));
      }());
}

TEST(InterruptionDeathTest, NothingBeginsAfterIt) {
  ExpectInChild(
      [] {
        Cancel::RequestAll();
        const auto model = MakeModel();
        Evaluator evaluator;
        return evaluator.Evaluate(model, kTask)->failure + ", " + std::to_string(model->runs);
      },
      "the run was interrupted before it, 0");
  ExpectInChild(
      [] {
        MemoryStore store;
        Evaluator evaluator({.store = &store});
        evaluator.Evaluate(MakeModel(kRecordable, InterruptedAfter(2)), kTask);
        return evaluator.Evaluate(MakeModel({.name = "other", .weights = "w"}), kTask)->failure;
      },
      "the run was interrupted before it: tinylm int4 on \"numbers\" was interrupted after 2 of 5 "
      "samples; what was answered is recorded in memory:test, and the same command goes on from "
      "there");
}

}  // namespace
}  // namespace gatetest
