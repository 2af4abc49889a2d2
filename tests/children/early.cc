// Gates whose evaluations may end early: by flag, by their own word, and within a budget.
#include "tests/children/child_gate.h"

gatetest::TaskPtr Numbers(const std::string& name, int count) {
  std::vector<gatetest::Sample> samples;
  for (int i = 1; i <= count; ++i) {
    samples.push_back({.input = std::to_string(i), .answer = std::to_string(i)});
  }
  return gatetest::ExactMatch(gatetest::MakeDataset(name, std::move(samples)));
}

class Early : public ChildGate {
 protected:
  gatetest::Gate gate() const override {
    return {.baseline = ChildModel("good"), .tasks = {Numbers("sums", 1000)}};
  }
};

TEST_F(Early, Bad) { EXPECT_RETENTION_ABOVE(ChildModel("bad"), 0.9); }

TEST_F(Early, Good) {
  EXPECT_ACCURACY_ABOVE(ChildModel("fair"), 0.8);
  EXPECT_FLIPS_BELOW(ChildModel("fair"), gatetest::Limit(0.2).Stop(gatetest::Stop::kNever));
}

class Priced : public ChildGate {
 protected:
  gatetest::Gate gate() const override {
    return {.tasks = {Numbers("sums", 1000), Numbers("more", 2000)},
            .stop = gatetest::Stop::kConfident,
            .budget = {.samples = 1500, .requests = 10'000, .usd = 2.5}};
  }
};

TEST_F(Priced, Pooled) {
  const gatetest::ModelPtr model = gatetest::FunctionModel(
      {.name = "large",
       .provider = "cloud",
       .weights = "r1",
       .prices = gatetest::Prices{.input_usd_per_mtok = 2.0, .output_usd_per_mtok = 8.0}},
      {.generate = [](const gatetest::Request& request) {
        return gatetest::Response::Text(request.prompt);
      }});
  EXPECT_ACCURACY_ABOVE(model, gatetest::Limit(0.9).Pooled());
  EXPECT_ACCURACY_ABOVE(model, gatetest::Limit(0.9).On("more"));
}

GATETEST_MAIN()
