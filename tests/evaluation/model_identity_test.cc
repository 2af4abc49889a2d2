// Whose answers an Evaluator serves: never those of a model that differs in a part of its identity.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "gatetest/evaluator.h"
#include "gatetest/tasks.h"
#include "tests/support/memory_store.h"
#include "tests/support/recording.h"
#include "tests/support/temporary_folder.h"

namespace gatetest {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing_support::kRecordable;
using testing_support::MakeModel;
using testing_support::MemoryStore;
using testing_support::NeverLoaded;
using testing_support::Numbers;
using testing_support::Says;
using testing_support::TemporaryFolder;

/// Two models that differ in one part. Files named in them are in a folder with "one/kernel.so" and
/// "other/kernel.so", which have different contents.
struct Part {
  std::string name;
  ModelInfo one;
  std::function<void(ModelInfo&)> change;
};

void PrintTo(const Part& part, std::ostream* os) { *os << part.name; }

const ModelInfo kServed = {
    .name = "gpt", .provider = "openai", .weights = "2026-01", .max_age = std::chrono::hours(1)};
const ModelInfo kFromFile = {.name = "tinylm", .weights_file = "one/kernel.so", .code_id = "c1"};
const ModelInfo kWithLibrary = {.name = "tinylm", .weights = "w1", .libraries = {"one/kernel.so"}};

class Folder {
 protected:
  /// Paths in place of the files' names.
  ModelInfo Placed(ModelInfo info) const {
    if (!info.weights_file.empty()) info.weights_file = (folder_ / info.weights_file).string();
    for (std::string& library : info.libraries) library = (folder_ / library).string();
    return info;
  }

  const TemporaryFolder folder_;
  const std::filesystem::path one_ = folder_.Write("one/kernel.so", "content");
  const std::filesystem::path other_ = folder_.Write("other/kernel.so", "another content");
};

// ------------------------------------------------------------------------------ parts that matter

class PartOfTheIdentity : public testing::TestWithParam<Part>, protected Folder {};

TEST_P(PartOfTheIdentity, KeepsAnswersApart) {
  ModelInfo changed = GetParam().one;
  GetParam().change(changed);
  const auto one = MakeModel(Placed(GetParam().one), Says("one"));
  const auto other = MakeModel(Placed(changed), Says("other"));
  EXPECT_NE(one->identity(), other->identity());

  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(4));
  Evaluator first({.store = &store});
  EXPECT_EQ(first.Evaluate(one, task)->items.at(0).outcome.answer, "one");
  Evaluator second({.store = &store});
  const EvaluationPtr of_other = second.Evaluate(other, task);
  EXPECT_EQ(of_other->items.at(0).outcome.answer, "other");
  EXPECT_EQ(of_other->provenance.not_recorded, "");
  EXPECT_THAT(other->asked, SizeIs(4));
  EXPECT_EQ(second.Evaluate(NeverLoaded(Placed(GetParam().one)), task)->items.at(0).outcome.answer,
            "one");
  EXPECT_THAT(store.records, SizeIs(8));

  // Nor within one process, without a store.
  const auto again = MakeModel(Placed(changed), Says("other"));
  Evaluator evaluator;
  evaluator.Evaluate(one, task);
  EXPECT_EQ(evaluator.Evaluate(again, task)->items.at(0).outcome.answer, "other");
}

std::vector<Part> PartsThatMatter() {
  return {
      {"name", kRecordable, [](ModelInfo& info) { info.name = "other"; }},
      {"quantization", kRecordable, [](ModelInfo& info) { info.quantization = "int8"; }},
      {"no_quantization", kRecordable, [](ModelInfo& info) { info.quantization = ""; }},
      {"provider", kServed, [](ModelInfo& info) { info.provider = "other"; }},
      {"no_provider", kRecordable, [](ModelInfo& info) { info.provider = "openai"; }},
      {"weights", kRecordable, [](ModelInfo& info) { info.weights = "w2"; }},
      {"revision", kServed, [](ModelInfo& info) { info.weights = "2026-02"; }},
      {"no_revision", kServed, [](ModelInfo& info) { info.weights = ""; }},
      {"weights_file", kFromFile, [](ModelInfo& info) { info.weights_file = "other/kernel.so"; }},
      {"code_id", kRecordable, [](ModelInfo& info) { info.code_id = "c2"; }},
      {"no_code_id", kRecordable, [](ModelInfo& info) { info.code_id = ""; }},
      {"library", kWithLibrary, [](ModelInfo& info) { info.libraries = {"other/kernel.so"}; }},
      {"no_library", kWithLibrary, [](ModelInfo& info) { info.libraries.clear(); }},
      {"options", kRecordable, [](ModelInfo& info) { info.options = "cuda"; }}};
}

INSTANTIATE_TEST_SUITE_P(All, PartOfTheIdentity, testing::ValuesIn(PartsThatMatter()),
                         [](const auto& part) { return part.param.name; });

// ----------------------------------------------------------------------------- parts that do not

class NoPartOfTheIdentity : public testing::TestWithParam<Part>, protected Folder {};

TEST_P(NoPartOfTheIdentity, SharesAnswers) {
  ModelInfo changed = GetParam().one;
  GetParam().change(changed);
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(4));
  Evaluator first({.store = &store});
  first.Evaluate(MakeModel(Placed(GetParam().one)), task);
  Evaluator second({.store = &store});
  EXPECT_EQ(second.Evaluate(NeverLoaded(Placed(changed)), task)->provenance.cached, 4U);
}

std::vector<Part> PartsThatDoNot() {
  return {{"context_window", kRecordable, [](ModelInfo& info) { info.context_window = 8; }},
          {"bytes", kRecordable, [](ModelInfo& info) { info.bytes = 8; }},
          {"api_key_variable", kServed, [](ModelInfo& info) { info.api_key_variable = "KEY"; }},
          {"max_age", kServed, [](ModelInfo& info) { info.max_age = std::chrono::hours(2); }},
          {"library_that_is_not_looked_at", kRecordable,
           [](ModelInfo& info) { info.libraries = {"other/kernel.so"}; }}};
}

INSTANTIATE_TEST_SUITE_P(All, NoPartOfTheIdentity, testing::ValuesIn(PartsThatDoNot()),
                         [](const auto& part) { return part.param.name; });

class FilesOfOneContent : public testing::Test, protected Folder {};

TEST_F(FilesOfOneContent, AreOneModel) {
  const std::string copy = folder_.Write("copy.gguf", "content").string();
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(4));
  Evaluator first({.store = &store});
  first.Evaluate(MakeModel(Placed(kFromFile)), task);
  ModelInfo info = kFromFile;
  info.weights_file = copy;
  Evaluator second({.store = &store});
  EXPECT_EQ(second.Evaluate(NeverLoaded(info), task)->provenance.cached, 4U);
}

TEST_F(FilesOfOneContent, AreAnotherModelWhenOneChanges) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(4));
  Evaluator first({.store = &store});
  first.Evaluate(MakeModel(Placed(kFromFile)), task);
  folder_.Write("one/kernel.so", "CONTENT");
  const auto model = MakeModel(Placed(kFromFile));
  Evaluator second({.store = &store});
  second.Evaluate(model, task);
  EXPECT_THAT(model->asked, SizeIs(4));
}

// ---------------------------------------------------------------------- models nobody can tell
// apart

TEST(UnrecordableModel, IsNotRecordedAndSaysWhy) {
  const auto not_recorded = [](const ModelInfo& info) {
    MemoryStore store;
    Evaluator evaluator({.store = &store});
    const EvaluationPtr evaluation = evaluator.Evaluate(MakeModel(info), ExactMatch(Numbers(4)));
    EXPECT_TRUE(evaluation->complete());
    EXPECT_EQ(evaluation->provenance.live, 4U);
    EXPECT_THAT(store.records, IsEmpty());
    EXPECT_EQ(store.finds, 0U);
    return evaluation->provenance.not_recorded;
  };
  EXPECT_EQ(not_recorded({.name = "tinylm"}),
            "it declares no weights (ModelInfo::weights or weights_file)");
  EXPECT_EQ(not_recorded({.name = "gpt", .provider = "openai"}),
            "it may be replaced at any time: it declares neither a revision (ModelInfo::weights) "
            "nor how long answers hold (max_age)");
}

TEST(UnrecordableModel, SaysNothingWhereNothingWouldBeRecorded) {
  Evaluator without_store;
  EXPECT_EQ(without_store.Evaluate(MakeModel({.name = "tinylm"}), ExactMatch(Numbers(4)))
                ->provenance.not_recorded,
            "");
  MemoryStore store;
  Evaluator live({.store = &store, .mode = StoreMode::kLive});
  EXPECT_EQ(
      live.Evaluate(MakeModel({.name = "tinylm"}), ExactMatch(Numbers(4)))->provenance.not_recorded,
      "");
}

// --------------------------------------------------------------------------------------- max_age

/// How many of four samples are asked when their answers are that old.
std::size_t AskedWhenRecorded(std::chrono::seconds ago, const ModelInfo& info) {
  MemoryStore store;
  const TaskPtr task = ExactMatch(Numbers(4));
  Evaluator first({.store = &store});
  first.Evaluate(MakeModel(info), task);
  EXPECT_THAT(store.records, SizeIs(4));
  for (MemoryStore::Record& record : store.records) record.answer.recorded -= ago.count();
  const auto model = MakeModel(info);
  Evaluator second({.store = &store});
  EXPECT_TRUE(second.Evaluate(model, task)->complete());
  EXPECT_THAT(store.records, SizeIs(4));
  return model->asked.size();
}

TEST(MaxAge, AnAnswerThatIsOlderIsAskedAnew) {
  const ModelInfo info = {.name = "gpt", .provider = "openai", .max_age = std::chrono::hours(24)};
  EXPECT_EQ(AskedWhenRecorded(std::chrono::hours(0), info), 0U);
  EXPECT_EQ(AskedWhenRecorded(std::chrono::hours(23), info), 0U);
  EXPECT_EQ(AskedWhenRecorded(std::chrono::hours(25), info), 4U);
}

TEST(MaxAge, IsNotForModelsInThisProcess) {
  ModelInfo info = kRecordable;
  info.max_age = std::chrono::hours(24);
  EXPECT_EQ(AskedWhenRecorded(std::chrono::hours(25), info), 0U);
}

// ---------------------------------------------------------------------------------------- errors

TEST(WeightsFile, ThatIsNotThereFailsTheEvaluation) {
  MemoryStore store;
  Evaluator evaluator({.store = &store});
  const auto model = MakeModel({.name = "tinylm", .weights_file = "/no/such/file.gguf"});
  EXPECT_THAT(evaluator.Evaluate(model, ExactMatch(Numbers(4)))->failure,
              AllOf(HasSubstr("/no/such/file.gguf"), HasSubstr("No such file")));
  EXPECT_EQ(model->runs, 0);
}

TEST(WeightsFile, BesideWeightsFailsTheEvaluation) {
  Evaluator evaluator;
  const auto model = MakeModel({.name = "tinylm", .weights = "w", .weights_file = "f"});
  EXPECT_EQ(evaluator.Evaluate(model, ExactMatch(Numbers(4)))->failure,
            "ModelInfo of \"tinylm\" has weights and a weights_file; give one");
  EXPECT_EQ(model->runs, 0);
}

}  // namespace
}  // namespace gatetest
