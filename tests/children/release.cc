// Assertions on models as a whole, in runs that judge nothing and in those that tolerate what is
// not decided.
#include "tests/children/child_gate.h"

using gatetest::Metric;
using gatetest::ModelPtr;

/// A ChildModel whose answers can be recorded.
ModelPtr Candidate(const std::string& name) {
  return gatetest::FunctionModel({.name = name, .weights = name, .code_id = "1"},
                                 {.generate = [name](const gatetest::Request& request) {
                                   if (name == "broken")
                                     throw std::runtime_error("the engine is on fire");
                                   const int number = std::stoi(request.prompt);
                                   const bool right =
                                       name == "good" || number % (name == "bad" ? 2 : 10) != 0;
                                   return gatetest::Response::Text(right ? request.prompt : "?");
                                 }});
}

class Release : public ChildGate {
 protected:
  gatetest::Gate gate() const override {
    gatetest::Gate gate = ChildGate::gate();
    gate.baseline = Candidate("good");
    gate.requirements = {{Metric::kRetention, 0.85}, {Metric::kFlips, 0.2}};
    return gate;
  }
};

TEST_F(Release, MayShip) { EXPECT_MAY_SHIP(Candidate("fair")); }

TEST_F(Release, Blocked) { EXPECT_BLOCKED(Candidate("bad")); }

TEST_F(Release, Recommended) {
  EXPECT_RECOMMENDED(Candidate("good"),
                     (std::vector{Candidate("fair"), Candidate("bad"), Candidate("broken")}));
}

TEST_F(Release, Climbs) {
  const gatetest::Ladder ladder = Climb({Candidate("fair"), Candidate("bad")});
  EXPECT_EQ(ladder.rungs.size(), 3U);
  EXPECT_MAY_SHIP(Candidate("fair"));
}

TEST_F(Release, CannotClimb) {
  EXPECT_TRUE(Climb({Candidate("fair"), Candidate("fair")}).rungs.empty());
  EXPECT_MAY_SHIP(Candidate("good"));
}

TEST_F(Release, OnlyClimbs) { EXPECT_EQ(Climb({Candidate("fair")}).rungs.size(), 2U); }

GATETEST_MAIN()
