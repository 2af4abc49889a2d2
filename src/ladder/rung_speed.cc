#include "src/ladder/rung_speed.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "gatetest/error.h"
#include "gatetest/intervals.h"
#include "src/speed/distribution.h"
#include "src/speed/prompts.h"
#include "src/speed/request_timer.h"
#include "src/speed/warm_up.h"
#include "src/thrown.h"

namespace gatetest::internal {
namespace {

[[noreturn]] void GiveUpSpeed(const std::string& why) { throw Error(ErrorCode::kModelFailed, why); }

/// Of one run of the workload. Throws where one of its requests failed, or does not count tokens.
double TokensPerSecond(const TimedRun& run, const RequestTimer& timer) {
  if (!timer.ended().empty()) GiveUpSpeed(timer.ended());
  std::int64_t tokens = 0;
  for (const TimedAnswer& answer : run.answers) {
    if (!answer.failure.empty()) GiveUpSpeed(answer.failure);
    tokens += answer.tokens;
  }
  if (tokens == 0) {
    GiveUpSpeed("it does not say how many tokens it generates (Response::usage)");
  }
  return static_cast<double>(tokens) / run.seconds;
}

std::vector<double> RunsOfWorkload(Model& model, const Gate& gate, int runs,
                                   const EvaluatorOptions& options, Spending* spending) {
  RequestTimer timer(model, spending);
  const Workload& workload = gate.workload;
  const auto at_a_time = static_cast<std::size_t>(workload.concurrency);
  const Prompts prompts =
      PromptsFor(gate, {.seed = options.seed, .most = std::max(workload.prompts_of_run, at_a_time)},
                 model, timer);
  if (prompts.kind != RequestKind::kGenerate) GiveUpSpeed("no task asks it for text");
  WarmUp(timer, prompts, static_cast<std::size_t>(workload.warm_up), at_a_time);
  std::vector<double> rates;
  for (int i = 0; i < runs; ++i) {
    rates.push_back(TokensPerSecond(timer.AskAll(prompts.requests, at_a_time), timer));
  }
  return rates;
}

Estimate MedianOf(std::vector<double> rates, double alpha) {
  std::sort(rates.begin(), rates.end());
  Estimate estimate{.value = Quantile(rates, 0.5),
                    .n = rates.size(),
                    .observations = "runs",
                    .method = "order statistics"};
  const QuantileRanks ranks =
      OrderStatisticRanks(static_cast<std::int64_t>(rates.size()), 0.5, alpha);
  if (ranks.lower && ranks.upper) {
    estimate.interval = {.lower = rates[static_cast<std::size_t>(*ranks.lower - 1)],
                         .upper = rates[static_cast<std::size_t>(*ranks.upper - 1)],
                         .alpha = alpha};
  } else {
    estimate.no_interval = fmt::format("{} runs are too few for an interval", rates.size());
  }
  return estimate;
}

}  // namespace

RungSpeed MeasureRungSpeed(const ModelPtr& model, const Gate& gate, int runs,
                           const EvaluatorOptions& options, Spending* spending) {
  if (runs == 0) return {.why_none = kSpeedNotAskedFor};
  if (model->recording() != nullptr) return {.why_none = "it is a recording"};
  if (options.mode.value_or(gate.mode) == StoreMode::kReplay || options.plan_only ||
      options.slice) {
    return {.why_none = "this run asks no model, and a replayed answer has no time"};
  }
  try {
    return {.tokens_per_second =
                MedianOf(RunsOfWorkload(*model, gate, runs, options, spending), gate.alpha)};
  } catch (...) {
    return {.why_none = TextOfCurrentException()};
  }
}

}  // namespace gatetest::internal
