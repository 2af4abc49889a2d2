#include "src/store/sqlite_shelf.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <utility>

#include "gatetest/error.h"
#include "src/store/model_json.h"
#include "src/store/response_blob.h"
#include "src/store/store_error.h"
#include "src/text/show.h"

namespace gatetest::internal {

RecordedAnswer AnswerFromRow(const SqlitePlace& place, std::span<const std::uint8_t> response,
                             std::int64_t recorded, const std::string& sample) {
  try {
    return {.response = ResponseFromBlob(response), .recorded = recorded};
  } catch (const Error& error) {
    ThrowStoreError(
        place.file(), "read",
        fmt::format("its answer to sample {} is damaged ({})", Quote(sample), error.what()),
        "record it anew with --gatetest_mode=refresh, or choose another place with "
        "--gatetest_store");
  }
}

AnswerKey KeyFromRow(const SqlitePlace& place, std::span<const std::uint8_t> blob) {
  AnswerKey key = {};
  if (blob.size() != key.size()) {
    ThrowStoreError(place.file(), "read", fmt::format("it has a key of {} bytes", blob.size()));
  }
  std::copy(blob.begin(), blob.end(), key.begin());
  return key;
}

SqliteShelf::SqliteShelf(SqlitePlace& place, RecordedModel model, std::string task,
                         std::int64_t not_before, std::int64_t number)
    : place_(place),
      model_(std::move(model)),
      task_(std::move(task)),
      not_before_(not_before),
      number_(number) {}

SqliteShelf::~SqliteShelf() {
  const std::lock_guard lock(place_.mutex());
  EndClaims(std::vector(claims_.begin(), claims_.end()));
}

std::vector<std::optional<RecordedAnswer>> SqliteShelf::Find(std::span<const AnswerKey> keys) {
  const std::lock_guard lock(place_.mutex());
  std::vector<std::optional<RecordedAnswer>> answers(keys.size());
  SqliteDatabase* const database = place_.Readable();
  if (database == nullptr) return answers;
  std::vector<Elsewhere> elsewhere;
  {
    SqliteTransaction reading(*database, SqliteTransaction::kRead);
    const std::int64_t shelf = FindShelf(*database);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      answers[i] = FindOne(*database, keys[i], shelf, elsewhere);
    }
    reading.Commit();
  }
  if (!elsewhere.empty()) CopyHere(elsewhere);
  return answers;
}

std::optional<RecordedAnswer> SqliteShelf::FindOne(SqliteDatabase& database, const AnswerKey& key,
                                                   std::int64_t shelf,
                                                   std::vector<Elsewhere>& elsewhere) {
  // The key says it all: the latest answer counts, whatever task it was recorded for. It is chosen
  // here because ORDER BY takes three times as long as all the rest.
  SqliteRows rows = database.Query(
      "SELECT shelf, recorded, sample, response FROM answers WHERE key = ? AND recorded >= ?", key,
      not_before_);
  struct {
    std::int64_t shelf = 0;
    std::int64_t recorded = 0;
    std::string sample;
    std::vector<std::uint8_t> response;
  } latest;
  bool is_found = false;
  while (rows.Next()) {
    const std::pair order(rows.Integer(1), rows.Integer(0) == shelf);
    if (is_found && order <= std::pair(latest.recorded, latest.shelf == shelf)) continue;
    const std::span<const std::uint8_t> response = rows.Blob(3);
    latest = {rows.Integer(0), rows.Integer(1), rows.Text(2), {response.begin(), response.end()}};
    is_found = true;
  }
  if (!is_found) return std::nullopt;
  if (latest.shelf != shelf) elsewhere.push_back({key, latest.shelf});
  return AnswerFromRow(place_, latest.response, latest.recorded, latest.sample);
}

/// So that an export of each task is complete. That it cannot be written spoils no answer.
void SqliteShelf::CopyHere(const std::vector<Elsewhere>& elsewhere) {
  try {
    SqliteDatabase* const database = place_.Writable();
    if (database == nullptr) return;
    SqliteTransaction writing(*database, SqliteTransaction::kWrite);
    const std::int64_t shelf = MakeShelf(*database);
    for (const Elsewhere& answer : elsewhere) {
      database->Run(
          "INSERT OR REPLACE INTO answers "
          "SELECT theirs.key, ?1, theirs.sample, theirs.turn, theirs.recorded, theirs.request, "
          "theirs.response FROM answers AS theirs WHERE theirs.key = ?2 AND theirs.shelf = ?3 AND "
          "NOT EXISTS (SELECT 1 FROM answers AS ours WHERE ours.key = ?2 AND ours.shelf = ?1 AND "
          "ours.recorded >= theirs.recorded)",
          shelf, answer.key, answer.shelf);
    }
    writing.Commit();
  } catch (const Error&) {
    return;
  }
}

std::vector<ClaimResult> SqliteShelf::Claim(std::span<const AnswerKey> keys) {
  const std::lock_guard lock(place_.mutex());
  try {
    SqliteDatabase* const writable = place_.Writable();
    if (writable != nullptr) return ClaimLocked(*writable, keys, /*is_writable=*/true);
  } catch (const DiskFullError&) {
    // As in a place that is read-only: nobody can claim, so that all may ask.
  }
  SqliteDatabase* const readable = place_.Readable();
  if (readable == nullptr) return std::vector(keys.size(), ClaimResult::kMine);
  return ClaimLocked(*readable, keys, /*is_writable=*/false);
}

std::vector<ClaimResult> SqliteShelf::ClaimLocked(SqliteDatabase& database,
                                                  std::span<const AnswerKey> keys,
                                                  bool is_writable) {
  std::vector<ClaimResult> results(keys.size(), ClaimResult::kMine);
  SqliteTransaction transaction(database,
                                is_writable ? SqliteTransaction::kWrite : SqliteTransaction::kRead);
  std::map<std::int64_t, bool> alive;
  std::vector<AnswerKey> claimed;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (IsAnswered(database, keys[i])) {
      results[i] = ClaimResult::kRecorded;
    } else if (is_writable) {
      results[i] = ClaimedBy(database, keys[i], alive);
      if (results[i] != ClaimResult::kMine) continue;
      database.Run("INSERT OR REPLACE INTO claims VALUES (?, ?, ?)", keys[i],
                   place_.asker().number(), number_);
      claimed.push_back(keys[i]);
    }
  }
  transaction.Commit();
  claims_.insert(claimed.begin(), claimed.end());
  return results;
}

bool SqliteShelf::IsAnswered(SqliteDatabase& database, const AnswerKey& key) const {
  return database
      .Query("SELECT 1 FROM answers WHERE key = ? AND recorded >= ? LIMIT 1", key, not_before_)
      .Next();
}

ClaimResult SqliteShelf::ClaimedBy(SqliteDatabase& database, const AnswerKey& key,
                                   std::map<std::int64_t, bool>& alive) const {
  SqliteRows rows = database.Query("SELECT asker, shelf_of_asker FROM claims WHERE key = ?", key);
  if (!rows.Next()) return ClaimResult::kMine;
  const Asker& self = place_.asker();
  const std::int64_t asker = rows.Integer(0);
  if (asker == self.number() && rows.Integer(1) == number_) return ClaimResult::kMine;
  const auto [known, is_new] = alive.try_emplace(asker, false);
  if (is_new) known->second = self.IsAlive(asker);
  return known->second ? ClaimResult::kTaken : ClaimResult::kMine;
}

void SqliteShelf::Put(const Question& question, const RecordedAnswer& answer) {
  const Filing filing{.question = question, .answer = answer};
  PutAll({&filing, 1});
}

void SqliteShelf::PutAll(std::span<const Filing> filings) {
  std::vector<std::string> responses;
  responses.reserve(filings.size());
  for (const Filing& filing : filings) responses.push_back(ResponseToBlob(filing.answer.response));
  const std::lock_guard lock(place_.mutex());
  try {
    PutLocked(filings, responses);
  } catch (const Error&) {
    std::vector<AnswerKey> keys;
    for (const Filing& filing : filings) keys.push_back(filing.question.key);
    EndClaims(keys);
    throw;
  }
}

void SqliteShelf::PutLocked(std::span<const Filing> filings,
                            std::span<const std::string> responses) {
  SqliteDatabase* const database = place_.Writable();
  if (database == nullptr) place_.ThrowReadOnly();
  SqliteTransaction writing(*database, SqliteTransaction::kWrite);
  const std::int64_t shelf = MakeShelf(*database);
  for (std::size_t i = 0; i < filings.size(); ++i) {
    const Question& question = filings[i].question;
    const std::span response(reinterpret_cast<const std::uint8_t*>(responses[i].data()),
                             responses[i].size());
    database->Run("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)", question.key,
                  shelf, question.sample, static_cast<std::int64_t>(question.turn),
                  filings[i].answer.recorded, question.request, response);
    if (claims_.contains(question.key)) DeleteClaim(*database, question.key);
  }
  writing.Commit();
  for (const Filing& filing : filings) claims_.erase(filing.question.key);
  has_described_model_ = true;
}

void SqliteShelf::GiveBack(std::span<const AnswerKey> keys) {
  const std::lock_guard lock(place_.mutex());
  EndClaims(keys);
}

void SqliteShelf::GiveBackLocked(std::span<const AnswerKey> keys) {
  std::vector<AnswerKey> claimed;
  for (const AnswerKey& key : keys) {
    if (claims_.contains(key)) claimed.push_back(key);
  }
  if (claimed.empty()) return;
  SqliteDatabase* const database = place_.Writable();
  if (database == nullptr) place_.ThrowReadOnly();
  SqliteTransaction writing(*database, SqliteTransaction::kWrite);
  for (const AnswerKey& key : claimed) DeleteClaim(*database, key);
  writing.Commit();
  for (const AnswerKey& key : claimed) claims_.erase(key);
}

void SqliteShelf::EndClaims(std::span<const AnswerKey> keys) {
  try {
    GiveBackLocked(keys);
  } catch (const Error&) {
    // Others would wait for as long as this process lives. What else this store has claimed may now
    // be asked twice, which is the lesser evil.
    place_.RetireAsker();
    claims_.clear();
  }
}

void SqliteShelf::DeleteClaim(SqliteDatabase& database, const AnswerKey& key) const {
  database.Run("DELETE FROM claims WHERE key = ? AND asker = ? AND shelf_of_asker = ?", key,
               place_.asker().number(), number_);
}

std::optional<Question> SqliteShelf::Filed(const std::string& sample, std::size_t turn) {
  const std::lock_guard lock(place_.mutex());
  SqliteDatabase* const database = place_.Readable();
  if (database == nullptr) return std::nullopt;
  SqliteRows rows = database->Query(
      "SELECT key, request FROM answers WHERE shelf = ? AND sample = ? AND turn = ? "
      "ORDER BY recorded DESC LIMIT 1",
      FindShelf(*database), sample, static_cast<std::int64_t>(turn));
  if (!rows.Next()) return std::nullopt;
  return Question{.key = KeyFromRow(place_, rows.Blob(0)),
                  .sample = sample,
                  .turn = turn,
                  .request = rows.Text(1)};
}

std::int64_t SqliteShelf::FindShelf(SqliteDatabase& database) const {
  SqliteRows rows = database.Query(
      "SELECT shelves.id FROM models JOIN shelves ON shelves.model = models.id "
      "WHERE models.identity = ? AND shelves.task = ?",
      model_.identity, task_);
  return rows.Next() ? rows.Integer(0) : 0;
}

std::int64_t SqliteShelf::MakeShelf(SqliteDatabase& database) {
  // Looked up each time: another process may have pruned it meanwhile.
  const std::int64_t found = FindShelf(database);
  if (found != 0 && has_described_model_) return found;
  database.Run(
      "INSERT INTO models (identity, model) VALUES (?, ?) "
      "ON CONFLICT (identity) DO UPDATE SET model = excluded.model",
      model_.identity, ModelToJson(model_));
  database.Run(
      "INSERT OR IGNORE INTO shelves (model, task) SELECT id, ? FROM models WHERE identity = ?",
      task_, model_.identity);
  return FindShelf(database);
}

}  // namespace gatetest::internal
