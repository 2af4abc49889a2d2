// The order in which samples are asked: arbitrary, but the same on every machine for one seed.
#ifndef GATETEST_SRC_EVALUATION_SHUFFLE_H_
#define GATETEST_SRC_EVALUATION_SHUFFLE_H_

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace gatetest::internal {

/// Uniform on 0 ... bound-1, by rejection: the standard distributions differ between libraries.
std::uint64_t RandomBelow(std::uint64_t bound, std::mt19937_64& generator);

/// A permutation of 0 ... count-1: Fisher-Yates over mt19937_64 (std::shuffle, too, differs between
/// libraries).
std::vector<std::size_t> ShuffledOrder(std::size_t count, std::uint64_t seed);

/// Whose turn it is, when several sets of these sizes are asked as one: each set's number as often
/// as it has members, shuffled.
std::vector<std::size_t> ShuffledTurns(const std::vector<std::size_t>& sizes, std::uint64_t seed);

/// The seed that belongs to a data set: the first 32 bits of its hash.
std::uint64_t SeedFromHash(const std::string& hash);

/// What a data set of this hash is shuffled with under a seed that several share: two of one size
/// would else go through their samples in step, and tasks that are sorted alike be no random sample
/// of what they are together. The data set's own seed is left as it is.
std::uint64_t SeedOfOrder(std::uint64_t seed, const std::string& hash);

}  // namespace gatetest::internal

#endif  // GATETEST_SRC_EVALUATION_SHUFFLE_H_
