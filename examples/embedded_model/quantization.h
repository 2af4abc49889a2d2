// How the weights are rounded after loading, to play the quantized builds of one model.
//
//   const embedded::Quantization int4 = embedded::QuantizationNamed("int4");
//
// Each group of consecutive weights of a row shares one scale, the group's largest magnitude
// divided by the largest integer of that many bits, rounded to a half-precision float. Each weight
// becomes the nearest multiple of its scale (symmetric round-to-nearest; no calibration data).
// The rounded weights are computed with as floats, so a lower rung is smaller on paper, not faster.
#ifndef EMBEDDED_MODEL_QUANTIZATION_H_
#define EMBEDDED_MODEL_QUANTIZATION_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace embedded {

struct Quantization {
  // Bits of a weight of the attention and feed-forward matrices: 16 keeps them as they are stored;
  // 2 to 8 rounds them to integers from -(2^(bits-1) - 1) to 2^(bits-1) - 1.
  int bits = 16;

  // Weights that share one scale; 0 means the whole row. Not used with 16 bits.
  int group = 0;

  // Bits of the token embeddings, which are also the output matrix; the values are those of `bits`.
  // They react more to rounding than the rest, so the named rungs keep 8 bits here.
  int embedding_bits = 16;

  friend bool operator==(const Quantization&, const Quantization&) = default;
};

// "f16", "int8", "int4", "int3" or "int2", the last four in groups of 32 with 8-bit embeddings.
// Another name is a std::runtime_error that lists these.
Quantization QuantizationNamed(std::string_view name);

// The names, largest model first.
std::vector<std::string> QuantizationNames();

// Throws std::runtime_error unless every field has one of the values described above.
void CheckQuantization(const Quantization& quantization);

// Rounds a matrix, stored row by row, to `bits` in place, and returns how many bytes the rounded
// matrix takes: its integers, packed, and a half-precision scale a group.
std::size_t QuantizeRows(std::span<float> weights, std::size_t columns, int bits, int group);

}  // namespace embedded

#endif  // EMBEDDED_MODEL_QUANTIZATION_H_
