// Run: one evaluation while it is under way.
#ifndef GATETEST_SRC_EVALUATION_RUN_H_
#define GATETEST_SRC_EVALUATION_RUN_H_

#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "gatetest/evaluation.h"
#include "gatetest/evaluator.h"
#include "src/evaluation/answers.h"

namespace gatetest::internal {

/// Samples are asked in rounds: what follows from a sample's answers (Task::Next) is asked in the
/// next round. Answers may come in any order and from any thread; outcomes are consumed in the
/// shuffled order alone, so that a stop rule sees the same sequence every time.
class Run final : public AnswerSink {
 public:
  struct Options {
    std::span<const std::size_t> order;  ///< Of the samples that are to be asked.
    const StopRule& stop;                ///< May be empty.
    /// Told every response: of which sample (index) and turn. May be empty.
    const std::function<void(std::size_t, std::size_t, const Exchange&)>& tap;
  };

  /// Throws what Answers::capabilities throws.
  Run(const Evaluator& evaluator, const ModelInfo& info, Answers& answers, Evaluation& evaluation,
      const Options& options);

  /// Throws what made the evaluation as a whole impossible. `evaluation.unrecorded` counts the
  /// samples without which it had to end, which is an Unrecorded.
  void Complete();

  /// Whether the stop rule ended it.
  bool satisfied() const { return satisfied_; }

  /// Runs in the model's threads, so nothing is thrown from here.
  void Receive(std::size_t index, Response response, std::int64_t recorded) override;
  void Wait(std::size_t count) override;

 private:
  struct Asked {
    std::size_t sample;  ///< Index in the data set.
    std::vector<Exchange> exchanges = {};
    std::size_t unanswered = 0;
    bool live = false;          ///< Whether any of its answers is.
    std::int64_t recorded = 0;  ///< When the oldest of its recorded answers was.
    std::optional<Outcome> outcome = {};
  };

  /// One request of the current round.
  struct Question {
    std::size_t asked;     ///< Index in samples_.
    std::size_t exchange;  ///< Index in its exchanges.
  };

  void AskRound();
  void GiveUp(std::string why);
  void Take(std::size_t index, Response response, std::int64_t recorded);
  void CountRetries(const Response& response);
  void Continue(std::size_t index);
  Outcome Score(const Sample& sample, const std::vector<Exchange>& exchanges) const;
  void AskFor(std::size_t index, const Request& request);
  void Consume();
  void CheckNothingIsMissing();
  const Sample& SampleOf(const Asked& asked) const {
    return task_.dataset().samples()[asked.sample];
  }

  const Evaluator& evaluator_;
  Answers& answers_;
  const Task& task_;
  const ModelInfo info_;
  const ModelTraits traits_;
  Evaluation& evaluation_;
  const Options options_;
  Progress* const progress_;

  std::mutex mutex_;
  Cancel cancel_;
  std::vector<Asked> samples_;
  std::size_t wanted_ = 0;  ///< With those that are in already.
  std::vector<Question> questions_;
  std::vector<Question> next_round_;
  std::vector<Question> missing_;  ///< Not recorded, and not to be asked.
  std::size_t asked_ = 0;          ///< Requests, of all rounds so far.
  std::size_t answered_ = 0;
  std::size_t consumed_ = 0;  ///< Samples.
  bool satisfied_ = false;
  std::string failure_;
  bool is_incapable_ = false;  ///< That is why.
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_EVALUATION_RUN_H_
