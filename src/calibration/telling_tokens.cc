#include "src/calibration/telling_tokens.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <unordered_map>

namespace gatetest::internal {
namespace {

/// Of one word, or of all of them.
struct CountOfBoth {
  std::int64_t calibration = 0;
  std::int64_t evaluation = 0;
};

/// Of the divergence: 0 for a word whose shares are equal.
double BitsOf(double p, double q) {
  double sum = 0.0;
  if (p > 0.0) sum += p * std::log2(2.0 * p / (p + q));
  if (q > 0.0) sum += q * std::log2(2.0 * q / (p + q));
  return sum / 2.0;
}

}  // namespace

std::vector<CalibrationToken> TellingTokens(const std::vector<Chunk>& calibration,
                                            const std::vector<Chunk>& evaluation,
                                            std::size_t most) {
  std::unordered_map<std::string_view, CountOfBoth> counts;
  CountOfBoth all;
  for (const Chunk& chunk : calibration) {
    for (const std::string& word : chunk) ++counts[word].calibration;
    all.calibration += static_cast<std::int64_t>(chunk.size());
  }
  for (const Chunk& chunk : evaluation) {
    for (const std::string& word : chunk) ++counts[word].evaluation;
    all.evaluation += static_cast<std::int64_t>(chunk.size());
  }
  std::vector<CalibrationToken> tokens;
  for (const auto& [word, count] : counts) {
    const double p = static_cast<double>(count.calibration) / static_cast<double>(all.calibration);
    const double q = static_cast<double>(count.evaluation) / static_cast<double>(all.evaluation);
    tokens.push_back({.token = std::string(word),
                      .calibration_share = p,
                      .evaluation_share = q,
                      .bits = BitsOf(p, q)});
  }
  const auto end = tokens.begin() + static_cast<std::ptrdiff_t>(std::min(most, tokens.size()));
  std::partial_sort(tokens.begin(), end, tokens.end(),
                    [](const CalibrationToken& a, const CalibrationToken& b) {
                      return a.bits != b.bits ? a.bits > b.bits : a.token < b.token;
                    });
  tokens.erase(end, tokens.end());
  return tokens;
}

}  // namespace gatetest::internal
