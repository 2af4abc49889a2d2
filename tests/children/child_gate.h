// A gate that costs nothing, for child programs: "good" has everything right, "bad" half, "broken"
// throws.
#ifndef GATETEST_TESTS_CHILDREN_CHILD_GATE_H_
#define GATETEST_TESTS_CHILDREN_CHILD_GATE_H_

#include <gatetest/gatetest.h>

#include <stdexcept>
#include <string>
#include <vector>

inline gatetest::ModelPtr ChildModel(const std::string& name) {
  return gatetest::FunctionModel(
      {.name = name}, {.generate = [name](const gatetest::Request& request) {
        if (name == "broken") throw std::runtime_error("the engine is on fire");
        const bool half = name == "bad" && std::stoi(request.prompt) % 2 == 0;
        const bool right = name == "good" || half;
        return gatetest::Response::Text(right ? request.prompt : "?");
      }});
}

class ChildGate : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override {
    std::vector<gatetest::Sample> samples;
    for (int i = 1; i <= 40; ++i) {
      samples.push_back({.input = std::to_string(i), .answer = std::to_string(i)});
    }
    return {.baseline = ChildModel("good"),
            .tasks = {gatetest::ExactMatch(gatetest::MakeDataset("sums", std::move(samples)))}};
  }
};

#endif  // GATETEST_TESTS_CHILDREN_CHILD_GATE_H_
