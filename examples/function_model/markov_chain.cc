#include "markov_chain.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <numeric>
#include <stdexcept>

namespace {

constexpr double kSmallest = -12.0;

std::size_t Index(char byte) { return static_cast<unsigned char>(byte); }

std::size_t Last(std::string_view context) { return context.empty() ? 0 : Index(context.back()); }

}  // namespace

MarkovChain::MarkovChain(const std::string& path, int bits) {
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (text.empty()) throw std::runtime_error(path + " is empty or cannot be read");

  std::array<std::array<double, kBytes>, kBytes> counts{};
  for (std::size_t i = 1; i < text.size(); ++i) counts[Index(text[i - 1])][Index(text[i])] += 1.0;

  const double step = -kSmallest / (std::exp2(bits) - 1.0);
  for (std::size_t before = 0; before < kBytes; ++before) {
    const double total = std::accumulate(counts[before].begin(), counts[before].end(), 0.0);
    double sum = 0.0;  // Of the rounded shares, which have to add up to one again.
    for (std::size_t next = 0; next < kBytes; ++next) {
      const double share = (counts[before][next] + 0.01) / (total + 0.01 * kBytes);
      const double rounded = std::round(std::max(std::log(share), kSmallest) / step) * step;
      logprob_[before][next] = rounded;
      sum += std::exp(rounded);
    }
    for (double& logprob : logprob_[before]) logprob -= std::log(sum);
  }
}

std::vector<double> MarkovChain::Score(std::string_view context, std::string_view text) const {
  std::vector<double> logprobs;
  std::size_t before = Last(context);
  for (const char byte : text) {
    logprobs.push_back(logprob_[before][Index(byte)]);
    before = Index(byte);
  }
  return logprobs;
}

std::string MarkovChain::Complete(std::string_view context, int most) const {
  std::string text;
  std::size_t before = Last(context);
  for (int i = 0; i < most; ++i) {
    const auto& row = logprob_[before];
    const auto likeliest = std::max_element(row.begin(), row.end()) - row.begin();
    if (likeliest == '\n') break;
    text.push_back(static_cast<char>(likeliest));
    before = static_cast<std::size_t>(likeliest);
  }
  return text;
}
