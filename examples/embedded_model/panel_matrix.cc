#include "panel_matrix.h"

#include <algorithm>
#include <array>

namespace embedded {
namespace {

// Outputs in a panel: enough independent sums to hide the latency of an addition, few enough for
// the 16 vector registers of the oldest 64-bit x86.
constexpr std::size_t kPanel = 32;

using PanelSums = std::array<float, kPanel>;

// Returns the sums instead of writing them where the caller wants them, which may be fewer than 32:
// only with bounds known to the compiler do they stay in registers.
PanelSums MultiplyPanel(const float* weights, const float* x, std::size_t inputs) {
  PanelSums sums = {};
  for (std::size_t input = 0; input < inputs; ++input, weights += kPanel) {
    const float factor = x[input];
    for (std::size_t i = 0; i < kPanel; ++i) sums[i] += factor * weights[i];
  }
  return sums;
}

}  // namespace

PanelMatrix::PanelMatrix(std::size_t outputs, std::size_t inputs)
    : outputs_(outputs),
      inputs_(inputs),
      values_((outputs + kPanel - 1) / kPanel * kPanel * inputs) {}

PanelMatrix::PanelMatrix(std::size_t outputs, std::size_t inputs, std::span<const float> rows)
    : PanelMatrix(outputs, inputs) {
  for (std::size_t output = 0; output < outputs; ++output) {
    for (std::size_t input = 0; input < inputs; ++input) {
      At(output, input) = rows[output * inputs + input];
    }
  }
}

std::size_t PanelMatrix::Index(std::size_t output, std::size_t input) const {
  return (output / kPanel * inputs_ + input) * kPanel + output % kPanel;
}

void PanelMatrix::Multiply(const float* x, std::size_t tokens, float* y) const {
  // Panels outside, tokens inside: a panel is small enough to stay in the first-level cache, so the
  // weights come from memory once a call, not once a token.
  for (std::size_t output = 0; output < outputs_; output += kPanel) {
    const float* const panel = &values_[Index(output, 0)];
    const std::size_t outputs = std::min(kPanel, outputs_ - output);
    for (std::size_t token = 0; token < tokens; ++token) {
      const PanelSums sums = MultiplyPanel(panel, x + token * inputs_, inputs_);
      std::copy_n(sums.begin(), outputs, y + token * outputs_ + output);
    }
  }
}

void PanelMatrix::MultiplyPart(const float* x, std::size_t inputs, float* y,
                               std::size_t outputs) const {
  for (std::size_t output = 0; output < outputs; output += kPanel) {
    const PanelSums sums = MultiplyPanel(&values_[Index(output, 0)], x, inputs);
    std::copy_n(sums.begin(), std::min(kPanel, outputs - output), y + output);
  }
}

}  // namespace embedded
