#include "gatetest/noise_floor.h"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <ostream>
#include <utility>

#include "gatetest/error.h"
#include "gatetest/evaluator.h"
#include "src/evaluation/evaluating.h"
#include "src/evaluation/incomplete.h"
#include "src/evaluation/logprob_spread.h"
#include "src/evaluation/memo_key.h"
#include "src/text/redact.h"
#include "src/text/show.h"
#include "src/thrown.h"

namespace gatetest {
namespace {

constexpr int kFewestRuns = 2;

/// Why run `number`, counted from 1, is not a whole one; empty when it is.
std::string WhyNotWhole(const Evaluation& run, int number, int runs) {
  std::string why = internal::WhyIncomplete(run);
  if (why.empty()) return "";
  if (run.unrecorded > 0 && number > 1) {
    // The rest compares with what is recorded, which is another run.
    why = why.substr(0, why.find('\n')) + "; a run in mode auto records them";
  }
  return fmt::format("run {} of {}: {}", number, runs, why);
}

std::optional<NoiseFloor::FlipSpread> FlipsBetween(const std::vector<EvaluationPtr>& runs) {
  if (runs.front()->task->measures() != Measures::kAccuracy) return std::nullopt;
  NoiseFloor::FlipSpread spread{.samples = runs.front()->items.size()};
  double pairs = 0.0;
  try {
    for (std::size_t i = 0; i < runs.size(); ++i) {
      for (std::size_t j = i + 1; j < runs.size(); ++j) {
        const double flips = Flips(Comparison(runs[i], runs[j], SameModel::kAllowed)).value;
        spread.mean += flips;
        spread.largest = std::max(spread.largest, flips);
        pairs += 1.0;
      }
    }
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kUndefined) return std::nullopt;
    throw;
  }
  spread.mean /= pairs;
  return spread;
}

/// "12,345 tokens".
std::string GroupedCount(std::size_t count, const std::string& plural) {
  const std::string text = internal::ShowCount(static_cast<double>(count), plural);
  return internal::ShowGrouped(static_cast<std::int64_t>(count)) + text.substr(text.find(' '));
}

std::string NoiseKey(const std::string& memo_key, int runs) {
  return fmt::format("{} {} runs", memo_key, runs);
}

}  // namespace

NoiseFloorPtr Evaluator::MeasureNoiseFloor(const ModelPtr& model, const TaskPtr& task, int runs,
                                           const Asking& asking) {
  NoiseFloor floor{.model = model == nullptr ? ModelInfo() : model->info(), .task = task};
  if (runs < kFewestRuns) {
    floor.failure = fmt::format("a noise floor needs at least {} runs, and {} {} asked for",
                                kFewestRuns, runs, runs == 1 ? "was" : "were");
  } else if (model != nullptr && model->recording() != nullptr) {
    floor.failure = model->recording()->place() + " has one set of answers";
  } else if (model == nullptr || task == nullptr || options_.plan_only || options_.slice ||
             internal::Evaluating::Current() == this) {
    // What is refused is refused by Evaluate, in its words.
    floor.failure =
        Evaluate(model, task, {.mode = asking.mode, .spending = asking.spending})->failure;
  }
  if (!floor.failure.empty()) return std::make_shared<const NoiseFloor>(std::move(floor));

  const How how{.asking = {.spending = asking.spending},
                .mode = options_.mode.value_or(asking.mode.value_or(StoreMode::kAuto)),
                .nested = internal::Evaluating::Current() != nullptr};
  const std::lock_guard lock(mutex_);
  const internal::Evaluating here(this);
  try {
    const std::string key = internal::MemoKey(*model, *task, options_.seed, how.mode);
    const std::string noise_key = NoiseKey(key, runs);
    {
      const std::lock_guard memo_lock(memo_mutex_);
      const auto known = noise_floors_.find(noise_key);
      if (known != noise_floors_.end()) return known->second;
    }
    MeasureRuns(*model, key, runs, how, floor);
    auto result = std::make_shared<const NoiseFloor>(std::move(floor));
    // Another budget may suffice.
    const bool ended = !result->runs.empty() && !result->runs.back()->ended.empty();
    const std::lock_guard memo_lock(memo_mutex_);
    if (!ended) noise_floors_[noise_key] = result;
    return result;
  } catch (...) {
    floor.failure = internal::RedactAddresses(
        internal::RedactSecrets(internal::TextOfCurrentException(),
                                internal::SecretsOfEnvironment(floor.model.api_key_variable)));
    return std::make_shared<const NoiseFloor>(std::move(floor));
  }
}

void Evaluator::MeasureRuns(Model& model, const std::string& key, int runs, How how,
                            NoiseFloor& floor) {
  const StoreMode mode = how.mode;
  const std::uint64_t seed = internal::SeedFor(*floor.task, options_.seed);
  std::vector<internal::RunLogprobs> logprobs(static_cast<std::size_t>(runs));
  for (int run = 0; run < runs; ++run) {
    Evaluation evaluation{.model = model.info(), .task = floor.task, .slice = options_.slice};
    // Each in an order of its own: what is batched with a sample is part of the noise.
    evaluation.provenance.seed = seed + static_cast<std::uint64_t>(run);
    const bool is_known = run == 0 && Known(key) != nullptr;
    // What Evaluate has refreshed a moment ago is in the store.
    how.mode = is_known && mode == StoreMode::kRefresh ? StoreMode::kAuto : mode;
    how.replicate = run;
    how.tap = [&](std::size_t sample, std::size_t turn, const Exchange& exchange) {
      logprobs[static_cast<std::size_t>(run)].Add(sample, turn, exchange);
    };
    Continue(model, evaluation, how);
    floor.runs.push_back(std::make_shared<const Evaluation>(std::move(evaluation)));
    if (run == 0 && !is_known) {
      const std::lock_guard lock(memo_mutex_);
      memo_[key] = floor.runs.front();
    }
    floor.failure = WhyNotWhole(*floor.runs.back(), run + 1, runs);
    if (!floor.failure.empty()) return;
  }
  if (options_.slice) {
    floor.failure = fmt::format(
        "only part {} of {} of the samples was evaluated (--gatetest_slice); a run with "
        "--gatetest_mode=replay measures it",
        options_.slice->index + 1, options_.slice->count);
    return;
  }
  floor.flips = FlipsBetween(floor.runs);
  floor.logprobs = internal::SpreadOf(logprobs);
}

EvaluationPlan Evaluator::PlanNoiseFloor(const ModelPtr& model, const TaskPtr& task, int runs,
                                         std::optional<StoreMode> mode) {
  EvaluationPlan plan = Plan(model, task, mode);
  const int more = std::max(runs - 1, 0);
  plan.samples *= static_cast<std::size_t>(more);
  plan.requests *= static_cast<std::size_t>(more);
  plan.prompt_tokens *= more;
  plan.completion_tokens *= more;
  plan.usd *= more;
  const std::string key =
      NoiseKey(internal::MemoKey(*model, *task, options_.seed,
                                 options_.mode.value_or(mode.value_or(StoreMode::kAuto))),
               runs);
  const std::lock_guard lock(memo_mutex_);
  plan.key = key;
  plan.shared = !planned_.insert(key).second || noise_floors_.contains(key);
  return plan;
}

std::string ToString(const NoiseFloor& floor) {
  const std::string task =
      floor.task == nullptr ? "" : fmt::format(" on \"{}\"", floor.task->name());
  std::string text = fmt::format("{} against itself{}", ToString(floor.model), task);
  if (!floor.failure.empty()) return fmt::format("{}: not measured: {}", text, floor.failure);
  const std::size_t samples = floor.runs.empty() ? 0 : floor.runs.front()->items.size();
  text += fmt::format(", {} runs of {}", floor.runs.size(), GroupedCount(samples, "samples"));
  if (floor.flips) {
    text += fmt::format("\nflips {} on average, {} at most",
                        internal::ShowBeside(floor.flips->mean, 0.0),
                        internal::ShowBeside(floor.flips->largest, 0.0));
  }
  if (floor.logprobs) {
    text +=
        fmt::format("\nlog-probabilities differ by {:.2g} on average, by {:.2g} at most, over {}",
                    floor.logprobs->mean, floor.logprobs->largest,
                    GroupedCount(floor.logprobs->tokens, "tokens"));
  }
  return text;
}

void PrintTo(const NoiseFloorPtr& floor, std::ostream* os) {
  std::string text = floor == nullptr ? "no noise floor" : ToString(*floor);
  for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos;) {
    text.replace(at, 1, "; ");
  }
  *os << text;
}

}  // namespace gatetest
