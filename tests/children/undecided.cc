// Expectations without evidence: every test here must fail, whatever is wrapped around the matcher.
#include "tests/children/child_gate.h"

using gatetest::Claim;
using gatetest::IsBlockedBy;
using gatetest::Limit;
using gatetest::RetentionAbove;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Not;

using Undecided = ChildGate;

/// "bad" has half of 40 right: neither above nor below 0.5 beyond these samples.
Limit AboutHalf() { return Limit(0.5).Claim(Claim::kPopulation); }

TEST_F(Undecided, MacroOnUnmeasured) { EXPECT_RETENTION_ABOVE(ChildModel("broken"), 0.9); }
TEST_F(Undecided, MacroOnInconclusive) { EXPECT_RETENTION_ABOVE(ChildModel("bad"), AboutHalf()); }
TEST_F(Undecided, MatcherOnUnmeasured) {
  EXPECT_THAT(Compare(ChildModel("broken")), RetentionAbove(0.9));
}
TEST_F(Undecided, NotOnUnmeasured) {
  EXPECT_THAT(Compare(ChildModel("broken")), Not(RetentionAbove(0.9)));
}
TEST_F(Undecided, NotOnInconclusive) {
  EXPECT_THAT(Compare(ChildModel("bad")), Not(RetentionAbove(AboutHalf())));
}
TEST_F(Undecided, NotOfAllOfOnUnmeasured) {
  EXPECT_THAT(Compare(ChildModel("broken")),
              Not(AllOf(RetentionAbove(0.9), gatetest::AccuracyAbove(0.9))));
}
TEST_F(Undecided, AnyOfOnUnmeasured) {
  EXPECT_THAT(Compare(ChildModel("broken")), AnyOf(Not(RetentionAbove(0.9)), ::testing::_));
}
TEST_F(Undecided, BlockedOnUnmeasured) {
  EXPECT_THAT(Compare(ChildModel("broken")), IsBlockedBy(RetentionAbove(0.9)));
}
TEST_F(Undecided, BlockedOnInconclusive) {
  EXPECT_THAT(Compare(ChildModel("bad")), IsBlockedBy(RetentionAbove(AboutHalf())));
}
TEST_F(Undecided, NotBlockedOnUnmeasured) {
  EXPECT_THAT(Compare(ChildModel("broken")), Not(IsBlockedBy(RetentionAbove(0.9))));
}
TEST_F(Undecided, NotOfAnImpossibleLimit) {
  EXPECT_THAT(Compare(ChildModel("good")), Not(RetentionAbove(90)));
}
TEST_F(Undecided, NotOnAnUnknownTask) {
  EXPECT_THAT(Compare(ChildModel("good"), "sum"), Not(RetentionAbove(0.9)));
}
TEST_F(Undecided, BlockedWithoutABaseline) {
  EXPECT_THAT(Evaluate(ChildModel("bad")), IsBlockedBy(RetentionAbove(0.9)));
}
TEST_F(Undecided, NothingAsserted) {}
TEST_F(Undecided, NullModel) { EXPECT_RETENTION_ABOVE(nullptr, 0.9); }

TEST(UndecidedOutsideOfAGate, Macro) { EXPECT_RETENTION_ABOVE(ChildModel("good"), 0.9); }

class ForgottenSetUp : public ChildGate {
  void SetUp() override {}
};
TEST_F(ForgottenSetUp, Macro) { EXPECT_RETENTION_ABOVE(ChildModel("good"), 0.9); }
TEST_F(ForgottenSetUp, Matcher) {
  EXPECT_THAT(Compare(ChildModel("good")), Not(RetentionAbove(0.9)));
}

TEST_F(ForgottenSetUp, NothingAsserted) {}

class OwnTearDown : public ChildGate {
  void TearDown() override {}
};
TEST_F(OwnTearDown, NothingAsserted) {}

class NotInSetUpTestSuite : public ChildGate {
 protected:
  static void SetUpTestSuite() {
    const gatetest::EvaluationPtr broken =
        gatetest::FailedEvaluation({.name = "broken"}, nullptr, "the engine is on fire");
    EXPECT_THAT(broken, Not(gatetest::AccuracyAbove(0.9)));
  }
};
TEST_F(NotInSetUpTestSuite, GoodMayShip) { EXPECT_RETENTION_ABOVE(ChildModel("good"), 0.9); }

TEST_F(Undecided, CandidateIsTheBaseline) {
  EXPECT_THAT(Compare(gate().baseline), Not(RetentionAbove(0.9)));
}

class OneKernelOrAnother : public gatetest::GateTest {
 protected:
  /// Two engines that say they are the same.
  static gatetest::ModelPtr Engine(bool right) {
    return gatetest::FunctionModel({.name = "engine", .weights = "w"},
                                   {.generate = [right](const gatetest::Request& request) {
                                     return gatetest::Response::Text(right ? request.prompt : "?");
                                   }});
  }
  gatetest::Gate gate() const override {
    return {.baseline = Engine(true),
            .tasks = {gatetest::ExactMatch(
                gatetest::MakeDataset("sums", {{.input = "1", .answer = "1"}}))}};
  }
};
TEST_F(OneKernelOrAnother, Macro) { EXPECT_RETENTION_ABOVE(Engine(false), 0.9); }

class ThrowingGate : public gatetest::GateTest {
  gatetest::Gate gate() const override { throw std::runtime_error("no such rung"); }
};
TEST_F(ThrowingGate, Macro) { EXPECT_RETENTION_ABOVE(ChildModel("good"), 0.9); }

class TwoTasksOfOneName : public gatetest::GateTest {
  gatetest::Gate gate() const override {
    const gatetest::Dataset sums = gatetest::MakeDataset("sums", {{.input = "1", .answer = "1"}});
    return {.tasks = {gatetest::ExactMatch(sums), gatetest::Contains(sums)}};
  }
};
TEST_F(TwoTasksOfOneName, Macro) { EXPECT_ACCURACY_ABOVE(ChildModel("good"), 0.9); }

GATETEST_MAIN()
