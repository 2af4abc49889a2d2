// Budget: what a gate may spend. It ends evaluations before it is exceeded: the verdict is given if
// it is safe by then, and is NOT MEASURED with what was spent if it is not.
//
//   gatetest::Gate gate{.baseline = f16, .tasks = {skills}, .stop = gatetest::Stop::kConfident,
//                       .budget = {.requests = 5000, .usd = 2.0}};
#ifndef GATETEST_BUDGET_H_
#define GATETEST_BUDGET_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "gatetest/model.h"
#include "gatetest/request.h"

namespace gatetest {

/// What is not set has no limit.
struct Budget {
  /// The most samples of each task, in the random order in which they are asked; recorded ones
  /// count, so that a verdict does not depend on what is recorded. A population claim rests on
  /// these samples; a dataset claim is about all of them, and needs Gate::stop to be decided on a
  /// part.
  std::optional<std::size_t> samples = {};

  /// The most requests to models, baseline included. This and what follows is spent on live
  /// answers, by all expectations of one test together; recorded answers cost nothing.
  std::optional<std::size_t> requests = {};

  /// The most tokens, in and out, as models report them (Response::usage), else four bytes each.
  /// A request counts before it is asked with all that it may come to: by what the model's answers
  /// have shown, and with Request::max_tokens. An answer that comes to more than that ends it; what
  /// is on its way then may be above the budget.
  std::optional<std::int64_t> tokens = {};

  /// The most time that models are asked for. Answers that are on their way when it is over are
  /// recorded, and do not count.
  std::optional<std::chrono::milliseconds> time = {};

  /// The most money, in US dollars, by ModelInfo::prices; likewise. A provider's model without
  /// prices is not asked; a model in this process costs nothing.
  std::optional<double> usd = {};
};

/// "5,000 requests, 600 s, $2.00": what live answers may cost; without `samples`. Empty: no limit.
std::string ToString(const Budget& budget);

/// What was spent on live answers.
struct Spent {
  std::size_t requests = 0;            ///< Failed ones included.
  std::int64_t prompt_tokens = 0;      ///< What models read.
  std::int64_t completion_tokens = 0;  ///< What they generated.
  std::chrono::nanoseconds time = {};  ///< That models were asked for.
  double usd = 0.0;                    ///< By ModelInfo::prices.
};

/// "5,000 requests, 51,200 tokens, 12.3 s, $0.3100".
std::string ToString(const Spent& spent);

/// A budget, and what is spent of it. Evaluations that are asked with it (Asking::spending) pay
/// from it. Safe to use from several threads, and by several evaluators at once.
class Spending {
 public:
  explicit Spending(const Budget& budget = {});  ///< None: no limit.

  const Budget& budget() const { return budget_; }  ///< As given.
  Spent spent() const;                              ///< So far.
  bool has_limits() const;                          ///< On live answers.

  /// What an evaluator does with it.
  /// @{

  /// What requests may come to at most, taken out of the budget while they are asked.
  struct Reserved {
    std::size_t requests = 0;  ///< So many of those that were wanted.
    std::int64_t tokens = 0;   ///< In and out.
    double usd = 0.0;          ///< By ModelInfo::prices.
  };
  /// For as many of `requests`, from the first, as can be paid for, by all that the model's answers
  /// have shown so far: a first few, where they have shown nothing yet.
  Reserved Reserve(const ModelInfo& model, std::span<const Request> requests);
  /// Gives it back; what was answered has been paid by then.
  void Release(const Reserved& reserved);
  /// One live answer. False: it came to more than could be foreseen, and the budget is exceeded.
  bool Pay(const ModelInfo& model, const Request& request, const Response& response);
  void PayTime(std::chrono::nanoseconds time);
  /// None: no limit.
  std::optional<std::chrono::nanoseconds> time_left() const;
  /// Why nothing more can be asked: "the budget of 5,000 requests does not pay for more: ...".
  std::string WhyNoMore(const ModelInfo& model) const;
  /// @}

 private:
  /// What is known of the tokens of one model.
  struct Habits {
    bool answered = false;
    double tokens_per_byte = 0.0;  ///< Of a prompt, at most 1.
    std::int64_t more = 0;         ///< Beyond one token a byte: a chat template.
    std::int64_t beyond_max = 0;   ///< Beyond Request::max_tokens: what is reasoned in silence.
  };
  struct Cost {
    std::int64_t tokens = 0;
    double usd = 0.0;
  };

  static std::string WhyUnpayable(const Budget& budget, const ModelInfo& model);
  Cost WorstCost(const ModelInfo& model, const Habits& habits, const Request& request) const;
  bool IsWithin(const Reserved& more) const;

  const Budget budget_;
  mutable std::mutex mutex_;
  Spent spent_;
  Reserved reserved_;
  Cost next_;  ///< Of the request that could not be paid for.
  std::map<std::string, Habits> habits_;
};

/// Throws Error(kInvalidArgument) when it has no samples, or when tokens, time or money are
/// negative or not a number.
void CheckBudget(const Budget& budget);

}  // namespace gatetest

#endif  // GATETEST_BUDGET_H_
