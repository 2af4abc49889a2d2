// Somebody's own engine as a model: the functions it has, and what it is.
#include <gatetest/gatetest.h>

#include <memory>

#include "markov_chain.h"

using gatetest::Request;
using gatetest::Response;

gatetest::ModelPtr Load(const gatetest::ModelInfo& info, int bits) {
  const auto engine = std::make_shared<const MarkovChain>("train.txt", bits);
  return gatetest::FunctionModel(
      info, {.score =
                 [engine](const Request& request) {
                   return Response::Logprobs(engine->Score(request.prompt, request.continuation));
                 },
             .generate =
                 [engine](const Request& request) {
                   return Response::Text(engine->Complete(request.prompt, request.max_tokens));
                 }});
}

/// Declares it; the text is read and counted when the first answer is needed.
gatetest::ModelPtr Markov(int bits) {
  const gatetest::ModelInfo info = {.name = "markov",
                                    .quantization = "int" + std::to_string(bits),
                                    .weights = "train.txt, revision 1"};
  return gatetest::Lazy(info, [info, bits] { return Load(info, bits); });
}

class MarkovGate : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override {
    return {.baseline = Markov(16),
            .tasks = {gatetest::Corpus("heldout.txt"),
                      gatetest::ExactMatch("endings.jsonl", {.generate = {.max_tokens = 1}})}};
  }
};

TEST_F(MarkovGate, Int8MayShip) {
  EXPECT_PPL_RATIO_BELOW(Markov(8), 1.001);
  EXPECT_RETENTION_ABOVE(Markov(8), 0.99);
}

TEST_F(MarkovGate, Int2IsBlocked) {
  EXPECT_THAT(Compare(Markov(2), "heldout"), gatetest::IsBlockedBy(gatetest::PplRatioBelow(1.05)));
}
