// Evaluates and judges with gatetest::core alone: no GoogleTest, no HTTP, no database.
#include <gatetest/evaluator.h>
#include <gatetest/function_model.h>
#include <gatetest/tasks.h>
#include <gatetest/verdict.h>

#include <iostream>

int main() {
  const gatetest::ModelPtr model = gatetest::FunctionModel(
      {.name = "adder"},
      {.generate = [](const gatetest::Request&) { return gatetest::Response::Text("2"); }});
  const gatetest::TaskPtr sums =
      gatetest::ExactMatch(gatetest::MakeDataset("sums", {{.input = "1+1=", .answer = "2"}}));
  gatetest::Evaluator evaluator;
  const gatetest::Subject subject{.candidate = evaluator.Evaluate(model, sums)};
  const gatetest::Judgement judgement =
      gatetest::Judge({gatetest::Metric::kAccuracy, 0.9}, {&subject, 1});
  std::cout << gatetest::Explain(judgement);
  return judgement.verdict == gatetest::Verdict::kPassed ? 0 : 1;
}
