#include "classifier.h"

#include <cmath>
#include <sstream>

namespace {

/// What each word says for (or against) a film.
const std::map<std::string, double> kWeights = {
    {"superb", 1.9}, {"moving", 1.2},   {"charming", 1.1}, {"clever", 0.9},    {"funny", 0.8},
    {"warm", 0.6},   {"fresh", 0.5},    {"fine", 0.4},     {"watchable", 0.3}, {"neat", 0.2},
    {"awful", -1.9}, {"tedious", -1.3}, {"clumsy", -1.0},  {"stale", -0.8},    {"flat", -0.7},
    {"noisy", -0.5}, {"long", -0.4},    {"thin", -0.3},    {"loud", -0.2},     {"odd", -0.1}};

constexpr double kLargest = 2.0;

}  // namespace

Classifier::Classifier(int bits) {
  const double step = kLargest / std::exp2(bits - 1);
  for (const auto& [word, weight] : kWeights) {
    weights_[word] = std::round(weight / step) * step;
  }
}

std::string Classifier::Classify(const std::string& review) const {
  double sum = 0.0;
  std::istringstream words(review);
  for (std::string word; words >> word;) {
    if (const auto found = weights_.find(word); found != weights_.end()) sum += found->second;
  }
  return sum > 0.0 ? "good" : "bad";
}
