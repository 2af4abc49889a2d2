// Stands for your engine: a Markov chain over the letters of a text. It knows nothing of GateTest.
#ifndef FUNCTION_MODEL_MARKOV_CHAIN_H_
#define FUNCTION_MODEL_MARKOV_CHAIN_H_

#include <array>
#include <string>
#include <string_view>
#include <vector>

class MarkovChain {
 public:
  /// Counts the pairs of bytes of the file, and rounds the logarithms of their shares to `bits`.
  /// Throws std::runtime_error when the file cannot be read.
  MarkovChain(const std::string& path, int bits);

  /// The natural-log probability of each byte of `text`, which follows `context`.
  std::vector<double> Score(std::string_view context, std::string_view text) const;

  /// The likeliest bytes after `context`, up to the end of the line or `most` of them.
  std::string Complete(std::string_view context, int most) const;

 private:
  static constexpr std::size_t kBytes = 256;
  std::array<std::array<double, kBytes>, kBytes> logprob_;  // [byte before][byte]
};

#endif  // FUNCTION_MODEL_MARKOV_CHAIN_H_
