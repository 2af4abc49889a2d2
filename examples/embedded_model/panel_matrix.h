// The one matrix multiplication of the engine, and the memory layout that makes it fast.
//
// A product y[o] = sum over i of x[i] * m[o][i] is computed for 32 outputs at once. Stored row by
// row, the 32 weights that meet one x[i] would lie far apart; a PanelMatrix stores them side by
// side. So the compiler turns the inner loop into vector instructions (any CPU's: there are no
// intrinsics), the 32 sums stay in registers, and memory is read strictly in order.
//
// Each sum is formed in the order of its inputs, in an accumulator of its own. A result therefore
// does not depend, to the last bit, on how many tokens are multiplied in one call; the reuse of
// cached prefixes (Session) relies on that.
#ifndef EMBEDDED_MODEL_PANEL_MATRIX_H_
#define EMBEDDED_MODEL_PANEL_MATRIX_H_

#include <cstddef>
#include <span>
#include <vector>

namespace embedded {

class PanelMatrix {
 public:
  // All zeros.
  PanelMatrix(std::size_t outputs, std::size_t inputs);

  // From `outputs` rows of `inputs` weights.
  PanelMatrix(std::size_t outputs, std::size_t inputs, std::span<const float> rows);

  float& At(std::size_t output, std::size_t input) { return values_[Index(output, input)]; }
  float At(std::size_t output, std::size_t input) const { return values_[Index(output, input)]; }

  // y[t][o] = sum over i of x[t][i] * m[o][i] for `tokens` rows x[t] as long as the matrix has
  // inputs, to rows y[t] as long as it has outputs.
  void Multiply(const float* x, std::size_t tokens, float* y) const;

  // The same for one token and only a part of the matrix: the first `inputs` floats of x, to the
  // first `outputs` floats of y.
  void MultiplyPart(const float* x, std::size_t inputs, float* y, std::size_t outputs) const;

 private:
  std::size_t Index(std::size_t output, std::size_t input) const;

  std::size_t outputs_;
  std::size_t inputs_;
  std::vector<float> values_;  // [panel][input][output in panel], the last panel padded with zeros.
};

}  // namespace embedded

#endif  // EMBEDDED_MODEL_PANEL_MATRIX_H_
