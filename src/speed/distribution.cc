#include "src/speed/distribution.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <vector>

namespace gatetest::internal {

double Quantile(std::span<const double> sorted, double p) {
  const auto n = static_cast<double>(sorted.size());
  const auto rank = static_cast<std::size_t>(std::ceil(p * n));
  return sorted[std::clamp<std::size_t>(rank, 1, sorted.size()) - 1];
}

std::string OneLine(std::span<const double> sorted, const Scale& scale) {
  return fmt::format("min {}, p50 {}, p95 {}, max {}{} (n = {})", scale.Show(sorted.front()),
                     scale.Show(Quantile(sorted, 0.5)), scale.Show(Quantile(sorted, 0.95)),
                     scale.Show(sorted.back()), scale.suffix(), sorted.size());
}

std::string Histogram(std::span<const double> sorted, double limit, const Scale& scale) {
  constexpr std::size_t kFewest = 10;
  constexpr std::size_t kBars = 8;
  constexpr double kLongest = 40.0;
  if (sorted.size() < kFewest || !(sorted.back() > sorted.front())) return "";
  const double first = sorted.front();
  // A few that lie far out share the last bar; else all others would share the first.
  const double usual = Quantile(sorted, 0.9);
  constexpr std::size_t kMany = 100;
  const double far = sorted.size() >= kMany
                         ? Quantile(sorted, 0.99)
                         : std::min(sorted.back(), usual + 3.0 * (usual - first));
  const double last = far > first ? far : sorted.back();
  const double width = (last - first) / static_cast<double>(kBars);
  const auto bar_of = [&](double value) {
    return static_cast<std::size_t>(
        std::min((value - first) / width, static_cast<double>(kBars - 1)));
  };
  std::array<std::size_t, kBars> counts{};
  for (const double value : sorted) ++counts[bar_of(value)];
  const auto most = static_cast<double>(*std::max_element(counts.begin(), counts.end()));
  std::vector<double> edges;
  for (std::size_t i = 0; i < kBars; ++i) edges.push_back(first + width * static_cast<double>(i));
  const std::vector<std::string> begins = scale.ShowApart(edges);
  std::size_t longest = 0;
  for (const std::string& begin : begins) longest = std::max(longest, begin.size());
  const bool is_among_them = limit >= first && limit <= sorted.back();
  std::string text;
  for (std::size_t i = 0; i < kBars; ++i) {
    const auto length =
        static_cast<std::size_t>(std::ceil(kLongest * static_cast<double>(counts[i]) / most));
    text += fmt::format("{}from {:>{}}{} {:>4} {}{}", text.empty() ? "" : "\n", begins[i], longest,
                        scale.suffix(), counts[i], std::string(length, '#'),
                        is_among_them && bar_of(limit) == i ? "  <- the limit" : "");
    while (text.back() == ' ') text.pop_back();
  }
  return text;
}

Spread SpreadOf(std::span<const double> same_work) {
  constexpr std::size_t kFewest = 5;
  if (same_work.size() < kFewest) return {};
  std::vector<double> sorted(same_work.begin(), same_work.end());
  std::sort(sorted.begin(), sorted.end());
  const double median = Quantile(sorted, 0.5);
  if (!(median > 0.0)) return {};
  return {.low = Quantile(sorted, 0.1) / median,
          .high = Quantile(sorted, 0.9) / median,
          .n = sorted.size()};
}

std::string SpreadText(const Spread& spread, const std::string& what) {
  if (spread.n == 0) return "";
  return fmt::format(
      "{}, {} times in this run, was {:.2f} to {:.2f} times its median (10th to 90th "
      "percentile)",
      what, spread.n, spread.low, spread.high);
}

}  // namespace gatetest::internal
