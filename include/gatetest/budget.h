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
  /// A request counts before it is asked with all that it may generate (Request::max_tokens).
  std::optional<std::int64_t> tokens = {};

  /// The most time that models are asked for. Answers that are on their way when it is over are
  /// recorded, and do not count.
  std::optional<std::chrono::milliseconds> time = {};

  /// The most money, in US dollars, by ModelInfo::prices. A provider's model without prices is not
  /// asked; a model in this process costs nothing.
  std::optional<double> usd = {};
};

/// "5,000 requests, 600 s, $2.00": what live answers may cost; without `samples`. Empty: no limit.
std::string ToString(const Budget& budget);

/// What was spent on live answers.
struct Spent {
  std::size_t requests = 0;
  std::int64_t prompt_tokens = 0;
  std::int64_t completion_tokens = 0;
  std::chrono::nanoseconds time = {};
  double usd = 0.0;
};

/// "5,000 requests, 51,200 tokens, 12.3 s, $0.3100".
std::string ToString(const Spent& spent);

/// A budget, and what is spent of it. Evaluations that are asked with it (Asking::spending) pay
/// from it. Safe to use from several threads.
class Spending {
 public:
  explicit Spending(Budget budget = {}) : budget_(budget) {}

  const Budget& budget() const { return budget_; }  ///< As given.
  Spent spent() const;                              ///< So far.

  /// What an evaluator does with it.
  /// @{

  /// How many of `requests`, from the first, can be paid for whatever their answers are. Throws
  /// Error(kInvalidArgument) when the budget limits money and a provider's model declares no
  /// prices.
  std::size_t Affordable(const ModelInfo& model, std::span<const Request> requests) const;
  /// One live answer.
  void Pay(const ModelInfo& model, const Request& request, const Response& response);
  void PayTime(std::chrono::nanoseconds time);
  /// None: no limit.
  std::optional<std::chrono::nanoseconds> time_left() const;
  /// "the budget of 5,000 requests does not pay for more: 5,000 requests, ... are spent".
  std::string WhySpent() const;
  /// @}

 private:
  const Budget budget_;
  mutable std::mutex mutex_;
  Spent spent_;
  /// The most that a byte of a prompt was in tokens so far; before the first answer a byte may be
  /// one.
  std::optional<double> tokens_per_byte_;
};

/// Throws Error(kInvalidArgument) when it has no samples, or when tokens, time or money are
/// negative or not a number.
void CheckBudget(const Budget& budget);

}  // namespace gatetest

#endif  // GATETEST_BUDGET_H_
