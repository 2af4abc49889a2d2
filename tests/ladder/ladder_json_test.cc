// The JSON of a ladder is what docs/ladder.schema.json says, to the last field.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "gatetest/ladder.h"
#include "tests/ladder/ladder_testing.h"
#include "tests/support/json_schema.h"
#include "tests/support/numbers.h"

namespace gatetest {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing_support::ClimbIn;
using testing_support::ExpectClose;
using testing_support::JsonSchema;
using testing_support::kInfinity;
using testing_support::LadderGate;
using testing_support::MakeRung;
using testing_support::ProseTask;
using testing_support::SumsTask;
using testing_support::ThreeRungs;

nlohmann::json ReadSchema() {
  std::ifstream file(std::string(GATETEST_SOURCE_DIR) + "/docs/ladder.schema.json");
  return nlohmann::json::parse(file);
}

/// By the schema that the documents name.
nlohmann::json Checked(const Ladder& ladder) {
  static const JsonSchema schema(ReadSchema());
  nlohmann::json json = nlohmann::json::parse(ToJson(ladder));
  EXPECT_THAT(schema.ErrorsIn(json), IsEmpty());
  return json;
}

constexpr Prices kDear{.input_usd_per_mtok = 2.0, .output_usd_per_mtok = 8.0};
constexpr Prices kCheap{.input_usd_per_mtok = 0.5, .output_usd_per_mtok = 2.0};

/// With costs, speeds, a return, and all kinds of limits.
Ladder FullLadder() {
  Gate gate = LadderGate();
  gate.baseline = MakeRung({.quantization = "f16", .bytes = 4000, .prices = kDear});
  gate.tasks = {SumsTask(), ProseTask(), SumsTask(40, "few")};
  gate.requirements.push_back(
      {Metric::kAccuracy, Limit(0.2).On("sums").Claim(Claim::kPopulation).Alpha(0.01)});
  gate.requirements.push_back({Metric::kRetention, Limit(0.85).Pooled()});
  gate.requirements.push_back({Metric::kOutputLengthRatio, Limit(0.5).UpTo(2.0)});
  gate.workload = {.warm_up = 0, .prompts_of_run = 2};
  return ClimbIn(gate,
                 {MakeRung({.quantization = "int8", .wrong = 1, .bytes = 2000, .prices = kCheap}),
                  MakeRung({.quantization = "int4", .wrong = 2, .logprob = -1.1, .prices = kCheap}),
                  MakeRung({.quantization = "int2", .wrong = 90, .logprob = -2.0})},
                 {.speed_runs = 5,
                  .volume = MonthlyVolume{.input_mtok = 30.0, .output_mtok = 10.0},
                  .investment_usd = 1000.0});
}

TEST(LadderJson, IsByItsSchema) {
  const nlohmann::json json = Checked(ClimbIn(LadderGate(), ThreeRungs()));
  EXPECT_EQ(json["format"], "gatetest.ladder/1");
  EXPECT_EQ(json["claim"], "dataset");
  EXPECT_EQ(json["alpha"], 0.05);
  EXPECT_EQ(json["requirements"], nlohmann::json::parse(R"([{"metric": "retention", "above": 0.9},
                                      {"metric": "perplexity_ratio", "below": 1.2}])"));
  EXPECT_EQ(json["rungs"].size(), 4U);
  EXPECT_EQ(json["rungs"][0]["baseline"], true);
  const nlohmann::json& int2 = json["rungs"][3];
  EXPECT_EQ(int2["rung"], "int2");
  EXPECT_EQ(int2["model"],
            nlohmann::json::parse(R"({"name": "tinylm", "quantization": "int2", "bytes": 500})"));
  EXPECT_EQ(int2["verdict"], "FAILED");
  EXPECT_EQ(int2["reasons"].size(), 2U);
  const nlohmann::json& retention = int2["tasks"][0]["figures"]["retention"];
  EXPECT_EQ(retention["value"], 0.4);
  EXPECT_EQ(retention["n"], 100);
  EXPECT_EQ(retention["observations"], "samples");
  EXPECT_EQ(retention["method"], "Tang score");
  EXPECT_LT(retention["lower"], 0.4);
  EXPECT_GT(retention["upper"], 0.4);
  EXPECT_FALSE(int2.contains("cost_per_1k_tokens"));
  EXPECT_THAT(int2["no_cost"], HasSubstr("has no prices"));
  EXPECT_EQ(json["analyses"][0]["threshold"]["worst_acceptable"]["rung"], "int4");
  EXPECT_EQ(json["recommendation"]["rung"], "int4");
  EXPECT_EQ(json["recommendation"]["rejected"].size(), 3U);
}

TEST(LadderJson, HasCostsSpeedsAndLimits) {
  const nlohmann::json json = Checked(FullLadder());
  EXPECT_EQ(json["requirements"][2], nlohmann::json::parse(R"({
    "metric": "accuracy", "above": 0.2, "task": "sums", "claim": "population", "alpha": 0.01})"));
  EXPECT_EQ(json["requirements"][3],
            nlohmann::json::parse(R"({"metric": "retention", "above": 0.85, "pooled": true})"));
  EXPECT_EQ(json["requirements"][4], nlohmann::json::parse(R"({
    "metric": "output_length_ratio", "above": 0.5, "below": 2.0})"));
  const nlohmann::json& int8 = json["rungs"][1];
  EXPECT_EQ(int8["model"]["output_usd_per_mtok"], 2.0);
  ExpectClose(int8["cost_per_1k_tokens"]["value"], 0.000875);
  ExpectClose(int8["savings"]["value"], 0.75);
  ExpectClose(int8["monthly_usd"], 35.0);
  ExpectClose(int8["monthly_savings"]["annual_usd"], 1260.0);
  ExpectClose(int8["roi"]["roi"], 0.26);
  EXPECT_EQ(int8["tokens_per_second"]["observations"], "runs");
  EXPECT_EQ(json["analyses"][2]["accuracy_of"], "the mean of 2 tasks");
}

TEST(LadderJson, WritesInfinityAndWhatIsMissing) {
  const nlohmann::json json = Checked(
      ClimbIn(LadderGate(), {MakeRung({.quantization = "int8", .wrong = 2, .logprob = -1.1}),
                             MakeRung({.quantization = "int4", .failure = "out of memory"}),
                             MakeRung({.quantization = "int2", .logprob = -kInfinity})}));
  const nlohmann::json& int2 = json["rungs"][3]["tasks"][1];
  EXPECT_EQ(int2["figures"]["perplexity"]["value"], "infinity");
  EXPECT_THAT(int2["figures"]["perplexity"]["no_interval"], HasSubstr("probability 0"));
  const nlohmann::json& int4 = json["rungs"][2]["tasks"][0];
  EXPECT_TRUE(int4["figures"].empty());
  EXPECT_THAT(int4["missing"]["accuracy"], HasSubstr("out of memory"));
  EXPECT_TRUE(json["analyses"][0]["rungs"][2]["accuracy"].is_null());
}

TEST(LadderJson, IsByItsSchemaWhereThereIsNothingToSay) {
  Gate gate = LadderGate();
  gate.tasks = {SumsTask()};
  gate.requirements = {{Metric::kRetention, 0.9}};
  const nlohmann::json json =
      Checked(ClimbIn(gate, {MakeRung({.quantization = "int2", .failure = "out of memory"})}));
  EXPECT_FALSE(json["recommendation"].contains("rung"));
  EXPECT_TRUE(json["analyses"].empty());
  EXPECT_TRUE(Checked({})["rungs"].empty());
}

TEST(LadderJson, SurvivesTextsThatAreNotUtf8) {
  Ladder ladder = ClimbIn(LadderGate(), ThreeRungs());
  ladder.rungs[1].reasons = {"got \"\xff\""};
  EXPECT_EQ(Checked(ladder)["rungs"][1]["reasons"][0], "got \"\xef\xbf\xbd\"");
}

TEST(LadderJson, EndsInANewline) { EXPECT_EQ(ToJson({}).back(), '\n'); }

/// The schema says no to what is not in it.
TEST(LadderSchema, RefusesOtherDocuments) {
  const JsonSchema schema(ReadSchema());
  const nlohmann::json good = Checked(FullLadder());
  const auto spoil = [&](const char* pointer, const nlohmann::json& value) {
    nlohmann::json bad = good;
    bad[nlohmann::json::json_pointer(pointer)] = value;
    return schema.ErrorsIn(bad);
  };
  EXPECT_THAT(spoil("/format", "gatetest.ladder/2"), Contains(HasSubstr("/format")));
  EXPECT_THAT(spoil("/rungs/1/speed", 3), Contains(HasSubstr("\"speed\", which is not known")));
  EXPECT_THAT(spoil("/rungs/1/verdict", "OK"), Contains(HasSubstr("/rungs/1/verdict")));
  EXPECT_THAT(spoil("/rungs/1/tasks/0/figures/accuracy/value", "a lot"),
              Contains(HasSubstr("figures/accuracy/value")));
  EXPECT_THAT(spoil("/rungs/1/tasks/0/figures/charm", 1), Contains(HasSubstr("\"charm\"")));
  nlohmann::json without = good;
  without["rungs"][0].erase("verdict");
  EXPECT_THAT(schema.ErrorsIn(without), Contains("/rungs/0: has no \"verdict\""));
}

/// Calls `visit` on each schema of an object's properties, at every depth.
template <typename Visit>
void ForEachField(const nlohmann::json& schema, const std::string& place, const Visit& visit) {
  if (schema.contains("properties")) {
    for (const auto& [name, field] : schema["properties"].items()) {
      visit(place + "/" + name, field);
      ForEachField(field, place + "/" + name, visit);
    }
  }
  if (schema.contains("items")) ForEachField(schema["items"], place + "/[]", visit);
  if (schema.contains("$defs")) {
    for (const auto& [name, one] : schema["$defs"].items()) ForEachField(one, name, visit);
  }
}

TEST(LadderSchema, DescribesEveryField) {
  std::size_t fields = 0;
  ForEachField(ReadSchema(), "", [&](const std::string& place, const nlohmann::json& field) {
    ++fields;
    EXPECT_FALSE(field.value("description", "").empty()) << place;
  });
  EXPECT_GT(fields, 60U);
}

void ExpectClosed(const nlohmann::json& schema, const std::string& place) {
  if (schema.is_object()) {
    if (schema.value("type", nlohmann::json()) == "object") {
      EXPECT_EQ(schema.value("additionalProperties", true), false) << place;
    }
    for (const auto& [name, one] : schema.items()) ExpectClosed(one, place + "/" + name);
  }
}

TEST(LadderSchema, AllowsNoOtherFields) { ExpectClosed(ReadSchema(), ""); }

/// A metric that is added has to be added there.
TEST(LadderSchema, NamesEveryMetric) {
  std::set<std::string> names;
  for (int i = 0; i <= static_cast<int>(Metric::kSavings); ++i) {
    std::string name(Name(static_cast<Metric>(i)));
    std::replace(name.begin(), name.end(), ' ', '_');
    names.insert(name);
  }
  const nlohmann::json defs = ReadSchema()["$defs"];
  EXPECT_EQ(defs["metric"]["enum"].get<std::set<std::string>>(), names);
  for (const char* const of : {"figures", "missing"}) {
    std::set<std::string> fields;
    for (const auto& [name, one] : defs[of]["properties"].items()) fields.insert(name);
    EXPECT_EQ(fields, names) << of;
  }
}

}  // namespace
}  // namespace gatetest
