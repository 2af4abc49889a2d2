#include "quantization.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace embedded {
namespace {

constexpr int kAsStored = 16;
constexpr std::size_t kScaleBytes = 2;

struct Rung {
  std::string_view name;
  Quantization quantization;
};

constexpr std::array<Rung, 5> kRungs = {{
    {"f16", {.bits = kAsStored, .group = 0, .embedding_bits = kAsStored}},
    {"int8", {.bits = 8, .group = 32, .embedding_bits = 8}},
    {"int4", {.bits = 4, .group = 32, .embedding_bits = 8}},
    {"int3", {.bits = 3, .group = 32, .embedding_bits = 8}},
    {"int2", {.bits = 2, .group = 32, .embedding_bits = 8}},
}};

// Rounds a non-negative float to the nearest half-precision value (ties to even).
float RoundToHalf(float value) {
  constexpr float kLargestHalf = 65504.0f;
  constexpr int kPrecision = 11;          // Bits, the leading one included.
  constexpr int kSmallestExponent = -13;  // As std::frexp counts; below it halves are subnormal.
  int exponent = 0;
  std::frexp(value, &exponent);
  const float spacing = std::ldexp(1.0f, std::max(exponent, kSmallestExponent) - kPrecision);
  return std::min(std::nearbyint(value / spacing) * spacing, kLargestHalf);
}

void QuantizeGroup(std::span<float> weights, float largest_integer) {
  float largest = 0;
  for (const float weight : weights) largest = std::max(largest, std::fabs(weight));
  float scale = RoundToHalf(largest / largest_integer);
  if (scale == 0) scale = 1e-8f;  // All weights are (nearly) zero: only avoid dividing by zero.
  for (float& weight : weights) {
    const float integer = std::nearbyint(weight / scale);
    weight = std::clamp(integer, -largest_integer, largest_integer) * scale;
  }
}

void CheckBits(const char* field, int bits) {
  if (bits == kAsStored || (bits >= 2 && bits <= 8)) return;
  throw std::runtime_error(std::string("Quantization::") + field + " is " + std::to_string(bits) +
                           ", expected 16 or 2 to 8");
}

}  // namespace

Quantization QuantizationNamed(std::string_view name) {
  for (const Rung& rung : kRungs) {
    if (rung.name == name) return rung.quantization;
  }
  std::string valid;
  for (const Rung& rung : kRungs) valid.append(valid.empty() ? "" : ", ").append(rung.name);
  throw std::runtime_error("unknown quantization \"" + std::string(name) + "\", expected one of " +
                           valid);
}

std::vector<std::string> QuantizationNames() {
  std::vector<std::string> names;
  for (const Rung& rung : kRungs) names.emplace_back(rung.name);
  return names;
}

void CheckQuantization(const Quantization& quantization) {
  CheckBits("bits", quantization.bits);
  CheckBits("embedding_bits", quantization.embedding_bits);
  if (quantization.group < 0) {
    throw std::runtime_error("Quantization::group is " + std::to_string(quantization.group) +
                             ", expected 0 (the whole row) or more");
  }
}

std::size_t QuantizeRows(std::span<float> weights, std::size_t columns, int bits, int group) {
  const auto bits_per_weight = static_cast<std::size_t>(bits);
  const std::size_t packed_bytes = (weights.size() * bits_per_weight + 7) / 8;
  if (bits == kAsStored) return packed_bytes;

  const auto largest_integer = static_cast<float>((1 << (bits - 1)) - 1);
  const std::size_t group_size = group == 0 ? columns : static_cast<std::size_t>(group);
  std::size_t groups = 0;
  for (std::size_t row = 0; row < weights.size(); row += columns) {
    for (std::size_t column = 0; column < columns; column += group_size, ++groups) {
      const std::size_t size = std::min(group_size, columns - column);
      QuantizeGroup(weights.subspan(row + column, size), largest_integer);
    }
  }
  return packed_bytes + groups * kScaleBytes;
}

}  // namespace embedded
