#include "gatetest/budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gatetest/error.h"
#include "src/text/show.h"

namespace gatetest {
namespace {

constexpr double kUsualTokensPerByte = 0.25;
constexpr double kMillion = 1e6;

std::size_t BytesOf(const Request& request) {
  return request.prompt.size() + request.continuation.size();
}

/// Text that is given in tokens costs what it is; what is asked for tokens, nothing.
std::int64_t PromptTokens(const Request& request, double tokens_per_byte) {
  if (request.kind == RequestKind::kTokenize) return 0;
  const std::size_t given = request.prompt_tokens.size() + request.continuation_tokens.size();
  if (given > 0) return static_cast<std::int64_t>(given);
  return static_cast<std::int64_t>(
      std::ceil(static_cast<double>(BytesOf(request)) * tokens_per_byte));
}

double Price(const ModelInfo& model, std::int64_t prompt_tokens, std::int64_t completion_tokens) {
  const Prices prices = model.prices.value_or(Prices{});
  return (static_cast<double>(prompt_tokens) * prices.input_usd_per_mtok +
          static_cast<double>(completion_tokens) * prices.output_usd_per_mtok) /
         kMillion;
}

double Seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

bool IsWithin(const Spent& spent, const Budget& budget) {
  return spent.requests <= budget.requests.value_or(spent.requests) &&
         spent.prompt_tokens + spent.completion_tokens <=
             budget.tokens.value_or(spent.prompt_tokens + spent.completion_tokens) &&
         spent.usd <= budget.usd.value_or(spent.usd);
}

}  // namespace

std::string ToString(const Budget& budget) {
  std::string text;
  const auto add = [&](const std::string& limit) { text += (text.empty() ? "" : ", ") + limit; };
  if (budget.requests) {
    add(internal::ShowGrouped(static_cast<std::int64_t>(*budget.requests)) + " requests");
  }
  if (budget.tokens) add(internal::ShowGrouped(*budget.tokens) + " tokens");
  if (budget.time) add(fmt::format("{:.6g} s", Seconds(*budget.time)));
  if (budget.usd) add(fmt::format("${:.2f}", *budget.usd));
  return text;
}

std::string ToString(const Spent& spent) {
  std::string text = fmt::format(
      "{} requests, {} tokens, {:.1f} s",
      internal::ShowGrouped(static_cast<std::int64_t>(spent.requests)),
      internal::ShowGrouped(spent.prompt_tokens + spent.completion_tokens), Seconds(spent.time));
  if (spent.usd > 0.0) text += fmt::format(", ${:.4f}", spent.usd);
  return text;
}

Spent Spending::spent() const {
  const std::lock_guard lock(mutex_);
  return spent_;
}

std::size_t Spending::Affordable(const ModelInfo& model, std::span<const Request> requests) const {
  if (budget_.usd && !model.provider.empty() && !model.prices) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("the budget limits money, and {} of {} declares no prices: set "
                            "ModelInfo::prices, or limit requests or tokens instead",
                            ToString(model), model.provider));
  }
  const std::lock_guard lock(mutex_);
  if (budget_.time && spent_.time >= *budget_.time) return 0;
  // Whatever they come to: what was not yet seen of a model may be a token a byte.
  Spent worst = spent_;
  std::size_t count = 0;
  for (const Request& request : requests) {
    const std::int64_t prompt = PromptTokens(request, tokens_per_byte_.value_or(1.0));
    const std::int64_t completion = request.kind == RequestKind::kGenerate ? request.max_tokens : 0;
    ++worst.requests;
    worst.prompt_tokens += prompt;
    worst.completion_tokens += completion;
    worst.usd += Price(model, prompt, completion);
    if (!IsWithin(worst, budget_)) break;
    ++count;
  }
  return count;
}

void Spending::Pay(const ModelInfo& model, const Request& request, const Response& response) {
  const Usage& usage = response.usage;
  const bool reported = usage.prompt_tokens > 0 || usage.completion_tokens > 0;
  const std::int64_t prompt =
      reported ? usage.prompt_tokens : PromptTokens(request, kUsualTokensPerByte);
  const std::int64_t completion =
      reported ? usage.completion_tokens
               : static_cast<std::int64_t>(
                     std::ceil(static_cast<double>(response.text.size()) * kUsualTokensPerByte));
  const auto bytes = static_cast<double>(BytesOf(request));
  const std::lock_guard lock(mutex_);
  ++spent_.requests;
  spent_.prompt_tokens += prompt;
  spent_.completion_tokens += completion;
  spent_.usd += Price(model, prompt, completion);
  if (bytes > 0.0 && response.failure.empty()) {
    tokens_per_byte_ = std::max(
        {tokens_per_byte_.value_or(0.0), kUsualTokensPerByte, static_cast<double>(prompt) / bytes});
  }
}

void Spending::PayTime(std::chrono::nanoseconds time) {
  const std::lock_guard lock(mutex_);
  spent_.time += time;
}

std::optional<std::chrono::nanoseconds> Spending::time_left() const {
  if (!budget_.time) return std::nullopt;
  const std::lock_guard lock(mutex_);
  return *budget_.time - spent_.time;
}

std::string Spending::WhySpent() const {
  return fmt::format("the budget of {} does not pay for more: {} are spent", ToString(budget_),
                     ToString(spent()));
}

void CheckBudget(const Budget& budget) {
  const auto reject = [](const std::string& why) {
    throw Error(ErrorCode::kInvalidArgument, "the gate has a budget of " + why);
  };
  if (budget.samples && *budget.samples == 0) reject("0 samples; it must be above 0");
  if (budget.tokens && *budget.tokens < 0) {
    reject(fmt::format("{} tokens; it must not be negative", *budget.tokens));
  }
  if (budget.time && *budget.time < std::chrono::milliseconds::zero()) {
    reject(fmt::format("{} ms; it must not be negative", budget.time->count()));
  }
  if (budget.usd && !(*budget.usd >= 0.0)) {
    reject(fmt::format("${}; it must not be negative", *budget.usd));
  }
}

}  // namespace gatetest
