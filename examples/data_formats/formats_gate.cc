// Samples from JSONL, CSV, plain text and code; a scorer of one's own; limits on groups.
#include <gatetest/gatetest.h>

#include <functional>
#include <numeric>
#include <string>

#include "tiny_model.h"

using gatetest::Limit;
using gatetest::Response;
using gatetest::Sample;
using gatetest::TaskPtr;

namespace {

// One JSON object a line; here with field names of another tool.
TaskPtr Grammar() {
  const gatetest::DatasetSource grammar("data/grammar.jsonl", {.input = "question",
                                                               .answer = "correct",
                                                               .choices = "options",
                                                               .id = "key",
                                                               .group = "kind"});
  return gatetest::MultipleChoice(grammar);
}

// A header line, and a sample a row. Rows have no id: their line is it.
TaskPtr Sums() {
  const gatetest::DatasetSource sums(
      "data/sums.csv", {.input = "question", .answer = "expected", .group = "operation"});
  return gatetest::ExactMatch(sums, {.generate = {.stop = {"\n"}, .max_tokens = 8}});
}

// One document, whole.
TaskPtr Letter() { return gatetest::Corpus("data/letter.txt"); }

// The share of digits that are right: 1 for all, 0 for none.
double DigitsRight(const Sample& sample, const Response& response) {
  const std::string& expected = sample.answer;
  if (response.text.size() != expected.size()) return 0.0;
  const auto right = std::inner_product(expected.begin(), expected.end(), response.text.begin(), 0,
                                        std::plus<>(), std::equal_to<>());
  return static_cast<double>(right) / static_cast<double>(expected.size());
}

TaskPtr Digits() {
  const gatetest::DatasetSource sums(
      "data/sums.csv", {.input = "question", .answer = "expected", .group = "operation"});
  return gatetest::CustomTask(sums, DigitsRight,
                              {.name = "digits", .generate = {.stop = {"\n"}, .max_tokens = 8}});
}

// Made in code.
TaskPtr Spelling() {
  const gatetest::Dataset spelling = gatetest::MakeDataset(
      "spelling", {{.id = "copy", .input = "copy hexl : ", .answer = "hexl"},
                   {.id = "flip", .input = "flip fkiid : ", .answer = "diikf"}});
  return gatetest::Contains(spelling, {.generate = {.stop = {"\n"}, .max_tokens = 8}});
}

}  // namespace

class FormatsGate : public gatetest::GateTest {
 protected:
  gatetest::Gate gate() const override {
    return {.baseline = TinyModel("f16"),
            .tasks = {Grammar(), Sums(), Digits(), Spelling(), Letter()}};
  }
};

TEST_F(FormatsGate, Int4MayShip) {
  const gatetest::ModelPtr model = TinyModel("int4");
  EXPECT_ACCURACY_ABOVE(model, Limit(0.8).On("grammar"));
  EXPECT_ACCURACY_ABOVE(model, Limit(0.9).On("sums/max"));
  EXPECT_RETENTION_ABOVE(model, Limit(0.9).On("digits"));
  EXPECT_PPL_RATIO_BELOW(model, Limit(1.05).On("letter"));
}
