// Evaluations of what models write, and what that costs, made by hand.
#ifndef GATETEST_TESTS_SUPPORT_WRITING_H_
#define GATETEST_TESTS_SUPPORT_WRITING_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/support/evaluations.h"

namespace gatetest::testing_support {

/// A right answer of so many tokens.
inline Outcome Wrote(std::int64_t tokens, std::int64_t read = 20) {
  Outcome outcome = Right();
  outcome.usage = Usage{.prompt_tokens = read, .completion_tokens = tokens};
  // Bytes that are no multiple of the tokens, so that one cannot be taken for the other.
  outcome.text_bytes = static_cast<std::size_t>(3 * tokens + (tokens > 0 ? 1 : 0));
  return outcome;
}

/// The same without a word about tokens.
inline Outcome WroteBytes(std::size_t bytes) {
  Outcome outcome = Right();
  outcome.text_bytes = bytes;
  return outcome;
}

inline std::vector<Outcome> WroteAll(const std::vector<std::int64_t>& tokens) {
  std::vector<Outcome> outcomes;
  for (const std::int64_t count : tokens) outcomes.push_back(Wrote(count));
  return outcomes;
}

/// "t" cut off, "e" empty, "-" neither, "?" could not be measured. All are wrong answers, so that a
/// metric which looks at the score is found out.
inline std::vector<Outcome> Answers(const std::string& pattern) {
  std::vector<Outcome> outcomes;
  for (const char c : pattern) {
    outcomes.push_back(c == '?' ? Outcome::Unmeasured("the model threw: out of memory") : Wrong());
    outcomes.back().truncated = c == 't';
    outcomes.back().empty = c == 'e';
  }
  return outcomes;
}

/// "+" right, "-" wrong, cut off and empty, "?" could not be measured: what is a wrong answer to
/// one metric is a bad one to the next.
inline std::vector<Outcome> WithFlaws(const std::string& pattern) {
  std::vector<Outcome> outcomes = Outcomes(pattern);
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    outcomes[i].truncated = outcomes[i].empty = pattern[i] == '-';
  }
  return outcomes;
}

/// Dollars a million tokens.
inline ModelInfo Priced(const std::string& quantization, double input, double output) {
  ModelInfo info = Rung(quantization);
  info.prices = Prices{.input_usd_per_mtok = input, .output_usd_per_mtok = output};
  return info;
}

/// The samples of the golden values: the i-th of `count`, from 1, has 20 + 3i mod 11 tokens in,
/// 10 + 7i mod 13 of the baseline out, and 5i mod 7 - 2 more of the candidate.
struct GoldenWriting {
  explicit GoldenWriting(std::int64_t count) {
    for (std::int64_t i = 1; i <= count; ++i) {
      const std::int64_t read = 20 + (3 * i) % 11;
      const std::int64_t wrote = 10 + (7 * i) % 13;
      baseline.push_back(Wrote(wrote, read));
      candidate.push_back(Wrote(wrote + (5 * i) % 7 - 2, read));
    }
  }

  std::vector<Outcome> candidate = {};
  std::vector<Outcome> baseline = {};
};

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_SUPPORT_WRITING_H_
