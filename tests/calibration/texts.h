// Texts for tests of calibration sets.
#ifndef GATETEST_TESTS_CALIBRATION_TEXTS_H_
#define GATETEST_TESTS_CALIBRATION_TEXTS_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "gatetest/dataset.h"

namespace gatetest::testing_support {

/// "w7 w8 w9 ": words that occur nowhere else, from `first` on.
inline std::string NumberedWords(std::size_t first, std::size_t count,
                                 const std::string& letter = "w") {
  std::string text;
  for (std::size_t i = first; i < first + count; ++i) text += letter + std::to_string(i) + " ";
  return text;
}

/// A sample a text, with ids from "1".
inline Dataset DatasetOf(const std::vector<std::string>& texts, const std::string& name = "texts") {
  std::vector<Sample> samples;
  for (const std::string& text : texts) samples.push_back({.input = text});
  return MakeDataset(name, std::move(samples));
}

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_CALIBRATION_TEXTS_H_
