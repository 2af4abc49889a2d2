// Gates a quantization of a served model against the original, which the same endpoint serves. The
// answers of both are recorded beside this file, so that CI needs neither the models nor a GPU.
#include <gatetest/gatetest.h>

#include <cstdlib>
#include <string>

namespace {

using gatetest::ModelPtr;

/// Both models share its connections and its pace.
gatetest::Endpoint Relay() {
  const char* const url = std::getenv("RELAY_URL");
  return {.base_url = url != nullptr ? url : "http://localhost:8080/v1", .concurrency = 8};
}

/// What an answer belongs to is the name, the quantization, the provider and the revision; not the
/// address.
ModelPtr Served(const std::string& quantization) {
  return gatetest::OpenAiModel({.name = "tinylm",
                                .quantization = quantization,
                                .provider = "relay",
                                .weights = "model-f16.gguf, llama-quantize b11669"},
                               Relay(),
                               {.served_as = "tinylm-" + quantization,
                                .generate_by = gatetest::GenerateBy::kCompletions});
}

class ServedGate : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override {
    return {.baseline = Served("f16"),
            .tasks = {gatetest::ExactMatch("questions.jsonl",
                                           {.generate = {.stop = {"\n"}, .max_tokens = 24}}),
                      gatetest::MultipleChoice("choices.jsonl")}};
  }
};

TEST_F(ServedGate, Q4MayShip) {
  const ModelPtr candidate = Served("Q4_0");
  EXPECT_RETENTION_ABOVE(candidate, gatetest::Limit(0.8).On("questions"));
  EXPECT_ACCURACY_LOSS_BELOW(candidate, gatetest::Limit(0.05).On("choices"));
}

}  // namespace
