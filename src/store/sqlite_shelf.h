// A shelf of a SQLite store.
#ifndef GATETEST_SRC_STORE_SQLITE_SHELF_H_
#define GATETEST_SRC_STORE_SQLITE_SHELF_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "gatetest/store.h"
#include "src/store/sqlite_place.h"

namespace gatetest::internal {

/// An answer as it is in the file. Throws Error(kStoreFailed) naming the sample when it is damaged.
RecordedAnswer AnswerFromRow(const SqlitePlace& place, std::span<const std::uint8_t> response,
                             std::int64_t recorded, const std::string& sample);

/// Throws Error(kStoreFailed) for what is no key.
AnswerKey KeyFromRow(const SqlitePlace& place, std::span<const std::uint8_t> blob);

class SqliteShelf final : public Shelf {
 public:
  /// `number`: no other shelf of this place has it.
  SqliteShelf(SqlitePlace& place, RecordedModel model, std::string task, std::int64_t not_before,
              std::int64_t number);
  ~SqliteShelf() override;
  SqliteShelf(const SqliteShelf&) = delete;
  SqliteShelf& operator=(const SqliteShelf&) = delete;

  std::vector<std::optional<RecordedAnswer>> Find(std::span<const AnswerKey> keys) override;
  std::vector<ClaimResult> Claim(std::span<const AnswerKey> keys) override;
  void Put(const Question& question, const RecordedAnswer& answer) override;
  void PutAll(std::span<const Filing> filings) override;
  void GiveBack(std::span<const AnswerKey> keys) override;
  std::optional<Question> Filed(const std::string& sample, std::size_t turn) override;

 private:
  /// An answer that only another task has, or has a later one of.
  struct Elsewhere {
    AnswerKey key;
    std::int64_t shelf;
  };

  // All of these: while holding the place's mutex.
  std::optional<RecordedAnswer> FindOne(SqliteDatabase& database, const AnswerKey& key,
                                        std::int64_t shelf, std::vector<Elsewhere>& elsewhere);
  void CopyHere(const std::vector<Elsewhere>& elsewhere);
  bool IsAnswered(SqliteDatabase& database, const AnswerKey& key) const;
  /// Who has claimed `key`: kMine when nobody who lives.
  ClaimResult ClaimedBy(SqliteDatabase& database, const AnswerKey& key,
                        std::map<std::int64_t, bool>& alive) const;
  void DeleteClaim(SqliteDatabase& database, const AnswerKey& key) const;
  void PutLocked(std::span<const Filing> filings, std::span<const std::string> responses);
  std::vector<ClaimResult> ClaimLocked(SqliteDatabase& database, std::span<const AnswerKey> keys,
                                       bool is_writable);
  void GiveBackLocked(std::span<const AnswerKey> keys);
  /// The same where it may fail: nobody is left waiting.
  void EndClaims(std::span<const AnswerKey> keys);
  /// Its number in the file; 0: it has no answers yet.
  std::int64_t FindShelf(SqliteDatabase& database) const;
  /// The same, made if need be.
  std::int64_t MakeShelf(SqliteDatabase& database);

  SqlitePlace& place_;
  const RecordedModel model_;
  const std::string task_;
  const std::int64_t not_before_;
  const std::int64_t number_;
  std::set<AnswerKey> claims_;
  bool has_described_model_ = false;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_STORE_SQLITE_SHELF_H_
