#include "src/store/recording_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "tests/store/recording_testing.h"
#include "tests/support/errors.h"

namespace gatetest::internal {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing_support::AnswerOf;
using testing_support::ClaimOne;
using testing_support::ErrorOf;
using testing_support::FileNames;
using testing_support::Finds;
using testing_support::kDay;
using testing_support::KeyOf;
using testing_support::KeysOf;
using testing_support::ModelNamed;
using testing_support::QuestionOf;
using testing_support::Record;
using testing_support::RecordingOf;
using testing_support::TemporaryFolder;
using testing_support::WriteText;

class RecordingStoreTest : public ::testing::Test {
 protected:
  const TemporaryFolder test_folder_;
  const std::filesystem::path folder_ = test_folder_ / "a/recordings";
};

std::vector<std::uint64_t> Bits(const std::vector<double>& numbers) {
  std::vector<std::uint64_t> bits;
  for (const double number : numbers) bits.push_back(std::bit_cast<std::uint64_t>(number));
  return bits;
}

TEST_F(RecordingStoreTest, EveryFieldComesBackBitForBit) {
  Response response = Response::Text(std::string("\0\xFF\"\n", 4), FinishReason::kLength);
  response.logprobs = {-0.0, -1.0 / 3, -std::numeric_limits<double>::infinity(), 5e-324};
  response.tokens = {7, -1, std::numeric_limits<TokenId>::max()};
  response.token_ends = {0, 3, 4};
  response.usage = {.prompt_tokens = 12, .completion_tokens = 1LL << 60};
  const Question question = {.key = KeyOf(1),
                             .sample = "ä \"\n",
                             .turn = 3,
                             .request = R"({"kind":"score","prompt":"x"})"};
  const RecordingOf writer(folder_);
  writer->Put(question, {.response = response, .recorded = 5 * kDay + 77});
  const RecordingOf reader(folder_);
  for (const RecordingOf* recording : {&writer, &reader}) {
    const auto found = (*recording)->Find(KeysOf(3));
    ASSERT_EQ(found.size(), 3U);
    EXPECT_FALSE(found[0]);
    ASSERT_TRUE(found[1]);
    EXPECT_FALSE(found[2]);
    EXPECT_EQ(found[1]->recorded, 5 * kDay);
    const Response& back = found[1]->response;
    EXPECT_EQ(back.text, response.text);
    EXPECT_EQ(Bits(back.logprobs), Bits(response.logprobs));
    EXPECT_EQ(back.tokens, response.tokens);
    EXPECT_EQ(back.token_ends, response.token_ends);
    EXPECT_EQ(back.finish_reason, response.finish_reason);
    EXPECT_EQ(back.usage.prompt_tokens, response.usage.prompt_tokens);
    EXPECT_EQ(back.usage.completion_tokens, response.usage.completion_tokens);
    EXPECT_EQ(back.failure, "");
    const auto filed = (*recording)->Filed(question.sample, 3);
    ASSERT_TRUE(filed);
    EXPECT_EQ(filed->key, question.key);
    EXPECT_EQ(filed->sample, question.sample);
    EXPECT_EQ(filed->turn, question.turn);
    EXPECT_EQ(filed->request, question.request);
    EXPECT_FALSE((*recording)->Filed(question.sample, 0));
  }
}

TEST_F(RecordingStoreTest, NothingIsMadeBeforeTheFirstPut) {
  const RecordingOf recording(folder_);
  EXPECT_EQ(recording.store->place(), "recording:" + folder_.string());
  EXPECT_EQ(OpenRecording(folder_ / "")->place(), "recording:" + folder_.string());
  EXPECT_FALSE(Finds(*recording.shelf, 1));
  EXPECT_EQ(ClaimOne(*recording.shelf, 1), ClaimResult::kMine);
  EXPECT_FALSE(recording->Filed("1", 0));
  EXPECT_FALSE(recording.store->FindModel(ModelNamed("tiny").identity));
  EXPECT_THAT(recording.store->Holdings(), IsEmpty());
  EXPECT_EQ(recording.store->Prune(1'000'000 * kDay), 0U);
  EXPECT_THAT(FileNames(test_folder_.path()), IsEmpty());
  recording->Put(QuestionOf(1), AnswerOf(1));
  EXPECT_TRUE(Finds(*recording.shelf, 1));
}

TEST_F(RecordingStoreTest, AFileIsNoRecording) {
  WriteText(test_folder_ / "file", "");
  EXPECT_EQ(ErrorOf([&] { OpenRecording(test_folder_ / "file"); }, ErrorCode::kStoreFailed),
            "the store " + (test_folder_ / "file").string() +
                " cannot be opened: it is not a folder, and a recording is a folder of text "
                "files; choose another folder");
}

TEST_F(RecordingStoreTest, WhatIsOlderByADayIsMissing) {
  Record(folder_, {1}, ModelNamed("tiny"), "skills", 10 * kDay + 500);
  const RecordingOf same_day(folder_, ModelNamed("tiny"), "skills", 11 * kDay - 1);
  EXPECT_TRUE(Finds(*same_day.shelf, 1)) << "a recording knows days only";
  EXPECT_EQ(ClaimOne(*same_day.shelf, 1), ClaimResult::kRecorded);
  const RecordingOf next_day(folder_, ModelNamed("tiny"), "skills", 11 * kDay);
  EXPECT_FALSE(Finds(*next_day.shelf, 1));
  EXPECT_EQ(ClaimOne(*next_day.shelf, 1), ClaimResult::kMine);
  EXPECT_TRUE(next_day->Filed("1", 0));
}

TEST_F(RecordingStoreTest, TheLatestOfAllTasksCounts) {
  const RecordedModel model = ModelNamed("tiny");
  const auto put = [&](const std::string& task, std::uint64_t text, std::int64_t day) {
    RecordingOf(folder_, model, task)->Put(QuestionOf(1), AnswerOf(text, day * kDay));
  };
  const auto finds = [&](const std::string& task) {
    return RecordingOf(folder_, model, task)->Find(KeysOf(2))[1].value().response.text;
  };
  put("a", 10, 5);
  EXPECT_EQ(finds("skills"), "answer 10") << "of another task";
  EXPECT_FALSE(RecordingOf(folder_)->Filed("1", 0)) << "it is filed there";
  put("skills", 11, 5);
  EXPECT_EQ(finds("skills"), "answer 11") << "its own first";
  EXPECT_EQ(finds("a"), "answer 10");
  put("z", 12, 6);
  EXPECT_EQ(finds("skills"), "answer 12") << "the latest";
  EXPECT_FALSE(Finds(*RecordingOf(folder_, ModelNamed("big")).shelf, 1)) << "of another model";
}

TEST_F(RecordingStoreTest, TheLatestCountsWhereFilesHoldSeveralDays) {
  const auto store = OpenRecording(folder_);
  const auto put = [&](Shelf& shelf, std::uint64_t number, std::uint64_t text, std::int64_t day) {
    shelf.Put(QuestionOf(number), AnswerOf(text, day * kDay));
  };
  const auto skills = store->Open(ModelNamed("tiny"), "skills", 0);
  const auto later = store->Open(ModelNamed("tiny"), "y", 0);
  const auto latest = store->Open(ModelNamed("tiny"), "z", 0);
  put(*skills, 1, 10, 5);
  put(*latest, 1, 11, 5);
  put(*latest, 2, 2, 9);
  EXPECT_EQ(skills->Find(KeysOf(2))[1].value().response.text, "answer 10") << "its own first";
  put(*later, 1, 12, 7);
  EXPECT_EQ(skills->Find(KeysOf(2))[1].value().response.text, "answer 12");
}

TEST_F(RecordingStoreTest, TheLatestKeyOfATurnIsFiled) {
  for (std::uint64_t last = 0; last < 8; ++last) {
    std::filesystem::remove_all(folder_);
    const RecordingOf recording(folder_);
    for (std::uint64_t i = 1; i <= 8; ++i) {
      Question question = QuestionOf((last + i) % 8);
      question.sample = "one";
      recording->Put(question, AnswerOf(1));
    }
    EXPECT_EQ(recording->Filed("one", 0)->key, KeyOf(last));
    EXPECT_EQ(RecordingOf(folder_)->Filed("one", 0)->key, KeyOf(last));
  }
}

TEST_F(RecordingStoreTest, WhatCannotBePutMayBeAskedByAnother) {
  Record(folder_, {1});
  const std::filesystem::path file = folder_ / "tiny.skills.jsonl";
  const std::string text = testing_support::ReadText(file);
  const auto store = OpenRecording(folder_);
  const auto one = store->Open(ModelNamed("tiny"), "skills", 0);
  const auto two = store->Open(ModelNamed("tiny"), "skills", 0);
  EXPECT_EQ(ClaimOne(*one, 2), ClaimResult::kMine);
  WriteText(file, text + "damaged\n");
  EXPECT_THROW(one->Put(QuestionOf(2), AnswerOf(2)), Error);
  WriteText(file, text);
  EXPECT_EQ(ClaimOne(*two, 2), ClaimResult::kMine);
}

TEST_F(RecordingStoreTest, ClaimsWithinOneStore) {
  const auto store = OpenRecording(folder_);
  const auto one = store->Open(ModelNamed("tiny"), "skills", 0);
  auto two = store->Open(ModelNamed("tiny"), "choices", 0);
  EXPECT_EQ(ClaimOne(*one, 1), ClaimResult::kMine);
  EXPECT_EQ(ClaimOne(*one, 1), ClaimResult::kMine);
  EXPECT_EQ(ClaimOne(*two, 1), ClaimResult::kTaken);
  EXPECT_EQ(ClaimOne(*two, 2), ClaimResult::kMine);
  two->GiveBack(KeysOf(5));
  EXPECT_EQ(ClaimOne(*one, 2), ClaimResult::kMine);
  EXPECT_EQ(ClaimOne(*two, 1), ClaimResult::kTaken) << "one gives back only what is one's own";
  one->Put(QuestionOf(1), AnswerOf(1));
  EXPECT_EQ(ClaimOne(*two, 1), ClaimResult::kRecorded);
  EXPECT_EQ(ClaimOne(*two, 3), ClaimResult::kMine);
  two.reset();
  EXPECT_EQ(ClaimOne(*one, 3), ClaimResult::kMine);
}

TEST_F(RecordingStoreTest, SeesWhatOthersRecordMeanwhile) {
  const RecordingOf one(folder_);
  const RecordingOf two(folder_);
  for (std::uint64_t i = 0; i < 10; ++i) {
    const RecordingOf& writer = i % 2 == 0 ? one : two;
    const RecordingOf& reader = i % 2 == 0 ? two : one;
    EXPECT_FALSE(Finds(*reader.shelf, i));
    writer->Put(QuestionOf(i), AnswerOf(i));
    EXPECT_TRUE(Finds(*reader.shelf, i)) << i;
    EXPECT_EQ(ClaimOne(*reader.shelf, i), ClaimResult::kRecorded);
  }
  std::filesystem::remove_all(folder_);
  EXPECT_FALSE(Finds(*one.shelf, 1)) << "nor is it found when it is gone";
  two->Put(QuestionOf(1), AnswerOf(1));
  EXPECT_TRUE(Finds(*one.shelf, 1));
}

TEST_F(RecordingStoreTest, ListsWhatItHolds) {
  RecordedModel old = ModelNamed("a");
  old.info.quantization = "int4";
  old.info.bytes = 7;
  old.capabilities = {.score = true, .tokenize = true};
  Record(folder_, {1, 2, 3}, old, "skills", 3 * kDay);
  Record(folder_, {1}, ModelNamed("c"), "skills", 5 * kDay);
  Record(folder_, {1, 2}, ModelNamed("b"), "z", 5 * kDay + 1);
  Record(folder_, {4}, ModelNamed("b"), "b", 4 * kDay);
  const auto store = OpenRecording(folder_);
  std::vector<std::string> texts;
  for (const Holding& holding : store->Holdings()) {
    texts.push_back(holding.model.info.name + " " + holding.task + " " +
                    std::to_string(holding.answers) + " " + std::to_string(holding.oldest / kDay) +
                    " " + std::to_string(holding.newest / kDay));
  }
  EXPECT_THAT(texts, ElementsAre("b b 1 4 4", "b z 2 5 5", "c skills 1 5 5", "a skills 3 3 3"));
  const auto known = store->FindModel(old.identity);
  ASSERT_TRUE(known);
  EXPECT_EQ(known->identity, old.identity);
  EXPECT_EQ(ToString(known->info), "a int4");
  EXPECT_EQ(known->info.bytes, 7U);
  EXPECT_TRUE(known->capabilities.score);
  EXPECT_FALSE(known->capabilities.generate);
  EXPECT_TRUE(known->capabilities.tokenize);
}

TEST_F(RecordingStoreTest, VisitsInOrderAndTheVisitorMayUseIt) {
  Record(folder_, {10, 2, 1, 33, 4});
  const auto store = OpenRecording(folder_);
  std::vector<std::string> visited;
  store->ForEach(ModelNamed("tiny").identity, "skills",
                 [&](const Question& question, const RecordedAnswer& answer) {
                   EXPECT_EQ(store->Holdings().size(), 1U);
                   EXPECT_EQ(question.request, QuestionOf(std::stoul(question.sample)).request);
                   visited.push_back(question.sample + ": " + answer.response.text);
                 });
  EXPECT_THAT(visited, ElementsAre("1: answer 1", "2: answer 2", "4: answer 4", "10: answer 10",
                                   "33: answer 33"));
  const auto fail = [](const Question&, const RecordedAnswer&) { ADD_FAILURE(); };
  store->ForEach(ModelNamed("tiny").identity, "other", fail);
  store->ForEach(ModelNamed("other").identity, "skills", fail);
}

TEST_F(RecordingStoreTest, PrunesWholeFilesByTheirDay) {
  Record(folder_, {1, 2}, ModelNamed("tiny"), "old", 3 * kDay + 500);
  Record(folder_, {3}, ModelNamed("tiny"), "new", 4 * kDay);
  WriteText(folder_ / "README.md", "not ours");
  const auto store = OpenRecording(folder_);
  EXPECT_EQ(store->Prune(4 * kDay - 1), 0U) << "of the same day";
  EXPECT_EQ(store->Prune(4 * kDay), 2U);
  EXPECT_THAT(FileNames(folder_), ElementsAre("README.md", "tiny.new.jsonl"));
  EXPECT_EQ(store->Holdings().size(), 1U);
}

TEST_F(RecordingStoreTest, ManyThreads) {
  {
    const auto store = OpenRecording(folder_);
    const auto shared = store->Open(ModelNamed("tiny"), "skills", 0);
    std::vector<std::thread> threads;
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        const auto own = store->Open(ModelNamed("tiny"), "choices", 0);
        for (std::uint64_t i = 0; i < 40; ++i) {
          const std::uint64_t number = 40 * thread + i;
          Shelf& shelf = i % 2 == 0 ? *shared : *own;
          shelf.Claim(std::vector{KeyOf(number)});
          shelf.Put(QuestionOf(number), AnswerOf(number));
          EXPECT_TRUE(Finds(shelf, number));
          EXPECT_FALSE(store->Holdings().empty());
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
  }
  const RecordingOf reader(folder_);
  for (std::uint64_t i = 0; i < 160; ++i) EXPECT_TRUE(Finds(*reader.shelf, i)) << i;
}

}  // namespace
}  // namespace gatetest::internal
