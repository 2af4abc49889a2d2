#include "src/calibration/chunks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tests/calibration/texts.h"

namespace gatetest::internal {
namespace {

using testing_support::DatasetOf;
using testing_support::NumberedWords;

std::vector<std::size_t> LengthsOf(const std::vector<Chunk>& chunks) {
  std::vector<std::size_t> lengths;
  for (const Chunk& chunk : chunks) lengths.push_back(chunk.size());
  std::sort(lengths.begin(), lengths.end());
  return lengths;
}

std::vector<Chunk> OfLengths(const std::vector<std::size_t>& lengths) {
  std::vector<Chunk> chunks;
  for (const std::size_t length : lengths) chunks.emplace_back(length, "w");
  return chunks;
}

TEST(Chunks, AreAllOfAShortDocument) {
  EXPECT_EQ(ChunksOf(DatasetOf({"A b, a."}), 1), (std::vector<Chunk>{{"a", "b", ",", "a", "."}}));
}

TEST(Chunks, LeaveOutDocumentsWithoutWords) {
  EXPECT_EQ(ChunksOf(DatasetOf({"", " \n", "x"}), 1), std::vector<Chunk>{{"x"}});
}

TEST(Chunks, OfALongDocumentBeginAnywhere) {
  const Dataset dataset = DatasetOf(std::vector<std::string>(300, NumberedWords(0, 1000)));
  std::set<std::string> begins;
  for (const Chunk& chunk : ChunksOf(dataset, 1)) {
    ASSERT_EQ(chunk.size(), kChunkWords);
    begins.insert(chunk.front());
    const std::size_t first = std::stoul(chunk.front().substr(1));
    EXPECT_LE(first, 800U);
    EXPECT_EQ(chunk.back(), "w" + std::to_string(first + kChunkWords - 1));
  }
  // Of 801 places 300 draws meet 250 on average, with a deviation of 6.
  EXPECT_GT(begins.size(), 220U);
  EXPECT_EQ(ChunksOf(dataset, 1), ChunksOf(dataset, 1));
  EXPECT_NE(ChunksOf(dataset, 1), ChunksOf(dataset, 2));
}

TEST(Chunks, AreOfNoMoreDocumentsThanAreNeeded) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < kMostChunks + 1000; ++i) texts.push_back(NumberedWords(i, 1));
  const std::vector<Chunk> chunks = ChunksOf(DatasetOf(texts), 1);
  ASSERT_EQ(chunks.size(), kMostChunks);
  std::size_t of_the_last = 0;
  for (const Chunk& chunk : chunks) of_the_last += std::stoul(chunk[0].substr(1)) >= 5000 ? 1 : 0;
  // 1000 * 5/6, with a deviation of 11.
  EXPECT_NEAR(static_cast<double>(of_the_last), 833.3, 60.0);
}

TEST(CutToSameLengths, IsByRank) {
  std::vector<Chunk> one = OfLengths({200, 200, 200, 200});
  std::vector<Chunk> other = OfLengths({9, 300, 1, 5});
  CutToSameLengths(one, other, 1);
  EXPECT_EQ(LengthsOf(one), (std::vector<std::size_t>{1, 5, 9, 200}));
  EXPECT_EQ(LengthsOf(other), (std::vector<std::size_t>{1, 5, 9, 200}));
}

TEST(CutToSameLengths, OfSidesOfDifferentSizes) {
  std::vector<Chunk> one = OfLengths({10, 100});
  std::vector<Chunk> other = OfLengths({50, 50, 50, 50, 50, 50});
  CutToSameLengths(one, other, 1);
  EXPECT_EQ(LengthsOf(one), (std::vector<std::size_t>{10, 50}));
  EXPECT_EQ(LengthsOf(other), (std::vector<std::size_t>{10, 10, 10, 50, 50, 50}));
}

TEST(CutToSameLengths, LeavesWordsInARow) {
  std::vector<Chunk> one = {{"a", "b", "c", "d", "e", "f"}};
  std::vector<Chunk> other = {{"x", "y"}};
  CutToSameLengths(one, other, 1);
  ASSERT_EQ(one[0].size(), 2U);
  EXPECT_EQ(one[0][1][0], one[0][0][0] + 1);
  EXPECT_EQ(other[0], (Chunk{"x", "y"}));
}

TEST(CutToSameLengths, DoesNothingWithoutASide) {
  std::vector<Chunk> one = {{"a"}};
  std::vector<Chunk> none;
  CutToSameLengths(one, none, 1);
  EXPECT_EQ(one, std::vector<Chunk>{{"a"}});
}

}  // namespace
}  // namespace gatetest::internal
