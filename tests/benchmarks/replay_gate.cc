// The gate that replay_cost.cc runs: 5,000 questions of a file, REPLAY_DATA, to two models.
#include <gatetest/gatetest.h>

#include <cstdlib>
#include <string>

namespace {

gatetest::ModelPtr ReplayModel(const std::string& quantization) {
  return gatetest::FunctionModel(
      {.name = "model", .quantization = quantization, .weights = "1"},
      {.generate = [quantization](const gatetest::Request& request) {
        // One in 50 is wrong.
        const bool wrong = quantization == "int4" && request.prompt.find("01") == 0;
        return gatetest::Response::Text("The answer to this question is " +
                                        std::string(wrong ? "wrong" : "right") + ".");
      }});
}

class ReplayGate : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override {
    const char* const data = std::getenv("REPLAY_DATA");
    return {.baseline = ReplayModel("f16"),
            .tasks = {gatetest::Contains(data == nullptr ? "REPLAY_DATA" : data)}};
  }
};

TEST_F(ReplayGate, MayShip) { EXPECT_RETENTION_ABOVE(ReplayModel("int4"), 0.9); }

}  // namespace

GATETEST_MAIN()
