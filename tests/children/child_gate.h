// A gate that costs nothing, for child programs: "good" has everything right, "fair" nine of ten,
// "bad" half, "broken" throws.
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
        const int number = std::stoi(request.prompt);
        const bool right = name == "good" || (name == "bad" && number % 2 == 0) ||
                           (name == "fair" && number % 10 != 0);
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
