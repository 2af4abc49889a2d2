#include "gatetest/budget.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "gatetest/error.h"
#include "src/evaluation/price.h"
#include "src/text/show.h"

namespace gatetest {
namespace {

constexpr double kUsualTokensPerByte = 0.25;

std::size_t BytesOf(const Request& request) {
  return request.prompt.size() + request.continuation.size();
}

/// Of a prompt that is given in tokens; 0: it is not.
std::int64_t GivenTokens(const Request& request) {
  return static_cast<std::int64_t>(request.prompt_tokens.size() +
                                   request.continuation_tokens.size());
}

std::int64_t Tokens(std::size_t bytes, double tokens_per_byte) {
  return static_cast<std::int64_t>(std::ceil(static_cast<double>(bytes) * tokens_per_byte));
}

double Seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

/// "$2.00", and as many more digits as it takes.
std::string ShowLimitUsd(double usd) {
  const std::string cents = fmt::format("{:.2f}", usd);
  return "$" + (std::stod(cents) == usd ? cents : fmt::format("{:.4g}", usd));
}

/// What a model is known by.
std::string KeyOf(const ModelInfo& model) { return model.provider + "/" + ToString(model); }

/// Of which nobody lives to see the end; more would not fit into nanoseconds.
constexpr std::chrono::hours kLongest{24 * 365 * 100};

Budget WithTimeThatFits(Budget budget) {
  if (budget.time && *budget.time > kLongest) budget.time.reset();
  return budget;
}

}  // namespace

std::string ToString(const Budget& budget) {
  std::string text;
  const auto add = [&](const std::string& limit) { text += (text.empty() ? "" : ", ") + limit; };
  if (budget.requests) add(internal::ShowMany(*budget.requests, "request"));
  if (budget.tokens) {
    add(internal::ShowMany(static_cast<std::size_t>(*budget.tokens), "token"));
  }
  if (budget.time) add(fmt::format("{:.6g} s", Seconds(*budget.time)));
  if (budget.usd) add(ShowLimitUsd(*budget.usd));
  return text;
}

std::string ToString(const Spent& spent) {
  std::string text = fmt::format(
      "{}, {}, {:.1f} s", internal::ShowMany(spent.requests, "request"),
      internal::ShowMany(static_cast<std::size_t>(spent.prompt_tokens + spent.completion_tokens),
                         "token"),
      Seconds(spent.time));
  if (spent.usd > 0.0) text += fmt::format(", ${:.4f}", spent.usd);
  return text;
}

Spending::Spending(const Budget& budget) : budget_(WithTimeThatFits(budget)) {}

Spent Spending::spent() const {
  const std::lock_guard lock(mutex_);
  return spent_;
}

bool Spending::has_limits() const {
  return budget_.requests || budget_.tokens || budget_.time || budget_.usd;
}

/// Empty: it can be.
std::string Spending::WhyUnpayable(const Budget& budget, const ModelInfo& model) {
  if (!budget.usd || (model.provider.empty() && !model.prices)) return "";
  if (!model.prices) {
    return fmt::format(
        "the budget limits money, and {} of {} declares no prices: set ModelInfo::prices, or limit "
        "requests or tokens instead",
        ToString(model), model.provider);
  }
  if (model.prices->input_usd_per_mtok >= 0.0 && model.prices->output_usd_per_mtok >= 0.0) {
    return "";
  }
  return fmt::format(
      "the budget limits money, and the prices of {} are {} and {}: both have to be 0 "
      "or more",
      ToString(model), model.prices->input_usd_per_mtok, model.prices->output_usd_per_mtok);
}

Spending::Cost Spending::WorstCost(const ModelInfo& model, const Habits& habits,
                                   const Request& request) const {
  if (request.kind == RequestKind::kTokenize) return {};
  // What is known of no answer yet is a token a byte, and a template around it.
  constexpr std::int64_t kTemplate = 64;
  const std::int64_t given = GivenTokens(request);
  std::int64_t prompt = given;
  if (given == 0) {
    prompt = habits.answered ? Tokens(BytesOf(request), habits.tokens_per_byte) + habits.more
                             : Tokens(BytesOf(request), 1.0) + kTemplate;
  }
  const std::int64_t completion =
      request.kind == RequestKind::kGenerate ? request.max_tokens + habits.beyond_max : 0;
  return {.tokens = prompt + completion, .usd = internal::PriceOf(model, prompt, completion)};
}

bool Spending::IsWithin(const Reserved& more) const {
  const std::int64_t tokens = spent_.prompt_tokens + spent_.completion_tokens;
  return (!budget_.requests ||
          spent_.requests + reserved_.requests + more.requests <= *budget_.requests) &&
         (!budget_.tokens || tokens + reserved_.tokens + more.tokens <= *budget_.tokens) &&
         (!budget_.usd || spent_.usd + reserved_.usd + more.usd <= *budget_.usd);
}

Spending::Reserved Spending::Reserve(const ModelInfo& model, std::span<const Request> requests) {
  if (!WhyUnpayable(budget_, model).empty()) return {};
  const std::lock_guard lock(mutex_);
  if (budget_.time && spent_.time >= *budget_.time) return {};
  const Habits& habits = habits_[KeyOf(model)];
  constexpr std::size_t kFirstFew = 4;
  if ((budget_.tokens || budget_.usd) && !habits.answered) {
    requests = requests.first(std::min(requests.size(), kFirstFew));
  }
  Reserved reserved;
  for (const Request& request : requests) {
    const Cost cost = WorstCost(model, habits, request);
    const Reserved next{.requests = reserved.requests + 1,
                        .tokens = reserved.tokens + cost.tokens,
                        .usd = reserved.usd + cost.usd};
    if (!IsWithin(next)) {
      next_ = cost;
      break;
    }
    reserved = next;
  }
  reserved_.requests += reserved.requests;
  reserved_.tokens += reserved.tokens;
  reserved_.usd += reserved.usd;
  return reserved;
}

void Spending::Release(const Reserved& reserved) {
  const std::lock_guard lock(mutex_);
  reserved_.requests -= reserved.requests;
  reserved_.tokens -= reserved.tokens;
  reserved_.usd -= reserved.usd;
}

bool Spending::Pay(const ModelInfo& model, const Request& request, const Response& response) {
  const Usage& usage = response.usage;
  const bool tokenizes = request.kind == RequestKind::kTokenize;
  const bool reported = usage.prompt_tokens > 0 || usage.completion_tokens > 0;
  std::int64_t prompt = usage.prompt_tokens;
  std::int64_t completion = usage.completion_tokens;
  if (!reported) {
    const std::int64_t given = GivenTokens(request);
    prompt = given > 0 ? given : Tokens(BytesOf(request), kUsualTokensPerByte);
    completion = Tokens(response.text.size(), kUsualTokensPerByte);
  }
  if (tokenizes) prompt = completion = 0;
  const std::lock_guard lock(mutex_);
  ++spent_.requests;
  spent_.prompt_tokens += prompt;
  spent_.completion_tokens += completion;
  spent_.usd += internal::PriceOf(model, prompt, completion);
  if (response.failure.empty() && !tokenizes) {
    Habits& habits = habits_[KeyOf(model)];
    const auto bytes = static_cast<std::int64_t>(BytesOf(request));
    habits.answered = true;
    if (GivenTokens(request) == 0 && bytes > 0) {
      const double rate = static_cast<double>(prompt) / static_cast<double>(bytes);
      habits.tokens_per_byte = std::max(habits.tokens_per_byte, std::min(rate, 1.0));
      habits.more = std::max(habits.more, prompt - bytes);
    }
    habits.beyond_max = std::max(habits.beyond_max, completion - request.max_tokens);
  }
  const std::int64_t tokens = spent_.prompt_tokens + spent_.completion_tokens;
  return (!budget_.tokens || tokens <= *budget_.tokens) &&
         (!budget_.usd || spent_.usd <= *budget_.usd);
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

std::string Spending::WhyNoMore(const ModelInfo& model) const {
  std::string why = WhyUnpayable(budget_, model);
  if (!why.empty()) return why;
  why = fmt::format("the budget of {} does not pay for more: {} are spent", ToString(budget_),
                    ToString(spent()));
  const std::lock_guard lock(mutex_);
  if (budget_.tokens && next_.tokens > 0) {
    why += fmt::format(", and the next request may take {}",
                       internal::ShowMany(static_cast<std::size_t>(next_.tokens), "token"));
  }
  if (budget_.usd && next_.usd > 0.0) {
    why += fmt::format(", and the next request may cost ${:.4f}", next_.usd);
  }
  return why;
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
