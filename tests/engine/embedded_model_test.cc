// The figures of the embedded model's README, evaluated by GateTest from the shipped file. The
// counts were measured before by a program of its own.
#include <gatetest/corpus.h>
#include <gatetest/evaluator.h>
#include <gatetest/metrics.h>
#include <gatetest/tasks.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "tiny_model.h"

namespace gatetest {
namespace {

/// One evaluator for all tests: each rung is evaluated once.
Evaluator& TheEvaluator() {
  static Evaluator evaluator;
  return evaluator;
}

TaskPtr Skills() {
  return ExactMatch(TinyData("skills.jsonl"), {.generate = {.stop = {"\n"}, .max_tokens = 24}});
}
TaskPtr Choices() { return MultipleChoice(TinyData("choices.jsonl")); }
TaskPtr Cloze() {
  return MultipleChoice(TinyData("cloze.jsonl"), {.score = ChoiceScore::kAccBytes});
}
TaskPtr Prose(CorpusProtocol protocol = CorpusProtocol::kDocument) {
  return Corpus(TinyData("heldout_64k.txt"), {.protocol = protocol});
}

int RightOf(const std::string& rung, const TaskPtr& task) {
  const EvaluationPtr evaluation = TheEvaluator().Evaluate(TinyModel(rung), task);
  EXPECT_TRUE(evaluation->complete()) << evaluation->failure;
  return static_cast<int>(std::count_if(
      evaluation->items.begin(), evaluation->items.end(), [](const Evaluation::Item& item) {
        return item.outcome.unmeasured.empty() && item.outcome.score == 1.0;
      }));
}

struct Row {
  std::string rung;
  int skills;
  int choices;
  int cloze;
  double perplexity;
};

std::string RungName(const ::testing::TestParamInfo<Row>& row) { return row.param.rung; }

class EmbeddedModel : public ::testing::TestWithParam<Row> {};

TEST_P(EmbeddedModel, HasTheFiguresOfItsReadme) {
  const Row& row = GetParam();
  EXPECT_EQ(RightOf(row.rung, Skills()), row.skills);
  EXPECT_EQ(RightOf(row.rung, Choices()), row.choices);
  EXPECT_EQ(RightOf(row.rung, Cloze()), row.cloze);
  EXPECT_NEAR(Perplexity(*TheEvaluator().Evaluate(TinyModel(row.rung), Prose())).value,
              row.perplexity, 5e-7);
}

INSTANTIATE_TEST_SUITE_P(, EmbeddedModel,
                         ::testing::Values(Row{"f16", 683, 141, 67, 2.916588},
                                           Row{"int8", 683, 141, 67, 2.916709},
                                           Row{"int4", 629, 142, 68, 2.940392},
                                           Row{"int3", 563, 139, 63, 3.067400},
                                           Row{"int2", 18, 81, 57, 11.836467}),
                         &RungName);

TEST(EmbeddedModelProtocols, RollingIsAnotherFigureOnTheSameBytes) {
  const TaskPtr rolling = Prose(CorpusProtocol::kRolling);
  EXPECT_NEAR(Perplexity(*TheEvaluator().Evaluate(TinyModel("f16"), rolling)).value, 3.212541,
              5e-7);
}

TEST(EmbeddedModelRetention, IsThatOfTheCounts) {
  const Estimate retention = Retention({TheEvaluator().Evaluate(TinyModel("f16"), Skills()),
                                        TheEvaluator().Evaluate(TinyModel("int4"), Skills())});
  EXPECT_DOUBLE_EQ(retention.value, 629.0 / 683.0);
}

/// Small enough for sanitizers: some samples of each kind of task, in several threads.
class EngineSubset : public ::testing::Test {
 protected:
  static TaskPtr FirstOf(const std::string& file, std::size_t count) {
    std::vector<Sample> samples = LoadDataset(TinyData(file)).samples();
    samples.resize(count);
    const Dataset dataset = MakeDataset(file, std::move(samples));
    if (file == "skills.jsonl") {
      return ExactMatch(dataset, {.generate = {.stop = {"\n"}, .max_tokens = 24}});
    }
    return MultipleChoice(dataset);
  }
};

TEST_F(EngineSubset, GeneratesAndScores) {
  EXPECT_EQ(RightOf("f16", FirstOf("skills.jsonl", 8)), 8);
  EXPECT_EQ(RightOf("int2", FirstOf("skills.jsonl", 8)), 0);
  EXPECT_GE(RightOf("int8", FirstOf("choices.jsonl", 8)), 6);
  const std::string text = LoadDataset(TinyData("heldout_64k.txt")).samples()[0].input;
  const TaskPtr prose =
      Corpus(MakeDataset("prose", {{.id = "start", .input = text.substr(0, 600)}}));
  const Estimate perplexity = Perplexity(*TheEvaluator().Evaluate(TinyModel("int4"), prose));
  EXPECT_GT(perplexity.value, 2.0);
  EXPECT_LT(perplexity.value, 4.5);
}

TEST(TinyModel, NamesItsRungsWhenAskedForAnother) {
  try {
    TinyModel("int5");
    FAIL() << "no exception";
  } catch (const std::exception& error) {
    EXPECT_NE(std::string(error.what()).find("int4"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace gatetest
