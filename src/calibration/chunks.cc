#include "src/calibration/chunks.h"

#include <algorithm>
#include <numeric>
#include <random>
#include <utility>

#include "src/calibration/words.h"
#include "src/evaluation/shuffle.h"

namespace gatetest::internal {
namespace {

std::size_t CountWords(const std::string& text) {
  WordReader reader(text);
  std::size_t words = 0;
  while (reader.Next()) ++words;
  return words;
}

/// Read twice, so that a long document does not have to be in memory word by word.
Chunk ChunkOf(const std::string& text, std::mt19937_64& generator) {
  const std::size_t words = CountWords(text);
  const std::size_t length = std::min(words, kChunkWords);
  const auto begin = static_cast<std::size_t>(RandomBelow(words - length + 1, generator));
  Chunk chunk;
  chunk.reserve(length);
  WordReader reader(text);
  for (std::size_t i = 0; chunk.size() < length && reader.Next(); ++i) {
    if (i >= begin) chunk.push_back(reader.word());
  }
  return chunk;
}

/// Which chunk has which rank by length, the shortest first.
std::vector<std::size_t> ByLength(const std::vector<Chunk>& chunks) {
  std::vector<std::size_t> order(chunks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return chunks[a].size() < chunks[b].size();
  });
  return order;
}

std::vector<std::size_t> SortedLengths(const std::vector<Chunk>& chunks) {
  std::vector<std::size_t> lengths;
  for (const std::size_t i : ByLength(chunks)) lengths.push_back(chunks[i].size());
  return lengths;
}

/// Cuts each to the length that `others` (sorted) has at its rank, if that is shorter.
void CutByRank(const std::vector<std::size_t>& others, std::vector<Chunk>& chunks,
               std::mt19937_64& generator) {
  const std::vector<std::size_t> order = ByLength(chunks);
  for (std::size_t rank = 0; rank < order.size(); ++rank) {
    Chunk& chunk = chunks[order[rank]];
    const std::size_t same_rank = (2 * rank + 1) * others.size() / (2 * order.size());
    const std::size_t length = std::min(chunk.size(), others[same_rank]);
    if (length == chunk.size()) continue;
    const auto begin =
        static_cast<std::ptrdiff_t>(RandomBelow(chunk.size() - length + 1, generator));
    chunk.erase(chunk.begin(), chunk.begin() + begin);
    chunk.resize(length);
  }
}

}  // namespace

std::vector<Chunk> ChunksOf(const Dataset& dataset, std::uint64_t seed) {
  std::mt19937_64 generator(seed);
  std::vector<Chunk> chunks;
  for (const std::size_t i : ShuffledOrder(dataset.size(), seed)) {
    if (chunks.size() == kMostChunks) break;
    Chunk chunk = ChunkOf(dataset.samples()[i].input, generator);
    if (!chunk.empty()) chunks.push_back(std::move(chunk));
  }
  return chunks;
}

void CutToSameLengths(std::vector<Chunk>& one, std::vector<Chunk>& other, std::uint64_t seed) {
  if (one.empty() || other.empty()) return;
  std::mt19937_64 generator(seed);
  const std::vector<std::size_t> lengths = SortedLengths(one);
  CutByRank(SortedLengths(other), one, generator);
  CutByRank(lengths, other, generator);
}

}  // namespace gatetest::internal
