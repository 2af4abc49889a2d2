// RequestTimer: asks a model, live, and says how long its answers took.
#ifndef GATETEST_SRC_SPEED_REQUEST_TIMER_H_
#define GATETEST_SRC_SPEED_REQUEST_TIMER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gatetest/budget.h"
#include "gatetest/model.h"
#include "gatetest/request.h"

namespace gatetest::internal {

/// How long one request took, end to end: from when it was sent until the answer was complete, what
/// was tried in between included.
struct TimedAnswer {
  std::string failure = {};  ///< Why there is none; empty: there is.
  bool asked = true;     ///< False: nothing more could be asked, so it is no failure of its own.
  double seconds = 0.0;  ///< End to end; 0: not known.
  double first_token = 0.0;  ///< Until the first text; 0: not known.
  std::int64_t tokens = 0;   ///< Generated; 0: not known, or none.
  std::int64_t spoken = 0;   ///< Of these, the tokens of its text: without silent reasoning.
  bool retried = false;      ///< It took several attempts.
  std::vector<TokenId> text_tokens = {};     ///< kTokenize.
  std::vector<std::size_t> token_ends = {};  ///< kTokenize.
};

/// So many failures in a row say that the rest would fail too, and each may take minutes to.
inline constexpr std::size_t kFailuresInARow = 5;

/// A run of many requests.
struct TimedRun {
  double seconds = 0.0;
  std::vector<TimedAnswer> answers = {};  ///< As many as there were requests, in their order.
};

/// Asks one model. Nothing is recorded, and nothing is replayed.
class RequestTimer {
 public:
  /// `spending` may be null; it and the model outlive the timer.
  RequestTimer(Model& model, Spending* spending);

  /// One request alone. A model that fails it, or throws, is a failure in the answer.
  TimedAnswer Ask(const Request& request);

  /// With so many under way at a time, as far as the budget pays for them. (Where it has to know
  /// first what an answer costs, the first request is asked once more before.) What is not asked
  /// any more after kFailuresInARow has failed too. Throws Error(kUnsupported) when the model
  /// cannot have so many.
  TimedRun AskAll(std::span<const Request> requests, std::size_t at_a_time);

  /// Why nothing more can be asked: the budget is spent, or the run was interrupted. Empty: it can.
  const std::string& ended() const { return ended_; }

 private:
  class Sink;

  TimedRun Run(std::span<const Request> requests, std::size_t at_a_time);
  double RunPaid(std::span<const Request> requests, std::size_t at_a_time,
                 const Spending::Reserved& reserved, Sink& sink, Cancel& cancel,
                 std::string& why_none);
  bool HasNoTimeLeft() const;
  std::string WhyNoMore() const;
  std::string Redacted(const std::string& text) const;

  Model& model_;
  Spending* const spending_;
  const std::vector<std::string> secrets_;
  std::string ended_;
  bool has_answers_ = false;
};

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_SPEED_REQUEST_TIMER_H_
