#include "src/speed/warm_up.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <mutex>
#include <string>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/function_model.h"
#include "tests/support/errors.h"

namespace gatetest::internal {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing_support::ErrorOf;

Prompts PromptsOf(int count) {
  Prompts prompts;
  for (int i = 0; i < count; ++i) {
    prompts.requests.emplace_back().prompt = std::to_string(i);
  }
  return prompts;
}

/// Notes what it is asked, and fails where a prompt is one of `failing`.
struct Noting {
  std::mutex mutex = {};
  std::vector<std::string> asked = {};
  std::string failing = {};
  ModelPtr model = FunctionModel({.name = "noting"}, {.generate =
                                                          [this](const Request& request) {
                                                            const std::lock_guard lock(mutex);
                                                            asked.push_back(request.prompt);
                                                            return failing.find(request.prompt) !=
                                                                           std::string::npos
                                                                       ? Response::Failed("too hot")
                                                                       : Response::Text("ok");
                                                          },
                                                      .concurrent = 8});
};

TEST(WarmUp, AsksFromTheLastPrompt) {
  Noting noting;
  RequestTimer timer(*noting.model, nullptr);
  EXPECT_THAT(WarmUp(timer, PromptsOf(3), 4, 1), SizeIs(4));
  EXPECT_THAT(noting.asked, ElementsAre("2", "1", "0", "2"));
}

TEST(WarmUp, OfNoneAsksNothing) {
  Noting noting;
  RequestTimer timer(*noting.model, nullptr);
  EXPECT_THAT(WarmUp(timer, PromptsOf(3), 0, 8), SizeIs(0));
  EXPECT_THAT(noting.asked, SizeIs(0));
}

TEST(WarmUp, HasAsManyAtATimeAsWillBeMeasured) {
  Noting noting;
  RequestTimer timer(*noting.model, nullptr);
  EXPECT_THAT(WarmUp(timer, PromptsOf(3), 5, 8), SizeIs(8));
  EXPECT_THAT(noting.asked, SizeIs(8));
}

TEST(WarmUp, ForgivesSomeFailures) {
  Noting noting;
  noting.failing = "2";
  RequestTimer timer(*noting.model, nullptr);
  EXPECT_THAT(WarmUp(timer, PromptsOf(3), 3, 1), SizeIs(2));
}

TEST(WarmUp, DoesNotGoOnWhereTheFirstFail) {
  Noting noting;
  noting.failing = "0 1 2";
  RequestTimer timer(*noting.model, nullptr);
  EXPECT_THAT(ErrorOf([&] { WarmUp(timer, PromptsOf(3), 5, 1); }, ErrorCode::kModelFailed),
              HasSubstr("no request of the warm-up was answered: too hot"));
  EXPECT_THAT(noting.asked, SizeIs(2));
}

TEST(WarmUp, SaysWhatEndedIt) {
  Noting noting;
  Spending spending({.requests = 2});
  RequestTimer timer(*noting.model, &spending);
  EXPECT_THAT(ErrorOf([&] { WarmUp(timer, PromptsOf(3), 5, 1); }, ErrorCode::kModelFailed),
              HasSubstr("it ended in the warm-up: the budget of 2 requests"));
}

}  // namespace
}  // namespace gatetest::internal
