#include "src/store/sqlite_store.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>
#include <vector>

#include "gatetest/error.h"
#include "src/store/model_json.h"
#include "src/store/natural_order.h"
#include "src/store/sqlite_place.h"
#include "src/store/sqlite_shelf.h"
#include "src/store/store_error.h"

namespace gatetest::internal {
namespace {

class SqliteStore final : public Store {
 public:
  explicit SqliteStore(const std::filesystem::path& file) : place_(file) {
    const std::lock_guard lock(place_.mutex());
    place_.Readable();  // Throws now for what is no store.
  }

  std::string place() const override { return "sqlite:" + place_.file().string(); }
  std::optional<RecordedModel> FindModel(const std::string& identity) override;
  std::unique_ptr<Shelf> Open(const RecordedModel& model, const std::string& task,
                              std::int64_t not_before) override;
  std::vector<Holding> Holdings() override;
  void ForEach(const std::string& identity, const std::string& task, const Visitor& visit) override;
  std::size_t Prune(std::int64_t before) override;

 private:
  struct FiledKey {
    std::string sample;
    std::int64_t turn;
    AnswerKey key;
  };

  RecordedModel ModelFromRow(const std::string& json) const;
  std::vector<FiledKey> KeysInOrder(const std::string& identity, const std::string& task);
  std::optional<std::pair<Question, RecordedAnswer>> Read(const FiledKey& filed,
                                                          const std::string& identity,
                                                          const std::string& task);
  void DeleteClaimsOfTheDead(SqliteDatabase& database);

  SqlitePlace place_;
  std::int64_t last_shelf_ = 0;
};

RecordedModel SqliteStore::ModelFromRow(const std::string& json) const {
  try {
    return ModelFromJson(json);
  } catch (const Error& error) {
    ThrowStoreError(place_.file(), "read", error.what());
  }
}

std::optional<RecordedModel> SqliteStore::FindModel(const std::string& identity) {
  const std::lock_guard lock(place_.mutex());
  SqliteDatabase* const database = place_.Readable();
  if (database == nullptr) return std::nullopt;
  SqliteRows rows = database->Query("SELECT model FROM models WHERE identity = ?", identity);
  if (!rows.Next()) return std::nullopt;
  return ModelFromRow(rows.Text(0));
}

std::unique_ptr<Shelf> SqliteStore::Open(const RecordedModel& model, const std::string& task,
                                         std::int64_t not_before) {
  const std::lock_guard lock(place_.mutex());
  return std::make_unique<SqliteShelf>(place_, model, task, not_before, ++last_shelf_);
}

std::vector<Holding> SqliteStore::Holdings() {
  const std::lock_guard lock(place_.mutex());
  std::vector<Holding> holdings;
  SqliteDatabase* const database = place_.Readable();
  if (database == nullptr) return holdings;
  SqliteRows rows = database->Query(
      "SELECT models.model, shelves.task, count(*), min(recorded), max(recorded) "
      "FROM answers JOIN shelves ON shelves.id = shelf JOIN models ON models.id = shelves.model "
      "GROUP BY shelf "
      "ORDER BY max(max(recorded)) OVER (PARTITION BY models.id) DESC, models.id, shelves.task");
  while (rows.Next()) {
    holdings.push_back({.model = ModelFromRow(rows.Text(0)),
                        .task = rows.Text(1),
                        .answers = static_cast<std::size_t>(rows.Integer(2)),
                        .oldest = rows.Integer(3),
                        .newest = rows.Integer(4)});
  }
  return holdings;
}

void SqliteStore::ForEach(const std::string& identity, const std::string& task,
                          const Visitor& visit) {
  for (const FiledKey& filed : KeysInOrder(identity, task)) {
    // What has been pruned since is left out.
    const auto answer = Read(filed, identity, task);
    if (answer) visit(answer->first, answer->second);  // Which may use this store.
  }
}

std::vector<SqliteStore::FiledKey> SqliteStore::KeysInOrder(const std::string& identity,
                                                            const std::string& task) {
  const std::lock_guard lock(place_.mutex());
  std::vector<FiledKey> keys;
  SqliteDatabase* const database = place_.Readable();
  if (database == nullptr) return keys;
  SqliteRows rows = database->Query(
      "SELECT sample, turn, key FROM answers WHERE shelf = (SELECT shelves.id FROM models JOIN "
      "shelves ON shelves.model = models.id WHERE models.identity = ? AND shelves.task = ?)",
      identity, task);
  while (rows.Next()) {
    keys.push_back(
        {.sample = rows.Text(0), .turn = rows.Integer(1), .key = KeyFromRow(place_, rows.Blob(2))});
  }
  std::sort(keys.begin(), keys.end(), [](const FiledKey& a, const FiledKey& b) {
    const int order = CompareNaturally(a.sample, b.sample);
    return order != 0 ? order < 0 : std::tie(a.turn, a.key) < std::tie(b.turn, b.key);
  });
  return keys;
}

std::optional<std::pair<Question, RecordedAnswer>> SqliteStore::Read(const FiledKey& filed,
                                                                     const std::string& identity,
                                                                     const std::string& task) {
  const std::lock_guard lock(place_.mutex());
  SqliteDatabase* const database = place_.Readable();
  if (database == nullptr) return std::nullopt;
  SqliteRows rows = database->Query(
      "SELECT request, recorded, response FROM answers WHERE key = ? AND shelf = (SELECT "
      "shelves.id FROM models JOIN shelves ON shelves.model = models.id WHERE models.identity = ? "
      "AND shelves.task = ?)",
      filed.key, identity, task);
  if (!rows.Next()) return std::nullopt;
  return std::pair(Question{.key = filed.key,
                            .sample = filed.sample,
                            .turn = static_cast<std::size_t>(filed.turn),
                            .request = rows.Text(0)},
                   AnswerFromRow(place_, rows.Blob(2), rows.Integer(1), filed.sample));
}

std::size_t SqliteStore::Prune(std::int64_t before) {
  const std::lock_guard lock(place_.mutex());
  if (place_.Readable() == nullptr) return 0;  // Nothing is made in order to forget.
  SqliteDatabase* const database = place_.Writable();
  if (database == nullptr) place_.ThrowReadOnly();
  SqliteTransaction writing(*database, SqliteTransaction::kWrite);
  database->Run("DELETE FROM answers WHERE recorded < ?", before);
  const std::size_t forgotten = database->changes();
  database->RunAll(
      "DELETE FROM shelves WHERE id NOT IN (SELECT shelf FROM answers);"
      "DELETE FROM models WHERE id NOT IN (SELECT model FROM shelves)");
  DeleteClaimsOfTheDead(*database);
  writing.Commit();
  // Gives the space back, unless others are at work: then the next answers use it.
  database->SetPatient(false);
  database->Try("VACUUM");
  database->Try("PRAGMA wal_checkpoint(TRUNCATE)");
  database->SetPatient(true);
  return forgotten;
}

void SqliteStore::DeleteClaimsOfTheDead(SqliteDatabase& database) {
  std::vector<std::int64_t> dead;
  {
    SqliteRows rows = database.Query("SELECT DISTINCT asker FROM claims");
    while (rows.Next()) {
      if (!place_.asker().IsAlive(rows.Integer(0))) dead.push_back(rows.Integer(0));
    }
  }
  for (const std::int64_t asker : dead) database.Run("DELETE FROM claims WHERE asker = ?", asker);
}

}  // namespace

std::unique_ptr<Store> OpenSqlite(const std::filesystem::path& file) {
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(file, error);
  if (error) ThrowStoreErrno(file, "found", error.value());
  return std::make_unique<SqliteStore>(absolute.lexically_normal());
}

}  // namespace gatetest::internal
