// A store in memory, whose failures and rivals a test writes down.
#ifndef GATETEST_TESTS_SUPPORT_MEMORY_STORE_H_
#define GATETEST_TESTS_SUPPORT_MEMORY_STORE_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/store.h"

namespace gatetest::testing_support {

class MemoryStore final : public Store {
 public:
  struct Record {
    std::string identity;
    std::string task;
    Question question;
    RecordedAnswer answer;
  };

  std::string place() const override { return "memory:test"; }
  std::optional<RecordedModel> FindModel(const std::string& identity) override;
  std::unique_ptr<Shelf> Open(const RecordedModel& model, const std::string& task,
                              std::int64_t not_before) override;
  std::vector<Holding> Holdings() override;
  void ForEach(const std::string& identity, const std::string& task, const Visitor& visit) override;
  std::size_t Prune(std::int64_t before) override;

  /// Called first by the functions of these names; what they throw is thrown there.
  /// @{
  std::function<void()> on_find_model;
  std::function<void()> on_find;
  std::function<void()> on_claim;
  std::function<void(const Question&)> on_put;
  std::function<void()> on_give_back;
  /// @}

  /// In place of the claims of other shelves: what becomes of a wish to ask.
  std::function<ClaimResult(const AnswerKey&)> claim;

  /// In the order in which they were first recorded. For tests, while nobody evaluates.
  std::vector<Record> records;
  std::map<std::string, RecordedModel> models;  ///< By identity.
  std::map<AnswerKey, const Shelf*> claims;     ///< And who has them.

  /// How many calls there were.
  /// @{
  std::size_t finds = 0;
  std::size_t puts = 0;
  /// @}

 private:
  class MemoryShelf;

  std::mutex mutex_;
};

class MemoryStore::MemoryShelf final : public Shelf {
 public:
  MemoryShelf(MemoryStore& store, RecordedModel model, std::string task, std::int64_t not_before)
      : store_(store), model_(std::move(model)), task_(std::move(task)), not_before_(not_before) {}

  ~MemoryShelf() override {
    const std::lock_guard lock(store_.mutex_);
    std::erase_if(store_.claims, [&](const auto& one) { return one.second == this; });
  }

  std::vector<std::optional<RecordedAnswer>> Find(std::span<const AnswerKey> keys) override {
    if (store_.on_find) store_.on_find();
    const std::lock_guard lock(store_.mutex_);
    ++store_.finds;
    std::vector<std::optional<RecordedAnswer>> found;
    for (const AnswerKey& key : keys) {
      const Record* const record = RecordOf(key);
      found.push_back(record == nullptr ? std::nullopt : std::optional(record->answer));
    }
    return found;
  }

  std::vector<ClaimResult> Claim(std::span<const AnswerKey> keys) override {
    if (store_.on_claim) store_.on_claim();
    std::vector<ClaimResult> results;
    for (const AnswerKey& key : keys) results.push_back(ClaimOne(key));
    return results;
  }

  void Put(const Question& question, const RecordedAnswer& answer) override {
    if (store_.on_put) store_.on_put(question);
    const std::lock_guard lock(store_.mutex_);
    ++store_.puts;
    store_.models[model_.identity] = model_;
    const auto claimed = store_.claims.find(question.key);
    if (claimed != store_.claims.end() && claimed->second == this) store_.claims.erase(claimed);
    for (Record& record : store_.records) {
      if (record.question.key != question.key || record.task != task_) continue;
      record = {model_.identity, task_, question, answer};
      return;
    }
    store_.records.push_back({model_.identity, task_, question, answer});
  }

  void GiveBack(std::span<const AnswerKey> keys) override {
    if (store_.on_give_back) store_.on_give_back();
    const std::lock_guard lock(store_.mutex_);
    for (const AnswerKey& key : keys) {
      const auto claimed = store_.claims.find(key);
      if (claimed != store_.claims.end() && claimed->second == this) store_.claims.erase(claimed);
    }
  }

  std::optional<Question> Filed(const std::string& sample, std::size_t turn) override {
    const std::lock_guard lock(store_.mutex_);
    const Record* latest = nullptr;
    for (const Record& record : store_.records) {
      if (record.identity != model_.identity || record.task != task_) continue;
      if (record.question.sample != sample || record.question.turn != turn) continue;
      if (latest == nullptr || record.answer.recorded > latest->answer.recorded) latest = &record;
    }
    return latest == nullptr ? std::nullopt : std::optional(latest->question);
  }

 private:
  /// Whatever task it was recorded for; null: none, or one that is too old.
  const Record* RecordOf(const AnswerKey& key) const {
    for (const Record& record : store_.records) {
      if (record.question.key == key && record.answer.recorded >= not_before_) return &record;
    }
    return nullptr;
  }

  ClaimResult ClaimOne(const AnswerKey& key) {
    if (store_.claim) {
      const ClaimResult result = store_.claim(key);
      if (result != ClaimResult::kMine) return result;
    }
    const std::lock_guard lock(store_.mutex_);
    if (RecordOf(key) != nullptr) return ClaimResult::kRecorded;
    const auto [at, is_new] = store_.claims.try_emplace(key, this);
    return is_new || at->second == this ? ClaimResult::kMine : ClaimResult::kTaken;
  }

  MemoryStore& store_;
  const RecordedModel model_;
  const std::string task_;
  const std::int64_t not_before_;
};

inline std::optional<RecordedModel> MemoryStore::FindModel(const std::string& identity) {
  if (on_find_model) on_find_model();
  const std::lock_guard lock(mutex_);
  const auto found = models.find(identity);
  return found == models.end() ? std::nullopt : std::optional(found->second);
}

inline std::unique_ptr<Shelf> MemoryStore::Open(const RecordedModel& model, const std::string& task,
                                                std::int64_t not_before) {
  return std::make_unique<MemoryShelf>(*this, model, task, not_before);
}

inline std::vector<Holding> MemoryStore::Holdings() {
  const std::lock_guard lock(mutex_);
  std::map<std::pair<std::string, std::string>, Holding> holdings;
  for (const Record& record : records) {
    Holding& holding = holdings[{record.identity, record.task}];
    holding.model = models.at(record.identity);
    holding.task = record.task;
    ++holding.answers;
  }
  std::vector<Holding> all;
  for (const auto& [key, holding] : holdings) all.push_back(holding);
  return all;
}

inline void MemoryStore::ForEach(const std::string& identity, const std::string& task,
                                 const Visitor& visit) {
  for (const Record& record : records) {
    if (record.identity == identity && record.task == task) visit(record.question, record.answer);
  }
}

inline std::size_t MemoryStore::Prune(std::int64_t before) {
  const std::lock_guard lock(mutex_);
  return std::erase_if(records, [&](const Record& r) { return r.answer.recorded < before; });
}

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_SUPPORT_MEMORY_STORE_H_
