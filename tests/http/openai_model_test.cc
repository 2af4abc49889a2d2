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
  EXPECT_EQ(refusal({.name = "m", .api_key_variable = "B_KEY"}),
            "OpenAiModel \"m\": ModelInfo::api_key_variable is B_KEY, and the endpoint's is A_KEY");
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

}  // namespace
}  // namespace gatetest
