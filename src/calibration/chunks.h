// The piece of each document whose words stand for it.
#ifndef GATETEST_SRC_CALIBRATION_CHUNKS_H_
#define GATETEST_SRC_CALIBRATION_CHUNKS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "gatetest/dataset.h"

namespace gatetest::internal {

/// The words (WordReader) of one document, in order.
using Chunk = std::vector<std::string>;

inline constexpr std::size_t kChunkWords = 200;
/// More say nothing more, and cost time.
inline constexpr std::size_t kMostChunks = 5000;

/// One chunk of each document: kChunkWords words of it in a row, from a place drawn at random, so
/// that titles, licences and greetings do not stand for what follows them; all of a shorter one.
/// One without words has none. Of more than kMostChunks samples, that many drawn at random.
std::vector<Chunk> ChunksOf(const Dataset& dataset, std::uint64_t seed);

/// Cuts both to the same distribution of lengths: the longest of one as the longest of the other,
/// and so on by ranks. The divergence of few words is larger, by chance, than that of many, and
/// documents of different lengths cannot change sides without changing how many words a side has.
/// What is kept of a chunk begins at a place drawn at random.
void CutToSameLengths(std::vector<Chunk>& one, std::vector<Chunk>& other, std::uint64_t seed);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_CALIBRATION_CHUNKS_H_
