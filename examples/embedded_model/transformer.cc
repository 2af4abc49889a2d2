#include "transformer.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace embedded {

// Takes tensors out of the file, rounds them and counts their bytes.
class Transformer::Loader {
 public:
  Loader(const GgufFile& file, const Quantization& quantization)
      : file_(file), quantization_(quantization), shape_(ReadShape(file)) {
    CheckQuantization(quantization);
  }

  const Shape& shape() const { return shape_; }
  std::size_t bytes() const { return bytes_; }
  double rotation_base() const { return file_.Number("llama.rope.freq_base"); }
  float norm_epsilon() const {
    return static_cast<float>(file_.Number("llama.attention.layer_norm_rms_epsilon"));
  }

  PanelMatrix Embedding() {
    return Matrix({"token_embd.weight"}, shape_.vocabulary, shape_.width,
                  quantization_.embedding_bits);
  }

  std::vector<float> Norm(const std::string& name) {
    bytes_ += shape_.width * sizeof(float);
    return file_.Tensor(name, {shape_.width});
  }

  std::vector<Block> Blocks() {
    std::vector<Block> blocks;
    for (std::size_t i = 0; i < shape_.blocks; ++i) {
      blocks.push_back(LoadBlock("blk." + std::to_string(i) + "."));
    }
    return blocks;
  }

 private:
  static Shape ReadShape(const GgufFile& file) {
    constexpr int kLargest = 1 << 16;  // Far beyond this model; keeps sizes from overflowing.
    if (file.Text("general.architecture") != "llama") {
      file.Fail("general.architecture is \"" + file.Text("general.architecture") +
                "\", expected \"llama\"");
    }
    const auto size = [&](const char* key) {
      return static_cast<std::size_t>(file.Integer(key, 1, kLargest));
    };
    Shape shape{.vocabulary = size("llama.vocab_size"),
                .context = size("llama.context_length"),
                .width = size("llama.embedding_length"),
                .heads = size("llama.attention.head_count"),
                .head_width = size("llama.rope.dimension_count"),
                .hidden = size("llama.feed_forward_length"),
                .blocks = size("llama.block_count")};
    // Only the plain form of attention is implemented: every head has keys and values of its own,
    // and the position rotates all of a head.
    if (size("llama.attention.head_count_kv") != shape.heads ||
        shape.heads * shape.head_width != shape.width || shape.head_width % 2 != 0) {
      file.Fail(
          "unsupported attention: expected as many key-value heads as heads, an even "
          "llama.rope.dimension_count, and embedding_length = head_count * rope.dimension_count");
    }
    return shape;
  }

  Block LoadBlock(const std::string& prefix) {
    const std::size_t width = shape_.width, hidden = shape_.hidden;
    const auto matrix = [&](std::vector<std::string> names, std::size_t rows, std::size_t columns) {
      for (std::string& name : names) name = prefix + name + ".weight";
      return Matrix(names, rows, columns, quantization_.bits);
    };
    return {.attention_norm = Norm(prefix + "attn_norm.weight"),
            .query_key_value = matrix({"attn_q", "attn_k", "attn_v"}, width, width),
            .attention_output = matrix({"attn_output"}, width, width),
            .feed_forward_norm = Norm(prefix + "ffn_norm.weight"),
            .gate_up = matrix({"ffn_gate", "ffn_up"}, hidden, width),
            .down = matrix({"ffn_down"}, width, hidden)};
  }

  // One matrix of the named tensors, each of `rows` rows, one below the other.
  PanelMatrix Matrix(const std::vector<std::string>& names, std::size_t rows, std::size_t columns,
                     int bits) {
    std::vector<float> stacked;
    for (const std::string& name : names) {
      std::vector<float> weights = file_.Tensor(name, {rows, columns});
      bytes_ += QuantizeRows(weights, columns, bits, quantization_.group);
      stacked.insert(stacked.end(), weights.begin(), weights.end());
    }
    return PanelMatrix(rows * names.size(), columns, stacked);
  }

  const GgufFile& file_;
  const Quantization& quantization_;
  Shape shape_;
  std::size_t bytes_ = 0;
};

Transformer::Transformer(const GgufFile& file, const Quantization& quantization)
    : Transformer(Loader(file, quantization)) {}

Transformer::Transformer(Loader loader)
    : shape_(loader.shape()),
      norm_epsilon_(loader.norm_epsilon()),
      embedding_(loader.Embedding()),
      blocks_(loader.Blocks()),
      output_norm_(loader.Norm("output_norm.weight")),
      bytes_(loader.bytes()) {
  FillRotations(loader.rotation_base());
}

// Rotary position embedding (Su et al., 2021, https://arxiv.org/abs/2104.09864): pair i of a head
// is turned by position * base^(-2 i / head_width).
void Transformer::FillRotations(double base) {
  const std::size_t pairs = shape_.head_width / 2;
  for (std::size_t position = 0; position < shape_.context; ++position) {
    for (std::size_t i = 0; i < pairs; ++i) {
      const double exponent = -2.0 * static_cast<double>(i) / static_cast<double>(2 * pairs);
      const double angle = static_cast<double>(position) * std::pow(base, exponent);
      cosines_.push_back(static_cast<float>(std::cos(angle)));
      sines_.push_back(static_cast<float>(std::sin(angle)));
    }
  }
}

std::span<const float> Transformer::Cosines(std::size_t position) const {
  const std::size_t pairs = shape_.head_width / 2;
  return std::span(cosines_).subspan(position * pairs, pairs);
}

std::span<const float> Transformer::Sines(std::size_t position) const {
  const std::size_t pairs = shape_.head_width / 2;
  return std::span(sines_).subspan(position * pairs, pairs);
}

Session::Session(const Transformer& model) : model_(model) {
  const Transformer::Shape& shape = model.shape();
  const HeadCache empty{.keys = PanelMatrix(shape.context, shape.head_width),
                        .values = PanelMatrix(shape.head_width, shape.context)};
  caches_.assign(shape.blocks * shape.heads, empty);
  scaled_query_.resize(shape.head_width);
  attention_.resize(shape.context);
}

std::size_t Session::SharedPrefix(std::span<const int> tokens) const {
  const auto difference = std::ranges::mismatch(cached_tokens_, tokens).in1;
  return static_cast<std::size_t>(difference - cached_tokens_.begin());
}

std::vector<float> Session::Logits(std::span<const int> tokens, std::size_t first) {
  // The cache holds keys and values, not outputs: tokens[first] must run again if its output is
  // wanted.
  const std::size_t kept = std::min(SharedPrefix(tokens), first);
  cached_tokens_.resize(kept);
  Extend(tokens.subspan(kept));
  return Output(first - kept);
}

// Runs the blocks over new tokens, from the end of the cache on, and leaves their states_.
void Session::Extend(std::span<const int> tokens) {
  begin_ = cached_tokens_.size();
  count_ = tokens.size();
  Embed(tokens);
  for (std::size_t block = 0; block < model_.shape().blocks; ++block) {
    Attention(block);
    FeedForward(model_.blocks()[block]);
  }
  cached_tokens_.insert(cached_tokens_.end(), tokens.begin(), tokens.end());
}

void Session::Embed(std::span<const int> tokens) {
  const std::size_t width = model_.shape().width;
  states_.resize(count_ * width);
  for (std::size_t token = 0; token < count_; ++token) {
    for (std::size_t i = 0; i < width; ++i) {
      states_[token * width + i] =
          model_.embedding().At(static_cast<std::size_t>(tokens[token]), i);
    }
  }
}

void Session::Attention(std::size_t block_index) {
  const Transformer::Block& block = model_.blocks()[block_index];
  const Transformer::Shape& shape = model_.shape();
  Normalize(block.attention_norm, 0);
  query_key_value_.resize(count_ * 3 * shape.width);
  block.query_key_value.Multiply(normalized_.data(), count_, query_key_value_.data());
  for (std::size_t token = 0; token < count_; ++token) {
    Rotate(token);
    Remember(block_index, token);
  }
  mixtures_.resize(count_ * shape.width);
  for (std::size_t token = 0; token < count_; ++token) {
    for (std::size_t head = 0; head < shape.heads; ++head) {
      const std::size_t offset = head * shape.head_width;
      Attend(caches_[block_index * shape.heads + head],
             &query_key_value_[token * 3 * shape.width + offset], begin_ + token + 1,
             &mixtures_[token * shape.width + offset]);
    }
  }
  change_.resize(count_ * shape.width);
  block.attention_output.Multiply(mixtures_.data(), count_, change_.data());
  AddToStates();
}

// Turns each pair of neighbouring floats of a token's query and key by the angle of its position.
void Session::Rotate(std::size_t token) {
  const Transformer::Shape& shape = model_.shape();
  const std::span<const float> cosines = model_.Cosines(begin_ + token);
  const std::span<const float> sines = model_.Sines(begin_ + token);
  float* const query_and_key = &query_key_value_[token * 3 * shape.width];
  for (std::size_t head = 0; head < 2 * shape.heads; ++head) {
    float* const values = query_and_key + head * shape.head_width;
    for (std::size_t i = 0; i < cosines.size(); ++i) {
      const float x = values[2 * i], y = values[2 * i + 1];
      values[2 * i] = x * cosines[i] - y * sines[i];
      values[2 * i + 1] = x * sines[i] + y * cosines[i];
    }
  }
}

// Puts a token's key and value into the cache.
void Session::Remember(std::size_t block, std::size_t token) {
  const Transformer::Shape& shape = model_.shape();
  const float* key = &query_key_value_[(token * 3 + 1) * shape.width];
  const float* value = key + shape.width;
  for (std::size_t head = 0; head < shape.heads; ++head) {
    HeadCache& cache = caches_[block * shape.heads + head];
    for (std::size_t i = 0; i < shape.head_width; ++i) {
      cache.keys.At(begin_ + token, i) = *key++;
      cache.values.At(i, begin_ + token) = *value++;
    }
  }
}

// Scaled dot-product attention of one query to the first `positions` positions.
void Session::Attend(const HeadCache& cache, const float* query, std::size_t positions,
                     float* mixture) {
  const std::size_t head_width = scaled_query_.size();
  const float scale = 1.0f / std::sqrt(static_cast<float>(head_width));
  for (std::size_t i = 0; i < head_width; ++i) scaled_query_[i] = query[i] * scale;
  cache.keys.MultiplyPart(scaled_query_.data(), head_width, attention_.data(), positions);

  // Softmax. The largest score is subtracted so that exp() cannot overflow; the division by the
  // total is done once a float of the mixture instead of once a position.
  const std::span<float> weights = std::span(attention_).first(positions);
  float largest = weights[0];
  for (const float weight : weights) largest = weight > largest ? weight : largest;
  float total = 0;
  for (float& weight : weights) {
    weight = std::exp(weight - largest);
    total += weight;
  }
  cache.values.MultiplyPart(weights.data(), positions, mixture, head_width);
  for (std::size_t i = 0; i < head_width; ++i) mixture[i] /= total;
}

// The gated feed-forward layer (SwiGLU; Shazeer, 2020, https://arxiv.org/abs/2002.05202).
void Session::FeedForward(const Transformer::Block& block) {
  const std::size_t hidden = model_.shape().hidden;
  Normalize(block.feed_forward_norm, 0);
  gate_up_.resize(count_ * 2 * hidden);
  block.gate_up.Multiply(normalized_.data(), count_, gate_up_.data());
  activations_.resize(count_ * hidden);
  for (std::size_t token = 0; token < count_; ++token) {
    const float* const gate = &gate_up_[token * 2 * hidden];
    const float* const up = gate + hidden;
    for (std::size_t i = 0; i < hidden; ++i) {
      activations_[token * hidden + i] = gate[i] / (1.0f + std::exp(-gate[i])) * up[i];
    }
  }
  block.down.Multiply(activations_.data(), count_, change_.data());
  AddToStates();
}

// Root-mean-square normalization of the states of all tokens from `first_token` on.
void Session::Normalize(std::span<const float> gains, std::size_t first_token) {
  const std::size_t width = gains.size();
  normalized_.resize(count_ * width);
  for (std::size_t token = first_token; token < count_; ++token) {
    const float* const state = &states_[token * width];
    float squares = 0;
    for (std::size_t i = 0; i < width; ++i) squares += state[i] * state[i];
    const float mean = squares / static_cast<float>(width);
    const float factor = 1.0f / std::sqrt(mean + model_.norm_epsilon());
    for (std::size_t i = 0; i < width; ++i) {
      normalized_[token * width + i] = state[i] * factor * gains[i];
    }
  }
}

void Session::AddToStates() {
  for (std::size_t i = 0; i < states_.size(); ++i) states_[i] += change_[i];
}

// The logits of the tokens from `first_token` of this call on: the others' are not asked for.
std::vector<float> Session::Output(std::size_t first_token) {
  const Transformer::Shape& shape = model_.shape();
  Normalize(model_.output_norm(), first_token);
  std::vector<float> logits((count_ - first_token) * shape.vocabulary);
  model_.embedding().Multiply(&normalized_[first_token * shape.width], count_ - first_token,
                              logits.data());
  return logits;
}

}  // namespace embedded
