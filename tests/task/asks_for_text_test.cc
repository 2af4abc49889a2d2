#include "src/task/asks_for_text.h"

#include <gtest/gtest.h>

#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "gatetest/corpus.h"
#include "gatetest/generated_perplexity.h"
#include "gatetest/metrics.h"
#include "gatetest/tasks.h"
#include "tests/support/recording.h"

namespace gatetest {
namespace {

using internal::AsksForText;

Dataset Question() { return MakeDataset("question", {{.input = "1+1=", .answer = "2"}}); }

TaskPtr Choices() {
  return MultipleChoice(
      MakeDataset("choices", {{.input = "x", .answer = "0", .choices = {"y", "z"}}}));
}

TEST(AsksForText, OfTasksThatHaveAModelWrite) {
  EXPECT_TRUE(AsksForText(*ExactMatch(Question())));
  EXPECT_TRUE(AsksForText(*Contains(Question())));
  EXPECT_TRUE(AsksForText(*RegexMatch(Question(), "[0-9]+")));
  EXPECT_TRUE(AsksForText(*ValidJson(MakeDataset("json", {{.input = "{}"}}))));
  EXPECT_TRUE(
      AsksForText(*CustomTask(Question(), [](const Sample&, const Response&) { return 1.0; })));
  EXPECT_TRUE(AsksForText(*GeneratedPerplexity(Question())));
  EXPECT_TRUE(AsksForText(testing_support::TwoTurns(Question())));
}

TEST(AsksForText, OfGivenTextsIsNo) {
  EXPECT_FALSE(AsksForText(*Choices()));
  for (const CorpusProtocol protocol :
       {CorpusProtocol::kDocument, CorpusProtocol::kRolling, CorpusProtocol::kLlamaCpp}) {
    EXPECT_FALSE(
        AsksForText(*Corpus(MakeDataset("prose", {{.input = "text"}}), {.protocol = protocol})));
  }
}

// Whoever evaluates says what is wrong with them.
TEST(AsksForText, OfDataThatCannotBeReadIsYes) {
  EXPECT_TRUE(AsksForText(*ExactMatch("/nowhere/sums.jsonl")));
  EXPECT_TRUE(AsksForText(*Corpus("/nowhere/prose.txt")));
}

/// Cannot ask a model of which it knows nothing.
class Choosy final : public Task {
 public:
  Choosy() : Task("choosy", Measures::kAccuracy, Question()) {}
  std::string protocol() const override { return "choosy"; }
  std::vector<Request> Next(const Sample& /*sample*/, std::span<const Exchange> /*so_far*/,
                            const ModelTraits& model) const override {
    if (model.info.context_window == 0) throw std::runtime_error("how much fits in?");
    return {{.prompt = "x"}};
  }
  Outcome Score(const Sample& /*sample*/, std::span<const Exchange> /*exchanges*/,
                const ModelTraits& /*model*/) const override {
    return {};
  }
};

// Whoever evaluates says why it cannot be asked: leaving it out would hide that.
TEST(AsksForText, OfATaskThatThrowsIsYes) { EXPECT_TRUE(AsksForText(Choosy())); }

TEST(HasMetric, GoesByWhatATaskMeasuresAndAsksFor) {
  struct Row {
    TaskPtr task;
    bool accuracy, perplexity, writing;
  };
  for (const Row& row :
       {Row{ExactMatch(Question()), true, false, true}, Row{Choices(), true, false, false},
        Row{Corpus(MakeDataset("prose", {{.input = "text"}})), false, true, false},
        Row{GeneratedPerplexity(Question()), false, true, true}}) {
    SCOPED_TRACE(row.task->name() + ": " + row.task->protocol());
    for (const Metric metric :
         {Metric::kAccuracy, Metric::kRetention, Metric::kAccuracyLoss, Metric::kFlips}) {
      EXPECT_EQ(HasMetric(*row.task, metric), row.accuracy) << Name(metric);
    }
    for (const Metric metric :
         {Metric::kPerplexity, Metric::kBitsPerByte, Metric::kPerplexityRatio}) {
      EXPECT_EQ(HasMetric(*row.task, metric), row.perplexity) << Name(metric);
    }
    for (const Metric metric : {Metric::kTruncation, Metric::kEmpty, Metric::kOutputLengthRatio}) {
      EXPECT_EQ(HasMetric(*row.task, metric), row.writing) << Name(metric);
    }
    EXPECT_TRUE(HasMetric(*row.task, Metric::kCostPer1k));
    EXPECT_TRUE(HasMetric(*row.task, Metric::kSavings));
  }
}

}  // namespace
}  // namespace gatetest
