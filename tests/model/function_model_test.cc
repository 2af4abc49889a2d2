#include "gatetest/function_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/errors.h"
#include "tests/support/fake_model.h"

namespace gatetest {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::Answers;
using testing_support::ErrorOf;

const ModelInfo kInfo = {.name = "engine"};

Response EchoOne(const Request& request) { return Response::Text(request.prompt); }

std::vector<Response> EchoAll(std::span<const Request> requests) {
  std::vector<Response> responses;
  for (const Request& request : requests) responses.push_back(EchoOne(request));
  return responses;
}

/// Requests with prompts "0", "1", ...
std::vector<Request> Requests(std::size_t count, RequestKind kind = RequestKind::kGenerate) {
  std::vector<Request> requests(count);
  for (std::size_t i = 0; i < count; ++i) {
    requests[i].kind = kind;
    requests[i].prompt = std::to_string(i);
  }
  return requests;
}

void Ask(const ModelPtr& model, const std::vector<Request>& requests, Answers& answers) {
  const Cancel cancel;
  model->Run(requests, answers, cancel);
}

void ExpectAllEchoed(const Answers& answers) {
  for (std::size_t i = 0; i < answers.responses.size(); ++i) {
    ASSERT_EQ(answers.times[i], 1) << i;
    ASSERT_EQ(answers.responses[i].text, std::to_string(i));
  }
}

TEST(FunctionModel, CanWhatItHasFunctionsFor) {
  const auto can = [](ModelFunctions functions) {
    const Capabilities c = FunctionModel(kInfo, std::move(functions))->capabilities();
    return std::vector<bool>{c.score, c.generate, c.tokenize};
  };
  EXPECT_THAT(can({.score = EchoOne}), ElementsAre(true, false, false));
  EXPECT_THAT(can({.generate = EchoOne}), ElementsAre(false, true, false));
  EXPECT_THAT(can({.score = EchoOne, .tokenize = EchoOne}), ElementsAre(true, false, true));
  EXPECT_THAT(can({.score_batch = EchoAll, .generate_batch = EchoAll}),
              ElementsAre(true, true, false));
}

TEST(FunctionModel, CallsTheFunctionOfTheKind) {
  const auto says = [](const std::string& text) {
    return [text](const Request&) { return Response::Text(text); };
  };
  const ModelPtr model = FunctionModel(
      kInfo, {.score = says("score"), .generate = says("generate"), .tokenize = says("tokenize")});
  std::vector<Request> requests(4);
  requests[0].kind = RequestKind::kTokenize;
  requests[1].kind = RequestKind::kScore;
  requests[2].kind = RequestKind::kGenerate;
  requests[3].kind = RequestKind::kScore;
  Answers answers(4);
  Ask(model, requests, answers);
  EXPECT_EQ(answers.responses[0].text, "tokenize");
  EXPECT_EQ(answers.responses[1].text, "score");
  EXPECT_EQ(answers.responses[2].text, "generate");
  EXPECT_EQ(answers.responses[3].text, "score");
}

TEST(FunctionModel, AnswersEverythingOnceOnAnyNumberOfThreads) {
  for (const std::size_t concurrent : {0U, 1U, 2U, 7U, 64U}) {
    for (const std::size_t count : {0U, 1U, 3U, 4U, 5U, 103U}) {
      Answers single(count);
      Ask(FunctionModel(kInfo, {.generate = EchoOne, .concurrent = concurrent}), Requests(count),
          single);
      ExpectAllEchoed(single);
      Answers batch(count);
      Ask(FunctionModel(kInfo,
                        {.generate_batch = EchoAll, .max_batch = 3, .concurrent = concurrent}),
          Requests(count), batch);
      ExpectAllEchoed(batch);
    }
  }
}

TEST(FunctionModel, OneThreadIsTheCallersByDefault) {
  const auto caller = std::this_thread::get_id();
  const ModelPtr model = FunctionModel(kInfo, {.generate = [&](const Request&) {
                                         EXPECT_EQ(std::this_thread::get_id(), caller);
                                         return Response::Text("");
                                       }});
  Answers answers(20);
  Ask(model, Requests(20), answers);
}

TEST(FunctionModel, BatchesHaveOneKindAndAtMostMaxBatch) {
  std::vector<std::size_t> sizes;
  const auto batch = [&](std::span<const Request> requests) {
    sizes.push_back(requests.size());
    for (const Request& request : requests) EXPECT_EQ(request.kind, requests[0].kind);
    return EchoAll(requests);
  };
  const ModelPtr model =
      FunctionModel(kInfo, {.score_batch = batch, .generate_batch = batch, .max_batch = 4});
  std::vector<Request> requests = Requests(12);
  for (std::size_t i = 6; i < 9; ++i) requests[i].kind = RequestKind::kScore;
  Answers answers(12);
  Ask(model, requests, answers);
  ExpectAllEchoed(answers);
  EXPECT_THAT(sizes, ElementsAre(4, 2, 3, 3));
}

TEST(FunctionModel, WhatAFunctionThrowsFailsItsRequestAlone) {
  const ModelPtr model = FunctionModel(kInfo, {.generate = [](const Request& request) -> Response {
                                         if (request.prompt == "1")
                                           throw std::runtime_error("out of memory");
                                         if (request.prompt == "2") throw 42;
                                         return EchoOne(request);
                                       }});
  Answers answers(4);
  Ask(model, Requests(4), answers);
  EXPECT_EQ(answers.responses[0].failure, "");
  EXPECT_EQ(answers.responses[1].failure, "the model threw: out of memory");
  EXPECT_THAT(answers.responses[2].failure, HasSubstr("the model threw"));
  EXPECT_EQ(answers.responses[3].text, "3");
}

TEST(FunctionModel, WhatABatchFunctionThrowsFailsItsBatchAlone) {
  const ModelPtr model = FunctionModel(kInfo, {.generate_batch =
                                                   [](std::span<const Request> requests) {
                                                     if (requests[0].prompt == "2")
                                                       throw std::runtime_error("no");
                                                     return EchoAll(requests);
                                                   },
                                               .max_batch = 2});
  Answers answers(6);
  Ask(model, Requests(6), answers);
  EXPECT_THAT(answers.times, Each(1));
  EXPECT_EQ(answers.responses[1].text, "1");
  EXPECT_THAT(answers.responses[2].failure, HasSubstr("no"));
  EXPECT_THAT(answers.responses[3].failure, HasSubstr("no"));
  EXPECT_EQ(answers.responses[4].text, "4");
}

TEST(FunctionModel, ABatchWithTheWrongNumberOfResponsesFails) {
  for (const std::size_t returned : {0U, 2U, 4U}) {
    const ModelPtr model =
        FunctionModel(kInfo, {.generate_batch = [=](std::span<const Request>) {
                        return std::vector<Response>(returned, Response::Text("x"));
                      }});
    Answers answers(3);
    Ask(model, Requests(3), answers);
    EXPECT_THAT(answers.times, Each(1));
    for (const Response& response : answers.responses) {
      EXPECT_THAT(response.failure,
                  HasSubstr(std::to_string(returned) + " responses to 3 requests"));
    }
  }
}

TEST(FunctionModel, OneFailureInABatchIsThatRequestsAlone) {
  const ModelPtr model =
      FunctionModel(kInfo, {.generate_batch = [](std::span<const Request> requests) {
                      std::vector<Response> responses = EchoAll(requests);
                      responses[1] = Response::Failed("refused");
                      return responses;
                    }});
  Answers answers(3);
  Ask(model, Requests(3), answers);
  EXPECT_EQ(answers.responses[0].text, "0");
  EXPECT_EQ(answers.responses[1].failure, "refused");
  EXPECT_EQ(answers.responses[2].text, "2");
}

TEST(FunctionModel, StopsSoonAfterCancel) {
  for (const std::size_t concurrent : {1U, 4U}) {
    std::atomic<std::size_t> calls{0};
    Cancel cancel;
    const ModelPtr model = FunctionModel(kInfo, {.generate =
                                                     [&](const Request& request) {
                                                       if (++calls == 3) cancel.Request();
                                                       return EchoOne(request);
                                                     },
                                                 .concurrent = concurrent});
    Answers answers(1000);
    model->Run(Requests(1000), answers, cancel);
    EXPECT_GE(calls, 3U);
    EXPECT_LE(calls, 3U + concurrent - 1);  // what the other threads had begun
  }
}

TEST(FunctionModel, AsksNothingWhenCancelledBefore) {
  Cancel cancel;
  cancel.Request();
  Answers answers(3);
  FunctionModel(kInfo, {.generate = EchoOne})->Run(Requests(3), answers, cancel);
  EXPECT_THAT(answers.times, Each(0));
}

TEST(FunctionModel, RefusesFunctionsThatMakeNoModel) {
  const auto error = [](ModelFunctions functions, ModelInfo info = kInfo) {
    return ErrorOf([&] { FunctionModel(info, functions); }, ErrorCode::kInvalidArgument);
  };
  EXPECT_THAT(error({}), AllOf(HasSubstr("engine"), HasSubstr("neither score nor generate")));
  EXPECT_THAT(error({.tokenize = EchoOne}), HasSubstr("neither score nor generate"));
  EXPECT_THAT(error({.score = EchoOne, .score_batch = EchoAll}), HasSubstr("not both"));
  EXPECT_THAT(error({.generate = EchoOne, .generate_batch = EchoAll}), HasSubstr("not both"));
  EXPECT_THAT(error({.generate_batch = EchoAll, .max_batch = 0}), HasSubstr("max_batch is 0"));
  EXPECT_THAT(error({.generate = EchoOne}, {}), HasSubstr("name"));
}

}  // namespace
}  // namespace gatetest
