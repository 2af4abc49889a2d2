#include "gatetest/lazy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "gatetest/evaluator.h"
#include "gatetest/tasks.h"
#include "tests/support/errors.h"
#include "tests/support/fake_model.h"

namespace gatetest {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing_support::ErrorOf;
using testing_support::FakeModel;

const ModelInfo kInfo = {.name = "tinylm", .quantization = "int4", .context_window = 128};

ModelPtr EchoModel() {
  return std::make_shared<FakeModel>(testing_support::Echo, ModelInfo{.name = "inner"});
}

TEST(Lazy, DeclaringLoadsNothing) {
  int loads = 0;
  const ModelPtr model = Lazy(kInfo, [&] {
    ++loads;
    return EchoModel();
  });
  EXPECT_EQ(model->info().name, "tinylm");
  EXPECT_EQ(model->info().context_window, 128);
  EXPECT_EQ(testing::PrintToString(model), "tinylm int4");
  EXPECT_EQ(loads, 0);
}

TEST(Lazy, LoadsOnceForAllThatIsAsked) {
  int loads = 0;
  const ModelPtr model = Lazy(kInfo, [&] {
    ++loads;
    return EchoModel();
  });
  EXPECT_TRUE(model->capabilities().generate);
  for (int i = 0; i < 2; ++i) {
    testing_support::Answers answers(1);
    Request request;
    request.prompt = "hello";
    model->Run(std::vector<Request>{request}, answers, Cancel());
    EXPECT_EQ(answers.responses[0].text, "hello");
  }
  EXPECT_EQ(model->info().name, "tinylm");
  EXPECT_EQ(loads, 1);
}

TEST(Lazy, LoadsOnceForManyThreads) {
  std::atomic<int> loads{0};
  const ModelPtr model = Lazy(kInfo, [&] {
    ++loads;
    return EchoModel();
  });
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) threads.emplace_back([&] { model->capabilities(); });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(loads, 1);
}

TEST(Lazy, RemembersThatItsLoaderThrew) {
  int loads = 0;
  const ModelPtr model = Lazy(kInfo, [&]() -> ModelPtr {
    ++loads;
    throw std::runtime_error("no such file: int4.bin");
  });
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(ErrorOf([&] { model->capabilities(); }, ErrorCode::kModelFailed),
                HasSubstr("could not be loaded: no such file: int4.bin"));
  }
  EXPECT_EQ(loads, 1);
}

TEST(Lazy, RemembersThatItsLoaderReturnedNull) {
  int loads = 0;
  const ModelPtr model = Lazy(kInfo, [&] {
    ++loads;
    return ModelPtr();
  });
  for (int i = 0; i < 2; ++i) {
    testing_support::Answers answers(1);
    EXPECT_THAT(ErrorOf([&] { model->Run(std::vector<Request>(1), answers, Cancel()); },
                        ErrorCode::kModelFailed),
                HasSubstr("returned no model"));
  }
  EXPECT_EQ(loads, 1);
}

TEST(Lazy, LetsGoOfItsLoaderOnceItHasRun) {
  const auto held = std::make_shared<int>(0);
  const ModelPtr model = Lazy(kInfo, [held] { return EchoModel(); });
  EXPECT_EQ(held.use_count(), 2);
  model->capabilities();
  EXPECT_EQ(held.use_count(), 1);
}

TEST(Lazy, AFailedLoadIsAnEvaluationThatSaysWhy) {
  const ModelPtr model =
      Lazy(kInfo, []() -> ModelPtr { throw std::runtime_error("out of memory"); });
  Evaluator evaluator;
  const EvaluationPtr evaluation =
      evaluator.Evaluate(model, ExactMatch(MakeDataset("data", {{.input = "a", .answer = "a"}})));
  EXPECT_THAT(evaluation->failure, HasSubstr("out of memory"));
  EXPECT_EQ(evaluation->model.name, "tinylm");
}

TEST(Lazy, WantsANameAndALoader) {
  EXPECT_THAT(ErrorOf([] { Lazy({}, EchoModel); }, ErrorCode::kInvalidArgument), HasSubstr("name"));
  EXPECT_THAT(ErrorOf([] { Lazy(kInfo, nullptr); }, ErrorCode::kInvalidArgument),
              AllOf(HasSubstr("tinylm"), HasSubstr("loader")));
}

}  // namespace
}  // namespace gatetest
