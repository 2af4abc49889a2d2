// What --gatetest_claim, _alpha, _if_inconclusive and _plan make of a gate. Forty samples do not
// decide whether 0.9 is above 0.85 beyond them.
#include <thread>

#include "tests/children/child_gate.h"

using Claims = ChildGate;

TEST_F(Claims, Macro) { EXPECT_RETENTION_ABOVE(ChildModel("fair"), 0.85); }

TEST_F(Claims, Matcher) {
  EXPECT_THAT(Compare(ChildModel("fair"), "sums"), gatetest::RetentionAbove(0.85));
}

TEST_F(Claims, Negated) {
  EXPECT_THAT(Compare(ChildModel("fair"), "sums"),
              testing::Not(gatetest::RetentionAbove(gatetest::Limit(0.95).Alpha(0.3))));
}

TEST_F(Claims, NegatedUndecided) {
  EXPECT_THAT(Compare(ChildModel("fair"), "sums"), testing::Not(gatetest::RetentionAbove(0.85)));
}

TEST_F(Claims, OwnClaim) {
  EXPECT_RETENTION_ABOVE(ChildModel("fair"),
                         gatetest::Limit(0.85).Claim(gatetest::Claim::kDataset));
}

TEST_F(Claims, Fails) { EXPECT_ACCURACY_ABOVE(ChildModel("bad"), 0.85); }

TEST_F(Claims, Unplannable) {
  EXPECT_ACCURACY_ABOVE(ChildModel("fair"), gatetest::Limit(0.85).On("sum"));
}

TEST_F(Claims, LooksAtWhatItEvaluated) {
  const gatetest::EvaluationPtr evaluation = Evaluate(ChildModel("fair"), "sums");
  ASSERT_EQ(evaluation->items.size(), 40U);
  EXPECT_THAT(evaluation, gatetest::AccuracyAbove(0.5));
}

TEST_F(Claims, UndecidedBesideAFailure) {
  EXPECT_THAT(Compare(ChildModel("fair"), "sums"),
              testing::AllOf(
                  gatetest::RetentionAbove(0.85),
                  gatetest::AccuracyAbove(gatetest::Limit(0.95).Claim(gatetest::Claim::kDataset))));
}

TEST_F(Claims, BlockedUndecided) {
  EXPECT_THAT(Compare(ChildModel("fair"), "sums"),
              gatetest::IsBlockedBy(gatetest::RetentionAbove(0.85)));
}

TEST_F(Claims, TwoAlphas) {
  const gatetest::ModelPtr fair = ChildModel("fair");
  EXPECT_RETENTION_ABOVE(fair, gatetest::Limit(0.85).Alpha(0.01));
  EXPECT_RETENTION_ABOVE(fair, gatetest::Limit(0.85).Alpha(0.2));
}

/// `in_cluster` samples share each cluster; 0: none carries one.
gatetest::TaskPtr Numbers(const std::string& name, int count, int in_cluster = 0) {
  std::vector<gatetest::Sample> samples;
  for (int i = 1; i <= count; ++i) {
    samples.push_back({.input = std::to_string(i),
                       .answer = std::to_string(i),
                       .cluster = in_cluster == 0 ? "" : "c" + std::to_string(i / in_cluster)});
  }
  return gatetest::ExactMatch(gatetest::MakeDataset(name, std::move(samples)));
}

class Plans : public ChildGate {
 protected:
  gatetest::Gate gate() const override {
    return {.baseline = ChildModel("good"),
            .tasks = {Numbers("forty", 40), Numbers("few", 19), Numbers("one", 1),
                      Numbers("passages", 39, 10), Numbers("pairs", 79, 2)}};
  }
};

TEST_F(Plans, Clusters) {
  EXPECT_RETENTION_ABOVE(ChildModel("fair"), gatetest::Limit(0.85).On("passages"));
  EXPECT_FLIPS_BELOW(ChildModel("fair"), gatetest::Limit(0.15).On("pairs"));
}

TEST_F(Plans, Fewest) {
  EXPECT_RETENTION_ABOVE(ChildModel("fair"), gatetest::Limit(0.85).On("few"));
  EXPECT_RETENTION_ABOVE(ChildModel("fair"), gatetest::Limit(0.1).On("forty"));
  EXPECT_ACCURACY_ABOVE(ChildModel("fair"), gatetest::Limit(0.85).On("one"));
}

TEST_F(Plans, Ends) {
  EXPECT_ACCURACY_ABOVE(ChildModel("fair"), gatetest::Limit(0.0).On("forty"));
  EXPECT_FLIPS_BELOW(ChildModel("fair"), gatetest::Limit(1.0).On("forty"));
  EXPECT_RETENTION_ABOVE(ChildModel("fair"), gatetest::Limit(0.0).On("forty"));
  EXPECT_RETENTION_ABOVE(ChildModel("fair"), gatetest::Limit(1e-300).On("forty"));
}

class PlansOfTwo : public ChildGate {
 protected:
  gatetest::Gate gate() const override {
    return {.baseline = ChildModel("good"), .tasks = {Numbers("sums", 40), Numbers("more", 50)}};
  }
};

TEST_F(PlansOfTwo, Each) { EXPECT_ACCURACY_ABOVE(ChildModel("fair"), 0.85); }

TEST_F(PlansOfTwo, Pooled) {
  EXPECT_ACCURACY_ABOVE(ChildModel("fair"), gatetest::Limit(0.85).Pooled());
}

TEST_F(PlansOfTwo, Threads) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([this, i] {
      const gatetest::GateScope scope(gate(), gatetest::SharedEvaluator());
      const gatetest::ModelPtr model = ChildModel("model" + std::to_string(i));
      for (int j = 0; j < 25; ++j) EXPECT_ACCURACY_ABOVE(model, gatetest::Limit(0.0).On("sums"));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

class PlansOfWriting : public ChildGate {
 protected:
  gatetest::Gate gate() const override {
    return {.baseline = ChildModel("good"),
            .tasks = {Numbers("sums", 40),
                      gatetest::Corpus(gatetest::MakeDataset("prose", {{.input = "text"}}))}};
  }
};

TEST_F(PlansOfWriting, Each) {
  const gatetest::ModelPtr fair = ChildModel("fair");
  EXPECT_TRUNCATION_BELOW(fair, 0.05);
  EXPECT_EMPTY_BELOW(fair, 0.05);
  EXPECT_OUTPUT_LENGTH_RATIO_WITHIN(fair, 0.9, 1.1);
  EXPECT_COST_PER_1K_BELOW(fair, 0.0004);
  EXPECT_SAVINGS_ABOVE(fair, 0.3);
}

class PlansOfNoise : public ChildGate {
 protected:
  gatetest::Gate gate() const override {
    return {.baseline = ChildModel("good"), .tasks = {Numbers("sums", 40)}, .noise_runs = 3};
  }
};

TEST_F(PlansOfNoise, Gate) {
  EXPECT_RETENTION_ABOVE(ChildModel("fair"), 0.85);
  EXPECT_ACCURACY_ABOVE(ChildModel("fair"), 0.85);
}

TEST_F(PlansOfNoise, Fixture) { EXPECT_NE(NoiseFloor(ChildModel("good"), "sums", 2)->failure, ""); }

TEST(NoGate, RunsAnyway) {}

TEST(NoFixture, Gated) {
  gatetest::Evaluator evaluator;
  const gatetest::GateScope scope({.tasks = {Numbers("sums", 40)}}, evaluator);
  EXPECT_ACCURACY_ABOVE(ChildModel("good"), 0.5);
}

GATETEST_MAIN()
