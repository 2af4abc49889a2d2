#include "src/store/sqlite_store.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "src/store/sqlite_database.h"
#include "tests/store/sqlite_testing.h"

namespace gatetest::internal {
namespace {

using testing_support::AnswerOf;
using testing_support::ClaimOne;
using testing_support::Finds;
using testing_support::KeyOf;
using testing_support::KeysOf;
using testing_support::ModelNamed;
using testing_support::OpenShelf;
using testing_support::QuestionOf;
using testing_support::TemporaryFolder;

class SqliteStoreTest : public ::testing::Test {
 protected:
  /// As another program would.
  void RunSql(const std::string& sql) const {
    SqliteDatabase(file_, SqliteAccess::kCreate).RunAll(sql.c_str());
  }

  const TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_ / "answers.sqlite";
};

TEST_F(SqliteStoreTest, FindsWhatWasPut) {
  const OpenShelf shelf(file_);
  Response response = Response::Text(std::string("\0\xFF", 2), FinishReason::kLength);
  response.logprobs = {-0.0, -1.5};
  response.tokens = {7};
  shelf->Put(QuestionOf(1), {.response = response, .recorded = 77});
  for (int other_store = 0; other_store < 2; ++other_store) {
    const OpenShelf reader(file_);
    const auto found = (other_store == 0 ? shelf : reader)->Find(KeysOf(3));
    ASSERT_EQ(found.size(), 3U);
    EXPECT_FALSE(found[0]);
    ASSERT_TRUE(found[1]);
    EXPECT_FALSE(found[2]);
    EXPECT_EQ(found[1]->recorded, 77);
    EXPECT_EQ(found[1]->response.text, response.text);
    EXPECT_EQ(found[1]->response.logprobs, response.logprobs);
    EXPECT_EQ(found[1]->response.tokens, response.tokens);
    EXPECT_EQ(found[1]->response.finish_reason, response.finish_reason);
  }
}

TEST_F(SqliteStoreTest, PutReplaces) {
  const OpenShelf shelf(file_);
  shelf->Put(QuestionOf(1), AnswerOf(7));
  shelf->Put(QuestionOf(1), AnswerOf(1));
  EXPECT_TRUE(Finds(*shelf.shelf, 1));
  ASSERT_EQ(shelf.store->Holdings().size(), 1U);
  EXPECT_EQ(shelf.store->Holdings()[0].answers, 1U);
}

TEST_F(SqliteStoreTest, WhatIsTooOldIsMissing) {
  const OpenShelf shelf(file_, 1000);
  shelf->Put(QuestionOf(1), AnswerOf(1, 999));
  shelf->Put(QuestionOf(2), AnswerOf(2, 1000));
  EXPECT_FALSE(Finds(*shelf.shelf, 1));
  EXPECT_TRUE(Finds(*shelf.shelf, 2));
  EXPECT_EQ(ClaimOne(*shelf.shelf, 1), ClaimResult::kMine);
  EXPECT_EQ(ClaimOne(*shelf.shelf, 2), ClaimResult::kRecorded);
  EXPECT_EQ(shelf->Filed("1", 0)->key, KeyOf(1));
}

TEST_F(SqliteStoreTest, AnswersOfOtherTasksAreFoundAndFiledHere) {
  const auto store = OpenSqlite(file_);
  store->Open(ModelNamed("tiny"), "skills", 0)->Put(QuestionOf(1), AnswerOf(1));
  const auto other = store->Open(ModelNamed("tiny"), "choices", 0);
  EXPECT_EQ(ClaimOne(*other, 1), ClaimResult::kRecorded);
  EXPECT_FALSE(other->Filed("1", 0));
  EXPECT_TRUE(Finds(*other, 1));
  ASSERT_TRUE(other->Filed("1", 0));
  EXPECT_EQ(other->Filed("1", 0)->request, QuestionOf(1).request);
  int visits = 0;
  store->ForEach(ModelNamed("tiny").identity, "choices",
                 [&](const Question& question, const RecordedAnswer& answer) {
                   ++visits;
                   EXPECT_EQ(question.key, KeyOf(1));
                   EXPECT_EQ(answer.recorded, 1000);
                   EXPECT_EQ(answer.response.text, "answer 1");
                 });
  EXPECT_EQ(visits, 1);
}

TEST_F(SqliteStoreTest, TheLatestAnswerOfAKeyCounts) {
  const auto store = OpenSqlite(file_);
  const auto skills = store->Open(ModelNamed("tiny"), "skills", 0);
  const auto choices = store->Open(ModelNamed("tiny"), "choices", 0);
  skills->Put(QuestionOf(1), AnswerOf(7, 1000));
  choices->Put(QuestionOf(1), AnswerOf(1, 1001));
  EXPECT_TRUE(Finds(*choices, 1));
  EXPECT_TRUE(Finds(*skills, 1));
  EXPECT_EQ(store->Holdings().at(0).oldest, 1001) << "copied in place of the older one";
  EXPECT_EQ(store->Holdings().at(1).oldest, 1001);
}

TEST_F(SqliteStoreTest, OfTwoAnswersOfOneTimeATasksOwnCounts) {
  const auto store = OpenSqlite(file_);
  for (const std::string task : {"a", "b", "c"}) {
    store->Open(ModelNamed("tiny"), task, 0)
        ->Put(QuestionOf(1), {.response = Response::Text(task), .recorded = 1000});
  }
  for (const std::string task : {"a", "b", "c"}) {
    const auto found = store->Open(ModelNamed("tiny"), task, 0)->Find(std::vector{KeyOf(1)});
    ASSERT_TRUE(found.at(0));
    EXPECT_EQ(found[0]->response.text, task);
  }
}

TEST_F(SqliteStoreTest, FiledTellsTheLatestOfASampleAndTurn) {
  const OpenShelf shelf(file_);
  const auto put = [&](std::uint64_t key, const std::string& sample, std::size_t turn,
                       std::int64_t recorded) {
    shelf->Put({.key = KeyOf(key), .sample = sample, .turn = turn, .request = "{}"},
               AnswerOf(key, recorded));
  };
  put(1, "a", 0, 5);
  put(2, "a", 0, 9);
  put(3, "a", 0, 7);
  put(4, "a", 1, 10);
  put(5, "b", 0, 10);
  EXPECT_EQ(shelf->Filed("a", 0)->key, KeyOf(2));
  EXPECT_EQ(shelf->Filed("a", 0)->sample, "a");
  EXPECT_EQ(shelf->Filed("a", 1)->key, KeyOf(4));
  EXPECT_EQ(shelf->Filed("a", 1)->turn, 1U);
  EXPECT_FALSE(shelf->Filed("c", 0));
  EXPECT_FALSE(shelf.store->Open(ModelNamed("other"), "skills", 0)->Filed("a", 0));
}

TEST_F(SqliteStoreTest, TellsItsHoldings) {
  const auto store = OpenSqlite(file_);
  const auto put = [&](const std::string& model, const std::string& task, std::uint64_t key,
                       std::int64_t recorded) {
    store->Open(ModelNamed(model), task, 0)->Put(QuestionOf(key), AnswerOf(key, recorded));
  };
  put("old", "b", 1, 10);
  put("old", "a", 2, 20);
  put("old", "a", 3, 15);
  put("new", "z", 4, 5);
  put("new", "c", 5, 30);
  std::string told;
  for (const Holding& holding : store->Holdings()) {
    told += holding.model.info.name + "/" + holding.task + " " + std::to_string(holding.answers) +
            " " + std::to_string(holding.oldest) + "-" + std::to_string(holding.newest) + "\n";
  }
  EXPECT_EQ(told, "new/c 1 30-30\nnew/z 1 5-5\nold/a 2 15-20\nold/b 1 10-10\n");
  EXPECT_TRUE(store->FindModel(ModelNamed("old").identity)->capabilities.generate);
  EXPECT_EQ(store->FindModel(ModelNamed("old").identity)->identity, ModelNamed("old").identity);
  EXPECT_FALSE(store->FindModel(ModelNamed("none").identity));
}

TEST_F(SqliteStoreTest, TheModelIsAsItDescribedItselfLast) {
  RecordedModel model = ModelNamed("tiny");
  { OpenSqlite(file_)->Open(model, "skills", 0)->Put(QuestionOf(1), AnswerOf(1)); }
  model.capabilities.score = true;
  const auto store = OpenSqlite(file_);
  store->Open(model, "skills", 0)->Put(QuestionOf(2), AnswerOf(2));
  EXPECT_TRUE(store->FindModel(model.identity)->capabilities.score);
  EXPECT_EQ(store->Holdings().size(), 1U);
}

TEST_F(SqliteStoreTest, VisitsInNaturalOrderAndMayBeUsedMeanwhile) {
  const OpenShelf shelf(file_);
  const std::vector<std::pair<std::string, std::size_t>> in_order = {
      {"1", 0}, {"2", 0}, {"2", 2}, {"2", 10}, {"10", 0}, {"a2", 0}, {"a10", 0}};
  for (std::size_t i = 0; i < in_order.size(); ++i) {
    const std::size_t at = i * 3 % in_order.size();
    shelf->Put({.key = KeyOf(at), .sample = in_order[at].first, .turn = in_order[at].second},
               AnswerOf(at));
  }
  std::vector<std::pair<std::string, std::size_t>> visited;
  shelf.store->ForEach(ModelNamed("tiny").identity, "skills",
                       [&](const Question& question, const RecordedAnswer& answer) {
                         const std::size_t at = visited.size();
                         visited.emplace_back(question.sample, question.turn);
                         EXPECT_EQ(question.key, KeyOf(at));
                         EXPECT_EQ(answer.response.text, AnswerOf(at).response.text);
                         EXPECT_TRUE(Finds(*shelf.shelf, at));
                       });
  EXPECT_EQ(visited, in_order);
}

TEST_F(SqliteStoreTest, PruneForgetsWhatIsOlder) {
  const auto store = OpenSqlite(file_);
  const auto old = store->Open(ModelNamed("old"), "skills", 0);
  const auto tiny = store->Open(ModelNamed("tiny"), "skills", 0);
  old->Put(QuestionOf(1), AnswerOf(1, 10));
  store->Open(ModelNamed("tiny"), "choices", 0)->Put(QuestionOf(2), AnswerOf(2, 10));
  tiny->Put(QuestionOf(3), AnswerOf(3, 10));
  tiny->Put(QuestionOf(4), AnswerOf(4, 11));
  EXPECT_EQ(store->Prune(10), 0U);
  EXPECT_EQ(store->Holdings().size(), 3U);
  EXPECT_EQ(store->Prune(11), 3U);
  ASSERT_EQ(store->Holdings().size(), 1U);
  EXPECT_EQ(store->Holdings()[0].answers, 1U);
  EXPECT_FALSE(store->FindModel(ModelNamed("old").identity));
  EXPECT_FALSE(Finds(*tiny, 3));
  EXPECT_TRUE(Finds(*tiny, 4));
  // A shelf that was open meanwhile is made again.
  old->Put(QuestionOf(1), AnswerOf(1, 12));
  EXPECT_TRUE(Finds(*old, 1));
  EXPECT_TRUE(store->FindModel(ModelNamed("old").identity));
}

TEST_F(SqliteStoreTest, PruneGivesSpaceBack) {
  const OpenShelf shelf(file_);
  for (std::uint64_t i = 0; i < 1000; ++i) {
    Question question = QuestionOf(i);
    question.request = std::string(1000, 'x');
    shelf->Put(question, AnswerOf(i));
  }
  RunSql("PRAGMA wal_checkpoint(TRUNCATE)");
  const auto before = std::filesystem::file_size(file_);
  EXPECT_GT(before, 1'000'000U);
  EXPECT_EQ(shelf.store->Prune(2000), 1000U);
  EXPECT_LT(std::filesystem::file_size(file_), 100'000U);
}

TEST_F(SqliteStoreTest, PruneWorksBesideAReader) {
  const OpenShelf shelf(file_);
  shelf->Put(QuestionOf(1), AnswerOf(1));
  SqliteDatabase reader(file_, SqliteAccess::kReadWrite);
  SqliteRows rows = reader.Query("SELECT key FROM answers");
  ASSERT_TRUE(rows.Next());
  EXPECT_EQ(shelf.store->Prune(2000), 1U);
  EXPECT_FALSE(Finds(*shelf.shelf, 1));
}

TEST_F(SqliteStoreTest, ManyThreadsShareAShelf) {
  const OpenShelf shelf(file_);
  std::vector<std::thread> threads;
  for (std::uint64_t thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&shelf, thread] {
      for (std::uint64_t i = 0; i < 50; ++i) {
        const std::uint64_t number = thread * 50 + i;
        EXPECT_EQ(ClaimOne(*shelf.shelf, number), ClaimResult::kMine);
        shelf->Put(QuestionOf(number), AnswerOf(number));
        EXPECT_TRUE(Finds(*shelf.shelf, number));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(shelf.store->Holdings().at(0).answers, 400U);
}

}  // namespace
}  // namespace gatetest::internal
