// Answers: where the answers of one evaluation come from, recorded or from the model.
#ifndef GATETEST_SRC_EVALUATION_ANSWERS_H_
#define GATETEST_SRC_EVALUATION_ANSWERS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/budget.h"
#include "gatetest/error.h"
#include "gatetest/evaluator.h"
#include "gatetest/model.h"
#include "gatetest/store.h"
#include "src/model/request_key.h"

namespace gatetest::internal {

/// A request of a sample.
struct Ask {
  const Request* request = nullptr;
  const std::string* sample = nullptr;  ///< Sample::id.
  std::size_t turn = 0;                 ///< The how manieth of its sample.
};

/// Takes answers, from any thread and in any order, one call an Ask.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  /// `recorded`: when; 0: the model has just answered.
  virtual void Receive(std::size_t index, Response response, std::int64_t recorded) = 0;
  /// Another process has been asking these many for a while.
  virtual void Wait(std::size_t count) { static_cast<void>(count); }
};

/// There is no answer, and none may be asked for.
class Unrecorded : public Error {
 public:
  explicit Unrecorded(const std::string& why) : Error(ErrorCode::kNotFound, why) {}
};

/// The model cannot do what the task asks of it.
class Incapable : public Error {
 public:
  explicit Incapable(const std::string& why) : Error(ErrorCode::kUnsupported, why) {}
};

/// How an evaluation uses what is recorded.
struct AnswerOptions {
  Store* store = nullptr;         ///< May be null.
  AnswerObserver on_answer = {};  ///< May be empty.
  StoreMode mode = StoreMode::kAuto;
  int replicate = 0;
  Spending* spending = nullptr;  ///< May be null.
  /// False within another evaluation of this thread: who asks might be that one.
  bool may_wait = true;
};

/// The answers of one model, on one task. Asks of no key twice at the same time, in all processes
/// that share the store.
class Answers {
 public:
  /// Throws Error(kUnsupported) when the mode is replay and there is nothing that could be
  /// replayed, and what Model::identity and the store throw.
  Answers(Model& model, const std::string& task, const AnswerOptions& options);

  /// As recorded, so that nothing is loaded for a replay; else, and for a refresh, the model's own.
  /// Throws Unrecorded
  /// when the mode is replay and nothing of the model is recorded.
  Capabilities capabilities();

  /// Asks the model itself from now on. False where that is not allowed, or no news.
  bool AskForCapabilities();

  /// The text without the credentials that this process knows; and without those of addresses.
  /// @{
  std::string WithoutKeys(std::string text) const;
  std::string WithoutSecrets(std::string text) const;
  /// @}

  /// Gets what is recorded, then asks the model for the rest; returns when all is answered or
  /// `cancel` is requested. Returns the positions of those that are not recorded and may not be
  /// asked. Throws Error(kModelFailed) when the model breaks the protocol, and Error(kStoreFailed)
  /// when the store cannot be read. An answer that cannot be recorded counts nevertheless: see
  /// not_recorded().
  std::vector<std::size_t> Get(std::span<const Ask> asks, AnswerSink& sink, Cancel& cancel);

  /// Why live answers are not recorded where they should be; empty when they are.
  std::string not_recorded() const;

  /// The place that has all answers there were; empty: some or all are in none.
  std::string recorded_in() const;

  /// Why the model was not asked for all, though nobody stopped it: a budget. Empty: it was.
  const std::string& ended() const { return ended_; }

  const std::string& identity() const { return identity_; }

  /// The place of the recording that the model is; empty when it is none.
  const std::string& recording() const { return recording_; }

  /// Why these, which Get returned, are not recorded; one text for all of them.
  std::string WhyMissing(std::span<const Ask> missing);

 private:
  class Live;
  struct Wanted;

  Capabilities AskedCapabilities();
  Shelf* shelf();
  RecordedModel model();
  std::vector<Wanted> TakeRecorded(std::span<const Ask> asks, std::vector<Wanted> wanted,
                                   AnswerSink& sink);
  void AskModel(std::span<const Ask> asks, std::span<const Wanted> wanted, AnswerSink& sink,
                Cancel& cancel);
  bool AskBatch(std::span<const Ask> asks, std::span<const Wanted> wanted,
                std::span<const Request> requests, const Spending::Reserved& reserved,
                AnswerSink& sink, Cancel& cancel);
  void EndOfBudget(Cancel& cancel);
  std::vector<ClaimResult> Claim(std::span<const Wanted> wanted);
  bool Records() const;
  void Record(std::span<const Shelf::Filing> filings);
  Question QuestionOf(const Ask& ask, const AnswerKey& key) const;
  void CannotRecord();
  static std::vector<AnswerKey> KeysOf(std::span<const Wanted> wanted);

  Model& model_;
  const std::string task_;
  const std::string identity_;
  std::string recording_;
  const RequestKeys keys_;
  const std::vector<std::string> secrets_;
  StoreMode mode_;
  Store* store_;  ///< Null where nothing is to be read or recorded.
  const AnswerObserver on_answer_;
  Spending* const spending_;
  const bool may_wait_;
  std::optional<Capabilities> capabilities_ = {};
  bool capabilities_are_recorded_ = false;
  std::unique_ptr<Shelf> shelf_ = {};
  mutable std::mutex mutex_;
  std::string not_recorded_;
  std::string ended_;
  std::string hopeless_;  ///< Why the last batch failed as a whole.
};

/// Hands on why answers were not recorded, however the evaluation ends.
class NotRecordedNote {
 public:
  NotRecordedNote(const Answers& answers, std::string& note) : answers_(answers), note_(note) {}
  ~NotRecordedNote() {
    std::string why = answers_.not_recorded();
    if (!why.empty()) note_ = std::move(why);
  }
  NotRecordedNote(const NotRecordedNote&) = delete;
  NotRecordedNote& operator=(const NotRecordedNote&) = delete;

 private:
  const Answers& answers_;
  std::string& note_;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_EVALUATION_ANSWERS_H_
