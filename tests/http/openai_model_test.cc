#include "gatetest/openai_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "tests/http/http_testing.h"
#include "tests/support/errors.h"
#include "tests/support/fault_server.h"

namespace gatetest {
namespace {

using testing::HasSubstr;
using testing_support::Ask;
using testing_support::EndpointOf;
using testing_support::ErrorOf;
using testing_support::FailureOf;

TEST(OpenAiModel, RefusesWhatCannotBe) {
  const Endpoint endpoint = {.base_url = "http://h/v1", .api_key_variable = "A_KEY"};
  const auto refusal = [&](const ModelInfo& info) {
    return ErrorOf([&] { OpenAiModel(info, endpoint); }, ErrorCode::kInvalidArgument);
  };
  EXPECT_EQ(refusal({}), "OpenAiModel \"\": ModelInfo::name is empty; give the model a name");
  EXPECT_EQ(refusal({.name = "m", .weights_file = "f"}),
            "OpenAiModel \"m\": ModelInfo::weights_file is for models of this process; give the "
            "revision that is served as ModelInfo::weights");
  EXPECT_EQ(
      refusal({.name = "m", .api_key_variable = "B_KEY"}),
      "OpenAiModel \"m\": ModelInfo::api_key_variable and Endpoint::api_key_variable are not the "
      "same");
}

TEST(OpenAiModel, SaysWhoServesIt) {
  const Endpoint endpoint = {.base_url = "http://localhost:8000/v1", .api_key_variable = "A_KEY"};
  EXPECT_EQ(OpenAiModel({.name = "m"}, endpoint)->info().provider, "localhost:8000");
  EXPECT_EQ(OpenAiModel({.name = "m", .weights = "r1"}, endpoint)->info().provider, "localhost");
  EXPECT_EQ(OpenAiModel({.name = "m", .provider = "us"}, endpoint)->info().provider, "us");
  EXPECT_EQ(OpenAiModel({.name = "m"}, endpoint)->info().api_key_variable, "A_KEY");
  EXPECT_EQ(OpenAiModel({.name = "m", .api_key_variable = "B_KEY"}, {.base_url = "http://h/v1"})
                ->info()
                .api_key_variable,
            "B_KEY");
}

/// Without a revision nothing else tells deployments apart; with one, addresses do not matter.
TEST(OpenAiModel, IsAnotherAtAnotherDeployment) {
  const auto identity = [](const Endpoint& endpoint, const std::string& weights = "") {
    return OpenAiModel({.name = "m", .weights = weights, .max_age = std::chrono::hours(1)},
                       endpoint)
        ->identity();
  };
  const Endpoint int4 = {.base_url = "https://gw.example/serving/int4/v1"};
  const Endpoint f16 = {.base_url = "https://gw.example/serving/f16/v1"};
  const Endpoint canary = {.base_url = int4.base_url, .headers = {{"X-Deployment", "canary"}}};
  EXPECT_NE(identity(int4), identity(f16));
  EXPECT_NE(identity(int4), identity(canary));
  EXPECT_EQ(identity(int4, "r1"), identity(f16, "r1"));
}

/// llama-server answers for its one model, whatever the name.
TEST(OpenAiModel, IsNotOneThatIsServedUnderAnotherNameToo) {
  FaultServer server([](const HttpCall&) {
    return Answer{.body = R"({"model":"f16.gguf","choices":[{"message":{"content":"yes"}}]})"};
  });
  for (const bool stream : {false, true}) {
    Endpoint endpoint = EndpointOf(server);
    if (stream) endpoint.concurrency = 3;  // Another endpoint to GateTest.
    const ModelPtr f16 = OpenAiModel({.name = "f16"}, endpoint);
    const ModelPtr same = OpenAiModel({.name = "f16", .quantization = "again"}, endpoint);
    const ModelPtr int4 = OpenAiModel({.name = "int4"}, endpoint);
    EXPECT_EQ(Ask(f16, {.prompt = "?"}).failure, "");
    EXPECT_EQ(Ask(same, {.prompt = "?"}).failure, "");
    EXPECT_THAT(
        FailureOf(int4, {.prompt = "?"}),
        HasSubstr("the server answers as \"f16.gguf\" when it is asked for \"f16\" and when it "
                  "is asked for \"int4\": it is one model"));
  }
}

TEST(OpenAiModel, IsAnotherWithADeclaredBos) {
  const Endpoint endpoint = {.base_url = "http://h/v1"};
  EXPECT_NE(OpenAiModel({.name = "m", .weights = "r"}, endpoint)->identity(),
            OpenAiModel({.name = "m", .weights = "r", .bos_token = 2}, endpoint)->identity());
}

}  // namespace
}  // namespace gatetest
