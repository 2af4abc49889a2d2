// A published ladder with its two figures, for tests of what is said about ladders.
#ifndef GATETEST_TESTS_LADDER_TUTORIAL_LADDER_H_
#define GATETEST_TESTS_LADDER_TUTORIAL_LADDER_H_

#include <vector>

#include "gatetest/ladder_analysis.h"

namespace gatetest::testing_support {

using Configurations = std::vector<Configuration>;

/// Nine configurations of a tutorial on quantization; accuracies in percent.
inline const Configurations kTutorialLadder = {
    {"FP32", 12.4, 94.2},        {"FP16", 12.6, 94.0},        {"INT8", 13.1, 93.5},
    {"INT4", 15.8, 89.3},        {"INT2", 24.3, 76.1},        {"DeepSeek-INT4", 14.2, 91.8},
    {"Gemini-INT4", 13.9, 92.4}, {"Claude-INT4", 15.1, 90.1}, {"GPT4-INT4", 14.7, 91.2}};

}  // namespace gatetest::testing_support

#endif  // GATETEST_TESTS_LADDER_TUTORIAL_LADDER_H_
