#include "src/evaluation/logprob_spread.h"

#include <algorithm>
#include <cmath>

#include "src/model/request_key.h"

namespace gatetest::internal {
namespace {

/// Two tokens of probability 0 do not differ.
double Apart(double a, double b) { return a == b ? 0.0 : std::abs(a - b); }

}  // namespace

void RunLogprobs::Add(std::size_t sample, std::size_t turn, const Exchange& exchange) {
  if (exchange.request.kind != RequestKind::kScore || !exchange.response.failure.empty()) return;
  scored_[{sample, turn}] = {.request = RequestKeys("").KeyOf(exchange.request),
                             .logprobs = exchange.response.logprobs};
}

std::optional<NoiseFloor::LogprobSpread> SpreadOf(const std::vector<RunLogprobs>& runs) {
  NoiseFloor::LogprobSpread spread;
  double sum = 0.0;
  std::size_t differences = 0;
  std::map<std::pair<std::size_t, std::size_t>, std::size_t> tokens;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (const auto& [place, one] : runs[i].scored_) {
      for (std::size_t j = i + 1; j < runs.size(); ++j) {
        const auto found = runs[j].scored_.find(place);
        if (found == runs[j].scored_.end()) continue;
        const RunLogprobs::Scored& other = found->second;
        if (one.request != other.request || one.logprobs.size() != other.logprobs.size()) continue;
        for (std::size_t k = 0; k < one.logprobs.size(); ++k) {
          const double difference = Apart(one.logprobs[k], other.logprobs[k]);
          sum += difference;
          spread.largest = std::max(spread.largest, difference);
        }
        differences += one.logprobs.size();
        tokens[place] = std::max(tokens[place], one.logprobs.size());
      }
    }
  }
  if (differences == 0) return std::nullopt;
  for (const auto& [place, count] : tokens) spread.tokens += count;
  spread.mean = sum / static_cast<double>(differences);
  return spread;
}

}  // namespace gatetest::internal
