#include "src/calibration/label_permutations.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>
#include <span>
#include <utility>

#include "src/data/hash.h"
#include "src/evaluation/shuffle.h"

namespace gatetest::internal {
namespace {

/// How often each kind of word occurs.
using KindCounts = std::vector<std::uint32_t>;

/// The kinds of the words of all documents, one after the other.
class KindsOfDocuments {
 public:
  void Add(const std::vector<Chunk>& chunks) {
    for (const Chunk& chunk : chunks) {
      for (const std::string& word : chunk) {
        kinds_.push_back(static_cast<std::uint16_t>(ShortHash(word) % kWordKinds));
      }
      ends_.push_back(kinds_.size());
    }
  }

  std::size_t size() const { return ends_.size(); }
  std::span<const std::uint16_t> of(std::size_t document) const {
    const std::size_t begin = document == 0 ? 0 : ends_[document - 1];
    return std::span(kinds_).subspan(begin, ends_[document] - begin);
  }
  std::span<const std::uint16_t> of_all() const { return kinds_; }

 private:
  std::vector<std::uint16_t> kinds_;
  std::vector<std::size_t> ends_;
};

void CountKinds(std::span<const std::uint16_t> kinds, KindCounts& counts) {
  for (const std::uint16_t kind : kinds) ++counts[kind];
}

/// JensenShannonBits of `part` and of the rest of `all`, without its checks and exact sums: it is
/// taken a thousand times.
double BitsAgainstRest(const KindCounts& part, const KindCounts& all) {
  const auto total = [](const KindCounts& counts) {
    return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  };
  const double part_total = total(part);
  const double rest_total = total(all) - part_total;
  double sum = 0.0;
  for (std::size_t kind = 0; kind < all.size(); ++kind) {
    if (all[kind] == 0) continue;
    const double p = static_cast<double>(part[kind]) / part_total;
    const double q = static_cast<double>(all[kind] - part[kind]) / rest_total;
    if (p > 0.0) sum += p * std::log2(2.0 * p / (p + q));
    if (q > 0.0) sum += q * std::log2(2.0 * q / (p + q));
  }
  return sum / 2.0;
}

}  // namespace

CalibrationDistance PermuteLabels(const std::vector<Chunk>& one, const std::vector<Chunk>& other,
                                  std::size_t permutations, std::uint64_t seed) {
  // Only the smaller side is summed up; the other one is the rest.
  const bool one_is_smaller = one.size() <= other.size();
  const std::vector<Chunk>& smaller = one_is_smaller ? one : other;
  KindsOfDocuments documents;
  documents.Add(smaller);
  documents.Add(one_is_smaller ? other : one);
  KindCounts all(kWordKinds);
  CountKinds(documents.of_all(), all);

  std::vector<std::size_t> order(documents.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto divergence = [&] {
    KindCounts part(kWordKinds);
    for (std::size_t i = 0; i < smaller.size(); ++i) CountKinds(documents.of(order[i]), part);
    return BitsAgainstRest(part, all);
  };
  CalibrationDistance distance{.jsd_bits = divergence()};
  // Of equal sums rounding must not make an observation rarer than it is.
  constexpr double kRounding = 1e-12;
  std::mt19937_64 generator(seed);
  std::size_t at_least = 0;
  double sum = 0.0;
  for (std::size_t permutation = 0; permutation < permutations; ++permutation) {
    // The first places of a Fisher-Yates shuffle are a sample without replacement.
    for (std::size_t i = 0; i < smaller.size(); ++i) {
      const std::size_t from =
          i + static_cast<std::size_t>(RandomBelow(order.size() - i, generator));
      std::swap(order[i], order[from]);
    }
    const double bits = divergence();
    sum += bits;
    if (bits >= distance.jsd_bits - kRounding) ++at_least;
  }
  distance.chance_bits = sum / static_cast<double>(permutations);
  distance.effect_bits = distance.jsd_bits - distance.chance_bits;
  distance.p = static_cast<double>(1 + at_least) / static_cast<double>(1 + permutations);
  return distance;
}

}  // namespace gatetest::internal
