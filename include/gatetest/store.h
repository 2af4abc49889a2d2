// Store: recorded answers by key, so that what was asked once is not asked again. StoreMode: how an
// evaluation uses them. OpenStore (open_store.h, component gatetest::store) opens one; the port
// here is for stores of your own.
//
//   const std::unique_ptr<gatetest::Store> store = gatetest::OpenStore("sqlite:answers.sqlite");
//   gatetest::Evaluator evaluator({.store = store.get()});
#ifndef GATETEST_STORE_H_
#define GATETEST_STORE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "gatetest/model.h"
#include "gatetest/request.h"

namespace gatetest {

/// Where answers come from, and whether new ones are recorded.
enum class StoreMode {
  kAuto,     ///< Recorded answers; what is missing is asked, and recorded.
  kReplay,   ///< Recorded answers only: what is missing makes the evaluation NOT MEASURED.
  kRefresh,  ///< Everything is asked anew, and recorded in place of what was there.
  kLive,     ///< Everything is asked anew; nothing is read or recorded.
};

/// "auto", "replay", "refresh", "live".
std::string_view Name(StoreMode mode);

/// 128 bits that stand for a model's identity, a request and a replicate index.
using AnswerKey = std::array<std::uint8_t, 16>;

/// A model as a store knows it.
struct RecordedModel {
  /// All that its answers belong to, as canonical JSON (Provenance::identity).
  std::string identity = {};
  ModelInfo info = {};             ///< As it described itself.
  Capabilities capabilities = {};  ///< What it could do, known here without loading it.
};

/// What an answer is filed under. The key alone decides whose answer it is; the rest is for people:
/// for reviews, and to explain why an answer is missing.
struct Question {
  AnswerKey key = {};       ///< Of this model, this request and this replicate.
  std::string sample = {};  ///< Sample::id.
  std::size_t turn = 0;     ///< The how manieth request of its sample, counted from 0.
  /// The request as canonical JSON: fields at their defaults are left out, and long texts and token
  /// sequences are cut to their beginning and their length.
  std::string request = {};
};

/// An answer that was recorded.
struct RecordedAnswer {
  Response response = {};     ///< Equal to what the model answered, bit for bit.
  std::int64_t recorded = 0;  ///< When: seconds since 1970-01-01 UTC. A recording knows days only.
};

/// What became of a wish to ask (Shelf::Claim).
enum class ClaimResult {
  kMine,      ///< Nobody else asks while this shelf lives: ask now.
  kRecorded,  ///< Somebody has recorded it meanwhile: Find finds it.
  kTaken,     ///< Another process, or another shelf of this one, is asking: wait, and Find again.
};

/// The answers of one model to one task. Safe to use from several threads. Its functions throw
/// Error(kStoreFailed) when the place cannot be read or written.
class Shelf {
 public:
  /// Gives back all claims.
  virtual ~Shelf() = default;

  /// One a key, in their order; none where nothing is recorded. Answers that were recorded under
  /// another task are found too.
  virtual std::vector<std::optional<RecordedAnswer>> Find(std::span<const AnswerKey> keys) = 0;

  /// Claims the right to ask, so that no two processes ask the same; in a store that many processes
  /// do not share well (a recording) no two shelves of one Store object. One result a key, in their
  /// order. Claims end with Put, GiveBack, the shelf, and with a process that dies, however it
  /// dies.
  virtual std::vector<ClaimResult> Claim(std::span<const AnswerKey> keys) = 0;

  /// Records an answer, in place of one that was there, and gives its claim back. When it returns,
  /// the answer outlives this process, however that ends.
  virtual void Put(const Question& question, const RecordedAnswer& answer) = 0;

  /// An answer, and what it is filed under.
  struct Filing {
    Question question = {};      ///< Its key, and whose sample it is.
    RecordedAnswer answer = {};  ///< With the time of its recording.
  };
  /// The same for several, which a store may make cheaper. When it throws, none or some of them are
  /// recorded, and the claims of all have ended.
  virtual void PutAll(std::span<const Filing> filings) {
    for (std::size_t i = 0; i < filings.size(); ++i) {
      try {
        Put(filings[i].question, filings[i].answer);
      } catch (...) {
        for (const Filing& filing : filings.subspan(i)) GiveBack({&filing.question.key, 1});
        throw;
      }
    }
  }

  /// Ends claims without an answer.
  virtual void GiveBack(std::span<const AnswerKey> keys) = 0;

  /// What was recorded for that turn of that sample, under whatever key; the latest where there are
  /// several. For explanations.
  virtual std::optional<Question> Filed(const std::string& sample, std::size_t turn) = 0;
};

/// What a store holds of one model on one task.
struct Holding {
  RecordedModel model = {};  ///< Whose answers they are.
  std::string task = {};     ///< Its name.
  std::size_t answers = 0;   ///< How many.
  std::int64_t oldest = 0;   ///< RecordedAnswer::recorded of the oldest.
  std::int64_t newest = 0;   ///< And of the newest.
};

/// Recorded answers. Safe to use from several threads, and by many processes at once.
class Store {
 public:
  virtual ~Store() = default;
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// "sqlite:/ci/build/answers.sqlite", for messages.
  virtual std::string place() const = 0;

  /// The model of this identity, if anything of it is recorded. Throws Error(kStoreFailed), as all
  /// that follow do.
  virtual std::optional<RecordedModel> FindModel(const std::string& identity) = 0;

  /// The answers of `model` to the task of this name; those recorded before `not_before` (seconds
  /// since 1970-01-01 UTC) count as missing. Nothing is written before the first Put. The shelf
  /// must not outlive the store.
  virtual std::unique_ptr<Shelf> Open(const RecordedModel& model, const std::string& task,
                                      std::int64_t not_before) = 0;

  /// All there is, the models that were recorded last first, their tasks by name.
  virtual std::vector<Holding> Holdings() = 0;

  /// Every answer of one holding, by sample (numbers in ids as numbers: 2 before 10) and turn.
  /// @{
  using Visitor = std::function<void(const Question&, const RecordedAnswer&)>;
  virtual void ForEach(const std::string& identity, const std::string& task,
                       const Visitor& visit) = 0;
  /// @}

  /// Forgets what was recorded before that time; returns how many answers that were.
  virtual std::size_t Prune(std::int64_t before) = 0;
};

}  // namespace gatetest

#endif  // GATETEST_STORE_H_
