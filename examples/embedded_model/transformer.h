// A Llama-style transformer: its weights (Transformer, shared and immutable) and one running
// computation over them (Session, with the cache of keys and values; one thread at a time).
//
//   const embedded::Transformer model(embedded::GgufFile::Read(path), quantization);
//   embedded::Session session(model);
//   const std::vector<float> logits = session.Logits(tokens, tokens.size() - 1);
#ifndef EMBEDDED_MODEL_TRANSFORMER_H_
#define EMBEDDED_MODEL_TRANSFORMER_H_

#include <cstddef>
#include <span>
#include <vector>

#include "gguf.h"
#include "panel_matrix.h"
#include "quantization.h"

namespace embedded {

class Transformer {
 public:
  struct Shape {
    std::size_t vocabulary;
    std::size_t context;  // Positions.
    std::size_t width;    // Floats of a token's state.
    std::size_t heads;
    std::size_t head_width;  // width / heads.
    std::size_t hidden;      // Width of the feed-forward layer.
    std::size_t blocks;
  };

  struct Block {
    std::vector<float> attention_norm;
    PanelMatrix query_key_value;  // The three matrices stacked: they share their input.
    PanelMatrix attention_output;
    std::vector<float> feed_forward_norm;
    PanelMatrix gate_up;  // Both stacked, likewise.
    PanelMatrix down;
  };

  // Loads and rounds the weights. Throws std::runtime_error if the file does not hold such a model.
  Transformer(const GgufFile& file, const Quantization& quantization);

  const Shape& shape() const { return shape_; }
  const std::vector<Block>& blocks() const { return blocks_; }
  const PanelMatrix& embedding() const { return embedding_; }  // Also the output matrix.
  const std::vector<float>& output_norm() const { return output_norm_; }
  float norm_epsilon() const { return norm_epsilon_; }

  // Cosines and sines of the rotations that encode a position, head_width / 2 of each.
  std::span<const float> Cosines(std::size_t position) const;
  std::span<const float> Sines(std::size_t position) const;

  // Size of the weights in the chosen quantization, scales and (unrounded) norms included.
  std::size_t bytes() const { return bytes_; }

 private:
  class Loader;
  explicit Transformer(Loader loader);
  void FillRotations(double base);

  Shape shape_;
  float norm_epsilon_;
  PanelMatrix embedding_;
  std::vector<Block> blocks_;
  std::vector<float> output_norm_;
  std::vector<float> cosines_, sines_;  // [position][pair]
  std::size_t bytes_;
};

class Session {
 public:
  // `model` must outlive the session.
  explicit Session(const Transformer& model);

  // The scores of every possible next token after each of tokens[first], tokens[first + 1], ...:
  // rows of `vocabulary` floats. Positions that the previous call left in the cache are not
  // computed again, up to the first token that differs; the result is the same to the last bit.
  // Needs 0 <= first < tokens.size() <= context and tokens within the vocabulary.
  std::vector<float> Logits(std::span<const int> tokens, std::size_t first);

  // How many of the first tokens are in the cache.
  std::size_t SharedPrefix(std::span<const int> tokens) const;

 private:
  // The cached keys and values of one head in one block. Both are panel matrices, so that attention
  // is a multiplication like any other: scores = keys * query, and mixture = values * weights.
  struct HeadCache {
    PanelMatrix keys;    // A position's key is a row: context outputs, head_width inputs.
    PanelMatrix values;  // A position's value is a column: head_width outputs, context inputs.
  };

  void Extend(std::span<const int> tokens);
  void Embed(std::span<const int> tokens);
  void Attention(std::size_t block);
  void Rotate(std::size_t token);
  void Remember(std::size_t block, std::size_t token);
  void Attend(const HeadCache& cache, const float* query, std::size_t positions, float* mixture);
  void FeedForward(const Transformer::Block& block);
  void Normalize(std::span<const float> gains, std::size_t first_token);
  void AddToStates();
  std::vector<float> Output(std::size_t first_token);

  const Transformer& model_;
  std::vector<int> cached_tokens_;
  std::vector<HeadCache> caches_;  // [block][head]

  // What Extend works on: `count_` new tokens from position `begin_` on. Each vector holds a row a
  // token; kept between calls only to save allocations.
  std::size_t begin_ = 0;
  std::size_t count_ = 0;
  std::vector<float> states_;           // [token][width], what the blocks add to.
  std::vector<float> normalized_;       // [token][width]
  std::vector<float> query_key_value_;  // [token][3 * width]
  std::vector<float> mixtures_;         // [token][width], of the cached values.
  std::vector<float> change_;           // [token][width], what a block adds.
  std::vector<float> gate_up_;          // [token][2 * hidden]
  std::vector<float> activations_;      // [token][hidden]
  std::vector<float> scaled_query_;     // [head_width]
  std::vector<float> attention_;        // [position]
};

}  // namespace embedded

#endif  // EMBEDDED_MODEL_TRANSFORMER_H_
