#include "src/evaluation/shuffle.h"

#include <limits>
#include <numeric>
#include <random>
#include <utility>

namespace gatetest::internal {

std::uint64_t RandomBelow(std::uint64_t bound, std::mt19937_64& generator) {
  // Numbers past the last whole multiple of `bound` would favour the small remainders.
  const std::uint64_t excess = (std::numeric_limits<std::uint64_t>::max() % bound + 1) % bound;
  std::uint64_t number = generator();
  while (number > std::numeric_limits<std::uint64_t>::max() - excess) number = generator();
  return number % bound;
}

std::vector<std::size_t> ShuffledOrder(std::size_t count, std::uint64_t seed) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937_64 generator(seed);
  for (std::size_t i = count; i > 1; --i) {
    std::swap(order[i - 1], order[static_cast<std::size_t>(RandomBelow(i, generator))]);
  }
  return order;
}

std::vector<std::size_t> ShuffledTurns(const std::vector<std::size_t>& sizes, std::uint64_t seed) {
  std::vector<std::size_t> members;
  for (std::size_t set = 0; set < sizes.size(); ++set) {
    members.insert(members.end(), sizes[set], set);
  }
  std::vector<std::size_t> turns;
  turns.reserve(members.size());
  constexpr std::uint64_t kOfTurns = 0xd1b54a32d192ed03;  // Another stream than a data set's.
  for (const std::size_t place : ShuffledOrder(members.size(), seed ^ kOfTurns)) {
    turns.push_back(members[place]);
  }
  return turns;
}

std::uint64_t SeedFromHash(const std::string& hash) {
  return std::stoull(hash.substr(0, 8), nullptr, 16);
}

std::uint64_t SeedOfOrder(std::uint64_t seed, const std::string& hash) {
  constexpr std::uint64_t kOdd = 0x9e3779b97f4a7c15;  // Of no meaning.
  const std::uint64_t own = SeedFromHash(hash);
  return own + (seed - own) * kOdd;
}

}  // namespace gatetest::internal
