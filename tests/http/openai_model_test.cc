#include "gatetest/openai_model.h"

#include <gtest/gtest.h>

#include <string>

#include "tests/support/errors.h"

namespace gatetest {
namespace {

using testing_support::ErrorOf;

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

TEST(OpenAiModel, IsAnotherWithADeclaredBos) {
  const Endpoint endpoint = {.base_url = "http://h/v1"};
  EXPECT_NE(OpenAiModel({.name = "m", .weights = "r"}, endpoint)->identity(),
            OpenAiModel({.name = "m", .weights = "r", .bos_token = 2}, endpoint)->identity());
}

}  // namespace
}  // namespace gatetest
