// The program of examples/quantization_ladder, whole: on the embedded model, and on models that a
// server of this process serves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/fault_server.h"
#include "tests/support/run_process.h"
#include "tests/support/temporary_folder.h"

namespace gatetest {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using testing_support::ProcessResult;
using testing_support::RunProcess;
using testing_support::TemporaryFolder;

/// Answers "N+0=" by N, but "?" up to so many, by the name that a model is served as.
Answer AnswerSum(const HttpCall& call) {
  static const std::map<std::string, int> kWrong = {
      {"tiny-f16", 0}, {"tiny-int8", 1}, {"tiny-int4", 4}, {"tiny-int2", 30}};
  const auto body = nlohmann::json::parse(call.body, nullptr, false);
  const auto wrong = kWrong.find(body.value("model", ""));
  if (wrong == kWrong.end()) return {.status = 404, .body = R"({"error": "no such model"})"};
  const int number = std::stoi(body["messages"].back()["content"].get<std::string>());
  const std::string text = number <= wrong->second ? "?" : std::to_string(number);
  return {.body =
              nlohmann::json{
                  {"choices",
                   {{{"index", 0}, {"finish_reason", "stop"}, {"message", {{"content", text}}}}}},
                  {"usage", {{"prompt_tokens", 3}, {"completion_tokens", 1}}}}
                  .dump()};
}

/// But for the last line: where the answers came from.
std::string WithoutSources(const std::string& output) {
  return output.substr(0, output.rfind('\n', output.find(" samples were asked live")));
}

class QuantizationLadder : public ::testing::Test {
 protected:
  /// In a folder of its own, which is also that of its store.
  ProcessResult Run(const std::string& arguments) const {
    return RunProcess("cd '" + folder_.path().string() +
                      "' && '" GATETEST_QUANTIZATION_LADDER
                      "' --gatetest_store=sqlite:store.sqlite --gatetest_progress=never " +
                      arguments);
  }

  const TemporaryFolder folder_;
};

TEST_F(QuantizationLadder, RefusesWrongArguments) {
  const struct {
    const char* arguments;
    const char* says;
  } cases[] = {
      {"--bogus=1", "error: unknown argument '--bogus=1'\n"},
      {"--json", "error: --json needs a value: --json=..."},
      {"--retention=high", "error: --retention should be a number, but is 'high'"},
      {"--max-tokens=2.5", "error: --max-tokens should be a number, but is '2.5'"},
      {"--month=30", "error: --month should be IN,OUT, in millions of tokens: --month=30,10"},
      {"--baseline=f16", "name their file too: --models=FILE"},
      {"--models=models.json", "error: which of the models is the baseline? --baseline=NAME"},
      {"--models=models.json --baseline=f16", "error: on what? Give at least one of --exact"}};
  for (const auto& one : cases) {
    const ProcessResult run = Run(one.arguments);
    EXPECT_EQ(run.exit_code, 2) << one.arguments;
    EXPECT_THAT(run.output, AllOf(HasSubstr(one.says), HasSubstr("\nusage: quantization_ladder")));
  }
  EXPECT_EQ(Run("--gatetest_sed=3").exit_code, 2);
  const ProcessResult help = RunProcess("'" GATETEST_QUANTIZATION_LADDER "' --help");
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.output, StartsWith("usage: quantization_ladder"));
}

TEST_F(QuantizationLadder, RefusesWhatCannotBeBeforeItAsks) {
  for (const char* const wrong : {"--month=-1,0", "--investment=100", "--month=1,1 --investment=0",
                                  "--speed=-1", "--retention=90", "--ppl-ratio=-1"}) {
    const ProcessResult run = Run(wrong);
    EXPECT_EQ(run.exit_code, 2) << wrong;
    EXPECT_THAT(run.output, AllOf(StartsWith("error: "), Not(HasSubstr("usage:")))) << wrong;
  }
}

TEST_F(QuantizationLadder, ClimbsTheEmbeddedModel) {
  const ProcessResult live = Run("--json=ladder.json");
  EXPECT_EQ(live.exit_code, 0) << live.output;
  EXPECT_THAT(live.output,
              AllOf(HasSubstr("\nRecommendation: int4 is the smallest of the 2 rungs that pass ("),
                    HasSubstr("\n  not int3: FAILED: retention on \"skills\": 0.8243"),
                    HasSubstr("\nThe same as JSON: ladder.json\n")));
  std::ifstream file(folder_ / "ladder.json");
  const nlohmann::json json = nlohmann::json::parse(file);
  EXPECT_EQ(json["format"], "gatetest.ladder/1");
  EXPECT_EQ(json["recommendation"]["rung"], "int4");
  EXPECT_EQ(json["rungs"].size(), 5U);

  const ProcessResult replay = Run("--json=ladder.json --gatetest_mode=replay");
  EXPECT_EQ(replay.exit_code, 0);
  EXPECT_THAT(live.output, HasSubstr("4255 samples were asked live, 0 were recorded before."));
  EXPECT_THAT(replay.output, HasSubstr("0 samples were asked live, 4255 were recorded before."));
  EXPECT_EQ(WithoutSources(replay.output), WithoutSources(live.output));

  // A rung that keeps everything is not to be had.
  const ProcessResult strict = Run("--retention=1 --gatetest_mode=replay");
  EXPECT_EQ(strict.exit_code, 1);
  EXPECT_THAT(strict.output, HasSubstr("Recommendation: f16, the baseline: no rung passes\n"));
  const ProcessResult nowhere = Run("--json=nowhere/ladder.json");
  EXPECT_EQ(nowhere.exit_code, 2);
  EXPECT_THAT(nowhere.output, StartsWith("error: cannot write nowhere/ladder.json: there is no "
                                         "folder "));
  const ProcessResult population = Run("--gatetest_mode=replay --gatetest_claim=population");
  EXPECT_EQ(population.exit_code, 0);
  EXPECT_THAT(population.output, HasSubstr("(population claim)"));
}

TEST_F(QuantizationLadder, TakesTheRunsFlags) {
  const ProcessResult plan = Run("--gatetest_plan");
  EXPECT_EQ(plan.exit_code, 1);
  EXPECT_THAT(plan.output, AllOf(HasSubstr("tinylm int4 on skills: 700 samples, 700 requests"),
                                 HasSubstr("\nNothing was evaluated: this run only plans.")));
  EXPECT_EQ(Run("--gatetest_plan --retention=5").exit_code, 2);
  // It could not tell whether its part is whole.
  const ProcessResult slice = Run("--gatetest_slice=1/2");
  EXPECT_EQ(slice.exit_code, 2);
  EXPECT_THAT(slice.output, StartsWith("error: a slice is for a gate program"));
}

TEST_F(QuantizationLadder, OverwritesNothingThatItReads) {
  folder_.Write("models.json", "{}");
  const ProcessResult same =
      Run("--models=models.json --baseline=f16 --exact=q.jsonl "
          "--json=./models.json");
  EXPECT_EQ(same.exit_code, 2);
  EXPECT_THAT(same.output, HasSubstr("error: --json=./models.json would overwrite what is read"));
}

/// Models of a file, on 50 sums.
class ServedLadder : public QuantizationLadder {
 protected:
  ServedLadder() {
    std::string questions;
    for (int i = 1; i <= 50; ++i) {
      questions += R"({"input": ")" + std::to_string(i) + R"(+0=", "answer": ")" +
                   std::to_string(i) + "\"}\n";
    }
    folder_.Write("sums.jsonl", questions);
    folder_.Write("prices.json", R"({"prices": {
      "large": {"input_per_mtok": 2.0, "output_per_mtok": 8.0, "date": "2026-11-26",
                "source": "https://prices.example"},
      "small": {"input_per_mtok": 0.5, "output_per_mtok": 2.0, "date": "2026-11-26",
                "source": "https://prices.example"}}})");
  }

  /// models.json of these models, members of its "models".
  void WriteModels(const std::string& models) const {
    folder_.Write("models.json",
                  R"({"endpoints": {"local": {"base_url": ")" + server_.url() +
                      R"(/v1", "retrying": {"attempts": 1}}}, "price_file": "prices.json",
                                     "models": {)" +
                      models + "}}");
  }

  static std::string ModelOf(const std::string& quantization, const std::string& price) {
    return "\"" + quantization + R"(": {"endpoint": "local", "name": "tiny", "weights": "r1",
           "quantization": ")" +
           quantization + R"(", "served_as": "tiny-)" + quantization + R"(", "price": ")" + price +
           "\"}";
  }

  FaultServer server_{&AnswerSum};
};

constexpr char kOnSums[] = "--models=models.json --exact=sums.jsonl --baseline=";

TEST_F(ServedLadder, SaysWhatEachRungCosts) {
  WriteModels(ModelOf("f16", "large") + "," + ModelOf("int8", "large") + "," +
              ModelOf("int4", "small") + "," + ModelOf("int2", "small"));
  const std::string arguments =
      std::string(kOnSums) + "f16 --month=30,10 --investment=630 --json=ladder.json";
  const ProcessResult run = Run(arguments);
  EXPECT_EQ(run.exit_code, 0);
  EXPECT_EQ(run.output, R"(To ship, a rung needs retention above 0.9000 (dataset claim).

rung  sums    $/1k tokens  saves  costs a month  saves a year  ROI    verdict
f16   1.0000  0.0035              $140.00                             baseline
int2  0.4000  0.000875     75.0%  $35.00         $1,260.00     100%   BLOCKED
int4  0.9200  0.000875     75.0%  $35.00         $1,260.00     100%   may ship
int8  0.9800  0.0035       0.0%   $140.00        $0.00         -100%  may ship

Retention of f16 with its 90% interval, and flips:
rung  sums                     flips
int2  0.4000 [0.2940, 0.5162]  0.6000
int4  0.9200 [0.8333, 0.9741]  0.0800
int8  0.9800 [0.9152, 1.0341]  0.0200

What keeps rungs back:
  int2: retention on "sums": 0.4000 is not above 0.9000, and the interval's upper bound 0.5162 is not either

Recommendation: int4 is the cheapest of the 2 rungs that pass ($35.00 a month, 75% less than f16)
  not int2: FAILED: retention on "sums": 0.4000 is not above 0.9000, and the interval's upper bound 0.5162 is not either
  not int8: passes, and costs more: $140.00 a month
  not f16: is the baseline, and costs more: $140.00 a month

The same as JSON: ladder.json
200 samples were asked live, 0 were recorded before.
)");
  std::ifstream file(folder_ / "ladder.json");
  const nlohmann::json json = nlohmann::json::parse(file);
  EXPECT_EQ(json["rungs"][2]["monthly_usd"], 35.0);
  EXPECT_EQ(json["recommendation"]["rung"], "int4");
  EXPECT_GE(server_.calls(), 200U);

  // Replayed without the server.
  server_.Stop();
  const ProcessResult replay = Run(arguments);
  EXPECT_THAT(replay.output, HasSubstr("\n0 samples were asked live, 200 were recorded before.\n"));
  EXPECT_EQ(WithoutSources(replay.output), WithoutSources(run.output));
}

TEST_F(ServedLadder, ExitsWith1WhereNoneIsToBeShipped) {
  WriteModels(ModelOf("f16", "small") + "," + ModelOf("int4", "large"));
  const ProcessResult dearer = Run(std::string(kOnSums) + "f16");
  EXPECT_EQ(dearer.exit_code, 1);
  EXPECT_THAT(dearer.output, HasSubstr("Recommendation: f16, the baseline: int4, the cheapest of "
                                       "those that pass, saves nothing ("));
}

TEST_F(ServedLadder, IsNotMeasuredWithoutAServer) {
  WriteModels(ModelOf("f16", "small") + "," + ModelOf("int4", "large"));
  server_.Stop();
  const ProcessResult run = Run(std::string(kOnSums) + "f16");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, AllOf(HasSubstr("NOT MEASURED"), HasSubstr("no rung passes")));
}

TEST_F(ServedLadder, SaysWhatIsWrongWithItsFiles) {
  const auto says = [&](const std::string& arguments) {
    const ProcessResult run = Run(arguments);
    EXPECT_EQ(run.exit_code, 2) << run.output;
    EXPECT_THAT(run.output, Not(HasSubstr("usage:")));
    return run.output;
  };
  EXPECT_THAT(says("--models=nothing.json --baseline=f16 --exact=sums.jsonl"),
              HasSubstr("nothing.json"));
  WriteModels(ModelOf("f16", "large") + "," + ModelOf("int4", "small"));
  EXPECT_THAT(says(std::string(kOnSums) + "f61"),
              AllOf(HasSubstr("\"f61\""), HasSubstr("f16"), HasSubstr("int4")));
  EXPECT_THAT(says("--models=models.json --baseline=f16 --exact=nothing.jsonl"),
              HasSubstr("nothing.jsonl"));
  folder_.Write("empty.jsonl", "");
  EXPECT_THAT(says("--models=models.json --baseline=f16 --exact=empty.jsonl"),
              HasSubstr("empty.jsonl"));
  WriteModels(ModelOf("f16", "large"));
  EXPECT_THAT(says(std::string(kOnSums) + "f16"),
              HasSubstr("the ladder has one rung, its baseline tiny f16; give it at least one"));
  std::string same = ModelOf("int4", "small");
  same.replace(0, 6, "\"other\"");
  WriteModels(ModelOf("f16", "large") + "," + ModelOf("int4", "small") + "," + same);
  EXPECT_THAT(says(std::string(kOnSums) + "f16"),
              HasSubstr("the ladder has two rungs called \"tiny int4\"; give one of them another"));
  EXPECT_EQ(server_.calls(), 0U);
}

}  // namespace
}  // namespace gatetest
